"""All that one run found out, ready to be turned into characters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kiriwake.core.text import Text
from kiriwake.diagnose.diagnosis import Diagnosis
from kiriwake.sources.source import Identity, Request


@dataclass(frozen=True, slots=True)
class Report:
    """The diagnoses of one run, and what it asked for them."""

    taken_at: datetime
    identity: Identity
    seconds: float
    diagnoses: tuple[Diagnosis, ...]
    requests: tuple[Request, ...]
    remarks: tuple[Text, ...] = ()
    """What belongs on stderr: an empty region, where clusters were seen, a partial sweep."""
