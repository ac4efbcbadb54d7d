PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
CODE := audit rules reports tests sample_exports
OUTPUT ?= demo-report

.DEFAULT_GOAL := help
.PHONY: help demo test check format lint types imports docs bench bench-matching clean system

help: ## What can be done here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: $(VENV)/.installed ## Audit the sample company's exports and say where the report is
	$(BIN)/crm-audit demo -o $(OUTPUT)

test: $(VENV)/.tested system ## Run the tests
	$(BIN)/python -m pytest -n auto --dist loadfile

check: $(VENV)/.tested lint types imports docs test ## All that CI runs: format, lint, types, imports, docs, tests

format: $(VENV)/.tested ## Format the code
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

lint: $(VENV)/.tested
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)

types: $(VENV)/.tested
	$(BIN)/mypy

imports: $(VENV)/.tested
	$(BIN)/lint-imports

docs: $(VENV)/.tested
	$(BIN)/python -m rules.pages --check

bench: $(VENV)/.tested ## Measure time and memory of the rooms and of a whole run
	$(BIN)/python -m tests.benchmarks.sources
	$(BIN)/python -m tests.benchmarks.rules
	$(BIN)/python -m tests.benchmarks.verdicts
	$(BIN)/python tests/benchmarks/matching.py --tools ours
	$(BIN)/python -m tests.benchmarks.metrics
	$(BIN)/python -m tests.benchmarks

bench-matching: $(VENV)/.tested ## Matching beside splink, recordlinkage, goldenmatch; CUSTOMERS="10000 1000000"
	$(BIN)/python tests/benchmarks/matching.py $(CUSTOMERS)

clean: ## Remove the environment and all that was made
	rm -rf $(VENV) .bench demo-report audit-report build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/.made:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "crm-audit needs Python 3.11 or newer; name one with: make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml constraints.txt
	$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/.tested: $(VENV)/.installed
	$(PIP) install -c constraints.txt -e '.[test]'
	@touch $@

# The report is tested in a real browser and database sources with a real PostgreSQL. Where the machine allows, they are
# installed; elsewhere those tests are skipped and say so.
system:
	@missing=""; \
	command -v chromium >/dev/null 2>&1 || missing="$$missing chromium"; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$$missing postgresql util-linux"; \
	if [ -n "$$missing" ] && command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	fi
