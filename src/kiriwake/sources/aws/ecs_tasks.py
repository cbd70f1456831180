"""Reads ECS tasks: both lists of a service share one DescribeTasks where they fit in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from kiriwake.core.observed import Call, Why
from kiriwake.evidence import ecs as evidence
from kiriwake.evidence.ecs import Container, Task, Tasks
from kiriwake.evidence.reading import Absent
from kiriwake.sources.aws.api import Api, Job, Listed, Outcome, Seen, batches, parsed
from kiriwake.sources.aws.ecs_services import by_cluster, cluster_and_name
from kiriwake.sources.aws.failures import Failed, ReadFailed
from kiriwake.sources.aws.fields import Fields, blocks, moment, number, text, the_text
from kiriwake.sources.redact import redacted

DESCRIBE = 100
MOST = {"RUNNING": 300, "STOPPED": 100}
"""How many tasks of each list are read; more tell nothing new about a service."""


def read_tasks(api: Api, calls: Sequence[Call]) -> list[Job]:
    """The running and the stopped tasks of services."""
    services: dict[str, list[Call]] = {}
    for call in calls:
        services.setdefault(call.argument, []).append(call)

    def job(some: list[Call]) -> Job:
        return Job(tuple(some), lambda: _tasks_of_service(api, some))

    return [job(some) for some in services.values()]


def _tasks_of_service(api: Api, calls: Sequence[Call]) -> Mapping[Call, Outcome]:
    cluster, service = cluster_and_name(calls[0].argument)
    outcomes: dict[Call, Outcome] = {}
    listed: dict[Call, Listed] = {}
    for call in calls:
        about = Call("ecs:ListTasks", call.argument, call.part)
        wanted = {"cluster": cluster, "serviceName": service, "desiredStatus": call.part}
        try:
            listed[call] = api.listed(
                about.action, wanted, "taskArns", about, at_most=MOST[call.part]
            )
        except ReadFailed as failure:
            outcomes[call] = failure.failed
    arns = list(dict.fromkeys(arn for each in listed.values() for arn in each.items))
    try:
        described = _described(api, cluster, arns, next(iter(listed), calls[0]))
    except ReadFailed as failure:
        # An empty list needs no description.
        for call, each in listed.items():
            empty = Seen(Tasks(()), each.at)
            outcomes[call] = failure.failed if each.items else empty
        return outcomes
    for call, each in listed.items():
        outcomes[call] = described.outcome(call, each, listed)
    return outcomes


@dataclass(slots=True)
class _Described:
    """What DescribeTasks said of each task that it was asked for."""

    found: dict[str, Outcome] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def outcome(self, call: Call, mine: Listed, listed: Mapping[Call, Listed]) -> Outcome:
        """One list's tasks; a task that changed sides between list and description moves."""
        sides = {each.part for each in listed}
        arns = list(mine.items) + [
            arn for other, each in listed.items() if other != call for arn in each.items
        ]
        own = set(mine.items)
        tasks: list[Task] = []
        at = mine.at
        for arn in dict.fromkeys(arns):
            match self.found.get(arn):
                case Seen(Task() as task, at):
                    side = task.desired_status if task.desired_status in sides else None
                    if side == call.part or (side is None and arn in own):
                        tasks.append(task)
                case Failed() as failed if arn in own:
                    return failed
                case _:
                    pass
        return Seen(Tasks(tuple(tasks), mine.truncated, len(self.gone & own)), at)


def _described(api: Api, cluster: str, arns: Sequence[str], about: Call) -> _Described:
    described = _Described()
    action = evidence.TASK.action
    for some in batches(arns, DESCRIBE):
        answer = api.call(action, {"cluster": cluster, "tasks": list(some)}, about)
        for item in blocks(answer.body, "tasks"):
            described.found[text(item, "taskArn")] = parsed(_task, item, answer.at, action)
        for failure in blocks(answer.body, "failures"):
            arn, reason = text(failure, "arn"), text(failure, "reason")
            if reason == "MISSING":
                described.gone.add(arn)
            else:
                says = text(failure, "detail") or reason
                described.found[arn] = Failed(Why.UNREACHABLE, action, reason, says)
        described.gone |= set(some) - described.found.keys()
    return described


def read_single_tasks(api: Api, calls: Sequence[Call]) -> list[Job]:
    """Tasks by id, a hundred of a cluster at a time."""

    def job(some: Sequence[Call]) -> Job:
        return Job(tuple(some), lambda: _single_tasks(api, some))

    return [job(some) for same in by_cluster(calls) for some in batches(same, DESCRIBE)]


def _single_tasks(api: Api, calls: Sequence[Call]) -> Mapping[Call, Outcome]:
    cluster = cluster_and_name(calls[0].argument)[0]
    ids = [cluster_and_name(call.argument)[1] for call in calls]
    try:
        described = _described(api, cluster, ids, calls[0])
    except ReadFailed as failure:
        if failure.failed.why is not Why.NOT_FOUND:
            raise
        absent = Absent(failure.failed.code, failure.failed.says)
        return dict.fromkeys(calls, Seen(absent, api.ledger.now()))
    by_id = {arn.rsplit("/", maxsplit=1)[-1]: found for arn, found in described.found.items()}
    # A task that AWS forgot and one that never was look the same (F1.10, F1.12).
    expired = Failed(Why.EXPIRED, evidence.TASK.action, "MISSING", "MISSING")
    return {call: by_id.get(id_, expired) for call, id_ in zip(calls, ids, strict=True)}


def _task(fields: Fields) -> Task:
    arn = the_text(fields, "taskArn")
    interface = _interface(fields)
    task = Task(
        arn=arn,
        id=arn.rsplit("/", maxsplit=1)[-1],
        last_status=the_text(fields, "lastStatus"),
        desired_status=the_text(fields, "desiredStatus"),
        task_definition=text(fields, "taskDefinitionArn"),
        started_by=text(fields, "startedBy"),
        group=text(fields, "group"),
        launch_type=text(fields, "launchType"),
        capacity_provider=text(fields, "capacityProviderName"),
        platform_version=text(fields, "platformVersion"),
        availability_zone=text(fields, "availabilityZone"),
        health_status=text(fields, "healthStatus"),
        stop_code=text(fields, "stopCode"),
        stopped_reason=redacted(text(fields, "stoppedReason")),
        containers=tuple(_container(item) for item in blocks(fields, "containers")),
        private_ip=interface.get("privateIPv4Address", ""),
        eni_id=interface.get("networkInterfaceId", ""),
        subnet_id=interface.get("subnetId", ""),
        container_instance_arn=text(fields, "containerInstanceArn"),
        cpu=text(fields, "cpu"),
        memory=text(fields, "memory"),
    )
    return replace(
        task,
        created_at=moment(fields, "createdAt"),
        pull_started_at=moment(fields, "pullStartedAt"),
        pull_stopped_at=moment(fields, "pullStoppedAt"),
        started_at=moment(fields, "startedAt"),
        stopping_at=moment(fields, "stoppingAt"),
        stopped_at=moment(fields, "stoppedAt"),
    )


def _interface(fields: Fields) -> dict[str, str]:
    """The details of the task's network interface (F1.17)."""
    for attachment in blocks(fields, "attachments"):
        if text(attachment, "type") in {"ElasticNetworkInterface", "eni"}:
            details = blocks(attachment, "details")
            return {text(detail, "name"): text(detail, "value") for detail in details}
    return {}


def _container(fields: Fields) -> Container:
    return Container(
        name=text(fields, "name"),
        image=text(fields, "image"),
        image_digest=text(fields, "imageDigest"),
        last_status=text(fields, "lastStatus"),
        exit_code=number(fields, "exitCode"),
        reason=redacted(text(fields, "reason")),
        health_status=text(fields, "healthStatus"),
        runtime_id=text(fields, "runtimeId"),
    )
