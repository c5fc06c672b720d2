#!/bin/sh
# What takes long to make anew: the pictures of every screen, and the
# behaviour of each analysis on made-up people whose true effect is known
# (about ten minutes on one core).
set -eu
cd "$(dirname "$0")/.."

sh scripts/pictures.sh
page=docs/reference/operating-characteristics.md
cargo run --quiet --release -p kith-effect --example operating_characteristics -- 300 >"$page.part"
mv "$page.part" "$page"
