#!/bin/sh
# Runs everything, on both databases, and ends with the lines that count.
# `test.sh long` turns the loops of the fault tests up.
set -eu
cd "$(dirname "$0")/.."

log=$(mktemp)
said=$(mktemp)
own_server=
running=
clean() {
    [ -z "$running" ] || kill "$running" 2>/dev/null || true
    [ -z "$own_server" ] || sh scripts/postgres.sh stop
    rm -f "$log" "$said"
}
trap clean EXIT
trap 'exit 130' INT TERM

export KITH_FAULT_LOOPS=100
if [ "${1:-}" = long ]; then
    export KITH_FAULT_LOOPS=1000 KITH_TEST_LONG=1
fi

if [ -n "${KITH_TEST_POSTGRES:-}" ]; then
    echo "test: PostgreSQL at KITH_TEST_POSTGRES"
elif sh scripts/postgres.sh url >/dev/null 2>&1; then
    KITH_TEST_POSTGRES=$(sh scripts/postgres.sh url)
elif KITH_TEST_POSTGRES=$(sh scripts/postgres.sh start); then
    own_server=yes
else
    echo "test: no PostgreSQL here: its half of the tests is left out"
    KITH_TEST_POSTGRES=
fi
export KITH_TEST_POSTGRES

# Not through a pipe: it would hide the outcome, and something that a failed
# test left running would hold it open for ever.
step() {
    name=$1
    shift
    echo "== $name"
    "$@" >"$said" 2>&1 </dev/null &
    running=$!
    tail -n +1 -f --pid="$running" "$said"
    outcome=0
    wait "$running" || outcome=$?
    running=
    [ "$outcome" -eq 0 ] || echo "test: FAILED: $name" | tee -a "$said"
    cat "$said" >>"$log"
}

# Everything is built once, with one set of features; what follows uses that.
target=${CARGO_TARGET_DIR:-target}
step "build" cargo build --workspace --all-targets
KITH_BIN=$(cd "$target/debug" && pwd)/kith
export KITH_BIN
step "tests" cargo test --workspace --no-fail-fast
if cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1; then
    step "the format" cargo fmt --check
    step "the lints" cargo clippy --quiet --workspace --all-targets -- -D warnings
else
    echo "left out: format and lints: rustup component add rustfmt clippy" | tee -a "$log"
fi
step "our own checks" "$target/debug/xtask"
step "the browser" sh scripts/browser.sh
step "the benchmark runs" sh bench/run.sh --smoke

echo
echo "== what was left out"
grep -E '^(skipped|left out)' "$log" | sort | uniq -c || echo "nothing"
echo "== results"
grep -E '^test result:|^test .*FAILED|^# (tests|pass|fail) ' "$log" || true
grep '^test result:' "$log" | awk '{ passed += $4; failed += $6; ignored += $8 }
    END { printf "all together: %d passed; %d failed; %d ignored\n", passed, failed, ignored }'
if grep '^test: FAILED: ' "$log"; then
    exit 1
fi
echo "test: everything passed"
