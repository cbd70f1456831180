"""kiriwake's own failures, as opposed to what it finds.

KiriwakeError
  UsageError             2   wrong flag, unknown id (with the nearest ids)
  NoAccess               4   credentials, kubeconfig, endpoint
  TargetNotFound         4   the target does not exist (with the nearest names)
  EvidenceUnreadable     4   a bundle that is not one, or of a newer version
  PlanRefused            5   the world changed since the plan was made; nothing was done
  ApplyFailed            5   step k of n failed; how to undo
  NotVerified            5   applied, and what it was to cure is still seen
InternalError           70   a bug of ours
"""

from __future__ import annotations

from typing import ClassVar

from kiriwake.core.text import Text


class KiriwakeError(Exception):
    """A failure that a person reads: what happened, why, and what to type next."""

    exit: ClassVar[int] = 70

    def __init__(
        self,
        reference: str,
        message: Text,
        *,
        note: Text | None = None,
        hints: tuple[Text, ...] = (),
    ) -> None:
        super().__init__(message.en)
        self.reference = reference
        self.message = message
        self.note = note
        self.hints = hints


class UsageError(KiriwakeError):
    """The command line cannot be understood."""

    exit = 2


class NoAccess(KiriwakeError):
    """No credentials, or the endpoint cannot be reached."""

    exit = 4


class TargetNotFound(KiriwakeError):
    """What was named does not exist, as far as can be seen."""

    exit = 4


class EvidenceUnreadable(KiriwakeError):
    """A recording that cannot be read."""

    exit = 4


class PlanRefused(KiriwakeError):
    """Nothing was done."""

    exit = 5


class ApplyFailed(KiriwakeError):
    """Something was done, and it stopped half-way."""

    exit = 5


class NotVerified(KiriwakeError):
    """Everything was done, and the fault is still seen."""

    exit = 5


class InternalError(KiriwakeError):
    """A bug of ours."""

    exit = 70
