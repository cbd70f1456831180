# One door for developers. `make check` is what CI calls first.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export PYTHONPATH := src
export CI ?=

.PHONY: setup fmt lint types imports test docs check demo incidents

setup: $(VENV)/.done

$(VENV)/.done: requirements/dev.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $@

requirements/dev.txt:
	@if command -v uv >/dev/null; then uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --all-extras --group dev pyproject.toml -o $@; else touch $@; fi

fmt: setup
	$(BIN)/ruff format src tests scripts
	$(BIN)/ruff check --fix --quiet src tests scripts

lint: setup
	$(BIN)/ruff format --check src tests scripts
	$(BIN)/ruff check src tests scripts
	$(BIN)/vulture
	$(BIN)/deptry src

types: setup
	$(BIN)/mypy
	$(BIN)/mypy tests scripts

imports: setup
	$(BIN)/lint-imports --no-logo

test: setup
	$(BIN)/pytest -n 2 -m "not incident and not conformance" --durations=10

docs: setup
	$(BIN)/python scripts/docs.py

check: lint types imports test
