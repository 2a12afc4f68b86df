# Two commands: `make run` sets everything up, shows the sample group's decision and quote, and serves the portal with
# the sample; `make test` sets everything up and passes every test. Nothing is needed first but Python 3.11 or later,
# and make.

PYTHON ?= python3
VENV   ?= .venv
PORT   ?= 8000
BIN     = $(VENV)/bin
DEV     = $(VENV)/.dev-installed

.PHONY: run show test check bench docs lock clean

run: show
	@echo
	@$(BIN)/smallgroup serve --demo --port $(PORT)

# The sample group's decision and quote, and the sample brokers' rewards, without the portal.
show: $(VENV)/.installed
	@$(BIN)/smallgroup underwrite examples/group.yaml
	@echo
	@$(BIN)/smallgroup quote examples/group.yaml
	@echo
	@$(BIN)/smallgroup rewards earn examples/sales --as-of 2026-01-31

# Every test; those of the portal a second time, on a real PostgreSQL that comes as a wheel.
test: $(DEV)
	@.ci/extras
	$(BIN)/pytest -n auto
	SMALLGROUP_TEST_DATABASE=postgresql $(BIN)/pytest -n auto tests/web

# What only CI adds: style, types, and the arrows between the folders.
check: $(DEV)
	$(BIN)/ruff check src tests benchmarks examples docs
	$(BIN)/mypy
	$(BIN)/lint-imports

# docs/coverage.md, made of the rulebook, the scenarios and docs/coverage.yaml.
docs: $(VENV)/.installed
	$(BIN)/python docs/make_coverage.py

bench: $(DEV)
	$(BIN)/pip install --quiet --requirement requirements-bench.txt
	$(BIN)/python -m benchmarks

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit("smallgroup needs Python 3.11 or later; this is %d.%d. Try make PYTHON=python3.12" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: requirements.txt pyproject.toml | $(VENV)/.created
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements-dev.txt $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $@

# Pins anew from pyproject.toml, for every platform and Python at once, without any registry's address.
PIN = uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-header --no-annotate pyproject.toml --extra build --extra intake --extra web --extra pdf
lock:
	$(PIN) -o requirements.txt
	$(PIN) --extra dev -o requirements-dev.txt
	$(PIN) --extra dev --extra bench -o requirements-bench.txt

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist
