"""Texts of a connection that was not made: network words, and the destination beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from kiriwake.core.text import Text
from kiriwake.texts.ids import meanings
from kiriwake.texts.meaning import Dependency, Failure, Family, Meaning, Weight
from kiriwake.texts.normalise import Normal, masked
from kiriwake.texts.pattern import compiled, shortened

UNRESOLVED = (
    "no such host",
    "name resolution",
    "name or service not known",
    "could not resolve",
    'failed to resolve "',
    "failed to resolve host",
    "server misbehaving",
    "enotfound",
    "eai_again",
    "getaddrinfo",
    "unknownhostexception",
)
WORDS = (
    *UNRESOLVED,
    "i/o timeout",
    "context deadline exceeded",
    "request canceled while waiting",
    "client.timeout",
    "tls handshake timeout",
    "connection timed out",
    "connect timed out",
    "connect timeout",
    "connection timeout",
    "connecttimeout",
    "statuscode: 0",
    "signal: killed",
    "connection issue",
    "check your network",
    "check your task network",
    "no route to host",
    "network is unreachable",
    "connection refused",
    "connection reset",
    "could not connect to the endpoint",
    "read timeout",
    "etimedout",
    "econnrefused",
    "timed out after",
    "due to timeout",
    "mount.nfs4: connection",
    "unable to connect to the server",
    "couldn't connect to server",
    "proxyconnect",
)
"""Words of a call that got no answer (facts, 1.4.3)."""

ANSWERED = (
    "accessdenied",
    "access denied",
    "not authorized to perform",
    "no basic auth",
    "authentication required",
    "401 unauthorized",
    "403 forbidden",
    "manifests 4",
    "resourcenotfoundexception",
    "does not exist",
    "statuscode: 40",
    "toomanyrequests",
    "json key",
    "manifest unknown",
    "probe failed",
    "health check",
    "target-group",
    "unauthorizedoperation",
    "getting credentials",
)
"""Words of a call that was answered: whatever failed then, it was not the network."""

BEFORE, AFTER = 350, 220


@dataclass(frozen=True, slots=True)
class Destination:
    """A place that workloads connect to, and how texts name it."""

    cause: str
    dependency: Dependency | None
    hosts: str
    """Parts of host names, as a regular expression."""
    phrases: str
    """Other words for it, for texts that name no host."""
    decided: bool = True
    rivals: tuple[str, ...] = ()


_AWS = r"\.[\w-]+\.amazonaws"

DESTINATIONS: tuple[Destination, ...] = (
    Destination(
        "net/registry-unreachable",
        Dependency.REGISTRY,
        r"api\.ecr[.-]|\.dkr[.-]ecr|\becr\.[\w-]+\.|docker\.(?:io|com)|public\.ecr\.aws|ghcr\.io"
        r"|quay\.io|gcr\.io|pkg\.dev|mcr\.microsoft\.com|registry\.k8s\.io|azurecr\.io|nvcr\.io"
        r"|/v2/",
        r"amazon ecr|registry auth|cannotpull|pull(?:ing)? (?:image|the image)|failed to pull"
        r"|resolve ref|operation error ecr|pull command failed|error response from daemon: get",
    ),
    Destination(
        "net/layers-unreachable",
        Dependency.LAYERS,
        r"layer-bucket|\bs3[.-][\w.-]*amazonaws",
        r"error pulling image conf|httpreaderseeker",
        rivals=("net/registry-unreachable",),
    ),
    Destination(
        "net/environment-file-unreachable",
        Dependency.ENVIRONMENT_FILE,
        r"(?!x)x",
        r"environment variable files?|environment ?files?|envfile",
        rivals=("net/layers-unreachable",),
    ),
    Destination(
        "net/secrets-unreachable",
        Dependency.SECRET,
        rf"secretsmanager(?:{_AWS}|-fips)",
        r"secrets? from asm|secrets manager|secretsmanager|retrieve secret",
    ),
    Destination(
        "net/parameters-unreachable",
        Dependency.PARAMETER,
        rf"\bssm{_AWS}",
        r"from ssm|parameter store|systems manager|ssm parameter",
    ),
    Destination("net/kms-unreachable", Dependency.KMS, rf"\bkms{_AWS}", r"operation error kms"),
    Destination(
        "net/logs-unreachable",
        Dependency.LOGS,
        rf"\blogs{_AWS}",
        r"cloudwatch|log (?:stream|group)|logging driver|logger args|putlogevents",
    ),
    Destination(
        "net/efs-unreachable",
        Dependency.EFS,
        r"fs-[\w<>]+[^ ]*\.efs\.",
        r"mount\.nfs|efs utils|nfs4|mount attempt|efs volume",
    ),
    Destination(
        "net/sts-unreachable",
        Dependency.STS,
        r"\bsts\.(?:[\w-]+\.)?amazonaws",
        r"assumerolewithwebidentity|operation error sts",
        rivals=("net/dns-not-resolving",),
    ),
    Destination(
        "eks/imds-not-reachable",
        Dependency.METADATA,
        r"169\.254\.169\.254|fd00:ec2::254",
        r"ec2metadata|ec2 metadata|instance metadata|imds",
    ),
    Destination(
        "eks/webhook-unreachable",
        None,
        r"webhook[\w-]*\.[\w-]+\.svc",
        r"calling webhook|call webhook",
    ),
    Destination(
        "eks/api-endpoint-unreachable",
        None,
        r"\.eks\.amazonaws|\.eks\.[\w-]+\.amazonaws|\.azmk8s\.io|//(?:10|172)\.\d+\.0\.1:443",
        r"unable to connect to the server|couldn't get current server api|cluster api server"
        r"|kube-?apiserver|couldn't connect to server|get server groups|failed to connect to api",
    ),
    Destination(
        "ecs/app-dependency-unreachable",
        Dependency.DATABASE,
        r"\.rds\.amazonaws|\.cache\.amazonaws|\.docdb\.amazonaws|\.es\.amazonaws|\.kafka\."
        r"|:(?:5432|3306|6379|27017|1433|1521|5672|9092|9200|11211|2181)\b",
        r"postgres|mysql|mariadb|mongo|redis|rabbitmq|amqp|kafka|database|jdbc|sqlalchemy|psycopg"
        r"|operationalerror|elasticsearch|memcached|upstream",
        decided=False,
        rivals=("ecs/app-exits",),
    ),
    Destination(
        "net/aws-endpoint-unreachable",
        None,
        r"\b[\w-]+(?:\.[\w-]+)?\.amazonaws\.com|\bamazonaws\.com",
        r"endpoint url",
        rivals=("net/sts-unreachable",),
    ),
)

_HOST = re.compile(
    r"(?:https?://|lookup |host=?'?|resolve \"?|endpoint URL: \"?https?://)"
    r"([\w<>-]+(?:\.[\w<>-]+)+)(?::(\d+))?",
    re.IGNORECASE,
)
_LOOKUP = re.compile(r"lookup ([\w-]+(?:\.[\w-]+)+)", re.IGNORECASE)
_ADDRESS = re.compile(r"dial (?:tcp|udp) (\d+\.\d+\.\d+\.\d+):(\d+)", re.IGNORECASE)


def read(text: Normal) -> Iterator[Meaning]:
    """Every destination that the text says was not reached."""
    seen: set[str] = set()
    for word in WORDS:
        start = text.lower.find(word)
        for _ in range(3):
            if start < 0:
                break
            meaning = _at(text, start, word)
            if meaning is not None and meaning.id not in seen:
                seen.add(meaning.id)
                yield meaning
            start = text.lower.find(word, start + len(word))


def _at(text: Normal, start: int, word: str) -> Meaning | None:
    if start and text.lower[start - 1].isalpha():  # ResourceNotFound is no ENOTFOUND
        return None
    first = max(0, start - BEFORE)
    window = text.lower[first : start + len(word) + AFTER]
    if any(answer in window for answer in ANSWERED):
        return None
    where = _nearest(masked(window), start - first)
    if where is None:
        return None
    unresolved = word in UNRESOLVED
    fields = _fields(text.flat[first : start + len(word) + AFTER])
    causes = (where.cause, *where.rivals)
    if unresolved:
        causes = _unresolved(where, fields.get("host", ""))
    quote = text.flat[start : start + len(word)]
    return Meaning(
        id=f"network/{where.cause}",
        family=Family.APPLICATION if where.dependency is Dependency.DATABASE else Family.PULL,
        weight=Weight.DIRECT,
        causes=causes,
        why=_why(quote, where.cause, fields),
        decided_by_text=where.decided and (not unresolved or _is_aws(where, fields)),
        dependency=where.dependency,
        failure=Failure.UNRESOLVED if unresolved else Failure.UNREACHABLE,
        fields=fields,
        quote=shortened(quote),
        position=start,
    )


@lru_cache(maxsize=1_024)
def _nearest(window: str, at: int) -> Destination | None:
    """The destination named closest to the network words; a host counts before a phrase."""
    best: tuple[int, int, Destination] | None = None
    for destination in DESTINATIONS:
        for rank, regex in enumerate((destination.hosts, destination.phrases)):
            for found in compiled(regex).finditer(window):
                distance = abs(found.start() - at)
                generic = destination.cause == "net/aws-endpoint-unreachable"
                key = (rank * 2 + generic, distance)
                if best is None or key < best[:2]:
                    best = (*key, destination)
    return None if best is None else best[2]


def _is_aws(where: Destination, fields: dict[str, str]) -> bool:
    """Whether the name that does not resolve is AWS's own, so that no typing error is at fault."""
    return where.dependency is Dependency.EFS or ".amazonaws." in fields.get("host", "")


def _unresolved(where: Destination, host: str) -> tuple[str, ...]:
    if where.dependency is Dependency.EFS:
        return ("net/efs-name-not-resolving", "net/efs-unreachable")
    if where.dependency is Dependency.REGISTRY and host and not compiled(where.hosts).search(host):
        return ("ecr/image-reference-invalid", "net/registry-unreachable", "net/dns-not-resolving")
    return (where.cause, "net/dns-not-resolving", *where.rivals)


def _fields(window: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    if host := _LOOKUP.search(window) or _HOST.search(window):
        fields["host"] = host[1]
        if host.re is _HOST and host[2]:
            fields["port"] = host[2]
    if address := _ADDRESS.search(window):
        fields["address"], fields["port"] = address.groups()
    return fields


def _why(quote: str, cause: str, fields: dict[str, str]) -> Text:
    host = fields.get("host") or fields.get("address")
    to = f" ({host})" if host else ""
    means = meanings()[cause]
    return Text(
        en=f'"{quote}"{to}: no answer came, so it is not a permission; {means.en}',
        ja=f'"{quote}"{to}: 応答がないので権限の問題ではない。{means.ja}',
    )
