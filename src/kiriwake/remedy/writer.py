"""The one door through which AWS is changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from kiriwake.core.plan import ApiCall


class WriteRefused(Exception):
    """The API refused a change: its code and its words."""

    def __init__(self, call: ApiCall, code: str, says: str) -> None:
        super().__init__(f"{call.action}: {code}: {says}")
        self.call = call
        self.code = code
        self.says = says


class Writer(Protocol):
    """Carries out one change and answers what the API answered; raises `WriteRefused`."""

    def send(self, call: ApiCall) -> Mapping[str, Any]:
        """Carries out one change."""
