"""The non-interactive tour: an incident happens in the lab, is diagnosed, fixed and proved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kiriwake.app.diagnose import diagnose
from kiriwake.app.fix import Outcome, Tools, Wish, fix
from kiriwake.core.target import Target, parse
from kiriwake.core.text import Text
from kiriwake.diagnose.diagnosis import Status
from kiriwake.lab.server import Lab
from kiriwake.lab.stories.book import story
from kiriwake.lab.stories.stage import Stage
from kiriwake.report.report import Report


@dataclass(frozen=True, slots=True)
class Act:
    """One incident of the field report, and what must come of it."""

    letter: str
    story: str
    title: Text
    told: Text
    cause: str
    given: Mapping[str, str] = field(default_factory=dict)
    target: str = "my-cluster/my-service"


ACTS: tuple[Act, ...] = (
    Act(
        "A",
        "fifty-tasks",
        Text(en="fifty tasks, and some never start", ja="50 タスクのうち、一部が起動しない"),
        Text(
            en=(
                "The service is scaled to fifty tasks. Most of them come up; the rest stop"
                " before they run, again and again. On AKS the same fifty pods were no matter."
            ),
            ja=(
                "サービスを 50 タスクに増やした。大半は起動するが、残りは起動前に停止を繰り返す。"
                "AKS では同じ 50 Pod が何事もなく動いていた。"
            ),
        ),
        "ecs/subnet-ip-exhausted",
    ),
    Act(
        "B",
        "new-database",
        Text(en="the old settings are still in force", ja="古い設定のまま動いている"),
        Text(
            en=(
                "The database has moved and the new address is registered. The log still"
                " shows the old one."
            ),
            ja="DB を移し、新しい接続先を登録した。それでもログには古い接続先が出ている。",
        ),
        "ecs/revision-not-deployed",
    ),
    Act(
        "D",
        "second-release",
        Text(en="ten tasks instead of five", ja="5 個のはずのタスクが 10 個ある"),
        Text(
            en=(
                "A new release is rolled out. Twenty minutes later five old and five new"
                " tasks run side by side, and the old ones do not go."
            ),
            ja=(
                "新しいバージョンをデプロイした。20 分たっても新旧 5 個ずつのタスクが並び、"
                "古いタスクが止まらない。"
            ),
        ),
        "ecs/health-check-path-not-served",
        {"path": "/"},
    ),
    Act(
        "PULL",
        "new-role",
        Text(
            en="the image is there, and no task starts", ja="イメージはあるのにタスクが起動しない"
        ),
        Text(
            en="The execution role was made anew. Since then no task gets past its start.",
            ja="タスク実行ロールを作り直した。それ以来、どのタスクも起動に失敗する。",
        ),
        "ecs/execution-role-cannot-pull",
    ),
)


class LabClock:
    """A clock whose waiting is the lab's time passing."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def now(self) -> datetime:
        """The lab's time."""
        return self._lab.now()

    def sleep(self, seconds: float) -> None:
        """Lets the lab's time pass."""
        self._lab.advance(seconds)


@dataclass(frozen=True, slots=True)
class Show:
    """How an act is shown to a person."""

    opens: Callable[[Act], None]
    diagnosed: Callable[[Act, Report], None]
    fixing: Callable[[Act], None]
    closes: Callable[[Act, Report, bool], None]


@dataclass(frozen=True, slots=True)
class Played:
    """An act as it went."""

    act: Act
    before: Report
    outcome: Outcome | None
    after: Report | None

    @property
    def as_told(self) -> bool:
        """Whether cause, fix and proof were what the act says."""
        first = next((f.id for d in self.before.diagnoses for f in d.findings), None)
        return (
            first == self.act.cause
            and self.outcome is not None
            and self.outcome.ended == "verified"
            and self.after is not None
            and all(d.status in {Status.CLEAR, Status.WARNINGS} for d in self.after.diagnoses)
        )


def acts(wanted: str) -> tuple[Act, ...]:
    """The acts that were asked for, by letter in any case or `all`; empty for none such."""
    if wanted.lower() == "all":
        return ACTS
    return tuple(act for act in ACTS if act.letter.lower() == wanted.lower())


def play(act: Act, tools: Callable[[Lab], Tools], show: Show) -> Played:
    """Starts a lab, lets the incident happen, diagnoses, fixes and verifies it."""
    target: Target = parse(act.target)
    with Lab() as lab:
        show.opens(act)
        story(act.story)(Stage(lab))
        kit = tools(lab)
        before = diagnose(kit.source(), target)
        show.diagnosed(act, before)
        outcome, after = None, None
        if any(f.id == act.cause for d in before.diagnoses for f in d.findings):
            show.fixing(act)
            wish = Wish(act.cause, target, given=act.given, yes=True)
            outcome = fix(wish, kit)
            after = diagnose(kit.source(), target)
        played = Played(act, before, outcome, after)
        show.closes(act, after or before, played.as_told)
    return played
