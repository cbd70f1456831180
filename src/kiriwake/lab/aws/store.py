"""Where moto keeps its records."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from moto.backends import get_backend
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data

_GLOBAL = {"iam", "sts", "s3"}


def store(service: str, account: str, region: str) -> Any:
    """Moto's backend of a service, made when it is first asked for."""
    backends = _backends(service)
    place = "aws" if service in _GLOBAL else region
    # Past moto's own look-up, which takes locks and copies its tables on every read.
    regions = dict.get(backends, account)
    found = dict.get(regions, place) if regions is not None else None
    return backends[account][place] if found is None else found


@cache
def _backends(service: str) -> Any:
    return get_backend(service)  # type: ignore[call-overload]


def stores(service: str) -> Iterator[tuple[str, str, Any]]:
    """Account, region and backend wherever a service has been used."""
    backends = _backends(service)
    for account, regions in list(backends.items()):
        for region, backend in list(regions.items()):
            yield account, region, backend


def forget() -> None:
    """Empties every service of moto's; each is made anew when it is first asked for."""
    if _used("s3"):
        # Objects hold open files, which moto closes on its own kind of reset.
        for _, _, s3 in stores("s3"):
            s3.reset()
    in_use: list[Any] = vars(BackendDict)["_instances"]
    for backends in list(in_use):
        backends.clear()
    in_use.clear()
    reset_model_data()


def _used(service: str) -> bool:
    in_use: list[Any] = vars(BackendDict)["_instances"]
    return any(backends.service_name == service for backends in in_use)
