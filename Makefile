# Two commands are enough: `make run` and `make test`. Both set up .venv first.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
OUTPUT ?= out
CORPUS ?= ../shared/corpus
RUNNERS_INPUTS ?= examples $(wildcard $(CORPUS)/pages.warc.gz $(CORPUS)/text.jsonl)

.PHONY: run test lint format lock bench-clean bench-language bench-metadata bench-topics runners clean

run: $(INSTALLED)  ## ingest examples/, print the summary
	$(BIN)/newsbeam ingest examples --output $(OUTPUT)

test: $(INSTALLED)  ## all tests
	$(BIN)/python -m pytest

lint: $(INSTALLED)  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pyright --level error

format: $(INSTALLED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(INSTALLED)  ## requirements.lock and that of the image anew from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
	  --generate-hashes --upgrade --custom-compile-command "make lock" -o requirements.lock
	echo 'hatchling>=1.27' | $(BIN)/uv pip compile pyproject.toml - --extra gcp --extra model --python-version 3.11 \
	  --python-platform x86_64-manylinux_2_28 \
	  --generate-hashes --upgrade --custom-compile-command "make lock" -o deploy/image/requirements.lock

bench-clean: $(INSTALLED)  ## quality and cost of cleaning beside trafilatura
	$(BIN)/python -m benchmarks.bench_clean $(CORPUS)

bench-language: $(INSTALLED)  ## accuracy and cost of language detection beside its parts
	$(BIN)/python -m benchmarks.bench_language $(CORPUS)

bench-metadata: $(INSTALLED)  ## titles, authors, times and their cost
	$(BIN)/python -m benchmarks.bench_metadata $(CORPUS)

bench-topics: $(INSTALLED)  ## texts a second that one core tags
	$(BIN)/python -m benchmarks.bench_topics

runners: $(INSTALLED)  ## the same rows on every runner that this machine can run
	$(BIN)/python -m benchmarks.compare_runners $(RUNNERS_INPUTS)

clean:
	rm -rf .venv $(OUTPUT) .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("newsbeam needs Python 3.11 or newer: make PYTHON=python3.11")'
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "no venv: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@
