# The two commands:  make book   sets up, executes every chapter, compiles, says where the book is
#                    make test   sets up, runs the tests (`make test-slow` runs the slow ones)
# And on paper:      make pdf    the same book as a PDF; Chromium prints it, and must be installed
PYTHON ?= python3
BIN := .venv/bin

.PHONY: book pdf epub test test-slow lint bench lab serve setup lock clean

book: .venv/.ready
	@$(BIN)/trialbook build

pdf: .venv/.ready
	@$(BIN)/trialbook pdf

epub: .venv/.ready
	@$(BIN)/trialbook epub

test: .venv/.ready
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal -m "not slow and not browser"

test-slow: .venv/.ready
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal -m "slow or browser"

lint: .venv/.ready
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

bench: .venv/.ready
	@$(BIN)/python benchmarks/mixed_models.py
	@$(BIN)/python benchmarks/building.py

serve: .venv/.ready
	@$(BIN)/trialbook site && $(BIN)/trialbook serve

lab: .venv/.ready
	@$(BIN)/jupyter lab chapters

setup: .venv/.ready

# uv installs the lock in half of pip's time; it is taken from the lock itself, hash and all.
# Where uv cannot reach the package registry (it does not read pip's settings), pip installs the same lock.
.venv/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or later is needed, this is " + sys.version.split()[0] + ": run  make PYTHON=python3.12 book  with a later one.")'
	@echo "Setting up .venv from requirements.lock (once; about half a minute) ..."
	@$(PYTHON) -m venv --clear .venv
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/uv.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement .venv/uv.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes --requirement requirements.lock || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
	@touch $@

# Rewrites the lock from pyproject.toml: one file for every system and Python from 3.11, with hashes.
lock: .venv/.ready
	@$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-annotate --no-header --python-version 3.11 --all-extras pyproject.toml --output-file requirements.lock

clean:
	rm -rf _build .venv
