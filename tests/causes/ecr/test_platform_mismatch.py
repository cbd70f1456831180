"""``ecr/platform-mismatch``: told by AWS, or found in the index of the image."""

from __future__ import annotations

from tests.causes.start_up import definition, failing, stopped

from kiriwake.causes.ecr.platform_mismatch import CAUSE
from kiriwake.core.plan import Plan
from kiriwake.core.verdict import Holds, RuledOut, Unknown
from kiriwake.evidence import ecr
from kiriwake.evidence.ecr import Platforms

IMAGE = definition().containers[0].image
INDEX = ecr.PLATFORMS.of(IMAGE)
TOLD = (
    "CannotPullContainerError: pull image manifest has been retried 7 time(s): image Manifest does"
    " not contain descriptor matching platform 'linux/amd64'"
)
EXITED = stopped("Essential container in task exited", code="EssentialContainerExited")

WITNESS = failing(TOLD, also={INDEX: Platforms(("linux/arm64",))})

NEAR_MISS = failing(tasks=EXITED, also={INDEX: Platforms(("linux/amd64", "linux/arm64"))})
"""It ends at once too, and the image would fit."""


def test_aws_names_it() -> None:
    assert isinstance(CAUSE.decide(WITNESS), Holds)


def test_an_index_without_the_platform_settles_it() -> None:
    found = CAUSE.decide(failing(tasks=EXITED, also={INDEX: Platforms(("linux/arm64/v8",))}))

    assert isinstance(found, Holds)
    assert (
        found.because[-1].says.en
        == "web:7 is built for linux/arm64/v8; the task runs on linux/amd64"
    )


def test_an_arm_task_wants_an_arm_image() -> None:
    found = CAUSE.decide(
        failing(
            tasks=EXITED,
            uses=definition(architecture="ARM64"),
            also={INDEX: Platforms(("linux/arm64",))},
        )
    )

    assert isinstance(found, RuledOut)


def test_a_plain_image_proves_nothing() -> None:
    assert isinstance(CAUSE.decide(failing(tasks=EXITED, also={INDEX: Platforms(())})), RuledOut)


def test_an_index_that_was_not_read_is_unknown() -> None:
    assert isinstance(CAUSE.decide(failing(tasks=EXITED)), Unknown)


def test_the_build_for_the_platform_is_shown() -> None:
    found = CAUSE.decide(WITNESS)
    assert isinstance(found, Holds)

    (plan,) = CAUSE.remedies(WITNESS, found)

    assert isinstance(plan, Plan)
    assert plan.commands == (f"docker buildx build --platform linux/amd64 -t {IMAGE} --push .",)
