"""One cluster: its objects, controllers, kubelets and the port it answers on."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import RLock

from kiriwake.lab.ground import Ground, Serving
from kiriwake.lab.kube.addons import AT_BIRTH, install
from kiriwake.lab.kube.api.app import Api, Hooks
from kiriwake.lab.kube.api.server import KubeServer
from kiriwake.lab.kube.api.tokens import Tokens
from kiriwake.lab.kube.certificates import Authority
from kiriwake.lab.kube.control.wiring import wire
from kiriwake.lab.kube.events import Recorder
from kiriwake.lab.kube.loop import Loop
from kiriwake.lab.kube.node.wiring import Machinery
from kiriwake.lab.kube.seed import seed
from kiriwake.lab.kube.store import Store
from kiriwake.lab.kube.world import Outside, World

HOSTS = ("127.0.0.1", "localhost", "kubernetes", "kubernetes.default.svc")


@dataclass(frozen=True, slots=True)
class Around:
    """What the lab lends to its clusters."""

    lock: RLock
    wall: Callable[[], datetime]
    """The time of this machine, by which tokens and certificates are judged."""
    principal_of: Callable[[str], str]
    """The ARN that an access key id signs for."""
    hooks: Hooks = field(default_factory=Hooks)


class Cluster:
    """A Kubernetes cluster that lives in the lab's time. Implements `Engine`."""

    def __init__(
        self,
        name: str,
        version: str,
        ground: Ground,
        outside: Outside,
        around: Around,
        *,
        addons: Sequence[str] | None = None,
    ) -> None:
        self._around = around
        self._key = f"{ground.account}/{ground.region}/{name}"
        store = Store(ground.now, around.lock, self._key)
        self.world = World(
            name=name,
            version=version,
            store=store,
            loop=Loop(ground.now),
            events=Recorder(store),
            ground=ground,
            outside=outside,
            seed=self._key,
        )
        self.authority = Authority("kubernetes", around.wall())
        tokens = Tokens(around.wall, around.principal_of, outside.who, self._key)
        self._stopped = False
        hooks = replace(around.hooks, ends=lambda: self._stopped or around.hooks.ends())
        self.api = Api(self.world, tokens, hooks)
        self.server: KubeServer | None = None
        self.machinery = Machinery(self.world)
        wire(self.world, lambda: self.authority.pem)
        seed(self.world, "172.31.0.10")
        self.step()
        for addon in AT_BIRTH if addons is None else addons:
            install(self.world, addon)

    # --- Engine -----------------------------------------------------------------
    def next_due(self) -> datetime | None:
        """The next moment at which something happens by itself."""
        return self.world.loop.next_due()

    def step(self) -> None:
        """Does all that is due at the lab's present moment."""
        self.world.loop.run()

    def serving(self, address: str, port: int) -> Serving | None:
        """Who listens at a pod's address at this moment."""
        return self.machinery.kubelets.serving(address, port)

    # --- its port ---------------------------------------------------------------
    def serve(self, port: int = 0) -> str:
        """Begins to answer on 127.0.0.1; the endpoint's URL."""
        context = self.authority.server_context(HOSTS)
        self.server = KubeServer(self.api.handle, context, self._around.lock, port)
        self.server.start()
        return self.server.url

    def stop(self) -> None:
        """Closes the port and ends its watches."""
        self._stopped = True
        if self.server is not None:
            self.server.stop()
            self.server = None

    @property
    def endpoint(self) -> str:
        """The URL it answers on, empty before it does."""
        return self.server.url if self.server else ""

    def kubeconfig(self, user: str, groups: Sequence[str] = ()) -> str:
        """A kubeconfig (JSON is YAML) with a client certificate for a user."""
        certificate, key = self.authority.issue(user, groups)

        def encoded(text: str) -> str:
            return base64.b64encode(text.encode()).decode()

        cluster = {"server": self.endpoint}
        cluster["certificate-authority-data"] = encoded(self.authority.pem)
        secret = {"client-certificate-data": encoded(certificate)}
        secret["client-key-data"] = encoded(key)
        name = self.world.name
        return json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": name, "cluster": cluster}],
                "users": [{"name": user, "user": secret}],
                "contexts": [{"name": name, "context": {"cluster": name, "user": user}}],
                "current-context": name,
            }
        )
