#!/bin/sh
# What must hold before anybody is asked for a review. It is quick: the tests
# themselves are `make test`.
set -eu
cd "$(dirname "$0")/.."

echo "== format"
cargo fmt --check
echo "== lints"
cargo clippy --workspace --all-targets -- -D warnings
echo "== our own checks"
cargo xtask
echo "== documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet
echo "== dependencies"
if command -v cargo-deny >/dev/null 2>&1; then
    cargo deny --offline check bans licenses sources || cargo deny check bans licenses sources
    # Known weaknesses are asked for where the list of them can be reached.
    if cargo deny fetch db >/dev/null 2>&1; then
        cargo deny --offline check advisories
    else
        echo "left out: the list of known weaknesses cannot be reached"
    fi
else
    echo "left out: cargo-deny is not installed (cargo install cargo-deny)"
fi
echo "== generated pages"
cargo xtask docs
if ! git diff --exit-code --stat -- docs/reference; then
    echo "check: \`make generate\` changed these pages: commit them"
    exit 1
fi
echo "check: all is well"
