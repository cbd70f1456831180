"""Realistic texts in many wordings, each with the cause that it must lead to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Wording:
    """One text; `open` when the words leave rivals, so that it need only be among the first."""

    cause: str
    open: bool
    text: str


def wordings() -> tuple[Wording, ...]:
    blocks = (HERE / "wordings.txt").read_text(encoding="utf-8").strip().split("\n\n")
    return tuple(_wording(block) for block in blocks)


def healthy() -> tuple[str, ...]:
    return tuple((HERE / "healthy.txt").read_text(encoding="utf-8").strip().split("\n\n"))


def _wording(block: str) -> Wording:
    head, _, text = block.partition("\n")
    cause = head.removeprefix("=> ")
    return Wording(cause.removesuffix(" ?"), cause.endswith(" ?"), text)
