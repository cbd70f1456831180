"""How AWS services speak: what a request means, and answers and errors in its protocol."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote
from xml.sax.saxutils import escape

from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader
from moto.core.model import ServiceModel
from moto.core.serialize import get_serializer_class

from kiriwake.lab.ground import AwsError

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d+/([^/]*)/([^/]+)/aws4_request")
_MODEL_NAMES = {
    "elasticloadbalancing": "elbv2",
    "monitoring": "cloudwatch",
    "elasticfilesystem": "efs",
    "servicequotas": "service-quotas",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
}
_IAM_PREFIXES = {"monitoring": "cloudwatch"}
_REST = {"rest-json", "rest-xml"}


@dataclass(frozen=True, slots=True)
class Scope:
    """The credential scope of a signature."""

    access_key: str
    region: str
    signing_name: str


@dataclass(frozen=True, slots=True)
class Operation:
    """The operation that a request means, in IAM's words."""

    service: str
    name: str
    protocol: str
    signing_name: str
    parameters: Mapping[str, str]
    """What the URI's template bound; only for REST protocols."""

    @property
    def action(self) -> str:
        """`ec2:DescribeSubnets`."""
        return f"{self.service}:{self.name}"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@cache
def _loader() -> Loader:
    return Loader()


@cache
def model(signing_name: str) -> ServiceModel | None:
    """Botocore's model of a service, or None for one that it does not know."""
    name = _MODEL_NAMES.get(signing_name, signing_name)
    try:
        return ServiceModel(_loader().load_service_model(name, "service-2"), name)
    except UnknownServiceError:
        return None


def scope_of(environ: Mapping[str, Any]) -> Scope | None:
    """Who signed, where, for which service; also of presigned URLs."""
    found = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    if found:
        return Scope(found[1], found[2], found[3].lower())
    presigned = parse_qs(environ.get("QUERY_STRING", "")).get("X-Amz-Credential")
    if presigned:
        parts = presigned[0].split("/")
        if len(parts) == 5:  # noqa: PLR2004 - key/date/region/service/aws4_request
            return Scope(parts[0], parts[2], parts[3].lower())
    return None


def operation_of(environ: Mapping[str, Any], scope: Scope, body: bytes) -> Operation:
    """The operation of a request; its name is empty when nothing says it."""
    service = _IAM_PREFIXES.get(scope.signing_name, scope.signing_name)

    def said(name: str, protocol: str, parameters: Mapping[str, str] | None = None) -> Operation:
        return Operation(service, name, protocol, scope.signing_name, parameters or {})

    path = environ.get("PATH_INFO", "/")
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return said(target.rpartition(".")[2], "json")
    if found := re.fullmatch(r"/service/[^/]+/operation/([^/]+)", path):
        return said(found[1], "smithy-rpc-v2-cbor")
    form = b""
    if "x-www-form-urlencoded" in environ.get("CONTENT_TYPE", ""):
        form = body
    fields = parse_qs(form.decode("utf-8", "replace") or environ.get("QUERY_STRING", ""))
    if "Action" in fields:
        return said(fields["Action"][0], "ec2" if service == "ec2" else "query")
    known = model(scope.signing_name)
    if known is None:
        return said("", "rest-json")
    protocol = str(known.metadata.get("protocol", "json"))
    if protocol not in _REST:
        return said("", protocol)
    # An ARN in a path carries its slashes escaped; PATH_INFO has lost the difference.
    raw = str(environ.get("REQUEST_URI") or path).partition("?")[0]
    name, parameters = _match_uri(
        known,
        environ.get("REQUEST_METHOD", "GET"),
        raw if raw.startswith("/") else path,
        environ.get("QUERY_STRING", ""),
    )
    return said(name, protocol, parameters)


@cache
def _uris(signing_name: str) -> tuple[tuple[str, re.Pattern[str], frozenset[str], str], ...]:
    known = model(signing_name)
    routes = []
    for name in known.operation_names if known else ():
        http = known.operation_model(name).http if known else {}
        path, _, query = str(http.get("requestUri", "/")).partition("?")
        pattern = re.sub(r"\\\{(\w+)\\\+\\\}", r"(?P<\1>.+)", re.escape(path))
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", pattern)
        wanted = frozenset(query.split("&")) - {""}
        routes.append((str(http.get("method")), re.compile(pattern + "/?"), wanted, name))
    routes.sort(
        key=lambda route: (-len(route[2]), len(route[1].groupindex), -len(route[1].pattern))
    )
    return tuple(routes)


def _match_uri(
    known: ServiceModel, method: str, path: str, query: str
) -> tuple[str, Mapping[str, str]]:
    given = {part.partition("=")[0] for part in query.split("&")} | set(query.split("&"))
    signing_name = str(known.signing_name)
    for wanted_method, pattern, wanted, name in _uris(signing_name):
        found = pattern.fullmatch(path)
        if wanted_method == method and found and wanted <= given:
            return name, {key: unquote(value) for key, value in found.groupdict().items()}
    return "", {}


def parameters_of(operation: Operation, environ: Mapping[str, Any], body: bytes) -> dict[str, Any]:
    """A JSON or REST-JSON request's parameters by their names in the API."""
    text = body.decode("utf-8", "replace").strip()
    try:
        given = json.loads(text) if text else {}
    except json.JSONDecodeError as error:
        raise AwsError("SerializationException", f"the body is not JSON: {error.msg}") from error
    if not isinstance(given, dict):
        raise AwsError("SerializationException", "the body is not a JSON object")
    if operation.protocol != "rest-json":
        return given
    known = model(operation.signing_name)
    shape = known.operation_model(operation.name).input_shape if known and operation.name else None
    query = parse_qs(environ.get("QUERY_STRING", ""))
    result: dict[str, Any] = {}
    for member, member_shape in shape.members.items() if shape is not None else ():
        location = member_shape.serialization.get("location")
        name = member_shape.serialization.get("name", member)
        if location == "uri" and name in operation.parameters:
            result[member] = operation.parameters[name]
        elif location == "querystring" and name in query:
            result[member] = _from_query(member_shape.type_name, query[name])
        elif location is None and name in given:
            result[member] = given[name]
    return result


def _from_query(kind: str, said: list[str]) -> Any:  # noqa: ANN401 - by the member's shape
    if kind == "list":
        return said
    if kind == "boolean":
        return said[0].lower() == "true"
    return int(said[0]) if kind == "integer" and said[0].isdigit() else said[0]


def answer(operation: Operation, result: Mapping[str, Any]) -> Answer:
    """A result in API shape, in the service's own protocol."""
    known = model(operation.signing_name)
    if known is None:
        raise AwsError("UnknownOperationException", operation.action)
    operation_model: Any = known.operation_model(operation.name)
    serializer = get_serializer_class(known.service_name, operation.protocol)
    made = serializer(operation_model=operation_model).serialize(dict(result))
    body = made["body"]
    headers = {str(k): str(v) for k, v in made["headers"].items()}
    headers["x-amzn-RequestId"] = str(uuid.uuid4())
    return Answer(
        made["status_code"], headers, body.encode() if isinstance(body, str) else bytes(body)
    )


def xml(shape: Any, value: Any, name: str) -> str:  # noqa: ANN401 - botocore's shape, any answer
    """A value in EC2's XML; what the shape does not know is left out.

    moto's own serializer takes a millisecond for each interface; this one a tenth of it.
    """
    if shape.type_name == "structure":
        inner = "".join(
            xml(member, value[key], member.serialization.get("name", key))
            for key, member in shape.members.items()
            if value.get(key) is not None
        )
    elif shape.type_name == "list":
        item = shape.member.serialization.get("name", "item")
        inner = "".join(xml(shape.member, one, item) for one in value)
    elif isinstance(value, bool):
        inner = "true" if value else "false"
    elif isinstance(value, datetime):
        inner = value.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    else:
        inner = escape(str(value))
    return f"<{name}>{inner}</{name}>"


def failure(operation: Operation, error: AwsError) -> Answer:
    """An error in the service's own protocol."""
    request_id = str(uuid.uuid4())
    code, message = escape(error.code), escape(error.message)
    headers = {"x-amzn-RequestId": request_id}
    match operation.protocol:
        case "ec2":
            text = (
                '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error>'
                f"<Code>{code}</Code><Message>{message}</Message></Error></Errors>"
                f"<RequestID>{request_id}</RequestID></Response>"
            )
            headers["Content-Type"] = "text/xml;charset=UTF-8"
        case "query":
            kind = "Receiver" if error.status >= 500 else "Sender"  # noqa: PLR2004 - HTTP
            text = (
                f"<ErrorResponse><Error><Type>{kind}</Type><Code>{code}</Code>"
                f"<Message>{message}</Message></Error><RequestId>{request_id}</RequestId>"
                "</ErrorResponse>"
            )
            headers["Content-Type"] = "text/xml"
        case "rest-xml":
            text = (
                '<?xml version="1.0" encoding="UTF-8"?>\n'
                f"<Error><Code>{code}</Code><Message>{message}</Message>"
                f"<RequestId>{request_id}</RequestId></Error>"
            )
            headers["Content-Type"] = "application/xml"
        case "smithy-rpc-v2-cbor":
            headers |= {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
            body = _cbor({"__type": error.code, "message": error.message})
            return Answer(error.status, headers, body)
        case "rest-json":
            text = json.dumps({"message": error.message})
            headers |= {"Content-Type": "application/json", "x-amzn-ErrorType": error.code}
        case _:
            text = json.dumps({"__type": error.code, "message": error.message})
            headers |= {
                "Content-Type": "application/x-amz-json-1.1",
                "x-amzn-ErrorType": error.code,
            }
    return Answer(error.status, headers, text.encode())


def _cbor(fields: Mapping[str, str]) -> bytes:
    def text(value: str) -> bytes:
        data = value.encode()
        return b"\x7a" + len(data).to_bytes(4, "big") + data

    return bytes([0xA0 | len(fields)]) + b"".join(text(k) + text(v) for k, v in fields.items())


def unknown_operation(operation: Operation) -> AwsError:
    """What AWS says to an operation that it does not have."""
    if operation.protocol in {"query", "ec2"}:
        return AwsError(
            "InvalidAction",
            f"The action {operation.name or '(none)'} is not valid for this web service.",
        )
    status = 404 if operation.protocol in _REST or "cbor" in operation.protocol else 400
    return AwsError("UnknownOperationException", f"{operation.action} is not in the lab", status)


def access_denied(operation: Operation, principal_arn: str) -> AwsError:
    """What a service says to a principal without the right."""
    words = (
        f"User: {principal_arn} is not authorized to perform: {operation.action} on resource: * "
        f"because no identity-based policy allows the {operation.action} action"
    )
    if operation.protocol == "ec2":
        return AwsError(
            "UnauthorizedOperation",
            f"You are not authorized to perform this operation. {words}",
            403,
        )
    if operation.protocol in {"query", "rest-xml"}:
        return AwsError("AccessDenied", words, 403)
    status = 403 if operation.protocol == "rest-json" else 400
    return AwsError("AccessDeniedException", words, status)
