# Everything runs in .venv at the root of the checkout; each target sets it up when needed.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHONDONTWRITEBYTECODE ?=
# One waiting policy for the native threads of the embedder: without it two of them spin against each other.
export OMP_WAIT_POLICY ?= passive

.PHONY: help setup dev demo serve test check eval bench ml browser lock clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/'

setup: $(VENV)/.core ## install the program and what it needs from the pinned list
dev: $(VENV)/.dev ## the same with what tests and checks need

# uv is quick but does not read pip's configuration: it is told the index pip would use, and pip itself is the second way.
define install
	@index="$${PIP_INDEX_URL:-$$($(BIN)/pip config get global.index-url 2>/dev/null)}"; \
	 if [ -n "$$index" ] && [ -z "$$UV_DEFAULT_INDEX" ]; then export UV_DEFAULT_INDEX="$$index"; fi; \
	 $(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r $(1) \
	 || $(BIN)/pip install -q --disable-pip-version-check --require-hashes -r $(1)
	@$(BIN)/pip install -q --disable-pip-version-check --no-build-isolation --no-deps -e .
endef

$(BIN)/uv: requirements-setup.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "准备安装工具…" >&2
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-setup.lock
	@touch $@

$(VENV)/.core: $(BIN)/uv requirements.lock pyproject.toml
	@echo "安装依赖（首次约一分钟）…" >&2
	$(call install,requirements.lock)
	@$(BIN)/python -m compileall -q app ingestion extractors evals $$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))') >/dev/null 2>&1 || true
	@touch $@

$(VENV)/.dev: $(VENV)/.core requirements-dev.lock
	@echo "安装测试工具…" >&2
	$(call install,requirements-dev.lock)
	@touch $@

demo: setup ## build the demonstration factory and run the whole job on its documents
	$(BIN)/lingtan --home demo-out/.lingtan demo --out demo-out

serve: setup ## the web application on http://127.0.0.1:8000
	$(BIN)/lingtan serve

browser: ## Debian's chromium for the browser tests (installed when missing and possible)
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { \
	  if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null; \
	  else echo "未找到 chromium，浏览器测试将跳过" >&2; fi; }

test: dev browser ## every test
	$(BIN)/pytest $(ARGS)

check: dev ## format, lint, types, import contracts, corpus
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/lingtan policy check

eval: setup ## the quality suites
	$(BIN)/lingtan eval

bench: setup ## benchmarks: time and memory as ratios within one run
	$(BIN)/python -m evals.bench

ml: setup ## torch and sentence-transformers as a second embedding backend
	$(BIN)/pip install -q --disable-pip-version-check -r requirements-ml.txt

lock: $(BIN)/uv ## recompute the pinned lists
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 --group dev -c requirements.lock -o requirements-dev.lock pyproject.toml
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 -o requirements-setup.lock requirements-setup.in

clean: ## remove what can be rebuilt
	rm -rf $(VENV) demo-out .pytest_cache .mypy_cache .ruff_cache
