"""The scheduler: which node takes a pod, and why none does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from kiriwake.lab.kube.control.fitting import REQUIRED, selected, takes_term, untolerated
from kiriwake.lab.kube.objects import (
    Obj,
    containers_of,
    controller_of,
    is_going,
    labels_of,
    name_of,
    namespace_of,
    quantity,
    stamp,
    uid_of,
    with_condition,
)
from kiriwake.lab.kube.selectors import selects
from kiriwake.lab.kube.world import World

NAME = "default-scheduler"
AGAIN = timedelta(minutes=5)
"""How long a pod that fits nowhere waits before it is tried again without a reason."""
OVER = ("Succeeded", "Failed")
HELPLESS = "Preemption is not helpful for scheduling"
ASSUMED_CPU = Decimal("0.1")
NO_VICTIMS = "No preemption victims found for incoming pod"


@dataclass
class Load:
    """What the pods of one node ask for."""

    pods: dict[str, Mapping[str, Decimal]] = field(default_factory=dict)
    owners: Counter[str] = field(default_factory=Counter)
    """How many pods of one controller are here."""
    amounts: dict[str, Decimal] = field(default_factory=dict)


class Scheduler:
    """Binds pods to nodes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._loads: dict[str, Load] = {}
        self._node_of: dict[str, str] = {}
        self._room: dict[str, tuple[str, dict[str, Decimal]]] = {}
        self.unschedulable: dict[tuple[str, str], None] = {}

    # --- keeping count ----------------------------------------------------------------
    def observe(self, old: Obj | None, new: Obj | None) -> None:
        """Counts a pod in or out when it changes."""
        pod = new if new is not None else old
        if pod is None:
            return
        key = uid_of(pod)
        node = "" if new is None else str(new["spec"].get("nodeName") or "")
        if new is not None and new.get("status", {}).get("phase") in OVER:
            node = ""
        before = self._node_of.get(key, "")
        if before == node:
            return
        if before:
            self._loads[before].pods.pop(key, None)
            self._loads[before].owners[_owner(pod)] -= 1
            self._recount(before)
            self.wake()
        self._node_of[key] = node
        if node:
            load = self._loads.setdefault(node, Load())
            asks = requests_of(pod["spec"])
            load.pods[key] = asks
            load.owners[_owner(pod)] += 1
            for name, amount in asks.items():
                load.amounts[name] = load.amounts.get(name, Decimal(0)) + amount

    def _recount(self, node: str) -> None:
        load = self._loads[node]
        load.amounts = {}
        for asks in load.pods.values():
            for name, amount in asks.items():
                load.amounts[name] = load.amounts.get(name, Decimal(0)) + amount

    def wake(self) -> None:
        """Tries the pods that fitted nowhere again: something changed."""
        for namespace, name in self.unschedulable:
            self._world.loop.soon("scheduler", namespace, name)

    # --- one pod -----------------------------------------------------------------------
    def reconcile(self, namespace: str, name: str) -> None:
        """Binds one pod, or says why no node takes it."""
        pod = self._world.store.find("pods", namespace, name)
        key = (namespace, name)
        if pod is None or pod["spec"].get("nodeName") or is_going(pod):
            self.unschedulable.pop(key, None)
            return
        if pod["spec"].get("schedulerName", NAME) != NAME or pod["spec"].get("schedulingGates"):
            return
        blocked = self._claims(pod)
        nodes = list(self._world.store.all("nodes"))
        if blocked or not nodes:
            self._refuse(pod, nodes, Counter({blocked: 0}) if blocked else Counter())
            return
        reasons: Counter[str] = Counter()
        fits: list[Obj] = []
        asks = requests_of(pod["spec"])
        for node in nodes:
            why = self._why_not(pod, node, asks)
            if why:
                reasons.update(why)
            else:
                fits.append(node)
        fits = self._apart(pod, fits, reasons)
        if not fits:
            self._refuse(pod, nodes, reasons)
            return
        self._bind(pod, min(fits, key=lambda node: self._rank(node, _owner(pod))))

    def _rank(self, node: Obj, owner: str) -> tuple[int, Decimal, str]:
        """Apart from its own kind, then the least loaded; who asks for nothing counts as 100m."""
        load = self._loads.get(name_of(node), Load())
        room = self._allocatable(node)
        cpu = room.get("cpu") or Decimal(1)
        asked = load.amounts.get("cpu", Decimal(0)) + ASSUMED_CPU * len(load.pods)
        return load.owners[owner] if owner else 0, asked / cpu, name_of(node)

    def _bind(self, pod: Obj, node: Obj) -> None:
        self.unschedulable.pop((namespace_of(pod), name_of(pod)), None)
        self._world.loop.cancel(("later", "scheduler", namespace_of(pod), name_of(pod)))
        bind(self._world, pod, name_of(node), NAME)

    def _allocatable(self, node: Obj) -> dict[str, Decimal]:
        version = node["metadata"]["resourceVersion"]
        known = self._room.get(name_of(node))
        if known is None or known[0] != version:
            room = {k: quantity(v) for k, v in node["status"]["allocatable"].items()}
            known = self._room[name_of(node)] = (version, room)
        return known[1]

    def _why_not(self, pod: Obj, node: Obj, asks: Mapping[str, Decimal]) -> Sequence[str]:
        spec = pod["spec"]
        tests: Sequence[Callable[[], Sequence[str]]] = (
            lambda: ["node(s) were unschedulable"] if _cordoned(spec, node) else [],
            lambda: _taint_words(untolerated(spec, node)),
            lambda: (
                []
                if selected(spec, node)
                else ["node(s) didn't match Pod's node affinity/selector"]
            ),
            lambda: self._insufficient(asks, node),
            lambda: self._volume_conflict(pod, node),
        )
        for test in tests:
            found = test()
            if found:
                return found
        return []

    def _insufficient(self, asks: Mapping[str, Decimal], node: Obj) -> list[str]:
        load = self._loads.get(name_of(node), Load())
        room = self._allocatable(node)
        if len(load.pods) + 1 > room.get("pods", Decimal(110)):
            return ["Too many pods"]
        found = []
        for name, amount in asks.items():
            taken = load.amounts.get(name, Decimal(0))
            if amount and taken + amount > room.get(name, Decimal(0)):
                found.append(f"Insufficient {name}")
        return found

    # --- volumes ------------------------------------------------------------------------
    def _claims(self, pod: Obj) -> str:
        """What keeps a pod from every node because of its claims."""
        for volume in pod["spec"].get("volumes") or ():
            name = (volume.get("persistentVolumeClaim") or {}).get("claimName")
            if not name:
                continue
            claim = self._world.store.find("persistentvolumeclaims", namespace_of(pod), name)
            if claim is None:
                return f'persistentvolumeclaim "{name}" not found'
            if claim["spec"].get("volumeName"):
                continue
            kind = claim["spec"].get("storageClassName")
            found = self._world.store.find("storageclasses.storage.k8s.io", "", kind or "")
            waits = (found or {}).get("volumeBindingMode") == "WaitForFirstConsumer"
            if not waits:
                return "pod has unbound immediate PersistentVolumeClaims"
        return ""

    def _volume_conflict(self, pod: Obj, node: Obj) -> list[str]:
        for volume in pod["spec"].get("volumes") or ():
            name = (volume.get("persistentVolumeClaim") or {}).get("claimName")
            claim = self._world.store.find("persistentvolumeclaims", namespace_of(pod), name or "")
            bound = (claim or {}).get("spec", {}).get("volumeName")
            found = self._world.store.find("persistentvolumes", "", bound or "")
            affinity = (found or {}).get("spec", {}).get("nodeAffinity") or {}
            required = affinity.get("required")
            if required and not takes_term(required.get("nodeSelectorTerms") or (), node):
                return ["node(s) had volume node affinity conflict"]
        return []

    # --- pods among each other --------------------------------------------------------------
    def _apart(self, pod: Obj, nodes: list[Obj], reasons: Counter[str]) -> list[Obj]:
        affinity = pod["spec"].get("affinity") or {}
        for which, wanted in (("podAntiAffinity", False), ("podAffinity", True)):
            for term in (affinity.get(which) or {}).get(REQUIRED) or ():
                held = self._domains(pod, term)
                if wanted and not held and selects(term.get("labelSelector"), pod):
                    continue
                kept = [n for n in nodes if (_domain(n, term) in held) == wanted]
                word = "affinity rules" if wanted else "anti-affinity rules"
                if len(nodes) > len(kept):
                    reasons[f"node(s) didn't match pod {word}"] += len(nodes) - len(kept)
                nodes = kept
        return self._spread(pod, nodes, reasons)

    def _domains(self, pod: Obj, term: Obj) -> set[str]:
        spaces = term.get("namespaces") or [namespace_of(pod)]
        found = set()
        for space in spaces:
            for other in self._world.store.all("pods", space):
                node = self._world.store.find("nodes", "", other["spec"].get("nodeName", ""))
                if node is not None and selects(term.get("labelSelector"), other):
                    found.add(_domain(node, term))
        return found

    def _spread(self, pod: Obj, nodes: list[Obj], reasons: Counter[str]) -> list[Obj]:
        for one in pod["spec"].get("topologySpreadConstraints") or ():
            if one.get("whenUnsatisfiable") != "DoNotSchedule":
                continue
            counts = {_domain(node, one): 0 for node in self._world.store.all("nodes")}
            for other in self._world.store.all("pods", namespace_of(pod)):
                node = self._world.store.find("nodes", "", other["spec"].get("nodeName", ""))
                if node is not None and selects(one.get("labelSelector"), other):
                    counts[_domain(node, one)] += 1
            least = min(counts.values(), default=0)
            skew = int(one.get("maxSkew", 1))
            kept = [n for n in nodes if counts[_domain(n, one)] + 1 - least <= skew]
            if len(nodes) > len(kept):
                word = "node(s) didn't match pod topology spread constraints"
                reasons[word] += len(nodes) - len(kept)
            nodes = kept
        return nodes

    # --- saying no ------------------------------------------------------------------------------
    def _refuse(self, pod: Obj, nodes: Sequence[Obj], reasons: Counter[str]) -> None:
        message = refusal(len(nodes), reasons)
        now = stamp(self._world.now())
        new = {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": message,
        }
        status = {**pod["status"]}
        status["conditions"] = with_condition(status.get("conditions") or [], new, now)
        if status != pod["status"]:
            pod = self._world.store.update("pods", {**pod, "status": status})
        self._world.events.warning(pod, "FailedScheduling", message, NAME)
        self.unschedulable[namespace_of(pod), name_of(pod)] = None
        due = self._world.now() + AGAIN
        self._world.loop.later(due, "scheduler", namespace_of(pod), name_of(pod))


def refusal(total: int, reasons: Counter[str]) -> str:
    """`0/3 nodes are available: 1 Insufficient cpu, …`, as kube-scheduler's FitError words it."""
    if not total:
        return "no nodes available to schedule pods"
    for_all = [reason for reason, count in reasons.items() if count == 0]
    said = for_all or sorted(f"{count} {reason}" for reason, count in reasons.items())
    may_help = sum(
        count
        for reason, count in reasons.items()
        if reason.startswith(("Insufficient", "Too many"))
    )
    helped = min(may_help, total)
    parts = [f"{helped} {NO_VICTIMS}"] if helped else []
    if total - helped:
        parts.append(f"{total - helped} {HELPLESS}")
    head = f"0/{total} nodes are available:"
    return f"{head} {', '.join(said)}. preemption: {head} {', '.join(sorted(parts))}."


def bind(world: World, pod: Obj, node: str, by: str) -> None:
    """Puts a pod on a node, with its event."""
    new = {"type": "PodScheduled", "status": "True"}
    kept = [c for c in pod["status"].get("conditions") or [] if c["type"] != "PodScheduled"]
    conditions = with_condition(kept, new, stamp(world.now()))
    bound = {
        **pod,
        "spec": {**pod["spec"], "nodeName": node},
        "status": {**pod["status"], "conditions": conditions},
    }
    said = f"Successfully assigned {namespace_of(pod)}/{name_of(pod)} to {node}"
    world.events.normal(pod, "Scheduled", said, by)
    world.store.update("pods", bound)


def requests_of(spec: Obj) -> dict[str, Decimal]:
    """What a pod asks for: the sum of its containers, or its largest init container."""
    total: dict[str, Decimal] = {}
    for container in spec.get("containers") or ():
        for name, value in ((container.get("resources") or {}).get("requests") or {}).items():
            total[name] = total.get(name, Decimal(0)) + quantity(value)
    mains = {id(one) for one in spec.get("containers") or ()}
    for container in containers_of(spec):
        if id(container) in mains:
            continue
        for name, value in ((container.get("resources") or {}).get("requests") or {}).items():
            total[name] = max(total.get(name, Decimal(0)), quantity(value))
    return total


def _owner(pod: Obj) -> str:
    return str((controller_of(pod) or {}).get("uid", ""))


def _cordoned(spec: Obj, node: Obj) -> bool:
    if not node.get("spec", {}).get("unschedulable"):
        return False
    key = "node.kubernetes.io/unschedulable"
    return not any(one.get("key") in (key, None) for one in spec.get("tolerations") or ())


def _taint_words(taint: Obj | None) -> list[str]:
    if taint is None:
        return []
    return [f"node(s) had untolerated taint {{{taint['key']}: {taint.get('value', '')}}}"]


def _domain(node: Obj, term: Obj) -> str:
    return labels_of(node).get(term["topologyKey"], "")
