# Two commands matter: `make search` runs the main job, `make test` runs the whole suite.
# Both make .venv and install what is missing; a second call reuses it.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
# Another interpreter: make PYTHON=/path/to/python3.12 search
PYTHON ?=
# Arguments for the command behind a target: make search ARGS="--labels 300 --seed 1"
ARGS ?=
# Test processes: two suit a small machine
WORKERS ?= 2

NO_PYTHON = archscout needs Python 3.11 or newer and none was found: install one \
	(https://www.python.org/downloads/) or name it, as in: make PYTHON=/path/to/python3.12 search
NO_VENV = Python cannot make a virtual environment: install its venv module \
	(Debian and Ubuntu: apt install python3-venv) and try again

.DEFAULT_GOAL := help
.PHONY: help search test lint format docs wheel bench clean

help: ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/make \1|\2/' | \
		while IFS='|' read -r name text; do printf '  %-12s %s\n' "$$name" "$$text"; done

search: $(VENV)/.core ## run the main job: SemiNAS, 150 labels, NAS-Bench-201 CIFAR-10
	@$(BIN)/archscout search $(ARGS)

test: $(VENV)/.dev ## run the whole test suite
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

lint: $(VENV)/.dev ## check style, types and the order of rooms
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@said=$$($(BIN)/lint-imports --no-cache 2>&1) || { echo "$$said"; exit 1; }

format: $(VENV)/.dev ## put the code into the house style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: $(VENV)/.docs ## build the site into site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet $(ARGS)
	@echo "The documentation is in site/index.html"

wheel: $(VENV)/.dev ## build wheel and source archive, and use the wheel in a bare environment
	@.ci/try-wheel $(BIN)/python

bench: $(VENV)/.dev ## run the measurements in benchmarks/ (hours, not part of the tests)
	@for file in benchmarks/[a-z]*.py; do \
		echo "$$file"; OMP_NUM_THREADS=1 $(BIN)/python "$$file" $(ARGS) || exit 1; done

clean: ## delete all that make made, .venv too; runs/ stays
	@rm -rf $(VENV) site build dist .pytest_cache .hypothesis .mypy_cache .ruff_cache
	@find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
	@rm -rf src/*.egg-info

# Stamps: one for each set of packages, renewed when the requirements change.
$(BIN)/python:
	@found=; for python in $(PYTHON) python3 python3.13 python3.12 python3.11 python; do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
		then found=$$python; break; fi; done; \
	if [ -z "$$found" ]; then echo "$(NO_PYTHON)" >&2; exit 1; fi; \
	echo "Making $(VENV) with $$("$$found" --version)"; \
	"$$found" -m venv $(VENV) || { rm -rf $(VENV); echo "$(NO_VENV)" >&2; exit 1; }

$(VENV)/.core: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing archscout (the first time takes a few minutes)"
	@$(PIP) -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.core
	@echo "Installing the tools for tests and checks"
	@$(PIP) -e '.[dev]'
	@touch $@

$(VENV)/.docs: $(VENV)/.core
	@echo "Installing the tools for the documentation"
	@$(PIP) -e '.[docs]'
	@touch $@
