"""Events: one store, seen as core/v1 and as events.k8s.io/v1."""

from __future__ import annotations

from datetime import timedelta

from kiriwake.lab.kube.objects import Obj, name_of, namespace_of, stamp, uid_of
from kiriwake.lab.kube.store import Store

KEPT = timedelta(hours=1)
"""EKS keeps events for 60 minutes."""

TO_NEW = {
    "involvedObject": "regarding",
    "message": "note",
    "reportingComponent": "reportingController",
    "source": "deprecatedSource",
    "firstTimestamp": "deprecatedFirstTimestamp",
    "lastTimestamp": "deprecatedLastTimestamp",
    "count": "deprecatedCount",
}
TO_OLD = {new: old for old, new in TO_NEW.items()}


class Recorder:
    """Writes events; the same one again only counts up."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._names: dict[tuple[str, ...], tuple[str, str]] = {}
        self._count = 0

    def normal(self, about: Obj, reason: str, message: str, by: str, **more: str) -> None:
        """An event of type Normal."""
        self.record(about, "Normal", reason, message, by=by, **more)

    def warning(self, about: Obj, reason: str, message: str, by: str, **more: str) -> None:
        """An event of type Warning."""
        self.record(about, "Warning", reason, message, by=by, **more)

    def record(
        self,
        about: Obj,
        kind: str,
        reason: str,
        message: str,
        *,
        by: str,
        host: str = "",
        field: str = "",
    ) -> None:
        """One event; `by` is the component, `field` the path of a container."""
        now = stamp(self._store.now())
        namespace = namespace_of(about) or "default"
        same = (uid_of(about), name_of(about), field, kind, reason, message, by)
        known = self._names.get(same)
        before = self._store.find("events", *known) if known else None
        if before is not None:
            count = int(before["count"]) + 1
            self._store.update("events", {**before, "count": count, "lastTimestamp": now})
            return
        self._count += 1
        name = f"{name_of(about)}.{0x17C0000000000000 + self._count * 0x9E3779B1:x}"
        self._names[same] = (namespace, name)
        target = {
            "kind": about.get("kind"),
            "namespace": namespace_of(about),
            "name": name_of(about),
            "uid": uid_of(about),
            "apiVersion": about.get("apiVersion"),
            "resourceVersion": about["metadata"].get("resourceVersion"),
        }
        if field:
            target["fieldPath"] = field
        self._store.create(
            "events",
            {
                "kind": "Event",
                "apiVersion": "v1",
                "metadata": {"name": name, "namespace": namespace},
                "involvedObject": {key: value for key, value in target.items() if value},
                "reason": reason,
                "message": message,
                "source": {"component": by, "host": host} if host else {"component": by},
                "firstTimestamp": now,
                "lastTimestamp": now,
                "count": 1,
                "type": kind,
                "eventTime": None,
                "reportingComponent": by,
                "reportingInstance": host,
            },
        )

    def forget_old(self) -> None:
        """Drops what was last seen more than an hour ago."""
        self._store.forget_events(stamp(self._store.now() - KEPT))


def as_new(event: Obj) -> Obj:
    """A core/v1 event as events.k8s.io/v1 shows it."""
    seen = {TO_NEW.get(key, key): value for key, value in event.items()}
    return {**seen, "apiVersion": "events.k8s.io/v1"}


def as_old(event: Obj) -> Obj:
    """An events.k8s.io/v1 event as core/v1 keeps it."""
    seen = {TO_OLD.get(key, key): value for key, value in event.items()}
    seen.setdefault("count", 1)
    return {**seen, "apiVersion": "v1"}
