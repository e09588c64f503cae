# The project's verbs. Everything they need is installed below this folder, nothing elsewhere.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# Node comes from the virtual environment, the CDK CLI from package-lock.json.
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)
PYTHON ?= python3

.PHONY: help
help: ## List the verbs
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 20

.PHONY: setup
setup: .venv/.complete node_modules/.complete ## Install all that is needed into .venv and node_modules

.PHONY: demo
demo: setup ## From four text files to labels and back to nothing, on this computer (KEEP=1 leaves it running)
	@python -m cli.main demo $(if $(KEEP),--keep)

.PHONY: test
test: setup .venv-audit/.complete ## Run all tests, the end-to-end deployment and the audit included
	@python -m pytest --numprocesses=2 --dist=loadfile --no-loadscope-reorder

.PHONY: workers
workers: setup ## Who is invited, signed in, in which team: make workers ENV=dev (REMIND=ana@example.com sends mails again)
	@python -m cli.commands.workers "$(ENV)" $(if $(REMIND),--remind "$(REMIND)")

.PHONY: test-aws
test-aws: setup ## Run the end-to-end test in a real account: make test-aws ENV=dev
	@python -m pytest --capture=no --target=aws --environment="$(ENV)" tests/e2e/test_even_odd.py

.PHONY: plan
plan: setup ## Say what a change will do, before it is merged: make plan BASE=origin/main (FORMAT=markdown or json, COUNTS=file)
	@python -m cli.commands.plan --base "$(or $(BASE),origin/main)" --format "$(or $(FORMAT),text)" $(if $(COUNTS),--counts "$(COUNTS)"); \
		status=$$?; [ $$status -eq 2 ] || exit $$status # changes alone are no failure

.PHONY: check
check: setup ## Lint, format, types, and the workflows' syntax and security
	@ruff check .
	@ruff format --check .
	@mypy
	@actionlint .github/workflows/*.yml
	@zizmor --offline --quiet --persona=pedantic .github

.PHONY: deploy
deploy: setup ## Deploy an environment without questions, as CI does: make deploy ENV=dev
	@cdk deploy "$(or $(ENV),$(error expected an environment, such as ENV=dev))/*" --context environment="$(ENV)" \
		--require-approval never --progress events

.PHONY: drift
drift: setup ## Fail if an environment was changed by hand: make drift ENV=dev
	@cdk drift "$(or $(ENV),$(error expected an environment, such as ENV=dev))/*" --context environment="$(ENV)" --fail

.PHONY: audit
audit: setup .venv-audit/.complete ## What cdk-nag, cfn-guard, cfn-lint and checkov say of the templates, as a table
	@python -m cli.commands.audit

.PHONY: snapshots
snapshots: setup ## Write what the tests show of templates, jobs and help anew: tests/data/snapshots/, jobs/, plan/ and help/
	@python -m pytest --quiet --update-golden-files tests/infra/test_snapshots.py tests/infra/test_catalogue.py tests/infra/test_plan.py tests/unit/cli/test_command.py

.PHONY: bench
bench: setup ## Measure synthesis, validation and the making of manifests, some minutes
	@python -m benchmarks.synthesis
	@python -m benchmarks.validate
	@python -m benchmarks.manifest

.PHONY: docs
docs: setup ## Write anew what is made from the code: docs/task-types.md, docs/environment.md, environments/schema.json
	@python -m docs.task_types
	@python -m docs.environment_schema
	@python -m docs.environment

.PHONY: lock
lock: setup ## Recompile requirements.txt and package-lock.json
	@uv pip compile pyproject.toml --upgrade --universal --all-extras --quiet \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --output-file requirements.txt
	@uv pip compile --group audit --no-config --upgrade --universal --python-version 3.11 --quiet \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --output-file requirements-audit.txt
	@npm install --package-lock-only --no-audit --no-fund

.venv/.complete: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, $(PYTHON) is " + sys.version.split()[0])'
	@echo "Installing the Python packages into .venv (about a minute)"
	@$(PYTHON) -m venv .venv
	@python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv-audit/.complete: requirements-audit.txt .venv/.complete
	@echo "Installing checkov into .venv-audit, apart from the rest, because it pins an old boto3"
	@$(PYTHON) -m venv --clear .venv-audit
	@.venv-audit/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements-audit.txt
	@touch $@

node_modules/.complete: package-lock.json .venv/.complete
	@echo "Installing the CDK CLI into node_modules"
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@
