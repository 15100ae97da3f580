# Two commands are enough: make demo, make test. Each sets up .venv when that is needed (tools/dev/bootstrap.sh).

SHELL := /bin/sh
BIN := .venv/bin
# PYTHON=/path/to/python3.11 chooses the interpreter of .venv.
PYTHON ?=

# Waiting threads that spin take the cores from those that work, many times over on a small or busy machine.
export OMP_WAIT_POLICY := PASSIVE
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help install install-dev demo test test-faults bench check lint types imports clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: install ## Set up, then run the main job on data that it makes
	@$(BIN)/python tools/demo.py $(ARGS)

test: install-dev ## Set up, then run every test (ARGS="-k name" runs some)
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 --dist worksteal $(ARGS)

test-faults: install-dev ## Set up, then kill, starve and feed runs in full; writes docs/robustness.md (half an hour)
	@OMP_NUM_THREADS=1 $(BIN)/python -W ignore -m tests.faults.write_tables $(ARGS)

bench: install-dev ## Set up, then measure what purification costs and saves; writes docs/costs.md (ten minutes)
	@OMP_NUM_THREADS=1 $(BIN)/python tools/analysis_tools/measure_costs.py $(ARGS)

check: lint types imports ## Set up, then run ruff, mypy and import-linter

lint: install-dev ## Style and common errors (ruff)
	@$(BIN)/ruff check .

types: install-dev ## Types (mypy)
	@$(BIN)/python -m mypy

imports: install-dev ## The floors: imports only go down (import-linter)
	@$(BIN)/python -c "from importlinter.cli import lint_imports_command as run; run()"

install: ## Set up .venv for the demo only
	@sh tools/dev/bootstrap.sh runtime

install-dev: ## Set up .venv for tests and checks as well
	@sh tools/dev/bootstrap.sh runtime dev mim

clean: ## Remove what runs and checks left behind; .venv stays
	rm -rf work_dirs build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -path ./.venv -prune -o -type d -name __pycache__ -exec rm -rf {} +
