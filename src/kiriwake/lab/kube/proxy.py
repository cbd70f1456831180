"""A CONNECT proxy with the lab's own CA: it serves bundled manifests and refuses all else."""

from __future__ import annotations

import ssl
from contextlib import suppress
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from kiriwake.lab.kube.certificates import Authority

HOST = "raw.githubusercontent.com"
PATIENCE_S = 20.0
BUNDLED = {
    "cwagent-fluent-bit-quickstart.yaml": "cwagent-fluent-bit-quickstart.yaml",
    "cwagent-fluent-bit-quickstart-enhanced.yaml": "cwagent-fluent-bit-quickstart.yaml",
}
"""The last part of an address's path to the file that the lab wrote for it."""
REPOSITORIES = ("aws-samples/amazon-cloudwatch-container-insights/",)


def bundled(path: str) -> bytes | None:
    """The lab's file for a path on the bundled host, None if it has none."""
    inside = path.partition("?")[0].lstrip("/")
    name = BUNDLED.get(inside.rpartition("/")[2])
    if name is None or not inside.startswith(REPOSITORIES):
        return None
    return files("kiriwake.lab.kube").joinpath("bundled", name).read_bytes()


class BundleProxy:
    """Listens on 127.0.0.1 from `start` to `stop`."""

    def __init__(self, now: datetime) -> None:
        authority = Authority("kiriwake lab", now)
        self.ca_pem = authority.pem
        self._server = _Server(_context(authority))
        self._thread = Thread(target=self._server.serve_forever, args=(0.2,), daemon=True)

    @property
    def url(self) -> str:
        """What `https_proxy` has to say."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        """Begins to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stops and closes the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _context(authority: Authority) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate, key = authority.issue(HOST, hosts=(HOST,))
    with TemporaryDirectory() as folder:
        at = Path(folder, "proxy.pem")
        at.touch(mode=0o600)
        at.write_text(certificate + key)
        context.load_cert_chain(at)
    return context


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Proxy)
        self.context = context


class _Proxy(BaseHTTPRequestHandler):
    """The outer conversation: CONNECT, and only to the one host."""

    server: _Server
    protocol_version = "HTTP/1.1"

    def do_CONNECT(self) -> None:
        """Opens the tunnel, whose other end is the lab itself."""
        host = self.path.rpartition(":")[0]
        if host != HOST:
            self._refuse(host)
            return
        self.send_response(200, "Connection established")
        self.end_headers()
        self.connection.settimeout(PATIENCE_S)
        with suppress(OSError):
            inner = self.server.context.wrap_socket(self.connection, server_side=True)
            _Bundle(inner, self.client_address, self.server)
            inner.close()
        self.close_connection = True

    def do_GET(self) -> None:
        """Plain requests are for nobody here."""
        self._refuse(self.path)

    def _refuse(self, what: str) -> None:
        words = f"the lab reaches no host but its own; {what} is not bundled\n".encode()
        self.send_response(403, "Not in the lab")
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(words)))
        self.end_headers()
        self.wfile.write(words)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Nothing."""


class _Bundle(BaseHTTPRequestHandler):
    """The inner conversation: the bundled files."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """A bundled file, or 404."""
        body = bundled(self.path)
        self.send_response(200 if body is not None else 404)
        body = body if body is not None else b"404: Not Found"
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Nothing."""
