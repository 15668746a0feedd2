# `make book` builds the book, `make test` checks it. Both make .venv on the first run.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BOOKFLAGS ?=
LITE := .venv-lite
KERNEL := share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi
PYODIDE ?=

.PHONY: book lite offline print test test-grading test-others browser test-pages test-image test-class lint quick golden reading links hub bench-graders clean help

help:
	@echo "make book    build the book into _build/html"
	@echo "make lite    build the worksheets that run in the browser alone into _build/lite"
	@echo "make offline one zip for a room with no network: book, worksheets, packages, installer"
	@echo "make print   the book and a worksheet for each chapter as PDF; needs Chromium"
	@echo "make test    lint, types, import layers, and all tests but those of make browser"
	@echo "make browser the tests in a real browser: built pages, exercises, JupyterLab"
	@echo "make quick   the tests that need neither a build nor a browser"
	@echo "make golden  renew the golden notebooks after a chapter's output changed on purpose"
	@echo "make reading how hard each chapter is to read, in school grades"
	@echo "make links   try every outside address of pages and bibliography; needs the network"
	@echo "make bench-graders  nbgrader, otter and this grader side by side; a quarter of an hour"
	@echo "make hub     push what students get to the branch worksheets, for a hub's links to pull"
	@echo "make clean   remove what the build made"

book: $(VENV)/installed
	$(BIN)/jupyter-book build book/ $(BOOKFLAGS)
	@test -f _build/html/index.html || { echo "The build left no _build/html/index.html" >&2; exit 1; }
	@echo "The book is in $(CURDIR)/_build/html/index.html"

offline: book
	$(BIN)/bordercount offline

print: book
	$(BIN)/bordercount print

# PYODIDE=FOLDER serves pandas and the rest from a copy of Pyodide's distribution.
lite: $(VENV)/installed $(LITE)/installed
	rm -rf _build/lite _build/lite-source
	@mkdir -p _build
	$(BIN)/bordercount lite _build/lite-source --parts $(LITE)/parts $(if $(PYODIDE),--pyodide "$(PYODIDE)")
	@cd _build/lite-source && ../../$(LITE)/bin/jupyter-lite build --output-dir site >../lite.log 2>&1 \
		|| { tail -n 20 ../lite.log >&2; exit 1; }
	@mv _build/lite-source/site _build/lite
	@echo "The worksheets are in $(CURDIR)/_build/lite; to try them: python3 -m http.server --directory _build/lite"

test: lint test-grading test-others

test-grading: $(VENV)/installed
	$(BIN)/pytest tests/sandbox tests/grading

test-others: $(VENV)/installed
	$(BIN)/pytest --ignore=tests/browser --ignore=tests/sandbox --ignore=tests/grading

browser: test-pages test-image test-class

test-pages: $(VENV)/installed
	$(BIN)/pytest tests/browser --ignore=tests/browser/test_binder.py --ignore=tests/browser/test_class.py

test-image: $(VENV)/installed
	$(BIN)/pytest tests/browser/test_binder.py

test-class: $(VENV)/installed
	$(BIN)/pytest tests/browser/test_class.py

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

bench-graders: $(VENV)/installed
	$(BIN)/python benchmarks/graders/run.py

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

$(LITE)/installed: lite/requirements.txt lite/wheels.txt constraints.txt
	$(PYTHON) -m venv --clear $(LITE)
	$(LITE)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r lite/requirements.txt
	$(LITE)/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
		--platform any --python-version 3.14 --dest $(LITE)/parts -r lite/wheels.txt
	cp $(foreach each,ipykernel piplite pyodide_kernel,$(LITE)/$(KERNEL)/$(each)-*.whl) $(LITE)/parts
	@touch $@

clean:
	rm -rf _build .mypy_cache .ruff_cache .pytest_cache .hypothesis
