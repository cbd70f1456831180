"""click's complaints about a command line, in our words and both languages."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import click

from kiriwake.core.errors import UsageError
from kiriwake.core.text import Text, verbatim


def usage_error(error: click.ClickException) -> UsageError:
    """The complaint with what to type instead."""
    path = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else ""
    see = f"{path or 'kiriwake'} --help"
    hints = (Text(en=see, ja=see),)
    match error:
        case click.NoSuchOption(option_name=name, possibilities=near):
            return UsageError(
                "unknown-flag",
                Text(en=f"there is no flag {name}", ja=f"{name} というオプションはない"),
                hints=(*(_perhaps(n) for n in (near or ())[:3]), *hints),
            )
        case click.MissingParameter(param=param):
            name = _name(param)
            return UsageError(
                "missing-argument",
                Text(en=f"{name} is missing", ja=f"{name} が指定されていない"),
                hints=hints,
            )
        case click.BadParameter(param=param):
            name, says = _name(param), error.message.rstrip(".")
            return UsageError(
                "bad-value",
                Text(en=f"{name}: {says}", ja=f"{name} の値が正しくない: {says}"),
                hints=hints,
            )
        case _:
            says = error.format_message().rstrip(".")
            return UsageError("usage", Text(en=says, ja=says), hints=hints)


def _perhaps(name: str) -> Text:
    return Text(en=f"did you mean {name}?", ja=f"もしかして: {name}")


def _name(param: click.Parameter | None) -> str:
    if param is None:
        return "value"
    if isinstance(param, click.Argument):
        return param.make_metavar(click.Context(click.Command("kiriwake"))).strip("[].")
    return max(param.opts, key=len)


def unknown_verb(typed: str, verbs: Iterable[str]) -> UsageError:
    """A verb that there is not, with the nearest ones."""
    near = difflib.get_close_matches(typed, list(verbs), n=2)
    return UsageError(
        "unknown-verb",
        Text(en=f'there is no verb "{typed}"', ja=f"「{typed}」というコマンドはない"),
        hints=(*(_perhaps(name) for name in near), verbatim("kiriwake --help")),
    )
