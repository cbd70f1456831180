"""The image is built for another CPU architecture or system than the task runs on."""

from __future__ import annotations

from kiriwake.causes.cause import Cause, Level, Remedies
from kiriwake.causes.said import named, suggested
from kiriwake.causes.start_up import EXPLAINS, TARGETS, TASKS
from kiriwake.core.observed import Known, Missing
from kiriwake.core.plan import Plan, Risk
from kiriwake.core.symptom import SymptomId
from kiriwake.core.text import Text
from kiriwake.core.verdict import Holds, Verdict, any_of, first_of, given, ruled_out, when
from kiriwake.evidence import ecr, ecs
from kiriwake.evidence.ecr import Platforms
from kiriwake.evidence.ecs import TaskDefinition
from kiriwake.evidence.reading import present
from kiriwake.evidence.snapshot import Snapshot

ID = "ecr/platform-mismatch"
ECR_HOST = ".dkr.ecr."
ARCHITECTURES = {"X86_64": "amd64", "ARM64": "arm64"}
"""`runtimePlatform.cpuArchitecture`, and how images name it."""


def decide(snapshot: Snapshot) -> Verdict:
    """Holds when AWS names it, or containers end at once and no image of the index would fit."""
    return any_of(
        [named(snapshot, ID), first_of(suggested(snapshot, ID), lambda: _does_not_fit(snapshot))]
    )


def _does_not_fit(snapshot: Snapshot) -> Verdict:
    def any_image(definition: Known[TaskDefinition]) -> Verdict:
        wanted = _wanted(definition.value)
        images = [c.image for c in definition.value.containers if ECR_HOST in c.image]
        if not images:
            none = Text(en="its images are not in ECR", ja="イメージが ECR にない")
            return ruled_out(none, definition)
        return any_of(
            given(present(snapshot.see(ecr.PLATFORMS, image)), lambda p: _lacks(p, wanted))
            for image in images
        )

    return given(ecs.definition_in_use(snapshot), any_image)


def _wanted(definition: TaskDefinition) -> str:
    return f"linux/{ARCHITECTURES.get(definition.cpu_architecture or 'X86_64', 'amd64')}"


def _lacks(seen: Known[Platforms], wanted: str) -> Verdict:
    offered = tuple(p for p in seen.value.platforms if not p.startswith("unknown"))
    name = seen.call.argument.partition("/")[2]
    if not offered:
        plain = Text(
            en=f"{name} is one image, which does not tell its platform here",
            ja=f"{name} は単一イメージで、ここでは対応プラットフォームが分からない",
        )
        return ruled_out(plain, seen)
    says = Text(
        en=f"{name} is built for {', '.join(offered)}; the task runs on {wanted}",
        ja=f"{name} の対応は {', '.join(offered)}、タスクの実行環境は {wanted}",
    )
    return when(not any(p.startswith(wanted) for p in offered), says, seen)


def remedies(snapshot: Snapshot, found: Holds) -> Remedies:
    """The build for the platform that the task definition asks for."""
    match ecs.definition_in_use(snapshot):
        case Known(value=definition):
            wanted = _wanted(definition)
            images = [c.image for c in definition.containers if ECR_HOST in c.image]
        case Missing() as missing:
            return (missing,)
    return (
        Plan(
            id="build-for-the-platform",
            title=Text(
                en=f"build the image for {wanted}, or set runtimePlatform to what it is built for",
                ja=f"イメージを {wanted} 向けにビルドするか、runtimePlatform をイメージに合わせる",
            ),
            risk=Risk.SHOW,
            commands=tuple(
                f"docker buildx build --platform {wanted} -t {image} --push ." for image in images
            ),
        ),
    )


CAUSE = Cause(
    title=Text(
        en="the image is built for another CPU architecture or system",
        ja="イメージの CPU アーキテクチャ / OS が実行環境と異なる",
    ),
    meaning=Text(
        en=(
            "An image built on an Arm laptop holds arm64 programs; without runtimePlatform the"
            " task runs on X86_64, and the kernel answers exec format error."
        ),
        ja=(
            "Arm のノート PC でビルドすると arm64 のイメージになる。runtimePlatform を指定しないと"
            " X86_64 で動くため、exec format error になる。"
        ),
    ),
    contrast=Text(
        en="On AKS the same image waits for an Arm node pool or crashes with the same words.",
        ja="AKS でも Arm のノードプールがなければ同じエラーで落ちる。",
    ),
    level=Level.CAUSE,
    explains=EXPLAINS | {SymptomId.TASKS_CRASH, SymptomId.TARGETS_UNHEALTHY},
    needs=(*TASKS, ecs.TASK_DEFINITION, ecr.PLATFORMS),
    decide=decide,
    remedies=remedies,
    targets=TARGETS,
    facts=("F1.60",),
)
