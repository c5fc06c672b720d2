"""Measures Kith, and races it with the Django application in
../shared/peers/casework where that folder is (the race is left out, with a
line that says so, where it is not). The peer has no sign-in, no permissions
and no protection of its forms; Kith is measured with all of them. What is
compared is the processor's time for a request, read from /proc: it depends
least on how busy the machine is."""

import argparse
import http.cookiejar
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
PEER = HERE.parent.parent / "shared" / "peers" / "casework"
TICK = os.sysconf("SC_CLK_TCK")
CONNECTIONS = 64
SECONDS = 8

REPORT = """
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("DONE %d requests %d wrong p50 %.2f p99 %.2f\\n", summary.requests,
    e.connect + e.read + e.write + e.timeout + e.status, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def cpu_seconds(pid):
    """Processor time of a process and of its children."""
    total = 0.0
    own = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for one in [str(pid), *own]:
        fields = pathlib.Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        total += (int(fields[11]) + int(fields[12])) / TICK
    return total


def resident_mb(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024


def wait_for(url, seconds, process):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            sys.exit(f"bench: the server stopped before it answered {url}")
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.005)
    sys.exit(f"bench: {url} did not answer in {seconds} s")


def race(pid, url, body, work, seconds, connections):
    """One run of wrk: requests a second, CPU ms a request, times in ms. Any
    request that goes wrong ends the benchmark: a fast refusal is no figure."""
    script = work / "race.lua"
    script.write_text(body + REPORT)
    before = cpu_seconds(pid)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", "-s", str(script), url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    spent = cpu_seconds(pid) - before
    found = re.search(r"DONE (\d+) requests (\d+) wrong p50 ([\d.]+) p99 ([\d.]+)", said)
    if not found:
        sys.exit(f"bench: wrk did not say what it did:\n{said}")
    requests, wrong = int(found.group(1)), int(found.group(2))
    if requests == 0 or wrong > 0:
        sys.exit(f"bench: {wrong} of {requests} requests to {url} went wrong:\n{said}")
    return {"rate": requests / seconds, "cpu": spent * 1000 / requests, "p50": found.group(3), "p99": found.group(4)}


class Kith:
    """Our program, served as the demonstration so that it can be signed in to."""

    def __init__(self, program, cases, work):
        folder = work / f"kith-{cases}"
        self.seeded_in = None
        if not (folder / "kith.db").exists():
            folder.mkdir(parents=True)
            began = time.monotonic()
            database = f"sqlite:{folder / 'kith.db'}"
            subprocess.run([program, "--database", database, "seed", "--cases", str(cases)], check=True, stdout=subprocess.DEVNULL)
            self.seeded_in = time.monotonic() - began
        self.origin = f"http://127.0.0.1:{free_port()}"
        began = time.monotonic()
        port = self.origin.rsplit(":", 1)[1]
        self.process = subprocess.Popen([program, "demo", "--port", port, "--data", str(folder)], stdout=subprocess.DEVNULL)
        wait_for(f"{self.origin}/health", 120, self.process)
        self.started_in = time.monotonic() - began

    def sign_in(self, name):
        """A browser signed in as somebody made up, and its cookies."""
        jar = http.cookiejar.CookieJar()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        page = browser.open(f"{self.origin}/demo").read().decode()
        for form in re.findall(r"<form.*?</form>", page, re.S):
            if f"Sign in as {name}" in form:
                body = urllib.parse.urlencode(fields_of(form)).encode()
                browser.open(urllib.request.Request(f"{self.origin}/demo", body, {"Origin": self.origin}))
                return browser, "; ".join(f"{one.name}={one.value}" for one in jar)
        sys.exit(f"bench: nobody called {name} can be signed in as")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


def fields_of(form):
    """Every hidden field, and the first choice of each group."""
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form):
        parts = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if parts.get("type") in ("hidden", "radio", "checkbox") and "name" in parts:
            fields.setdefault(parts["name"], parts.get("value", ""))
    return fields


def race_kith(kith, work, seconds, connections):
    """The caseload page and the referral form, by people who are signed in."""
    figures = {}
    browser, cookie = kith.sign_in("Kay Ward")
    try:
        page = browser.open(f"{kith.origin}/caseload").read().decode()
    except urllib.error.HTTPError as error:
        print(f"left out: the caseload page answers {error.code}")
    else:
        print(f"the caseload page: {page.count('<tr')} rows, {len(page) // 1024} KiB")
        get = f'wrk.headers["Cookie"] = "{cookie}"\nwrk.path = "/caseload"\n'
        figures["caseload"] = race(kith.process.pid, kith.origin, get, work, seconds, connections)
    browser, cookie = kith.sign_in("Rita Shah")
    page = browser.open(f"{kith.origin}/refer").read().decode()
    form = max(re.findall(r"<form.*?</form>", page, re.S), key=len)
    fields = fields_of(form) | {"given": "Aisha", "family": "Aname", "born-day": "3", "born-month": "5", "born-year": "1951"}
    fields.pop("once", None)
    body = urllib.parse.urlencode(fields)
    # Each referral is of somebody else, and is sent once.
    post = f"""
math.randomseed({os.getpid()})
local letters = "abcdefghijklmnopqrstuvwxyz"
local function word(n)
  local out = {{}}
  for i = 1, n do local at = math.random(1, 26) out[i] = letters:sub(at, at) end
  return table.concat(out)
end
local body = "{body}"
request = function()
  local own = body:gsub("family=Aname", "family=F" .. word(9)):gsub("born%-year=1951", "born-year=" .. math.random(1930, 2000))
  local head = {{ ["Content-Type"] = "application/x-www-form-urlencoded", ["Cookie"] = "{cookie}",
    ["Origin"] = "{kith.origin}", ["Sec-Fetch-Site"] = "same-origin" }}
  return wrk.format("POST", "/refer", head, own .. "&once=" .. word(22))
end
"""
    figures["refer"] = race(kith.process.pid, kith.origin, post, work, seconds, connections)
    return figures


def race_peer(cases, work):
    """The same of the Django application; nothing when it cannot be run."""
    if not PEER.is_dir():
        print("left out: the race: ../shared/peers/casework is not there")
        return {}
    place = work / "peer"
    if not place.exists():
        shutil.copytree(PEER, place, copy_function=shutil.copyfile)
        for folder in [place, *(one for one in place.rglob("*") if one.is_dir())]:
            folder.chmod(0o755)
    python = place / "venv" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(place / "venv")], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "django==5.2.*", "gunicorn"], check=True)
    surroundings = os.environ | {"DB": "sqlite", "PYTHONPATH": str(place), "DJANGO_SETTINGS_MODULE": ""}
    if not (place / "djb.sqlite3").exists():
        subprocess.run([python, "app.py", str(cases)], cwd=place, env=surroundings, check=True)
    origin = f"http://127.0.0.1:{free_port()}"
    gunicorn = [python, "-m", "gunicorn", "app:application", "-w", "3", "-b", origin[7:], "--log-level", "error"]
    server = subprocess.Popen(gunicorn, cwd=place, env=surroundings)
    get = 'request = function() return wrk.format("GET", "/caseload?worker=" .. math.random(1, 400)) end\n'
    post = """
request = function()
  return wrk.format("POST", "/referrals", { ["Content-Type"] = "application/json" },
    '{"org":1,"worker":1,"family":"Khan","given":"Aisha","dob":"1951-03-05","nhs":"","postcode":"LS1 4AP","reason":"Loneliness"}')
end
"""
    try:
        wait_for(f"{origin}/caseload?worker=5", 60, server)
        return {
            "caseload": race(server.pid, origin, get, work, SECONDS, CONNECTIONS),
            "refer": race(server.pid, origin, post, work, SECONDS, CONNECTIONS),
        }
    finally:
        server.terminate()
        server.wait(30)


def table(rows):
    head = ("what", "ours", "the peer's", "limit", "ratio")
    widths = [max(len(row[at]) for row in [head, *rows]) for at in range(len(head))]
    for row in [head, tuple("-" * width for width in widths), *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def compared(what, name, ours, theirs):
    if name not in ours:
        return []
    mine, peer = ours[name], theirs.get(name)
    cpu = (f"{what}, CPU ms", f"{mine['cpu']:.2f}", f"{peer['cpu']:.2f}" if peer else "left out", "", f"{mine['cpu'] / peer['cpu']:.2f}" if peer else "")
    rate = (f"{what}, a second", f"{mine['rate']:.0f}", f"{peer['rate']:.0f}" if peer else "left out", "", f"{mine['rate'] / peer['rate']:.2f}" if peer else "")
    p99 = (f"{what}, p99 ms", mine["p99"], peer["p99"] if peer else "left out", "", "")
    return [cpu, rate, p99]


def whole(program, gate, work):
    rows, ours, theirs = [], {}, {}
    for cases in (100_000, 10_000, 1_000_000):
        kith = Kith(program, cases, work)
        try:
            if kith.seeded_in is not None:
                rows.append((f"making {cases:,} cases, s", f"{kith.seeded_in:.1f}", "", "60" if cases == 100_000 else "", ""))
            rows.append((f"start on {cases:,} cases, ms", f"{kith.started_in * 1000:.0f}", "", "", ""))
            ours[cases] = race_kith(kith, work, SECONDS, CONNECTIONS)
            rows.append((f"memory after the race at {cases:,}, MB", f"{resident_mb(kith.process.pid):.0f}", "", "", ""))
        finally:
            kith.stop()
        if cases == 100_000:
            theirs = race_peer(cases, work)
    base = ours[100_000]
    rows += compared("caseload page of 50", "caseload", base, theirs)
    rows += compared("referral by form", "refer", base, theirs)
    for cases in (10_000, 1_000_000):
        for name, one in ours[cases].items():
            ratio = f"{one['cpu'] / base[name]['cpu']:.2f}" if name in base else ""
            rows.append((f"{name} at {cases:,}, CPU ms", f"{one['cpu']:.2f}", "", "", ratio))
    print("bare group commit:", subprocess.run([gate], capture_output=True, text=True, check=True).stdout.strip(), sep="\n")
    table(rows)


def main():
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--program", required=True)
    reader.add_argument("--gate")
    reader.add_argument("--smoke", action="store_true", help="small data, once through, no figures to hold to")
    asked = reader.parse_args()
    program = str(pathlib.Path(asked.program).resolve())
    if not asked.smoke:
        work = HERE / ".work"
        work.mkdir(exist_ok=True)
        whole(program, asked.gate, work)
        return
    with tempfile.TemporaryDirectory() as folder:
        kith = Kith(program, 200, pathlib.Path(folder))
        try:
            figures = race_kith(kith, pathlib.Path(folder), 1, 4)
        finally:
            kith.stop()
    table([(f"{name} (smoke)", f"{one['cpu']:.2f}", "", "", "") for name, one in figures.items()])


if __name__ == "__main__":
    main()
