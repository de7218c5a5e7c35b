# Each target bootstraps .venv from requirements.lock by itself; nothing else has to be installed first but Python 3.11+ and make.
PYTHON ?= python3
BIN := .venv/bin
CUSTOMERS ?= 2000

export DAGSTER_HOME := $(CURDIR)
export DAGSTER_DISABLE_TELEMETRY := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export RUNTIME__DLTHUB_TELEMETRY := false
export GX_ANALYTICS_ENABLED := false

.PHONY: demo test faults fuzz ui app bench lint lint-python lint-sql lint-secrets sbom audit clean

.venv/.ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# Tools that look at the project and are no part of it: an environment of their own.
.venv-tools/.ready: .ci/tools.lock
	$(PYTHON) -m venv .venv-tools
	.venv-tools/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r .ci/tools.lock
	touch $@

demo: .venv/.ready  ## the planted company from its vendors' APIs to published KPIs
	$(BIN)/cx demo --customers $(CUSTOMERS)

test: .venv/.ready
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

faults: .venv/.ready  ## every source under every fault, ten kills of the demo, 200 kills of its phases, readers under load
	CX_KILLS=10 $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests/faults tests/demo/test_killed.py
	$(BIN)/python -m tests.faults.crashes  # every phase killed at 200 points, and what else befalls a machine: hours
	$(BIN)/python -m tests.faults.readers  # sixteen readers, fifty publications, ten minutes

fuzz: .venv/.ready  ## 100,000 inputs of rubbish, shared out among all parsers and the command line
	$(BIN)/python -m tests.fuzz --inputs 100000

ui: .venv/.ready  ## Dagster on http://127.0.0.1:3000
	$(BIN)/cx ui

app: .venv/.ready  ## what was published, to look at, on http://127.0.0.1:8501; in a fresh clone the planted company first
	test -e "$${CX_DATA_DIR:-data}/warehouse/cx.duckdb" || $(BIN)/cx demo --customers $(CUSTOMERS)
	$(BIN)/cx app

bench: .venv/.ready
	$(BIN)/cx bench --customers 100000

lint: .venv/.ready
	$(MAKE) --no-print-directory --jobs 2 lint-python lint-sql lint-secrets

lint-python: .venv/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lint-sql: .venv/.ready
	CX_WAREHOUSE=:memory: CX_PUBLISHED_NEXT=:memory: $(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models dbt_project/tests

# What stands in for a secret in the sandbox, in documentation and in tests says so.
STAND_INS := sandbox-|^(secret|password|wrong|hush|sesame)$$
STAND_IN_LINES := [a-z]-secrets|fixed sandbox value|CX_(ACTIVATE_WEBHOOK|SUPERSET)_[A-Z]+|PRIVATE KEY-----.{1,2}n(secret|AAAA)|--exclude
SCANNED := ':!*.lock' ':!*.png' ':!*.sql' ':!dbt_project/seeds' ':!dbt_project/models'

lint-secrets: .venv-tools/.ready  ## no password, key or token in what is committed
	git ls-files -z -- $(SCANNED) | xargs -0 .venv-tools/bin/detect-secrets-hook \
		--exclude-secrets '$(STAND_INS)' --exclude-lines '$(STAND_IN_LINES)'

sbom: .venv-tools/.ready  ## the locked packages with their hashes as CycloneDX, in sbom.cdx.json
	.venv-tools/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible --of JSON -o sbom.cdx.json

audit: .venv-tools/.ready  ## known vulnerabilities of the locked packages; asks the package index, so it needs the network
	.venv-tools/bin/pip-audit --strict --require-hashes --disable-pip --progress-spinner off -r requirements.lock \
		|| { echo "audit: not passed. Either a package above has a known vulnerability, or it could not be asked for: that needs the network."; exit 1; }

clean:  ## removes data that the demo made; the virtual environment stays
	rm -rf data/warehouse data/published data/quarantine data/docs data/sandbox data/.dlt data/.dagster dbt_project/target
