"""One reader with one browser tab: goes to views, looks, and notes what is wrong."""

import json
from urllib.parse import quote


def encoded(text):
    """As encodeURIComponent."""
    return quote(text, safe="!~*'()")


class Reader:
    """One browser tab, watched for requests, messages and dialogs."""

    def __init__(self, browser, page_file, viewport, scheme):
        self.failures, self.asked = [], []
        self.context = browser.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.address = page_file.as_uri()
        self.context.route("**/*", self._route)
        self.page.on(
            "console", lambda message: message.type in ("error", "warning") and self.fail(f"console: {message.text}")
        )
        self.page.on("pageerror", lambda error: self.fail(f"error: {error}"))
        self.page.on("dialog", self._dialog)
        self.page.on("popup", lambda _: self.fail("a window was opened"))
        self.page.add_init_script("window[Symbol.for('before')] = Object.keys(window)")
        self.page.goto(self.address)
        self.data = json.loads(self.page.locator("#data").text_content())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    def fail(self, failure):
        if failure not in self.failures:
            self.failures.append(failure)

    def expect(self, holds, failure):
        if not holds:
            self.fail(failure)

    def _route(self, route):
        if route.request.url.split("#")[0] == self.address:
            route.continue_()
        else:
            self.fail(f"request to {route.request.url}")
            route.abort()

    def _dialog(self, dialog):
        self.fail(f"dialog: {dialog.message}")
        dialog.dismiss()

    def go(self, address):
        """To a view, as by a bookmark within the page."""
        self.page.evaluate("address => { location.hash = address; }", address)
        self.page.wait_for_function("address => location.hash === address || !address", arg=address)
        self.page.evaluate("() => new Promise(done => setTimeout(done))")

    def picture(self, path):
        """The whole view, as far down as somebody looks."""
        height = min(self.page.evaluate("document.documentElement.scrollHeight"), 3000)
        width = self.page.viewport_size["width"]
        self.page.screenshot(path=path, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height})

    def at(self, group, *path):
        return "#/" + "/".join(encoded(part) for part in (group["name"], *path))

    def at_subject(self, group, subject):
        """Of the same id at different times (history), the time tells which."""
        times = () if subject["time"] is None else (subject["time"],)
        return self.at(group, "subjects", subject["id"], *times)

    def addresses(self):
        """Name and address of a view of each kind."""
        views = [("overview", "#/")]
        for group in self.data["groups"][:1]:
            views += [("summary", self.at(group)), ("subjects", self.at(group, "subjects"))]
            views += [("effects", self.at(group, "effects")), ("audit", self.at(group, "audit"))]
            views += [("subject", self.at_subject(group, subject)) for subject in group["subjects"][:1]]
        return views

    def text(self, selector):
        return self.page.locator(selector).first.text_content() if self.page.locator(selector).count() else ""

    def one_heading(self, view):
        self.expect(
            self.page.locator("h1").count() == 1,
            f"{view}: {self.page.locator('h1').count()} headings of the first level",
        )
        levels = self.page.evaluate("[...document.querySelectorAll('h1, h2, h3, h4')].map(h => Number(h.tagName[1]))")
        jumps = [pair for pair in zip(levels, levels[1:]) if pair[1] > pair[0] + 1]
        self.expect(not jumps, f"{view}: headings jump {jumps[:3]}")
