// The form that asks the model again, by the very model that gave the printed score.

const N_FIELDS_SHOWN = 8;
const TOLERANCE = 1e-9; // points: the engine and the page add the same numbers in the same order

function whatIf(group, subject) {
  const title = "What if?";
  const refusal = refusalOf(group, subject);
  if (refusal) return section(title, el("p", { class: "muted", id: "no-what-if" }, refusal));

  const scorer = group.scorers[subject.scorer];
  const values = [...subject.values];
  const result = el("output", { class: "result", id: "what-if-score", "aria-live": "polite" });
  const ordered = waterfallParts(group, subject).all;
  const fields = ordered.map((part) =>
    whatIfField(part.column, part.value, (value) => {
      values[part.index] = value;
      answer();
    }),
  );

  const answer = () => {
    const wrong = fields.find((field) => field.isWrong());
    if (wrong) {
      delete result.dataset.score;
      result.replaceChildren(el("span", null, "Not a number: ", name(wrong.label, 60)));
      return;
    }
    const now = score(scorer, group.columns, values);
    const difference = now - subject.score;
    const band = bandOf(group.cuts, now);
    result.dataset.score = now;
    result.replaceChildren(
      el("span", { class: `big band-text-${band}` }, number(now, 1)),
      " ",
      el(
        "span",
        null,
        bandMark(band),
        el(
          "span",
          { class: "note" },
          isNonzero(number(difference, 1))
            ? `${points(difference)} points against ${number(subject.score, 1)}`
            : `as in the run: ${number(subject.score, 1)}`,
        ),
      ),
    );
  };
  const reset = () => {
    fields.forEach((field) => field.reset());
    subject.values.forEach((value, i) => {
      values[i] = value;
    });
    answer();
  };
  answer();

  const more = fields.slice(N_FIELDS_SHOWN);
  return section(
    title,
    el(
      "form",
      { class: "what-if", on: { submit: (event) => event.preventDefault() } },
      el(
        "p",
        { class: "muted", id: "what-if-note" },
        "A what-if asks the model again; it does not promise that the change would help. An empty field means: not known.",
      ),
      el(
        "div",
        { class: "answer" },
        result,
        el("button", { type: "button", id: "what-if-reset", on: { click: reset } }, "As in the run"),
      ),
      el(
        "div",
        { class: "fields" },
        fields.slice(0, N_FIELDS_SHOWN).map((field) => field.element),
      ),
      more.length > 0 &&
        details(`${integer(more.length)} more`, () =>
          el(
            "div",
            { class: "fields" },
            more.map((field) => field.element),
          ),
        ),
    ),
  );
}

/** Why there is no what-if for this subject, or nothing. */
function refusalOf(group, subject) {
  if (!group.scorers)
    return group.no_what_if ? sentence(group.no_what_if) : "A what-if can be asked only of linear and additive models.";
  const scorer = group.scorers[subject.scorer];
  const again = scorer ? score(scorer, group.columns, subject.values) : NaN;
  if (Math.abs(again - subject.score) <= TOLERANCE) return null;
  return `This page cannot compute the printed score of ${number(subject.score, 1)} again${Number.isFinite(again) ? ` (it gets ${number(again, 9)})` : ""}, so it offers no what-if here.`;
}

let nFields = 0;

/** A field for one column: {element, label, isWrong(), reset()}; `onChange` gets the value, null where not known. */
function whatIfField(column, value, onChange) {
  const id = `what-if-${(nFields += 1)}`;
  const note = el("span", { class: "note", id: `${id}-note` });
  const tell = (now) => {
    const beyond = typeof now === "number" && column.low !== null && (now < column.low || now > column.high);
    note.replaceChildren(
      ...(beyond
        ? [beyondWords(column)]
        : ["in the run: ", name(valueWords(column, value), 40)]),
    );
    note.classList.toggle("is-caution", beyond);
    element.classList.toggle("changed", now !== value);
  };
  const control = controlOf(column, value);
  control.box.id = id;
  control.box.dataset.column = column.name;
  control.box.setAttribute("aria-describedby", `${id}-note what-if-note`);
  const element = el(
    "div",
    { class: "field" },
    el(
      "label",
      { for: id },
      name(column.label, 60),
      column.unit && el("span", { class: "muted" }, ", ", name(column.unit, 20)),
    ),
    control.box,
    note,
  );
  control.box.addEventListener("input", () => {
    const isWrong = control.isWrong();
    control.box.setAttribute("aria-invalid", String(isWrong));
    const now = isWrong ? value : control.value();
    tell(now);
    onChange(now);
  });
  tell(value);
  const reset = () => {
    control.reset();
    control.box.removeAttribute("aria-invalid");
    tell(value);
  };
  return { element, label: column.label, isWrong: control.isWrong, reset };
}

function beyondWords(column) {
  if (column.kind === "boolean") return "never so in the table";
  return `beyond what was seen (${plainNumber(column.low)} to ${plainNumber(column.high)})`;
}

function controlOf(column, value) {
  switch (column.kind) {
    case "level":
      return levelControl(column, value);
    case "boolean":
      return truthControl(value);
    default:
      return numberControl(value);
  }
}

/** Numbers show at most four decimals; a field left as it was still stands for the unrounded value. */
function numberControl(value) {
  const shown = typeof value === "number" ? String(Number(value.toFixed(4)) || value) : "";
  const box = el("input", {
    type: "number",
    step: "any",
    value: shown,
    placeholder: "not known",
    autocomplete: "off",
    inputmode: "decimal",
  });
  return {
    box,
    isWrong: () => box.validity.badInput || !Number.isFinite(Number(box.value)),
    value: () => (box.value === shown ? value : box.value === "" ? null : Number(box.value)),
    reset: () => {
      box.value = shown;
    },
  };
}

/** The known levels, the value itself where it is none of them, and "not known". */
function levelControl(column, value) {
  const levels = typeof value !== "string" || column.levels.includes(value) ? column.levels : [...column.levels, value];
  return choiceControl(
    levels,
    levels.map((level) => ellipsized(printable(level), 60) || "(blank)"),
    value,
  );
}

function truthControl(value) {
  return choiceControl([1, 0], ["yes", "no"], value);
}

/** A choice of values by their names, and "not known". */
function choiceControl(values, names, value) {
  const at = value === null ? "" : String(values.indexOf(value));
  const box = el(
    "select",
    null,
    el("option", { value: "" }, "not known"),
    names.map((text, i) => el("option", { value: i }, text)),
  );
  box.value = at;
  return {
    box,
    isWrong: () => false,
    value: () => (box.value === "" ? null : values[Number(box.value)]),
    reset: () => {
      box.value = at;
    },
  };
}
