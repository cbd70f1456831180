"""From paths to the model: which files there are, what each is, and what cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from kiriwake.core.errors import EvidenceUnreadable, TargetNotFound
from kiriwake.core.text import Text
from kiriwake.migrate import arm
from kiriwake.migrate.aci import is_container_group, read_container_group
from kiriwake.migrate.compose import is_compose, read_compose
from kiriwake.migrate.container_apps import is_container_app, read_container_app
from kiriwake.migrate.json_text import read_json
from kiriwake.migrate.kubernetes.objects import is_kubernetes, read_objects
from kiriwake.migrate.model import Estate
from kiriwake.migrate.notice import Notice, Weight, refusal
from kiriwake.migrate.tree import (
    LARGEST_FILE,
    Leaf,
    Malformed,
    Map,
    Place,
    Tree,
    as_text,
    at,
    leaves,
)
from kiriwake.migrate.yaml_text import chunks, go_template_line, read_yaml

SUFFIXES = (".yaml", ".yml", ".json", ".bicep")
_KUSTOMIZE = ("kubectl kustomize {folder} > rendered.yaml", "kustomization", "kustomization")
_RENDER = {
    "Chart.yaml": ("helm template RELEASE {folder} > rendered.yaml", "Helm chart", "Helm チャート"),
    "kustomization.yaml": _KUSTOMIZE,
    "kustomization.yml": _KUSTOMIZE,
}  # fmt: skip
_PLACEHOLDER = re.compile(
    r"<[A-Za-z][\w .-]*>|\{\{[^}]*\}\}|\$\([A-Z_]+\)|__[A-Z][A-Z0-9_]*__|\bREPLACE[_-]?ME\b"
    r"|#\{\w+\}#|\bYOUR[-_][A-Z-_]+\b",
)
_STRUCTURAL = ("/image", "/name", "/host", "/namespace", "/containerPort", "/replicas")


def read_paths(paths: Iterable[str]) -> Estate:
    """The estate of all files below the paths.

    Raises `TargetNotFound` for a path that does not exist, and `EvidenceUnreadable` if nothing at
    all could be read; a file or document that cannot be read is a notice, and the rest goes on.
    """
    found: list[Estate] = []
    kubernetes: list[Map] = []
    notices: list[Notice] = []
    for file in _files(paths, notices):
        try:
            for tree in _documents(file, notices):
                notices += _placeholders(tree)
                if isinstance(tree, Map) and is_kubernetes(tree):
                    kubernetes.append(tree)
                else:
                    found.append(_other(tree))
        except Malformed as error:
            notices.append(refusal(error))
    if kubernetes:
        found.insert(0, read_objects(kubernetes))
    estate = merged(found)
    estate = replace(estate, notices=(*notices, *estate.notices))
    if not estate.documents:
        raise _nothing(estate.notices)
    return estate


def merged(estates: Iterable[Estate]) -> Estate:
    """Several estates as one."""
    parts = list(estates)
    return Estate(
        documents=tuple(x for part in parts for x in part.documents),
        workloads=tuple(x for part in parts for x in part.workloads),
        endpoints=tuple(x for part in parts for x in part.endpoints),
        routes=tuple(x for part in parts for x in part.routes),
        configs=tuple(x for part in parts for x in part.configs),
        secrets=tuple(x for part in parts for x in part.secrets),
        things=tuple(x for part in parts for x in part.things),
        notices=tuple(x for part in parts for x in part.notices),
        parameters={k: v for part in parts for k, v in part.parameters.items()},
    )


def _nothing(notices: tuple[Notice, ...]) -> EvidenceUnreadable:
    reasons = tuple(
        Text(en=f"{n.place or ''}: {n.says.en}", ja=f"{n.place or ''}: {n.says.ja}")
        for n in notices[:3]
    )
    return EvidenceUnreadable(
        "nothing-to-convert",
        Text(
            en="none of the files holds Kubernetes, ACI, Container Apps or compose objects",
            ja="Kubernetes, ACI, Container Apps, compose のいずれの定義も見つからない",
        ),
        note=reasons[0] if reasons else None,
        hints=reasons[1:],
    )


def _files(paths: Iterable[str], notices: list[Notice]) -> Iterator[Path]:
    seen: set[Path] = set()
    for written in paths:
        path = Path(written)
        if not path.exists():
            raise TargetNotFound(
                "no-such-path",
                Text(en=f'there is no file "{written}"', ja=f"ファイル「{written}」がない"),
            )
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in inside:
            hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
            unwanted = path.is_dir() and (hidden or file.suffix.lower() not in SUFFIXES)
            if unwanted or not file.is_file() or file in seen:
                continue
            seen.add(file)
            if file.name in _RENDER:
                notices.append(_unrendered(file))
            elif not (file.name == "values.yaml" and (file.parent / "Chart.yaml").exists()):
                yield file


def _unrendered(file: Path) -> Notice:
    command, en, ja = _RENDER[file.name]
    line = command.format(folder=file.parent)
    return Notice(
        "render-first",
        Weight.REFUSED,
        Text(
            en=f"a {en} has to be rendered first: {line}",
            ja=f"{ja} は先に展開すること: {line}",
        ),
        Place(str(file), 1),
    )


def _text(file: Path) -> str:
    place = Place(str(file), 1)
    try:
        size = file.stat().st_size
        if size > LARGEST_FILE:
            raise Malformed(
                place,
                Text(
                    en=f"the file has {size:,} bytes; files up to {LARGEST_FILE:,} are read."
                    " Split it, or leave out what is not a manifest",
                    ja=f"ファイルが {size:,} バイトある。読めるのは {LARGEST_FILE:,} バイトまで。"
                    "分割するか、マニフェスト以外を除くこと",
                ),
                "too-large",
            )
        data = file.read_bytes()
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise Malformed(
            place, Text(en=f"cannot be read: {reason}", ja=f"読めない: {reason}"), "unreadable"
        ) from error
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return data.decode(encoding).replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Malformed(
            Place(str(file), line),
            Text(
                en=f"the file is not UTF-8 (byte {error.start}); save it as UTF-8",
                ja=f"UTF-8 ではない ({error.start} バイト目)。UTF-8 で保存し直すこと",
            ),
            "no-utf-8",
        ) from error


def _documents(file: Path, notices: list[Notice]) -> Iterator[Tree]:
    text = _text(file)
    suffix = file.suffix.lower()
    if suffix == ".bicep":
        from kiriwake.migrate.bicep import read_bicep  # noqa: PLC0415 - only Bicep users pay

        yield read_bicep(text, str(file))
    elif suffix == ".json" or text.lstrip()[:1] in {"{", "["}:
        yield read_json(text, str(file))
    else:
        for chunk in chunks(text):
            line = go_template_line(chunk.text)
            try:
                trees = read_yaml(chunk, str(file))
            except Malformed as error:
                notices.append(refusal(error) if line is None else _raw(file, chunk.line + line))
                continue
            if line is not None and _is_raw(trees):
                notices.append(_raw(file, chunk.line + line))
                continue
            yield from (tree for tree in trees if not _is_empty(tree))


def _is_raw(trees: list[Tree]) -> bool:
    """Whether a Go template stands where a value belongs, not inside some application's text."""
    return any(
        isinstance(leaf, Leaf)
        and "\n" not in leaf.raw
        and "{{" in leaf.raw
        and "/data/" not in leaf.pointer
        and "/annotations/" not in leaf.pointer
        and go_template_line(leaf.raw) is not None
        for tree in trees
        for leaf in leaves(tree)
    )


def _is_empty(tree: Tree) -> bool:
    return isinstance(tree, Leaf) and tree.value is None


def _raw(file: Path, line: int) -> Notice:
    return Notice(
        "render-first",
        Weight.REFUSED,
        Text(
            en="this is a Helm template, not a manifest; render it first:"
            " helm template RELEASE CHART > rendered.yaml",
            ja="Helm テンプレートのままである。"
            "helm template RELEASE CHART > rendered.yaml で展開すること",
        ),
        Place(str(file), line + 1),
    )


def _placeholders(tree: Tree) -> list[Notice]:
    found = []
    for leaf in leaves(tree):
        if not isinstance(leaf, Leaf) or not isinstance(leaf.value, str) or len(leaf.raw) > 500:  # noqa: PLR2004
            continue
        match = _PLACEHOLDER.search(leaf.raw)
        if match is None or not leaf.pointer.endswith(_STRUCTURAL):
            continue
        found.append(
            Notice(
                "placeholder",
                Weight.DECIDE,
                Text(
                    en=f"{leaf.pointer} still holds the placeholder {match.group()}",
                    ja=f"{leaf.pointer} にプレースホルダー {match.group()} が残っている",
                ),
                leaf.place,
            )
        )
    return found


def _other(tree: Tree) -> Estate:
    open_values: dict[str, str] = {}
    if isinstance(tree, Map) and is_compose(tree):
        return read_compose(tree)
    if isinstance(tree, Map) and arm.is_template(tree):
        return _template(tree, open_values)
    if isinstance(tree, Map) and is_container_app(tree):
        part = read_container_app(tree, open_values)
    elif isinstance(tree, Map) and is_container_group(tree):
        part = read_container_group(tree, open_values)
    else:
        kind = as_text(at(tree, "kind")) if isinstance(at(tree, "kind"), Leaf) else None
        raise Malformed(
            tree.place,
            Text(
                en="this is no Kubernetes object (apiVersion and kind), container group,"
                f" Container App, ARM template or compose file{f' (kind {kind})' if kind else ''}",
                ja="Kubernetes オブジェクト (apiVersion と kind)、コンテナーグループ、"
                "Container App、ARM テンプレート、compose のいずれでもない",
            ),
            "not-understood",
        )
    return replace(part, documents=(tree,), parameters=open_values)


def _template(tree: Map, open_values: dict[str, str]) -> Estate:
    parts: list[Estate] = []
    notices: list[Notice] = []
    for resource in arm.resources(tree):
        try:
            if is_container_app(resource):
                parts.append(read_container_app(resource, open_values))
            elif is_container_group(resource) and resource.get("type") is not None:
                parts.append(read_container_group(resource, open_values))
            else:
                notices.append(_not_a_container(resource))
        except Malformed as error:
            notices.append(refusal(error))
    estate = merged(parts)
    return replace(
        estate, documents=(tree,), parameters=open_values, notices=(*notices, *estate.notices)
    )


def _not_a_container(resource: Map) -> Notice:
    kind = as_text(resource.get("type")) or "?"
    return Notice(
        "azure-resource",
        Weight.NOTE,
        Text(
            en=f"{kind} runs no containers and is not converted",
            ja=f"{kind} はコンテナーを動かすリソースではないため変換しない",
        ),
        resource.place,
    )
