# Everything runs in .venv, made from pyproject.toml; every target is safe to run twice.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
REAL_DATA ?= $(wildcard ../shared/data)
PYTEST_WORKERS ?= 2

.PHONY: demo test check bench fuzz install format clean help

help:
	@echo "make demo    install, import the sample exports, decide, write the report"
	@echo "make test    install, check and run every test"
	@echo "make check   style, types, layers"
	@echo "make bench   measure, as ratios in one run"
	@echo "make fuzz    reference against evaluator, for long"

$(BIN)/handraise: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

install: $(BIN)/handraise

$(VENV)/.test-tools: $(BIN)/handraise
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[warehouse]" --group test
	@touch $@

$(VENV)/.bench-tools: $(VENV)/.test-tools
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group bench
	@touch $@

demo: $(BIN)/handraise
	$(BIN)/handraise demo --into demo

check: $(VENV)/.test-tools
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check
	$(BIN)/pytest -q -n $(PYTEST_WORKERS) --dist loadgroup $(if $(REAL_DATA),--real-data=$(REAL_DATA)) tests

bench: $(VENV)/.bench-tools
	$(BIN)/python -m benchmarks.single_instant
	$(BIN)/python -m benchmarks.many_instants
	$(BIN)/python -m benchmarks.histories
	$(BIN)/python -m benchmarks.few_people
	$(BIN)/python -m benchmarks.growth

fuzz: $(VENV)/.test-tools
	HYPOTHESIS_PROFILE=long $(BIN)/pytest tests/generative -x

format: $(VENV)/.test-tools
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) demo .mypy_cache .pytest_cache .ruff_cache .hypothesis
