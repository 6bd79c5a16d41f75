# Everything sets itself up: make, git and Python are enough on a fresh machine.
#   PYTHON=python3.12   another interpreter, in an environment of its own (.venv-3.12)
#   TORCH=auto|yes|no   whether torch and Ray are installed (configs/install.py says how auto decides)

PYTHON ?= python3
TORCH ?= auto
ifeq ($(origin PYTHON),file)
VENV ?= .venv
else
VENV ?= .venv-$(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
endif
BIN := $(VENV)/bin
READY := $(VENV)/ready-$(TORCH)
DEMO := .demo/bookshop
DATA ?= .model/data
MODEL ?= .model/trained
FILES ?= 200000
SEED ?= $(shell date +%Y%m%d)
PACKAGES ?= benchmarks/training_packages.txt
export PATH := $(abspath $(BIN)):$(PATH)

.PHONY: help demo test test-all lint format docs recording data train evaluate fuzz clean

help: ## list the targets
	@sed -n 's/^\([a-z%0-9-]*\):.*## /\1\t/p' Makefile | expand -t 12

$(VENV)/ready-%: pyproject.toml configs/constraints.txt configs/install.py
	$(PYTHON) configs/install.py $(VENV) --torch $*
	@touch $@

demo: $(VENV)/ready-yes ## correct a copy of sample_repos/bookshop on Ray with two workers
	@rm -rf .demo && mkdir .demo && cp -R sample_repos/bookshop $(DEMO)
	@git -C $(DEMO) init --quiet && git -C $(DEMO) add --all
	@git -C $(DEMO) -c user.name=demo -c user.email=demo@example.com -c commit.gpgsign=false commit --quiet --message Before
	$(BIN)/thea correct $(DEMO) --workers 2
	git --no-pager -C $(DEMO) diff
	$(BIN)/thea stats $(DEMO)

test: $(READY) ## the tests that take no more than a few seconds each
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

test-all: $(READY) ## every test; writes docs/test-all.md
	$(BIN)/python tests/run_all.py

test-py3%: ## lint and test on Python 3.% without torch, e.g. make test-py312
	$(MAKE) lint test PYTHON=$(if $(filter file,$(origin PYTHON)),python3.$*,$(PYTHON)) TORCH=no

lint: $(READY) ## ruff, mypy --strict, import layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy $(if $(wildcard $(BIN)/ray),,--no-warn-unused-ignores) # some are for Ray's types
	$(BIN)/lint-imports

format: $(READY) ## let ruff mend what it can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: $(READY) ## write the generated pages
	$(BIN)/python docs/generate.py

recording: $(VENV)/ready-yes ## record the terminal of the README
	$(BIN)/python docs/recording/record.py docs/recording/bookshop.svg

data: $(VENV)/ready-yes ## what the edit model learns from: PACKAGES=FILE, REPOS=DIR of git clones, DATA=DIR
	$(BIN)/python benchmarks/train_data.py $(DATA) --packages $(PACKAGES) $(if $(REPOS),--repositories $(REPOS))

train: $(VENV)/ready-yes ## train the edit model on DATA, into MODEL; goes on from a checkpoint
	$(BIN)/python benchmarks/train.py $(DATA) $(MODEL) --resume $(if $(MINUTES),--minutes $(MINUTES))

evaluate: $(VENV)/ready-yes ## measure corrections on CASES=FILE, with MODEL if it is there
	$(if $(wildcard $(MODEL)/final),THEA_MODEL=$(MODEL)/final) $(BIN)/thea evaluate $(CASES)

fuzz: $(VENV)/ready-yes ## 200,000 mutated files through every corrector; goes on where it was stopped
	$(BIN)/python -m pytest -q tests/hostile/test_fuzz.py --hypothesis-profile nightly
	$(BIN)/python benchmarks/fuzz.py --count $(FILES) --seed $(SEED) --log .fuzz/$(SEED)

clean: ## remove environments, caches and the demo
	rm -rf .venv .venv-3.* .demo .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
