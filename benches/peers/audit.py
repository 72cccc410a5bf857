"""The audit of scored tables beside fairlearn's and aequitas', on the same tables in one run.

    cargo bench --no-run
    python -m venv venv && venv/bin/pip install fairlearn==0.15.0 aequitas==1.1.0 scikit-learn
    venv/bin/python benches/peers/audit.py --bench target/release/deps/stages-… --out benches/results/audit.md \
        [--rows 7000 100000 1000000] [--replicates 200 10] [--threads 2]

`--bench` is the program that `cargo bench --no-run` names. Tables are drawn here by numpy's generator with seed 7: two,
three and four sensitive features of 2, 5, 6 and 3 groups, a score, an outcome that is likelier with a higher score, and the
highest fifth selected.

Values: every group's selection rate, true and false positive and negative rates, accuracy, precision and area under the
curve by `MetricFrame.by_group`, and the four counts of aequitas' crosstab, held against ours to 1e-12; a script that finds
a difference ends. Time: ours is everything a run tells of the table, every metric with interval, comparison and verdict,
and all derived figures with their replicates; the peer's is `MetricFrame` with four metrics and `n_boot` (its use in a
nightly batch), for each of three groupings: two features and their crossing. At 7,000 rows the peer draws the first number
of `--replicates`, at 100,000 the second, and its seconds are scaled to 200; at more rows its bootstrap is left out.
"""

import argparse
import datetime
import json
import os
import pathlib
import subprocess
import tempfile
import time
import warnings

import fairlearn.metrics as fm
import numpy as np
import pandas as pd
from sklearn import metrics as sk

from nightly import machine

FEATURES = {"gender": 2, "age": 5, "district": 6, "contract": 3}
TOLERANCE = 1e-12
SCALED_TO = 200
BOOTSTRAP_UP_TO = 100_000

VALUES = {
    "selection_rate": fm.selection_rate,
    "true_positive_rate": fm.true_positive_rate,
    "false_positive_rate": fm.false_positive_rate,
    "true_negative_rate": fm.true_negative_rate,
    "false_negative_rate": fm.false_negative_rate,
    "accuracy": sk.accuracy_score,
    "positive_predictive_value": sk.precision_score,
}
TIMED = {"selection_rate": fm.selection_rate, "true_positive_rate": fm.true_positive_rate,
         "false_positive_rate": fm.false_positive_rate, "count": fm.count}
CELLS = {"tp": "true_positive_rate", "fp": "false_positive_rate", "tn": "true_negative_rate", "fn": "false_negative_rate"}


def drawn(n):
    """A scored table."""
    draw = np.random.default_rng(7)
    groups = {name: draw.choice(n_groups, n, p=np.arange(n_groups, 0, -1) / np.arange(n_groups, 0, -1).sum())
              for name, n_groups in FEATURES.items()}
    margin = draw.normal(size=n) - 1 + 0.2 * groups["gender"] - 0.1 * groups["age"]
    score = 1 / (1 + np.exp(-margin))
    outcome = draw.random(n) < score
    selected = score >= np.quantile(score, 0.8)
    return pd.DataFrame({"outcome": outcome.astype(int), "selected": selected.astype(int), "score": score, **groups})


def ours(binary, table, features, threads, folder):
    """What the bench tells of a table, and the rows of its audit table."""
    path, out = folder / "table.f64", folder / "rows.json"
    table[["outcome", "selected", "score", *features]].to_numpy(np.float64).tofile(path)
    command = [binary, "--audit", str(path), "--features", ",".join(features), "--threads", str(threads), "--out", str(out)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    rows = {(row["metric"], row["feature"], row["group"]): row for row in json.loads(out.read_text())}
    return told, rows


def groupings(features):
    """Names and columns of the features and of their two-way crossings."""
    pairs = [[a, b] for at, a in enumerate(features) for b in features[at + 1:]]
    return [(" × ".join(columns), columns) for columns in [[name] for name in features] + pairs]


def name_of(group):
    return " × ".join(str(part) for part in group) if isinstance(group, tuple) else str(group)


def hold(rows, metric, feature, group, value):
    """Ends the script where ours is not the peer's, or undefined although it has a denominator; returns whether it is defined."""
    row = rows[metric, feature, name_of(group)]
    mine = row["value"]
    if mine is None:
        if row["denominator"] != 0:
            raise SystemExit(f"{metric} of {feature} {group}: undefined, with a denominator of {row['denominator']}")
        return False
    if abs(mine - value) > TOLERANCE:
        raise SystemExit(f"{metric} of {feature} {group}: {mine} is not {value}")
    return True


def equal(rows, table, features):
    """How many values are those of fairlearn, and how many counts those of aequitas."""
    n_values = n_counts = n_undefined = 0
    measures = dict(VALUES)
    is_scored = any(metric == "auc" for metric, _, _ in rows)
    for feature, columns in groupings(features):
        frame = fm.MetricFrame(metrics=measures, y_true=table.outcome, y_pred=table.selected, sensitive_features=table[columns])
        told = frame.by_group
        if is_scored:
            area = fm.MetricFrame(metrics={"auc": sk.roc_auc_score}, y_true=table.outcome, y_pred=table.score,
                                  sensitive_features=table[columns])
            told = told.join(area.by_group)
        for group, values in told.iterrows():
            for metric, value in values.items():
                if np.isnan(value):
                    if rows[metric, feature, name_of(group)]["value"] is not None:
                        raise SystemExit(f"{metric} of {feature} {group}: defined here, not there")
                    continue
                is_held = hold(rows, metric, feature, group, value)
                n_values, n_undefined = n_values + is_held, n_undefined + (not is_held)
    for name, cell, metric, count in crosstab(table, features):
        if rows[metric, name, cell]["numerator"] != count:
            raise SystemExit(f"{metric} of {name} {cell}: not the {count} of aequitas")
        n_counts += 1
    return n_values, n_undefined, n_counts


def crosstab(table, features):
    """Counts of aequitas: (feature, group, metric whose numerator it is, count)."""
    from aequitas.group import Group
    text = table[features].astype(str).astype(object).assign(score=table.selected, label_value=table.outcome)
    told, _ = Group().get_crosstabs(text, attr_cols=list(features))
    for _, line in told.iterrows():
        for cell, metric in CELLS.items():
            yield line["attribute_name"], str(line["attribute_value"]), metric, float(line[cell])


def seconds_of(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def bootstrapped(table, columns, n_boot):
    sensitive = table[columns].astype(str)
    fm.MetricFrame(metrics=TIMED, y_true=table.outcome, y_pred=table.selected, sensitive_features=sensitive, n_boot=n_boot,
                   ci_quantiles=[0.025, 0.975], random_state=7)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--rows", nargs="*", type=int, default=[7_000, 100_000, 1_000_000])
    parser.add_argument("--replicates", nargs=2, type=int, default=[200, 10], help="of the peer, up to 10,000 rows and above")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    a = parser.parse_args()
    warnings.filterwarnings("ignore")
    binary = os.path.abspath(a.bench)
    names = list(FEATURES)
    values, times, large = [], [], []
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        for n in a.rows:
            table = drawn(n)
            told, rows = ours(binary, table, names[:3], a.threads, folder)
            n_values, n_undefined, n_counts = equal(rows, table, names[:3])
            values.append(f"| {n:,} | {told['groupings']} | {n_values:,} | {n_counts:,} | {n_undefined:,} |")
            print(values[-1], flush=True)
            two, _ = ours(binary, table, names[:2], a.threads, folder)
            line = f"| {n:,} | {two['seconds']:.4f} s, {two['figures']:,} figures, {two['replicates']:,} replicates "
            if n <= BOOTSTRAP_UP_TO:
                n_boot = a.replicates[n > 10_000]
                peer = sum(seconds_of(lambda: bootstrapped(table, columns, n_boot)) for _, columns in groupings(names[:2]))
                scaled = peer * SCALED_TO / n_boot
                how = "measured" if n_boot == SCALED_TO else f"{n_boot} measured ({peer:.1f} s), scaled"
                line += f"| {scaled:.1f} s for {SCALED_TO}, {how} | {scaled / two['seconds']:,.0f} |"
            else:
                line += "| left out | |"
            times.append(line)
            print(line, flush=True)
            four, _ = ours(binary, table, names, a.threads, folder)
            large.append(f"| {n:,} | {four['groupings']} | {four['metrics']} | {four['figures']:,} | {four['seconds']:.3f} s |")
            print(large[-1], flush=True)
    write(a, values, times, large)


def write(a, values, times, large):
    today = datetime.date.today().isoformat()
    text = [f"# The audit beside fairlearn and aequitas\n\nMeasured {today} on {machine()}; shared cores, so read ratios, not seconds.",
            f"Remake: `benches/peers/audit.py`. trustrisk with {a.threads} threads; fairlearn {version('fairlearn')}, aequitas {version('aequitas')}.",
            "\n## Equal values\n\nThree features and their two-way crossings. Every value of `MetricFrame.by_group` and every count of",
            "`get_crosstabs` is ours to 1e-12; where a denominator is 0 they say 0 and we say nothing.\n",
            "| rows | groupings | values of fairlearn | counts of aequitas | 0 there, undefined here |\n|--:|--:|--:|--:|--:|", *values,
            "\n## Time with replicates\n\nTwo features and their crossing. Ours: every metric, interval, comparison, verdict and derived figure.",
            "fairlearn: four metrics.\n",
            "| rows | trustrisk | fairlearn | times as long |\n|--:|--:|--:|--:|", *times,
            "\n## Everything of four features\n\nAll metrics and derived figures of four features and their six two-way crossings.\n",
            "| rows | groupings | metrics | figures | seconds |\n|--:|--:|--:|--:|--:|", *large]
    out = pathlib.Path(a.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("\n".join(text) + "\n")


def version(package):
    from importlib.metadata import version as of
    return of(package)


if __name__ == "__main__":
    main()
