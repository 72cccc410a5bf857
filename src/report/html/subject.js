// One subject: the score, how it comes about, what would lower it, what was known.

function subjectView(group, subject) {
  const facts = [
    subject.rank !== null && `rank ${integer(subject.rank)} of ${integer(group.n_reported)}`,
    subject.time !== null && `as of ${date(subject.time)}`,
    subject.risk_low !== null &&
      `calibration range ${wholeScore(100 * subject.risk_low)} to ${wholeScore(100 * subject.risk_high)}`,
    subject.value !== null && `value ${money(subject.value)}`,
    group.has_money && subject.value_at_stake !== null && `${money(subject.value_at_stake)} at stake`,
  ].filter(Boolean);
  return {
    title: subject.id,
    content: [
      el(
        "p",
        { class: "steps" },
        el("a", { href: groupAddress(group, "subjects") }, "All ", name(group.plural, 40)),
        neighbors(group, subject),
      ),
      el(
        "div",
        { class: "subject-head" },
        el("h1", { tabindex: "-1" }, name(subject.id, 200)),
        el(
          "p",
          { class: "figure-line" },
          el(
            "span",
            { class: `big band-text-${subject.band}`, data: { score: subject.score } },
            number(subject.score, 1),
          ),
          el("span", null, bandMark(subject.band), el("span", { class: "note" }, facts.join(" · "))),
        ),
      ),
      scoreScale(group, subject.score, subject.risk_low, subject.risk_high),
      paragraph(subject.selected_because && sentence(capitalized(subject.selected_because)), "muted"),
      el(
        "div",
        { class: "columns wide-left" },
        section(
          "How the score comes about",
          waterfall(group, subject),
          el(
            "p",
            { class: "muted" },
            "The points add up exactly to the score. They explain the model’s score, not what goes on in anybody’s mind.",
          ),
        ),
        el(
          "div",
          null,
          subject.reasons.length > 0 &&
            section(
              "In words",
              el(
                "ol",
                { class: "sentences" },
                subject.reasons.map((reason) => el("li", null, sentence(reason))),
              ),
            ),
          section("What would lower it most", actions(subject)),
        ),
      ),
      whatIf(group, subject),
      section("What was known", knownTable(group, subject)),
    ],
  };
}

/** The ones before and after in the table as it is filtered and sorted. */
function neighbors(group, subject) {
  const rows = chosenSubjects(group);
  const at = rows.indexOf(subject);
  if (at < 0) return null;
  const link = (other, text) => other && el("a", { href: subjectAddress(group, other) }, text);
  return el("span", { class: "neighbors" }, link(rows[at - 1], "Previous"), link(rows[at + 1], "Next"));
}

function actions(subject) {
  if (!subject.actions.length) return el("p", { class: "muted" }, "The run offers no action here.");
  return [
    el(
      "ol",
      { class: "actions" },
      subject.actions.map((action) =>
        el(
          "li",
          null,
          el("span", null, sentence(action.sentence)),
          action.score !== null &&
            el("strong", { class: "change-of-score" }, `${number(subject.score, 1)} → ${number(action.score, 1)}`),
        ),
      ),
    ),
    el("p", { class: "muted" }, "Checked by scoring again. It does not promise that the change would help."),
  ];
}

const N_KNOWN_SHOWN = 12;

/** All columns with the value of the run and its points, the weightiest first. */
function knownTable(group, subject) {
  const parts = waterfallParts(group, subject).all;
  const row = (part) =>
    el(
      "tr",
      null,
      el(
        "th",
        { scope: "row" },
        name(part.column.label),
        part.column.pillar && el("span", { class: "note" }, name(capitalized(part.column.pillar), 40)),
      ),
      el("td", { class: part.value === null ? "muted" : null }, name(valueWords(part.column, part.value))),
      el("td", { class: "number" }, points(part.points)),
    );
  const body = el("tbody", null, parts.slice(0, N_KNOWN_SHOWN).map(row));
  const table = el(
    "table",
    { class: "rows known" },
    el("caption", { class: "unseen" }, "What was known, with the points of each column"),
    el(
      "thead",
      null,
      el(
        "tr",
        null,
        el("th", { scope: "col" }, "What"),
        el("th", { scope: "col" }, "In the run"),
        el("th", { scope: "col", class: "number" }, "Points"),
      ),
    ),
    body,
  );
  const rest = parts.slice(N_KNOWN_SHOWN);
  const more =
    rest.length > 0 &&
    el(
      "button",
      {
        type: "button",
        class: "quiet",
        on: {
          click: () => {
            const rows = rest.map(row);
            body.append(...rows);
            more.remove();
            rows[0].tabIndex = -1;
            rows[0].focus();
          },
        },
      },
      `Show ${integer(rest.length)} more`,
    );
  return [table, more];
}
