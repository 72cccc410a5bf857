"""Executes the notebooks in a clean kernel each.

python execute.py            writes their outputs in place; the same bytes every time
python execute.py --check    compares with the outputs that are there; 1 where they differ
"""

import argparse
import difflib
import os
import re
import sys
import tempfile
from copy import deepcopy
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

HERE = Path(__file__).resolve().parent
NOTEBOOKS = [HERE / "analyst.ipynb", HERE / "auditor.ipynb"]
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
# of this machine, or of any
PATHS = re.compile(
    "|".join([*map(re.escape, {str(HERE.parent), sys.prefix, str(Path.home())} - {"/"}), "/home/", "/Users/", "/tmp/"])
)


def main():
    parser = argparse.ArgumentParser(description="Executes the notebooks and writes their outputs in place.")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 where outputs are not those in the files"
    )
    is_check = parser.parse_args().check
    problems = [problem for path in NOTEBOOKS for problem in (check(path) if is_check else write(path))]
    print("\n".join(problems), file=sys.stderr, end="\n" if problems else "")
    return 1 if problems else 0


def write(path):
    fresh, problems = execute(path)
    if not problems:
        path.write_text(text_of(fresh), encoding="utf-8")
        print(f"{path.name}: written")
    return problems


def check(path):
    committed = nbformat.read(path, as_version=4)
    fresh, problems = execute(path)
    if problems:
        return problems
    if path.read_text(encoding="utf-8") != text_of(normalized(committed)):
        problems.append(f"{path.name}: not as this script writes it (ids, counts, metadata)")
    for before, now in zip(committed.cells, fresh.cells):
        lines = difflib.unified_diff(told(before), told(now), "in the file", "executed now", lineterm="", n=1)
        difference = "\n".join(lines)
        if difference:
            problems.append(f"{path.name}, cell {now.id}:\n{difference}\n")
    if problems:
        problems.append("hint: look at the difference, then run `python execute.py` and commit what it writes")
    else:
        print(f"{path.name}: as committed")
    return problems


def execute(path):
    """The notebook with the outputs of a clean kernel, and what is wrong with them."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as profile:
        # nobody's own settings, and the committed sample run
        for name in ("TRUSTRISK_RUN", "TRUSTRISK_DATA", "MPLBACKEND", "PYTHONWARNINGS"):
            os.environ.pop(name, None)
        os.environ |= {"IPYTHONDIR": profile, "MPLCONFIGDIR": profile, "JUPYTER_PREFER_ENV_PATH": "1"}
        resources = {"metadata": {"path": str(HERE)}}
        client = NotebookClient(notebook, timeout=600, kernel_name="python3", record_timing=False, resources=resources)
        if os.name == "posix":
            # sockets in a folder of its own, no port that others could listen on
            manager = client.create_kernel_manager()
            manager.transport, manager.ip = "ipc", f"{profile}/kernel"
        try:
            client.execute()
        except CellExecutionError as error:
            return notebook, [f"{path.name}: {error}"]
    fresh = normalized(notebook)
    problems = []
    for cell in fresh.cells:
        if any(output.get("name") == "stderr" for output in cell.get("outputs", [])):
            problems.append(f"{path.name}, cell {cell.id}: writes to stderr")
        problems += [
            f"{path.name}, cell {cell.id}: a path of this machine: {line}" for line in told(cell) if PATHS.search(line)
        ]
    return fresh, problems


def normalized(notebook):
    """Without anything that differs from one execution to the next."""
    notebook = deepcopy(notebook)
    notebook.metadata = nbformat.from_dict(METADATA)
    count = 0
    for place, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{place:02}"
        cell.metadata = nbformat.from_dict({})
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        cell.outputs = joined(cell.outputs)
        for output in cell.outputs:
            if "metadata" in output:
                output.metadata = nbformat.from_dict({})
            if "execution_count" in output:
                output.execution_count = count
    return notebook


def joined(outputs):
    """One output for what was printed in several pieces."""
    whole = []
    for output in outputs:
        if whole and output.output_type == "stream" and whole[-1].get("name") == output.name:
            whole[-1].text += output.text
        else:
            whole.append(output)
    return whole


def told(cell):
    """The lines of all outputs of a cell; of an image, that there is one."""
    lines = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            lines += output.text.splitlines()
        for kind, content in sorted(output.get("data", {}).items()):
            lines += [f"({kind})"] if kind.startswith("image/") else content.splitlines()
    return lines


def text_of(notebook):
    nbformat.validate(notebook)
    return nbformat.writes(notebook).rstrip("\n") + "\n"


if __name__ == "__main__":
    sys.exit(main())
