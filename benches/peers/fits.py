"""Seconds of one fit at growing numbers of rows: LightGBM and EBM, and trustrisk's families where a command tells them.

    cargo build --release
    python -m venv venv && venv/bin/pip install -r benches/peers/requirements.txt
    venv/bin/python benches/peers/fits.py --trustrisk target/release/trustrisk --out benches/results/fits.md \
        [--ours "COMMAND {table}"] [--rows 1000 10000 100000 1000000] [--peers lightgbm ebm] [--trees 250] [--depth 6]

The table is the generated one (`trustrisk sample --wide`, seed 7). Of n rows the first ⌊4 n / 5⌋ train and the rest are
held out, for all; the features are all columns but `customer_id`, `left` (the outcome: `Yes`), `gender` and `age_band`.
Seconds are of the fit on one thread, with preparation and binning and without reading the table; for peers they are
those of the processor, which other work on the machine does not lengthen. Each fit of a peer is a process of its own,
ended after `--seconds` by the clock; medians over `--repeat` fits, in turns with ours (a fit over a minute is made once).

`--ours` is a command, split as a shell would, in which `{table}`, `{trees}` and `{depth}` are filled in, or a file that
ends in `.jsonl` and was written by such commands. It prints one JSON object a line for each family that it fits:

    {"family": "boosted", "n_rows": 10000, "n_features": 24, "threads": 1, "seconds": 0.12, "auc": 0.82}

`n_rows` are the rows of the table, training and held out; `seconds` are of one fit, by the clock or of the processor;
`auc` is that of the held-out rows; several lines of one family are several fits. `n_fit` may say that a fit used fewer
rows than it was given. Lines that are none, another number of columns or threads, or a size without any line end the
script.
"""

import argparse
import datetime
import json
import multiprocessing
import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile

import learners  # first: it sets the number of threads

import numpy as np
import pandas as pd

import figures
from nightly import generated, machine

OUTCOME = "left"
NO_FEATURES = ["customer_id", OUTCOME, "gender", "age_band"]
LEVELS = ["district", "contract", "payment", "channel", "first_product", "newsletter", "paper_bill", "loyalty_card"]
N_FEATURES = 24
REPEAT_WITHIN = 60.0


def settings_of(peer, trees, depth):
    settings = dict(learners.SETTINGS[peer])
    if peer == "lightgbm":
        settings |= {"n_estimators": trees, "max_depth": depth, "num_leaves": min(2**depth, 31)}
    return settings


def read_rows(path, n):
    """Features and outcomes of the generated table."""
    kinds = {name: "category" for name in LEVELS}
    rows = pd.read_csv(path, dtype=kinds, usecols=lambda name: name == OUTCOME or name not in NO_FEATURES)
    outcomes = (rows.pop(OUTCOME) == "Yes").to_numpy()
    numbers = {name: "float64" for name in rows.columns if name not in LEVELS}
    if rows.shape != (n, N_FEATURES):
        raise SystemExit(f"the generated table has {len(rows)} rows and {rows.shape[1]} features")
    return rows.astype(numbers), outcomes


def fit_here(peer, settings, path, n, answer):
    rows, outcomes = read_rows(path, n)
    cut = 4 * n // 5
    seconds, risks = learners.fit(peer, settings, rows, outcomes, np.arange(cut), np.arange(cut, n))
    auc, _ = figures.auc_with_influence(risks, outcomes[cut:])
    answer.send({"family": peer, "n_rows": n, "n_features": N_FEATURES, "threads": 1, "seconds": seconds, "auc": float(auc)})


def fit_apart(peer, settings, path, n, limit):
    """One fit in a process of its own; nothing where it takes too long."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=fit_here, args=(peer, settings, str(path), n, there))
    process.start()
    there.close()
    try:
        return here.recv() if here.poll(limit) else None
    except EOFError:
        raise SystemExit(f"the fit of {learners.NAMES[peer]} on {n:,} rows ended without an answer") from None
    finally:
        process.terminate()
        process.join()


def ours(arguments, path, n):
    """The fits that our side tells of this size."""
    if arguments.told is not None:
        fits = [fit for fit in arguments.told if fit["n_rows"] == n]
    else:
        known = {"table": str(path), "trees": arguments.trees, "depth": arguments.depth}
        command = [part.format(**known) for part in shlex.split(arguments.ours)]
        fits = lines_of(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
    if not fits:
        raise SystemExit(f"`--ours` tells no fit on {n:,} rows")
    for fit in fits:
        if (fit["n_rows"], fit["n_features"], fit["threads"]) != (n, N_FEATURES, 1):
            raise SystemExit(f"not a fit on {n:,} rows, {N_FEATURES} features and one thread: {fit}")
        if not fit["seconds"] > 0 or not 0 <= fit["auc"] <= 1:
            raise SystemExit(f"seconds or AUC are out of range: {fit}")
    return fits


def lines_of(text):
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def due(arguments, peer, done, n):
    """Whether one more fit of a peer is to be made."""
    if peer.startswith("ebm") and n > arguments.ebm_rows:
        return False
    return not done or (done[-1] is not None and done[-1]["seconds"] <= REPEAT_WITHIN)


def measured(arguments, path, n):
    """Fits by name: ours and the peers', in turns."""
    fits = {}
    for turn in range(arguments.repeat):
        if arguments.ours and (turn == 0 or arguments.told is None):
            for fit in ours(arguments, path, n):
                fits.setdefault(f"trustrisk, {fit['family']}", []).append(fit)
        for peer in arguments.peers:
            name = learners.NAMES[peer]
            if due(arguments, peer, fits.get(name), n):
                settings = settings_of(peer, arguments.trees, arguments.depth)
                fit = fit_apart(peer, settings, path, n, arguments.seconds)
                fits.setdefault(name, []).append(fit)
                print(f"{n:,} rows, {name}: {fit}", file=sys.stderr, flush=True)
    return fits


def table_lines(arguments, n, fits):
    lines = [f"\n## {n:,} rows\n", "| | a fit | AUC on the held-out fifth | fits |\n|---|--:|--:|--:|"]
    for name, told in fits.items():
        if None in told:
            lines.append(f"| {name} | not done within {arguments.seconds:,} s by the clock | | {len(told)} |")
            continue
        areas = {round(fit["auc"], 9) for fit in told}
        if len(areas) > 1:
            raise SystemExit(f"{name} on {n:,} rows: the same fit gives other risks, AUC {sorted(areas)}")
        used = {fit["n_fit"] for fit in told if "n_fit" in fit} - {4 * n // 5}
        sampled = f" (on {max(used):,} sampled rows)" if used else ""
        seconds = statistics.median(fit["seconds"] for fit in told)
        lines.append(f"| {name}{sampled} | {seconds:.3f} s | {told[0]['auc']:.4f} | {len(told)} |")
    left = [learners.NAMES[peer] for peer in arguments.peers if learners.NAMES[peer] not in fits]
    return lines + [f"\nNot run above {arguments.ebm_rows:,} rows: {', '.join(left)}."] * bool(left)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trustrisk", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--ours", help="a command with `{table}` in it, or a .jsonl file")
    parser.add_argument("--rows", nargs="+", type=int, default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--peers", nargs="*", default=["logistic", "lightgbm", "ebm"], choices=list(learners.LEARNERS))
    parser.add_argument("--trees", type=int, default=250, help="one of the numbers that `boosted` chooses from")
    parser.add_argument("--depth", type=int, default=6)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--ebm-rows", type=int, default=100_000, help="no EBM above so many rows")
    parser.add_argument("--seconds", type=int, default=900, help="a peer's fit is ended after so long, reading within")
    a = parser.parse_args()
    if a.repeat < 1:
        parser.error("--repeat must be at least 1")
    a.told = lines_of(pathlib.Path(a.ours).read_text()) if a.ours and a.ours.endswith(".jsonl") else None
    if a.ours and a.told is None and "{table}" not in a.ours:
        parser.error("--ours is neither a .jsonl file nor a command with `{table}` in it")
    today = datetime.date.today().isoformat()
    lines = ["# Seconds of one fit\n",
             f"Measured {today} on {machine()}; one thread each; shared cores, so read ratios, not seconds.",
             f"Remake: `benches/peers/fits.py`. The generated table, {N_FEATURES} features; the first four fifths train.",
             "Seconds are of the fit, preparation and binning within, without reading; for the peers those of the processor.",
             "Medians. The peers:\n",
             *[f"- {learners.described(peer, settings_of(peer, a.trees, a.depth))}" for peer in a.peers]]
    if a.told is not None:
        lines.append("\ntrustrisk's fits are from a file, measured before and not in turns with the peers.")
    binary = os.path.abspath(a.trustrisk)
    with tempfile.TemporaryDirectory() as folder:
        for n in sorted(a.rows):
            path = generated(binary, pathlib.Path(folder), n)["path"]
            more = table_lines(a, n, measured(a, path, n))
            print("\n".join(more), flush=True)
            lines += more
    out = pathlib.Path(a.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
