"""Races the negative binomial model on person-months, from a CSV to its
coefficients: Kith, R's glm.nb on grouped cells with the grouping, R's glm.nb
row by row, and DuckDB with numpy. One thread each, in turns, on the same file.
What counts is the processor's time of the whole process, from reading the file
on, and its peak memory, both from the kernel; all must find the same
coefficients. What is not installed is left out, with a line that says so.

    race_numbers.py --program target/release/examples/nb_race [--page FILE]
    race_numbers.py --program target/debug/examples/nb_race --smoke
"""

import argparse
import datetime
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parent
WORK = HERE / ".work"
MILLION = 1_000_000
R_PACKAGES = ["r-base-core", "r-cran-mass", "r-cran-data.table"]
PYTHON_PACKAGES = ["duckdb", "numpy", "scipy"]
ONE_THREAD = {name: "1" for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]}

KITH = "Kith"
CELLS_R = "R glm.nb on cells, grouping included (data.table)"
ROWS_R = "R glm.nb row by row"
CELLS_PYTHON = "DuckDB + numpy on cells"

# Largest difference of any coefficient, and of theta as a share, that still is the same model.
SAME = 1e-6
ROW_BY_ROW_TIMES = 15
MEMORY_MB = 200
# Each of ten times as many rows may cost this many times one of the fewer.
LINEAR = 1.2
ROUNDS = 5


def run(command):
    """Output, processor seconds and peak MB of one process."""
    env = {**os.environ, **ONE_THREAD}
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)
    said = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"bench: {' '.join(map(str, command))} failed")
    return said, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def coefficients(said):
    """Lines of a name, a tab and a number."""
    pairs = (line.split("\t") for line in said.splitlines() if "\t" in line)
    return {name: float(value) for name, value in pairs}


def apart(ours, theirs):
    """Largest difference of two fits of the same terms."""
    if ours.keys() != theirs.keys():
        sys.exit(f"bench: the models have different terms: {sorted(ours)} and {sorted(theirs)}")
    return max(abs(value - theirs[name]) / (value if name == "theta" else 1) for name, value in ours.items())


def with_r(install):
    """Rscript with MASS and data.table, or nothing."""
    asks = "suppressPackageStartupMessages({library(MASS); library(data.table)})"
    there = lambda: shutil.which("Rscript") and subprocess.run(["Rscript", "-e", asks], capture_output=True).returncode == 0
    if not there() and install and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-q", "-y", "--no-install-recommends", *R_PACKAGES], stdout=subprocess.DEVNULL)
    if there():
        return "Rscript"
    print(f"left out: R (needs {', '.join(R_PACKAGES)})")
    return None


def with_python(install):
    """A Python with DuckDB, numpy and scipy in a folder of the benchmark, or nothing."""
    python = WORK / "venv" / "bin" / "python"
    there = lambda: python.exists() and subprocess.run([python, "-c", "import duckdb, scipy"], capture_output=True).returncode == 0
    if not there() and install:
        venv.create(python.parent.parent, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PYTHON_PACKAGES], stdout=subprocess.DEVNULL)
    if there():
        return python
    print(f"left out: DuckDB and numpy (needs the Python packages {', '.join(PYTHON_PACKAGES)})")
    return None


def entrants(program, install):
    """Each command without its file, and up to how many rows it is run."""
    commands = {KITH: ([program, "fit"], 10 * MILLION)}
    if r := with_r(install):
        commands[CELLS_R] = ([r, HERE / "race_numbers.R", "cells"], 10 * MILLION)
        commands[ROWS_R] = ([r, HERE / "race_numbers.R", "rows"], MILLION)
    if python := with_python(install):
        commands[CELLS_PYTHON] = ([python, HERE / "race_numbers_cells.py"], 10 * MILLION)
    return commands


def file_of(program, rows):
    file = WORK / f"person_months_{rows}.csv"
    if not file.exists():
        part = file.with_suffix(".part")
        subprocess.run([program, "write", str(rows), part], check=True)
        part.rename(file)
    return file


def race(commands, file, rows, rounds):
    """Median seconds and peak MB of each, and the largest difference from ours."""
    running = {name: command for name, (command, most) in commands.items() if rows <= most}
    spent = {name: [] for name in running}
    peak, found = dict.fromkeys(running, 0.0), {}
    for _ in range(rounds):
        for name, command in running.items():
            said, seconds, mb = run([*command, file])
            spent[name].append(seconds)
            peak[name] = max(peak[name], mb)
            found[name] = coefficients(said)
    far = max((apart(found[KITH], found[name]) for name in running), default=0.0)
    return {name: (statistics.median(spent[name]), peak[name]) for name in running}, far


def limits(results):
    """What was promised of these figures: what, figure, limit, whether it holds."""
    for rows, figures in results.items():
        ours = figures[KITH][0]
        if CELLS_R in figures:
            yield f"CPU against R on cells, {rows:,} rows", ours / figures[CELLS_R][0], 1.0
        if ROWS_R in figures:
            yield f"CPU against R row by row, {rows:,} rows", ours / figures[ROWS_R][0], 1 / ROW_BY_ROW_TIMES
    few, many = min(results), max(results)
    yield f"peak MB, {many:,} rows", results[many][KITH][1], MEMORY_MB
    if many > few:
        each = lambda rows: results[rows][KITH][0] / rows
        yield f"CPU for a row of {many:,} against one of {few:,}", each(many) / each(few), LINEAR


def versions(commands):
    """What raced, in words."""
    said = [f"Python {platform.python_version()}"]
    if CELLS_R in commands:
        asks = 'cat(R.version.string, "with MASS", format(packageVersion("MASS")), "and data.table", format(packageVersion("data.table")))'
        said.append(subprocess.run(["Rscript", "-e", asks], capture_output=True, text=True).stdout)
    if CELLS_PYTHON in commands:
        asks = 'import duckdb, numpy; print(f"DuckDB {duckdb.__version__} with numpy {numpy.__version__}")'
        said.append(subprocess.run([commands[CELLS_PYTHON][0][0], "-c", asks], capture_output=True, text=True).stdout.strip())
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    return f"{'; '.join(said[1:])}; {platform.system()} {platform.release().split('-')[0]}, {os.cpu_count()} cores, {model}"


def tables(results, differences):
    lines = ["| Rows | Program | CPU, seconds | against Kith | Peak memory, MB |", "|---:|---|---:|---:|---:|"]
    for rows, figures in results.items():
        ours = figures[KITH][0]
        for name, (seconds, mb) in figures.items():
            lines.append(f"| {rows:,} | {name} | {seconds:.2f} | {seconds / ours:.1f} | {mb:.0f} |")
    lines += ["", "| Limit | Figure | At most | Holds |", "|---|---:|---:|---|"]
    for what, figure, most in limits(results):
        lines.append(f"| {what} | {figure:.3g} | {most:.3g} | {'yes' if figure <= most else 'NO'} |")
    far = max(differences.values())
    lines += ["", f"Largest difference of a coefficient between any of them: {far:.1e} (at most {SAME:.0e})."]
    return lines, far <= SAME


def page(lines, said):
    """The page of the reference, whole."""
    return "\n".join(
        [
            "# How fast the numbers are",
            "",
            "Written by `make bench` (`bench/race_numbers.py`). One model, from the CSV to its coefficients: contacts of",
            "a month ~ after the referral + month + age band + sex + deprivation fifth, offset log(days / 30),",
            "negative binomial with theta by maximum likelihood. One thread each, in turns on the same file; the median",
            f"of {ROUNDS} runs of the whole process. Row by row is run on 1 million rows only: it needs time and memory in",
            "proportion to the rows. Seconds belong to the machine; the ratios are what to look at.",
            "",
            *lines,
            "",
            f"{datetime.date.today():%-d %B %Y}. {said}.",
            "",
        ]
    )


def main():
    given = argparse.ArgumentParser()
    given.add_argument("--program", required=True, help="nb_race, our side of the race")
    given.add_argument("--smoke", action="store_true", help="few rows, no limit on time, nothing installed")
    given.add_argument("--page", type=pathlib.Path, help="where the figures are written")
    given = given.parse_args()
    WORK.mkdir(exist_ok=True)
    commands = entrants(str(pathlib.Path(given.program).resolve()), install=not given.smoke)
    results, differences = {}, {}
    for rows in [20_000] if given.smoke else [MILLION, 10 * MILLION]:
        file = file_of(given.program, rows)
        results[rows], differences[rows] = race(commands, file, rows, 1 if given.smoke else ROUNDS)
    lines, same = tables(results, differences)
    print("\n".join(lines))
    if not same:
        sys.exit("bench: the models do not agree")
    if given.smoke:
        return
    if given.page:
        given.page.write_text(page(lines, versions(commands)))
    broken = [what for what, figure, most in limits(results) if figure > most]
    if broken:
        sys.exit(f"bench: not held: {'; '.join(broken)}")


main()
