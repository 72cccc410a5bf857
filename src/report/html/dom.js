// Elements from text, never from markup: whatever a name holds, it is shown and not run.

/** An element; `properties` are attributes, save `on` (listeners) and `data` (data attributes). */
function el(tag, properties, ...children) {
  return filled(document.createElement(tag), properties, children);
}

function svg(tag, properties, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), properties, children);
}

function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === "data") {
      Object.assign(element.dataset, value);
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

/** A foreign name, on one line and isolated from the direction of the text around it. */
function name(text, limit = 80) {
  const line = printable(text).trim();
  if (!line) return el("span", { class: "muted" }, "(blank)");
  const short = ellipsized(line, limit);
  return el("bdi", { title: short === line ? null : line, class: isLong(short) ? "long" : null }, short);
}

/** A foreign sentence, whole. */
function sentence(text) {
  return el("bdi", { class: isLong(text) ? "long" : null }, printable(text));
}

/** Whether a word is too long for a narrow column, so that it may break anywhere. */
function isLong(text) {
  return /\S{17}/u.test(text);
}

/** A sentence in pieces, some of them stressed. */
function rich(pieces) {
  return pieces.map((piece) => {
    const text = sentence(piece.text);
    if (piece.style === "strong") return el("strong", null, text);
    return piece.style === "muted" ? el("span", { class: "muted" }, text) : text;
  });
}

/** A section under a heading of its own; nothing where there is nothing to show. */
function section(title, ...content) {
  const shown = content.flat(Infinity).filter(Boolean);
  return shown.length ? el("section", null, el("h2", null, title), shown) : null;
}

function paragraph(text, className = null) {
  return text ? el("p", { class: className }, text) : null;
}

/** Sections side by side where there is room. */
function columns(...content) {
  return el("div", { class: "columns" }, content);
}

function moreLink(address, ...text) {
  return el("p", { class: "after" }, el("a", { class: "more", href: address }, text));
}

/** What is built only when somebody looks. */
function details(summary, build) {
  const box = el("details", null, el("summary", null, summary));
  box.addEventListener("toggle", () => box.childElementCount === 1 && box.append(build()), { once: true });
  return box;
}

/** A select whose options are [value, text]; foreign texts are cut to a line. */
function select(id, label, options, chosen, onChange) {
  const box = el(
    "select",
    { id, on: { change: (event) => onChange(event.target.value) } },
    options.map(([value, text]) =>
      el("option", { value, selected: value === chosen }, ellipsized(printable(text), 60) || "(blank)"),
    ),
  );
  return el("div", { class: "field" }, el("label", { for: id }, label), box);
}

function checkbox(id, label, checked, onChange) {
  const box = el("input", { type: "checkbox", id, checked, on: { change: () => onChange(box.checked) } });
  return el("div", { class: "field check" }, box, el("label", { for: id }, label));
}

function searchBox(id, label, value, onInput) {
  const box = el("input", {
    type: "search",
    id,
    value,
    autocomplete: "off",
    spellcheck: "false",
    on: { input: () => onInput(box.value) },
  });
  return el("div", { class: "field search" }, el("label", { for: id }, label), box);
}

/** Steps through a long table. */
function pager(page, nPages, what, onGo) {
  if (nPages <= 1) return null;
  const step = (text, to, enabled) =>
    el(
      "button",
      {
        type: "button",
        "aria-disabled": enabled ? null : "true",
        data: { to },
        on: { click: () => enabled && onGo(to) },
      },
      text,
    );
  return el(
    "nav",
    { class: "pager", "aria-label": `Pages of the ${what}` },
    step("Previous", page - 1, page > 0),
    el("span", null, `page ${integer(page + 1)} of ${integer(nPages)}`),
    step("Next", page + 1, page < nPages - 1),
  );
}

/** The word of a band with its color. */
function bandMark(band) {
  return el("span", { class: `band band-${BANDS.includes(band) ? band : "low"}` }, name(bandTitle(band), 30));
}

const VERDICTS = {
  disparity: ["is-risk", "!"],
  "none found": ["is-good", "✓"],
  "insufficient evidence": ["is-caution", "?"],
  undefined: ["muted", "–"],
};

/** A verdict in words, with its color and a mark: never by color alone. */
function verdictMark(verdict) {
  const [color, mark] = VERDICTS[verdict] ?? ["muted", "–"];
  return el("span", { class: `verdict-word ${color}` }, el("span", { "aria-hidden": "true" }, `${mark} `), verdict);
}
