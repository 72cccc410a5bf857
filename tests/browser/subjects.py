"""What must hold for single subjects: opened by click and by keyboard, waterfalls that add up, what-ifs."""

TOLERANCE = 1e-9  # points
N_SUBJECTS = 4  # asked a what-if, in each group


def opened(reader, group):
    """By click and by keyboard; the waterfall; what-ifs."""
    subjects = group["subjects"]
    if not subjects:
        return
    reader.go(reader.at(group, "subjects"))
    reader.page.locator(".subjects thead th.rank").get_by_role("button").click()
    reader.page.locator(".subjects tbody td.score").first.click()
    reader.page.wait_for_selector(".waterfall")
    reader.page.go_back()
    reader.page.wait_for_selector(".subjects")
    reader.expect(
        reader.page.evaluate("document.activeElement.closest('tr') !== null"),
        f"{group['name']}: back in the table, the focus is not on the row",
    )
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_selector(".waterfall")
    nth = max(1, len(subjects) // N_SUBJECTS)
    for place, subject in enumerate(subjects[::nth][:N_SUBJECTS]):
        reader.go(reader.at_subject(group, subject))
        name = f"subject {subject['id'][:40]!r}"
        reader.one_heading(name)
        waterfall(reader, name, subject)
        what_if(reader, name, group, subject, place)


def waterfall(reader, name, subject):
    rows = reader.page.evaluate("[...document.querySelectorAll('.waterfall tbody tr')].map(row => ({...row.dataset}))")
    total = float(rows[0]["base"]) + sum(float(row["points"]) for row in rows[1:-1])
    reader.expect(
        abs(total - subject["score"]) <= TOLERANCE and float(rows[-1]["score"]) == subject["score"],
        f"{name}: the waterfall adds up to {total}, not {subject['score']}",
    )
    shown = reader.text(".subject-head .big").replace("\u2212", "-")
    reader.expect(abs(float(shown) - subject["score"]) <= 0.051, f"{name}: shown {shown}, not {subject['score']}")


def what_if(reader, name, group, subject, place):
    """Changes some columns one after the other; each time the score shown must be that of the page's own functions."""
    if group["scorers"] is None or reader.page.locator("#no-what-if").count():
        reader.expect(
            reader.page.locator("#no-what-if").count() == 1 and reader.page.locator(".what-if").count() == 0,
            f"{name}: no word on why there is no what-if",
        )
        can_score = group["scorers"] is not None and subject["scorer"] is not None
        again = can_score and scored(reader, group, subject, subject["values"])
        reader.expect(
            not can_score or abs(again - subject["score"]) > TOLERANCE, f"{name}: what-if refused for {again}"
        )
        return
    more = reader.page.locator(".what-if details summary")
    if more.count():
        more.click()

    def shown():
        return float(reader.page.locator("#what-if-score").get_attribute("data-score"))

    reader.expect(
        abs(shown() - subject["score"]) <= TOLERANCE,
        f"{name}: the what-if starts at {shown()}, not {subject['score']}",
    )
    if place == 0:
        nonsense(reader, name)
    changes, values = {}, list(subject["values"])
    columns = group["columns"]
    for turn, kind in enumerate(("number", "level", "boolean", "unknown", "number")):
        free = [
            i
            for i, column in enumerate(columns)
            if column["name"] not in changes and (kind == "unknown" or column["kind"] == kind)
        ]
        if not free:
            continue
        i = free[(place * 5 + turn * 3) % len(free)]
        changes[columns[i]["name"]] = values[i] = change(reader, columns[i], kind, place)
        now, expected = shown(), scored(reader, group, subject, values)
        reader.expect(abs(now - expected) <= TOLERANCE, f"{name}: with {changes} shown {now}, expected {expected}")
        who = {"group": group["name"], "id": subject["id"], "time": subject["time"]}
        reader.asked.append({**who, "changes": dict(changes), "score": now})
    reader.page.locator("#what-if-reset").click()
    reader.expect(
        abs(shown() - subject["score"]) <= TOLERANCE, f"{name}: reset shows {shown()}, not {subject['score']}"
    )


def nonsense(reader, name):
    """What is no number gets no score."""
    field = reader.page.locator(".what-if input[type=number]").first
    if field.count():
        field.fill("")
        field.press_sequentially("e")
        result = reader.page.locator("#what-if-score")
        reader.expect(result.get_attribute("data-score") is None, f"{name}: a score of nonsense")
        reader.expect("Not a number" in result.text_content(), f"{name}: nonsense without a word")
        reader.page.locator("#what-if-reset").click()


def change(reader, column, kind, place):
    """Sets a field and says to what."""
    fields = reader.page.locator(".what-if [data-column]")
    field = fields.nth(
        fields.evaluate_all(
            "(fields, name) => fields.findIndex(field => field.dataset.column === name)", column["name"]
        )
    )
    if kind == "unknown":
        field.fill("") if column["kind"] == "number" else field.select_option("")
        return None
    if kind == "level":
        level = place % len(column["levels"]) if column["levels"] else None
        field.select_option("" if level is None else str(level))
        return None if level is None else column["levels"][level]
    if kind == "boolean":
        field.select_option(label=("yes", "no")[place % 2])
        return 1 - place % 2
    low, high = column["low"] or 0.0, column["high"] or 1.0
    digits = 0 if column["unit"] == "days ago" else 3  # dates are whole days, for the engine too
    value = round(low + (high - low) * (0.1, 0.37, 0.64, 7.0)[place], digits)  # the last far beyond what was seen
    field.fill(str(value))
    return value


def scored(reader, group, subject, values):
    index = next(i for i, other in enumerate(reader.data["groups"]) if other["name"] == group["name"])
    return reader.page.evaluate(
        """([index, scorer, values]) => {
          const group = JSON.parse(document.getElementById("data").textContent).groups[index];
          return trustrisk.score(group.scorers[scorer], group.columns, values);
        }""",
        [index, subject["scorer"], values],
    )
