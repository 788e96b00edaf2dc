# `make demo`, `make test` and `make check` work from a fresh clone: the first one makes .venv and fetches what it needs.
# Another Python than python3: make PYTHON=python3.12 demo

PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt
PACK := $(BIN)/faceplate models install mediapipe-face
DECLARED := pyproject.toml constraints.txt

.PHONY: demo test check setup
.NOTPARALLEL:

demo: .venv/ready-demo
	$(PACK)
	$(BIN)/faceplate demo --out demo

# One process runs the tests; a thread for every core in each library would only fight the others for them.
test: export OMP_NUM_THREADS ?= 2
test: export OPENBLAS_NUM_THREADS ?= 2
test: .venv/ready-dev
	$(PACK)
	$(BIN)/pytest

check: .venv/ready-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/basedpyright --project plugin/nuke --pythonpath $(BIN)/python
	$(BIN)/faceplate nodes --check

setup: .venv/ready-dev
	$(PACK)

# The demo needs no torch; tests, checks and training do.
.venv/ready-demo: .venv/made $(DECLARED)
	$(INSTALL) --editable '.[demo]'
	touch $@

.venv/ready-dev: .venv/made $(DECLARED)
	$(INSTALL) --editable '.[demo,train,dev]'
	touch $@ .venv/ready-demo

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Faceplate needs Python 3.11 or newer; name one: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	touch $@
