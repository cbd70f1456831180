"""The errors that a Kubernetes API server answers, in its own words."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from kiriwake.lab.kube.objects import Obj


class ApiError(Exception):
    """An error that becomes a `Status` object."""

    def __init__(self, code: int, reason: str, message: str, details: Obj | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details or {}

    def body(self) -> Obj:
        """The `Status` that the client gets."""
        status: Obj = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
        }
        if self.details:
            status["details"] = self.details
        return {**status, "code": int(self.code)}


def not_found(resource: str, name: str) -> ApiError:
    """`pods "x" not found`; the resource is qualified: `deployments.apps`."""
    plural, _, group = resource.partition(".")
    details: Obj = {"name": name, "kind": plural}
    if group:
        details["group"] = group
    return ApiError(HTTPStatus.NOT_FOUND, "NotFound", f'{resource} "{name}" not found', details)


def no_such_path() -> ApiError:
    """What is answered for a path that nobody serves."""
    message = "the server could not find the requested resource"
    return ApiError(HTTPStatus.NOT_FOUND, "NotFound", message)


def already_exists(resource: str, name: str) -> ApiError:
    """`pods "x" already exists`."""
    details = {"name": name, "kind": resource.partition(".")[0]}
    message = f'{resource} "{name}" already exists'
    return ApiError(HTTPStatus.CONFLICT, "AlreadyExists", message, details)


def conflict(resource: str, name: str) -> ApiError:
    """The object was changed by somebody else since it was read."""
    message = (
        f'Operation cannot be fulfilled on {resource} "{name}": the object has been modified;'
        " please apply your changes to the latest version and try again"
    )
    details = {"name": name, "kind": resource.partition(".")[0]}
    return ApiError(HTTPStatus.CONFLICT, "Conflict", message, details)


def invalid(kind: str, name: str, causes: Sequence[tuple[str, str, str]]) -> ApiError:
    """An object that breaks the rules; causes are (field, reason, words)."""
    said = [f"{field}: {words}" for field, _, words in causes]
    listed = said[0] if len(said) == 1 else f"[{', '.join(said)}]"
    kind_name, _, group = kind.partition(".")
    details: Obj = {
        "name": name,
        "kind": kind_name,
        "causes": [
            {"reason": reason, "message": words, "field": field} for field, reason, words in causes
        ],
    }
    if group:
        details["group"] = group
    return ApiError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Invalid",
        f'{kind} "{name}" is invalid: {listed}',
        details,
    )


def bad_request(message: str) -> ApiError:
    """A request that cannot be understood."""
    return ApiError(HTTPStatus.BAD_REQUEST, "BadRequest", message)


def forbidden(resource: str, name: str, why: str) -> ApiError:
    """A refused request: admission, quota or authorization."""
    plural, _, group = resource.partition(".")
    details: Obj = {"kind": plural}
    if name:
        details["name"] = name
    if group:
        details["group"] = group
    subject = f'{resource} "{name}" is forbidden' if name else f"{resource} is forbidden"
    return ApiError(HTTPStatus.FORBIDDEN, "Forbidden", f"{subject}: {why}", details)


def internal(message: str) -> ApiError:
    """`Internal error occurred: …`."""
    return ApiError(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "InternalError",
        f"Internal error occurred: {message}",
        {"causes": [{"message": message}]},
    )


def unauthorized() -> ApiError:
    """Nobody whom this cluster knows."""
    return ApiError(HTTPStatus.UNAUTHORIZED, "Unauthorized", "Unauthorized")


def expired(message: str) -> ApiError:
    """A resourceVersion or continue token that is too old."""
    return ApiError(HTTPStatus.GONE, "Expired", message)
