#!/bin/sh
# Pictures of every screen into target/pictures.
set -eu
cd "$(dirname "$0")/.."

cargo build --quiet -p kith
target=${CARGO_TARGET_DIR:-target}
KITH_BIN=$(cd "$target/debug" && pwd)/kith
export KITH_BIN
folder=$(cd "$target" && pwd)/pictures
rm -rf "$folder"
node e2e/pictures.mjs "$folder"
