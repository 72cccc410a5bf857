// Charts on two axes. The picture stretches to its box; words and marks are set over it, so that they never do.

const SIDE = 1000; // of the picture's own coordinates

/**
 * A box with axes: {label, x: [low, high], y: [low, high], xTicks: [[value, text, anchor]], yTicks: [[value, text]], shapes}.
 * `shapes` gets the two scales and returns what to draw.
 */
function plot({ label, x, y, xTicks, yTicks, shapes, className = "" }) {
  const px = (value) => SIDE * share(value, x);
  const py = (value) => SIDE * (1 - share(value, y));
  const picture = svg(
    "svg",
    { viewBox: `0 0 ${SIDE} ${SIDE}`, preserveAspectRatio: "none", role: "img", "aria-label": label },
    yTicks.map(([value]) => svg("line", { class: "grid", x1: 0, x2: SIDE, y1: py(value), y2: py(value) })),
    shapes(px, py),
  );
  const xNames = xTicks.map(([value, text, at = "middle"]) =>
    placed(el("span", { class: `tick-x ${at}`, "aria-hidden": "true" }, text), share(value, x)),
  );
  const yNames = yTicks.map(([value, text]) => {
    const tick = el("span", { class: "tick-y", "aria-hidden": "true" }, text);
    tick.style.top = `${100 * (1 - share(value, y))}%`;
    return tick;
  });
  return el("div", { class: `plot ${className}` }, picture, xNames, yNames);
}

function share(value, [low, high]) {
  return high > low ? Math.min(Math.max((value - low) / (high - low), 0), 1) : 0.5;
}

function path(className, places, close = false) {
  return svg("path", {
    class: className,
    d: places.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("") + (close ? "Z" : ""),
  });
}

/** How many subjects have which score, in the colors of the bands. */
function distribution(group) {
  const counts = group.score_counts;
  const most = Math.max(...counts, 1);
  const chart = plot({
    label: `Scores of ${counted(group.n_reported, printable(group.subject), printable(group.plural))}: how many at each point from 0 to 100`,
    x: [0, 100],
    y: [0, most],
    yTicks: [[most, integer(most)]],
    xTicks: [0, 25, 50, 75, 100].map((tick) => [tick, String(tick), tick === 100 ? "end" : "middle"]),
    shapes: (px, py) =>
      counts.map(
        (n, i) =>
          n > 0 &&
          svg("rect", {
            class: `of-${bandOf(group.cuts, i)}`,
            x: px(i) + 1,
            width: px(i + 1) - px(i) - 2,
            y: Math.min(py(n), SIDE - 12),
            height: Math.max(SIDE - py(n), 12),
          }),
      ),
  });
  const stops = counts.map((n, i) => ({
    x: (i + 0.5) / 100,
    y: n / most,
    text: `Score ${i} to ${i + 1}: ${counted(n, printable(group.subject), printable(group.plural))}`,
  }));
  return explored(chart, "Scores, point by point", stops, "Point at a bar, or use the arrow keys.");
}

/** What was predicted against what happened; on the line, the score keeps its word. */
function reliabilityPlot(group) {
  const most = Math.max(...group.reliability.flatMap((bin) => [bin.high ?? bin.observed, bin.predicted]), 0.1);
  const top = Math.min(1, Math.ceil(most * 10) / 10);
  const ticks = [0, top / 2, top].map((tick) => [tick, percent(tick), tick === top ? "end" : "middle"]);
  const chart = plot({
    label: "Predicted risk against what happened, with intervals",
    className: "square",
    x: [0, top],
    y: [0, top],
    xTicks: ticks,
    yTicks: ticks,
    shapes: (px, py) => [
      path("equal", [
        [px(0), py(0)],
        [px(top), py(top)],
      ]),
      group.reliability.map(
        (bin) =>
          bin.low !== null &&
          path("interval", [
            [px(bin.predicted), py(bin.low)],
            [px(bin.predicted), py(bin.high)],
          ]),
      ),
      // a line of no length with round ends: a dot that does not stretch with the picture
      group.reliability.map((bin) =>
        path("dot", [
          [px(bin.predicted), py(bin.observed)],
          [px(bin.predicted), py(bin.observed)],
        ]),
      ),
    ],
  });
  const stops = group.reliability.map((bin) => ({
    x: bin.predicted / top,
    y: bin.observed / top,
    text: `Predicted ${percent(bin.predicted)}, happened ${percent(bin.observed)}${bin.low === null ? "" : ` (${percent(bin.low)} to ${percent(bin.high)})`}, of ${integer(bin.n)}`,
  }));
  return explored(
    chart,
    "Predicted and happened, step by step",
    stops,
    "Across: the risk we had given. Up: how often it happened. On the line both agree.",
  );
}

/** 0 to 100 with the bands, the score, and the range of its calibration. */
function scoreScale(group, score, low, high) {
  const cuts = group.cuts;
  const scale = el(
    "div",
    { class: "scale", "aria-hidden": "true" },
    cuts.map((cut, i) =>
      placed(
        el("span", { class: `part of-${cut.band}` }),
        cut.from / 100,
        ((cuts[i + 1]?.from ?? 100) - cut.from) / 100,
      ),
    ),
    low !== null && high !== null && placed(el("span", { class: "range" }), low, high - low),
    placed(el("span", { class: "mark" }), score / 100),
    cuts.slice(1).map((cut) => placed(el("span", { class: "tick-x middle" }, plainNumber(cut.from)), cut.from / 100)),
  );
  return scale;
}

/** The ratio with its interval on a log scale from a quarter to four; shaded: within the limit that binds. */
function ratioPlot(row, limit) {
  if (row.ratio === null || row.ratio <= 0) return null;
  const [color] = VERDICTS[row.verdict] ?? ["muted"];
  const [low, high] = [row.ratio_low, row.ratio_high].map((ratio) =>
    ratio === null ? null : ratioShare(Math.max(ratio, 1e-9)),
  );
  return el(
    "div",
    { class: `ratio-track ${color}`, "aria-hidden": "true" },
    limit && placed(el("span", { class: "limits" }), ratioShare(limit), ratioShare(1 / limit) - ratioShare(limit)),
    placed(el("span", { class: "zero" }), ratioShare(1)),
    low !== null && high !== null && placed(el("span", { class: "interval" }), low, high - low),
    placed(el("span", { class: "mark" }), ratioShare(row.ratio)),
  );
}

function ratioShare(ratio) {
  return share(Math.log(ratio), [-Math.log(4), Math.log(4)]);
}
