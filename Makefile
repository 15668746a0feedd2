# `make book` builds the book, `make test` checks it. Both make .venv on the first run.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BOOKFLAGS ?=

.PHONY: book test browser lint quick golden reading links hub clean help

help:
	@echo "make book    build the book into _build/html"
	@echo "make test    lint, types, import layers, and all tests but those of make browser"
	@echo "make browser the tests in a real browser: built pages, exercises, JupyterLab"
	@echo "make quick   the tests that need neither a build nor a browser"
	@echo "make golden  renew the golden notebooks after a chapter's output changed on purpose"
	@echo "make reading how hard each chapter is to read, in school grades"
	@echo "make links   try every outside address of pages and bibliography; needs the network"
	@echo "make hub     push what students get to the branch worksheets, for a hub's links to pull"
	@echo "make clean   remove what the build made"

book: $(VENV)/installed
	$(BIN)/jupyter-book build book/ $(BOOKFLAGS)
	@test -f _build/html/index.html || { echo "The build left no _build/html/index.html" >&2; exit 1; }
	@echo "The book is in $(CURDIR)/_build/html/index.html"

test: lint
	$(BIN)/pytest --ignore=tests/browser

browser: $(VENV)/installed
	$(BIN)/pytest tests/browser

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

quick: $(VENV)/installed
	$(BIN)/pytest -m "not slow"

golden: $(VENV)/installed
	$(BIN)/pytest tests/test_chapters.py --nb-force-regen

reading: $(VENV)/installed
	$(BIN)/bordercount reading

links: $(VENV)/installed
	$(BIN)/jupyter-book build book/ --path-output _build/links --builder linkcheck

# The students' bundle, unpacked, becomes the branch's next commit: the working tree is not touched.
hub: $(VENV)/installed
	rm -rf _build/hub
	$(BIN)/bordercount release _build/hub
	$(BIN)/python -m zipfile -e _build/hub/*-student.zip _build/hub
	@set -eu; git=$$(git rev-parse --absolute-git-dir); export GIT_INDEX_FILE="$(CURDIR)/_build/hub/index"; \
	(cd _build/hub/*-student && git --git-dir="$$git" --work-tree=. add --force --all .); \
	parent=$$(git ls-remote --exit-code origin refs/heads/worksheets | cut -f1); \
	test -z "$$parent" || git fetch --quiet origin worksheets; \
	commit=$$(git commit-tree $${parent:+-p $$parent} -m "Worksheets" "$$(git write-tree)"); \
	git push origin "$$commit:refs/heads/worksheets"

$(VENV)/installed: pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing: install Python 3.11 or later (Debian, Ubuntu: apt-get install python3 python3-venv)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$($(PYTHON) --version) is too old: install Python 3.11 or later, then: make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python lacks venv: install it (Debian, Ubuntu: apt-get install python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[book,test]"
	@touch $@

clean:
	rm -rf _build .mypy_cache .ruff_cache .pytest_cache .hypothesis
