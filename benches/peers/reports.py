"""All reports of a table beside the peer's charts and PDF, and pages of single subjects: in one run on one machine.

    cargo build --release
    python -m venv venv && venv/bin/pip install -r benches/peers/requirements.txt
    venv/bin/python benches/peers/reports.py --trustrisk target/release/trustrisk --table telco.csv \
        --peer nightly.py --out benches/results/reports.md [--repeats 5] [--subjects 6000]

`--table` is the Telco churn table (7,043 customers), `--peer` the pipeline of well-known Python libraries that draws
its charts by matplotlib into one PDF. Ours is `trustrisk report` on a finished run: the whole command, from reading the
sealed folder to the last file: two PDFs, the page for the screen, the workbook, and every chart as SVG and PNG. The
peer's figure is its own stage `report`, without its import of the libraries. Pages of single subjects: the customers of a
generated business in the band `elevated` or above, by `trustrisk subjects` with one thread and with two. Medians of
`--repeats`; peak memory of the process.
"""

import argparse
import datetime
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from nightly import machine

CONFIG = """
[portfolio]
name = "telco"
as_of = 2026-06-30
currency = "USD"

[[stakeholders]]
name = "customers"
id = "customerID"
outcome = { column = "Churn", adverse = ["Yes"], favorable = ["No"], verb = "leave" }
value = "MonthlyCharges"
sensitive = ["gender", "SeniorCitizen"]
model = "additive"
"""


def timed(command, repeats=1):
    """Median seconds and the greatest peak memory in MB of a command."""
    seconds, peak = [], 0
    for _ in range(repeats):
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        told = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds.append(time.perf_counter() - start)
        peak = max(peak, usage.ru_maxrss / 1024)
        if os.waitstatus_to_exitcode(status) != 0:
            sys.exit(told.decode())
    return statistics.median(seconds), peak


def run_of(trustrisk, config, reports):
    """The folder of a run."""
    told = subprocess.run([trustrisk, "run", config, "--reports", reports, "--json"], capture_output=True, text=True, check=True)
    return pathlib.Path(json.loads(told.stdout)["path"])


def n_files(folder):
    files = [path for path in folder.rglob("*") if path.is_file()]
    return len(files), sum(path.stat().st_size for path in files)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--trustrisk", required=True)
    arguments.add_argument("--table", type=pathlib.Path, required=True)
    arguments.add_argument("--peer", type=pathlib.Path, required=True)
    arguments.add_argument("--out", type=pathlib.Path, required=True)
    arguments.add_argument("--repeats", type=int, default=5)
    arguments.add_argument("--subjects", type=int, default=6000)
    given = arguments.parse_args()
    trustrisk = str(pathlib.Path(given.trustrisk).resolve())
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "telco.toml").write_text(f"{CONFIG}sources = {{ customers = {json.dumps(str(given.table.resolve()))} }}\n")
        run = run_of(trustrisk, str(folder / "telco.toml"), str(folder / "reports"))
        ours, ours_mb = timed([trustrisk, "report", str(run), "--out", str(folder / "pages"), "--quiet"], given.repeats)
        files, size = n_files(folder / "pages")
        peer = [sys.executable, str(given.peer), str(given.table), "--target", "Churn", "--positive", "Yes", "--id", "customerID",
                "--protected", "gender", "SeniorCitizen", "--out", str(folder / "peer"), "--boot", "0"]
        told = [json.loads(subprocess.run(peer, capture_output=True, text=True, check=True).stdout) for _ in range(given.repeats)]
        theirs, theirs_mb = statistics.median(of["seconds"]["report"] for of in told), max(of["peak_mb"] for of in told)

        subprocess.run([trustrisk, "sample", "--out", str(folder / "sample"), "--subjects", str(given.subjects)], check=True, capture_output=True)
        business = run_of(trustrisk, str(folder / "sample" / "trustrisk.toml"), str(folder / "sample-reports"))
        pages = []
        for threads in (1, 2):
            out = folder / f"subjects-{threads}"
            command = [trustrisk, "subjects", str(business), "--band", "elevated", "--only", "customers", "--out", str(out),
                       "--threads", str(threads), "--quiet"]
            seconds, peak = timed(command, max(1, given.repeats // 2))
            n = len(list((out / "customers" / "subjects").glob("*.pdf")))
            pages.append((threads, n, seconds, n / seconds, peak))
    lines = [
        "# Reports beside the peer's",
        "",
        f"Measured {datetime.date.today()} on {machine()}; shared cores, so read ratios, not seconds.",
        "Remake: `benches/peers/reports.py`.",
        "",
        "## All reports of 7,043 customers",
        "",
        "| | what | seconds | peak memory |",
        "|---|---|--:|--:|",
        f"| trustrisk | {files} files, {size / 1e6:.1f} MB: two tagged PDFs, screen, workbook, charts as SVG and PNG; the whole command | {ours:.2f} | {ours_mb:.0f} MB |",
        f"| peer | 17 plain pictures in one PDF; its stage `report` alone | {theirs:.2f} | {theirs_mb:.0f} MB (whole pipeline) |",
        "",
        "## Pages of single subjects",
        "",
        "| threads | pages | seconds | pages a second | peak memory |",
        "|--:|--:|--:|--:|--:|",
        *[f"| {threads} | {n:,} | {seconds:.1f} | {rate:.0f} | {peak:.0f} MB |" for threads, n, seconds, rate, peak in pages],
        "",
    ]
    given.out.write_text("\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
