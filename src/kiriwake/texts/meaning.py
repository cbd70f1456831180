"""What one fragment of a text says: which causes it is compatible with, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from kiriwake.core.text import Text


class Family(StrEnum):
    """Which component wrote the text."""

    RESOURCE_INITIALIZATION = "resource-initialization"
    PULL = "pull"
    NETWORK_INTERFACE = "network-interface"
    RUNTIME = "runtime"
    STOP = "stop"
    PLACEMENT = "placement"
    SERVICE_EVENT = "service-event"
    TARGET_HEALTH = "target-health"
    IAM = "iam"
    KUBERNETES = "kubernetes"
    EKS = "eks"
    LOGS = "logs"
    APPLICATION = "application"
    COMMAND = "command"


class Dependency(StrEnum):
    """What the workload needed and did not get."""

    REGISTRY = "registry"
    LAYERS = "layers"
    SECRET = "secrets-manager"  # noqa: S105 - the name of a service
    PARAMETER = "parameter-store"
    KMS = "kms"
    LOGS = "logs"
    EFS = "efs"
    ENVIRONMENT_FILE = "environment-file"
    STS = "sts"
    METADATA = "metadata"
    DATABASE = "database"


class Failure(StrEnum):
    """How it failed."""

    UNREACHABLE = "unreachable"
    UNRESOLVED = "unresolved"
    DENIED = "denied"
    UNAUTHENTICATED = "unauthenticated"
    ABSENT = "absent"
    WRONG_KEY = "wrong-key"
    THROTTLED = "throttled"
    FULL = "full"
    MISMATCH = "mismatch"
    INVALID = "invalid"
    EXITED = "exited"
    KILLED = "killed"
    UNHEALTHY = "unhealthy"


class Weight(IntEnum):
    """How near a fragment stands to the root of the trouble; the larger speaks first."""

    NORMAL = 0
    """Healthy or expected behaviour."""
    CONSEQUENCE = 1
    """What follows from some other fault (rolled back, exit code 1, back-off)."""
    SYMPTOM = 2
    """A fault is named that several causes share (`Health checks failed`)."""
    DIRECT = 3
    """The fault itself is named."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a text says.

    `causes` are compatible with the words, the likeliest first; with `decided_by_text`
    the words alone settle that it is the first. `fields` holds what was read off the
    text (`role`, `action`, `image`, `host`, ...). `fault` is false for expected behaviour.
    """

    id: str
    family: Family
    weight: Weight
    causes: tuple[str, ...]
    why: Text
    decided_by_text: bool = False
    dependency: Dependency | None = None
    failure: Failure | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    quote: str = ""
    """The words that were recognised, as they stand in the normalised text."""
    position: int = 0

    @property
    def fault(self) -> bool:
        """Whether the words tell of a fault at all."""
        return self.weight is not Weight.NORMAL
