#!/bin/sh
# What takes long to make anew: the pictures of every screen, what each page
# asks of the database, and the behaviour of each analysis on made-up people
# whose true effect is known (about ten minutes on one core).
set -eu
cd "$(dirname "$0")/.."

sh scripts/pictures.sh
KITH_WRITE_PAGE_COST=yes cargo test --quiet --workspace --test journeys -- page_cost
page=docs/reference/operating-characteristics.md
cargo run --quiet --release -p kith-effect --example operating_characteristics -- 300 >"$page.part"
mv "$page.part" "$page"
