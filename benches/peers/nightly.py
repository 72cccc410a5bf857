"""The whole night beside the peer's, on the same table, in one run.

    cargo build --release
    python -m venv venv && venv/bin/pip install -r benches/peers/requirements.txt
    venv/bin/python benches/peers/nightly.py --trustrisk target/release/trustrisk --peer ../shared/peers/nightly.py \
        --python venv/bin/python --out benches/results/nightly.md [--rows 100000 1000000] [--telco PATH] [--runs 3] [--peer-runs-large 1] [--equal]

The peer is a batch of well-known Python libraries (LightGBM, isotonic calibration, fairlearn, shap, matplotlib).
The models are named wherever a ratio is quoted: there 200 boosted trees; here as many, once fitted on every row as the
peer's are and once, as is the default, on a sample of 100,000; boosted trees whose number is chosen out of fold; and
`model = "auto"`, which compares six families and chooses one of them. At equal trees the seconds of attributions, written
to Parquet, stand beside those of the peer's stage; `--equal` runs these models alone.
Runs of the two alternate; medians are printed, with the seconds of every stage and the peak memory as the operating
system accounts it for the finished process. How seconds and memory grow with the rows is shown by runs of trustrisk alone
on the sizes of `--growth`, and what scoring with a saved model takes on those of `--score`.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import tempfile
import time

CONFIG = """
[portfolio]
name = "bench"
as_of = 2026-06-30
compare = "none"

[[stakeholders]]
name = "customers"
subject = "customer"
id = "{id}"
outcome = {{ column = "{target}", adverse = ["Yes"], favorable = ["No"], verb = "leave" }}
sensitive = {sensitive}
crossings = 2
sources = {{ customers = "{table}" }}
{model}
{more}
"""
BOOSTED = 'model = "boosted"'
EQUAL = "200 boosted trees, every row"
MODELS = {
    EQUAL: BOOSTED + "\ntrees = 200\nfit_rows_max = 100000000",
    "200 boosted trees": BOOSTED + "\ntrees = 200",
    "boosted": BOOSTED,
    "auto": 'model = "auto"',
}
STAGES = ["load", "features", "train", "validate", "audit", "explain", "draw", "report"]
# parts of `explain`
PARTS = ["attribute", "tell reasons", "write scores"]


def run(command, cwd):
    """Runs a command and returns (seconds, peak MB, stdout)."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=cwd, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - start
        out.seek(0)
        err.seek(0)
        text = out.read().decode()
        if process.returncode not in (0, 1):
            raise SystemExit(f"{command[0]} failed:\n{err.read().decode()}")
    return seconds, usage.ru_maxrss / 1024, text


def ours(binary, folder, table, model):
    reports = folder / "reports"
    shutil.rmtree(reports, ignore_errors=True)
    seconds, peak, text = run([binary, "run", configured(folder, table, model), "--json", "--reports", str(reports)], folder)
    told = json.loads(text)
    timings = next(reports.rglob("timings.json"))
    every = {stage["stage"]: stage["seconds"] for stage in json.loads(timings.read_text())["stages"]}
    stages = {stage: every[stage] for stage in STAGES + PARTS if stage in every}
    group = told["stakeholders"][0]
    return {"total": seconds, "peak": peak, "stages": stages, "auc": group["auc"], "family": group["family"]}


def peer(python, script, folder, table, boot):
    command = [python, script, table["path"], "--target", table["target"], "--positive", "Yes", "--id", table["id"]]
    command += ["--protected", *table["sensitive"], "--out", str(folder / "peer"), "--boot", str(boot)]
    seconds, peak, text = run(command, folder)
    told = json.loads(text.strip().splitlines()[-1])
    return {"total": seconds, "peak": peak, "stages": told["seconds"], "auc": told["cross_validated"]["auc"]}


LARGEST = 1_000_000


def repeated(binary, folder, n):
    """A table of n rows; above a million, one of a million again and again, with other ids."""
    if n <= LARGEST:
        return generated(binary, folder, n)["path"]
    path = folder / f"wide-{n}.csv"
    with open(generated(binary, folder, LARGEST)["path"]) as table, open(path, "w") as out:
        head, *rows = table
        out.write(head)
        for number in range(n):
            out.write(f"{number // LARGEST}-{rows[number % LARGEST]}")
    return str(path)


def generated(binary, folder, n):
    path = folder / f"wide-{n}.csv"
    if not path.exists():
        subprocess.run([binary, "sample", "--wide", str(path), "--subjects", str(n), "--seed", "7"], check=True)
    return {"name": f"generated, {n:,}", "path": str(path), "target": "left", "id": "customer_id", "rows": n,
            "sensitive": ["gender", "age_band"], "value": "yearly_revenue"}


def configured(folder, table, model):
    config = folder / (pathlib.Path(table["path"]).stem + ".toml")
    more = f'value = "{table["value"]}"' if "value" in table else ""
    config.write_text(CONFIG.format(id=table["id"], target=table["target"], table=table["path"],
                                    sensitive=json.dumps(table["sensitive"]), model=MODELS[model], more=more))
    return str(config)


def growth(binary, folder, sizes):
    """Lines of a table: seconds by stage and memory of trustrisk alone at growing sizes."""
    if not sizes:
        return []
    lines = ["\n## Growth with rows\n", "trustrisk alone, `model = \"auto\"`, one run a size.\n",
             "| rows | whole run | load | train | explain | peak memory | kB a row |\n|--:|--:|--:|--:|--:|--:|--:|"]
    for n in sorted(sizes):
        run = ours(binary, folder, generated(binary, folder, n), "auto")
        stage = run["stages"]
        lines.append(f"| {n:,} | {run['total']:.2f} s | {stage['load']:.2f} s | {stage['train']:.2f} s "
                     f"| {stage['explain']:.2f} s | {run['peak']:.0f} MB | {1024 * run['peak'] / n:.2f} |")
    print("\n".join(lines), flush=True)
    return lines


def scoring(binary, folder, sizes):
    """Lines of a table: seconds and memory of `trustrisk score` with a saved model at growing sizes."""
    if not sizes:
        return []
    lines = ["\n## Scoring with a saved model\n", "`trustrisk score`, reasons within, one run a size; above a million rows they repeat under other ids.\n",
             "| rows | seconds | peak memory | kB a row |\n|--:|--:|--:|--:|"]
    ours(binary, folder, generated(binary, folder, 10_000), "auto")
    model = folder / "model.json"
    shutil.copy(next((folder / "reports").rglob("model.json")), model)
    for n in sorted(sizes):
        table = repeated(binary, folder, n)
        seconds, peak, _ = run([binary, "score", str(model), table, "--out", str(folder / "scores.csv")], folder)
        lines.append(f"| {n:,} | {seconds:.1f} s | {peak:,.0f} MB | {1024 * peak / n:.2f} |")
    print("\n".join(lines), flush=True)
    return lines


def median(runs, get):
    return statistics.median(get(run) for run in runs)


def machine():
    model = "unknown"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = int(pathlib.Path("/proc/meminfo").read_text().split()[1]) / 1024 / 1024
    return f"{os.cpu_count()} virtual cores, {model}, {memory:.0f} GiB, {platform.system()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trustrisk", required=True)
    parser.add_argument("--peer", required=True)
    parser.add_argument("--python", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--rows", nargs="*", type=int, default=[100_000, 1_000_000])
    parser.add_argument("--telco")
    parser.add_argument("--boot", type=int, default=0, help="bootstrap replicates of the peer's audit on generated tables")
    parser.add_argument("--runs", type=int, default=3, help="runs of each on a table")
    parser.add_argument("--peer-runs-large", type=int, default=1, help="runs of the peer on a million rows or more")
    parser.add_argument("--equal", action="store_true", help="only the models with as many trees as the peer's")
    parser.add_argument("--growth", nargs="*", type=int, default=[10_000, 30_000, 100_000, 300_000, 1_000_000])
    parser.add_argument("--score", nargs="*", type=int, default=[100_000, 1_000_000, 10_000_000])
    a = parser.parse_args()
    binary, script = os.path.abspath(a.trustrisk), os.path.abspath(a.peer)
    python = os.path.abspath(a.python)
    lines = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        tables = []
        if a.telco:
            sensitive = ["gender", "SeniorCitizen"]
            tables.append({"name": "Telco", "path": os.path.abspath(a.telco), "target": "Churn", "id": "customerID",
                           "sensitive": sensitive, "boot": 200})
        tables += [{**generated(binary, folder, n), "boot": a.boot} for n in a.rows]
        for table in tables:
            n_peer = min(a.runs, a.peer_runs_large) if table.get("rows", 0) >= 1_000_000 else a.runs
            models = [model for model in MODELS if model.startswith("200") or not a.equal]
            runs = {model: [] for model in [*models, "peer"]}
            for number in range(a.runs):
                for model in models:
                    runs[model].append(ours(binary, folder, table, model))
                if number < n_peer:
                    runs["peer"].append(peer(python, script, folder, table, table["boot"]))
            begin = len(lines)
            lines.append(f"\n## {table['name']}\n")
            what = f"with {table['boot']} bootstrap replicates of the audit" if table["boot"] else "without intervals in the audit"
            times = f"Medians of {a.runs} runs of trustrisk and {n_peer} of the peer, in turns."
            lines.append(f"{times} The peer runs {what}; trustrisk always tells intervals.\n")
            lines.append("| | whole run | the peer takes | peak memory | AUC out of fold |\n|---|--:|--:|--:|--:|")
            total = {name: median(of, lambda r: r["total"]) for name, of in runs.items()}
            for name, of in runs.items():
                label = "peer, 200 boosted trees" if name == "peer" else f"trustrisk, {name}"
                label += f": {of[0]['family']}" if name == "auto" else ""
                ratio = "" if name == "peer" else f"{total['peer'] / total[name]:.1f} times as long"
                peak = median(of, lambda r: r["peak"])
                lines.append(f"| {label} | {total[name]:.2f} s | {ratio} | {peak:.0f} MB | {of[0]['auc']:.4f} |")
            for name, of in runs.items():
                told = ", ".join(f"{stage} {median(of, lambda r: r['stages'].get(stage, 0.0)):.2f}" for stage in of[0]["stages"])
                lines.append(f"\nSeconds by stage, {name}: {told}")
            stage = {name: median(of, lambda r: r["stages"].get("attribute", r["stages"].get("explain", 0.0))) for name, of in runs.items()}
            lines.append(f"\nAttributions of every row, in Parquet, at 200 trees: {stage[EQUAL]:.2f} s; the peer's stage {stage['peer']:.1f} s, "
                         f"{stage['peer'] / stage[EQUAL]:.0f} times as long.")
            print("\n".join(lines[begin:]), flush=True)
        lines += growth(binary, folder, a.growth)
        lines += scoring(binary, folder, a.score)
    today = datetime.date.today().isoformat()
    head = [f"# The whole night beside the peer's\n\nMeasured {today} on {machine()}; shared cores, so read ratios, not seconds.",
            "Remake: `benches/peers/nightly.py`. The peer's model is 200 boosted trees. trustrisk's first line is the like-for-like one: as many",
            "(oblivious) trees, fitted on every row; by default they are fitted on a sample of at most 100,000. `boosted` chooses their number",
            "out of fold, and `auto` compares six families and names the one that it took. The seconds of `attribute` hold both",
            "tables of attributions as Parquet, those of `tell reasons` all sentences, those of `write scores` the scores as Parquet and CSV."]
    out = pathlib.Path(a.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("\n".join(head + lines) + "\n")


if __name__ == "__main__":
    main()
