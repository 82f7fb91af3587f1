# Every target sets up what it needs in .venv, once. Needs: make, Python 3.11 or newer, PyPI.

PYTHON := $(shell for p in python3.11 python3.12 python3.13 python3; do \
  command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
  >/dev/null 2>&1 && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PINS := pyproject.toml constraints.txt
CASE := cases/aspan
WORKERS := 2
KILLS := 100
SECONDS := 600
SEED :=
SMOKE := tests/test_readme.py tests/test_readme_commands.py tests/cli/test_commands.py \
  tests/cli/test_messages.py \
  tests/cli/test_places.py tests/cli/test_process.py tests/casefile/test_messages.py \
  tests/lp/test_highs.py tests/known_answers/test_worked_examples.py \
  tests/known_answers/test_survival.py tests/known_answers/test_stock_rules.py

.PHONY: help brief picture paper check check-lowest check-newest fuzz kills workbook bench coverage schema messages wheel listings clean

help:
	@echo "make brief     the brief of the ASPAN case, out/brief.html"
	@echo "make picture   the picture of the README, page one of that brief; needs Chromium"
	@echo "make paper     that brief printed: bytes, pages and blank ones; needs Chromium"
	@echo "make check     lint, types, imports, tests: what the continuous integration runs"
	@echo "make check-lowest, make check-newest   command line and known answers with other versions"
	@echo "make wheel     the wheel, installed and tried in an empty environment of each Python found"
	@echo "make listings  whether there is a wheel of each dependency for each platform"
	@echo "make fuzz      inputs that nobody would write, for SECONDS ($(SECONDS)), from SEED"
	@echo "make bench     speed against other tools, out/bench.json"
	@echo "make workbook  all laws of workbooks, over many seeds and ASPAN, in LibreOffice"
	@echo "make kills     runs of the long verbs killed at random moments; KILLS=100 of each"
	@echo "make coverage  branches reached by the tests"
	@echo "make schema    the JSON Schema, and the pages of the reference that are made"
	@echo "make messages  the texts to translate"
	@echo "make clean     remove what make has made"

brief: $(VENV)/.run-time
	@mkdir -p out
	$(BIN)/derbes brief $(CASE) --out out/brief.html

picture: brief $(VENV)/.development
	$(BIN)/python tools/picture.py out/brief.html docs/images/brief.png

paper: brief $(VENV)/.development
	$(BIN)/python tools/paper.py out/brief.html

check: $(VENV)/.development
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n $(WORKERS)

# Versions other than those of constraints.txt, each in an environment of its own.
check-lowest check-newest: check-%: constraints-%.txt
	@test -x $(VENV)-$*/bin/python || $(PYTHON) -m venv $(VENV)-$*
	$(VENV)-$*/bin/python -m pip --disable-pip-version-check --quiet install \
	  --constraint $< --editable . pytest hypothesis jsonschema
	$(VENV)-$*/bin/python -m pytest --quiet -p no:cacheprovider $(SMOKE)

# Limits of size and of the time to the first answer are in the tool, the latter of processors.
wheel: $(VENV)/.installer
	rm -rf out/wheel
	$(PIP) wheel --no-deps --wheel-dir out/wheel .
	$(BIN)/python -m tools.install out/wheel/derbes-*.whl --lowest

listings: $(VENV)/.installer
	$(BIN)/python -m tools.wheels

# What is not given is chosen and printed. What breaks is kept, small, in tests/fuzz/corpus.
fuzz: $(VENV)/.development
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS) --workers $(WORKERS) $(if $(SEED),--seed $(SEED))

bench: $(VENV)/.peers
	@mkdir -p out
	$(BIN)/python -m benchmarks --out out/bench.json

# Prints its seed; with SEED=7 the same moments are drawn again. Linux only.
workbook: $(VENV)/.development
	DERBES_WORKBOOK=all $(BIN)/python -m pytest -q tests/workbook

kills: $(VENV)/.run-time
	PYTHONPATH=. $(BIN)/python -m tools.kills --kills $(KILLS) $(if $(SEED),--seed $(SEED))

# Compiled kernels cannot be traced, so here they run as plain Python.
coverage: $(VENV)/.development
	NUMBA_DISABLE_JIT=1 $(BIN)/pytest -n $(WORKERS) --cov

schema: $(VENV)/.development
	$(BIN)/derbes schema --lang en --out docs/reference/case-file.schema.json
	$(BIN)/python -m tools.case_file
	$(BIN)/python -m tools.quantities
	$(BIN)/python -m tools.terms > docs/reference/terms.md

messages: $(VENV)/.development
	$(BIN)/python -m tools.messages

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "derbes needs Python 3.11 or newer; none was found" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

# The first run of the kernels compiles them; that belongs to the installation.
# Dependency groups are read by pip from 25.1 on.
$(VENV)/.installer: $(PINS) | $(VENV)/bin/python
	$(PIP) install --upgrade --constraint constraints.txt pip
	@touch $@

$(VENV)/.run-time: $(VENV)/.installer
	$(PIP) install --constraint constraints.txt --editable .
	@$(BIN)/derbes cover cases/waterworks.yaml --start 2026-01 --workers 1 > /dev/null
	@touch $@

$(VENV)/.development: $(VENV)/.run-time
	$(PIP) install --constraint constraints.txt --group dev
	@touch $@

$(VENV)/.peers: $(VENV)/.run-time
	$(PIP) install --constraint constraints.txt --editable '.[bench]'
	@touch $@

clean:
	rm -rf out $(VENV) $(VENV)-* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
