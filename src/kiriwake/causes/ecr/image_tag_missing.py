"""The image that the task definition names is not in the registry."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named, suggested
from kiriwake.core.observed import Known, Missing
from kiriwake.core.plan import Plan, Risk
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict, any_of, first_of, given, when
from kiriwake.evidence import ecr, ecs
from kiriwake.evidence.ecr import Image
from kiriwake.evidence.ecs import TaskDefinition
from kiriwake.evidence.reading import Absent
from kiriwake.evidence.snapshot import Snapshot

ID = "ecr/image-tag-missing"
ECR_HOST = ".dkr.ecr."


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when the pull named a missing tag, or may have and ECR has no such image."""
    return any_of(
        [
            named(snapshot, ID),
            first_of(suggested(snapshot, ID), lambda: _is_absent(snapshot)),
        ]
    )


def _is_absent(snapshot: Snapshot) -> Verdict:
    def any_image(definition: Known[TaskDefinition]) -> Verdict:
        images = [c.image for c in definition.value.containers if ECR_HOST in c.image]
        says = Text(en="its images are not in ECR", ja="イメージが ECR にない")
        if not images:
            return when(False, says, definition)
        return any_of(given(snapshot.see(ecr.IMAGE, uri), _absent) for uri in images)

    return given(ecs.definition_in_use(snapshot), any_image)


def _absent(image: Known[Image | Absent]) -> Verdict:
    missing = isinstance(image.value, Absent)
    code = image.value.code if isinstance(image.value, Absent) else ""
    name = image.call.argument.partition("/")[2]
    says = Text(
        en=f"ECR has no {name} ({code})" if missing else f"{name} is in ECR",
        ja=f"{name} は ECR にない ({code})" if missing else f"{name} は ECR にある",
    )
    return when(missing, says, image, direct=True)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """The push, or the tag that is there."""
    match ecs.definition_in_use(snapshot):
        case Known(value=definition):
            images = [c.image for c in definition.containers]
        case Missing() as missing:
            return (missing,)
    return (
        Plan(
            id="push-or-name-existing-tag",
            title=Text(
                en="push the image, or deploy a revision that names a tag that exists",
                ja="イメージを push するか、存在するタグを指定したリビジョンをデプロイする",
            ),
            risk=Risk.SHOW,
            commands=tuple(f"docker push {image}" for image in images if ECR_HOST in image),
        ),
    )


CAUSE = Cause(
    title=Text(
        en="the image tag or digest does not exist in the registry",
        ja="指定したイメージのタグまたはダイジェストがレジストリに存在しない",
    ),
    meaning=Text(
        en="The registry answered, and has no such image: never pushed, expired, or misspelt.",
        ja="レジストリは応答したが、該当イメージがない。未 push、期限切れ、またはタイプミス。",
    ),
    contrast=Text(
        en="The same mistake shows on AKS as ErrImagePull in the pod's own events.",
        ja="AKS では同じミスが Pod のイベントに ErrImagePull として現れる。",
    ),
    level=Level.CAUSE,
    explains=frozenset(
        {
            SymptomId.TASKS_FAIL_TO_START,
            SymptomId.TASKS_MISSING,
            SymptomId.DEPLOYMENT_STALLED,
            SymptomId.DEPLOYMENT_ROLLED_BACK,
            SymptomId.OLD_TASKS_REMAIN,
            SymptomId.OLD_REVISION_RUNS,
        }
    ),
    needs=(ecs.SERVICE, ecs.STOPPED_TASKS, ecs.RUNNING_TASKS, ecs.TASK_DEFINITION, ecr.IMAGE),
    decide=decide,
    remedies=remedies,
    facts=("F1.12",),
)
