"""Reads task definitions: what is declared, with fingerprints where values must not be kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kiriwake.core.observed import Call, Why
from kiriwake.evidence.ecs import (
    ContainerDefinition,
    ContainerDependency,
    HealthCheck,
    LogConfiguration,
    Names,
    PortMapping,
    SecretReference,
    TaskDefinition,
    Volume,
)
from kiriwake.evidence.reading import Absent
from kiriwake.sources.aws.api import Api, Job, Listed, Outcome, Seen, one_by_one, parsed
from kiriwake.sources.aws.ecs_services import family_of
from kiriwake.sources.aws.failures import Failed, ReadFailed
from kiriwake.sources.aws.fields import (
    Fields,
    block,
    blocks,
    flag,
    moment,
    number,
    text,
    texts,
    the_number,
    the_text,
)
from kiriwake.sources.redact import GONE, Fingerprints, is_secret_name, redacted, redacted_words

LIST = 100
IN_BULK = 5
"""From so many families on, all revisions of the region are listed by page instead."""
_CANNOT = "unable to describe task definition"

# What the evidence has a field for; everything else goes into `other`.
_CONTAINER_FIELDS = frozenset({
    "name", "image", "essential", "cpu", "memory", "memoryReservation", "portMappings",
    "environment", "environmentFiles", "secrets", "logConfiguration", "healthCheck",
    "dependsOn", "entryPoint", "command", "stopTimeout", "startTimeout",
    "repositoryCredentials", "mountPoints", "firelensConfiguration", "versionConsistency",
})  # fmt: skip
_DEFINITION_FIELDS = frozenset({
    "taskDefinitionArn", "family", "revision", "status", "containerDefinitions", "networkMode",
    "requiresCompatibilities", "cpu", "memory", "executionRoleArn", "taskRoleArn", "volumes",
    "runtimePlatform", "registeredAt", "registeredBy", "ephemeralStorage",
    "proxyConfiguration", "placementConstraints", "compatibilities", "requiresAttributes",
    "deregisteredAt", "deleteRequestedAt",
})  # fmt: skip


def read_definitions(api: Api, calls: Sequence[Call]) -> list[Job]:
    """Task definitions by ARN."""

    def read(api: Api, call: Call) -> Outcome:
        try:
            answer = api.call(call.action, {"taskDefinition": call.argument}, call)
        except ReadFailed as failure:
            failed = failure.failed
            gone = failed.code == "ClientException" and _CANNOT in failed.says.lower()
            if gone or failed.why is Why.NOT_FOUND:
                return Seen(Absent(failed.code, failed.says), api.ledger.now())
            return failed
        fields = block(answer.body, "taskDefinition")
        return parsed(lambda f: definition(f, api.fingerprints), fields, answer.at, call.action)

    return one_by_one(api, calls, read)


def read_revisions(api: Api, calls: Sequence[Call]) -> list[Job]:
    """The ACTIVE revisions of families; of many families at once by paging through all."""
    if len(calls) >= IN_BULK:
        return [Job(tuple(calls), lambda: _in_bulk(api, calls))]
    return one_by_one(api, calls, _revisions)


def _revisions(api: Api, call: Call) -> Outcome:
    wanted = {
        "familyPrefix": call.argument,
        "status": "ACTIVE",
        "sort": "DESC",
        "maxResults": LIST,
    }
    listed = api.listed(call.action, wanted, "taskDefinitionArns", call, at_most=LIST)
    return _names(call, listed)


def _names(call: Call, listed: Listed) -> Outcome:
    mine = [str(arn) for arn in listed.items if family_of(str(arn)) == call.argument]
    mine.sort(key=_revision_of, reverse=True)
    return Seen(Names(tuple(mine)), listed.at)


def _revision_of(arn: str) -> int:
    revision = arn.rpartition(":")[2]
    return int(revision) if revision.isdecimal() else 0


def _in_bulk(api: Api, calls: Sequence[Call]) -> Mapping[Call, Outcome]:
    """Pages through all revisions, for no more pages than a quarter of the families."""
    wanted = {"status": "ACTIVE", "sort": "DESC", "maxResults": LIST}
    most = LIST * max(1, len(calls) // 4)
    listed = api.listed(calls[0].action, wanted, "taskDefinitionArns", calls[0], at_most=most)
    # The list runs by family: all families but the last one seen are complete.
    cut_in = family_of(str(listed.items[-1])) if listed.truncated else ""
    seen = {family_of(str(arn)) for arn in listed.items} - {cut_in}
    left = Failed(Why.NOT_ASKED, calls[0].action)
    complete = not listed.truncated
    return {
        call: _names(call, listed) if complete or call.argument in seen else left for call in calls
    }


def definition(fields: Fields, fingerprints: Fingerprints) -> TaskDefinition:
    """One revision of a task definition."""
    platform = block(fields, "runtimePlatform")
    proxy = block(fields, "proxyConfiguration")
    return TaskDefinition(
        arn=the_text(fields, "taskDefinitionArn"),
        family=the_text(fields, "family"),
        revision=the_number(fields, "revision"),
        status=text(fields, "status") or "ACTIVE",
        containers=tuple(
            _container(item, fingerprints) for item in blocks(fields, "containerDefinitions")
        ),
        network_mode=text(fields, "networkMode"),
        requires_compatibilities=texts(fields, "requiresCompatibilities"),
        cpu=text(fields, "cpu"),
        memory=text(fields, "memory"),
        execution_role_arn=text(fields, "executionRoleArn"),
        task_role_arn=text(fields, "taskRoleArn"),
        volumes=tuple(_volume(item) for item in blocks(fields, "volumes")),
        cpu_architecture=text(platform, "cpuArchitecture"),
        os_family=text(platform, "operatingSystemFamily"),
        registered_at=moment(fields, "registeredAt"),
        registered_by=text(fields, "registeredBy"),
        ephemeral_storage_gib=number(block(fields, "ephemeralStorage"), "sizeInGiB"),
        proxy=fingerprints.of_fields(proxy),
        placement_constraints=tuple(
            text(item, "expression") or text(item, "type")
            for item in blocks(fields, "placementConstraints")
        ),
        other=fingerprints.of_fields(_rest(fields, _DEFINITION_FIELDS)),
    )


def _rest(fields: Fields, known: frozenset[str]) -> Fields:
    """What has a value and no field of its own; an empty default is no difference."""
    return {k: v for k, v in fields.items() if k not in known and v not in ([], {}, "", None)}


def _container(fields: Fields, fingerprints: Fingerprints) -> ContainerDefinition:
    linux = block(fields, "linuxParameters")
    rest = {
        **_rest(fields, _CONTAINER_FIELDS | {"linuxParameters"}),
        **_rest({"linuxParameters": _rest(linux, frozenset({"initProcessEnabled"}))}, frozenset()),
    }
    essential = flag(fields, "essential")
    return ContainerDefinition(
        name=the_text(fields, "name"),
        image=text(fields, "image"),
        essential=essential is not False,
        cpu=number(fields, "cpu") or 0,
        memory_mib=number(fields, "memory"),
        memory_reservation_mib=number(fields, "memoryReservation"),
        ports=tuple(_port(item) for item in blocks(fields, "portMappings")),
        environment=tuple(
            (text(item, "name"), fingerprints.of(text(item, "value")))
            for item in blocks(fields, "environment")
        ),
        environment_files=tuple(text(f, "value") for f in blocks(fields, "environmentFiles")),
        secrets=_secrets(fields, "secrets"),
        log=_log(block(fields, "logConfiguration")),
        health_check=_health_check(block(fields, "healthCheck")),
        depends_on=tuple(
            ContainerDependency(text(item, "containerName"), text(item, "condition"))
            for item in blocks(fields, "dependsOn")
        ),
        entry_point=redacted_words(texts(fields, "entryPoint")),
        command=redacted_words(texts(fields, "command")),
        stop_timeout_s=number(fields, "stopTimeout"),
        start_timeout_s=number(fields, "startTimeout"),
        init_process=flag(linux, "initProcessEnabled") or False,
        repository_credentials=text(block(fields, "repositoryCredentials"), "credentialsParameter"),
        mount_volumes=tuple(text(item, "sourceVolume") for item in blocks(fields, "mountPoints")),
        firelens=text(block(fields, "firelensConfiguration"), "type"),
        version_consistency=text(fields, "versionConsistency"),
        other=fingerprints.of_fields(rest),
    )


def _port(fields: Fields) -> PortMapping:
    return PortMapping(
        container_port=number(fields, "containerPort") or 0,
        host_port=number(fields, "hostPort"),
        protocol=text(fields, "protocol") or "tcp",
        name=text(fields, "name"),
        app_protocol=text(fields, "appProtocol"),
    )


def _secrets(fields: Fields, key: str) -> tuple[SecretReference, ...]:
    return tuple(
        SecretReference(text(item, "name"), text(item, "valueFrom")) for item in blocks(fields, key)
    )


def _log(fields: Fields) -> LogConfiguration | None:
    if not fields:
        return None
    options = sorted((str(k), str(v)) for k, v in block(fields, "options").items())
    return LogConfiguration(
        driver=text(fields, "logDriver"),
        options=tuple((k, GONE if is_secret_name(k) else redacted(v)) for k, v in options),
        secret_options=_secrets(fields, "secretOptions"),
    )


def _health_check(fields: Fields) -> HealthCheck | None:
    if not fields:
        return None
    return HealthCheck(
        command=redacted_words(texts(fields, "command")),
        interval_s=number(fields, "interval"),
        timeout_s=number(fields, "timeout"),
        retries=number(fields, "retries"),
        start_period_s=number(fields, "startPeriod"),
    )


_VOLUME_KINDS = {
    "efsVolumeConfiguration": "efs",
    "s3filesVolumeConfiguration": "s3files",
    "fsxWindowsFileServerVolumeConfiguration": "fsx",
    "dockerVolumeConfiguration": "docker",
    "host": "host",
}


def _volume(fields: Fields) -> Volume:
    efs = block(fields, "efsVolumeConfiguration")
    access = block(efs, "authorizationConfig")
    kind = next((name for key, name in _VOLUME_KINDS.items() if block(fields, key)), "")
    return Volume(
        name=text(fields, "name"),
        efs_file_system_id=text(efs, "fileSystemId"),
        efs_root_directory=text(efs, "rootDirectory"),
        efs_access_point_id=text(access, "accessPointId"),
        efs_iam=text(access, "iam"),
        efs_transit_encryption=text(efs, "transitEncryption"),
        kind="configured-at-launch" if flag(fields, "configuredAtLaunch") else kind,
    )
