# Broadfold's commands. `make demo` and `make run` need Python 3.11 or newer and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: help demo run install test lint format docs screenshots browser clean

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

demo: $(INSTALLED) ## Play the sample newsroom and show its stories at http://127.0.0.1:8080
	$(BIN)/broadfold demo

run: $(INSTALLED) ## Read your own feeds; your data lies in ./data, or in BROADFOLD_DATA
	$(BIN)/broadfold run

install: $(INSTALLED) ## Make .venv with everything in it

$(INSTALLED): pyproject.toml config/constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Broadfold needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another one with: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --constraint config/constraints.txt --editable '.[dev]'
	@touch $@

test: install browser ## Run every test, those in a real browser included
	$(BIN)/pytest

lint: install ## Check format, style, types, who imports whom, and that the docs build
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going docs docs/_build/html

format: install ## Write the code in the project's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: install ## Build the documentation into docs/_build/html
	$(BIN)/sphinx-build --fail-on-warning docs docs/_build/html

screenshots: install browser ## Take the pictures of README and docs anew, from the demo
	$(BIN)/python docs/screenshots/take.py

browser: install ## Find or install a Chromium for the browser tests
	@sh tests/chromium.sh $(BIN)/playwright

clean: ## Remove what the other commands made, but never your data
	rm -rf $(VENV) docs/_build build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
