"""Kubernetes objects as the API carries them, read through a few nouns."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

Obj = dict[str, Any]
"""One object in API shape. What lies in the store is never changed in place."""

SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
"""The letters of generated names, as apimachinery's `rand.SafeEncodeString` uses them."""

BINARY = {"Ki": 1024, "Mi": 1024**2, "Gi": 1024**3, "Ti": 1024**4, "Pi": 1024**5}
DECIMAL = {"n": "1e-9", "u": "1e-6", "m": "1e-3", "k": "1e3", "M": "1e6", "G": "1e9", "T": "1e12"}


def name_of(obj: Mapping[str, Any]) -> str:
    """The object's name."""
    return str(obj.get("metadata", {}).get("name", ""))


def namespace_of(obj: Mapping[str, Any]) -> str:
    """The object's namespace, empty for the cluster's own."""
    return str(obj.get("metadata", {}).get("namespace", ""))


def uid_of(obj: Mapping[str, Any]) -> str:
    """The object's uid."""
    return str(obj.get("metadata", {}).get("uid", ""))


def labels_of(obj: Mapping[str, Any]) -> dict[str, str]:
    """The object's labels."""
    return obj.get("metadata", {}).get("labels") or {}


def annotations_of(obj: Mapping[str, Any]) -> dict[str, str]:
    """The object's annotations."""
    return obj.get("metadata", {}).get("annotations") or {}


def is_going(obj: Mapping[str, Any]) -> bool:
    """Whether its deletion has begun."""
    return "deletionTimestamp" in obj.get("metadata", {})


def controller_of(obj: Mapping[str, Any]) -> Obj | None:
    """The owner reference of the controller, if one owns the object."""
    for owner in obj.get("metadata", {}).get("ownerReferences") or ():
        if owner.get("controller"):
            return dict(owner)
    return None


def reference_to(owner: Obj) -> Obj:
    """The owner reference that a controller writes on what it makes."""
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": name_of(owner),
        "uid": uid_of(owner),
        "controller": True,
        "blockOwnerDeletion": True,
    }


def stamp(moment: datetime) -> str:
    """`metav1.Time`: whole seconds, UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def micro_stamp(moment: datetime) -> str:
    """`metav1.MicroTime`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment_of(text: str) -> datetime:
    """The moment that a `Time` or `MicroTime` tells."""
    return datetime.fromisoformat(text)


def quantity(text: object) -> Decimal:
    """The number behind a resource quantity: `250m`, `1.5`, `64Mi`, `1e3`.

    Raises ValueError with Kubernetes' own words for what is none.
    """
    words = str(text).strip()
    suffix = next((s for s in BINARY if words.endswith(s)), "")
    try:
        if suffix:
            return Decimal(words[: -len(suffix)]) * BINARY[suffix]
        if words and words[-1] in DECIMAL:
            return Decimal(words[:-1]) * Decimal(DECIMAL[words[-1]])
        return Decimal(words)
    except InvalidOperation:
        pattern = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$"
        message = f"quantities must match the regular expression '{pattern}'"
        raise ValueError(message) from None


def cpu_text(cores: Decimal) -> str:
    """Cores as Kubernetes writes them: `2`, `250m`."""
    return str(int(cores)) if cores == int(cores) else f"{int(cores * 1000)}m"


def memory_text(amount: Decimal) -> str:
    """Bytes as Kubernetes writes them, in the largest whole binary unit."""
    count = int(amount)
    for unit in ("Ti", "Gi", "Mi", "Ki"):
        if count and count % BINARY[unit] == 0:
            return f"{count // BINARY[unit]}{unit}"
    return str(count)


def suffix(seed: str, length: int = 5) -> str:
    """A name's generated ending, the same for the same seed."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:12])
    letters = []
    for _ in range(length):
        number, rest = divmod(number, len(SUFFIX_LETTERS))
        letters.append(SUFFIX_LETTERS[rest])
    return "".join(letters)


def uid(seed: str) -> str:
    """A uid, the same for the same seed."""
    digest = hashlib.sha256(seed.encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}"


def fingerprint(value: object) -> str:
    """A short, stable hash of a value: the `pod-template-hash` of a template."""
    words = json.dumps(value, sort_keys=True, separators=(",", ":"))
    number = int.from_bytes(hashlib.sha256(words.encode()).digest()[:8])
    letters = []
    for _ in range(10):
        number, rest = divmod(number, len(SUFFIX_LETTERS))
        letters.append(SUFFIX_LETTERS[rest])
    return "".join(letters)


def containers_of(pod_spec: Mapping[str, Any]) -> Iterator[Obj]:
    """Init containers and containers of a pod's spec, in order."""
    yield from pod_spec.get("initContainers") or ()
    yield from pod_spec.get("containers") or ()


def condition(obj: Mapping[str, Any], kind: str) -> Obj | None:
    """The condition of that type in an object's status."""
    for one in obj.get("status", {}).get("conditions") or ():
        if one.get("type") == kind:
            return dict(one)
    return None


def is_true(obj: Mapping[str, Any], kind: str) -> bool:
    """Whether the condition of that type is True."""
    found = condition(obj, kind)
    return found is not None and found.get("status") == "True"


def with_condition(conditions: Sequence[Obj], new: Obj, now: str) -> list[Obj]:
    """The conditions with one set; its transition time moves only when its status does."""
    kept = []
    placed = False
    for old in conditions:
        if old.get("type") != new["type"]:
            kept.append(old)
            continue
        same = old.get("status") == new["status"]
        since = old.get("lastTransitionTime", now) if same else now
        kept.append({**old, **new, "lastTransitionTime": since})
        placed = True
    if not placed:
        kept.append({**new, "lastTransitionTime": now})
    return kept
