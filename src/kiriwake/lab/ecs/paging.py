"""Pages of lists: sizes as documented, tokens that belong to one question."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from kiriwake.lab.ground import AwsError


def page(
    action: str,
    parameters: Mapping[str, Any],
    found: Sequence[str],
    *,
    default: int = 100,
    most: int = 100,
) -> tuple[list[str], dict[str, str]]:
    """One page, and `{"nextToken": …}` if there is more; a page begins after a known item."""
    size = parameters.get("maxResults")
    if size is not None and not 1 <= int(size) <= most:
        raise AwsError("InvalidParameterException", f"maxResults must be between 1 and {most}.")
    size = int(size or default)
    question = _question(action, parameters)
    begin = _begin(parameters["nextToken"], question) if parameters.get("nextToken") else 0
    chosen = list(found[begin : begin + size])
    if begin + size >= len(found):
        return chosen, {}
    token = json.dumps({"at": begin + size, "of": question})
    return chosen, {"nextToken": base64.b64encode(token.encode()).decode()}


def _question(action: str, parameters: Mapping[str, Any]) -> str:
    asked = {k: v for k, v in parameters.items() if k not in {"nextToken", "maxResults"}}
    text = action + json.dumps(asked, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _begin(token: str, question: str) -> int:
    try:
        said = json.loads(base64.b64decode(token, validate=True))
        if said["of"] == question:
            return int(said["at"])
    except (ValueError, KeyError, TypeError):
        pass
    raise AwsError("InvalidParameterException", "Invalid token") from None


def at_most(what: str, given: Sequence[object], most: int) -> None:
    """Refuses an empty list and one that is too long."""
    if not given:
        raise AwsError("InvalidParameterException", f"{what} cannot be empty.")
    if len(given) > most:
        raise AwsError(
            "InvalidParameterException", f"{what} cannot have more than {most} elements."
        )
