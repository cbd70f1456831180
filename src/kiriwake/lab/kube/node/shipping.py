"""Where a log agent sends lines: its group, its stream, and what CloudWatch Logs answers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime

from kiriwake.lab.ground import Eni
from kiriwake.lab.kube.node.env import ConfigError, environment
from kiriwake.lab.kube.node.identity import Credentials
from kiriwake.lab.kube.node.runs import ContainerRun, PodRun
from kiriwake.lab.kube.objects import Obj, labels_of, namespace_of, stamp
from kiriwake.lab.kube.world import LogLine, World

GROUP_LINE = re.compile(r"^\s*log_group_name\s+(\S+)\s*$", re.MULTILINE)
PREFIX_LINE = re.compile(r"^\s*log_stream_prefix\s+(\S+)\s*$", re.MULTILINE)
REGION_LINE = re.compile(r"^\s*region\s+(\S+)\s*$", re.MULTILINE)
VARIABLE = re.compile(r"\$\{(\w+)\}")
VALID_GROUP = re.compile(r"^[.\-_/#A-Za-z0-9]{1,512}$")
DATAPLANE = ("aws-node", "kube-proxy", "coredns", "fluent-bit", "cloudwatch-agent")
PLUGIN = "[output:cloudwatch_logs:cloudwatch_logs.0]"


def variables(world: World, pod: Obj, container: Obj) -> dict[str, str]:
    """The agent's environment, empty where it cannot be made."""
    try:
        return environment(world.store, pod, container)
    except ConfigError:
        return {}


def configuration(world: World, pod: Obj) -> str:
    """What the agent's mounted ConfigMaps say, one after the other."""
    said = []
    for volume in pod["spec"].get("volumes") or ():
        name = (volume.get("configMap") or {}).get("name")
        found = world.store.find("configmaps", namespace_of(pod), name) if name else None
        said += [str(value) for _, value in sorted(((found or {}).get("data") or {}).items())]
    return "\n".join(said)


def group_for(world: World, text: str, env: Mapping[str, str], pod_name: str) -> str:
    """The log group of a pod's lines, after the agent's configuration or by its default."""
    part = "dataplane" if pod_name.startswith(DATAPLANE) else "application"
    named = [VARIABLE.sub(lambda m: env.get(m[1], ""), one) for one in GROUP_LINE.findall(text)]
    if not named:
        return f"/aws/containerinsights/{env.get('CLUSTER_NAME') or world.name}/{part}"
    fitting = [one for one in named if one.endswith(f"/{part}")]
    rest = [one for one in named if not one.endswith(("/dataplane", "/host", "/application"))]
    return (fitting or rest or [""])[0]


def stream_for(prefix: str, run: PodRun, one: ContainerRun) -> str:
    """The log stream of a container, named after its file on the node."""
    digest = one.id.rpartition("/")[2]
    return f"{prefix}var.log.containers.{run.name}_{run.namespace}_{one.name}-{digest}.log"


def record(run: PodRun, pod: Obj, one: ContainerRun, line: LogLine) -> str:
    """One line as Fluent Bit sends it, with the Kubernetes filter's fields."""
    return json.dumps(
        {
            "time": line.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "stream": "stdout",
            "_p": "F",
            "log": line.text,
            "kubernetes": {
                "pod_name": run.name,
                "namespace_name": run.namespace,
                "pod_id": run.uid,
                "host": run.node,
                "pod_ip": run.ip,
                "container_name": one.name,
                "container_image": one.spec.get("image", ""),
                "labels": labels_of(pod),
            },
        },
        separators=(",", ":"),
    )


def refusal(world: World, group: str, who: Credentials, eni: Eni, region: str) -> str:
    """Empty if the group takes lines from this principal, else the agent's error."""
    if not who.role_arn:
        return f"{PLUGIN} Failed to retrieve credentials: {'; '.join(who.errors)}"
    reach = world.ground.reach(eni, "logs")
    if not reach.yes:
        host = f"logs.{region}.amazonaws.com:443"
        return f"{PLUGIN} Failed to create log group: [upstream] connection to {host} timed out"
    if not VALID_GROUP.match(group):
        return _error(
            "CreateLogGroup",
            "InvalidParameterException",
            f"1 validation error detected: Value '{group}' at 'logGroupName' failed to satisfy"
            " constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
        )
    arn = f"arn:aws:logs:{region}:{world.ground.account}:log-group:{group}"
    wanted = ["CreateLogStream", "PutLogEvents"]
    if not world.ground.log_group_exists(group, region):
        wanted.insert(0, "CreateLogGroup")
    for action in wanted:
        allowed = world.ground.may(who.role_arn, f"logs:{action}", f"{arn}:*")
        if not allowed.yes:
            why = f" because {allowed.because}" if allowed.because else ""
            words = (
                f"User: {who.principal()} is not authorized to perform: logs:{action} on resource:"
                f" {arn}:log-stream:{why}"
            )
            return _error(action, "AccessDeniedException", words)
    return ""


def _error(call: str, code: str, message: str) -> str:
    return f"{PLUGIN} {call} API responded with error='{code}', message='{message}'"


def agent_line(now: datetime, level: str, text: str) -> LogLine:
    """A line of Fluent Bit's own log."""
    return LogLine(now, f"[{now.strftime('%Y/%m/%d %H:%M:%S')}] [{level:>5}] {text}")


def performance(world: World, node: str, now: datetime, pods: int) -> str:
    """A record of the CloudWatch agent's performance log, of one node."""
    return json.dumps(
        {
            "Type": "Node",
            "ClusterName": world.name,
            "NodeName": node,
            "Timestamp": str(int(now.timestamp() * 1000)),
            "node_number_of_running_pods": pods,
            "taken_at": stamp(now),
        }
    )
