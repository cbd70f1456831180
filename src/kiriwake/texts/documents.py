"""Answers of `aws` and boto3 that were pasted whole: what in them is of the present."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from kiriwake.texts.meaning import Weight
from kiriwake.texts.reading import read

RECENT_EPOCHS = 3
"""How many stretches between two steady states are looked at for a fault that returns."""


def current(text: str) -> str:
    """The text without the service events that a later recovery has made history.

    Only a JSON answer of `describe-services` tells that: its events stand newest first.
    A fault before the newest steady state counts only if it keeps coming back.
    """
    start = text.find("{")
    if '"events"' not in text or start < 0:
        return text
    try:
        document, _ = json.JSONDecoder().raw_decode(text[start:])
    except ValueError:
        return text
    services = document.get("services") if isinstance(document, dict) else None
    if not isinstance(services, list):
        return text
    lines = [line for service in services for line in _of_service(service)]
    return "\n".join(lines) or text


def _of_service(service: object) -> Iterator[str]:
    if not isinstance(service, dict):
        return
    for deployment in service.get("deployments") or ():
        state = deployment.get("rolloutState")
        reason = deployment.get("rolloutStateReason") or ""
        if state:
            yield f"rolloutState: {state} {reason}"
    events = [str(event.get("message", "")) for event in service.get("events") or ()]
    epochs = tuple(_epochs(events))
    returning = _returning(epochs)
    for number, epoch in enumerate(epochs):
        for event in epoch:
            if number == 0 or returning & _faults(event):
                yield event


def _epochs(events: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The events, newest first, cut before every steady state."""
    epoch: list[str] = []
    for event in events:
        if "reached a steady state" in event and epoch:
            yield tuple(epoch)
            epoch = []
        epoch.append(event)
    if epoch:
        yield tuple(epoch)


def _returning(epochs: Sequence[Sequence[str]]) -> frozenset[str]:
    recent = [
        frozenset(id_ for event in epoch for id_ in _faults(event))
        for epoch in epochs[:RECENT_EPOCHS]
    ]
    return frozenset(
        id_ for here in recent for id_ in here if sum(id_ in other for other in recent) > 1
    )


def _faults(event: str) -> frozenset[str]:
    return frozenset(meaning.id for meaning in read(event) if meaning.weight > Weight.NORMAL)
