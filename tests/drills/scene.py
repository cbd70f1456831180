"""An incident in the lab, seen by kiriwake through the public API alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from kiriwake.app.demo import LabClock
from kiriwake.app.diagnose import diagnose
from kiriwake.app.fix import Outcome, Tools, Wish, fix, undo
from kiriwake.cli.show import exit_code
from kiriwake.core.plan import ApiCall, Plan, Slot
from kiriwake.core.target import parse
from kiriwake.diagnose.diagnosis import Diagnosis, Finding
from kiriwake.lab.server import Lab
from kiriwake.lab.stories.stage import Stage
from kiriwake.remedy.aws import AwsWriter
from kiriwake.remedy.journal import Journal
from kiriwake.report.report import Report
from kiriwake.sources.aws.clients import connect
from kiriwake.sources.source import Source

SERVICE = "my-cluster/my-service"


class Silent:
    """Says yes to everything and shows nothing."""

    def preview(
        self, report: Report, finding: Finding, plan: Plan, given: Mapping[str, str]
    ) -> None:
        pass

    def ask_slot(self, slot: Slot) -> str | None:
        return None

    def confirm(self, plan: Plan) -> bool:
        return True

    def applying(self, n: int, of: int, call: ApiCall) -> None:
        pass

    def looking(self, seconds: float, diagnosis: Diagnosis) -> None:
        pass

    def verified(self, before: Diagnosis, after: Diagnosis, seconds: float) -> None:
        pass


@dataclass
class Scene:
    """A running lab and whoever looks at it."""

    lab: Lab
    stage: Stage
    folder: Path
    _journal: list[Journal] = field(default_factory=list)

    def source(self) -> Source:
        return connect()

    def diagnosed(self, target: str = SERVICE) -> Diagnosis:
        (diagnosis,) = diagnose(self.source(), parse(target)).diagnoses
        return diagnosis

    def exit_code(self, target: str = SERVICE) -> int:
        return exit_code(diagnose(self.source(), parse(target)))

    def calls(self, look: Callable[[], object]) -> int:
        """How many API calls a look costs, by the lab's own log."""
        before = self.stage.control("GET", "calls")["next"]
        look()
        log = self.stage.control("GET", f"calls?since={before}")["calls"]
        return len(log)

    @property
    def journal(self) -> Journal:
        if not self._journal:
            self._journal.append(Journal(self.folder))
        return self._journal[0]

    def tools(self) -> Tools:
        writer = AwsWriter(boto3.Session(), None)
        return Tools(self.source, writer, self.journal, LabClock(self.lab), Silent())

    def fixed(self, cause: str, target: str = SERVICE, **wish: Any) -> Outcome:
        return fix(Wish(cause, parse(target), yes=True, **wish), self.tools())

    def undone(self, change: int) -> None:
        found = next(c for c in self.journal.changes() if c.id == change)
        undo(found, self.tools())


@contextmanager
def scene(folder: Path, story: Callable[[Stage], None] | None = None) -> Iterator[Scene]:
    """A lab in which the story has happened; every AWS client in the process talks to it."""
    before = dict(os.environ)
    with Lab() as lab:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        os.environ.update(lab.environment())
        stage = Stage(lab)
        try:
            if story:
                story(stage)
            yield Scene(lab, stage, folder)
        finally:
            os.environ.clear()
            os.environ.update(before)
