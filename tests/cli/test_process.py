"""The command as a process: cold, piped, without a disk, in any locale, narrow."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kiriwake.report.width import columns

SRC = str(Path(__file__).parent.parent.parent / "src")


def kiriwake(
    *typed: str, env: dict[str, str] | None = None, **options: object
) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "LC_", "LANG"))}
    settings: dict[str, object] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    done: subprocess.CompletedProcess[str] = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "kiriwake", *typed],
        env={**clean, "PYTHONPATH": SRC, **(env or {})},
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=60,
        **settings,  # type: ignore[call-overload]
    )
    return done


def test_help_imports_click_and_nothing_heavy() -> None:
    code = (
        "import sys; from kiriwake.cli.main import run; run(['--help']);"
        "print([m for m in ('boto3', 'botocore', 'msgspec', 'rich', 'moto', 'sqlite3')"
        " if m in sys.modules])"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": SRC},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.rstrip().endswith("[]")


@pytest.mark.slow
def test_a_reader_that_leaves_early_is_no_failure(ill: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        done = kiriwake("diagnose", "--from", ill, "-v", stdout=pipe)

    assert done.stderr == ""
    assert done.returncode in {0, 1}


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_full_disk_is_told_and_never_success(form: str, well: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = kiriwake("diagnose", "--from", well, "--format", form, stdout=full)

    assert done.returncode == 2
    assert "cannot-write" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "env",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "cp932"},
    ],
)
def test_japanese_survives_a_locale_that_cannot_show_it(env: dict[str, str], ill: str) -> None:
    done = kiriwake("diagnose", "--from", ill, "--lang", "ja", env=env)

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "[ecs/subnet-ip-exhausted]" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_forty_columns_are_enough(lang: str, ill: str) -> None:
    done = kiriwake("diagnose", "--from", ill, "--lang", lang, env={"COLUMNS": "40"})

    assert [line for line in done.stdout.splitlines() if columns(line) > 40] == []


@pytest.mark.slow
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_its_completion(shell: str) -> None:
    done = kiriwake("completion", shell)

    assert done.returncode == 0
    assert "_KIRIWAKE_COMPLETE" in done.stdout


@pytest.mark.slow
def test_verbs_and_flags_are_completed() -> None:
    def completed(typed: str) -> str:
        words = {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}
        return kiriwake(env={"_KIRIWAKE_COMPLETE": "bash_complete", **words}).stdout

    assert "diagnose" in completed("kiriwake dia")
    assert "--fail-on" in completed("kiriwake diagnose --fail")


@pytest.mark.slow
def test_an_interrupted_run_is_130_and_quiet() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "kiriwake", "explain", "-"],
        env={**os.environ, "PYTHONPATH": SRC, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        # It has to have reached the reading of its input.
        stat = Path(f"/proc/{process.pid}/wchan")
        for _ in range(200):
            if process.poll() is not None or (stat.exists() and "pipe" in stat.read_text()):
                break
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=20)

    assert process.returncode == 130
    assert "Traceback" not in told
