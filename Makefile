# Two commands are enough: `make book` builds the book, `make test` proves it. `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help book serve lab check test unit coverage bench clean pins check-python pdf sheets links newest check-distribution

PYTHON ?= python3
PORT ?= 8000
LAB ?=
VENV := .venv
BIN := $(VENV)/bin
LOG := _build/build.log
# Tests share the cores, a file's tests on one, so that what a file sets up is set up once; the longest files first, as
# tests/conftest.py has them, which pytest-xdist would order by the number of their tests.
SHARED := -n auto --dist loadfile --no-loadscope-reorder
# PyTorch's CPU builds, for Linux, where the default index would bring gigabytes for graphics cards.
TORCH_CPU := https://download.pytorch.org/whl/cpu

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

book: $(VENV)/installed  ## build the book into _build/html, every warning an error
	@mkdir -p _build
	@echo "Building the book; the first time each chapter's cells are executed, which takes a few minutes."
	@PYTHONUNBUFFERED=1 $(BIN)/jb build . -W -n --keep-going 2>&1 | tee $(LOG) | grep --line-buffered -v 'IPKernelApp' || { \
	  rm -rf _build/.doctrees; \
	  echo; echo "The book was not built. What stood in the way:"; \
	  grep -aE 'WARNING: |ERROR: |[Ee]rror:' $(LOG) | grep -av 'IPKernelApp' | sort -u | head -n 20; exit 1; }
	@cd _build/html && rm -f the-price-of-surprise.zip && ../../$(BIN)/python -m zipfile -c the-price-of-surprise.zip $$(ls -A)
	@echo; echo "Open _build/html/index.html in a browser, or run: make serve"

serve: book  ## build, then show the book on localhost (PORT=8000)
	@echo "The book is at http://localhost:$(PORT) (Ctrl-C ends it)"
	@$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

lab: $(VENV)/lab-installed book  ## the chapters as notebooks in JupyterLab, in lab/; what you change there stays
	@$(BIN)/python -m leanpage.export.lab _build/html lab
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/jupyter lab --notebook-dir lab $(LAB)

check: $(VENV)/test-installed  ## the quick half of the tests: style, types, units
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	tests/node_modules/.bin/biome check --error-on-warnings .
	$(BIN)/mypy
	$(BIN)/pytest $(SHARED) tests/unit

test: $(VENV)/test-installed  ## all tests: check, then the build, then its pages and the browsers
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory book
	$(BIN)/python tests/browsers.py
	$(BIN)/pytest $(SHARED) tests/site tests/browser

unit: $(VENV)/test-installed  ## the unit tests alone
	$(BIN)/pytest $(SHARED) tests/unit

coverage: $(VENV)/test-installed  ## which lines of the packages the unit tests and the builds of tests/site never run
	@mkdir -p _build
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(SHARED) tests/unit tests/site
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report --skip-covered --sort=miss

bench: $(VENV)/test-installed book  ## pages beside a stock book, figures beside a bare slider, frames beside savefig, and other tools
	@for script in bench/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

pdf: $(VENV)/test-installed book  ## the whole book as one PDF, among the site's downloads
	@$(BIN)/python tests/browsers.py chromium > /dev/null
	@$(BIN)/python -m leanpage.export.paper _build/html

sheets: $(VENV)/test-installed book  ## the exercises to print, with room to write and the answers apart, in _build/sheets
	@$(BIN)/python tests/sheets.py

links: $(VENV)/installed  ## ask every site that the book links to whether the page is still there
	@$(BIN)/jb build . --builder custom --custom-builder linkcheck

newest:  ## build with the newest packages that the book allows, in a venv of their own, executing every cell
	@mkdir -p _build/newest
	@sed -E '/^-c /d; /^-e /d; s/^jupyter-book==.*/jupyter-book<2/; s/==.*//' requirements.txt > _build/newest/requirements.txt
	@$(PYTHON) -m venv --clear _build/newest/venv
	@if [ "$$(uname)" = Linux ]; then _build/newest/venv/bin/pip install --quiet --retries 0 --timeout 10 \
	  --index-url $(TORCH_CPU) torch torchvision 2>/dev/null || echo "PyTorch's CPU index can't be reached"; fi
	_build/newest/venv/bin/pip install --quiet --upgrade -r _build/newest/requirements.txt -e code/askback -e code/kernelfree -e code/leanpage -e code/lossbook -e code/sectionsearch
	@_build/newest/venv/bin/pip freeze --exclude-editable | sed 's/+cpu$$//' > _build/newest/packages.txt
	@diff -U0 -i --label pinned --label newest <(grep -v '^#' constraints.txt | sort -f) <(sort -f _build/newest/packages.txt) \
	  > _build/newest/changes.diff || true
	_build/newest/venv/bin/jb build . -W -n --keep-going --path-output _build/newest/book

check-distribution: $(VENV)/test-installed book  ## the slow proofs: Binder's environment, notebooks elsewhere, the PDF, AUTHORS.md word by word
	$(BIN)/python tests/browsers.py chromium
	$(BIN)/pytest tests/distribution

clean:  ## remove what was built; the installed packages and your own files stay
	rm -rf _build

pins:  ## write both constraints.txt anew, from what a fresh .venv resolves to
	rm -rf $(VENV)
	$(MAKE) --no-print-directory $(VENV)/installed
	@{ grep '^#' constraints.txt; $(BIN)/pip freeze --exclude-editable | sed 's/+cpu$$//'; } > $(VENV)/pins
	@mv $(VENV)/pins constraints.txt && touch $(VENV)/installed
	$(MAKE) --no-print-directory $(VENV)/test-installed
	@{ grep '^#' tests/constraints.txt; $(BIN)/pip freeze --exclude-editable | sed 's/+cpu$$//' | grep -vxFf constraints.txt; } > $(VENV)/pins
	@mv $(VENV)/pins tests/constraints.txt

check-python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:3]; sys.exit(0 if (3, 11, 5) <= v < (3, 14) else "This book is built with Python 3.11 (from 3.11.5), 3.12 or 3.13, and %s is %d.%d.%d: install one of those and run make with PYTHON=python3.11, say." % (sys.executable, *v))'

$(VENV)/installed: requirements.txt constraints.txt $(wildcard code/*/pyproject.toml) | check-python
	@test -x $(BIN)/python || { echo "Making $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@if [ "$$(uname)" = Linux ] && ! $(BIN)/python -c 'import torch' 2>/dev/null; then \
	  echo "Looking for the CPU builds of torch"; \
	  $(BIN)/pip install --quiet --retries 0 --timeout 10 --index-url $(TORCH_CPU) --no-deps $$(grep -E '^torch(vision)?==' requirements.txt) 2>/dev/null \
	  || echo "PyTorch's CPU index can't be reached; taking what the default index offers"; fi
	@echo "Installing what requirements.txt names (the first time: a minute or a few)"
	@$(BIN)/pip install --progress-bar off -r requirements.txt | { grep --line-buffered -E '^ *(Downloading|Building|Installing)' || true; }
	@touch $@

$(VENV)/lab-installed: binder/requirements.txt binder/constraints.txt binder/overrides.json $(VENV)/installed
	@echo "Installing JupyterLab"
	@$(BIN)/pip install --quiet --progress-bar off -c constraints.txt -c binder/constraints.txt jupyterlab jupyterlab-myst jupytext
	@NB_PYTHON_PREFIX=$(VENV) binder/postBuild
	@touch $@

$(VENV)/test-installed: tests/requirements.txt tests/constraints.txt tests/package-lock.json $(VENV)/installed
	@echo "Installing what the tests need"
	@$(BIN)/pip install --quiet --progress-bar off -c constraints.txt -c tests/constraints.txt -r tests/requirements.txt
	@$(BIN)/npm ci --silent --no-audit --no-fund --prefix tests
	@touch $@
