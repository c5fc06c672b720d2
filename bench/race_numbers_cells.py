"""The negative binomial model of the race by DuckDB and numpy, one thread:
grouped by SQL to n and the sum of each cell and one histogram of the counts,
coefficients and theta by joint maximum likelihood, errors from the
information."""

import sys

import duckdb
import numpy
from scipy import special

COVARIATES = ["post", "t", "age", "sex", "imd", "days"]


def grouped(path):
    database = duckdb.connect()
    database.execute("set threads = 1")
    key = ", ".join(COVARIATES)
    # One pass over the file: cells with the count in the key, then both from those.
    database.execute(
        f"create table cell as select {key}, y, count(*) n from read_csv(?, header = true) group by all", [path]
    )
    cells = database.execute(f"select {key}, sum(n) n, sum(n * y) total from cell group by {key}").fetchnumpy()
    counts = database.execute("select y, sum(n) n from cell group by y").fetchnumpy()
    return cells, counts


def design(cells):
    columns = {"constant": numpy.ones(len(cells["n"])), "post": cells["post"], "t": cells["t"]}
    for level in range(2, 6):
        columns[f"age {level}"] = cells["age"] == level
    columns["sex"] = cells["sex"]
    for level in range(2, 6):
        columns[f"imd {level}"] = cells["imd"] == level
    return list(columns), numpy.column_stack([numpy.asarray(one, float) for one in columns.values()])


def theta_step(theta, mean, n, total, y, times):
    everybody = times.sum()
    slope = (
        (times * special.digamma(y + theta)).sum()
        - everybody * (special.digamma(theta) - numpy.log(theta) - 1)
        - (n * numpy.log(theta + mean)).sum()
        - ((total + n * theta) / (mean + theta)).sum()
    )
    curve = (
        (times * special.polygamma(1, y + theta)).sum()
        - everybody * (special.polygamma(1, theta) - 1 / theta)
        - 2 * (n / (mean + theta)).sum()
        + ((total + n * theta) / (mean + theta) ** 2).sum()
    )
    step = -slope / curve
    return step if theta + step > 0 else -theta / 2


def fit(cells, counts):
    names, columns = design(cells)
    n, total = numpy.asarray(cells["n"], float), numpy.asarray(cells["total"], float)
    y, times = numpy.asarray(counts["y"], float), numpy.asarray(counts["n"], float)
    offset = numpy.log(numpy.asarray(cells["days"], float) / 30)
    beta, theta = numpy.zeros(len(names)), 1.0
    beta[0] = numpy.log(total.sum() / (n * numpy.exp(offset)).sum())
    for _ in range(100):
        mean = numpy.exp(columns @ beta + offset)
        weight = theta / (theta + mean)
        information = columns.T @ (columns * (n * mean * weight)[:, None])
        step = numpy.linalg.solve(information, columns.T @ ((total - n * mean) * weight))
        beta += step
        mean = numpy.exp(columns @ beta + offset)
        for _ in range(50):
            move = theta_step(theta, mean, n, total, y, times)
            theta += move
            if abs(move) < 1e-12 * theta:
                break
        if abs(step).max() < 1e-12:
            break
    numpy.sqrt(numpy.diag(numpy.linalg.inv(information)))
    return names, beta, theta


names, beta, theta = fit(*grouped(sys.argv[1]))
for name, value in zip(names, beta):
    print(f"{name}\t{value:.15g}")
print(f"theta\t{theta:.15g}")
