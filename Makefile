# Everything sets up by itself what it needs: Python 3.11 with venv and the package registries.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
RUN := $(BIN)/python
WORKERS ?= 2
CITY ?= cities/harbin
PEOPLE ?= 1000000
ROWS ?= 1000000

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo test test-external check bench etsi docs lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24

setup: ## what Lingqu needs to run, into .venv
	@$(PYTHON) tools/setup.py

setup-dev: ## what its tests need too
	@$(PYTHON) tools/setup.py --dev

demo: setup ## a living city on this machine; make demo ARGS="--people 5000 --port 8400"
	@$(BIN)/lingqu demo --city $(CITY) $(ARGS)

check: setup-dev ## style, floors, types, templates, words, locks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/djlint src --lint --quiet
	$(RUN) -m lingqu.site.words check
	$(RUN) tools/lock.py --check

test: check ## make check, then every test; TESTS=tests/site for some
	@$(PYTHON) tools/setup.py --dev --browser
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(TESTS)

test-external: setup-dev ## the same tests on the database of DATABASE_URL (PostgreSQL 15 or newer)
	@test -n "$$DATABASE_URL" || { echo 'Set DATABASE_URL, e.g. postgresql://user:password@127.0.0.1:5432/lingqu'; exit 2; }
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(TESTS)

bench: setup-dev ## measure a ledger of ROWS, a city of PEOPLE (a million each) and its pages; what stands in docs/benchmarks.md
	rm -rf build/bench && mkdir -p build
	$(RUN) -m bench.ledger $(ROWS)
	$(RUN) -m bench.city --people $(PEOPLE) --folder build/bench --keep
	$(RUN) -m bench.pages --folder build/bench
	$(RUN) -m bench.rights

etsi: setup-dev ## ETSI's NGSI-LD suite: SUITE=<checkout> ROBOT=<python with Robot Framework> GROUP=<folder below TP/NGSI-LD>
	$(RUN) -m bench.etsi $(SUITE) $(GROUP) --robot $(or $(ROBOT),$(RUN)) $(ARGS)

docs: setup-dev ## the documentation as a site, into build/docs
	$(BIN)/sphinx-build -q -W --keep-going -b html docs build/docs
	@echo "build/docs/index.html"

lock: setup-dev ## write requirements/*.txt anew
	$(RUN) tools/lock.py

clean: ## what was built; the instance in var/ stays
	rm -rf build .venv node_modules src/lingqu/ui/static/vendor src/lingqu/ui/fonts
