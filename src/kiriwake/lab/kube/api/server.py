"""The socket: HTTP/1.1 over TLS on 127.0.0.1, a thread for each connection."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from threading import RLock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from kiriwake.lab.kube.api.request import Request, Response

HOST = "127.0.0.1"
PATIENCE_S = 300.0
"""How long an idle connection is kept."""
GONE = (ConnectionError, TimeoutError, ssl.SSLError)
"""A client that went away is no error of the server's."""

Handle = Callable[[Request], Response]


class KubeServer:
    """Serves one cluster on a port of its own, from `start` to `stop`."""

    def __init__(self, handle: Handle, context: ssl.SSLContext, lock: RLock, port: int = 0) -> None:
        self._server = _TlsServer((HOST, port), handle, context, lock)
        self.port = int(self._server.server_address[1])
        self.stopping = False
        self._thread = Thread(target=self._server.serve_forever, args=(0.2,), daemon=True)

    @property
    def url(self) -> str:
        """The endpoint."""
        return f"https://{HOST}:{self.port}"

    def start(self) -> None:
        """Begins to answer."""
        self._thread.start()

    def ends(self) -> bool:
        """Whether open watches should end."""
        return self.stopping

    def stop(self) -> None:
        """Stops answering and closes the port."""
        self.stopping = True
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


class _TlsServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(
        self,
        address: tuple[str, int],
        handle: Handle,
        context: ssl.SSLContext,
        lock: RLock,
    ) -> None:
        super().__init__(address, _Handler)
        self._context = context
        self.handle = handle
        self.lock = lock

    def finish_request(self, request: socket | tuple[bytes, socket], client_address: Any) -> None:  # noqa: ANN401 - socketserver's own signature
        """Shakes hands in the connection's thread, so that a slow client stops nobody."""
        if isinstance(request, tuple):
            return
        request.settimeout(PATIENCE_S)
        try:
            secured = self._context.wrap_socket(request, server_side=True)
        except (*GONE, OSError):
            return
        with suppress(*GONE, OSError):
            _Handler(secured, client_address, self)
        with suppress(OSError):
            secured.close()


class _Handler(BaseHTTPRequestHandler):
    server: _TlsServer
    protocol_version = "HTTP/1.1"
    server_version = "kubernetes"
    sys_version = ""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = self._chunked_body()
        else:
            body = self.rfile.read(length) if length else b""
        request = Request(
            self.command,
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {key.lower(): value for key, value in self.headers.items()},
            body,
            self._certificate(),
        )
        with self.server.lock:
            response = self.server.handle(request)
        if response.stream is not None:
            self._send_stream(response, response.stream)
        else:
            self._send(response)

    def _chunked_body(self) -> bytes:
        parts: list[bytes] = []
        while True:
            size = int(self.rfile.readline().strip() or b"0", 16)
            if not size:
                self.rfile.readline()
                return b"".join(parts)
            parts.append(self.rfile.read(size))
            self.rfile.readline()

    def _certificate(self) -> tuple[str, tuple[str, ...]] | None:
        connection = self.connection
        if not isinstance(connection, ssl.SSLSocket):
            return None
        found = connection.getpeercert()
        if not found:
            return None
        subject: Any = found.get("subject", ())
        pairs = [pair for group in subject for pair in group]
        name = next((value for key, value in pairs if key == "commonName"), "")
        return name, tuple(value for key, value in pairs if key == "organizationName")

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def _send_stream(self, response: Response, stream: Iterator[bytes]) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.flush()
        for part in stream:
            self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Nothing: requests are in the lab's own call log."""

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815
