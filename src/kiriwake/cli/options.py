"""The flags that every verb takes, before the verb or after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import wraps
from typing import Any, TypeVar

import click

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


_DECLARED = (
    click.option("-r", "--region", default=None, help="AWS region."),
    click.option("--all-regions", is_flag=True, default=None, help="Every enabled region."),
    click.option("-p", "--profile", default=None, help="Profile of the AWS configuration."),
    click.option("--role-arn", default=None, help="Role to assume first."),
    click.option("--timeout", type=float, default=None, help="Seconds after which reading ends."),
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
        before: Mapping[str, Any] = click.get_current_context().find_root().obj or {}
        return command(common=Common(**{**before, **here}), **own)

    for option in reversed(_DECLARED):
        run = option(run)
    return run  # type: ignore[return-value]


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
