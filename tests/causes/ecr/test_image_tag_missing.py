"""``ecr/image-tag-missing``."""

from __future__ import annotations

from tests.causes.builders import (
    definition,
    denied,
    event,
    failing,
    refused,
    revision,
    service,
    snapshot,
)

from kiriwake.causes.ecr.image_tag_missing import CAUSE
from kiriwake.core.verdict import Holds, RuledOut, Unknown
from kiriwake.diagnose.engine import diagnose
from kiriwake.evidence import ecr, ecs
from kiriwake.evidence.ecr import Image
from kiriwake.evidence.reading import Absent

NOT_FOUND = (
    "CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve"
    " ref 123456789012.dkr.ecr.us-east-1.amazonaws.com/my-app:v9:"
    " 123456789012.dkr.ecr.us-east-1.amazonaws.com/my-app:v9: not found"
)
TOO_MANY = (
    "CannotPullContainerError: inspect image has been retried 5 time(s):"
    " httpReadSeeker: failed open: unexpected status code"
    " https://registry-1.docker.io/v2/library/nginx/manifests/latest: 429 Too Many Requests -"
    " Server message: toomanyrequests: You have reached your pull rate limit."
)
URI = "123456789012.dkr.ecr.us-east-1.amazonaws.com/my-app:v1"
DEFINITION = {
    ecs.TASK_DEFINITION.of(revision(3)): definition(3),
    ecr.IMAGE.of(URI): Image("sha256:0", ("v1",)),
}
WITNESS = snapshot(failing(), stopped=(refused(7, NOT_FOUND),), more=DEFINITION)

NEAR_MISS = snapshot(failing(), stopped=(refused(7, TOO_MANY),), more=DEFINITION)


def test_the_containers_own_reason_is_read_as_well() -> None:
    short = refused(7, "Task failed to start", container=NOT_FOUND)

    assert isinstance(CAUSE.decide(snapshot(failing(), stopped=(short,), more=DEFINITION)), Holds)


def test_an_event_is_enough() -> None:
    said = event(f"was unable to place a task. Reason: {NOT_FOUND}.")
    late = failing(events=(said,))

    assert diagnose(snapshot(late, more=DEFINITION)).chain[:1] == ("ecr/image-tag-missing",)


def test_a_tag_that_was_missing_before_the_last_steady_state_is_history() -> None:
    events = (
        event("has reached a steady state.", ago=30),
        event(f"was unable to place a task. Reason: {NOT_FOUND}.", ago=45),
    )
    well = snapshot(service(events=events), stopped=(refused(7, NOT_FOUND, ago=45),))

    assert isinstance(CAUSE.decide(well), RuledOut)
    assert diagnose(well).symptoms == ()


CUT = NOT_FOUND.partition(":v9:")[0] + ":v9"


def test_a_text_cut_short_is_settled_by_the_registry() -> None:
    def cut(image: object) -> object:
        more = DEFINITION | {ecr.IMAGE.of(URI): image}
        return CAUSE.decide(snapshot(failing(), stopped=(refused(7, CUT),), more=more))

    assert isinstance(cut(Absent("ImageNotFoundException")), Holds)
    assert isinstance(cut(Image("sha256:0", ("v1",))), RuledOut)
    assert isinstance(cut(denied(ecr.IMAGE.of(URI))), Unknown)
