# One door for developers. `make demo` shows it, `make check` judges it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
CLIENTS := .venv-clients
JUDGES := .venv-outputs
PIP := -m pip install --quiet --disable-pip-version-check
PYTEST := $(BIN)/pytest --durations=10
export PYTHONPATH := src

.PHONY: help demo setup setup-clients setup-outputs fmt lint types imports test docs check \
	incidents conformance outputs bench nightly pins

help:  ## What can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: setup  ## The article's incidents happen, are diagnosed, fixed and proved (no AWS account)
	$(BIN)/kiriwake demo all

check: lint types imports test  ## What must hold before a commit

setup: $(VENV)/.done  ## The project's own environment, pinned with hashes

$(VENV)/.done: requirements/dev.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python $(PIP) --require-hashes -r requirements/dev.txt
	$(BIN)/python $(PIP) --no-build-isolation --no-deps --editable .
	touch $@

setup-clients: $(CLIENTS)/.done  ## The unmodified clients that judge the lab

$(CLIENTS)/.done: requirements/conformance.txt
	test -x $(CLIENTS)/bin/python || $(PYTHON) -m venv $(CLIENTS)
	$(CLIENTS)/bin/python $(PIP) --require-hashes -r requirements/conformance.txt
	touch $@

setup-outputs: $(JUDGES)/.done  ## What judges the files that migrate writes

$(JUDGES)/.done: requirements/outputs.txt
	test -x $(JUDGES)/bin/python || $(PYTHON) -m venv $(JUDGES)
	$(JUDGES)/bin/python $(PIP) --require-hashes -r requirements/outputs.txt
	touch $@

fmt: setup  ## Format, and mend what can be mended
	$(BIN)/ruff format src tests scripts
	$(BIN)/ruff check --fix --quiet src tests scripts

lint: setup
	$(BIN)/ruff format --check --quiet src tests scripts
	$(BIN)/ruff check --quiet src tests scripts
	$(BIN)/vulture
	$(BIN)/deptry --no-ansi src

types: setup
	$(BIN)/mypy
	$(BIN)/mypy tests scripts

imports: setup
	$(BIN)/lint-imports --no-logo

test: setup
	$(PYTEST) -n 2 -m "not incident and not conformance"

incidents: setup  ## The lab's incidents end to end
	$(PYTEST) -n 2 -m incident

conformance: setup setup-clients setup-outputs  ## The lab judged by unmodified clients
	$(PYTEST) -n 2 -m conformance

outputs: setup setup-outputs  ## What migrate writes, judged by CloudFormation's and Terraform's own tools
	$(PYTEST) -n 2 -m conformance tests/outputs

nightly: setup  ## More examples of every law
	HYPOTHESIS_PROFILE=nightly $(PYTEST) -n 2 -m "not incident and not conformance"

bench: setup  ## The figures of docs/benchmarks.md
	$(BIN)/python scripts/bench.py

docs: setup  ## Write the generated documentation (the READMEs take a lab)
	$(BIN)/python scripts/docs.py
	$(BIN)/python scripts/cli_docs.py
	$(BIN)/python scripts/readme.py

pins:  ## Pin the dependencies anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-emit-index-url --all-extras --group dev pyproject.toml -o requirements/dev.txt --upgrade
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-emit-index-url requirements/conformance.in -o requirements/conformance.txt --upgrade
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-emit-index-url requirements/outputs.in -o requirements/outputs.txt --upgrade
