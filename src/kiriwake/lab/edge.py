"""The WSGI edge before moto: who calls what, faults and denials, engines first, then moto."""

from __future__ import annotations

import contextlib
import io
import ipaddress
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from kiriwake.lab import wire
from kiriwake.lab.aws import callers
from kiriwake.lab.aws.frontdoor import Visit, visit
from kiriwake.lab.aws.overlay import Overlay
from kiriwake.lab.ground import AwsError, Caller
from kiriwake.lab.wire import Answer, Operation, Scope
from kiriwake.lab.world import HOME_ACCOUNT, HOME_REGION, Fault, Principal, World

_log = logging.getLogger(__name__)
_UNSIGNED = Scope("", HOME_REGION, "s3")
_HANG_S = 300.0
_THROTTLES = {"ThrottlingException", "Throttling", "TooManyRequestsException"}
_STATUS_OF = {"RequestLimitExceeded": 503, "ServiceUnavailable": 503, "SlowDown": 503}
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Edge:
    """The whole lab as one WSGI application."""

    def __init__(
        self,
        world: World,
        moto: Wsgi,
        control: Callable[[str, str, str, bytes], Answer],
        overlay: Overlay,
    ) -> None:
        self._world = world
        self._moto = moto
        self._control = control
        self._overlay = overlay
        self.closing = threading.Event()
        """Set when the lab stops, so that hanging answers end."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:  # noqa: ANN401 - WSGI
        """Answers one request."""
        body = _read(environ)
        path = environ.get("PATH_INFO", "/")
        address = _emulated_address(environ.get("HTTP_HOST", ""))
        if address is not None:
            return self._send(start_response, self._workload(address, environ))
        if name := _balancer_name(environ.get("HTTP_HOST", "")):
            return self._send(start_response, self._balancer(name, environ))
        if path == "/_lab" or path.startswith("/_lab/"):
            method = environ.get("REQUEST_METHOD", "GET")
            query = environ.get("QUERY_STRING", "")
            return self._send(start_response, self._control(method, path, query, body))
        return self._send(start_response, self._aws(environ, body))

    # --- AWS -----------------------------------------------------------------------
    def _aws(self, environ: dict[str, Any], body: bytes) -> Answer:
        begun = time.monotonic()
        scope = wire.scope_of(environ) or _unsigned(environ, body)
        operation = wire.operation_of(environ, scope, body)
        with self._world.lock:
            self._world.clock.catch_up()
            principal = callers.principal_of(scope.access_key)
            fault = self._world.take_fault(operation.action) if operation.name else None
        if fault is not None:
            self._meet_delay(fault)
        answer = self._fault_answer(fault, operation, environ) if fault and fault.error else None
        if answer is None:
            with self._world.lock:
                self._world.clock.catch_up()
                answer = self._answer(environ, body, scope, operation, principal)
        passed = (time.monotonic() - begun) * 1000
        with self._world.lock:
            self._world.log_call(
                operation.service, operation.name, principal.arn, answer.status, passed
            )
        return answer

    def _answer(
        self,
        environ: dict[str, Any],
        body: bytes,
        scope: Scope,
        operation: Operation,
        principal: Principal,
    ) -> Answer:
        if operation.name and self._world.denied(operation.action, principal):
            return wire.failure(operation, wire.access_denied(operation, principal.arn))
        account = callers.account_of(scope.access_key)
        caller = Caller(account, scope.region or HOME_REGION, principal.arn)
        try:
            handler = self._world.handlers.get(operation.service)
            if handler is not None and handler.handles(operation.name):
                parameters = wire.parameters_of(operation, environ, body)
                return wire.answer(operation, handler.handle(caller, operation.name, parameters))
        except AwsError as error:
            return wire.failure(operation, error)
        except Exception as error:  # noqa: BLE001 - the edge of the server: every request gets an answer
            _log.exception("%s failed in the lab", operation.action)
            return wire.failure(operation, _internal(error))
        return self._through_moto(environ, body, caller, operation)

    def _through_moto(
        self, environ: dict[str, Any], body: bytes, caller: Caller, operation: Operation
    ) -> Answer:
        environ["wsgi.input"] = io.BytesIO(body)
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = caller.account
        environ.pop("HTTP_X_FORWARDED_FOR", None)
        said: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], _exc: object = None) -> None:
            said.update(status=int(status.split(maxsplit=1)[0]), headers=headers)

        try:
            answered = b"".join(self._moto(environ, start))
        except AwsError as error:
            return wire.failure(operation, error)
        except NotImplementedError:
            return wire.failure(operation, wire.unknown_operation(operation))
        except Exception as error:  # noqa: BLE001 - moto fell over: still an answer in the right format
            _log.exception("%s failed in moto", operation.action)
            return wire.failure(operation, _internal(error))
        headers = {name: value for name, value in said["headers"] if name.lower() != "date"}
        html = headers.get("Content-Type", "").startswith("text/html")
        if said["status"] in {404, 405, 500} and html and b"<h1>" in answered:
            return wire.failure(operation, wire.unknown_operation(operation))
        if said["status"] < HTTPStatus.BAD_REQUEST:
            self._overlay.after_write(caller.account, caller.region, operation.action)
        return Answer(said["status"], headers, answered)

    # --- faults --------------------------------------------------------------------
    def _meet_delay(self, fault: Fault) -> None:
        if fault.latency_ms:
            self.closing.wait(fault.latency_ms / 1000)

    def _fault_answer(
        self, fault: Fault, operation: Operation, environ: dict[str, Any]
    ) -> Answer | None:
        match fault.error:
            case "cut":
                _cut(environ)
            case "timeout":
                self.closing.wait(_HANG_S)
                _cut(environ)
            case code if code.isdigit():
                status = int(code)
                words = HTTPStatus(status).phrase
                return wire.failure(operation, AwsError(words.replace(" ", ""), words, status))
            case code:
                words = "Rate exceeded" if code in _THROTTLES else f"The lab was told to say {code}"
                status = _STATUS_OF.get(code, 400)
                return wire.failure(operation, AwsError(code, words, status))
        return None

    # --- tasks behind the proxy ------------------------------------------------------
    def _workload(self, address: tuple[str, int], environ: dict[str, Any]) -> Answer:
        host, port = address
        with self._world.lock:
            self._world.clock.catch_up()
            found = self._world.serving(host, port)
        plain = {"Content-Type": "text/plain; charset=utf-8"}
        if found is None or found.behaviour.bind in {"127.0.0.1", "localhost", "::1"}:
            words = f"{host}:{port} refused the connection\n"
            return Answer(502, plain, words.encode())
        behaviour = found.behaviour
        if behaviour.latency_ms:
            self.closing.wait(behaviour.latency_ms / 1000)
        path = environ.get("PATH_INFO", "/")
        status = 200
        if behaviour.paths is not None:
            status = behaviour.paths.get(path, behaviour.default_status)
        words = f"{status} {_phrase(status)}\n"
        return Answer(status, plain, words.encode())

    def _balancer(self, name: str, environ: dict[str, Any]) -> Answer:
        host, _, port = name.partition(":")
        asked = Visit(host, int(port or 80), environ.get("PATH_INFO", "/"))
        with self._world.lock:
            self._world.clock.catch_up()
            status = visit(self._world, self._overlay.prober, asked)
        plain = {"Content-Type": "text/plain; charset=utf-8"}
        if not status:
            return Answer(502, plain, f"nothing listens at {name}\n".encode())
        return Answer(status, plain, f"{status} {_phrase(status)}\n".encode())

    @staticmethod
    def _send(start_response: Any, answer: Answer) -> Iterable[bytes]:  # noqa: ANN401 - WSGI
        headers = {k: v for k, v in answer.headers.items() if k.lower() != "content-length"}
        headers["Content-Length"] = str(len(answer.body))
        start_response(f"{answer.status} {_phrase(answer.status)}", list(headers.items()))
        return [answer.body]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _read(environ: dict[str, Any]) -> bytes:
    length = environ.get("CONTENT_LENGTH")
    if length:
        return bytes(environ["wsgi.input"].read(int(length)))
    if environ.get("wsgi.input_terminated"):
        return bytes(environ["wsgi.input"].read())
    return b""


def _emulated_address(host: str) -> tuple[str, int] | None:
    name, _, port = host.rpartition(":") if ":" in host else (host, "", "80")
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return None
    if address.is_loopback or address.is_unspecified:
        return None
    return name, int(port)


def _balancer_name(host: str) -> str:
    return host if host.partition(":")[0].endswith(".elb.amazonaws.com") else ""


def _unsigned(environ: dict[str, Any], body: bytes) -> Scope:
    # The few calls that nobody signs: STS with a web identity, and plain GETs on S3.
    if b"Action=AssumeRoleWith" in body or "Action=AssumeRoleWith" in environ.get(
        "QUERY_STRING", ""
    ):
        return Scope(HOME_ACCOUNT, HOME_REGION, "sts")
    return _UNSIGNED


def _internal(error: Exception) -> AwsError:
    return AwsError("InternalFailure", f"{type(error).__name__}: {error}", 500)


def _cut(environ: dict[str, Any]) -> None:
    # Closing the socket under the server is what a peer that vanishes looks like.
    connection: socket.socket | None = environ.get("werkzeug.socket")
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError("the lab was told to cut this connection")


def json_answer(status: int, body: object) -> Answer:
    """A JSON answer of the lab's own."""
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(body).encode())
