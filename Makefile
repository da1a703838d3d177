# Everything starts here: `make run` needs nothing but Python 3.11 or later. `make` alone lists the rest.
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --no-input --use-pep517
PYTEST := $(PY) -m pytest -n auto --dist loadfile --no-loadscope-reorder
SHELL := /bin/sh
# Where it is set, every process that a test starts would compile all our modules anew.
unexport PYTHONDONTWRITEBYTECODE
COMPILE := $(VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header -q

.DEFAULT_GOAL := help
.PHONY: help run test trials bench torture requirements messages

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: $(VENV)/local.stamp ## the whole application with a demo business; PORT=8001 for another port
	@exec $(PY) manage.py run --end-with-parent

test: $(VENV)/dev.stamp ## lint, types, layers, migrations, then the tests
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	find . -path './.*' -prune -o -path '*/templates/*' -name '*.html' -print0 | \
		xargs -0 -r $(VENV)/bin/djade --check --target-version 5.2
	$(PY) -m config.translations
	$(PY) manage.py makemigrations --check --dry-run
	$(PYTEST) -m "not trial"

trials: $(VENV)/dev.stamp ## the tests of what takes its time: killed processes, pace, weeks of reminders, the bench
	$(PYTEST) -m trial

bench: $(VENV)/dev.stamp ## the benchmarks; tables here, figures in bench/results/
	$(PY) -m tests.bench

torture: $(VENV)/dev.stamp ## concurrency and faults at length; SECONDS=60 for each scenario, 15 unless said
	SECONDS=$(or $(SECONDS),15) $(PY) -m pytest tests/torture -p no:xdist -s

requirements: $(PY) ## compile requirements/*.in to *.txt; UPGRADE=1 takes newer versions
	$(PIP) uv
	for name in production local dev; do \
		$(COMPILE) $(if $(UPGRADE),--upgrade) requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done

messages: $(VENV)/local.stamp ## collect the texts to translate into locale/; needs gettext
	@command -v xgettext >/dev/null || { echo "Install gettext first (Debian: apt-get install gettext)."; exit 1; }
	$(PY) manage.py makemessages --locale ru --locale en --no-wrap --add-location file --ignore '.*' --ignore 'tests/*'
	$(PY) -m config.translations

# --- the virtual environment ------------------------------------------------------------------------------------------
# A stamp is newer than its list when the list is installed. What `make test` installs contains what `make run` needs.
$(VENV)/local.stamp: requirements/local.txt | $(PY)
	@echo "Installing what the application needs (the first time this takes a minute)…"
	@$(PIP) --require-hashes -r $<
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt | $(PY)
	@echo "Installing what the application and its tests need (the first time this takes a minute or two)…"
	@$(PIP) --require-hashes -r $<
	@touch $@ $(VENV)/local.stamp

# The first Python that really starts and is new enough: a name on PATH may be a shim for a version that is not there.
$(PY):
	@for python in $(or $(PYTHON),python3.13 python3.12 python3.11 python3); do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found="$$python"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "Python 3.11 or later is needed: $(if $(PYTHON),$(PYTHON) is not one,there is none on PATH)."; \
		echo "Install it (Debian: apt-get install python3 python3-venv), or say where it is: make $(MAKECMDGOALS) PYTHON=/path/to/python3"; \
		exit 1; \
	fi; \
	if ! "$$found" -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$$found cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv"; \
		exit 1; \
	fi; \
	"$$found" -m venv --clear $(VENV) || { rm -rf $(VENV); exit 1; }
