# Talkoo: all a fresh machine needs is make and Python 3.11 or later. `make help` lists what there is.

PIP := .venv/bin/python -m pip --disable-pip-version-check
RUN := .venv/bin

# The newest Python that is new enough and can make a virtual environment (some systems ship one that cannot).
SUITABLE := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON := $(shell for python in python3.13 python3.12 python3.11 python3; do \
	if $$python -c '$(SUITABLE)' >/dev/null 2>&1; then echo $$python; break; fi; done)

# The installation is named after the content of what it was made from, so a changed requirement installs anew
# and a new checkout of the same does not.
INSTALLED := .venv/installed-$(shell cat requirements-dev.txt pyproject.toml | cksum | cut -d ' ' -f 1)

# What was compiled once is kept: tests start many processes, and each would compile everything anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run test test-any-day test-any-order check bench proofs documents requirements clean

help: ## List the commands
	@echo "make run first; after that, from the quickest to the slowest:"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

run: $(INSTALLED) ## Start everything on this machine: database, payment sandbox, API, workers, a demo market
	@$(RUN)/talkoo up

test: $(INSTALLED) ## Run the tests that take minutes at most and need nothing but this machine
	$(RUN)/pytest -n 2 -m "not long and not services"

test-any-day: $(INSTALLED) ## Run the tests on twelve other days: leap days, New Year, clock changes, in ten years
	$(RUN)/python -m tests.any_day

test-any-order: $(INSTALLED) ## Run the tests three times in a random order; SEEDS="4 5" chooses others
	for seed in $(or $(SEEDS),1 2 3); do $(RUN)/pytest -q -n 2 -m "not long and not services" \
		-p randomly -p no:cacheprovider --randomly-seed=$$seed || exit 1; done

check: $(INSTALLED) ## Format, lint, types, floors, the house rules, then the tests
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy
	$(RUN)/lint-imports
	$(RUN)/pytest -q tests/house
	$(RUN)/pytest -n 2 -m "not long and not services" --ignore=tests/house

bench: $(INSTALLED) ## Measure speed and compare with the baselines
	$(RUN)/talkoo bench

proofs: $(INSTALLED) ## Run the long proofs: crashes, contention, hours of a marketplace's life
	HYPOTHESIS_PROFILE=explore $(RUN)/pytest -m long

documents: $(INSTALLED) ## Draw anew what is drawn from the code: OpenAPI, problems, lifecycles
	$(RUN)/talkoo documents

requirements: $(INSTALLED) ## Resolve the requirements anew, pinned and hashed
	$(PIP) install --quiet uv
	$(RUN)/uv pip compile $(RESOLVE) --upgrade requirements.in --output-file requirements.txt
	$(RUN)/uv pip compile $(RESOLVE) --upgrade requirements-dev.in --output-file requirements-dev.txt

RESOLVE := --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links

clean: ## Remove the environment and the caches; the data in .talkoo stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist *.egg-info

$(INSTALLED): | .venv/bin/python
	@echo "Installing the requirements into .venv (about 850 MB on disk; one to three minutes, once) …"
	$(PIP) install --require-hashes -r requirements-dev.txt
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@rm -f .venv/installed-*
	@touch $@

.venv/bin/python:
ifeq ($(PYTHON),)
	@echo "Talkoo needs Python 3.11 or later with its venv module, and found none."; \
	echo "Looked for python3.13, python3.12, python3.11 and python3."; \
	echo "On Debian and Ubuntu: apt install python3 python3-venv"; exit 1
endif
	@echo "Making a virtual environment with $(PYTHON) …"
	$(PYTHON) -m venv .venv
