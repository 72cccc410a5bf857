// The audit: every comparison between groups, with its interval and its verdict in words.

const POPULATIONS = { history: "history", today: "today" };
const audits = new Map();

function auditOf(group) {
  if (!audits.has(group)) {
    const judged = group.audit.some((row) => row.verdict !== null);
    audits.set(group, { feature: "", metric: "", population: "", verdict: "", query: "", onlyJudged: judged, page: 0 });
  }
  return audits.get(group);
}

function chosenRows(group) {
  const state = auditOf(group);
  const wanted = state.query.trim().toLocaleLowerCase();
  return group.audit.filter(
    (row) =>
      (!state.feature || `:${row.feature}` === state.feature) &&
      (!state.metric || row.metric === state.metric) &&
      (!state.population || row.population === state.population) &&
      (!state.verdict || row.verdict === state.verdict) &&
      (!state.onlyJudged || row.verdict !== null) &&
      (!wanted || row.group.toLocaleLowerCase().includes(wanted)),
  );
}

function auditView(group) {
  const title = el("h1", { tabindex: "-1" }, name(group.title, 200), ": is it fair?");
  const found = group.fairness.map((text) => el("p", { class: "lead" }, rich(text)));
  if (!group.audit.length) {
    return {
      title: `${group.title}: is it fair?`,
      content: [
        title,
        found,
        el(
          "p",
          { class: "muted" },
          "No sensitive feature is declared, so nothing could be compared. That is no proof of fairness.",
        ),
      ],
    };
  }
  const state = auditOf(group);
  const status = el("p", { class: "status", "aria-live": "polite" });
  const meaning = el("p", { class: "muted" });
  const body = el("tbody");
  const foot = el("div");
  const refill = (page) => {
    const rows = chosenRows(group);
    const nPages = Math.max(1, Math.ceil(rows.length / PAGE_SIZE));
    state.page = Math.min(page, nPages - 1);
    const shown = rows.slice(state.page * PAGE_SIZE, (state.page + 1) * PAGE_SIZE);
    body.replaceChildren(...shown.flatMap((row) => auditRows(group, row)));
    status.textContent = rows.length
      ? `${integer(rows.length)} of ${integer(group.audit.length)} comparisons` +
        (nPages > 1
          ? `, shown: ${integer(state.page * PAGE_SIZE + 1)} to ${integer(state.page * PAGE_SIZE + shown.length)}`
          : "")
      : "No comparison fits these filters.";
    meaning.textContent = state.metric ? `${metricOf(state.metric).title}: ${metricOf(state.metric).meaning}` : "";
    refillPager(foot, state.page, nPages, "comparisons", refill);
  };
  refill(state.page);
  return {
    title: `${group.title}: is it fair?`,
    content: [
      title,
      found,
      auditFilters(group, state, (change) => {
        Object.assign(state, change);
        refill(0);
      }),
      meaning,
      status,
      el(
        "table",
        { class: "rows audit" },
        el("caption", { class: "unseen" }, "Comparisons between groups of ", name(group.plural, 60)),
        auditHead(),
        body,
      ),
      foot,
      words(),
    ],
  };
}

function auditFilters(group, state, choose) {
  const distinct = (of) => [...new Set(group.audit.map(of))].filter((value) => value !== null);
  const titled = (metric) => [metric, metricOf(metric).title];
  const judged = group.audit.filter((row) => row.verdict !== null);
  return el(
    "form",
    { class: "filters", role: "search", on: { submit: (event) => event.preventDefault() } },
    select(
      "audit-feature",
      "Feature",
      [["", "all features"], ...distinct((row) => row.feature).map((feature) => [`:${feature}`, feature])],
      state.feature,
      (feature) => choose({ feature }),
    ),
    select(
      "audit-metric",
      "Measure",
      [["", "all measures"], ...distinct((row) => row.metric).map(titled)],
      state.metric,
      (metric) => choose({ metric }),
    ),
    select(
      "audit-population",
      "Scores of",
      [["", "history and today"], ...distinct((row) => row.population).map((p) => [p, POPULATIONS[p] ?? p])],
      state.population,
      (population) => choose({ population }),
    ),
    select(
      "audit-verdict",
      "Verdict",
      [["", "all verdicts"], ...distinct((row) => row.verdict).map((verdict) => [verdict, verdict])],
      state.verdict,
      (verdict) => choose({ verdict }),
    ),
    searchBox("audit-group", "Search groups", state.query, (query) => choose({ query })),
    judged.length > 0 &&
      checkbox("audit-judged", "only with a verdict", state.onlyJudged, (onlyJudged) => choose({ onlyJudged })),
  );
}

function auditHead() {
  const ticks = [
    [0.25, "¼"],
    [0.5, "½"],
    [1, "equal"],
    [2, "2"],
    [4, "4 ×"],
  ].map(([ratio, text]) => placed(el("span", { class: "tick-x middle" }, text), ratioShare(ratio)));
  const head = (text, className = null) => el("th", { scope: "col", class: className }, text);
  return el(
    "thead",
    null,
    el(
      "tr",
      null,
      head("Group", "id"),
      head("Measure", "measure"),
      head("Value", "number value"),
      head(
        [
          el("span", { class: "unseen" }, "Ratio to the reference"),
          el("div", { class: "ratio-axis", "aria-hidden": "true" }, ticks),
        ],
        "ratio-plot",
      ),
      head("Ratio", "number ratio"),
      head("Verdict", "verdict"),
    ),
  );
}

/** A row, and a second one where the run knows where the gap comes from. */
function auditRows(group, row) {
  const metric = metricOf(row.metric);
  const counts =
    row.numerator !== null && row.denominator !== null
      ? `${integer(row.numerator)} of ${integer(row.denominator)}`
      : row.n !== null && row.metric !== "n"
        ? `of ${integer(row.n)}`
        : null;
  const first = el(
    "tr",
    { class: row.drivers ? "with-more" : null },
    el("th", { scope: "row", class: "id" }, name(row.group, 60), el("span", { class: "note" }, name(row.feature, 60))),
    el(
      "td",
      { class: "measure" },
      metric.title,
      el("span", { class: "note" }, POPULATIONS[row.population] ?? row.population),
    ),
    row.suppressed
      ? el("td", { class: "number value muted" }, "not shown: too few")
      : el(
          "td",
          { class: "number value" },
          row.value === null ? el("span", { class: "muted" }, "undefined") : measured(metric.unit, row.value),
          counts && el("span", { class: "note" }, counts),
          row.low !== null &&
            row.high !== null &&
            el("span", { class: "note" }, `${measured(metric.unit, row.low)} to ${measured(metric.unit, row.high)}`),
        ),
    el("td", { class: "ratio-plot" }, ratioPlot(row, entry(group.binding ?? {}, row.metric))),
    el(
      "td",
      { class: "number ratio" },
      row.ratio !== null && [
        `${number(row.ratio, 2)}${NO_BREAK}×`,
        row.ratio_low !== null &&
          row.ratio_high !== null &&
          el("span", { class: "note" }, `${number(row.ratio_low, 2)} to ${number(row.ratio_high, 2)}`),
      ],
    ),
    el(
      "td",
      { class: "verdict" },
      row.verdict !== null && verdictMark(row.verdict),
      row.reference !== null &&
        !row.suppressed &&
        row.ratio !== null &&
        el("span", { class: "note" }, "against ", name(row.reference, 40)),
      row.disadvantaged !== null && el("span", { class: "note" }, "worse off: ", name(row.disadvantaged, 40)),
    ),
  );
  return row.drivers
    ? [
        first,
        el(
          "tr",
          { class: "more-of" },
          el("td", { colspan: "6" }, el("span", { class: "note" }, "Where it comes from: ", sentence(row.drivers))),
        ),
      ]
    : [first];
}

function measured(unit, value) {
  const write =
    { rate: percent, count: (n) => (Number.isInteger(n) ? integer(n) : number(n, 1)), money }[unit] ??
    ((x) => number(x, 2));
  return write(value);
}

/** What the verdicts mean. */
function words() {
  return section(
    "What the verdicts mean",
    el(
      "dl",
      { class: "facts" },
      Object.entries(data.verdicts).map(([verdict, meaning]) => [
        el("dt", null, verdictMark(verdict)),
        el("dd", null, sentence(meaning)),
      ]),
    ),
  );
}
