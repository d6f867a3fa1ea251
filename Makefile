# The only commands a newcomer needs. Everything is set up on the way: an environment in .venv from requirements.lock, and,
# where there is none, a Pulumi CLI in the user's cache folder.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
WORKERS ?= 4

# The language host runs programs, and the engine providers, with this Python. Each is a process that imports the whole
# package, so what one has compiled is kept for the next.
export PULUMI_PYTHON_CMD := $(CURDIR)/$(BIN)/python
unexport PYTHONDONTWRITEBYTECODE
PULUMI = PATH="$$($(PYTHON) tools/pulumi/ensure.py):$$PATH" && export PATH &&

.PHONY: help quickstart test check fmt docs site bench soak mutate lock clean

help: ## Show these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The lock holds everything, so nothing is resolved: an old pip would take a newer release for what is wanted with an extra.
$(READY): requirements.lock pyproject.toml
	@echo "Setting up .venv"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

quickstart: $(READY) ## Create a network and VMs on the bundled simulator, and remove them (KEEP=1 keeps them)
	@$(PULUMI) $(BIN)/python tools/quickstart.py $(if $(KEEP),--keep)

# With fail-under in pyproject.toml slipcover 1.1 would throw away what the workers measured, before it shows it.
test: $(READY) ## Run every test, with coverage
	@$(PULUMI) $(BIN)/python -W 'ignore:Unable to activate pytest branch coverage' -m slipcover --json --out .coverage.json -m pytest -n $(WORKERS) --dist worksteal
	@$(BIN)/python -m slipcover --merge .coverage.json --out .coverage.json --fail-under 95

# The examples are checked one by one, since each is a module called __main__. What differs on systems of which there are
# reports is shown, and is no fault of a change.
check: $(READY) ## Check format, lint, types, imports and generated documents (LIKE=FILE shows what a report says, too)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy verge_pulumi bench tests tools __main__.py hatch_build.py
	$(BIN)/mypy examples/reference
	for program in examples/*/__main__.py examples/*/*/__main__.py; do $(BIN)/mypy $$program || exit; done
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/cli/test_review_modules.py tests/ci/test_house.py
	$(BIN)/python tools/docs.py --check
	$(BIN)/python tools/supply.py
	for report in $(sort $(wildcard reports/*.json)) $(if $(LIKE),"$(LIKE)"); do $(BIN)/python -m verge_pulumi conformance "$$report" || test $$? -eq 2 || exit; done

fmt: $(READY) ## Format the code and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(READY) ## Write the generated documents
	$(BIN)/python tools/docs.py

site: $(READY) ## Build the documentation site into site/, and follow every link in it
	@$(BIN)/python -m tools.site.build site
	@$(BIN)/python -m tools.site.crawl site

bench: $(READY) ## Measure requests, connections, time and memory, and compare them (ARGS="--help" for more)
	@$(PULUMI) $(BIN)/python -m bench $(ARGS)

soak: $(READY) ## Run the long loops beside their goals, and all long and property tests (ARGS="--short" for a minute's worth of loops)
	@$(PULUMI) $(BIN)/python -m tests.soak $(ARGS)
	@$(if $(findstring --short,$(ARGS)),,$(BIN)/python -m pytest -n $(WORKERS) -q -m "hypothesis or long" --hypothesis-profile=whole)

mutate: $(READY) ## Break the four core modules in every small way, and count what the tests find
	@$(BIN)/mutmut run > .mutation.log; $(BIN)/python tools/mutation.py

# What checks a release is in a lock of its own, since nobody else needs it. The pipelines of examples/ci get what the package and its command need, in the same versions.
lock: $(READY) ## Pin the newest allowed versions of all dependencies
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --upgrade --group dev --group site --extra cli --extra simulator pyproject.toml -o requirements.lock
	UV_CUSTOM_COMPILE_COMMAND="see README.md" $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --constraint requirements.lock --extra cli pyproject.toml -o examples/ci/requirements.txt
	UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --upgrade --python-version 3.11 .github/requirements.in -o .github/requirements.txt

clean: ## Remove what these commands made in the checkout
	rm -rf .venv .quickstart .mutation.log mutants site .coverage.json .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache dist
