#!/bin/sh
# Installs what the tests need and this machine lacks: PostgreSQL, Chromium,
# strace, npm, and the packages of the pages and of the browser tests. On
# Debian, as root, it does so; elsewhere it says what is missing and goes on:
# a test that needs it then says that it is left out.
set -eu
cd "$(dirname "$0")/.."

lacking=
lacks() { lacking="$lacking $1"; }

command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || lacks postgresql
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || lacks chromium
command -v strace >/dev/null 2>&1 || lacks strace
command -v npm >/dev/null 2>&1 || lacks "nodejs npm"

if [ -n "$lacking" ]; then
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "setup: installing$lacking"
        export DEBIAN_FRONTEND=noninteractive
        # Their own servers are not wanted: the tests start one themselves.
        mkdir -p /etc/postgresql-common
        [ -e /etc/postgresql-common/createcluster.conf ] ||
            echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
        # shellcheck disable=SC2086 # a list of packages
        { apt-get update -q && apt-get install -q -y --no-install-recommends $lacking; } >/dev/null ||
            echo "setup: could not install$lacking: what needs them is left out"
    else
        echo "setup: please install$lacking (Debian's names): what needs them is left out"
    fi
fi

# Packages of npm: as their lock files say, without running scripts.
for folder in crates/pages e2e; do
    [ -f "$folder/package-lock.json" ] || continue
    if [ ! -d "$folder/node_modules" ] || [ "$folder/package-lock.json" -nt "$folder/node_modules" ]; then
        if command -v npm >/dev/null 2>&1; then
            echo "setup: npm packages of $folder"
            (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error && touch node_modules)
        else
            echo "setup: without npm the packages of $folder are missing"
        fi
    fi
done
