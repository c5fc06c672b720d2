"""What every race needs: wrk, the processor's time, memory, a free port."""

import os
import pathlib
import re
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request

TICK = os.sysconf("SC_CLK_TCK")

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


def ticks(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def cpu_seconds(pid):
    """Processor time of a process and of its children."""
    own = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(ticks(one) for one in [str(pid), *own])


def server_cpu(url):
    """Processor time of the PostgreSQL processes that serve one database."""
    name = f" {urllib.parse.urlsplit(url).path[1:]} ".encode()
    total = 0.0
    for place in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            said = (place / "cmdline").read_bytes()
            if said.startswith(b"postgres: ") and name in said:
                total += ticks(place.name)
        except OSError:
            continue
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


def race(who, script, work, seconds, connections):
    """One run of wrk: requests a second, CPU ms a request, times in ms. Any
    request that goes wrong ends the benchmark: a fast refusal is no figure."""
    file = work / "race.lua"
    file.write_text(script + REPORT)
    before = who.cpu()
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", "-s", str(file), who.origin]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    spent = who.cpu() - before
    found = re.search(r"DONE (\d+) requests (\d+) wrong p50 ([\d.]+) p99 ([\d.]+)", said)
    if not found:
        sys.exit(f"bench: wrk did not say what it did:\n{said}")
    requests, wrong = int(found.group(1)), int(found.group(2))
    if requests == 0 or wrong > 0:
        sys.exit(f"bench: {wrong} of {requests} requests to {who.origin} went wrong:\n{said}")
    return {"rate": requests / seconds, "cpu": spent * 1000 / requests, "p50": float(found.group(3)), "p99": float(found.group(4))}
