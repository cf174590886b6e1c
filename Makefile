# Everything needs Python >= 3.11 and make, nothing else; `make help` lists the commands.
PYTHON ?= python3
BIN := .venv/bin
CODE := accounts surveys health playbooks metrics cs_platform tests manage.py
# A process that may keep what it compiled starts in half the time, and there are many of them.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo start ravenstack test check fix bench faults faults-full nightly clean run-environment dev-environment
.PHONY: check-format check-lint check-security check-audit check-types check-contracts check-migrations
.PHONY: check-templates check-inline check-names

help:
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | sort

run-environment:
	@$(PYTHON) cs_platform/runtime/setup_environment.py

dev-environment:
	@$(PYTHON) cs_platform/runtime/setup_environment.py --dev

demo: run-environment ## set up and run everything in the foreground, with the demo company
	@exec $(BIN)/python manage.py up

start: run-environment ## the same without the demo: empty, with a first admin and a check list (AS_OF=day)
	@CS_HOME=$${CS_HOME:-$(CURDIR)/.local-start} CS_DEMO=0 CS_TLS=0 CS_LOG_FORMAT=$${CS_LOG_FORMAT:-plain} exec $(BIN)/python manage.py up

RAVENSTACK ?= ../shared/data/ravenstack
ravenstack: run-environment ## import that example (RAVENSTACK=folder) into .local-ravenstack, serve it on :8001
	@CS_HOME=$(CURDIR)/.local-ravenstack CS_PORT=$${CS_PORT:-8001} CS_DEMO=0 CS_TLS=0 $(BIN)/python manage.py ravenstack $(RAVENSTACK)

test: dev-environment ## all tests, with their own Postgres and Valkey
	@$(BIN)/pytest -q -n 3 --dist worksteal $(ARGS)

check: dev-environment ## format, lint, security, types, contracts, migrations, templates: changes nothing
	@$(MAKE) --no-print-directory --keep-going check-format check-lint check-security check-audit check-types check-contracts check-migrations check-templates check-inline check-names

check-format:
	$(BIN)/ruff format --check --quiet $(CODE)

check-lint:
	$(BIN)/ruff check --quiet $(CODE)

# What is of medium severity or above; a place that is right says why beside it.
check-security:
	$(BIN)/bandit --quiet --configfile pyproject.toml --severity-level medium -r $(filter-out tests,$(CODE))

# A known vulnerability fails. Where no list of them can be reached it says "not audited" and how
# old the lock files are: that alone fails nothing, and is no audit either.
check-audit:
	@$(BIN)/python tests/audit_locks.py requirements.txt requirements-production.txt requirements-dev.txt

check-types:
	SECRET_KEY=unused $(BIN)/mypy accounts surveys health playbooks metrics cs_platform

check-contracts:
	$(BIN)/lint-imports --no-logo

check-migrations:
	$(BIN)/python tests/migrations_match.py

check-templates:
	find . -name '*.html' -path '*templates/*' -not -path './.venv/*' -not -path './.local/*' -print0 | xargs -0 -r $(BIN)/djade --target-version 5.2 --check
	@$(BIN)/python tests/template_text.py
	@$(BIN)/python tests/python_text.py

# Nothing in a template that the Content-Security-Policy refuses.
check-inline:
	@$(BIN)/python tests/inline_free.py

# No address of a package source in the repository: every installation has its own.
check-names:
	@! git grep -nIE '(pypi|pythonhosted|npmjs|index-url *=|extra-index)[a-z.]*\.(org|com|net)' -- . ':!Makefile' || { echo 'address of a package source'; exit 1; }

fix: dev-environment ## format and repair what can be repaired
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)
	find . -name '*.html' -path '*templates/*' -not -path './.venv/*' -not -path './.local/*' -print0 | xargs -0 -r $(BIN)/djade --target-version 5.2

bench: dev-environment ## speed by goals and ceilings, one JSON object a line: ARGS="night --scale 0.1"
	@$(BIN)/python -m tests.benchmarks $(ARGS)

faults: dev-environment ## kills, repeats and races, small
	@$(BIN)/pytest -q -m faults $(ARGS)

faults-full: dev-environment ## minutes of kills, one a second: a larger company, 10,000 crossings, 10,000 mails
	@CS_DRILL_ACCOUNTS=1200 CS_DRILL_NIGHTS=6 CS_DRILL_SECONDS=240 CS_DRILL_CROSSINGS=10000 CS_DRILL_MAILS=10000 CS_DRILL_SEQUENCES=1000 CS_DRILL_SURVEYS=2000 \
		$(BIN)/pytest -q -s tests/pipeline/test_kills.py tests/pipeline/test_crossings_under_kills.py \
		tests/pipeline/test_mail_under_kills.py tests/pipeline/test_sequences_under_kills.py \
		tests/pipeline/test_surveys_under_kills.py $(ARGS)

nightly: run-environment ## what the night does, now: make nightly [DAY=2026-01-31]
	@$(BIN)/python manage.py nightly $(if $(DAY),--day $(DAY))

clean: ## forget the environment and the state of the demo
	rm -rf .venv .local .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
