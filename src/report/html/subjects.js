// The table of subjects: searched, filtered, sorted, in steps of fifty.

const PAGE_SIZE = 50;
const tables = new Map(); // what the reader has chosen, kept for each group while the page is open

function tableOf(group) {
  if (!tables.has(group))
    tables.set(group, { query: "", band: "", onlySelected: false, sort: "rank", down: false, page: 0 });
  return tables.get(group);
}

/** The columns: key, head, what it sorts by, whether large values come first, the cell. */
function subjectColumns(group) {
  const hasTime = group.subjects.some((subject) => subject.time !== null) && group.population === "history";
  const hasRange = group.subjects.some((subject) => subject.risk_low !== null);
  const valued = group.subjects.some((subject) => subject.value !== null);
  return [
    {
      key: "rank",
      head: "Rank",
      of: (s) => s.rank,
      cell: (s) => (s.rank === null ? "–" : integer(s.rank)),
      class: "number rank",
    },
    {
      key: "id",
      head: capitalized(ellipsized(printable(group.subject), 30)),
      of: (s) => s.id,
      class: "id",
      cell: (s) => el("a", { href: subjectAddress(group, s) }, name(s.id, 60)),
    },
    hasTime && { key: "time", head: "As of", of: (s) => s.time, cell: (s) => s.time && date(s.time), class: "time" },
    {
      key: "score",
      head: "Score",
      of: (s) => s.score,
      down: true,
      cell: (s) => wholeScore(s.score),
      class: "number score",
    },
    hasRange && {
      key: "range",
      head: "Range",
      of: (s) => s.risk_low,
      down: true,
      cell: rangeWords,
      class: "number range",
    },
    {
      key: "band",
      head: "Band",
      of: (s) => BANDS.indexOf(s.band),
      down: true,
      cell: (s) => bandMark(s.band),
      class: "band-cell",
    },
    valued && {
      key: "value",
      head: "Value",
      of: (s) => s.value,
      down: true,
      cell: (s) => s.value !== null && money(s.value),
      class: "number value",
    },
    group.has_money && {
      key: "stake",
      head: "At stake",
      of: (s) => s.value_at_stake,
      down: true,
      cell: (s) => s.value_at_stake !== null && money(s.value_at_stake),
      class: "number stake",
    },
    {
      key: "reason",
      head: "First reason",
      of: (s) => s.reasons[0] ?? null,
      cell: (s) => s.reasons.length > 0 && name(s.reasons[0], 160),
      class: "reason",
    },
  ].filter(Boolean);
}

/** "62–79". */
function rangeWords(subject) {
  return subject.risk_low === null
    ? ""
    : `${wholeScore(100 * subject.risk_low)}–${wholeScore(100 * subject.risk_high)}`;
}

/** The rows that pass the filters, in order; undefined values come last either way. */
function chosenSubjects(group) {
  const { query, band, onlySelected, sort, down } = tableOf(group);
  const wanted = query.trim().toLocaleLowerCase();
  const column = subjectColumns(group).find((column) => column.key === sort);
  const passes = (s) =>
    (!band || s.band === band) &&
    (!onlySelected || s.selected) &&
    (!wanted ||
      s.id.toLocaleLowerCase().includes(wanted) ||
      s.reasons.some((reason) => reason.toLocaleLowerCase().includes(wanted)));
  return group.subjects.filter(passes).sort((a, b) => compared(column.of(a), column.of(b), down));
}

const collator = new Intl.Collator(undefined, { numeric: true });

function compared(a, b, down) {
  if (a === null || b === null) return (a === null) - (b === null);
  const order = typeof a === "string" ? collator.compare(a, b) : a - b;
  return down ? -order : order;
}

function subjectsView(group) {
  const state = tableOf(group);
  const columns = subjectColumns(group);
  const status = el("p", { class: "status", "aria-live": "polite" });
  const head = el(
    "thead",
    null,
    el(
      "tr",
      null,
      columns.map((column) =>
        el(
          "th",
          { scope: "col", class: column.class, data: { key: column.key } },
          el("button", { type: "button", on: { click: () => sortBy(column) } }, column.head),
        ),
      ),
    ),
  );
  const body = el("tbody");
  const foot = el("div");

  const sortBy = (column) => {
    state.down = state.sort === column.key ? !state.down : Boolean(column.down);
    state.sort = column.key;
    refill(0);
  };
  const choose = (change) => {
    Object.assign(state, change);
    refill(0);
  };
  const refill = (page) => {
    const rows = chosenSubjects(group);
    const nPages = Math.max(1, Math.ceil(rows.length / PAGE_SIZE));
    state.page = Math.min(page, nPages - 1);
    const shown = rows.slice(state.page * PAGE_SIZE, (state.page + 1) * PAGE_SIZE);
    body.replaceChildren(...shown.map((subject) => subjectRow(group, columns, subject)));
    for (const th of head.querySelectorAll("th")) {
      if (th.dataset.key === state.sort) th.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      else th.removeAttribute("aria-sort");
    }
    status.textContent = rows.length
      ? `${integer(rows.length)} of ${integer(group.subjects.length)} ${printable(group.plural)}` +
        (nPages > 1
          ? `, shown: ${integer(state.page * PAGE_SIZE + 1)} to ${integer(state.page * PAGE_SIZE + shown.length)}`
          : "")
      : `None of the ${printable(group.plural)} fits these filters.`;
    refillPager(foot, state.page, nPages, printable(group.plural), refill);
  };
  refill(state.page);

  return {
    title: `${group.title}: scores`,
    content: [
      el("h1", { tabindex: "-1" }, name(group.title, 200), ": scores"),
      paragraph(group.left_out && sentence(group.left_out), "muted"),
      !group.subjects.length
        ? el("p", { class: "muted" }, "There are no scores to show.")
        : [
            el(
              "form",
              { class: "filters", role: "search", on: { submit: (event) => event.preventDefault() } },
              searchBox("find", "Search ids and reasons", state.query, (query) => choose({ query })),
              select(
                "band",
                "Band",
                [["", "all bands"], ...group.bands.map(({ band }) => [band, bandTitle(band)]).reverse()],
                state.band,
                (band) => choose({ band }),
              ),
              checkbox("only-selected", `only those ${group.at_risk}`, state.onlySelected, (onlySelected) =>
                choose({ onlySelected }),
              ),
            ),
            status,
            el(
              "table",
              { class: "rows subjects" },
              el("caption", { class: "unseen" }, "Scores of ", name(group.plural, 60), "; the heads sort"),
              head,
              body,
            ),
            foot,
          ],
    ],
  };
}

/** A click anywhere on the row opens the subject; the id is the link for keyboards. */
function subjectRow(group, columns, subject) {
  const open = (event) => {
    if (!event.target.closest("a") && !String(getSelection())) location.hash = subjectAddress(group, subject);
  };
  return el(
    "tr",
    { on: { click: open } },
    columns.map((column) =>
      el(
        column.key === "id" ? "th" : "td",
        { class: column.class, scope: column.key === "id" ? "row" : null },
        column.cell(subject),
      ),
    ),
  );
}

/** Draws the steps anew and leaves the focus where it was. */
function refillPager(box, page, nPages, what, onGo) {
  const focused = box.contains(document.activeElement) ? document.activeElement.textContent : null;
  const steps = pager(page, nPages, what, onGo);
  box.replaceChildren(...(steps ? [steps] : []));
  if (focused) [...box.querySelectorAll("button")].find((button) => button.textContent === focused)?.focus();
}
