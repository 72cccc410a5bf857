"""Every model family beside its peers: real tables, the same folds, columns and rows, in one run.

    cargo build --release
    python -m venv venv && venv/bin/pip install -r benches/peers/requirements.txt
    venv/bin/python benches/peers/models.py --trustrisk target/release/trustrisk --data ../shared/data \
        --out benches/results/models.md [--cache FILE] [--tables telco …] [--families logistic …] [--peers ebm …] [--repeat 3]

Each table is run by its config under `tests/tables/` with one line more, `model = "<family>"`, on one thread. Folds, rows
and columns are read from what trustrisk wrote, and the peers are fitted on exactly these; figures of all are computed here
by one definition, and those of trustrisk must equal its `validation.json`. Duplicates stay on one side of a fold for all.

A family that the binary refuses is told as such and the rest goes on. Anything that does not match ends the script:
folds or columns that differ between families, a row that cannot be joined, a number that cannot be read.
Peers whose fits are slow (EBM) are kept in the cache, by a hash over rows, folds, settings, versions and machine; the
others are fitted anew in every run.
"""

import argparse
import dataclasses
import datetime
import hashlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import tomllib

import learners  # first: it sets the number of threads

import numpy as np
import pandas as pd

import figures
from nightly import machine

CONFIGS = pathlib.Path(__file__).resolve().parents[2] / "tests" / "tables"
DATA_IN_CONFIGS = "../../../shared/data"
FAMILIES = ["logistic", "tree", "forest", "extra_trees", "additive", "boosted", "auto"]
TABLES = ["telco", "hr_attrition", "ecommerce_churn", "hr_turnover", "shipping"]
NEAR = 0.003
SLOPE = (0.9, 1.1)
ECE_LIMIT, ECE_ROWS = 0.02, 5_000
SLOW = 5.0


@dataclasses.dataclass
class Table:
    name: str
    config: str
    group: dict
    text: pd.DataFrame

    @property
    def id(self):
        return self.group.get("id", "row")


@dataclasses.dataclass
class Run:
    """What one family left."""

    family: str
    scores: pd.DataFrame
    kinds: dict
    validation: dict
    stage: float
    fits: list


class Refused(Exception):
    pass


def read_table(name, data):
    path = CONFIGS / f"{name}.toml"
    if not path.exists():
        raise SystemExit(f"there is no config `{name}.toml` under tests/tables")
    config = path.read_text().replace(DATA_IN_CONFIGS, str(data))
    groups = tomllib.loads(config)["stakeholders"]
    if len(groups) != 1 or len(groups[0]["sources"]) != 1:
        raise SystemExit(f"`{name}` joins several tables by SQL; only single tables are read here")
    group = groups[0]
    if unread := {"sql", "time", "entity", "model"} & group.keys():
        raise SystemExit(f"`{name}` sets {', '.join(sorted(unread))}, which this script does not follow")
    text = read_source(next(iter(group["sources"].values())))
    if "id" not in group:
        text["row"] = [str(number) for number in range(2, len(text) + 2)]
    return Table(name, config, group, text)


def read_source(source):
    """All cells as trimmed text, blanks as empty text; files are united by column name."""
    source = {"path": source} if isinstance(source, str) else source
    if unread := source.keys() - {"path", "sheet", "rename"}:
        raise SystemExit(f"a source sets {', '.join(sorted(unread))}, which this script does not follow")
    paths = source["path"] if isinstance(source["path"], list) else [source["path"]]
    parts = [read_file(path, source.get("sheet", 0)).rename(columns=source.get("rename", {})) for path in paths]
    if any(set(part.columns) != set(parts[0].columns) for part in parts):
        raise SystemExit(f"the files {paths} have different columns")
    return pd.concat(parts, ignore_index=True)


def read_file(path, sheet):
    if path.endswith(".xlsx"):
        cells = pd.read_excel(path, sheet_name=sheet, header=None, dtype=object)
    else:
        cells = pd.read_csv(path, header=None, dtype=object, keep_default_na=False, encoding="utf-8-sig")
    text = cells.map(as_text)
    seen, names = {}, []
    for name in text.iloc[0]:
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return text.iloc[1:].set_axis(names, axis=1).reset_index(drop=True)


def as_text(cell):
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()


def with_family(config, family):
    begin = "[[stakeholders]]\n"
    if config.count(begin) != 1:
        raise SystemExit("the config has not exactly one line `[[stakeholders]]`")
    return config.replace(begin, f'{begin}model = "{family}"\n')


def run_family(binary, table, family, folder):
    """One run on one thread; its files are read at once, since the next run may write over them."""
    config = folder / f"{table.name}-{family}.toml"
    config.write_text(with_family(table.config, family))
    with tempfile.TemporaryDirectory(dir=folder) as reports:
        command = [binary, "run", str(config), "--json", "--threads", "1", "--reports", reports]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode not in (0, 1, 2):
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise Refused(f"failed with exit {done.returncode}: {last}")
        told = json.loads(done.stdout)
        errors = [*told.get("errors", []), *[group["error"] for group in told.get("stakeholders", []) if group["error"]]]
        if errors or done.returncode == 2:
            messages = [error["message"] if isinstance(error, dict) else str(error) for error in errors]
            raise Refused("refused: " + ("; ".join(messages) or "exit 2"))
        timings = next(pathlib.Path(reports).rglob("timings.json"))
        name = table.group["name"]
        return read_run(timings.parent / name, json.loads(timings.read_text()), family)


def read_run(bundle, timings, family):
    scores = pd.read_parquet(bundle / "scores.parquet")
    validation = json.loads((bundle / "validation.json").read_text())
    if family not in ("auto", validation["family"]):
        raise SystemExit(f"`{family}` was asked for and `{validation['family']}` came")
    if validation.get("fold_kind") != "random":
        raise SystemExit(f"folds are {validation.get('fold_kind')}, not random: peers would be given other rows")
    features = json.loads((bundle / "model.json").read_text())["features"]
    stage = [stage["seconds"] for stage in timings["stages"] if stage["stage"] == "train"]
    if not stage:
        raise SystemExit("timings.json tells no stage `train`")
    # an optional list in timings.json, one entry a fit: {"family", "seconds", …}
    fits = [fit["seconds"] for fit in timings.get("fits", []) if fit.get("family", validation["family"]) == validation["family"]]
    return Run(validation["family"], scores[scores["history"]].reset_index(drop=True),
               {feature["name"]: feature["kind"] for feature in features}, validation, sum(stage), fits)


def joined(table, run):
    """The rows of the raw table in the order of the scores, with folds and outcomes; fails where they do not match."""
    key = table.id
    for rows, what in [(table.text[key], "table"), (run.scores[key], "scores")]:
        if rows.duplicated().any():
            raise SystemExit(f"`{table.name}`: an id stands twice in the {what}")
    if set(table.text[key]) != set(run.scores[key]):
        raise SystemExit(f"`{table.name}`: {len(run.scores)} rows of history, {len(table.text)} in the table, not the same ids")
    if run.scores["fold"].isna().any():
        raise SystemExit(f"`{table.name}`: a row of history is in no fold")
    text = table.text.set_index(key).loc[run.scores[key]].reset_index()
    outcome = table.group["outcome"]
    words = text[outcome["column"]].str.casefold()
    adverse, favorable = ({word.casefold() for word in outcome[side]} for side in ("adverse", "favorable"))
    if not words.isin(adverse | favorable).all() or not (words.isin(adverse) == (run.scores["outcome"] == 1)).all():
        raise SystemExit(f"`{table.name}`: outcomes in the scores are not those of the table")
    folds = run.scores["fold"].astype(int).to_numpy()
    clusters = text.groupby(list(text.columns.drop(key)), sort=False).ngroup().to_numpy()
    together = table.group.get("duplicates", "together") != "keep"
    if together and len(np.unique(clusters)) != len(np.unique(np.column_stack([clusters, folds]), axis=0)):
        raise SystemExit(f"`{table.name}`: rows that equal one another are in different folds")
    for told in run.validation["folds"]:
        n_test = int((folds == told["fold"]).sum())
        if (told["n_test"], told["n_train"]) != (n_test, len(folds) - n_test):
            raise SystemExit(f"`{table.name}`: fold {told['fold']} counts {told['n_test']} and {told['n_train']} rows")
    return text, (run.scores["outcome"] == 1).to_numpy(), folds, clusters


def same_folds(table, first, run):
    columns = [table.id, "outcome", "fold"]
    if not first.scores[columns].equals(run.scores[columns]):
        raise SystemExit(f"`{table.name}`: rows or folds of {run.family} are not those of {first.family}")
    if first.kinds != run.kinds:
        raise SystemExit(f"`{table.name}`: columns of {run.family} are not those of {first.family}")


def judged(table, run, outcomes):
    """Figures by the definitions of this script, which must be those that trustrisk prints."""
    own = figures.judge(run.scores["risk"].to_numpy(), outcomes)
    for name, value in own.items():
        printed = run.validation["out_of_fold"][name]["value"]
        near = 1e-6 if name == "calibration_slope" else 1e-9
        if (printed is None) != (value is None) or (value is not None and abs(printed - value) > near):
            raise SystemExit(f"`{table.name}`, {run.family}: {name} is {value} here and {printed} in validation.json")
    return own


def peer_run(peer, rows, outcomes, folds, repeat, cache):
    """Out-of-fold risks and seconds of a fit; slow fits come from the cache where these rows were fitted before."""
    settings = learners.SETTINGS[peer]
    content = hashlib.sha256(json.dumps([peer, settings, learners.version(peer), machine(), list(rows.columns)]).encode())
    for part in [pd.util.hash_pandas_object(rows, index=False).to_numpy(), outcomes, folds]:
        content.update(np.ascontiguousarray(part).tobytes())
    key = content.hexdigest()
    run = cache.runs.get(key)
    if run is None:
        risks, seconds = np.full(len(rows), np.nan), []
        for fold in np.unique(folds):
            train, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            for number in range(repeat):
                took, told = learners.fit(peer, settings, rows, outcomes, train, test)
                seconds.append(took)
                if number == 0:
                    risks[test] = told
                if took > SLOW:
                    break
        today = datetime.date.today().isoformat()
        run = {"peer": peer, "measured": today, "seconds": statistics.median(seconds), "risks": risks.tolist()}
        if run["seconds"] > SLOW:
            cache.add(key, run)
    return {**run, "risks": np.array(run["risks"])}


class Cache:
    def __init__(self, path):
        self.path = pathlib.Path(path) if path else None
        self.runs = json.loads(self.path.read_text()) if self.path and self.path.exists() else {}

    def add(self, key, run):
        self.runs[key] = run
        if self.path:
            fresh = self.path.with_suffix(".new")
            fresh.write_text(json.dumps(self.runs))
            fresh.replace(self.path)


def row(name, told, risks, seconds):
    cells = [f"{told['auc']:.4f}", f"{told['brier']:.4f}", f"{told['log_loss']:.4f}", f"{told['ece']:.4f}",
             f"{figures.ece_by_chance(risks):.4f}", slope_of(told), seconds]
    return f"| {name} | " + " | ".join(cells) + " |"


def slope_of(told):
    return "undefined" if told["calibration_slope"] is None else f"{told['calibration_slope']:.3f}"


def seconds_of(runs):
    """Seconds of one fit where the run tells them, and of the whole stage in any case."""
    stage = statistics.median(run.stage for run in runs)
    fits = [seconds for run in runs for seconds in run.fits]
    models = len(runs[0].validation["folds"]) + 1
    return f"{statistics.median(fits):.3f} s" if fits else "–", f"{stage:.2f} s for {models} models, choice of settings within"


def calibration_verdict(told, n):
    slope, low, high = told["calibration_slope"], *SLOPE
    inside = slope is not None and low <= slope <= high
    words = [f"slope {'yes' if inside else '**no**'} ({slope_of(told)})"]
    if n >= ECE_ROWS:
        words.append(f"ECE {'yes' if told['ece'] <= ECE_LIMIT else '**no**'} ({told['ece']:.4f})")
    else:
        words.append(f"ECE not judged under {ECE_ROWS:,} rows ({told['ece']:.4f})")
    return ", ".join(words)


def compared(label, best, rivals, outcomes, clusters):
    rival = max(rivals, key=lambda rival: rival[1]["auc"])
    difference, error = figures.auc_difference(best[2], rival[2], outcomes, clusters)
    near = "yes" if difference >= -NEAR else "**no**"
    told = f"{near} (difference {difference:+.4f}, paired DeLong error {error:.4f})"
    return f"{label} ({best[0]}) within {NEAR} AUC of the best peer ({rival[0]}): {told}"


def run_families(table, arguments, folder):
    """Runs by family, and why others did not run; all must have the same rows, folds and columns."""
    runs, refused = {}, {}
    for family in arguments.families:
        try:
            runs[family] = [run_family(arguments.trustrisk, table, family, folder) for _ in range(arguments.repeat)]
        except Refused as why:
            refused[family] = str(why)
        print(f"{table.name}, {family}: {refused.get(family, 'run')}", file=sys.stderr, flush=True)
    if not runs:
        raise SystemExit(f"`{table.name}`: no family ran, so there are no folds to fit the peers on")
    first = next(iter(runs.values()))[0]
    for repeats in runs.values():
        same_folds(table, first, repeats[0])
        if any(not run.scores.equals(repeats[0].scores) for run in repeats):
            raise SystemExit(f"`{table.name}`: {repeats[0].family} gives other scores when it is run again")
    return runs, refused


def sampled(run):
    return any(fold.get("n_rows_of_fit", fold["n_train"]) < fold["n_train"] for fold in run.validation["folds"])


def our_rows(table, families, runs, refused, outcomes):
    """Rows of the printed table, the families as (name, figures, risks), and sentences below the table."""
    lines, ours, stages, samples = [], {}, [], []
    for family in families:
        if family in refused:
            lines.append(f"| trustrisk, {family} | {refused[family].replace('|', '/')} | | | | | | |")
            continue
        run = runs[family][0]
        name = f"auto: {run.family}" if family == "auto" else family
        told, risks = judged(table, run, outcomes), run.scores["risk"].to_numpy()
        fit, stage = seconds_of(runs[family])
        lines.append(row(f"trustrisk, {name}", told, risks, fit))
        ours[family] = (name, told, risks)
        stages.append(f"{name} {stage}")
        samples += [name] * sampled(run)
    below = [f"\nWhole stage of training, trustrisk: {'; '.join(stages)}."]
    if samples:
        below.append(f"Fitted on a sample of the training rows, where the peers are given all: {', '.join(samples)}.")
    return lines, ours, below


def peer_rows(table, arguments, rows, outcomes, folds, cache):
    """Rows of the printed table, the peers as (name, figures, risks), and sentences below the table."""
    lines, rivals, dates, today = [], [], set(), datetime.date.today().isoformat()
    for peer in arguments.peers:
        run = peer_run(peer, rows, outcomes, folds, arguments.repeat, cache)
        dates.add(run["measured"])
        name, alike = learners.NAMES[peer], figures.calibrated_alike(run["risks"], outcomes, folds)
        fit = f"{run['seconds']:.3f} s"
        for label, risks, seconds in [(name, run["risks"], fit), (f"{name}, calibrated alike", alike, "")]:
            if risks is None:
                lines.append(f"| {label} | no line: the margins of other folds separate the outcomes | | | | | | |")
                continue
            told = figures.judge(risks, outcomes)
            lines.append(row(label, told, risks, seconds))
            rivals.append((label, told, risks))
        print(f"{table.name}, {peer}: {fit} a fit", file=sys.stderr, flush=True)
    return lines, rivals, [f"Peers were fitted {' and '.join(sorted(dates))}."] * bool(dates - {today})


def table_lines(table, arguments, folder, cache):
    """The section of a table, and whether a family failed in it."""
    runs, refused = run_families(table, arguments, folder)
    first = next(iter(runs.values()))[0]
    text, outcomes, folds, clusters = joined(table, first)
    rows = learners.typed(text, first.kinds)
    n, n_folds, copies = len(rows), len(np.unique(folds)), len(rows) - len(np.unique(clusters))
    mine, ours, below_ours = our_rows(table, arguments.families, runs, refused, outcomes)
    theirs, rivals, below_theirs = peer_rows(table, arguments, rows, outcomes, folds, cache)
    lines = [f"\n## {table.name}\n",
             f"{n:,} rows, {outcomes.mean():.2%} with the outcome, {len(first.kinds)} columns, {n_folds} folds; "
             f"{copies:,} rows repeat another.\n",
             "| | AUC | Brier | log loss | ECE | ECE by chance | slope | a fit |\n|---|--:|--:|--:|--:|--:|--:|--:|",
             *mine, *theirs, *below_ours, *below_theirs, ""]
    named = [entry for family, entry in ours.items() if family != "auto"]
    if rivals and named:
        best = max(named, key=lambda entry: entry[1]["auc"])
        lines.append("- " + compared("Best family", best, rivals, outcomes, clusters))
    if rivals and "auto" in ours:
        lines.append("- " + compared("What `auto` takes", ours["auto"], rivals, outcomes, clusters))
    lines.append(f"- Cross-fitted and calibrated (slope in {SLOPE[0]} to {SLOPE[1]}, ECE at most {ECE_LIMIT}):")
    lines += [f"  - {name}: {calibration_verdict(told, n)}" for name, told, _ in ours.values()]
    return lines, any(why.startswith("failed") for why in refused.values())


HEAD = """# Every model family beside its peers

Measured {today} on {machine}; one thread each; shared cores, so read ratios, not seconds.
Remake: `benches/peers/models.py`. {version}, {repeat} a family and table; the peers:

{peers}

All are judged out of fold on the same folds, columns and rows; protected columns are out of all where the config
says so, and rows that equal another stay on one side of a fold. trustrisk's risks are calibrated by what the other
folds show; *calibrated alike* does so with a peer's: a Platt line on the margins of the other folds. *ECE by chance* is
the mean error over 15 equal-mass bins if the risks were exactly true. *A fit* is the median over folds, preparation and
binning within, for peers in seconds of the processor, for trustrisk by the clock; a peer's fit within {slow:.0f} s is repeated
as often as a run. The best peer is the best of all rows of peers, calibrated or not; both bests are picked after the
fact. The error of a difference of AUC is paired (DeLong) and clustered by equal rows."""


def head(arguments):
    told = subprocess.run([arguments.trustrisk, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    repeat = "one run" if arguments.repeat == 1 else f"{arguments.repeat} runs"
    peers = [f"- {learners.described(peer, learners.SETTINGS[peer])}" for peer in arguments.peers]
    return HEAD.format(today=datetime.date.today().isoformat(), machine=machine(), version=told, repeat=repeat,
                       peers="\n".join(peers) or "none", slow=SLOW)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trustrisk", required=True)
    parser.add_argument("--data", required=True, help="the folder of the real tables")
    parser.add_argument("--out", required=True)
    parser.add_argument("--tables", nargs="+", default=TABLES)
    parser.add_argument("--families", nargs="+", default=FAMILIES)
    parser.add_argument("--peers", nargs="*", default=["logistic", "lightgbm", "ebm"], choices=list(learners.LEARNERS))
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--cache", help="a JSON file that keeps what slow peers gave")
    a = parser.parse_args()
    if a.repeat < 1:
        parser.error("--repeat must be at least 1")
    a.trustrisk = os.path.abspath(a.trustrisk)
    tables = [read_table(name, pathlib.Path(a.data).resolve()) for name in a.tables]
    cache, lines, failed = Cache(a.cache), [head(a)], False
    out = pathlib.Path(a.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for table in tables:
            more, broke = table_lines(table, a, pathlib.Path(folder), cache)
            print("\n".join(more), flush=True)
            lines, failed = lines + more, failed or broke
    out.write_text("\n".join(lines) + "\n")
    if failed:
        raise SystemExit("a family failed where it should have run or refused; see the table")


if __name__ == "__main__":
    main()
