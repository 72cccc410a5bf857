// What moves the score: importance of the columns, and how the points depend on their values.

const N_IMPORTANT_SHOWN = 10;

function effectsView(group) {
  const rest = group.features.slice(N_IMPORTANT_SHOWN);
  const range = pointsRange(group.dependence);
  return {
    title: `${group.title}: what moves the score`,
    content: [
      el("h1", { tabindex: "-1" }, name(group.title, 200), ": what moves the score"),
      group.features.length
        ? section(
            "What matters most",
            el("p", { class: "muted" }, "How many points a column moves the score up or down, on average."),
            importanceBars(group.features.slice(0, N_IMPORTANT_SHOWN)),
            rest.length > 0 &&
              details(`${integer(rest.length)} more, at most ${number(rest[0].importance, 2)} points each`, () =>
                featureTable(rest),
              ),
          )
        : el("p", { class: "muted" }, "No column moves the score."),
      group.dependence.length > 0 &&
        section(
          "How the points depend on the value",
          el(
            "p",
            { class: "muted key" },
            el("span", { class: "key-line" }),
            "mean points   ",
            el("span", { class: "key-area" }),
            "eight of ten   ",
            group.dependence.some((column) => column.effects.length > 0) && [
              el("span", { class: "key-effect" }),
              "effect of the column alone   ",
            ],
            el("span", { class: "key-count" }),
            `how many ${printable(group.plural)}`,
          ),
          el(
            "div",
            { class: "grid" },
            group.dependence.map((column) => dependence(group, column, range)),
          ),
        ),
    ],
  };
}

function featureTable(features) {
  return el(
    "table",
    { class: "rows known" },
    el("caption", { class: "unseen" }, "Importance of the other columns"),
    el(
      "thead",
      null,
      el("tr", null, el("th", { scope: "col" }, "Column"), el("th", { scope: "col", class: "number" }, "Points")),
    ),
    el(
      "tbody",
      null,
      features.map((feature) =>
        el(
          "tr",
          null,
          el("th", { scope: "row" }, name(feature.label)),
          el("td", { class: "number" }, number(feature.importance, 2)),
        ),
      ),
    ),
  );
}

/** One scale of points for all charts, so that they can be compared. */
function pointsRange(columns) {
  const all = columns
    .flatMap((column) => [
      ...column.bins.flatMap((bin) => [bin.points, bin.low, bin.high]),
      ...column.effects.map(([, y]) => y),
    ])
    .filter((y) => y !== null);
  const step = 5;
  return [Math.floor(Math.min(0, ...all) / step) * step, Math.max(step, Math.ceil(Math.max(0, ...all) / step) * step)];
}

function dependence(group, column, range) {
  const isNumber = column.bins.some((bin) => bin.range !== null);
  return el(
    "section",
    null,
    el("h3", null, name(column.label, 60), column.unit && el("span", { class: "muted" }, ", ", name(column.unit, 20))),
    isNumber ? curve(group, column, range) : levelBars(group, column),
    details("Figures", () => binTable(group, column)),
  );
}

function wholePoints(points) {
  return (points > 0 ? "+" : "") + number(points, 0);
}

/** "3 to 4 days", "Bakery", "not known". */
function binWords(column, bin) {
  if (bin.level !== null) return bin.level;
  if (bin.range === null) return "not known";
  const [low, high] = bin.range;
  const upper = withUnit(high, column.unit && printable(column.unit));
  return low === high ? upper : `${plainNumber(low)} to ${upper}`;
}

function curve(group, column, [low, high]) {
  const known = column.bins.filter((bin) => bin.range !== null);
  const unknown = column.bins.find((bin) => bin.range === null && bin.level === null);
  const xs = [...known.flatMap((bin) => bin.range), ...column.effects.map(([x]) => x)];
  const [first, last] = [Math.min(...xs), Math.max(...xs)];
  const width = last - first || 1;
  const end = unknown ? last + 0.35 * width : last; // room for those whose value is not known
  const aside = last + 0.24 * width;
  const floor = low - 0.16 * (high - low); // room for the counts
  const most = Math.max(...column.bins.map((bin) => bin.n));
  const middle = (bin) => (bin.range === null ? aside : (bin.range[0] + bin.range[1]) / 2);
  const chart = plot({
    label: `${printable(column.label)}: mean points by value, from ${points(known[0].points)} at ${binWords(column, known[0])} to ${points(known.at(-1).points)} at ${binWords(column, known.at(-1))}`,
    x: [first, end],
    y: [floor, high],
    xTicks: [
      [first, plainNumber(first), "start"],
      last > first && [last, plainNumber(last), "end"],
      unknown && [end, "not known", "end"],
    ].filter(Boolean),
    yTicks: [
      [low, wholePoints(low)],
      [0, "0"],
      [high, wholePoints(high)],
    ].filter(([value], i) => i === 1 || value !== 0),
    shapes: (px, py) => {
      const at = (bin, y) => [px(middle(bin)), py(y)];
      return [
        path(
          "area",
          [
            ...known.map((bin) => at(bin, bin.high ?? bin.points)),
            ...known.toReversed().map((bin) => at(bin, bin.low ?? bin.points)),
          ],
          true,
        ),
        column.effects.length > 0 &&
          path(
            "effect",
            column.effects.map(([x, y]) => [px(x), py(y)]),
          ),
        path(
          "line",
          known.map((bin) => at(bin, bin.points)),
        ),
        known.length === 1 && path("dot", [at(known[0], known[0].points), at(known[0], known[0].points)]),
        unknown && [
          path("interval", [at(unknown, unknown.low ?? unknown.points), at(unknown, unknown.high ?? unknown.points)]),
          path("dot", [at(unknown, unknown.points), at(unknown, unknown.points)]),
        ],
        column.bins.map((bin) =>
          svg("rect", {
            class: "count",
            x: px(middle(bin)) - 6,
            width: 12,
            y: SIDE - Math.max((130 * bin.n) / most, 4),
            height: Math.max((130 * bin.n) / most, 4),
          }),
        ),
      ];
    },
  });
  const stops = [...known, ...(unknown ? [unknown] : [])].map((bin) => ({
    x: share(middle(bin), [first, end]),
    y: share(bin.points, [floor, high]),
    text: binSentence(group, column, bin),
  }));
  return explored(
    chart,
    `${printable(column.label)}, step by step`,
    stops,
    "Point at the curve, or use the arrow keys.",
  );
}

function levelBars(group, column) {
  return barTable({
    caption: `${printable(column.label)}: mean points of each level`,
    heads: ["Level", "Points"],
    rows: column.bins.map((bin) => ({
      label: name(binWords(column, bin), 60),
      value: points(bin.points),
      note: `${counted(bin.n, printable(group.subject), printable(group.plural))}${eightOfTen(bin)}`,
      bars: [{ from: 0, to: bin.points, kind: signKind(bin.points) }],
    })),
  });
}

function eightOfTen(bin) {
  return bin.low === null || bin.high === null ? "" : `, eight of ten ${points(bin.low)} to ${points(bin.high)}`;
}

function binSentence(group, column, bin) {
  return `${capitalized(binWords(column, bin))}: ${points(bin.points)} points${eightOfTen(bin)}; ${counted(bin.n, printable(group.subject), printable(group.plural))}`;
}

function binTable(group, column) {
  const heads = ["Value", "How many", "Mean points", "Eight of ten"];
  return el(
    "table",
    { class: "rows known" },
    el("caption", { class: "unseen" }, name(column.label), ": points by value"),
    el(
      "thead",
      null,
      el(
        "tr",
        null,
        heads.map((head, i) => el("th", { scope: "col", class: i ? "number" : null }, head)),
      ),
    ),
    el(
      "tbody",
      null,
      column.bins.map((bin) =>
        el(
          "tr",
          null,
          el("th", { scope: "row" }, name(binWords({ ...column, unit: null }, bin), 60)),
          el("td", { class: "number" }, integer(bin.n)),
          el("td", { class: "number" }, points(bin.points)),
          el(
            "td",
            { class: "number" },
            bin.low !== null && bin.high !== null && `${points(bin.low)} to ${points(bin.high)}`,
          ),
        ),
      ),
    ),
  );
}
