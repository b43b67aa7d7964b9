# `make run` and `make test` are all a newcomer needs; the rest is for working on one thing.

DEMO := target/demo
NEXTEST := $(shell cargo nextest --version >/dev/null 2>&1 && echo yes)
PIE := target/release/pie
CALLS := $(CURDIR)/target/calls
FIGURES := $(CURDIR)/target/figures.txt
# Schedules of faults: in CI for ten minutes of its two cores together, elsewhere a few.
SCHEDULES := PIE_FIGURES=$(FIGURES) $(if $(CI),PIE_SCHEDULES_MINUTES=10)
FUNCTIONS := $(patsubst functions/%/Cargo.toml,%,$(wildcard functions/*/Cargo.toml))

.PHONY: run up load forecast test tidy infra infra-lint sbom lambda sam binaries calls fmt fmt-check lint unit web browser pictures speed doc words deny advisories bench fuzz schedules mutants help

run: ## build the web app and the release, and start everything: open the link it prints
	npm --prefix web ci
	npm --prefix web run build
	cargo build --release --package local
	$(PIE) up

up: ## build the release and start the whole product; Ctrl-C stops it
	cargo build --release --package local
	$(PIE) up

load: ## requests a second and their latency; needs wrk and python3
	cargo build --release --package local
	python3 bench/load.py

forecast: ## build the release, invent a company, forecast it
	cargo build --release --package local
	$(PIE) demo --out $(DEMO) --force
	$(PIE) forecast $(DEMO) --html $(DEMO)/forecast.html
	@echo
	@echo "Report: $(CURDIR)/$(DEMO)/forecast.html"

test: fmt-check tidy infra words deny web lint unit doc browser ## every check, cheapest first

tidy: ## the project's rules about itself
	cargo xtask tidy

infra: ## the cloud's templates against each other and the code
	cargo xtask infra check

infra-lint: ## the templates by cfn-lint and checkov; needs python3
	python3 -m venv target/infra-lint
	target/infra-lint/bin/pip install --quiet --require-virtualenv --requirement infra/requirements.txt
	target/infra-lint/bin/cfn-lint infra/*.yaml
	target/infra-lint/bin/checkov --directory infra --framework cloudformation --quiet --compact --skip-download

lambda: ## the functions as AWS runs them; needs cargo-lambda and a C cross-compiler
	cargo lambda build --profile deployed --arm64 --output-format zip --locked $(addprefix --package ,$(FUNCTIONS))

# SAM builds with --release and knows no other profile, so here that says what `deployed` says.
sam: export CARGO_PROFILE_RELEASE_OPT_LEVEL = s
sam: export CARGO_PROFILE_RELEASE_LTO = fat
sam: export CARGO_PROFILE_RELEASE_DEBUG = false
sam: export CARGO_PROFILE_RELEASE_STRIP = symbols
sam: ## what `sam deploy` sends; needs sam and cargo-lambda
	sam build

sbom: ## what is built in, as CycloneDX
	cargo xtask sbom > target/sbom.cdx.json

fmt: ## format the code
	cargo fmt --all

fmt-check:
	cargo fmt --all --check

lint: ## clippy, with warnings as errors
	cargo clippy --workspace --all-targets --locked -- --deny warnings

web/node_modules/.package-lock.json: web/package-lock.json
	npm --prefix web ci --no-audit --no-fund
	@touch $@

web: web/node_modules/.package-lock.json ## the web app: types, units, components, size; needs node
	npm --prefix web run check
	npm --prefix web test

# With a test beside it the dependencies are those that the tests have built.
browser: web/node_modules/.package-lock.json ## the web app in a real Chromium, against a real `pie up`
	cargo build --workspace --bin pie --test verify --locked
	PIE_BIN=$(CURDIR)/target/debug/pie npm --prefix web run generate:check
	@if node web/scripts/chromium.mjs >/dev/null; then \
	  npm --prefix web run build && PIE_BIN=$(CURDIR)/target/debug/pie npm --prefix web run test:browser; \
	elif [ -n "$(CI)" ] && [ -z "$(PIE_NO_CHROMIUM)" ]; then echo "browser: no Chromium found, and nothing is skipped in CI"; exit 1; \
	else echo "browser: no Chromium found, skipped"; fi

pictures: browser ## the README's pictures, from a run of the browser tests
	npm --prefix web run pictures

speed: web/node_modules/.package-lock.json ## how long the web app keeps people waiting, with 10,000 deals; for a quiet machine
	cargo build --release --package local
	npm --prefix web run build
	PIE_BIN=$(CURDIR)/$(PIE) npm --prefix web run speed

unit: ## unit, property, golden and command-line tests; what they asked of AWS against the roles
	rm -rf $(CALLS) $(FIGURES)
	mkdir -p $(dir $(FIGURES))
ifeq ($(NEXTEST),yes)
	PIE_CALLS=$(CALLS) $(SCHEDULES) cargo nextest run --workspace --locked $(if $(CI),--profile ci)
else
	PIE_CALLS=$(CALLS) $(SCHEDULES) cargo test --workspace --all-targets --locked $(if $(CI),--no-fail-fast)
endif
	@cat $(FIGURES)
	cargo xtask calls check $(CALLS)

binaries: ## the functions' real binaries under Lambda's Runtime API, on an AWS over loopback
	cargo build --workspace --bins --test binaries --locked
	cargo test --workspace --test binaries --locked

calls: ## the roles against what the functions asked of AWS in the last run of unit
	cargo xtask calls check $(CALLS)

doc: ## the examples in the documentation
	cargo test --doc --workspace --locked --quiet

words: ## spelling, where typos is installed
	@if command -v typos >/dev/null; then typos; else echo "words: typos is not installed, skipped"; fi

deny: ## licences and sources of dependencies, where cargo-deny is installed
	@if command -v cargo-deny >/dev/null; then cargo deny --locked check bans licenses sources; else echo "deny: cargo-deny is not installed, skipped"; fi

advisories: ## known vulnerabilities; asks the network, so it is not part of test
	cargo deny --locked check advisories

bench: ## speed beside named peers; see bench/README.md for PIE_PEERS_PYTHON
	cargo run --release --package bench

fuzz: ## each reader of files, SECONDS (60) long
	for target in csv json ndjson xes verify; do fuzz/run $$target $(or $(SECONDS),60) || exit 1; done

schedules: ## faults on the real handlers: COUNT (4000) schedules of each source, and 10,000 orders of events
	PIE_SCHEDULES=$(or $(COUNT),4000) PIE_PERMUTATIONS=10000 cargo test --release --workspace --test in_step -- --nocapture every_schedule events_converge

mutants: ## takes parts of the sync's protocol out, one at a time: the schedules must notice
	functions/sync/tests/mutants/run.sh

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 12
