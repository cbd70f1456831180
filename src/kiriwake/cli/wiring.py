"""From flags to the things that do the work."""

from __future__ import annotations

import tempfile
from pathlib import Path

from kiriwake.cli.io import IO, open_io
from kiriwake.cli.options import Common
from kiriwake.sources.source import Request, Source


def io_of(common: Common) -> IO:
    """The streams, as the flags want them."""
    return open_io(lang=common.lang, color=common.color, verbose=common.verbose)


def source_of(common: Common, io: IO) -> Source:
    """AWS as the flags name it; with -v every API call is told as it is made."""
    from kiriwake.sources.aws.clients import connect  # noqa: PLC0415 - boto3 costs 0.3 s

    def told(request: Request) -> None:
        print(f"  {request.call} ({request.ms} ms)", file=io.err)

    return connect(
        region=common.region or "",
        profile=common.profile or "",
        role_arn=common.role_arn or "",
        timeout=common.timeout,
        on_call=told if io.verbose else None,
    )


def state_directory(io: IO) -> Path:
    """Where the journal lives: KIRIWAKE_STATE_DIR, or XDG's place for state."""
    if chosen := io.env.get("KIRIWAKE_STATE_DIR"):
        return Path(chosen)
    if xdg := io.env.get("XDG_STATE_HOME"):
        return Path(xdg) / "kiriwake"
    home = io.env.get("HOME") or tempfile.gettempdir()
    return Path(home) / ".local" / "state" / "kiriwake"


def deliver(text: str, common: Common, io: IO) -> None:
    """Prints a result, or writes it to the file of -o whole or not at all."""
    if not common.output:
        io.out.write(text if text.endswith("\n") else f"{text}\n")
        return
    path = Path(common.output)
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=f".{path.name}.", delete=False, encoding="utf-8"
    ) as draft:
        draft.write(text if text.endswith("\n") else f"{text}\n")
    Path(draft.name).replace(path)
