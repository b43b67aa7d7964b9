"""The peers' side of the benchmark: the same work in numpy, polars, pm4py and plain Python.

Run by the bench binary, which passes the folder of shared data. Prints one JSON line: versions,
what is absent, and the median milliseconds of each piece of work with an answer to compare.
"""

import contextlib
import io
import json
import math
import pathlib
import platform
import random
import sys
import time

folder = pathlib.Path(sys.argv[1])
quick = "--quick" in sys.argv
RUNS = 10_000

versions = {"python": platform.python_version()}
absent = []
results = {}


def load(name):
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            module = __import__(name)
        versions[name] = module.__version__
        return module
    except ImportError as error:
        absent.append(f"{name}: {error}")
        return None


np = load("numpy")
pl = load("polars")
pm4py = load("pm4py")


def median(work, peer, call, answer, budget_s=4.0):
    """At least 21 repetitions after a warm-up; fewer, and said so, where they would take minutes."""
    call()
    times = []
    begun = time.perf_counter()
    while len(times) < 21 or (len(times) < 301 and time.perf_counter() - begun < 1.0):
        start = time.perf_counter()
        got = call()
        times.append((time.perf_counter() - start) * 1e3)
        if len(times) >= 3 and time.perf_counter() - begun > budget_s * 4:
            break
    times.sort()
    results.setdefault(work, {})[peer] = {
        "ms": times[len(times) // 2],
        "fastest_ms": times[0],
        "repetitions": len(times),
        "answer": float(answer(got)),
    }


# --- The chain -------------------------------------------------------------------------------

told = json.loads((folder / "chain.json").read_text())
stages = told["stages"]
codes = {name: i for i, name in enumerate(stages)}
LOST, WON = len(stages), len(stages) + 1
codes["lost"], codes["won"] = LOST, WON
sigma = told["sigma"]
branches = [[] for _ in stages]
for b in told["branches"]:
    mu = math.log(b["mean_days"]) - sigma * sigma / 2
    branches[codes[b["from"]]].append((codes[b["to"]], b["p"], mu, b["mean_days"]))


def tilted(factor):
    out = []
    for i, row in enumerate(branches):
        weights = [p * (factor if to == WON or i < to < LOST else 1.0) for to, p, _, _ in row]
        total = sum(weights)
        out.append([(to, w / total, mu, m) for w, (to, _, mu, m) in zip(weights, row)])
    return out


def plain_python(seed):
    """One run after the other, as one writes it first."""
    luck = random.Random(seed)
    won = 0
    days_all = []
    for _ in range(RUNS):
        stage, days = 0, 0.0
        while stage < LOST:
            u = luck.random()
            for to, p, mu, _ in branches[stage]:
                u -= p
                if u < 0:
                    break
            days += luck.lognormvariate(mu, sigma)
            stage = to
        won += stage == WON
        days_all.append(days)
    days_all.sort()
    return won / RUNS, [days_all[int(RUNS * q)] for q in (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)]


seeds = iter(range(1, 10**9))
median("run", "plain Python loop", lambda: plain_python(next(seeds)), lambda got: got[0])

if np is not None:

    def table(rows):
        width = max(len(row) for row in rows)
        cum = np.full((len(rows), width), 2.0)
        to = np.zeros((len(rows), width), dtype=np.int64)
        mu = np.zeros((len(rows), width))
        for i, row in enumerate(rows):
            sums = np.cumsum([p for _, p, _, _ in row])
            sums[-1] = 2.0
            for j, (target, _, m, _) in enumerate(row):
                cum[i, j], to[i, j], mu[i, j] = sums[j], target, m
        return cum, to, mu

    base_table, tilt_table = table(branches), table(tilted(1.15))

    def vectorised(tables, seed, start=0, age=0.0, runs=RUNS):
        cum, to, mu = tables
        rng = np.random.default_rng(seed)
        state = np.full(runs, start)
        days = np.zeros(runs)
        open_runs = np.arange(runs)
        while open_runs.size:
            here = state[open_runs]
            u = rng.random(open_runs.size)
            pick = (u[:, None] >= cum[here]).sum(axis=1)
            days[open_runs] += rng.lognormal(mu[here, pick], sigma)
            state[open_runs] = to[here, pick]
            open_runs = open_runs[state[open_runs] < LOST]
        return state == WON, days

    LEVELS = [5, 10, 25, 50, 75, 90, 95]

    def outcome(tables, seed, start=0):
        won, days = vectorised(tables, seed, start)
        return won.mean(), days.mean(), np.percentile(days, LEVELS), np.percentile(days[won], LEVELS)

    median("run", "numpy, vectorised, percentiles", lambda: outcome(base_table, next(seeds)), lambda g: g[0])
    median(
        "draw", "numpy, vectorised, no percentiles",
        lambda: vectorised(base_table, next(seeds)), lambda g: g[0].mean(),
    )

    def pair(seed):
        return outcome(base_table, seed), outcome(tilt_table, seed)

    median("pair", "numpy, vectorised, percentiles", lambda: pair(next(seeds)), lambda g: g[1][0] - g[0][0])

    rng = np.random.default_rng(1)
    draws = 2 * 29_000
    median("rng", "numpy, two uniforms per visit", lambda: rng.random(draws), lambda g: g.size / 2)

    def closed_form():
        n = len(stages)
        a = np.eye(n)
        right = np.zeros((n, 1))
        for i, row in enumerate(branches):
            for to, p, _, _ in row:
                if to < LOST:
                    a[i, to] -= p
                elif to == WON:
                    right[i, 0] += p
        p_win = np.linalg.solve(a, right)[:, 0]
        reach = np.append(p_win, [0.0, 1.0])
        days = np.array([sum(p * m for _, p, _, m in row) for row in branches])
        won = np.array([sum(p * m * reach[to] for to, p, _, m in row) for row in branches])
        mean, won_mean = np.linalg.solve(a, np.stack([days, won], axis=1)).T
        grow = math.exp(sigma * sigma)
        after = np.append(mean, [0.0, 0.0])
        after_won = np.append(won_mean, [0.0, 0.0])
        square = [sum(p * (m * m * grow + 2 * m * after[to]) for to, p, _, m in row) for row in branches]
        won_square = [
            sum(p * (m * m * grow * reach[to] + 2 * m * after_won[to]) for to, p, _, m in row)
            for row in branches
        ]
        np.linalg.solve(a, np.stack([square, won_square], axis=1))
        np.linalg.solve(a.T, np.eye(n)[0])
        return p_win[0]

    median("closed_form", "numpy.linalg.solve", closed_form, lambda g: g)

    starts = [int(line.split()[0]) for line in (folder / "book.txt").read_text().splitlines()]

    def book():
        """Every deal from its stage's entry: the age is left out, which spares numpy some work."""
        return [outcome(base_table, i, start)[0] for i, start in enumerate(starts)]

    median("book_one", "numpy, deal by deal, ages left out", book, lambda g: sum(g) / len(g))

# --- Event logs ------------------------------------------------------------------------------

for size in ["100k", "1m"]:
    csv = folder / f"{size}.csv"
    if np is not None and pl is not None:
        coded = pl.DataFrame(
            {
                "case": np.fromfile(folder / f"{size}.case", dtype="<u4"),
                "stage": np.fromfile(folder / f"{size}.stage", dtype="<u2"),
                "at": np.fromfile(folder / f"{size}.at", dtype="<i8"),
            }
        )

        def transitions(frame):
            return (
                frame.sort("case", "at", maintain_order=True)
                .with_columns(
                    pl.col("stage").shift(-1).over("case").alias("next"),
                    (pl.col("at").shift(-1).over("case") - pl.col("at")).alias("stay"),
                )
                .drop_nulls("next")
                .group_by("stage", "next")
                .agg(pl.len().alias("n"), pl.col("stay").mean())
            )

        def transitions_lean(frame):
            """Without window functions: a row and the next belong together if the case is the same."""
            ordered = frame.sort("case", "at", maintain_order=True)
            return (
                ordered.lazy()
                .with_columns(
                    pl.col("stage").shift(-1).alias("next"),
                    (pl.col("at").shift(-1) - pl.col("at")).alias("stay"),
                    (pl.col("case") == pl.col("case").shift(-1)).alias("same"),
                )
                .filter(pl.col("same"))
                .group_by("stage", "next")
                .agg(pl.len().alias("n"), pl.col("stay").mean())
                .collect()
            )

        total = lambda got: got["n"].sum()
        median(f"coded_{size}", "polars, 1 thread, window functions", lambda: transitions(coded), total)
        median(f"coded_{size}", "polars, 1 thread, shift after sort", lambda: transitions_lean(coded), total)

        def read():
            return pl.read_csv(csv).with_columns(
                pl.col("timestamp").str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us")
            )

        named = read().rename({"deal_id": "case", "timestamp": "at"})
        median(f"named_{size}", "polars, 1 thread, shift after sort", lambda: transitions_lean(named), total)
        if size == "1m":
            median(
                "import_1m", "polars read_csv, 1 thread, dates and sort only",
                lambda: read().sort("deal_id", "timestamp"), lambda got: got.height,
            )
    if pm4py is not None:
        import pandas as pd

        def frame():
            raw = pd.read_csv(csv)
            raw["timestamp"] = pd.to_datetime(raw["timestamp"])
            return raw

        def formatted(raw):
            return pm4py.format_dataframe(
                raw, case_id="deal_id", activity_key="stage", timestamp_key="timestamp"
            )

        with contextlib.redirect_stdout(io.StringIO()):
            raw = frame()
            log = formatted(raw.copy())
            if not (quick and size == "1m"):
                median(
                    f"named_{size}", "pm4py discover_dfg, counts only",
                    lambda: pm4py.discover_dfg(log), lambda got: sum(got[0].values()),
                )
                median(
                    f"named_{size}", "pm4py format_dataframe + discover_dfg",
                    lambda: pm4py.discover_dfg(formatted(raw.copy())), lambda got: sum(got[0].values()),
                )
                if size == "1m":
                    median(
                        "import_1m", "pandas read_csv + pm4py format_dataframe",
                        lambda: formatted(frame()), lambda got: len(got),
                    )

print(json.dumps({"versions": versions, "absent": absent, "results": results}))
