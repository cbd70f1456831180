"""The terminal report keeps to its columns and its grammar, whatever it is told."""

from __future__ import annotations

import re
import subprocess
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.report.samples import SAMPLES, TOKYO, scenario_a, scenario_b, scenario_d

from kiriwake.core.text import Lang
from kiriwake.report import terminal
from kiriwake.report.shell import shell_lines
from kiriwake.report.story import Style
from kiriwake.report.width import columns, folded

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
every_sample = pytest.mark.parametrize("name", SAMPLES)
both_languages = pytest.mark.parametrize("lang", Lang)


@every_sample
@both_languages
@pytest.mark.parametrize("width", [80, 60, 40])
@pytest.mark.parametrize("verbose", [False, True])
def test_no_line_is_wider_than_the_terminal(
    name: str, lang: Lang, width: int, verbose: bool
) -> None:
    told = terminal.render(SAMPLES[name](), Style(lang=lang, width=width, verbose=verbose))

    assert [line for line in told.splitlines() if columns(line) > width] == []
    assert all(line == line.rstrip() for line in told.splitlines())


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "hostile"])
@both_languages
def test_no_character_is_of_ambiguous_width(name: str, lang: Lang) -> None:
    """Box lines, arrows and dots are one column here and two there in Japan."""
    told = terminal.render(SAMPLES[name](), Style(lang=lang, verbose=True))

    assert {c for c in told if unicodedata.east_asian_width(c) == "A"} == set()


@every_sample
@both_languages
def test_colour_changes_no_character_and_no_column(name: str, lang: Lang) -> None:
    plain = terminal.render(SAMPLES[name](), Style(lang=lang))
    painted = terminal.render(SAMPLES[name](), Style(lang=lang, colour=True))

    assert COLOUR.search(plain) is None
    assert COLOUR.search(painted)
    assert COLOUR.sub("", painted) == plain


def test_the_mark_stands_under_the_value_that_decided_in_either_language() -> None:
    for lang in Lang:
        lines = terminal.render(scenario_d(), Style(lang=lang)).splitlines()
        at = next(n for n, line in enumerate(lines) if '"/health", every' in line)

        assert lines[at + 1].index("^") == lines[at].index('"/health"')
        assert lines[at + 1].count("^") == len('"/health"')


def test_every_number_that_a_line_cites_is_told_with_its_call() -> None:
    told = terminal.render(scenario_a(), Style())
    above, below = told.split("seen by")

    assert set(re.findall(r"\[\d+\]", above)) <= set(re.findall(r"\[\d+\]", below))


def test_the_flags_that_found_it_stand_in_the_command_that_fixes_it() -> None:
    flags = ("--region", "eu-west-1", "--profile", "my prod")
    told = terminal.render(scenario_a(), Style(flags=flags))

    assert "--region eu-west-1 --profile 'my prod'" in told


def test_a_plan_that_is_only_shown_offers_no_fix_command() -> None:
    told = terminal.render(scenario_b(), Style())

    assert "kiriwake fix" not in told
    assert "docker push" in told


def test_a_mechanism_never_comes_first() -> None:
    told = terminal.render(scenario_a(), Style(zone=TOKYO))

    assert told.startswith("cause[ecs/subnet-ip-exhausted]")
    assert "\nmechanism[ecs/rollout-cannot-progress]" in told


words = st.text(
    st.sampled_from("abc /:.-,、。「」（）漢字カナ\"' {}[]"),
    max_size=200,
)


@given(text=words, width=st.integers(10, 80))
def test_folding_keeps_every_character_but_spaces(text: str, width: int) -> None:
    lines = list(folded(text, first="  ", to=width))

    assert all(columns(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(text=words)
def test_folding_starts_no_line_with_closing_punctuation(text: str) -> None:
    lines = list(folded("漢字" + text, to=40))

    assert [line for line in lines[1:] if line[0] in "、。」）" and len(line) > 1] == []


COMMANDS = [
    (
        'aws ecs update-service --cluster c --network-configuration \'{"awsvpcConfiguration":'
        ' {"subnets": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]}}\' --region r'
    ),
    (
        "aws elbv2 modify-target-group --target-group-arn arn:aws:elasticloadbalancing:us-east-1:"
        "123456789012:targetgroup/my-tg/0123456789abcdef --health-check-path '<PATH>'"
    ),
    'aws iam put-role-policy --policy-document \'{"Statement": [{"Sid": "a [{, b"}]}\'',
    "aws x y --text 'it is a long text, {\"with\": what looks like JSON} and is none at all'",
    "kiriwake fix ecs/subnet-ip-exhausted my-cluster/my-service --set 'path=/a b'",
]


def words_of(command: str) -> list[str]:
    done = subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", f"set -- {command.strip()}\nfor w; do printf '%s\\0' \"$w\"; done"],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split("\0")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("width", [80, 60, 40])
def test_a_command_broken_over_lines_is_the_same_command_to_a_shell(
    command: str, width: int
) -> None:
    lines = list(shell_lines(command, indent="    ", to=width))
    told, meant = words_of("\n".join(lines)), words_of(command)

    assert [line for line in lines if columns(line) > width] == []
    # A line end between the values of a JSON document is space to its reader.
    assert ["".join(w.split()) for w in told] == ["".join(w.split()) for w in meant]
