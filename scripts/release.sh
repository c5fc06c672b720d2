#!/bin/sh
# Builds the program for use (docs/decisions/0007-release-build.md):
#   scripts/release.sh                  target/release/kith, as `make demo` does
#   scripts/release.sh --profile dist   target/dist/kith, for a server: linked as
#                                       one, which takes minutes more
# The SQLite inside counts no memory and has no common pool of pages (each
# would cost a lock that every reader waits for), has no cache shared between
# connections, and keeps a plan once made.
set -eu
cd "$(dirname "$0")/.."
export LIBSQLITE3_FLAGS="-DSQLITE_DEFAULT_MEMSTATUS=0 -DSQLITE_ENABLE_QPSG -USQLITE_ENABLE_MEMORY_MANAGEMENT -USQLITE_ENABLE_STAT4 -USQLITE_ENABLE_API_ARMOR -DSQLITE_OMIT_SHARED_CACHE"
[ $# -gt 0 ] || set -- --release
exec "${CARGO:-cargo}" build --workspace --bin kith "$@"
