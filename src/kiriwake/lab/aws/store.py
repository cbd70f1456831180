"""Where moto keeps its records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.backends import get_backend

_GLOBAL = {"iam", "sts", "s3"}


def store(service: str, account: str, region: str) -> Any:
    """Moto's backend of a service, made when it is first asked for."""
    backends: Any = get_backend(service)  # type: ignore[call-overload]
    return backends[account]["aws" if service in _GLOBAL else region]


def stores(service: str) -> Iterator[tuple[str, str, Any]]:
    """Account, region and backend wherever a service has been used."""
    backends: Any = get_backend(service)  # type: ignore[call-overload]
    for account, regions in list(backends.items()):
        for region, backend in list(regions.items()):
            yield account, region, backend
