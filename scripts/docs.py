"""Writes the pages of docs/causes from the causes themselves; `--check` only compares."""

from __future__ import annotations

import argparse
import runpy
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import cast

from kiriwake.causes.cause import Cause, Level
from kiriwake.causes.registry import all_causes
from kiriwake.core.plan import Plan, Risk
from kiriwake.core.symptom import TITLES
from kiriwake.core.text import Lang, Text
from kiriwake.core.verdict import Fact, Holds
from kiriwake.evidence.snapshot import Snapshot
from kiriwake.report.command import lines

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "causes"
LEVELS = {
    Level.CAUSE: Text(en="cause", ja="原因"),
    Level.WARNING: Text(en="warning", ja="警告"),
}
RISKS = {
    Risk.SAFE: Text(en="changes nothing that runs", ja="動作中のものは変えない"),
    Risk.ASK: Text(en="asks first", ja="実行前に確認"),
    Risk.SHOW: Text(en="shown, never applied by kiriwake", ja="表示のみ。kiriwake は実行しない"),
}
IS = Text(en="What it is", ja="何が起きているか")
TOLD = Text(en="How it is told", ja="判定の根拠")
EXPLAINS = Text(en="What it explains", ja="この原因で説明できる症状")
CONTRAST = Text(en="What an Azure user expects", ja="Azure ユーザーの想定との違い")
TO_DO = Text(en="What to do", ja="対処")
UNDO = Text(en="To undo it:", ja="元に戻す:")
NO_SETTING = Text(en="No change of settings cures it.", ja="設定変更で直るものではない。")
NEEDS = Text(en="What it reads", ja="参照する API")
REPORT = Text(en="Where the field report is mistaken ({0})", ja="元記事の記述で訂正が要る点 ({0})")
FACTS = Text(en="Facts", ja="根拠となる仕様")
INDEX = Text(en="Causes", ja="原因の一覧")


def main() -> int:
    """Writes the pages, or says which of them would change."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail if a page differs"
    )
    check = parser.parse_args().check
    stale = [path for path, text in pages() if not _is(path, text)]
    stale += left_over()
    if check:
        for path in stale:
            sys.stderr.write(f"{path.relative_to(ROOT)} is out of date: make docs\n")
        return 1 if stale else 0
    for path, text in pages():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in left_over():
        path.unlink()
    return 0


def _is(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def pages() -> Iterator[tuple[Path, str]]:
    """Every generated page with its text."""
    for lang in Lang:
        for id_, cause in all_causes().items():
            yield PAGES / f"{id_}.{lang}.md", page(id_, cause, witness(id_), lang)
        yield PAGES / f"index.{lang}.md", index(all_causes(), lang)


def left_over() -> list[Path]:
    """Pages of causes that exist no more."""
    wanted = {path for path, _ in pages()}
    return sorted(path for path in PAGES.rglob("*.md") if path not in wanted)


def witness(id_: str) -> Snapshot:
    """The example on which the cause holds, from its own test."""
    room, _, name = id_.replace("-", "_").rpartition("/")
    sys.path[:0] = [str(ROOT)] if str(ROOT) not in sys.path else []
    found = runpy.run_path(str(ROOT / "tests" / "causes" / room / f"test_{name}.py"))
    return cast("Snapshot", found["WITNESS"])


def page(id_: str, cause: Cause, seen: Snapshot, lang: Lang) -> str:
    """One cause, with the facts and the plans that its witness gives."""
    verdict = cause.decide(seen)
    if not isinstance(verdict, Holds):
        raise SystemExit(f"{id_} does not hold on its witness")
    plans = [r for r in cause.remedies(seen, verdict) if isinstance(r, Plan)]
    parts = [
        f"<!-- made by scripts/docs.py from {id_}; edit the cause file -->",
        f"# `{id_}`",
        "",
        f"**{cause.title.in_(lang)}** ({LEVELS[cause.level].in_(lang)})",
        *_section(IS, [cause.meaning.in_(lang)], lang),
        *_section(TOLD, (_fact(fact, lang) for fact in verdict.because), lang),
        *_section(EXPLAINS, (_symptom(s, lang) for s in sorted(cause.explains)), lang),
        *_section(CONTRAST, [cause.contrast.in_(lang)], lang),
        *_section(TO_DO, _plans(plans, lang), lang),
        *_section(NEEDS, _needs(cause), lang),
        *_seed(cause, lang),
        *_section(FACTS, [_facts(cause)] if cause.facts else [], lang),
    ]
    return "\n".join(parts) + "\n"


def _section(title: Text, body: Iterable[str], lang: Lang) -> list[str]:
    rows = list(body)
    return ["", f"## {title.in_(lang)}", "", *rows] if rows else []


def _fact(fact: Fact, lang: Lang) -> str:
    return f"- {fact.says.in_(lang)}  `{fact.call.action}`"


def _symptom(symptom: object, lang: Lang) -> str:
    title = next(text for id_, text in TITLES.items() if id_ == symptom)
    return f"- `{symptom}`: {title.in_(lang)}"


def _plans(plans: list[Plan], lang: Lang) -> Iterator[str]:
    if not plans:
        yield NO_SETTING.in_(lang)
    for plan in plans:
        yield f"- `{plan.id}`: {plan.title.in_(lang)} ({RISKS[plan.risk].in_(lang)})"
        yield from _code(lines(plan, plan.apply))
        if plan.undo:
            yield f"  {UNDO.in_(lang)}"
            yield from _code(lines(plan, plan.undo))


def _code(commands: list[str]) -> Iterator[str]:
    if commands:
        yield ""
        yield from (f"      {command}" for command in commands)
        yield ""


def _needs(cause: Cause) -> list[str]:
    actions = sorted({action for reading in cause.needs for action in reading.actions})
    return [f"- `{action}`" for action in actions]


def _seed(cause: Cause, lang: Lang) -> list[str]:
    if cause.seed is None or not cause.seed.corrections:
        return []
    told = [f"- {text.in_(lang)}" for text in cause.seed.corrections]
    return ["", f"## {REPORT.in_(lang).format(cause.seed.section)}", "", *told]


def _facts(cause: Cause) -> str:
    up = "../../facts.md"
    return ", ".join(f"[{id_}]({up}#{id_.lower().replace('.', '')})" for id_ in cause.facts)


def index(causes: Mapping[str, Cause], lang: Lang) -> str:
    """Every cause by its room, one line each."""
    parts = ["<!-- made by scripts/docs.py -->", f"# {INDEX.in_(lang)}"]
    room = ""
    for id_, cause in causes.items():
        here = id_.partition("/")[0]
        if here != room:
            room = here
            parts += ["", f"## {room}", ""]
        level = f" ({LEVELS[cause.level].in_(lang)})" if cause.level is Level.WARNING else ""
        parts.append(f"- [`{id_}`]({id_}.{lang}.md): {cause.title.in_(lang)}{level}")
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
