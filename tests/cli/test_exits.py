"""Exit codes are the same for every format, and a failure says what, why and what to type next."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest

from kiriwake.cli.main import VERBS, program, run
from kiriwake.cli.options import FORMATS

every_format = pytest.mark.parametrize("form", FORMATS)


@pytest.fixture(autouse=True)
def scrubbed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test depends on, or reaches, what surrounds it."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID"):
        monkeypatch.delenv(name, raising=False)


@every_format
def test_no_cause_is_0_in_every_format(form: str, well: str) -> None:
    assert run(["diagnose", "--from", well, "--format", form]) == 0


@every_format
def test_a_cause_is_1_in_every_format(form: str, ill: str) -> None:
    assert run(["diagnose", "--from", ill, "--format", form]) == 1


@every_format
def test_inconclusive_is_3_in_every_format(form: str, blind: str) -> None:
    assert run(["diagnose", "--from", blind, "--format", form]) == 3


@every_format
def test_a_target_that_does_not_exist_is_4_in_every_format(form: str, well: str) -> None:
    assert run(["diagnose", "shop/wev", "--from", well, "--format", form]) == 4


def test_one_target_of_several_that_does_not_exist_is_not_fine(well: str, ill: str) -> None:
    assert run(["diagnose", "shop/web", "shop/wev", "--from", well]) == 3
    assert run(["diagnose", "shop/web", "shop/wev", "--from", ill]) == 1
    assert run(["diagnose", "shop/wex", "shop/wev", "--from", well]) == 4


@pytest.mark.parametrize(
    ("typed", "code", "reference"),
    [
        (["diagnose", "--nonsense"], 2, "unknown-flag"),
        (["diagnos"], 2, "unknown-verb"),
        (["diagnose", "a/b/c/d"], 2, "bad-target"),
        (["diagnose", "--format", "yaml"], 2, "bad-value"),
        (["diagnose", "--timeout", "-1"], 2, "bad-value"),
        (["explain"], 2, "missing-argument"),
        (["explain", "OOM", "--format", "sarif"], 2, "format-not-offered"),
        (["diagnose", "--from", "/nowhere/x.json"], 4, "bundle-unreadable"),
        (["diagnose", "c/s", "-r", "us-east-1", "-p", "nobody"], 4, "no-such-profile"),
        (["diagnose", "c/s"], 4, "no-region"),
        (["diagnose", "c/s", "-r", "us-east-1"], 4, "no-credentials"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_failure_is_told_and_its_code_says_whose_it_is(
    typed: list[str],
    code: int,
    reference: str,
    lang: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run([*typed, "--lang", lang]) == code
    told = capsys.readouterr()
    word = {"en": "error", "ja": "エラー"}[lang]
    assert told.out == ""
    assert told.err.startswith(f"{word}[{reference}]: ")
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (["diagnose", "c/s", "-r", "us-east-1"], 4),
        (["--format", "json", "diagnose", "a/b/c/d"], 2),
        (["fix", "no/such-cause", "c/s", "-r", "us-east-1"], 2),
        (["undo", "999"], 2),
        (["explain"], 2),
        (["demo", "Z"], 2),
        (["iam-policy", "--for", "nothing"], 2),
        (["size"], 2),
        (["migrate", "x", "--to", "ecs"], 2),
        (["lab", "start", "--story", "none-such"], 2),
        (["completion", "tcsh"], 2),
    ],
)
def test_a_failure_is_one_json_document_where_json_is_wanted(
    typed: list[str],
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("KIRIWAKE_STATE_DIR", str(tmp_path))

    assert run([*typed, "--format", "json"] if "json" not in typed else typed) == code
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "kiriwake-error/1"
    assert told["exit"] == code
    assert told["error"]
    assert told["says"]


@every_format
def test_a_report_in_a_file_is_the_report_on_stdout(
    form: str, ill: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["diagnose", "--from", ill, "--format", form])
    shown = capsys.readouterr().out
    file = tmp_path / "report"

    assert run(["diagnose", "--from", ill, "--format", form, "-o", str(file)]) == 1
    assert capsys.readouterr().out == ""
    assert _timeless(file.read_text("utf-8")) == _timeless(shown)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def _timeless(text: str) -> str:
    return re.sub(r"\d\.\d( s|,| 秒)", r"0.0\1", text)


def test_a_file_that_cannot_be_written_keeps_what_it_held(
    well: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["diagnose", "--from", well, "-o", str(tmp_path / "no/such/folder")]) == 2
    assert "cannot-write" in capsys.readouterr().err


@pytest.mark.parametrize("before", [True, False])
def test_a_flag_means_the_same_before_and_after_the_verb(
    before: bool, ill: str, capsys: pytest.CaptureFixture[str]
) -> None:
    verb = ["diagnose", "--from", ill]
    flags = ["--format", "concise", "--lang", "ja"]

    assert run([*flags, *verb] if before else [*verb, *flags]) == 1
    assert capsys.readouterr().out.startswith("shop/web: 原因[ecs/subnet-ip-exhausted] ")


def test_a_flag_after_the_verb_beats_the_same_before_it(
    well: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["--format", "json", "diagnose", "--from", well, "--format", "concise"])

    assert capsys.readouterr().out.startswith("shop/web: ")


@pytest.mark.parametrize(
    ("env", "japanese"),
    [
        ({"LANG": "ja_JP.UTF-8"}, True),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": "C"}, False),
        ({"LC_MESSAGES": "ja_JP.UTF-8"}, True),
        ({"LANG": "de_DE.UTF-8"}, False),
        ({"LANG": "en_US.UTF-8", "KIRIWAKE_LANG": "ja"}, True),
        ({}, False),
    ],
)
def test_the_locale_chooses_the_language(
    env: dict[str, str],
    japanese: bool,
    well: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)

    run(["diagnose", "--from", well])

    assert ("異常なし" in capsys.readouterr().out) is japanese


@pytest.mark.parametrize(
    ("flags", "env", "painted"),
    [
        ([], {}, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
    ],
)
def test_color_follows_the_flag_then_the_environment(  # noqa: PLR0917
    flags: list[str],
    env: dict[str, str],
    painted: bool,
    ill: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)

    run(["diagnose", "--from", ill, *flags])

    assert ("\x1b[" in capsys.readouterr().out) is painted


def test_the_policy_allows_reads_only_and_says_what_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["iam-policy"]) == 0
    policy: dict[str, Any] = json.loads(capsys.readouterr().out)
    actions = [action for s in policy["Statement"] for action in s["Action"]]

    assert all(s["Sid"].isalnum() for s in policy["Statement"])
    assert {a.split(":")[1][:3] for a in actions} <= {"Des", "Lis", "Get", "Bat", "Fil", "Sim"}


def test_every_verb_that_is_listed_exists() -> None:
    listed = program.list_commands(click.Context(program))

    assert set(listed) <= set(VERBS)
    assert all(program.get_command(click.Context(program), name) for name in listed)
