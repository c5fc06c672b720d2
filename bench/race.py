"""Measures Kith, and races it with the Django application in
../shared/peers/casework where that folder is (the race is left out, with a
line that says so, where it is not). The peer has no sign-in, no permissions
and no protection of its forms; Kith is measured with all of them. What is
compared is the processor's time for a request, read from /proc: it depends
least on how busy the machine is. Both sides take turns, round by round, and
the middle round counts."""

import argparse
import datetime
import os
import pathlib
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

import bare
from browser import Browser, fields_of
from load import cpu_seconds, free_port, race, resident_mb, server_cpu, wait_for

HERE = pathlib.Path(__file__).resolve().parent
PEER = HERE.parent.parent / "shared" / "peers" / "casework"
CONNECTIONS, SECONDS, ROUNDS, SIGNED_IN = 64, 4, 3, 24
MIDDLE, SMALL, LARGE = 100_000, 10_000, 1_000_000


class Kith:
    """Our program, served as the demonstration so that it can be signed in to."""

    def __init__(self, program, cases, work, server=None):
        self.server = server
        folder = work / f"kith-{cases}{'-pg' if server else ''}"
        database = server or f"sqlite:{folder / 'kith.db'}"
        self.file = None if server else folder / "kith.db"
        folder.mkdir(parents=True, exist_ok=True)
        seeded = folder / "seeded"
        earlier = ", in an earlier run" if seeded.exists() else ""
        if not earlier:
            began, before = time.monotonic(), os.times()
            subprocess.run([program, "--database", database, "seed", "--cases", str(cases)], check=True, stdout=subprocess.DEVNULL)
            after = os.times()
            seeded.write_text(f"{time.monotonic() - began:.0f} ({sum(after[2:4]) - sum(before[2:4]):.0f})")
        self.seeded_in = seeded.read_text() + earlier
        self.origin = f"http://127.0.0.1:{free_port()}"
        began = time.monotonic()
        command = [program, "--database", database, "demo", "--port", self.origin.rsplit(":", 1)[1], "--data", str(folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_for(f"{self.origin}/health", 120, self.process)
        self.started_in = time.monotonic() - began
        self.pid = self.process.pid

    def cpu(self):
        return cpu_seconds(self.pid) + (server_cpu(self.server) if self.server else 0.0)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def caseload(self, work, many=SIGNED_IN):
        """The caseload page of several link workers, each signed in."""
        browsers = [Browser(self.origin, name) for name in Browser.names(self.origin, "Link worker")[:many]]
        pages = [one.page("/caseload") for one in browsers]
        rows = min(page.count("<tr") - 1 for page in pages)
        print(f"the caseload page of {len(pages)}: at least {rows} rows, {len(pages[0]) // 1024} KiB")
        cookies = ", ".join(f'"{one.cookies()}"' for one in browsers)
        get = f"""
local cookies = {{ {cookies} }}
request = function()
  return wrk.format("GET", "/caseload", {{ ["Cookie"] = cookies[math.random(#cookies)] }})
end
"""
        return Runner("caseload", self, get, work)

    def refer(self, work):
        """The referral form, sent by practice staff who are signed in."""
        browser = Browser(self.origin, "Rita Shah")
        form = max(re.findall(r"<form.*?</form>", browser.page("/refer"), re.S), key=len)
        fields = fields_of(form) | {"given": "Aisha", "family": "Aname", "born-day": "3", "born-month": "5", "born-year": "1951"}
        fields.pop("once", None)
        body = urllib.parse.urlencode(fields)
        # Each referral is of somebody else, and is sent once under a key like
        # those of our pages. Names are as common as names are: the n-th of
        # 20,000 family names, and of 2,000 given names, 1/n as often as the
        # first; birth dates are spread over 71 years.
        post = f"""
math.randomseed(os.time() + {self.pid})
local letters = "abcdefghijklmnopqrstuvwxyz"
local function word(n)
  local out = {{}}
  for i = 1, n do local at = math.random(1, 26) out[i] = letters:sub(at, at) end
  return table.concat(out)
end
local consonants, vowels = "btfklmnrsj", "aeiou"
local function name(of, syllables)
  local rest, out = math.floor(of ^ math.random()), {{}}
  for i = 1, syllables do
    local c, v = rest % 10 + 1, (rest + i) % 5 + 1
    out[i] = consonants:sub(c, c) .. vowels:sub(v, v)
    rest = math.floor(rest / 10)
  end
  return table.concat(out)
end
local body = "{body}"
request = function()
  local own = body:gsub("given=Aisha", "given=" .. name(2000, 4)):gsub("family=Aname", "family=" .. name(20000, 5)):gsub("born%-year=1951", "born-year=" .. math.random(1930, 2000))
    :gsub("born%-month=5", "born-month=" .. math.random(1, 12)):gsub("born%-day=3", "born-day=" .. math.random(1, 28))
  local head = {{ ["Content-Type"] = "application/x-www-form-urlencoded", ["Cookie"] = "{browser.cookies()}",
    ["Origin"] = "{self.origin}", ["Sec-Fetch-Site"] = "same-origin" }}
  return wrk.format("POST", "/refer", head, own .. "&once=" .. string.format("%08x", os.time()) .. word(16))
end
"""
        return Runner("refer", self, post, work)


class Django:
    """The peer, on the same machine and with as many cases."""

    def __init__(self, cases, work, server=None):
        self.server = server
        place = work / "peer"
        if not place.exists():
            shutil.copytree(PEER, place, copy_function=shutil.copyfile)
            for folder in [place, *(one for one in place.rglob("*") if one.is_dir())]:
                folder.chmod(0o755)
        python = place / "venv" / "bin" / "python"
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(place / "venv")], check=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", "django==5.2.*", "gunicorn", "psycopg[binary,pool]"], check=True)
        self.about = subprocess.run([python, "-c", "import django; print(django.__version__)"], capture_output=True, text=True, check=True).stdout.strip()
        world = os.environ | {"DB": "pg" if server else "sqlite", "PYTHONPATH": str(place), "DJANGO_SETTINGS_MODULE": ""}
        if server:
            at = urllib.parse.urlsplit(server)
            world |= {"PGHOST": at.hostname, "PGPORT": str(at.port)}
        seeded = place / f"seeded{'-pg' if server else ''}"
        if not seeded.exists():
            subprocess.run([python, "app.py", str(cases)], cwd=place, env=world, check=True, stdout=subprocess.DEVNULL)
            seeded.touch()
        self.origin = f"http://127.0.0.1:{free_port()}"
        gunicorn = [python, "-m", "gunicorn", "app:application", "-w", "3", "-b", self.origin[7:], "--log-level", "error"]
        self.process = subprocess.Popen(gunicorn, cwd=place, env=world)
        self.pid = self.process.pid
        wait_for(f"{self.origin}/caseload?worker=5", 60, self.process)

    def cpu(self):
        return cpu_seconds(self.pid) + (server_cpu(self.server) if self.server else 0.0)

    def stop(self):
        self.process.terminate()
        self.process.wait(30)

    def caseload(self, work):
        get = 'request = function() return wrk.format("GET", "/caseload?worker=" .. math.random(1, 400)) end\n'
        return Runner("caseload", self, get, work)

    def refer(self, work):
        post = """
request = function()
  return wrk.format("POST", "/referrals", { ["Content-Type"] = "application/json" },
    '{"org":1,"worker":1,"family":"Khan","given":"Aisha","dob":"1951-03-05","nhs":"","postcode":"LS1 4AP","reason":"Loneliness"}')
end
"""
        return Runner("refer", self, post, work)


class Runner:
    """One thing that is raced, and its rounds so far."""

    def __init__(self, name, who, script, work):
        self.name, self.who, self.script, self.work = name, who, script, work
        self.rounds = []

    def run(self, seconds=SECONDS, connections=CONNECTIONS, kept=True):
        one = race(self.who, self.script, self.work, seconds, connections)
        if kept:
            self.rounds.append(one)

    def middle(self, what):
        return sorted(one[what] for one in self.rounds)[len(self.rounds) // 2]


def in_turns(runners, rounds=ROUNDS):
    """A round nobody counts, then the rounds, each of all in turn. Ours is
    halted while another runs: the mail it still has to send would slow them.
    Not on a server, where an action that was halted would hold its locks."""
    ours = {one.who for one in runners if isinstance(one.who, Kith) and not one.who.server}
    for seconds, kept in [(1, False), *[(SECONDS, True)] * rounds]:
        for one in runners:
            others = ours - {one.who}
            for other in others:
                os.kill(other.pid, signal.SIGSTOP)
            try:
                one.run(seconds, kept=kept)
            finally:
                for other in others:
                    os.kill(other.pid, signal.SIGCONT)


class Table:
    """Rows of what was measured: ours, the peer's, the limit, whether it holds."""

    def __init__(self):
        self.rows = []

    def add(self, what, ours, peer="", limit="", holds=None):
        met = {None: "", True: "met", False: "NOT MET"}[holds]
        self.rows.append((what, ours, peer, limit, met))

    def compared(self, what, ours, peer, cpu_limit=None, rate_limit=None):
        mine, other = ours.middle("cpu"), peer.middle("cpu") if peer else None
        if peer is None:
            self.add(f"{what}: CPU ms a request", f"{mine:.2f}", "left out")
            self.add(f"{what}: a second", f"{ours.middle('rate'):.0f}", "left out")
            return
        share = other / mine
        self.add(f"{what}: CPU ms a request", f"{mine:.2f}", f"{other:.2f} ({share:.1f} times)",
                 f"1/{cpu_limit} of the peer's" if cpu_limit else "", share >= cpu_limit if cpu_limit else None)
        ratio = ours.middle("rate") / peer.middle("rate")
        self.add(f"{what}: requests a second", f"{ours.middle('rate'):.0f}", f"{peer.middle('rate'):.0f} (ours {ratio:.1f} times)",
                 f"{rate_limit} times the peer's" if rate_limit else "", ratio >= rate_limit if rate_limit else None)
        self.add(f"{what}: half within, 99 in 100 within, ms", f"{ours.middle('p50'):.1f}, {ours.middle('p99'):.1f}",
                 f"{peer.middle('p50'):.1f}, {peer.middle('p99'):.1f}")

    def print(self):
        head = ("what", "Kith", "Django", "limit", "")
        widths = [max(len(row[at]) for row in [head, *self.rows]) for at in range(len(head))]
        for row in [head, tuple("-" * width for width in widths), *self.rows]:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())

    def markdown(self):
        lines = ["| what | Kith | Django | limit | |", "|---|---|---|---|---|"]
        return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in self.rows])


def embedded(program, work, table):
    """Everything on SQLite: three sizes of ours, one of the peer's."""
    sizes, peer = {}, None
    try:
        for cases in (MIDDLE, SMALL, LARGE):
            kith = sizes[cases] = Kith(program, cases, work)
            table.add(f"making {cases:,} cases: s (CPU s)", kith.seeded_in)
            limit, holds = ("1000", kith.started_in < 1) if cases == MIDDLE else ("", None)
            table.add(f"start on {cases:,} cases, ms", f"{kith.started_in * 1000:.0f}", "", limit, holds)
        peer = Django(MIDDLE, work) if PEER.is_dir() else None
        ours = {cases: kith.caseload(work) for cases, kith in sizes.items()}
        theirs = peer.caseload(work) if peer else None
        in_turns([*ours.values(), *([theirs] if theirs else [])])
        table.compared(f"caseload page of 50, {MIDDLE:,} cases", ours[MIDDLE], theirs, cpu_limit=20)
        growth = ours[LARGE].middle("cpu") / ours[SMALL].middle("cpu")
        figures = ", ".join(f"{ours[cases].middle('cpu'):.2f}" for cases in (SMALL, MIDDLE, LARGE))
        table.add("caseload page at 10,000, 100,000, 1,000,000: CPU ms", f"{figures} ({growth:.2f} times)", "", "1.5 times from first to last", growth <= 1.5)
        refer, peer_refer = sizes[MIDDLE].refer(work), peer.refer(work) if peer else None
        in_turns([refer, *([peer_refer] if peer_refer else [])])
        table.compared("referral by form, 64 connections", refer, peer_refer, rate_limit=6)
        rate = bare.group_commit(sizes[MIDDLE].file, work)
        table.add("the same rows straight into SQLite, 64 referrals a commit: a second", "", f"bare: {rate:.0f}")
        memory = resident_mb(sizes[MIDDLE].pid)
        table.add(f"memory after the race on {MIDDLE:,}, MB", f"{memory:.0f}", "", "150", memory < 150)
        return peer.about if peer else None
    finally:
        for kith in sizes.values():
            kith.stop()
        if peer:
            peer.stop()


def on_a_server(program, work, table, server):
    """The same two races on PostgreSQL."""
    kith_db = bare.new_database(server, "kith_bench", work)
    kith = Kith(program, MIDDLE, work, kith_db)
    peer = None
    try:
        if PEER.is_dir():
            peer = Django(MIDDLE, work, bare.new_database(server, "djb", work, owner="postgres"))
        for what, words in (("caseload", "caseload page of 50"), ("refer", "referral by form")):
            ours = getattr(kith, what)(work)
            theirs = getattr(peer, what)(work) if peer else None
            in_turns([ours, *([theirs] if theirs else [])])
            table.compared(f"PostgreSQL: {words}", ours, theirs)
    finally:
        kith.stop()
        if peer:
            peer.stop()


def memory_gb():
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def version_of(command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


SPEED = """# How fast it is

Generated by `make bench` (`bench/run.sh`); nobody types it. Ratios are what counts: absolute times belong to the machine.

Measured on {date} with {kith}{peer}, {python}, {cores} cores and {memory} GB of memory ({machine}), {rounds} rounds of {seconds} s a side in turns at {connections} connections, the middle round taken. The load generator and both servers share the cores, and so did other work (load {load}).

{table}

Kith is signed in and checked: session, role, scope of every row, form token, audit row in the same transaction. The Django application has none of these. CPU counts the server's processes, and the database server's where there is one.{on_a_server}
"""


def whole(program, work, server, write):
    table = Table()
    about = embedded(program, work, table)
    table.print()
    if server:
        on_a_server(program, work, table, server)
    else:
        print("left out: PostgreSQL: KITH_TEST_POSTGRES names no server")
    table.print()
    if write:
        text = SPEED.format(
            date=datetime.date.today().isoformat(), kith=version_of([program, "--version"]),
            peer=f", Django {about} under gunicorn" if about else "", python=f"Python {platform.python_version()}",
            cores=os.cpu_count(), memory=memory_gb(), machine=platform.machine(), rounds=ROUNDS, seconds=SECONDS,
            on_a_server=" PostgreSQL runs with its syncs off for both sides, as in the tests." if server else " PostgreSQL was left out.",
            connections=CONNECTIONS, load=f"{os.getloadavg()[2]:.1f}", table=table.markdown())
        pathlib.Path(write).write_text(text)


def smoke(program):
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        kith, table = Kith(program, 300, work), Table()
        try:
            for one in (kith.caseload(work, 1), kith.refer(work)):
                one.run(1, 4)
                table.add(f"{one.name} (smoke), CPU ms", f"{one.middle('cpu'):.2f}")
            bare.group_commit(kith.file, work, seconds=0.2)
        finally:
            kith.stop()
        table.print()


def main():
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--program", required=True)
    reader.add_argument("--smoke", action="store_true", help="small data, once through, no figures to hold to")
    reader.add_argument("--postgres", default=os.environ.get("KITH_TEST_POSTGRES"), help="a server to race on, too")
    reader.add_argument("--work", default=str(HERE / ".work"), help="where data are kept between runs")
    reader.add_argument("--write", help="the page the table is written to")
    asked = reader.parse_args()
    program = str(pathlib.Path(asked.program).resolve())
    if asked.smoke:
        smoke(program)
        return
    work = pathlib.Path(asked.work)
    work.mkdir(exist_ok=True)
    whole(program, work, asked.postgres, asked.write)


if __name__ == "__main__":
    main()
