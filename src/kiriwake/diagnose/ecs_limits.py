"""What a diagnosis of ECS does not look at, said where it could be taken for granted."""

from __future__ import annotations

from kiriwake.core.observed import Known
from kiriwake.core.target import Kind
from kiriwake.core.text import Text
from kiriwake.diagnose.diagnosis import NotChecked
from kiriwake.evidence import ecs
from kiriwake.evidence.snapshot import Snapshot


def not_checked(snapshot: Snapshot) -> tuple[NotChecked, ...]:
    """The limits that apply to this target."""
    match snapshot.target.kind:
        case Kind.ECS_CLUSTER:
            return _of_a_cluster(snapshot)
        case Kind.ECS_SERVICE:
            return _of_a_service(snapshot)
        case _:
            return ()


def _of_a_cluster(snapshot: Snapshot) -> tuple[NotChecked, ...]:
    match snapshot.see(ecs.SERVICES, snapshot.target.place):
        case Known(value=listed) if not listed.names:
            why = Text(en="the cluster has no services", ja="クラスターにサービスがない")
        case _:
            why = Text(
                en="the cluster's services were not listed",
                ja="クラスターのサービス一覧を取得していない",
            )
    return (NotChecked(Text(en="services", ja="サービス"), why),)


def _of_a_service(snapshot: Snapshot) -> tuple[NotChecked, ...]:
    match ecs.service(snapshot):
        case Known(value=service):
            notes = []
            if service.desired == 0 and service.running == 0:
                notes.append(
                    NotChecked(
                        Text(en="whether tasks can start", ja="タスクが起動できるか"),
                        Text(en="the desired count is 0", ja="desired count が 0"),
                    )
                )
            if service.controller != "ECS":
                notes.append(
                    NotChecked(
                        Text(en="the deployment itself", ja="デプロイそのもの"),
                        Text(
                            en=f"its controller is {service.controller}, not ECS",
                            ja=f"デプロイコントローラーが ECS ではなく {service.controller}",
                        ),
                    )
                )
            return tuple(notes)
        case _:
            return ()
