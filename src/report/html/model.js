// The what-if: exactly the engine's arithmetic, in its order of operations. Pure functions.

/**
 * The additive output of a model for one subject, in the model's margin unit: intercept, then each term, then each
 * pair, added from left to right. `values` stand in the order of `columns`; null: not known.
 */
function margin(model, columns, values) {
  const places = new Map(columns.map((column, i) => [column.name, i]));
  const valueOf = (feature) => (places.has(feature) ? values[places.get(feature)] : null);
  let sum = model.intercept;
  for (const term of model.terms) sum += termOf(term, valueOf(term.feature));
  for (const pair of model.pairs ?? []) sum += pairOf(pair, pair.features.map(valueOf));
  return sum;
}

/** The calibrated risk, 0 to 1, of a margin. */
function risk(calibrator, margin) {
  let odds = margin;
  if (calibrator.unit !== "log-odds") {
    const rate = Math.min(Math.max(margin, 1e-12), 1 - 1e-12);
    if (calibrator.kind === "identity") return rate;
    odds = Math.log(rate) - Math.log1p(-rate);
  }
  switch (calibrator.kind) {
    case "identity":
      return logistic(odds);
    case "platt":
      return logistic(calibrator.slope * odds + calibrator.intercept);
    case "beta":
      return logistic(calibrator.b * softplus(odds) - calibrator.a * softplus(-odds) + calibrator.c);
    default:
      throw new Error(`unknown calibrator ${calibrator.kind}`);
  }
}

/** The score in points, 0 to 100, by one of the group's scorers. */
function score(scorer, columns, values) {
  return 100 * risk(scorer.calibrator, margin(scorer.model, columns, values));
}

/** The last band whose cut the score reaches. */
function bandOf(cuts, score) {
  return cuts.filter((cut) => cut.from <= score).at(-1)?.band ?? cuts[0].band;
}

function termOf(term, value) {
  switch (term.shape) {
    case "line":
      return typeof value === "number"
        ? term.slope * (Math.min(Math.max(value, term.low), term.high) - term.center)
        : term.slope * (term.fill - term.center) + term.missing;
    case "steps":
      return typeof value === "number" ? term.values[nBelow(term.edges, value)] : term.missing;
    case "levels": {
      if (typeof value !== "string") return term.missing;
      const known = term.levels.find((level) => level.level === value);
      if (known) return known.weight;
      return term.rare.includes(value) ? term.pooled : term.unseen;
    }
    default:
      throw new Error(`unknown term ${term.shape}`);
  }
}

/** What two columns add together; nothing where a value falls into no bin. */
function pairOf(pair, values) {
  const [first, second] = pair.axes.map((axis, i) => binOf(axis, pair.missing[i], values[i]));
  if (first === null || second === null) return 0;
  const nSecond = nBins(pair.axes[1]) + (pair.missing[1] ? 1 : 0);
  return pair.values[first * nSecond + second];
}

function binOf(axis, hasMissing, value) {
  if (axis.edges && typeof value === "number") return nBelow(axis.edges, value);
  if (axis.levels && typeof value === "string") {
    const bin = axis.levels.findIndex((levels) => levels.includes(value));
    return bin < 0 ? null : bin;
  }
  return hasMissing ? nBins(axis) : null;
}

/** Without the one for values that are not known. */
function nBins(axis) {
  return axis.edges ? axis.edges.length + 1 : axis.levels.length;
}

/** How many edges are less than the value; edges ascend. */
function nBelow(edges, value) {
  let n = 0;
  while (n < edges.length && edges[n] < value) n += 1;
  return n;
}

function logistic(z) {
  if (z >= 0) return 1 / (1 + Math.exp(-z));
  const e = Math.exp(z);
  return e / (1 + e);
}

function softplus(x) {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
