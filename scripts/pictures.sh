#!/bin/sh
# Pictures of every screen into target/pictures.
set -eu
cd "$(dirname "$0")/.."

if [ -z "${KITH_BIN:-}" ]; then
    cargo build --quiet -p kith
    KITH_BIN=$(cd "${CARGO_TARGET_DIR:-target}/debug" && pwd)/kith
    export KITH_BIN
fi
folder=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)/pictures
rm -rf "$folder"
node e2e/pictures.mjs "$folder"
