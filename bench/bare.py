"""What the database alone can do: the rows of one referral, written straight
into a copy of the same tables, 64 referrals to a commit that is synced."""

import os
import sqlite3
import subprocess
import time
import urllib.parse

AT_ONCE = 64
# The table, and the column that says which of its rows belong to the referral.
ROWS = [
    ("person", "id", "person"),
    ("person_word", "person_id", "person"),
    ("referral", "id", "referral"),
    ("referral_move", "referral_id", "referral"),
    ("practice_message", "referral_id", "referral"),
    ("audit", "object_id", "referral"),
    ("outbox", "person_id", "person"),
]


def new_id():
    at = int(time.time() * 1000).to_bytes(6, "big")
    return at + b"\x70" + os.urandom(9)


def templates(database):
    """The rows of the newest referral, and the statement of each table."""
    person, referral = database.execute(
        "select person_id, id from referral where source = 'practice' order by received_at desc, id desc limit 1").fetchone()
    whose = {"person": person, "referral": referral}
    made = []
    for table, column, kind in ROWS:
        found = database.execute(f"select * from {table} where {column} = ? order by 1, 2", (whose[kind],))
        names = [one[0] for one in found.description]
        places = ", ".join("?" for _ in names)
        for row in found.fetchall():
            made.append((f"insert into {table} ({', '.join(names)}) values ({places})", names, row))
    return person, referral, made


def changed(names, row, ids, number):
    values = []
    for name, value in zip(names, row):
        if isinstance(value, bytes) and value in ids:
            value = ids[value]
        elif name == "id":
            value = new_id()
        elif name in ("reference", "once_key"):
            value = f"bare-{number}"
        elif name == "nhs_number":
            value = None
        values.append(value)
    return values


def group_commit(file, work, seconds=4):
    """Referrals a second."""
    copy = work / "bare.db"
    for ending in ("", "-wal", "-shm"):
        (work / f"bare.db{ending}").unlink(missing_ok=True)
    # While the server has it open the file alone is not whole: SQLite copies it.
    with sqlite3.connect(file) as whole:
        whole.execute("vacuum into ?", (str(copy),))
    database = sqlite3.connect(copy, isolation_level=None, cached_statements=64)
    for pragma in ("journal_mode = wal", "synchronous = full", "foreign_keys = on", "cache_size = -32768"):
        database.execute(f"pragma {pragma}")
    person, referral, made = templates(database)
    number, began = 0, time.monotonic()
    while time.monotonic() - began < seconds:
        database.execute("begin immediate")
        for _ in range(AT_ONCE):
            number += 1
            ids = {person: new_id(), referral: new_id()}
            for sql, names, row in made:
                database.execute(sql, changed(names, row, ids, number))
        database.execute("commit")
    rate = number / (time.monotonic() - began)
    database.close()
    copy.unlink()
    return rate


def new_database(server, name, work, owner=None):
    """An empty database on the server, and its address; what an earlier run
    left goes, and with it the mark that it was filled."""
    def ask(sql):
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", server, "-c", sql], check=True)
    if owner:
        ask(f"do $$ begin create role {owner} superuser login; exception when duplicate_object then null; end $$")
    ask(f"drop database if exists {name} with (force)")
    ask(f"create database {name}")
    for mark in (*work.glob("kith-*-pg/seeded"), work / "peer" / "seeded-pg"):
        if (name == "djb") == (mark.parent.name == "peer"):
            mark.unlink(missing_ok=True)
    at = urllib.parse.urlsplit(server)
    return at._replace(path=f"/{name}").geturl()
