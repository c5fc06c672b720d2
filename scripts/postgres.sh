#!/bin/sh
# A PostgreSQL of our own for the tests, in a temporary folder.
#   scripts/postgres.sh start   starts it (or finds it running), prints its URL
#   scripts/postgres.sh url     prints its URL
#   scripts/postgres.sh again   starts it once more after it was killed
#   scripts/postgres.sh stop    stops it and removes the folder
# Works as root (the server then runs as the user postgres) and as anybody
# else. KITH_POSTGRES_DIR chooses the folder. Nothing in it is worth keeping:
# syncs are off, unless KITH_POSTGRES_SYNCS is on.
set -eu

dir=${KITH_POSTGRES_DIR:-${TMPDIR:-/tmp}/kith-postgres-$(id -u)}

quick="-c fsync=off -c full_page_writes=off"
if [ "${KITH_POSTGRES_SYNCS:-off}" = on ]; then quick=""; fi

say() { echo "postgres.sh: $*" >&2; }

# The server's programs: on the path, or where Debian keeps them.
if ! command -v initdb >/dev/null 2>&1 || ! command -v pg_ctl >/dev/null 2>&1; then
    for bin in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin; do
        [ -x "$bin/initdb" ] && [ -x "$bin/pg_ctl" ] && PATH=$bin:$PATH
    done
fi

as_server() {
    if [ "$(id -u)" -ne 0 ]; then
        "$@"
    elif command -v runuser >/dev/null 2>&1; then
        runuser -u postgres -- env PATH="$PATH" "$@"
    else
        setpriv --reuid=postgres --regid=postgres --init-groups env PATH="$PATH" "$@"
    fi
}

# Starts the server on a port.
serve() {
    as_server pg_ctl -D "$dir/data" -l "$dir/server.log" -w -t 30 \
        -o "-p $1 -h 127.0.0.1 -k $dir $quick \
            -c max_connections=300 -c shared_buffers=128MB -c autovacuum=off" \
        start >"$dir/start.log" 2>&1
}

running() { [ -f "$dir/url" ] && as_server pg_ctl -D "$dir/data" status >/dev/null 2>&1; }

start() {
    if running; then
        cat "$dir/url"
        return
    fi
    if ! command -v initdb >/dev/null 2>&1; then
        say "no initdb here: install postgresql"
        exit 1
    fi
    if [ "$(id -u)" -eq 0 ] && ! id postgres >/dev/null 2>&1; then
        say "as root there must be a user postgres to run the server as"
        exit 1
    fi
    rm -rf "$dir"
    mkdir -p -m 700 "$dir"
    if [ "$(id -u)" -eq 0 ]; then
        chown postgres "$dir"
    fi
    as_server initdb -D "$dir/data" -U kith --auth=trust --encoding=UTF8 --locale=C \
        --no-sync >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; exit 1; }
    # Whoever has a port keeps it: we try the next.
    first=$((20000 + ($(id -u) * 7 + $$) % 20000))
    for port in $(seq "$first" $((first + 20))); do
        if serve "$port"; then
            echo "postgres://kith@127.0.0.1:$port/postgres" >"$dir/url"
            cat "$dir/url"
            return
        fi
    done
    cat "$dir/start.log" "$dir/server.log" >&2
    exit 1
}

# What the killed server left behind ends by itself, a little later.
again() {
    port=$(sed 's|.*:\([0-9]*\)/.*|\1|' "$dir/url")
    for _ in $(seq 1 50); do
        if serve "$port"; then
            cat "$dir/url"
            return
        fi
        sleep 0.2
    done
    cat "$dir/start.log" >&2
    exit 1
}

stop() {
    if running; then
        as_server pg_ctl -D "$dir/data" -m immediate -w stop >/dev/null
    fi
    rm -rf "$dir"
}

case "${1:-}" in
    start) start ;;
    again) again ;;
    url) running && cat "$dir/url" ;;
    stop) stop ;;
    *) say "start, url, again or stop"; exit 2 ;;
esac
