# The developer's verbs. Everything they need is installed below this folder, nothing elsewhere.
# Who deploys, plans and operates writes `.venv/bin/ground-truth` after `make setup`.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# Node comes from the virtual environment, the CDK CLI from package-lock.json.
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)
# Compiling the tests anew is a half of their collection; some shells ask for that.
export PYTHONDONTWRITEBYTECODE :=
# What they keep for the next time is below this folder too.
export CDK_HOME ?= $(CURDIR)/.local/cdk
export JSII_RUNTIME_PACKAGE_CACHE_ROOT ?= $(CURDIR)/.local/jsii
# Another Python's modules are none of ours.
unexport PYTHONHOME PYTHONPATH PYTHONSTARTUP
# The Python that .venv is made with. Once there is one that runs, its own.
PYTHON ?= $(shell test -x .venv/bin/python && echo .venv/bin/python || echo python3)

# Installs parts of what is needed, unless it is there: $(call install,core cdk)
define install
@command -v "$(PYTHON)" >/dev/null || { echo "there is no $(PYTHON); name another: make setup PYTHON=python3.12" >&2; exit 1; }
@said=$$("$(PYTHON)" -c '' 2>&1) || { echo "$(PYTHON) does not run ($$(head -n 1 <<< "$$said")); name another: make setup PYTHON=python3.12" >&2; exit 1; }
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, $(PYTHON) is " + sys.version.split()[0] + "; name another: make setup PYTHON=python3.12")'
@$(PYTHON) installation/install.py $(1)
endef

.PHONY: help
help: ## List the verbs
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 20

.PHONY: setup
setup: ## Install what deploying, planning and operating need (AUDIT=1 adds what audits need)
	$(call install,$(if $(AUDIT),dev audit,core) cdk)
	@echo "Installed. Its verbs: .venv/bin/ground-truth --help"

.PHONY: demo
demo: ## From four text files to labels and back to nothing, on this computer (KEEP=1 leaves it running)
	$(call install,local sdk)
	@python -m cli.main demo $(if $(KEEP),--keep)

.PHONY: test
test: ## Run all tests, the end-to-end deployment and the audit included
	$(call install,dev sdk audit)
	@# Deployments wait more than they work: three for two cores.
	@python -m pytest --numprocesses=3 --dist=loadfile --no-loadscope-reorder

.PHONY: quick
quick: ## Run the tests that deploy nothing, audit nothing and do not start the command
	$(call install,dev sdk)
	@python -m pytest --numprocesses=2 --dist=loadfile --no-loadscope-reorder tests/unit tests/lifecycle tests/infra

.PHONY: pythons
pythons: ## Run the unit tests under each Python from 3.11 on that this computer has
	$(call install,dev sdk)
	@python installation/pythons.py

.PHONY: check
check: ## Lint, format, types, and the workflows' syntax and security
	$(call install,dev)
	@ruff check .
	@ruff format --check .
	@mypy
	@actionlint .github/workflows/*.yml
	@zizmor --offline --quiet --persona=pedantic .github

.PHONY: bench
bench: ## Measure synthesis, validation and the making of manifests, some minutes
	$(call install,local sdk)
	@python -m benchmarks.synthesis
	@python -m benchmarks.validate
	@python -m benchmarks.manifest

.PHONY: surroundings
surroundings: ## Run the demo behind proxies, without HOME, read-only, killed at its steps …, half an hour
	$(call install,local sdk)
	@python -m tests.surroundings

.PHONY: docs
docs: ## Write anew what is made from code and data: task-types.md, environment.md and a table of operating.md in docs/, environments/schema.json, bootstrap/policies.yaml
	$(call install,core)
	@python -m docs.task_types
	@python -m docs.environment_schema
	@python -m docs.environment
	@python -m docs.operating
	@python -m bootstrap.policies

.PHONY: snapshots
snapshots: ## Write what the tests show of templates, jobs, plans and help anew, in tests/data/
	$(call install,dev sdk)
	@python -m pytest --quiet --update-golden-files tests/infra/test_snapshots.py tests/infra/test_catalogue.py tests/programs/test_plan.py tests/unit/cli/test_command.py tests/unit/cli/doctor/test_doctor.py

# One version of a package, with the hashes of its files for every platform, whatever part has it.
compile = uv pip compile --quiet --universal --fork-strategy fewest --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

.PHONY: lock
lock: ## Take the newest versions that pyproject.toml and package.json allow
	$(call install,dev)
	@$(compile) --upgrade --all-extras pyproject.toml --output-file requirements-dev.txt
	@$(compile) --extra local --constraint requirements-dev.txt pyproject.toml --output-file requirements-local.txt
	@$(compile) --constraint requirements-dev.txt pyproject.toml --output-file requirements.txt
	@$(compile) --upgrade --no-config --group audit --python-version 3.11 --output-file requirements-audit.txt
	@npm install --package-lock-only --no-audit --no-fund

# What were verbs of make say, for one release, what to write instead.
moved = $(error write `.venv/bin/ground-truth $(strip $(1))` instead of `make $@`)
environment = $(or $(ENV),dev)

.PHONY: workers test-aws plan deploy drift audit
workers: ; $(call moved,workers $(environment) $(if $(REMIND),--remind $(REMIND)))
test-aws deploy drift: ; $(call moved,$@ $(environment))
plan: ; $(call moved,plan --base $(or $(BASE),origin/main) $(if $(FORMAT),--format $(FORMAT)) $(if $(COUNTS),--counts $(COUNTS)))
audit: ; $(call moved,audit)

.DEFAULT:
	$(error there is no verb `$@`; `make` lists them)
