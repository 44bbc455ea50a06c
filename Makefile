# make demo   draw the demonstration pictures      make test   run the tests
# make check  format, lint, types, import layers   make bench  compare with other libraries
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo test check bench clean
.DELETE_ON_ERROR:

demo: $(VENV)/run.stamp
	$(BIN)/sonograph demo -o demo

test: $(VENV)/dev.stamp
	$(BIN)/python -m pytest

check: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/bench.stamp
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) demo

$(VENV)/made.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Sonograph needs Python 3.11 or newer and $(PYTHON) is not; name another: make PYTHON=python3.12" >&2; exit 1; }
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 \
	  || { rm -rf $(VENV); uv venv --quiet --seed --python $(PYTHON) $(VENV) 2>/dev/null; } \
	  || { rm -rf $(VENV); echo "$(PYTHON) cannot make an environment; install its venv package (Debian: apt install python3-venv)" >&2; exit 1; }
	@touch $@

$(VENV)/run.stamp: $(VENV)/made.stamp pyproject.toml constraints.txt
	$(PIP) install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/made.stamp pyproject.toml constraints.txt
	$(PIP) install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@ $(VENV)/run.stamp

$(VENV)/bench.stamp: $(VENV)/dev.stamp
	$(PIP) install --quiet --constraint constraints.txt --editable '.[bench]'
	@touch $@
