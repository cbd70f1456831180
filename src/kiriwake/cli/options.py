"""The flags that every verb takes, before the verb or after it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import wraps
from typing import Any, TypeVar

import click

from kiriwake.core.errors import UsageError
from kiriwake.core.text import Text

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = ("text", "concise", "json", "markdown", "sarif", "junit", "html", "github")


@dataclass(frozen=True)
class Common:
    """The flags of every verb."""

    region: str | None = None
    all_regions: bool = False
    profile: str | None = None
    role_arn: str | None = None
    timeout: float | None = None
    format: str | None = None
    output: str | None = None
    lang: str | None = None
    color: str | None = None
    verbose: bool = False

    @property
    def repeated(self) -> tuple[str, ...]:
        """The flags that a command shown to a reader needs in order to mean the same."""
        told = (
            ("--region", self.region),
            ("--profile", self.profile),
            ("--role-arn", self.role_arn),
        )
        return tuple(word for name, value in told if value for word in (name, value))


VARIABLES = {
    "format": "KIRIWAKE_FORMAT",
    "lang": "KIRIWAKE_LANG",
    "color": "KIRIWAKE_COLOR",
    "timeout": "KIRIWAKE_TIMEOUT",
}
"""The environment variable that stands for a flag which is not given."""
_DECLARED = (
    click.option("-r", "--region", default=None, help="AWS region."),
    click.option("--all-regions", is_flag=True, default=None, help="Every enabled region."),
    click.option("-p", "--profile", default=None, help="Profile of the AWS configuration."),
    click.option("--role-arn", default=None, help="Role to assume first."),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0),
        default=None,
        help="Seconds after which reading ends.",
    ),
    click.option("--format", type=click.Choice(FORMATS), default=None, help="How to print."),
    click.option("-o", "--output", metavar="FILE", default=None, help="Write to a file."),
    click.option("--lang", type=click.Choice(["en", "ja"]), default=None, help="Language."),
    click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default=None,
        help="Colour (NO_COLOR and FORCE_COLOR are honoured).",
    ),
    click.option(
        "-v", "--verbose", is_flag=True, default=None, help="Each API call, all verdicts."
    ),
)
_NAMES = frozenset(field.name for field in fields(Common))


def common(command: F) -> F:
    """Adds the flags to a verb and hands them over as one `common` argument."""

    @wraps(command)
    def run(**arguments: Any) -> Any:  # noqa: ANN401 - what the verb answers
        own = {k: v for k, v in arguments.items() if k not in _NAMES}
        here = {k: v for k, v in arguments.items() if k in _NAMES and v is not None}
        context = click.get_current_context()
        before: Mapping[str, Any] = context.find_root().obj or {}
        given = {**before, **here}
        _refuse_other_formats(context.command_path, given.get("format"))
        return command(common=Common(**{**_from_environment(), **given}), **own)

    for option in reversed(_DECLARED):
        run = option(run)
    return run  # type: ignore[return-value]


_OFFERED = {
    "diagnose": FORMATS,
    "completion": ("text",),
    "lab shell": ("text",),
}
"""The formats of the verbs that offer others than text and json."""


def _refuse_other_formats(path: str, wanted: str | None) -> None:
    verb = path.partition(" ")[2]
    offered = _OFFERED.get(verb, ("text", "json"))
    if wanted is None or wanted in offered:
        return
    raise UsageError(
        "format-not-offered",
        Text(
            en=f"{verb} has no format {wanted}; it has: {', '.join(offered)}",
            ja=f"{verb} に形式 {wanted} はない。選べる形式: {', '.join(offered)}",
        ),
    )


def _from_environment() -> dict[str, Any]:
    timeout = os.environ.get(VARIABLES["timeout"], "")
    try:
        told: dict[str, Any] = {"timeout": float(timeout)} if timeout else {}
    except ValueError as error:
        raise UsageError(
            "bad-variable",
            Text(
                en=f'KIRIWAKE_TIMEOUT is a number of seconds, not "{timeout}"',
                ja=f"KIRIWAKE_TIMEOUT は秒数で指定する: 「{timeout}」",
            ),
        ) from error
    if (format_ := os.environ.get(VARIABLES["format"])) in {"text", "json"}:
        told["format"] = format_
    return told


def before_the_verb(command: F) -> F:
    """Adds the flags to the program itself."""

    @wraps(command)
    def run(**arguments: Any) -> Any:  # noqa: ANN401 - what the group answers
        given = {k: v for k, v in arguments.items() if v is not None and k in _NAMES}
        click.get_current_context().obj = given
        return command()

    for option in reversed(_DECLARED):
        run = option(run)
    return run  # type: ignore[return-value]
