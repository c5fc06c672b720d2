#!/bin/sh
# What takes long to make anew: the pictures of every screen, what each page
# asks of the database, and the behaviour of each analysis on made-up people whose true effect is known.
set -eu
cd "$(dirname "$0")/.."

sh scripts/pictures.sh
KITH_WRITE_PAGE_COST=yes cargo test --quiet --workspace --test journeys -- page_cost
cargo build --quiet --release -p kith
target=${CARGO_TARGET_DIR:-target}
"$target/release/kith" effect simulate --ratio 1 --out docs/reference/simulation-no-effect
"$target/release/kith" effect simulate --ratio 0.8 --out docs/reference/simulation-effect
