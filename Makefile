# The commands. `make help` lists them.

ifndef PYTHON
PYTHON := $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
endif
BIN := .venv/bin
PIP_COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links

.PHONY: run test check chaos help pictures requirements audit clean python

run: export DEMO ?= 1
run: python ## set everything up and start it; PORT, HOST, DATA_DIR, COUCHDB_URL, DATABASE_URL, DEMO=0 override
	@$(PYTHON) -m server.launch.setup
	@exec $(BIN)/python -m server.launch

test: python ## everything: check, Python on SQLite and PostgreSQL, TypeScript, end to end in Chromium
	@$(PYTHON) -m tests.prerequisites
	@$(PYTHON) -m server.launch.setup --tests
	@$(MAKE) --no-print-directory check
	cd pwa && CHROMIUM="$${PLAYWRIGHT_CHROMIUM:-$$(command -v chromium)}" npm test
	$(BIN)/python -m pytest

check: python ## lint, formats, types, and which way imports point
	@$(PYTHON) -m server.launch.setup --tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd pwa && npm run check

chaos: python ## 24 phones, 2,000 writes, 50 kills: what is lost, doubled, hidden or misdirected; SEED, ONLY, SIZE=short, POSTGRESQL=1
	@$(PYTHON) -m server.launch.setup --tests >&2
	@$(BIN)/python -m tests.chaos.run

bench: python ## measure; ONLY=merge, lists or door runs one part
	@$(PYTHON) -m server.launch.setup --tests >&2
	@$(BIN)/python -m tests.bench

pictures: python ## take the README's pictures from the running app
	@$(PYTHON) -m server.launch.setup --tests
	$(BIN)/python -m tests.e2e.pictures

requirements: python ## pin the newest Python packages that fit requirements*.in, with their hashes
	@$(PYTHON) -m server.launch.setup --tests
	$(PIP_COMPILE) --upgrade --output-file=requirements.txt requirements.in
	$(PIP_COMPILE) --upgrade --output-file=requirements-dev.txt requirements-dev.in

audit: python ## look the pinned packages up among the known vulnerabilities
	@$(PYTHON) -m server.launch.setup --tests
	$(BIN)/pip-audit --disable-pip --require-hashes -r requirements.txt -r requirements-dev.txt
	cd pwa && npm audit
	cd sync/embedded && npm audit

clean: ## remove what was installed and built; the data folder stays
	rm -rf .venv .make pwa/node_modules pwa/dist sync/embedded/node_modules

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{printf "  make %-14s %s\n", $$1, $$2}'

python:
	@[ -n "$(PYTHON)" ] && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	echo "doorstep: Python 3.11 or newer is needed, and $(or $(PYTHON),python3) is not. Install it, or name it: make run PYTHON=/path/to/python3.11" >&2; \
	echo "需要 Python 3.11 或更新版本。请先安装，或指定路径：make run PYTHON=/path/to/python3.11" >&2; exit 1; }
