"""How many tasks a deployment may have at least and at most."""

from __future__ import annotations

from kiriwake.lab.ecs.model import Service, Shape

_WHOLE = 100
_BREAKER_PERCENT = 50
_LEAST_FAILURES = 3
_MOST_FAILURES = 200


def lower(service: Service) -> int:
    """`ceil(desired * minimumHealthyPercent / 100)` (F3.01)."""
    percent = configuration(service).get("minimumHealthyPercent")
    percent = (0 if service.scheduling == "DAEMON" else _WHOLE) if percent is None else percent
    return -(-service.desired * int(percent) // _WHOLE)


def upper(service: Service) -> int:
    """`floor(desired * maximumPercent / 100)` (F3.02)."""
    percent = configuration(service).get("maximumPercent")
    percent = (_WHOLE if service.scheduling == "DAEMON" else 200) if percent is None else percent
    return service.desired * int(percent) // _WHOLE


def configuration(service: Service) -> Shape:
    """The deployment configuration as it was given."""
    return dict(service.settings.get("deploymentConfiguration") or {})


def threshold(service: Service) -> int:
    """How many failures the circuit breaker takes (F3.20, F3.21)."""
    breaker = configuration(service).get("deploymentCircuitBreaker")
    given = dict((breaker or {}).get("thresholdConfiguration") or {})
    kind, value = given.get("type", "BOUNDED_PERCENT"), int(given.get("value", _BREAKER_PERCENT))
    if kind == "COUNT":
        return max(1, value)
    share = -(-service.desired * value // _WHOLE)
    if kind == "UNBOUNDED_PERCENT":
        return max(1, share)
    return min(max(share, _LEAST_FAILURES), _MOST_FAILURES)


def stuck(service: Service) -> bool:
    """Whether a rolling deployment can neither start nor stop a task (F3.06)."""
    return 0 < service.desired >= upper(service) and lower(service) >= service.desired
