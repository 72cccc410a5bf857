"""Opens a screen report in a browser and uses it as a reader would: python check.py PAGE.html [--out DIR] [--json]

Fails (exit 1, one line a failure) on a console error, any request but for the page itself, a dialog, a global of the
page's own beside `trustrisk`, markup that foreign text has smuggled in, a table that does not filter, sort or open, a
waterfall that does not add up, a what-if that does not agree with the page's own arithmetic, a serious or critical
finding of axe (WCAG 2, A and AA, light and dark, desk and phone), and a page wider than a phone.

--out DIR keeps screenshots; --json prints the what-ifs that were asked, for the engine to be held against:
[{"group", "id", "time", "changes": {column: value}, "score"}]; a value of null: not known
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

import subjects
import views
from accessible import serious_findings
from reader import Reader

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
BROWSERS = ["chromium", "chromium-browser", "google-chrome"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("page", type=Path)
    arguments.add_argument("--out", type=Path, help="folder for screenshots")
    arguments.add_argument("--json", action="store_true", help="print the what-ifs that were asked")
    given = arguments.parse_args()
    failures, asked = check(given.page.resolve(), given.out)
    if given.json:
        print(json.dumps(asked))
    for failure in failures:
        print(failure, file=sys.stderr)
    sys.exit(1 if failures else 0)


def check(page_file, out):
    """All that is wrong with a page, and the what-ifs that were asked."""
    executable = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if executable is None:
        return ["no chromium: install it"], []
    if out:
        out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        failures, asked = used_at_a_desk(browser, page_file)
        for size, viewport in (("desk", DESK), ("phone", PHONE)):
            for scheme in ("light", "dark"):
                failures += looked_at(browser, page_file, out, size, viewport, scheme)
        browser.close()
    return failures, asked


def used_at_a_desk(browser, page_file):
    """Every part of every group, by mouse and by keyboard."""
    with Reader(browser, page_file, DESK, "light") as reader:
        try:
            views.frame(reader)
            for group in reader.data["groups"]:
                views.summary(reader, group)
                views.table(reader, group)
                subjects.opened(reader, group)
                views.effects(reader, group)
                views.audit(reader, group)
            views.lost(reader)
            views.innocent(reader)
        except Error as error:  # something to be used is not there
            reader.fail(str(error))
        return [f"use: {failure}" for failure in reader.failures], reader.asked


def looked_at(browser, page_file, out, size, viewport, scheme):
    """Each view in one size and one scheme: accessible, not too wide, and kept as a picture."""
    where = f"{size}, {scheme}"
    with Reader(browser, page_file, viewport, scheme) as reader:
        for view, address in reader.addresses():
            reader.go(address)
            for details in reader.page.query_selector_all("details:not([open])")[:3]:
                details.evaluate("box => { box.open = true; }")
            wide = reader.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if wide > 0:
                reader.fail(f"{view} is {wide} pixels too wide")
            for finding in serious_findings(reader.page):
                reader.fail(f"{view}: {finding}")
            if out:
                reader.picture(out / f"{size}-{scheme}-{view}.png")
                if size == "desk" and scheme == "dark":  # paper is light all the same
                    reader.page.emulate_media(media="print")
                    if reader.page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)":
                        reader.fail(f"{view} does not print on white")
                    reader.picture(out / f"print-{view}.png")
                    reader.page.emulate_media(media="screen")
        return [f"{where}: {failure}" for failure in reader.failures]


if __name__ == "__main__":
    main()
