"""Attributions of the same models and rows beside LightGBM, CatBoost, shap, woodelf and fasttreeshap, on one thread.

    cargo bench --no-run
    python -m venv venv && venv/bin/pip install -r benches/peers/requirements.txt
    venv/bin/python benches/peers/attributions.py --trustrisk target/release/deps/stages-… \
        --out benches/results/attributions.md [--fasttreeshap PYTHON] [--rows 20000] [--trees 500]

The table is drawn: 20,000 rows of 30 numbers, an outcome that depends on them with interactions. Models are trained on it
by LightGBM (up to 64 leaves of depth 6, 255 of depth 8) and CatBoost (oblivious, depth 6 and 8), 500 trees each. Every
figure is rows × trees per second: ours by the clock, median of five passes, compiling told apart; peers' by the
processor's time, which other work on the machine does not lengthen, the better of `--repeat` passes over as many rows as
they need to be timed. Agreement is the largest difference over the rows that a peer has told. `--fasttreeshap` names a
Python that has fasttreeshap 0.1.6 (numpy 1.24, lightgbm 3.3.5).
"""

import argparse
import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

os.environ |= {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")}

import catboost
import lightgbm
import numpy as np
import pandas as pd
import shap
from woodelf.explainer import WoodelfExplainer

from nightly import machine

N_COLUMNS = 30
N_BACKGROUND = 100
# rows that a peer tells of: enough for a second or more
N_ROWS = {"LightGBM pred_contrib": 1000, "shap, own code": 1000, "shap, interventional": 100, "fasttreeshap v2": 2000}

FASTTREESHAP = """
import sys, time, json, numpy as np, lightgbm, fasttreeshap
model, table, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
x = np.fromfile(table).reshape(-1, int(sys.argv[4]))[:n]
explainer = fasttreeshap.TreeExplainer(lightgbm.Booster(model_file=model), algorithm="v2", n_jobs=1, shortcut=False)
begun = time.process_time()
values = explainer(x, check_additivity=False).values
seconds = time.process_time() - begun
values = values[..., 1] if values.ndim == 3 else values
np.asarray(values, float).tofile(sys.argv[5])
print(json.dumps(seconds))
"""


def draw(n_rows):
    random = np.random.default_rng(0)
    x = random.normal(size=(n_rows, N_COLUMNS))
    x[:, 10:20] = np.round(3 * x[:, 10:20])
    margin = x[:, 0] * x[:, 1] + np.sin(2 * x[:, 2]) + 0.5 * x[:, 3] * (x[:, 4] > 0)
    margin += 0.3 * x[:, 5:15].sum(axis=1) + 0.2 * x[:, 11] * x[:, 21]
    return x, (random.random(n_rows) < 1 / (1 + np.exp(-margin))).astype(int)


def timed(work, repeat):
    best, result = float("inf"), None
    for _ in range(repeat):
        begun = time.process_time()
        result = work()
        best = min(best, time.process_time() - begun)
    return best, np.asarray(result, float)


class Bench:
    def __init__(self, arguments, folder):
        self.arguments, self.folder = arguments, pathlib.Path(folder)
        self.x, self.y = draw(arguments.rows)
        self.table = self.folder / "table.f64"
        self.x.tofile(self.table)
        self.lines = []

    def ours(self, model, *options):
        out = self.folder / "values.f64"
        command = [self.arguments.trustrisk, "--bench", "--attribute", model, "--table", self.table, "--out", out, *options]
        told = json.loads(subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout)
        values = np.fromfile(out).reshape(-1, told["rows"]).T if "--interactions" not in options else None
        return told, values

    def tell(self, model, who, rate, ours=None, off=None, note=""):
        ratio = f"{ours / rate:,.0f}" if ours else ""
        off = f"{off:.1e}" if off is not None else ""
        print(f"{model} | {who} | {rate / 1e6:.3g} M | {ratio} | {off} | {note}", file=sys.stderr, flush=True)
        self.lines.append(f"| {model} | {who} | {rate / 1e6:,.3g} | {ratio} | {off} | {note} |")

    def tell_ours(self, model, path, who, *options):
        told, values = self.ours(path, *options)
        note = f"compiled in {told['compile_seconds'] + told['background_seconds']:.2f} s; with that {told['rate_with_compile'] / 1e6:.3g} M"
        self.tell(model, f"**trustrisk**, {who}", told["rate"], note=note)
        return told["rate"], values

    def compare(self, model, who, n_trees, n, work, ours, values):
        seconds, theirs = timed(work, self.arguments.repeat)
        theirs = theirs[:, :N_COLUMNS]
        self.tell(model, who, n * n_trees / seconds, ours, np.abs(theirs - values[: len(theirs)]).max())

    def trained(self, depth, leaves):
        """The file of LightGBM's model."""
        path = self.folder / f"lightgbm{depth}.txt"
        settings = {"objective": "binary", "num_leaves": leaves, "max_depth": depth, "learning_rate": 0.05,
                    "min_data_in_leaf": 20, "num_threads": 1, "seed": 1, "verbose": -1}
        if not path.exists():
            lightgbm.train(settings, lightgbm.Dataset(self.x, self.y), self.arguments.trees).save_model(path)
        return path

    def lightgbm(self, depth, leaves):
        path = self.trained(depth, leaves)
        model = lightgbm.Booster(model_file=path)
        n_trees, name = model.num_trees(), f"LightGBM, depth {depth}"
        ours, values = self.tell_ours(name, path, "path-dependent")
        self.tell_ours(name, path, "path-dependent, AVX2", "--instructions", "avx2")
        n = N_ROWS["LightGBM pred_contrib"]
        self.compare(name, "LightGBM `pred_contrib`", n_trees, n,
                     lambda: model.predict(self.x[:n], pred_contrib=True, num_threads=1), ours, values)
        explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
        # without data of LightGBM's own, shap takes its own code
        explainer.model.original_model = None
        explainer.model.model_type = "internal"
        n = N_ROWS["shap, own code"]
        self.compare(name, "shap, own code", n_trees, n,
                     lambda: explainer.shap_values(self.x[:n], check_additivity=False), ours, values)
        if self.arguments.fasttreeshap:
            self.fasttreeshap(name, path, n_trees, ours, values)
        frame = pd.DataFrame(self.x, columns=model.feature_name())
        background = frame.iloc[-N_BACKGROUND:]

        def woodelf(kind):
            data = background if kind == "interventional" else None
            return WoodelfExplainer(model, data, feature_perturbation=kind).shap_values(frame, verbose=False)

        self.compare(name, "woodelf", n_trees, len(frame), lambda: woodelf("tree_path_dependent"), ours, values)
        ours, values = self.tell_ours(name, path, f"against {N_BACKGROUND} rows", "--background", str(N_BACKGROUND))
        self.compare(name, f"woodelf, against {N_BACKGROUND} rows", n_trees, len(frame),
                     lambda: woodelf("interventional"), ours, values)
        against = shap.TreeExplainer(model, background.to_numpy(), feature_perturbation="interventional")
        n = N_ROWS["shap, interventional"]
        self.compare(name, f"shap, against {N_BACKGROUND} rows", n_trees, n,
                     lambda: against.shap_values(self.x[:n], check_additivity=False), ours, values)
        if depth == 6:
            told, _ = self.ours(path, "--background", str(N_BACKGROUND), "--interactions")
            self.tell(name, "**trustrisk**, interactions", told["rate"])
            n = 5000
            explainer = WoodelfExplainer(model, background, feature_perturbation="interventional")
            seconds, _ = timed(lambda: explainer.shap_interaction_values(
                frame.iloc[:n], include_interaction_with_itself=False, verbose=False), 1)
            self.tell(name, "woodelf, interactions", n * n_trees / seconds, told["rate"])

    def fasttreeshap(self, name, path, n_trees, ours, values):
        n, out = N_ROWS["fasttreeshap v2"], self.folder / "fasttreeshap.f64"
        command = [self.arguments.fasttreeshap, "-W", "ignore", "-c", FASTTREESHAP, path, self.table, n, N_COLUMNS, out]
        run = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True)
        theirs = np.fromfile(out).reshape(n, -1)[:, :N_COLUMNS]
        seconds = float(run.stdout.strip().splitlines()[-1])
        self.tell(name, "fasttreeshap v2", n * n_trees / seconds, ours, np.abs(theirs - values[:n]).max())

    def catboost(self, depth):
        path = self.folder / f"catboost{depth}.json"
        model = catboost.CatBoostClassifier(iterations=self.arguments.trees, depth=depth, thread_count=1, verbose=0,
                                            allow_writing_files=False).fit(self.x, self.y)
        model.save_model(str(path), format="json")
        name = f"CatBoost, depth {depth}"
        ours, values = self.tell_ours(name, path, "path-dependent")
        self.tell_ours(name, path, "path-dependent, AVX2", "--instructions", "avx2")
        pool = catboost.Pool(self.x)
        self.compare(name, "CatBoost `ShapValues`", self.arguments.trees, len(self.x),
                     lambda: model.get_feature_importance(pool, type="ShapValues", thread_count=1), ours, values)
        self.tell_ours(name, path, "interventional, against all rows", "--background", "1")

    def growth(self):
        """Seconds by rows, trees and background, of LightGBM's depth 6."""
        path = self.trained(6, 64)
        self.lines += ["", "How it grows (depth 6, interventional; seconds of one pass, and of compiling with the background):", "",
                       "| rows | trees | background | seconds | compiling |", "|--:|--:|--:|--:|--:|"]
        for rows, trees, background in [
            (5000, 500, 100), (10000, 500, 100), (20000, 500, 100),
            (20000, 125, 100), (20000, 250, 100), (20000, 500, 1000), (20000, 500, 20000),
        ]:
            told, _ = self.ours(path, "--rows", str(rows), "--trees", str(trees), "--background", str(background))
            compiling = told["compile_seconds"] + told["background_seconds"]
            self.lines.append(f"| {rows:,} | {trees} | {background:,} | {told['seconds']:.3f} | {compiling:.2f} |")

    def depths(self):
        """Rates by the depth of LightGBM's trees, each with as many leaves as fit up to 255."""
        self.lines += ["", "By depth (LightGBM, interventional against 100 rows where the model's tables allow):", "",
                       "| depth | leaves | kernel | told | M rows × trees / s | compiling |", "|--:|--:|---|---|--:|--:|"]
        for depth in [2, 3, 4, 5, 6, 7, 8, 10, 12]:
            path = self.trained(depth, 64 if depth == 6 else min(2**depth, 255))
            model = lightgbm.Booster(model_file=path)
            # walks are slower by far: fewer rows tell their rate
            told, _ = self.ours(path, "--background", str(N_BACKGROUND), "--rows", str(self.arguments.rows if depth <= 8 else 200))
            leaves = model.dump_model()["tree_info"]
            mean = sum(tree["num_leaves"] for tree in leaves) / len(leaves)
            compiling = told["compile_seconds"] + told["background_seconds"]
            self.lines.append(f"| {depth} | {mean:.0f} | {told['kernel']} | {told['perturbation']} "
                              f"| {told['rate'] / 1e6:,.3g} | {compiling:.2f} s |")

    def additive(self):
        """Rows a second of an additive model, margins and points."""
        self.lines += ["", "Additive models of thirty columns (twenty-four of numbers in up to 256 bins, six of levels), a million rows, margins",
                       "and points, in blocks that stay in the second cache and in those of a run:", "",
                       "| pairs | rows of a block | threads | M rows / s |", "|--:|--:|--:|--:|"]
        for pairs, block, threads in [(0, 2048, 1), (0, 32768, 1), (10, 2048, 1), (10, 32768, 1), (0, 32768, 2)]:
            command = [self.arguments.trustrisk, "--bench", "--additive", "--pairs", pairs, "--block", block, "--threads", threads]
            told = json.loads(subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout)
            self.lines.append(f"| {pairs} | {block:,} | {threads} | {told['rate'] / 1e6:.2f} |")

    def threads(self):
        path = self.folder / "lightgbm6.txt"
        one, _ = self.ours(path, "--threads", "1")
        two, _ = self.ours(path, "--threads", "2")
        self.lines += ["", f"Two threads take {two['seconds']:.3f} s where one takes {one['seconds']:.3f} s: "
                           f"{one['seconds'] / two['seconds']:.2f} times as fast (depth 6, path-dependent)."]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trustrisk", required=True, help="the bench binary")
    parser.add_argument("--out", default="attributions.md")
    parser.add_argument("--fasttreeshap")
    parser.add_argument("--rows", type=int, default=20000)
    parser.add_argument("--trees", type=int, default=500)
    parser.add_argument("--growth", action="store_true", help="only how it grows, to standard output")
    parser.add_argument("--repeat", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(arguments, folder)
        if not arguments.growth:
            bench.lightgbm(6, 64)
            bench.lightgbm(8, 255)
            bench.catboost(6)
            bench.catboost(8)
        bench.growth()
        bench.depths()
        bench.additive()
        bench.threads()
    if arguments.growth:
        print("\n".join(bench.lines))
        return
    versions = ", ".join(f"{name} {module.__version__}" for name, module in
                         [("LightGBM", lightgbm), ("CatBoost", catboost), ("shap", shap)])
    head = f"""# Attributions beside the peers

{datetime.date.today():%-d %B %Y}, {machine()}. {versions}, woodelf 0.4.8. {arguments.rows:,} rows × {N_COLUMNS} columns,
{arguments.trees} trees, one thread, one run (`benches/peers/attributions.py`): millions of rows × trees a second; *times* is
ours of the same kind over the peer's, compiling left out; *off* is the largest difference in margin units.
Ours tells exact margins besides.

| model | who | M rows × trees / s | times | off | |
|---|---|--:|--:|--:|---|
"""
    pathlib.Path(arguments.out).write_text(head + "\n".join(bench.lines) + "\n")


if __name__ == "__main__":
    main()
