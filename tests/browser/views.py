"""What must hold in each view, save a subject's."""


def frame(reader):
    """The first view: the headline, the way to the content, one global."""
    reader.one_heading("overview")
    reader.expect(reader.text("h1").strip() != "", "the overview has no headline")
    reader.page.keyboard.press("Tab")
    reader.expect(
        reader.page.evaluate("document.activeElement.className") == "skip",
        "the first stop of the Tab key is not the way to the content",
    )
    reader.page.keyboard.press("Enter")
    reader.expect(
        reader.page.evaluate("document.activeElement.tagName") == "H1", "the way to the content does not lead there"
    )
    own = reader.page.evaluate("Object.keys(window).filter(key => !window[Symbol.for('before')].includes(key))")
    reader.expect(own == ["trustrisk"], f"globals of the page's own: {own}")
    policy = reader.page.locator("meta[http-equiv='Content-Security-Policy']").get_attribute("content") or ""
    reader.expect("default-src 'none'" in policy and "unsafe" not in policy, f"a weak policy: {policy}")


def summary(reader, group):
    reader.go(reader.at(group))
    name = f"summary of {group['name']}"
    reader.one_heading(name)
    reader.expect(reader.page.evaluate("document.activeElement.tagName") == "H1", f"{name}: the focus did not follow")
    reader.expect(f"{group['n_selected']:,}" in reader.text(".cards .big"), f"{name}: no count of those at risk")
    values = reader.page.locator("table.bars").first.locator(".total .value")
    if group["drivers"]:
        total = f"{sum(driver['points'] for driver in group['drivers']):+.1f}".replace("-", "\u2212")
        reader.expect(
            values.text_content() == total, f"{name}: the drivers add up to {total}, shown {values.text_content()}"
        )


def table(reader, group):
    """Filters, sorting and steps of the table of subjects."""
    subjects, name = group["subjects"], f"table of {group['name']}"
    reader.go(reader.at(group, "subjects"))
    reader.one_heading(name)
    if not subjects:
        reader.expect(reader.page.locator("table").count() == 0, f"{name}: a table of nothing")
        return
    rows = reader.page.locator(".subjects tbody tr")
    reader.expect(rows.count() == min(50, len(subjects)), f"{name}: {rows.count()} rows")
    score = reader.page.locator(".subjects thead th.score")
    score.get_by_role("button").click()
    reader.expect(score.get_attribute("aria-sort") == "descending", f"{name}: not sorted by score")
    shown = [
        float(text.replace("\u2212", "-"))
        for text in reader.page.locator(".subjects tbody td.score").all_text_contents()
    ]
    reader.expect(shown == sorted(shown, reverse=True), f"{name}: scores do not fall")
    score.get_by_role("button").press("Enter")
    reader.expect(score.get_attribute("aria-sort") == "ascending", f"{name}: not sorted the other way")
    shown = [
        float(text.replace("\u2212", "-"))
        for text in reader.page.locator(".subjects tbody td.score").all_text_contents()
    ]
    reader.expect(shown == sorted(shown), f"{name}: scores do not rise")
    for band in {subject["band"] for subject in subjects}:
        reader.page.locator("#band").select_option(band)
        n = sum(subject["band"] == band for subject in subjects)
        reader.expect(
            rows.count() == min(50, n) and reader.text(".status").startswith(f"{n:,} of "),
            f"{name}: band {band} shows {rows.count()} of {n}",
        )
    reader.page.locator("#band").select_option("")
    reader.page.locator("#only-selected").check()
    n = sum(subject["selected"] for subject in subjects)
    reader.expect(rows.count() == min(50, n), f"{name}: at risk shows {rows.count()} of {n}")
    reader.page.locator("#only-selected").uncheck()
    wanted = subjects[-1]["id"]
    reader.page.locator("#find").fill(wanted)
    n = sum(
        wanted.strip().lower() in subject["id"].lower()
        or any(wanted.strip().lower() in reason.lower() for reason in subject["reasons"])
        for subject in subjects
    )
    reader.expect(rows.count() == min(50, n), f"{name}: a search shows {rows.count()} of {n}")
    reader.page.locator("#find").fill("")
    if len(subjects) > 50:
        first = rows.first.text_content()
        reader.page.locator(".pager").get_by_role("button", name="Next").press("Enter")
        reader.expect(rows.first.text_content() != first, f"{name}: the next step shows the same")
        reader.expect(
            reader.page.evaluate("document.activeElement.textContent") == "Next", f"{name}: the step lost the focus"
        )


def effects(reader, group):
    """The charts tell a stop's figures, by keyboard and by mouse."""
    reader.go(reader.at(group, "effects"))
    reader.one_heading(f"effects of {group['name']}")
    layers = reader.page.locator(".explorer")
    if layers.count():
        layers.first.focus()
        before = layers.first.get_attribute("aria-valuetext")
        layers.first.press("End")
        after = layers.first.get_attribute("aria-valuetext")
        reader.expect(
            layers.first.get_attribute("aria-valuemax") == "1" or before != after,
            f"effects of {group['name']}: the arrow keys move nothing",
        )
        layers.first.hover()
        reader.expect("points" in reader.text(".told"), f"effects of {group['name']}: pointing tells nothing")


def audit(reader, group):
    name = f"audit of {group['name']}"
    reader.go(reader.at(group, "audit"))
    reader.one_heading(name)
    if not group["audit"]:
        reader.expect("No sensitive feature" in reader.text("main"), f"{name}: empty without a word")
        return

    def expect(what, n):
        told = reader.text(".status").split(" of ")
        total = int(told[0].replace(",", "")) if len(told) > 1 and told[0] != "None" else 0
        reader.expect(total == n, f"{name}: {what} shows {total} of {n}")

    judged = [row for row in group["audit"] if row["verdict"] is not None]
    if judged:
        expect("only with a verdict", len(judged))
        reader.page.locator("#audit-verdict").select_option(judged[0]["verdict"])
        expect("a verdict", sum(row["verdict"] == judged[0]["verdict"] for row in judged))
        reader.page.locator("#audit-verdict").select_option("")
        reader.page.locator("#audit-judged").uncheck()
    expect("no filter", len(group["audit"]))
    row = group["audit"][-1]
    reader.page.locator("#audit-metric").select_option(row["metric"])
    rows = [other for other in group["audit"] if other["metric"] == row["metric"]]
    expect("a measure", len(rows))
    reader.page.locator("#audit-group").fill(row["group"])
    expect("a group", sum(row["group"].strip().lower() in other["group"].lower() for other in rows))
    reader.page.locator("#audit-group").fill("")
    reader.page.locator("#audit-metric").select_option("")
    if any(row["suppressed"] for row in group["audit"][:50]):
        reader.expect(
            reader.page.get_by_text("not shown: too few").count() > 0, f"{name}: suppressed rows without a word"
        )


def lost(reader):
    """Addresses that lead nowhere say so."""
    for address in ("#/nobody", "#/%E0%A4%A", "#/../../x"):
        reader.go(address)
        reader.expect("Not in this report" in reader.text("h1"), f"{address} leads somewhere")


def innocent(reader):
    """Nothing that foreign text holds has become an element or has run."""
    reader.expect(reader.page.evaluate("window.pwned === undefined"), "foreign text was run")
    strange = reader.page.evaluate(
        """[...document.querySelectorAll("body script, img, iframe, object, embed, form[action], base")]
          .filter(e => e.id !== "data").map(e => e.tagName)"""
    )
    reader.expect(strange == ["SCRIPT"], f"elements that the page does not make: {strange}")
    handlers = reader.page.evaluate(
        "[...document.querySelectorAll('*')].some(e => [...e.attributes].some(a => a.name.startsWith('on')))"
    )
    reader.expect(not handlers, "an element with an inline handler")
