// Bars as tables: a screen reader hears the figures, the eye sees them stand behind their bars.

/**
 * A table of two columns, what and how much. A row is {label, note, bars: [{from, to, kind}], value, total, data};
 * bars stand on the common scale of all rows, which always holds `zero`.
 */
function barTable({ caption, heads, rows, zero = 0, className = "" }) {
  const ends = rows.flatMap((row) => row.bars.flatMap((bar) => [bar.from, bar.to]));
  const low = Math.min(zero, ...ends);
  const span = Math.max(zero, ...ends) - low || 1;
  const place = (x) => (x - low) / span;
  return el(
    "table",
    { class: `bars ${className}` },
    el("caption", { class: "unseen" }, caption),
    el(
      "thead",
      { class: "unseen" },
      el(
        "tr",
        null,
        heads.map((head) => el("th", { scope: "col" }, head)),
      ),
    ),
    el(
      "tbody",
      null,
      rows.map((row) =>
        el(
          "tr",
          { class: row.total ? "total" : null, data: row.data ?? {} },
          el("th", { scope: "row" }, row.label, row.note && el("span", { class: "note" }, row.note)),
          el("td", null, track(row, place, zero)),
        ),
      ),
    ),
  );
}

/** The bars of a row, and its value right of the last of them. */
function track(row, place, zero) {
  const end = Math.max(...row.bars.map((bar) => place(Math.max(bar.from, bar.to))), place(zero));
  return el(
    "div",
    { class: "track" },
    placed(el("span", { class: "zero" }), place(zero)),
    row.bars.map((bar) => {
      const [from, to] = [place(bar.from), place(bar.to)].sort((a, b) => a - b);
      return placed(el("span", { class: `bar ${bar.kind}` }), from, to - from);
    }),
    placed(el("span", { class: "value" }, row.value), end),
  );
}

/** Positions by script: the page's policy allows no style attributes. */
function placed(element, left, width = null) {
  element.style.left = `${100 * left}%`;
  if (width !== null) element.style.width = `${100 * width}%`;
  return element;
}

/** What lifts those at risk above all, part by part, and their sum. */
function driverBars(group) {
  const sum = group.drivers.reduce((total, driver) => total + driver.points, 0);
  const shown = group.drivers.filter((driver) => driver.is_shown);
  return barTable({
    caption: `What sets the ${printable(group.plural)} ${group.at_risk} apart, in points`,
    heads: ["What", "Points"],
    rows: [
      ...shown.map((driver) => ({
        label: name(driver.label),
        note: driver.detail && name(driver.detail),
        value: points(driver.points),
        bars: [{ from: 0, to: driver.points, kind: signKind(driver.points) }],
      })),
      { label: "Together", value: points(sum), total: true, bars: [{ from: 0, to: sum, kind: "outline" }] },
    ],
  });
}

function bandBars(group) {
  return barTable({
    caption: `How many ${printable(group.plural)} are in each band`,
    heads: ["Band", "How many"],
    className: "in-bands",
    rows: group.bands.toReversed().map((band) => ({
      label: bandMark(band.band),
      note: band.from > 0 ? `from ${plainNumber(band.from)} points` : null,
      value: [
        integer(band.n),
        group.has_money &&
          band.value_at_stake !== null &&
          band.n > 0 &&
          el("span", { class: "note" }, `${money(band.value_at_stake)} at stake`),
      ],
      bars: [{ from: 0, to: band.n, kind: `of-${band.band}` }],
    })),
  });
}

/** Columns by importance: mean absolute points. */
function importanceBars(features) {
  return barTable({
    caption: "Importance: how many points a column moves the score up or down, on average",
    heads: ["Column", "Points"],
    rows: features.map((feature) => ({
      label: name(feature.label),
      note: feature.pillar && name(capitalized(feature.pillar)),
      value: number(feature.importance, 1),
      bars: [{ from: 0, to: feature.importance, kind: "neutral" }],
    })),
  });
}

/** From the starting point to the score: the largest points one by one, the rest pooled, all adding up. */
function waterfall(group, subject) {
  const { largest, rest } = waterfallParts(group, subject);
  let at = subject.base_score;
  const step = (label, note, change) => {
    const row = {
      label,
      note,
      value: points(change),
      data: { points: change },
      bars: [{ from: at, to: at + change, kind: signKind(change) }],
    };
    at += change;
    return row;
  };
  const rows = [
    { label: "Starting point", value: number(at, 1), data: { base: at }, bars: [{ from: 0, to: at, kind: "neutral" }] },
  ];
  for (const part of largest) {
    rows.push(
      step(
        [name(part.column.label, 60), ": ", name(valueWords(part.column, part.value), 60)],
        part.column.pillar && name(capitalized(part.column.pillar), 40),
        part.points,
      ),
    );
  }
  if (rest.length) {
    const sum = rest.reduce((total, part) => total + part.points, 0);
    rows.push(
      step(`${capitalized(spelled(rest.length))} smaller ${rest.length === 1 ? "reason" : "reasons"}`, null, sum),
    );
  }
  rows.push({
    label: ["This ", name(group.subject, 40)],
    value: number(subject.score, 1),
    total: true,
    data: { score: subject.score },
    bars: [{ from: 0, to: subject.score, kind: "outline" }],
  });
  return barTable({
    caption: "From the starting point to the score, in points",
    heads: ["Reason", "Points"],
    rows,
    className: "waterfall",
  });
}

const N_REASONS_SHOWN = 8;

/** Columns by absolute points; those that would read as 0.0 are never shown one by one. */
function waterfallParts(group, subject) {
  const parts = group.columns.map((column, i) => ({
    column,
    value: subject.values[i],
    points: subject.points[i],
    index: i,
  }));
  parts.sort((a, b) => Math.abs(b.points) - Math.abs(a.points) || a.index - b.index);
  const nShown = Math.min(N_REASONS_SHOWN, parts.filter((part) => isNonzero(number(part.points, 1))).length);
  const isOneLeft = parts.length === nShown + 1 && nShown > 0;
  return {
    largest: parts.slice(0, isOneLeft ? parts.length : nShown),
    rest: isOneLeft ? [] : parts.slice(nShown),
    all: parts,
  };
}

/** Points that raise the score are a risk, those that lower it are good. */
function signKind(points) {
  return points >= 0 ? "risk" : "good";
}
