"""Which targets a typed one stands for; and what may have been meant, if there is none."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from kiriwake.core.errors import KiriwakeError, NoAccess, TargetNotFound, UsageError
from kiriwake.core.observed import Call, Known, Missing, Observed, Why
from kiriwake.core.target import Kind, Target
from kiriwake.core.text import Text
from kiriwake.evidence import ecs
from kiriwake.evidence.ecs import Cluster, Names, Service
from kiriwake.evidence.reading import Absent
from kiriwake.sources.aws.api import Api
from kiriwake.sources.aws.failures import Failed, ReadFailed
from kiriwake.sources.aws.fields import blocks, text
from kiriwake.sources.aws.identity import no_access
from kiriwake.sources.names import nearest
from kiriwake.sources.source import Identity

Read = Callable[[Collection[Call]], Mapping[Call, Observed[Any]]]

OTHER_REGIONS = 16
"""How many regions are asked about a cluster that this one does not have."""
_AT_ONCE = 8


def not_found(
    what: Text, near: Sequence[str], *more: Text, note: Text | None = None
) -> TargetNotFound:
    """The failure, with what may have been meant."""
    names = ", ".join(near)
    hints = (Text(en=f"did you mean: {names}", ja=f"候補: {names}"),) if near else ()
    return TargetNotFound("no-such-target", what, note=note, hints=(*hints, *more))


class Targets:
    """Finds targets; what it sees on the way is kept in `seen`."""

    def __init__(
        self, api: Api, read: Read, identity: Identity, regions: Callable[[], Sequence[str]]
    ) -> None:
        self._api = api
        self._read = read
        self._identity = identity
        self._regions = regions
        self.seen: dict[Call, Observed[Any]] = {}

    def find(self, wanted: Target | None) -> tuple[Target, ...]:
        """The targets that stand for the one that was typed, in the order of their names."""
        if wanted is None:
            return self._all()
        self._same_place(wanted)
        match wanted.kind:
            case Kind.ECS_CLUSTER:
                return self._of_cluster(wanted)
            case Kind.ECS_SERVICE:
                return self._service(wanted)
            case Kind.ECS_TASK:
                return self._task(wanted)
            case Kind.EKS_CLUSTER | Kind.K8S_WORKLOAD | Kind.ECR_IMAGE | Kind.SUBNET:
                return (wanted,)

    def _same_place(self, wanted: Target) -> None:
        """An ARN tells the region and the account; raises `UsageError` for another one."""
        here = self._identity
        if wanted.region and wanted.region != here.region:
            raise UsageError(
                "other-region",
                Text(
                    en=f"the ARN is of {wanted.region}, and kiriwake looks at {here.region}",
                    ja=f"ARN は {wanted.region} のものだが、見ているのは {here.region}",
                ),
                hints=(Text(en=f"--region {wanted.region}", ja=f"--region {wanted.region}"),),
            )
        if wanted.account and here.account and wanted.account != here.account:
            raise UsageError(
                "other-account",
                Text(
                    en=f"the ARN is of account {wanted.account}, the credentials of {here.account}",
                    ja=f"ARN はアカウント {wanted.account}、認証情報は {here.account} のもの",
                ),
                hints=(
                    Text(
                        en="--profile or --role-arn of that account",
                        ja="そのアカウントの --profile か --role-arn を指定する",
                    ),
                ),
            )

    def _one(self, call: Call) -> Observed[Any]:
        found = self._read([call])[call]
        self.seen[call] = found
        return found

    def _all(self) -> tuple[Target, ...]:
        match self._one(ecs.CLUSTERS.of(self._api.region)):
            case Missing() as missing:
                raise _cannot_list(missing, self._api.region)
            case Known(value=listed):
                clusters = listed.names
        listings = self._read([ecs.SERVICES.of(cluster) for cluster in clusters])
        self.seen |= listings
        targets: list[Target] = []
        for cluster in clusters:
            match listings[ecs.SERVICES.of(cluster)]:
                case Known(Names(names)) if names:
                    targets += [Target(Kind.ECS_SERVICE, cluster, name) for name in names]
                case _:
                    # Empty, or not to be listed: the cluster stands for itself, and its
                    # listing in the evidence says which of the two it is.
                    targets.append(Target(Kind.ECS_CLUSTER, cluster))
        return self._alive(targets)

    def _of_cluster(self, wanted: Target) -> tuple[Target, ...]:
        match self._one(ecs.SERVICES.of(wanted.place)):
            case Known(Names(names)) if names:
                targets = [replace(wanted, kind=Kind.ECS_SERVICE, name=name) for name in names]
                return self._alive(targets)
            case Missing(why=Why.NOT_FOUND):
                raise self._no_cluster(wanted.place)
            case Missing() as missing:
                raise _cannot_list(missing, self._api.region)
            case _:
                return self._empty(wanted)

    def _empty(self, wanted: Target) -> tuple[Target, ...]:
        match self._one(ecs.CLUSTER.of(wanted.place)):
            case Known(Absent()):
                raise self._no_cluster(wanted.place)
            case Known(Cluster(status="INACTIVE")):
                raise self._no_cluster(wanted.place, inactive=True)
            case _:
                return (wanted,)

    def _alive(self, targets: Sequence[Target]) -> tuple[Target, ...]:
        """The targets without services that are INACTIVE or vanished since they were listed."""
        calls = {
            target: ecs.SERVICE.of(f"{target.place}/{target.name}")
            for target in targets
            if target.kind is Kind.ECS_SERVICE
        }
        found = self._read(calls.values())
        self.seen |= found
        gone = {target for target, call in calls.items() if _is_gone(found[call])}
        return tuple(target for target in targets if target not in gone)

    def _service(self, wanted: Target) -> tuple[Target, ...]:
        found = self._one(ecs.SERVICE.of(f"{wanted.place}/{wanted.name}"))
        match found:
            case Known(Absent(code="ClusterNotFoundException")):
                raise self._no_cluster(wanted.place)
            case Known(value) if _is_gone(found):
                raise self._no_service(wanted, inactive=isinstance(value, Service))
            case _:
                # Denied or throttled: the diagnosis says so.
                return (wanted,)

    def _task(self, wanted: Target) -> tuple[Target, ...]:
        match self._one(ecs.TASK.of(f"{wanted.place}/{wanted.name}")):
            case Known(Absent()):
                raise self._no_cluster(wanted.place)
            case Missing(why=Why.EXPIRED):
                raise not_found(
                    Text(
                        en=f"cluster {wanted.place} has no task {wanted.name}",
                        ja=f"クラスター {wanted.place} にタスク {wanted.name} はない",
                    ),
                    (),
                    Text(
                        en=f"kiriwake diagnose {wanted.place} looks at its services",
                        ja=f"kiriwake diagnose {wanted.place} でサービス単位に診断できる",
                    ),
                    note=Text(
                        en="AWS forgets stopped tasks after about an hour",
                        ja="AWS は停止したタスクの情報を約 1 時間で破棄する",
                    ),
                )
            case _:
                return (wanted,)

    def _no_service(self, wanted: Target, *, inactive: bool) -> TargetNotFound:
        near: tuple[str, ...] = ()
        match self._one(ecs.SERVICES.of(wanted.place)):
            case Known(Names(names)):
                others = [name for name in names if name != wanted.name]
                near = tuple(f"{wanted.place}/{name}" for name in nearest(wanted.name, others))
            case _:
                pass
        where = f"{wanted.place}/{wanted.name}"
        return not_found(
            Text(en=f"service {where} is INACTIVE", ja=f"サービス {where} は INACTIVE")
            if inactive
            else Text(
                en=f"cluster {wanted.place} has no service {wanted.name}",
                ja=f"クラスター {wanted.place} にサービス {wanted.name} はない",
            ),
            near,
        )

    def _no_cluster(self, name: str, *, inactive: bool = False) -> KiriwakeError:
        region = self._api.region
        near: tuple[str, ...] = ()
        match self._one(ecs.CLUSTERS.of(region)):
            case Known(Names(names)):
                near = nearest(name, (known for known in names if known != name))
            case _:
                pass
        elsewhere = regions_with_cluster(self._api, name, self._regions())
        return not_found(
            Text(en=f"cluster {name} is INACTIVE", ja=f"クラスター {name} は INACTIVE")
            if inactive
            else Text(
                en=f"there is no cluster {name} in {region}",
                ja=f"{region} にクラスター {name} はない",
            ),
            near,
            *(
                Text(
                    en=f"cluster {name} exists in {there}: --region {there}",
                    ja=f"クラスター {name} は {there} にある: --region {there}",
                )
                for there in elsewhere
            ),
        )


def regions_with_cluster(api: Api, name: str, regions: Sequence[str]) -> tuple[str, ...]:
    """The other regions that have a cluster of that name, as far as they answer."""

    def has(region: str) -> bool:
        about = Call("ecs:DescribeClusters", name, region)
        try:
            body = api.in_region(region).call(about.action, {"clusters": [name]}, about).body
        except ReadFailed:
            return False
        return any(text(item, "status") == "ACTIVE" for item in blocks(body, "clusters"))

    return _asked_of(api, regions, has)


def regions_with_clusters(api: Api, regions: Sequence[str]) -> tuple[str, ...]:
    """The other regions that have any cluster, as far as they answer."""

    def has(region: str) -> bool:
        about = ecs.CLUSTERS.of(region)
        try:
            body = api.in_region(region).call(about.action, {"maxResults": 1}, about).body
        except ReadFailed:
            return False
        return bool(body.get("clusterArns"))

    return _asked_of(api, regions, has)


def _asked_of(api: Api, regions: Sequence[str], has: Callable[[str], bool]) -> tuple[str, ...]:
    others = [region for region in regions if region != api.region][:OTHER_REGIONS]
    if not others:
        return ()
    with ThreadPoolExecutor(_AT_ONCE, "kiriwake-regions") as pool:
        answers = list(pool.map(has, others))
    api.ledger.close(())
    return tuple(region for region, yes in zip(others, answers, strict=True) if yes)


def _is_gone(found: Observed[Any]) -> bool:
    match found:
        case Known(Absent()) | Known(Service(status="INACTIVE")):
            return True
        case _:
            return False


def _cannot_list(missing: Missing, region: str) -> NoAccess:
    if missing.why is Why.UNREACHABLE:
        failed = Failed(missing.why, missing.call.action, says=missing.says)
        return no_access(ReadFailed(failed), region)
    action = missing.call.action
    return NoAccess(
        "cannot-list",
        Text(
            en=f"the services cannot be listed: {action} is {missing.why}",
            ja=f"サービスを一覧できない: {action} が {missing.why}",
        ),
        note=Text(en=missing.says, ja=missing.says) if missing.says else None,
        hints=(
            Text(
                en="name one service (CLUSTER/SERVICE), or see kiriwake iam-policy",
                ja="サービスを CLUSTER/SERVICE で指定するか、kiriwake iam-policy を参照",
            ),
        ),
    )
