"""The AWS identity of a pod: what EKS's webhooks inject, and whose rights that gives."""

from __future__ import annotations

from dataclasses import dataclass

from kiriwake.lab.kube.control.pods import is_ready
from kiriwake.lab.kube.node.runs import PodRun
from kiriwake.lab.kube.objects import Obj, annotations_of, labels_of, namespace_of
from kiriwake.lab.kube.world import World

ROLE_NOTE = "eks.amazonaws.com/role-arn"
AUDIENCE_NOTE = "eks.amazonaws.com/audience"
IRSA_FOLDER = "/var/run/secrets/eks.amazonaws.com/serviceaccount"
POD_FOLDER = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount"
POD_TOKEN = "eks-pod-identity-token"  # noqa: S105 - a file's name
AGENT_URL = "http://169.254.170.23/v1/credentials"
AGENT = "eks-pod-identity-agent"
SERVICE = "pods.eks.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Whose rights a pod has, or why it has none."""

    role_arn: str = ""
    errors: tuple[str, ...] = ()
    """What went wrong on the way, also where a later source worked."""
    session: str = ""

    def principal(self) -> str:
        """The assumed role's ARN, as IAM names it in a refusal."""
        account = self.role_arn.split(":")[4] if self.role_arn.count(":") > 4 else ""  # noqa: PLR2004 - the account's place in an ARN
        name = self.role_arn.rpartition("/")[2]
        return f"arn:aws:sts::{account}:assumed-role/{name}/{self.session}"


def inject(world: World, pod: Obj) -> None:
    """Adds what the pod identity webhook adds to a pod at its creation."""
    spec = pod["spec"]
    name = spec.get("serviceAccountName", "default")
    account = world.store.find("serviceaccounts", namespace_of(pod), name) or {}
    notes = annotations_of(account)
    if world.outside.pod_identity(namespace_of(pod), name):
        env = {
            "AWS_STS_REGIONAL_ENDPOINTS": "regional",
            "AWS_DEFAULT_REGION": world.ground.region,
            "AWS_REGION": world.ground.region,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": AGENT_URL,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": f"{POD_FOLDER}/{POD_TOKEN}",
        }
        _add(spec, env, POD_TOKEN, POD_FOLDER, SERVICE)
    elif notes.get(ROLE_NOTE):
        env = {
            "AWS_STS_REGIONAL_ENDPOINTS": "regional",
            "AWS_DEFAULT_REGION": world.ground.region,
            "AWS_REGION": world.ground.region,
            "AWS_ROLE_ARN": notes[ROLE_NOTE],
            "AWS_WEB_IDENTITY_TOKEN_FILE": f"{IRSA_FOLDER}/token",
        }
        audience = notes.get(AUDIENCE_NOTE, "sts.amazonaws.com")
        _add(spec, env, "aws-iam-token", IRSA_FOLDER, audience)


def _add(spec: Obj, env: dict[str, str], volume: str, folder: str, audience: str) -> None:
    path = POD_TOKEN if folder == POD_FOLDER else "token"
    for container in (*(spec.get("initContainers") or ()), *spec["containers"]):
        have = {one["name"] for one in container.get("env") or ()}
        more = [{"name": key, "value": value} for key, value in env.items() if key not in have]
        container["env"] = [*(container.get("env") or ()), *more]
        mount = {"name": volume, "readOnly": True, "mountPath": folder}
        container["volumeMounts"] = [*(container.get("volumeMounts") or ()), mount]
    token = {"audience": audience, "expirationSeconds": 86400, "path": path}
    source = {"sources": [{"serviceAccountToken": token}], "defaultMode": 420}
    spec["volumes"] = [*(spec.get("volumes") or ()), {"name": volume, "projected": source}]


def credentials(world: World, run: PodRun, pod: Obj, container: Obj, node_role: str) -> Credentials:
    """The credentials that a container's SDK finds: web identity, agent, then the node's role."""
    env = {one["name"]: one.get("value", "") for one in container.get("env") or ()}
    account = pod["spec"].get("serviceAccountName", "default")
    errors: list[str] = []
    if env.get("AWS_ROLE_ARN") and env.get("AWS_WEB_IDENTITY_TOKEN_FILE"):
        role = env["AWS_ROLE_ARN"]
        subject = f"system:serviceaccount:{run.namespace}:{account}"
        why = world.outside.web_identity(role, subject)
        if not why:
            return Credentials(role, (), "fluent-bit")
        errors.append(why)
    if env.get("AWS_CONTAINER_CREDENTIALS_FULL_URI"):
        role = world.outside.pod_identity(run.namespace, account)
        why = _agent_error(world, run, role)
        if not why:
            return Credentials(role, tuple(errors), f"eks-{world.name}-{run.name}")
        errors.append(why)
    if node_role and world.ground.role_exists(node_role):
        return Credentials(node_role, tuple(errors), run.instance_id)
    return Credentials("", (*errors, "no EC2 IMDS role found"))


def _agent_error(world: World, run: PodRun, role: str) -> str:
    agents = [
        pod
        for pod in world.store.pods_on(run.node)
        if AGENT in labels_of(pod).get("app.kubernetes.io/name", "") and is_ready(pod)
    ]
    if not agents:
        return f'Get "{AGENT_URL}": dial tcp 169.254.170.23:80: connect: connection refused'
    if not role:
        return "(ResourceNotFoundException): No association found for the service account"
    if not world.ground.trusts(role, SERVICE):
        return (
            "(AccessDeniedException): Unauthorized Exception! EKS does not have permissions to"
            " assume the associated role."
        )
    return ""
