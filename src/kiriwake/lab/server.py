"""The lab as one object: emulated AWS on a loopback port, with its clock and its environment."""

from __future__ import annotations

import logging
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import BaseWSGIServer, make_server

from kiriwake.lab.aws.account import MotoGround
from kiriwake.lab.aws.overlay import Overlay
from kiriwake.lab.aws.store import forget, store
from kiriwake.lab.clock import LabClock, wall_now
from kiriwake.lab.control import Control
from kiriwake.lab.ecs.engine import EcsEngine
from kiriwake.lab.edge import Edge
from kiriwake.lab.kubernetes import Kubernetes
from kiriwake.lab.stories import book
from kiriwake.lab.telling import tell
from kiriwake.lab.world import HOME_ACCOUNT, HOME_REGION, World

_log = logging.getLogger(__name__)
_TICK_S = 0.25
_in_use = threading.Lock()


class LabBusyError(RuntimeError):
    """A second lab in one process: moto's state is one for the process."""


class _Quiet(MotoRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Says nothing; `GET /_lab/calls` has it all."""

    def make_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().make_environ()
        environ["werkzeug.socket"] = self.connection
        return environ


def _handler(world: World) -> type[_Quiet]:
    class Dated(_Quiet):
        def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002
            """The `Date` header, which tells the lab's time."""
            with world.lock:
                moment = world.clock.now()
            return format_datetime(moment.replace(microsecond=0), usegmt=True)

    return Dated


class _Moto:
    """moto's own WSGI application; a service is on the lab's time before it answers."""

    def __init__(self, overlay: Overlay) -> None:
        self._dispatcher = DomainDispatcherApplication(create_backend_app)
        self._overlay = overlay

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:  # noqa: ANN401 - WSGI
        path = environ.get("PATH_INFO", "/")
        host = self._dispatcher.infer_service_region_host(environ, path)
        known = self._dispatcher.backend_url_patterns
        if path.startswith("/moto-api") or (
            host and not any(pattern.match(f"http://{host}") for _, pattern in known)
        ):
            raise NotImplementedError(host)
        application = self._dispatcher.get_application(environ)
        self._overlay.cover()
        answer: Iterable[bytes] = application(environ, start_response)
        return answer


class Lab:
    """Emulated AWS on 127.0.0.1; a context manager that is ready when entered.

    Raises KeyError for a story that is not in the book.
    """

    def __init__(
        self, port: int = 0, rate: float = 1, story: str | None = None, region: str = HOME_REGION
    ) -> None:
        self._port = port
        self._rate = float(rate)
        self._happen = book.story(story) if story else None
        self._region = region
        self.world = World(LabClock(rate=self._rate))
        self._overlay = Overlay(self.world)
        self._server: BaseWSGIServer | None = None
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()
        self._edge: Edge | None = None
        self._folder: Path | None = None
        self._grounds: dict[tuple[str, str], MotoGround] = {}
        self._kubernetes: Kubernetes | None = None

    # --- life ------------------------------------------------------------------------
    def start(self) -> Self:
        """Binds the port (OSError if it is taken), resets moto and answers from then on."""
        if not _in_use.acquire(blocking=False):
            raise LabBusyError("another lab runs in this process; stop it first")
        try:
            self._open()
        except BaseException:
            self.stop()
            raise
        return self

    def _open(self) -> None:
        listener = socket.create_server(("127.0.0.1", self._port))
        with listener:
            self._overlay.install()
            self._engines()
            with self.world.lock:
                self._begin()
            moto = _Moto(self._overlay)
            control = Control(self.world, self.reset)
            self._edge = Edge(self.world, moto, control, self._overlay)
            self._port = listener.getsockname()[1]
            self._server = make_server(
                "127.0.0.1",
                self._port,
                self._edge,
                threaded=True,
                request_handler=_handler(self.world),
                fd=listener.fileno(),
            )
        for work in (self._serve, self._tick):
            thread = threading.Thread(target=work, daemon=True, name=f"lab-{work.__name__}")
            thread.start()
            self._threads.append(thread)
        self._tell()

    def stop(self) -> None:
        """Ends the server and gives moto back as it was; a second call does nothing."""
        self._stopping.set()
        if self._edge is not None:
            self._edge.closing.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        if self._kubernetes is not None:
            self._kubernetes.stop()
        for thread in self._threads:
            thread.join(timeout=5)
        self._threads.clear()
        if self._overlay.installed:
            with self.world.lock:
                forget()
                self._overlay.undo()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
        if _in_use.locked():
            _in_use.release()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def reset(self) -> None:
        """Back to the state after start, story and all."""
        with self.world.lock:
            self._begin()
        self._tell()

    # --- what it is to others --------------------------------------------------------
    @property
    def endpoint(self) -> str:
        """Where AWS and the control API answer."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def kubernetes(self) -> Kubernetes:
        """EKS and its clusters, once the lab runs."""
        if self._kubernetes is None:
            raise RuntimeError("the lab does not run")
        return self._kubernetes

    def now(self) -> datetime:
        """The lab's time, aware UTC."""
        with self.world.lock:
            return self.world.clock.now()

    def advance(self, seconds: float) -> None:
        """Lets that much lab time pass; all that happens in it has happened on return."""
        with self.world.lock:
            self.world.clock.advance(seconds)

    def ground(self, account: str = HOME_ACCOUNT, region: str = HOME_REGION) -> MotoGround:
        """The emulated AWS of one account and region, as the engines see it."""
        key = (account, region)
        if key not in self._grounds:
            self._grounds[key] = MotoGround(account, region, self.world, self._overlay.prober)
        return self._grounds[key]

    def environment(self) -> dict[str, str]:
        """Environment variables that point every AWS client at this lab and nowhere else."""
        folder = self._private_folder()
        config = folder / "config"
        config.write_text(
            f"[default]\nregion = {self._region}\noutput = json\ncli_pager =\n", encoding="utf-8"
        )
        (folder / "credentials").write_text(
            "[default]\naws_access_key_id = lab\naws_secret_access_key = lab\n", encoding="utf-8"
        )
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "lab",
            "AWS_SECRET_ACCESS_KEY": "lab",
            "AWS_REGION": self._region,
            "AWS_DEFAULT_REGION": self._region,
            "AWS_CONFIG_FILE": str(config),
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
            "KUBECONFIG": str(folder / "kubeconfig"),
            "http_proxy": self.endpoint,
            "no_proxy": "127.0.0.1,localhost",
            **(self._kubernetes.environment(folder) if self._kubernetes else {}),
        }

    # --- inside ----------------------------------------------------------------------
    def _private_folder(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="kiriwake-lab-"))
        return self._folder

    def _engines(self) -> None:
        self.world.clock.engines.append(self._overlay.prober)
        kubernetes = Kubernetes(self.world, self.ground)
        self.world.handlers["eks"] = kubernetes.eks
        self.world.inhabited.append(kubernetes.eks)
        self.world.clock.engines.append(kubernetes.eks)
        self.world.describe_node = kubernetes.eks.describe_node
        self._kubernetes = kubernetes
        ecs = EcsEngine(self.ground, self.world.clock.now)
        self.world.handlers["ecs"] = ecs
        self.world.inhabited.append(ecs)
        self.world.interruptible.append(ecs)
        self.world.spacious.append(ecs)
        self.world.clock.engines.append(ecs)

    def _begin(self) -> None:
        forget()
        self.world.reset()
        self._overlay.reset()
        for engine in self.world.clock.engines:
            engine.reset()
        self.world.clock.start_at(wall_now())
        self.world.clock.run_at(self._rate)
        store("ec2", HOME_ACCOUNT, self._region)

    def _tell(self) -> None:
        if self._happen is not None:
            tell(self._happen, self, self.world)

    def _serve(self) -> None:
        if self._server is not None:
            self._server.serve_forever(poll_interval=0.1)

    def _tick(self) -> None:
        while not self._stopping.wait(_TICK_S):
            with self.world.lock:
                try:
                    self.world.clock.catch_up()
                except Exception:  # noqa: BLE001 - one engine's bug must not stop the lab's time
                    _log.exception("a step of the lab failed")


def exports(environment: Mapping[str, str]) -> Iterable[str]:
    """The lines that a shell needs."""
    return (f"export {name}='{value}'" for name, value in environment.items())
