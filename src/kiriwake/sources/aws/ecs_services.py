"""Reads ECS services, their deployments, and who else runs a family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from kiriwake.core.observed import Call, Why
from kiriwake.evidence import ecs as evidence
from kiriwake.evidence.ecs import Names, ServiceUse
from kiriwake.evidence.reading import Absent
from kiriwake.sources.aws import ecs_service_shapes as shapes
from kiriwake.sources.aws.api import Api, Job, Outcome, Seen, batches, one_by_one, parsed
from kiriwake.sources.aws.failures import Failed, ReadFailed
from kiriwake.sources.aws.fields import Fields, block, blocks, text

DESCRIBE = 10
LIST = 100
REVISIONS = 20
OTHER_CLUSTERS = 8
OTHER_SERVICES = 80
"""Among more services of a region nobody is looked for: that would take too many requests."""
ONE_BY_ONE = 50
"""Up to so many services each is asked for alone, where IAM refuses some of a batch."""


def cluster_and_name(argument: str) -> tuple[str, str]:
    """The two halves of `CLUSTER/SERVICE`."""
    cluster, _, name = argument.partition("/")
    return cluster, name


def read_services(api: Api, calls: Sequence[Call]) -> list[Job]:
    """Services, ten of a cluster at a time."""
    patient = len(calls) <= ONE_BY_ONE

    def job(some: Sequence[Call]) -> Job:
        return Job(tuple(some), lambda: _services(api, some, patient=patient))

    return [job(some) for same in by_cluster(calls) for some in batches(same, DESCRIBE)]


def by_cluster(calls: Sequence[Call]) -> list[list[Call]]:
    """The calls of each cluster, in their order."""
    clusters: dict[str, list[Call]] = {}
    for call in calls:
        clusters.setdefault(cluster_and_name(call.argument)[0], []).append(call)
    return list(clusters.values())


def _services(api: Api, calls: Sequence[Call], *, patient: bool) -> Mapping[Call, Outcome]:
    action = evidence.SERVICE.action
    cluster = cluster_and_name(calls[0].argument)[0]
    names = {cluster_and_name(call.argument)[1]: call for call in calls}
    try:
        answer = api.call(action, {"cluster": cluster, "services": list(names)}, calls[0])
    except ReadFailed as failure:
        match failure.failed:
            case Failed(why=Why.NOT_FOUND, code=code, says=says):
                return dict.fromkeys(calls, Seen(Absent(code, says), api.ledger.now()))
            case Failed(code="InvalidParameterException", says=says) if "dentifier" in says:
                if len(calls) == 1:
                    # Nothing can have such a name.
                    return {calls[0]: Seen(Absent("MISSING", says), api.ledger.now())}
                return _one_by_one(api, calls)
            case Failed(why=Why.DENIED) if patient and len(calls) > 1:
                # IAM may allow some services of the batch, and refuses all for the others.
                return _one_by_one(api, calls)
            case failed:
                return dict.fromkeys(calls, failed)
    found: dict[Call, Outcome] = {}
    for item in blocks(answer.body, "services"):
        if call := names.get(text(item, "serviceName")):
            found[call] = parsed(shapes.service, item, answer.at, action)
    missing = {text(f, "arn").rsplit("/", 1)[-1]: f for f in blocks(answer.body, "failures")}
    for name, call in names.items():
        if call not in found:
            found[call] = _failure(missing.get(name, {}), answer.at, action)
    return found


def _one_by_one(api: Api, calls: Sequence[Call]) -> Mapping[Call, Outcome]:
    return {
        call: seen for one in calls for call, seen in _services(api, [one], patient=True).items()
    }


def _failure(failure: Fields, at: datetime, action: str) -> Outcome:
    reason = text(failure, "reason") or "MISSING"
    if reason == "MISSING":
        return Seen(Absent(reason, text(failure, "detail")), at)
    return Failed(Why.UNREACHABLE, action, reason, text(failure, "detail") or reason)


def read_deployments(api: Api, calls: Sequence[Call]) -> list[Job]:
    """The deployments of a service: all in brief, the newest twenty in full."""
    return one_by_one(api, calls, _deployments)


def _deployments(api: Api, call: Call) -> Outcome:
    cluster, name = cluster_and_name(call.argument)
    wanted = {"cluster": cluster, "service": name, "maxResults": LIST}
    about = Call("ecs:ListServiceDeployments", call.argument)
    listed = api.listed(about.action, wanted, "serviceDeployments", about)
    briefs = {text(item, "serviceDeploymentArn"): item for item in listed.items}
    newest = list(briefs)[:REVISIONS]
    if not newest:
        return Seen((), listed.at)
    answer = api.call(call.action, {"serviceDeploymentArns": newest}, call)
    full = {
        text(item, "serviceDeploymentArn"): item
        for item in blocks(answer.body, "serviceDeployments")
    }
    deployments = [full.get(arn, brief) for arn, brief in briefs.items()]
    definitions = _definitions_of(api, call, [d for a, d in full.items() if a in briefs])
    return parsed(
        lambda fields: tuple(
            shapes.service_deployment(item, definitions) for item in fields["items"]
        ),
        {"items": deployments},
        answer.at,
        call.action,
    )


def _definitions_of(api: Api, call: Call, deployments: Sequence[Fields]) -> dict[str, str]:
    """The task definition of every revision that was deployed to, where it is still known."""
    targets = (text(block(d, "targetServiceRevision"), "arn") for d in deployments)
    arns = list(dict.fromkeys(filter(None, targets)))[:REVISIONS]
    if not arns:
        return {}
    about = Call("ecs:DescribeServiceRevisions", call.argument)
    body = api.call(about.action, {"serviceRevisionArns": arns}, about).body
    revisions = blocks(body, "serviceRevisions")
    return {text(r, "serviceRevisionArn"): text(r, "taskDefinition") for r in revisions}


def read_uses(api: Api, calls: Sequence[Call]) -> list[Job]:
    """Every service that runs a family; one walk through the region serves all families."""

    def walk() -> Mapping[Call, Outcome]:
        uses, at = _uses(api)
        return {
            call: Seen(
                tuple(use for use in uses if family_of(use.task_definition) == call.argument), at
            )
            for call in calls
        }

    return [Job(tuple(calls), walk)]


def _uses(api: Api) -> tuple[list[ServiceUse], datetime]:
    about = evidence.CLUSTERS.of(api.region)
    clusters = api.listed(about.action, {"maxResults": LIST}, "clusterArns", about)
    services: list[tuple[str, str]] = []
    if len(clusters.items) > OTHER_CLUSTERS:
        raise _too_many(f"{len(clusters.items)} clusters")
    for arn in clusters.items:
        cluster = str(arn).rsplit("/", maxsplit=1)[-1]
        one = evidence.SERVICES.of(cluster)
        wanted = {"cluster": cluster, "maxResults": LIST}
        listed = api.listed(one.action, wanted, "serviceArns", one, at_most=LIST)
        services += [(cluster, str(arn).rsplit("/", maxsplit=1)[-1]) for arn in listed.items]
        if len(services) > OTHER_SERVICES:
            raise _too_many(f"more than {OTHER_SERVICES} services")
    calls = [evidence.SERVICE.of("/".join(pair)) for pair in services]
    uses: list[ServiceUse] = []
    at = clusters.at
    for job in read_services(api, calls):
        for outcome in job.run().values():
            match outcome:
                case Seen(evidence.Service() as service, at):
                    uses += _of(service)
                case Failed():
                    raise ReadFailed(outcome)
                case _:
                    pass
    return uses, at


def _too_many(what: str) -> ReadFailed:
    says = f"{what} in the region are too many to look through"
    return ReadFailed(Failed(Why.TRUNCATED, evidence.SERVICE.action, says=says))


def _of(service: evidence.Service) -> list[ServiceUse]:
    definitions = (service.task_definition, *(d.task_definition for d in service.deployments))
    return [
        ServiceUse(service.cluster, service.name, definition)
        for definition in dict.fromkeys(filter(None, definitions))
    ]


def family_of(definition: str) -> str:
    """The family in a task definition's ARN or `family:revision`."""
    return definition.rsplit("/", maxsplit=1)[-1].partition(":")[0]


def read_service_names(api: Api, calls: Sequence[Call]) -> list[Job]:
    """The services of a cluster by name."""

    def read(api: Api, call: Call) -> Outcome:
        wanted = {"cluster": call.argument, "maxResults": LIST}
        listed = api.listed(call.action, wanted, "serviceArns", call)
        names = (str(arn).rsplit("/", maxsplit=1)[-1] for arn in listed.items)
        return Seen(Names(tuple(sorted(names))), listed.at)

    return one_by_one(api, calls, read)
