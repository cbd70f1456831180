"""From flags to the things that do the work."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from kiriwake.cli.io import IO, open_io
from kiriwake.cli.options import Common
from kiriwake.core.errors import UsageError
from kiriwake.core.text import Text
from kiriwake.sources.source import Request, Source


def io_of(common: Common) -> IO:
    """The streams, as the flags want them."""
    return open_io(lang=common.lang, color=common.color, verbose=common.verbose)


def source_of(common: Common, io: IO, region: str = "") -> Source:
    """AWS as the flags name it, or another region of it; -v tells every API call."""
    from kiriwake.sources.aws.clients import connect  # noqa: PLC0415 - boto3 costs 0.3 s

    def told(request: Request) -> None:
        print(f"  {request.call} ({request.ms} ms)", file=io.err)

    return connect(
        region=region or common.region or "",
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
    """Prints a result, or writes it to the file of -o whole or not at all.

    Raises `UsageError` `cannot-write`, and BrokenPipeError when nobody reads any more.
    """
    whole = text if text.endswith("\n") else f"{text}\n"
    if common.output and common.output != "-":
        write_file(Path(common.output), whole.encode("utf-8", "backslashreplace"))
        return
    try:
        io.out.write(whole)
        io.out.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _cannot_write("stdout", error) from error


def write_file(path: Path, data: bytes) -> None:
    """Replaces the file in one step; a failure leaves the old one as it was."""
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)  # a device or a pipe cannot be replaced
        else:
            _replace(path.resolve(), data)
    except OSError as error:
        raise _cannot_write(str(path), error) from error


def _replace(path: Path, data: bytes) -> None:
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~umask
        Path(draft).chmod(mode)
        Path(draft).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(draft).unlink()
        raise


def _cannot_write(where: str, error: OSError) -> UsageError:
    why = error.strerror or str(error)
    return UsageError(
        "cannot-write",
        Text(en=f'cannot write to "{where}": {why}', ja=f"「{where}」に書き込めない: {why}"),
        hints=(
            Text(
                en="-o FILE, in a folder that exists and has room",
                ja="-o には空き容量のある既存フォルダー内のファイルを指定する",
            ),
        ),
    )
