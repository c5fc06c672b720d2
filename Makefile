# What there is to do here. `make demo` needs Rust and npm; the rest installs
# what it lacks on Debian, or says what that is.

CARGO ?= cargo

.PHONY: help demo setup test test-long check fix generate generate-long bench pictures

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

demo: ## Kith with made-up people, at http://127.0.0.1:8080
	@CARGO="$(CARGO)" sh scripts/release.sh
	@"$${CARGO_TARGET_DIR:-target}/release/kith" demo

setup: ## installs what the tests need (Debian, as root), or says what is missing
	@sh scripts/setup.sh

test: setup ## everything: both databases, the browser, the smoke of the benchmark
	@sh scripts/test.sh

test-long: setup ## the same with the long loops of the fault tests
	@sh scripts/test.sh long

check: ## what must hold before a review: format, lints, our own checks, generated pages
	@sh scripts/check.sh

fix: ## formats, and mends what the tools can mend
	$(CARGO) fmt
	$(CARGO) clippy --workspace --all-targets --fix --allow-dirty --allow-staged

generate: ## writes the pages that are never typed: command line, permissions, routes, tables, states
	@$(CARGO) xtask docs

generate-long: generate ## and what takes long: the simulations behind the statistics, the pictures
	@sh scripts/generate_long.sh

bench: setup ## one table: our figure, the peer's, the limit, the ratio
	@sh bench/run.sh

pictures: setup ## every screen of every role into target/pictures
	@sh scripts/pictures.sh
