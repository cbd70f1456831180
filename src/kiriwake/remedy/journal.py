"""What was changed, step by step, so that it can be taken back after any crash."""

from __future__ import annotations

import fcntl
import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from kiriwake.core.errors import ApplyFailed, PlanRefused
from kiriwake.core.plan import ApiCall, Output
from kiriwake.core.text import Text

_SCHEMA = """
CREATE TABLE IF NOT EXISTS change (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    target TEXT NOT NULL,
    cause TEXT NOT NULL,
    plan TEXT NOT NULL,
    title_en TEXT NOT NULL,
    title_ja TEXT NOT NULL,
    state TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS step (
    change INTEGER NOT NULL REFERENCES change (id),
    n INTEGER NOT NULL,
    apply TEXT NOT NULL,
    undo TEXT NOT NULL,
    state TEXT NOT NULL,
    answer TEXT,
    PRIMARY KEY (change, n)
) STRICT;
"""


class State(StrEnum):
    """How far a change or a step has come."""

    PLANNED = "planned"
    BEGUN = "begun"
    """Sent, and no answer recorded: it may or may not have happened."""
    DONE = "done"
    FAILED = "failed"
    VERIFIED = "verified"
    NOT_VERIFIED = "not-verified"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Step:
    """One step as it was journaled."""

    n: int
    apply: ApiCall
    undo: ApiCall
    state: State
    answer: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Change:
    """One applied plan as it was journaled."""

    id: int
    at: datetime
    account: str
    region: str
    target: str
    cause: str
    plan: str
    title: Text
    state: State
    steps: tuple[Step, ...]

    @property
    def can_be_undone(self) -> bool:
        """Whether anything of it stands, or may stand."""
        stands = {State.BEGUN, State.DONE}
        return self.state is not State.UNDONE and any(s.state in stands for s in self.steps)


class Journal:
    """One SQLite file in the user's state directory; every write is on disk before it counts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "journal.sqlite3"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._db = sqlite3.connect(self.path, isolation_level=None)
            self.path.chmod(0o600)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise _unwritable(self.path, error) from error

    def close(self) -> None:
        """Lets go of the file."""
        self._db.close()

    @contextmanager
    def locked(self, target: str) -> Iterator[None]:
        """Keeps a second fix off the same target; the lock dies with the process.

        Raises `PlanRefused` `already-being-fixed`.
        """
        name = hashlib.sha256(target.encode()).hexdigest()[:16]
        path = self.folder / f"{name}.lock"
        try:
            handle = path.open("w")
        except OSError as error:
            raise _unwritable(path, error) from error
        with handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise PlanRefused(
                    "already-being-fixed",
                    Text(
                        en=f"another kiriwake is changing {target} at this moment",
                        ja=f"別の kiriwake が {target} を変更中",
                    ),
                ) from error
            yield

    def begin(
        self,
        *,
        at: datetime,
        account: str,
        region: str,
        target: str,
        cause: str,
        plan: str,
        title: Text,
        steps: Sequence[tuple[ApiCall, ApiCall]],
    ) -> int:
        """Writes down what is going to be done, before anything is; answers the change's id."""
        with self._writing() as db:
            row = db.execute(
                "INSERT INTO change (at, account, region, target, cause, plan, title_en,"
                " title_ja, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    at.isoformat(),
                    account,
                    region,
                    target,
                    cause,
                    plan,
                    title.en,
                    title.ja,
                    State.BEGUN,
                ),
            )
            change = int(row.lastrowid or 0)
            db.executemany(
                "INSERT INTO step (change, n, apply, undo, state) VALUES (?, ?, ?, ?, ?)",
                [
                    (change, n, _dumped(apply), _dumped(undo), State.PLANNED)
                    for n, (apply, undo) in enumerate(steps)
                ],
            )
        return change

    def step(
        self, change: int, n: int, state: State, answer: Mapping[str, Any] | None = None
    ) -> None:
        """Writes down how far one step has come."""
        text = None if answer is None else json.dumps(answer, default=str)
        with self._writing() as db:
            db.execute(
                "UPDATE step SET state = ?, answer = coalesce(?, answer)"
                " WHERE change = ? AND n = ?",
                (state, text, change, n),
            )

    def finish(self, change: int, state: State) -> None:
        """Writes down how the change ended."""
        with self._writing() as db:
            db.execute("UPDATE change SET state = ? WHERE id = ?", (state, change))

    def changes(self) -> tuple[Change, ...]:
        """Everything that was ever done, newest first."""
        rows = self._db.execute(
            "SELECT id, at, account, region, target, cause, plan, title_en, title_ja, state"
            " FROM change ORDER BY id DESC"
        ).fetchall()
        return tuple(
            Change(
                id=row[0],
                at=datetime.fromisoformat(row[1]),
                account=row[2],
                region=row[3],
                target=row[4],
                cause=row[5],
                plan=row[6],
                title=Text(en=row[7], ja=row[8]),
                state=State(row[9]),
                steps=self._steps(row[0]),
            )
            for row in rows
        )

    def _steps(self, change: int) -> tuple[Step, ...]:
        rows = self._db.execute(
            "SELECT n, apply, undo, state, answer FROM step WHERE change = ? ORDER BY n", (change,)
        ).fetchall()
        return tuple(
            Step(
                n=n,
                apply=_loaded(apply),
                undo=_loaded(undo),
                state=State(state),
                answer=None if answer is None else json.loads(answer),
            )
            for n, apply, undo, state, answer in rows
        )

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield self._db
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise _unwritable(self.path, error) from error


def _unwritable(path: Path, error: Exception) -> ApplyFailed:
    return ApplyFailed(
        "journal-unwritable",
        Text(
            en=f"the journal {path} cannot be written: {error}",
            ja=f"ジャーナル {path} に書き込めない: {error}",
        ),
        note=Text(
            en="without a journal nothing is changed, for it could not be undone",
            ja="ジャーナルなしでは元に戻せないため、何も変更しない",
        ),
        hints=(
            Text(
                en="free some space, or set KIRIWAKE_STATE_DIR to a directory that can be written",
                ja="空き容量を確保するか、KIRIWAKE_STATE_DIR に書き込めるディレクトリを指定する",
            ),
        ),
    )


def _dumped(call: ApiCall) -> str:
    return json.dumps({"action": call.action, "parameters": call.parameters}, default=_plain)


def _plain(value: object) -> object:
    match value:
        case Output(step=step, path=path):
            return {"$output": [step, path]}
        case Mapping():
            return dict(value)
        case _:
            raise TypeError(f"a parameter cannot be journaled: {value!r}")


def _loaded(text: str) -> ApiCall:
    data = json.loads(text, object_hook=_output)
    return ApiCall(data["action"], data["parameters"])


def _output(data: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    match data:
        case {"$output": [int() as step, str() as path], **rest} if not rest:
            return Output(step, path)
        case _:
            return data
