"""Admission webhooks: the lab runs none, but one that nobody answers stops what it guards."""

from __future__ import annotations

from collections.abc import Mapping

from kiriwake.lab.kube.kinds import Kind
from kiriwake.lab.kube.objects import Obj, labels_of, name_of, namespace_of
from kiriwake.lab.kube.selectors import matches
from kiriwake.lab.kube.status import internal
from kiriwake.lab.kube.world import World

GROUP = "admissionregistration.k8s.io"
EXEMPT = {GROUP}


def call_webhooks(world: World, kind: Kind, obj: Obj, operation: str) -> Obj:
    """Raises InternalError if a webhook with failurePolicy Fail cannot be reached."""
    if kind.group in EXEMPT:
        return obj
    for plural in ("mutatingwebhookconfigurations", "validatingwebhookconfigurations"):
        for configuration in world.store.all(f"{plural}.{GROUP}"):
            for hook in configuration.get("webhooks") or ():
                if _concerns(world, hook, kind, obj, operation):
                    _call(world, hook)
    return obj


def _concerns(world: World, hook: Obj, kind: Kind, obj: Obj, operation: str) -> bool:
    home = world.store.find("namespaces", "", namespace_of(obj))
    if home is not None and not matches(hook.get("namespaceSelector") or {}, labels_of(home)):
        return False
    if not matches(hook.get("objectSelector") or {}, labels_of(obj)):
        return False
    return any(_rule(rule, kind, operation) for rule in hook.get("rules") or ())


def _rule(rule: Obj, kind: Kind, operation: str) -> bool:
    def takes(field: str, value: str) -> bool:
        return "*" in rule.get(field, ()) or value in rule.get(field, ())

    return (
        takes("operations", operation)
        and takes("apiGroups", kind.group)
        and takes("apiVersions", kind.version)
        and takes("resources", kind.plural)
    )


def _call(world: World, hook: Obj) -> None:
    service = (hook.get("clientConfig") or {}).get("service")
    if service is None or hook.get("failurePolicy") == "Ignore":
        return
    why = _unreachable(world, service)
    if why:
        port, path = service.get("port", 443), service.get("path", "/")
        host = f"{service['name']}.{service['namespace']}.svc"
        url = f"https://{host}:{port}{path}?timeout={hook.get('timeoutSeconds', 10)}s"
        raise internal(
            f'failed calling webhook "{hook["name"]}": failed to call webhook: Post "{url}": {why}'
        )


def _unreachable(world: World, service: Mapping[str, str]) -> str:
    namespace, name = service["namespace"], service["name"]
    if world.store.find("services", namespace, name) is None:
        return f'service "{name}" not found'
    endpoints = world.store.find("endpoints", namespace, name)
    ready = [
        address
        for subset in (endpoints or {}).get("subsets") or ()
        for address in subset.get("addresses") or ()
    ]
    return (
        "" if ready else f'no endpoints available for service "{name_of(endpoints or {}) or name}"'
    )
