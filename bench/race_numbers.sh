#!/bin/sh
# Builds our side of the race of the numbers, and runs it.
#   bench/race_numbers.sh          1 and 10 million person-months; writes the page of figures
#   bench/race_numbers.sh --smoke  few rows, only that all agree
set -eu
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
if [ "${1:-}" = --smoke ]; then
    cargo build --quiet --workspace --example nb_race
    exec python3 bench/race_numbers.py --program "$target/debug/examples/nb_race" --smoke
fi
cargo build --quiet --release -p kith-effect --example nb_race
exec python3 bench/race_numbers.py --program "$target/release/examples/nb_race" --page docs/reference/speed-of-numbers.md
