# make demo   draw the demonstration pictures      make test   run the tests
# make check  format, lint, types, import layers   make bench  compare with other libraries
# make viewer builds the page of `sonograph view` anew (node 20 or newer)
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

NODE := $(shell command -v node)

.PHONY: viewer viewer-test viewer-check demo test test-oldest test-tensorflow torch cluster cloud check bench plan-at-scale docs site fuzz parity package clean
.DELETE_ON_ERROR:

demo: $(VENV)/run.stamp
	$(BIN)/sonograph demo -o demo

# On all cores, one process each: threads within them wait for each other, which takes three times the work where all are busy.
# Modules are kept compiled, whatever this shell does: tests start hundreds of processes.
# Ends with what was slow, what was skipped and why, and how long all took.
test: $(VENV)/dev.stamp
	@echo "Some nine minutes on two cores, fifteen where they are slow. What needs Torch (make torch), Dask (make cluster), a bucket (make cloud), TensorFlow (make test-tensorflow) or recordings"
	@echo "../shared is skipped where they are not here, and named at the end."
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE= \
	  $(BIN)/python -m pytest -n auto --maxprocesses 8 --dist worksteal -rs --durations=10

# The tests of the Torch engine and of training run where Torch is; this puts it there (a CPU build, 200 MB, on most machines).
torch: $(VENV)/torch.stamp

# What runs on a Dask cluster is tested where Dask is; this puts it there.
cluster: $(VENV)/cluster.stamp

# What lies in buckets is tested against an emulated store on this machine; this puts it there.
cloud: $(VENV)/cloud.stamp

# TensorFlow has an environment of its own: it is large, and wants other versions of what others want too.
test-tensorflow: $(VENV)-tensorflow/made.stamp
	$(VENV)-tensorflow/bin/python -m pytest \
	  tests/learning/test_tensorflow.py tests/learning/test_agreement.py tests/learning/test_guide.py

# The engine's contract on the oldest llvmlite that it is promised to run on.
test-oldest: $(VENV)-oldest/made.stamp
	$(VENV)-oldest/bin/python -m pytest tests/engines

# Damaged files at random, for minutes: make fuzz MINUTES=30
MINUTES ?= 5
fuzz: $(VENV)/dev.stamp
	$(BIN)/python -m tests.io.fuzz --minutes $(MINUTES)

# Draw the pictures of the gallery and the guide anew, and write the notebooks.
docs: $(VENV)/dev.stamp
	$(BIN)/python docs/make_notebooks.py
	$(BIN)/python docs/make_gallery.py

# The documentation, with its reference from the docstrings: open site/index.html.
site: $(VENV)/docs.stamp
	$(BIN)/python docs/make_way.py
	$(BIN)/python docs/make_site.py

# Write docs/parity.md anew, from what runs here.
parity: $(VENV)/dev.stamp
	$(BIN)/python -m tests.parity > docs/parity.new && mv docs/parity.new docs/parity.md

check: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory viewer-check

# The page that the browser gets, from viewer/ into src/sonograph/web/page, which is committed: nobody else needs node.
viewer: viewer/node_modules/made.stamp $(VENV)/run.stamp
	$(BIN)/python viewer/write_palettes.py
	cd viewer && npx tsc -p . && node build.mjs

viewer-test: viewer/node_modules/made.stamp
	cd viewer && npx vitest run --testTimeout 60000

# Types, and whether the committed page is what viewer/ builds. Installs nothing.
viewer-check:
ifneq ($(and $(NODE),$(wildcard viewer/node_modules/made.stamp)),)
	cd viewer && npx tsc -p . && node build.mjs --check
else
	@echo "The viewer's page was not built anew and compared: node or viewer/node_modules is not here (make viewer puts it there)."
endif

viewer/node_modules/made.stamp: viewer/package.json viewer/package-lock.json
	@command -v npm >/dev/null || { echo "building the viewer's page needs node 20 or newer, with npm" >&2; exit 1; }
	cd viewer && npm ci --no-audit --no-fund
	@touch $@

# Write docs/scale.md anew: what a petabyte takes, from what its parts cost here, in half an hour.
plan-at-scale: $(VENV)/cluster.stamp $(VENV)/cloud.stamp
	$(BIN)/python -m benchmarks.at_scale

bench: $(VENV)/bench.stamp
	$(BIN)/python -m benchmarks

# A wheel and its source in dist/, whose page on an index leads to the repository: make package URL=https://…
package: $(VENV)/made.stamp
	@test -n "$(URL)" || { echo "name the repository: make package URL=https://…" >&2; exit 1; }
	$(PIP) install --quiet build
	SONOGRAPH_URL=$(URL) $(BIN)/python -m build --outdir dist

clean:
	rm -rf $(VENV) $(VENV)-oldest $(VENV)-tensorflow viewer/node_modules demo site dist

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

$(VENV)/docs.stamp: $(VENV)/dev.stamp
	$(PIP) install --quiet --constraint constraints.txt --editable '.[docs]'
	@touch $@

$(VENV)/torch.stamp: $(VENV)/dev.stamp
	$(PIP) install --quiet --constraint constraints.txt torch==2.13.0 onnx onnxscript onnxruntime
	@touch $@

$(VENV)/cluster.stamp: $(VENV)/dev.stamp
	$(PIP) install --quiet --constraint constraints.txt --editable '.[cluster]'
	@touch $@

$(VENV)/cloud.stamp: $(VENV)/dev.stamp
	$(PIP) install --quiet --constraint constraints.txt --editable '.[cloud]' 'moto[server]>=5'
	@touch $@

$(VENV)-tensorflow/made.stamp: $(VENV)/made.stamp pyproject.toml
	@rm -rf $(VENV)-tensorflow
	$(BIN)/python -m venv --without-pip $(VENV)-tensorflow
	$(PIP) --python $(VENV)-tensorflow/bin/python install --quiet --editable '.[tensorflow]' pytest hypothesis
	@touch $@

$(VENV)-oldest/made.stamp: $(VENV)/made.stamp pyproject.toml
	@rm -rf $(VENV)-oldest
	$(BIN)/python -m venv --without-pip $(VENV)-oldest
	$(PIP) --python $(VENV)-oldest/bin/python install --quiet --editable . llvmlite==0.45.0 pytest hypothesis
	@touch $@
