"""One migration: files in, files out, and what the reader must know first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kiriwake.core.errors import UsageError
from kiriwake.core.text import Lang, Text
from kiriwake.migrate import ledger, notice
from kiriwake.migrate.columns import lines
from kiriwake.migrate.ecs.convert import Converted, EcsOptions, to_ecs
from kiriwake.migrate.eks.convert import EksOptions, to_eks
from kiriwake.migrate.fargate import SizeBy
from kiriwake.migrate.ledger import Fate
from kiriwake.migrate.model import Estate
from kiriwake.migrate.notice import Weight, in_order
from kiriwake.migrate.readme import head_of, readme
from kiriwake.migrate.stack import yaml_text
from kiriwake.migrate.terraform.write import write as terraform

OURS = ("README.md", "ledger.json", "manifests", "template.yaml", "terraform")
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class MigrateOptions:
    """What to convert, to what, and how."""

    paths: tuple[str, ...]
    to: str
    directory: str
    size_by: SizeBy = SizeBy.LIMITS
    image_has: str = ""
    zones: int = 2
    existing_network: bool = False
    account: str = ""
    region: str = ""
    lang: Lang = Lang.EN


@dataclass(frozen=True, slots=True)
class Migration:
    """What came out, before anything is written."""

    options: MigrateOptions
    converted: Converted
    files: Mapping[str, str]

    @property
    def refused(self) -> bool:
        """Whether a part of the input was not converted."""
        return any(n.weight is Weight.REFUSED for n in self.converted.notices)


def migrate(options: MigrateOptions, estate: Estate) -> Migration:
    """Converts an estate; the same input gives the same bytes."""
    if options.to == "ecs":
        converted = to_ecs(
            estate,
            EcsOptions(options.size_by, options.image_has, options.zones, options.existing_network),
        )
    else:
        converted = to_eks(
            estate,
            EksOptions(
                options.zones,
                options.existing_network,
                options.account or "ACCOUNT_ID",
                options.region or "AWS_REGION",
            ),
        )
    files = {
        "README.md": readme(converted, options.to, options.lang),
        "ledger.json": ledger.page(converted.entries, options.lang),
        "template.yaml": yaml_text(converted.stack.document()),
        **{f"terraform/{name}": text for name, text in terraform(converted.stack).items()},
        **dict(converted.manifests),
    }
    return Migration(options, converted, dict(sorted(files.items())))


def save(files: Mapping[str, str], directory: str) -> None:
    """Writes the files; a directory that holds anything of somebody else is refused.

    Raises `UsageError`.
    """
    folder = Path(directory)
    if folder.exists() and not folder.is_dir():
        raise _occupied(directory, folder.name)
    there = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
    strangers = [name for name in there if name not in OURS]
    if strangers or (there and not _is_ours(folder)):
        raise _occupied(directory, strangers[0] if strangers else there[0])
    for stale in [*folder.glob("manifests/*.yaml"), *folder.glob("terraform/*.tf")]:
        stale.unlink()
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _is_ours(folder: Path) -> bool:
    template = folder / "template.yaml"
    # every template's description names us
    return template.is_file() and "kiriwake" in template.read_text(
        encoding="utf-8", errors="replace"
    )


def _occupied(directory: str, name: str) -> UsageError:
    return UsageError(
        "directory-in-use",
        Text(
            en=f'"{directory}" holds "{name}", which is not ours; nothing was changed',
            ja=f"「{directory}」にこのコマンドが作っていない「{name}」がある。何も変更していない",
        ),
        hints=(
            Text(en="name an empty or new directory", ja="空か新しいディレクトリーを指定すること"),
        ),
    )


def document(found: Migration, lang: Lang) -> dict[str, object]:
    """The outcome as JSON data."""
    fates = ledger.counts(found.converted.entries)
    return {
        "schema": "kiriwake-migrate/1",
        "to": found.options.to,
        "directory": found.options.directory,
        "files": list(found.files),
        "fields": {fate.value: fates[fate] for fate in Fate},
        "loss": ledger.loss(found.converted.entries),
        "notices": notice.document(found.converted.notices, lang),
    }


def text(found: Migration, lang: Lang) -> str:
    """The outcome for a terminal of 80 columns, the silent changes first."""
    said: list[str] = []
    current: Weight | None = None
    shown = 0
    listed = in_order(found.converted.notices)
    for each in listed:
        if each.weight is not current:
            current = each.weight
            shown = 0
            number = sum(n.weight is current for n in listed)
            said += (
                ["", f"{head_of(current).in_(lang)} ({number})"]
                if said
                else [f"{head_of(current).in_(lang)} ({number})"]
            )
        shown += 1
        if shown > _SHOWN and current not in {Weight.BEHAVIOUR, Weight.REFUSED}:
            if shown == _SHOWN + 1:
                more = Text(en="more in README.md", ja="続きは README.md に")
                said.append(f"  ... {more.in_(lang)}")
            continue
        said += lines(f"  - {each.says.in_(lang)}")
        if each.place is not None:
            said.append(f"    --> {each.place}")
    fates = ledger.counts(found.converted.entries)
    said += [
        "",
        Text(
            en=f"{sum(fates.values())} fields: "
            + ", ".join(f"{fates[fate]} {fate.value}" for fate in Fate),
            ja=f"全 {sum(fates.values())} フィールド: 維持 {fates[Fate.CARRIED]}, 調整"
            f" {fates[Fate.ADAPTED]}, 置換 {fates[Fate.REPLACED]}, 破棄 {fates[Fate.DROPPED]}",
        ).in_(lang),
        Text(
            en=f"written to {found.options.directory}: {len(found.files)} files; start with"
            " README.md",
            ja=f"{found.options.directory} に {len(found.files)} ファイルを書き出した。"
            "まず README.md を読むこと",
        ).in_(lang),
    ]
    return "\n".join(said) + "\n"
