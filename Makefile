# Thin on purpose: each target is a command that you can run by hand.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup bootstrap demo sandbox test coverage faults docs check bench clean

setup: .venv/.ready

.venv/.ready: requirements.txt requirements-dev.txt constraints.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r requirements.txt -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

# bootstrap/ has a venv of its own: pulumi-aws is 270 MB, and the Pulumi CLI fetches the plugin of each package it finds.
bootstrap: .venv-bootstrap/.ready

.venv-bootstrap/.ready: bootstrap/requirements.txt constraints.txt pyproject.toml
	$(PYTHON) -m venv .venv-bootstrap
	.venv-bootstrap/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r bootstrap/requirements.txt
	.venv-bootstrap/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

.venv-bootstrap/.tests: .venv-bootstrap/.ready tests/bootstrap/requirements.txt
	.venv-bootstrap/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r tests/bootstrap/requirements.txt
	touch $@

demo: setup
	$(BIN)/python -m sandbox.demo

sandbox: setup
	$(BIN)/python -m sandbox --port 4599

# The YAML language server, with a node of its own: tests/editor asks it what an editor would.
tests/editor/node_modules/.package-lock.json: .venv/.ready tests/editor/package-lock.json tests/editor/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r tests/editor/requirements.txt
	$(BIN)/python -m tests.editor.node
	touch $@

test: setup .venv-bootstrap/.tests tests/editor/node_modules/.package-lock.json
	$(BIN)/python -m pytest -n auto --dist worksteal

# The same, and which lines pytest's own process passed: that takes the tests of single modules twice as long.
coverage: setup .venv-bootstrap/.tests tests/editor/node_modules/.package-lock.json
	$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=term:skip-covered

# Half an hour on two cores: 212 kills (a few of them come too late) and 22 fault plans, where `make test` has two of
# each. REMIT_SEED draws others.
faults: setup
	REMIT_KILLS=212 REMIT_PLANS=20 $(BIN)/python -m pytest tests/faults -n 4 -rP

docs: setup
	$(BIN)/python -m remit.catalog.schema
	$(BIN)/python -m remit.catalog.reference
	$(BIN)/python -m sandbox.aws_policy_names
	$(BIN)/python -m remit.linting.reference
	$(BIN)/python -m remit.aws.permissions.reference

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/actionlint
	$(BIN)/zizmor --offline --quiet .github
	$(BIN)/hadolint Dockerfile

# About 40 minutes with both engines; REMIT_BENCH=quick: three, and docs/benchmarks.md stays as it is.
bench: setup
	$(BIN)/python -m tests.bench

clean:
	rm -rf .venv .venv-bootstrap tests/editor/node_modules .demo .pulumi .sandbox .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis
