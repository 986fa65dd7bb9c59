# `make reproduce` and `make test` set everything up themselves in .venv; nothing else is touched.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
VENV_SLURM := .venv-slurm
STAMP_SLURM := $(VENV_SLURM)/with-slurm
CORES ?= all
PRESET ?=
PAPER ?=
IMAGE ?= emergence
CONTAINER ?= $(firstword $(foreach tool,podman docker buildah,$(shell command -v $(tool))) podman)
# Their tables are shipped, so that Snakemake would take them as made.
CAUSES := onset exponent saturation units transformers
CONFIG := $(if $(PRESET),--configfile config/$(PRESET).yaml) $(if $(PAPER),--config 'papers=[paper/$(PAPER)]')

.DEFAULT_GOAL := help
.PHONY: help environment environment-slurm reproduce studies report plan test test-report test-hard test-slurm test-container container coverage trial lint format documents lock lock-slurm clean check-config

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 19

environment: $(STAMP)  ## create .venv with the locked dependencies

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "error: Python 3.11 or newer is needed; name one with make PYTHON=..." >&2; exit 1; }
	@echo "Installing the versions of requirements.lock into $(VENV): once, a few minutes, silent."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(grep '^torch==' requirements.lock)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --use-pep517 -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q src
	@touch $@

environment-slurm: $(STAMP_SLURM)  ## create .venv-slurm: the same, and Snakemake's executors for schedulers

$(STAMP_SLURM): requirements.lock requirements-slurm.lock pyproject.toml
	@$(MAKE) --no-print-directory environment VENV=$(VENV_SLURM)
	$(VENV_SLURM)/bin/python -m pip install --quiet --disable-pip-version-check \
	  -r requirements.lock -r requirements-slurm.lock
	@touch $@

# Snakemake reads a preset before the workflow can check it: an absent one would be a traceback.
check-config: $(STAMP)
	@$(BIN)/python -B scripts/settings.py --whole --config $(PRESET:%=config/%.yaml) --output .snakemake/config.json

reproduce: check-config  ## rebuild every figure and table: make reproduce [PRESET=smoke] [PAPER=nam2024] [CORES=2]
	$(BIN)/snakemake --cores $(CORES) $(CONFIG)
	$(BIN)/snakemake --cores 1 --quiet all $(CONFIG) -- verify

studies: check-config  ## train the studies of causes again (docs/why.md), 1.5 hours: make studies [CORES=2]
	$(BIN)/snakemake --cores $(CORES) $(CONFIG) \
	  --forcerun $(CAUSES:%=nam2024_study_%) -- $(CAUSES:%=nam2024_study_%) nam2024_studies

report: check-config  ## web report of a preset that was built: make report [PRESET=smoke]
	$(BIN)/snakemake --cores 1 $(CONFIG) --report results/$(or $(PRESET),default)/report.html

plan: check-config  ## jobs, steps and estimated times: make plan [PRESET=paper]
	$(BIN)/snakemake --cores 1 --quiet all $(CONFIG) -- plan

# loadfile: tests of one file share what they prepared
test: $(STAMP)  ## unit and workflow tests, two at a time
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

test-report: $(STAMP)  ## builds the smoke preset, then its web report in headless Chromium (needs chromium)
	$(BIN)/python -m pytest -m browser

test-hard: $(STAMP)  ## kills, full disks, bad input: docs/robustness.md, half an hour
	$(BIN)/python -m pytest tests/hard --hard

test-slurm: $(STAMP_SLURM)  ## the workflow on a SLURM cluster started here (needs root; twenty minutes)
	$(VENV_SLURM)/bin/python -m pytest -m slurm tests/hpc

container:  ## an image with the locked packages: make container [CONTAINER=podman] [CONTAINER_OPTIONS=...]
	$(CONTAINER) build $(CONTAINER_OPTIONS) --tag $(IMAGE) --file Containerfile .

test-container: $(STAMP)  ## smoke and redraw in the image, without network (needs root, buildah and debootstrap)
	$(BIN)/python -m pytest -m container tests/container

coverage: $(STAMP)  ## the tests again, and how much of src/ they reach
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

trial:  ## what a first user meets: a clean clone, the commands of README.md; make trial [PRESET=redraw]
	PRESET=$(PRESET) tests/trial/first_user.sh

lint: $(STAMP)  ## ruff, mypy, snakefmt, snakemake --lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile workflow
	@echo "snakemake --lint, but for conda (.venv holds the software) and functions beside their only rule"
	@$(BIN)/snakemake --lint 2>&1 | grep -E '^    \* |Error|Exception' \
	  | grep -v -e 'Specify a conda environment' -e 'Mixed rules and functions' && exit 1 || true

format: $(STAMP)  ## rewrite the sources in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile workflow

documents: $(STAMP)  ## rewrite the generated parts of README.md, ARTIFACT.md, CONTRIBUTING.md, config/ and docs/
	$(BIN)/python scripts/documents.py

lock: $(STAMP)  ## write requirements.lock from what is installed in .venv
	{ echo "# Exact versions that the pipeline was tested with; \`make lock\` writes this file."; \
	  $(BIN)/python -m pip freeze --all --exclude-editable | sed -e 's,+cpu$$,,' -e '/^triton==/s,$$,; sys_platform == "linux",' | grep -viE '^(pip|wheel)=='; } > requirements.lock

lock-slurm: $(STAMP_SLURM)  ## write requirements-slurm.lock: what .venv-slurm has besides the main lock
	{ echo "# What \`pip install .[slurm]\` adds to requirements.lock; \`make lock-slurm\` writes this file."; \
	  $(VENV_SLURM)/bin/python -m pip freeze --all --exclude-editable | sed 's,+cpu$$,,' \
	  | grep -viE '^(pip|wheel)==' | grep -vxFf requirements.lock; } > requirements-slurm.lock

clean:  ## remove .venv and compiled engines; results stay
	rm -rf $(VENV) .snakemake/engines build
