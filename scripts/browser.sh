#!/bin/sh
# The journeys in a real browser. Left out, with a line that says so, where
# there is no Chromium or no npm.
set -eu
cd "$(dirname "$0")/.."

if ! command -v chromium >/dev/null 2>&1 && ! command -v chromium-browser >/dev/null 2>&1 && [ -z "${CHROMIUM:-}" ]; then
    echo "left out: the browser's journeys: no Chromium here"
    exit 0
fi
if [ ! -d e2e/node_modules ]; then
    echo "left out: the browser's journeys: run scripts/setup.sh (it needs npm)"
    exit 0
fi
if [ -z "${KITH_BIN:-}" ]; then
    cargo build --quiet -p kith
    KITH_BIN=$(cd "${CARGO_TARGET_DIR:-target}/debug" && pwd)/kith
    export KITH_BIN
fi
cd e2e
npm test --silent
