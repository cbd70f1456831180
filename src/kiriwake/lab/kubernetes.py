"""Where Kubernetes and EKS are joined to the rest of the lab."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from kiriwake.lab.aws import callers
from kiriwake.lab.clock import wall_now
from kiriwake.lab.eks.api import Eks
from kiriwake.lab.ground import Ground
from kiriwake.lab.kube.api.app import Hooks
from kiriwake.lab.kube.cluster import Around
from kiriwake.lab.kube.proxy import BundleProxy
from kiriwake.lab.kube.status import ApiError
from kiriwake.lab.world import Fault, Principal, World

THROTTLES = {"Throttling", "ThrottlingException", "TooManyRequestsException"}


class Kubernetes:
    """EKS, its clusters, and the proxy that serves bundled manifests."""

    def __init__(self, world: World, ground: Callable[[str, str], Ground]) -> None:
        self._world = world
        self._principals: dict[str, Principal] = {}
        self._stopping = False
        hooks = Hooks(
            denied=self._denied,
            record=self._record,
            fault=self._fault,
            before=world.clock.catch_up,
            ends=lambda: self._stopping,
            touched=world.clock.catch_up,
        )
        around = Around(world.lock, wall_now, self._principal_of, hooks)
        self.eks = Eks(ground, around)
        self._proxy: BundleProxy | None = None

    def environment(self, folder: Path) -> dict[str, str]:
        """What makes clients read bundled manifests instead of the internet's."""
        if self._proxy is None:
            self._proxy = BundleProxy(wall_now())
            self._proxy.start()
        ca = folder / "lab-ca.pem"
        ca.write_text(self._proxy.ca_pem, encoding="utf-8")
        return {"https_proxy": self._proxy.url, "SSL_CERT_FILE": str(ca)}

    def stop(self) -> None:
        """Closes every port."""
        self._stopping = True
        with self._world.lock:
            self.eks.reset()
        if self._proxy is not None:
            self._proxy.stop()
            self._proxy = None

    def _principal_of(self, access_key: str) -> str:
        principal = callers.principal_of(access_key)
        self._principals[principal.arn] = principal
        return principal.arn

    def _denied(self, action: str, principal: str) -> bool:
        known = self._principals.get(principal) or Principal("", principal)
        return self._world.denied(action, known)

    def _record(self, action: str, principal: str, status: int) -> None:
        self._world.log_call("k8s", action.removeprefix("k8s:"), principal, status, 0)

    def _fault(self, action: str) -> ApiError | None:
        found: Fault | None = self._world.take_fault(action)
        if found is None or not found.error:
            return None
        if found.error in THROTTLES:
            return ApiError(
                HTTPStatus.TOO_MANY_REQUESTS,
                "TooManyRequests",
                "the server has received too many requests and has asked us to try again later",
            )
        status = int(found.error) if found.error.isdigit() else HTTPStatus.GATEWAY_TIMEOUT
        message = f"the lab was told to say {found.error}"
        return ApiError(status, "InternalError", message)
