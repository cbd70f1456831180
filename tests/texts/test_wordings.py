"""Texts in many wordings lead to their causes, however they were copied."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable

import pytest
from tests.texts.wordings import Wording, healthy, wordings

from kiriwake.app.explain import explain

WORDINGS = wordings()
every_wording = pytest.mark.parametrize("wording", WORDINGS, ids=lambda w: w.cause)


def leads_to(text: str) -> list[str]:
    return [candidate.id for candidate in explain(text).candidates]


def is_met(wording: Wording, found: list[str]) -> bool:
    return wording.cause in found[: 3 if wording.open else 1]


@every_wording
def test_a_text_leads_to_its_cause(wording: Wording) -> None:
    assert is_met(wording, leads_to(wording.text)), leads_to(wording.text)


def wrapped_in_json(text: str) -> str:
    return json.dumps({"createdAt": "2026-11-01T10:00:00+09:00", "message": text}, indent=1)


def coloured(text: str) -> str:
    return "\x1b[31mERROR\x1b[0m " + text.replace(" ", "\x1b[0m ", 3)


def folded_by_a_console(text: str) -> str:
    words = text.split(" ")
    return "\n    ".join(" ".join(words[i : i + 7]) for i in range(0, len(words), 7))


def with_typographic_quotes(text: str) -> str:
    return text.replace("'", "’").replace('"', "”")


def behind_a_log_prefix(text: str) -> str:
    return f"2026-11-01T10:00:00.123Z  WARN [deploy-7f] 47 --- reported: {text}"


def in_the_middle_of_a_long_log(text: str) -> str:
    noise = "\n".join(f"10:00:{i % 60:02} DEBUG cache hit for item {i}" for i in range(400))
    return f"{noise}\n{text}\n{noise}"


@pytest.mark.parametrize(
    "copied",
    [
        wrapped_in_json,
        coloured,
        folded_by_a_console,
        with_typographic_quotes,
        behind_a_log_prefix,
    ],
)
def test_how_it_was_copied_does_not_change_what_it_means(copied: Callable[[str], str]) -> None:
    lost = [w.cause for w in WORDINGS if not is_met(w, leads_to(copied(w.text)))]

    assert not lost


def test_it_is_found_in_the_middle_of_a_long_log() -> None:
    some = WORDINGS[::12]

    assert not [
        w.cause for w in some if not is_met(w, leads_to(in_the_middle_of_a_long_log(w.text)))
    ]


HOSTILE = [
    "\\" * 200_000,
    "AccessDenied " + "x" * 200_000 + " is not authorized to perform: ",
    "is not authorized to perform: ecr:BatchGetImage " * 5_000,
    "a" * 200_000 + " exit code 1",
    "failed to resolve ref " * 10_000,
    "dial tcp i/o timeout " * 10_000,
    "\x1b]" * 50_000,
    "0123456789abcdef" * 20_000,
    '{"events": [' + '{"message": "x"},' * 20_000,
]


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_keeps_it_busy(text: str) -> None:
    started = time.process_time()
    explain(text)

    assert time.process_time() - started < 2


@pytest.mark.parametrize("text", healthy())
def test_healthy_texts_are_known_and_no_fault(text: str) -> None:
    found = explain(text)

    assert found.fault is False
    assert not found.candidates


WORDS = re.findall(
    r"\S+",
    """
    the a of order customer basket user request response cache page morning report total price
    weather train station invoice shipped stored updated list view render template green blue
    200 12 3.5 ms seconds bytes info debug GET POST /items /cart accepted queue worker batch
    nightly summary sent mail to from at by with and then done
    """,
)


@pytest.mark.parametrize("seed", range(40))
def test_prose_and_plain_log_lines_are_no_match(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - reproducible noise, no secret
    prose = " ".join(chance.choices(WORDS, k=60))
    log = "\n".join(
        f"2026-11-01 10:00:{n:02} INFO {' '.join(chance.choices(WORDS, k=9))}" for n in range(30)
    )

    assert explain(prose).fault is None
    assert explain(log).fault is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n\t ",
        "hello",
        "lorem ipsum dolor sit amet",
        "本日の売上レポートを送信しました",
        "GET /items 200 12ms",
        '{"level": "info", "msg": "listening on 0.0.0.0:8080"}',
        "Server started on port 8080",
        "\x00\x01\ufffd binary \ud83d",
        "\\" * 5000,
        "(" * 5000,
        '{"a":' * 500,
    ],
)
def test_what_is_not_known_is_no_match_and_never_a_guess(text: str) -> None:
    assert explain(text).fault is None
