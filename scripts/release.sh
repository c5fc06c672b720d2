#!/bin/sh
# Builds the program for use (docs/decisions/0007-release-build.md):
#   scripts/release.sh                  target/release/kith, as `make demo` does
#   scripts/release.sh --profile dist   target/dist/kith, for a server: linked as
#                                       one, which takes minutes more
set -eu
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- --release
exec "${CARGO:-cargo}" build --workspace --bin kith "$@"
