#!/bin/sh
# Races Kith with a plain Django application on the same data and machine,
# prints one table (our figure, the peer's, the limit and whether it holds), and
# writes it to docs/reference/speed.md. Absolute times are not promises: the
# machine is part of them.
#   bench/run.sh          the whole race (half an hour, builds in release)
#   bench/run.sh --smoke  small data, no limit on any time: only that it runs
set -eu
cd "$(dirname "$0")/.."

if ! command -v python3 >/dev/null 2>&1; then
    echo "left out: the benchmark: python3 is not installed"
    exit 0
fi
sh bench/race_numbers.sh "${1:-}"
if ! command -v wrk >/dev/null 2>&1; then
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1 &&
        apt-get install -q -y --no-install-recommends wrk >/dev/null 2>&1; then
        echo "bench: installed wrk"
    else
        echo "left out: the benchmark: wrk is not installed"
        exit 0
    fi
fi
target=${CARGO_TARGET_DIR:-target}
if [ "${1:-}" = --smoke ]; then
    if [ -z "${KITH_BIN:-}" ]; then
        cargo build --quiet -p kith
        KITH_BIN=$target/debug/kith
    fi
    exec python3 bench/race.py --program "$KITH_BIN" --smoke
fi
sh scripts/release.sh --profile dist
own_server=
if [ -z "${KITH_TEST_POSTGRES:-}" ]; then
    if KITH_TEST_POSTGRES=$(sh scripts/postgres.sh url 2>/dev/null); then
        :
    elif KITH_TEST_POSTGRES=$(sh scripts/postgres.sh start); then
        own_server=yes
    else
        KITH_TEST_POSTGRES=
    fi
fi
export KITH_TEST_POSTGRES
trap '[ -z "$own_server" ] || sh scripts/postgres.sh stop' EXIT
python3 bench/race.py --program "$target/dist/kith" --write docs/reference/speed.md
