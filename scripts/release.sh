#!/bin/sh
# Builds the program for use, as `make demo` and `make bench` do:
#   scripts/release.sh [more for cargo]
# The SQLite inside counts no memory and has no common pool of pages (each
# would cost a lock that every reader waits for), and keeps a plan once made
# (docs/decisions/0007-release-build.md).
set -eu
cd "$(dirname "$0")/.."
export LIBSQLITE3_FLAGS="-DSQLITE_DEFAULT_MEMSTATUS=0 -DSQLITE_ENABLE_QPSG -USQLITE_ENABLE_MEMORY_MANAGEMENT -USQLITE_ENABLE_STAT4"
exec "${CARGO:-cargo}" build --release --workspace --bin kith "$@"
