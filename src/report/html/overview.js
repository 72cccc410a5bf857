// The first pages: all groups at a glance, and one group's summary.

/** The page of all groups: what is at risk, why, and whom to look at first. */
function homeView() {
  return {
    title: data.headline,
    content: [
      el("h1", { tabindex: "-1" }, name(data.headline, 400)),
      el(
        "ul",
        { class: "cards" },
        data.groups.map((group) => el("li", null, figures(group, true))),
      ),
      paragraph(data.causes && sentence(data.causes), "causes muted"),
      doFirst(),
      data.groups.map((group) =>
        el(
          "section",
          null,
          el("h2", null, name(group.title, 60)),
          el("p", { class: "lead" }, rich(group.lead)),
          columns(
            el("div", null, drivers(group, "h3"), moreLink(groupAddress(group), "More about ", name(group.title, 60))),
            firstOnes(group, "h3"),
          ),
        ),
      ),
      findingsSection(),
    ],
  };
}

/** What to do before anything else, with what it is worth. */
function doFirst() {
  if (!data.first) return null;
  const { heading, rows, note } = data.first;
  return section(
    heading,
    el(
      "ol",
      { class: "todo" },
      rows.map((row) =>
        el(
          "li",
          null,
          el(
            "span",
            null,
            el("span", { class: "what" }, rich(row.title)),
            el("span", { class: "note" }, sentence(row.detail)),
          ),
          el(
            "span",
            { class: "worth" },
            el("strong", null, printable(row.amount)),
            el("span", { class: "note" }, printable(row.unit)),
          ),
        ),
      ),
    ),
    el("p", { class: "note" }, sentence(note)),
  );
}

/** One group's summary. */
function summaryView(group) {
  return {
    title: isSingle ? data.headline : group.title,
    content: [
      el("h1", { tabindex: "-1" }, isSingle ? name(data.headline, 400) : name(group.title, 200)),
      group.lead.length > 0 && el("p", { class: "lead" }, rich(group.lead)),
      el(
        "ul",
        { class: "cards few" },
        el("li", null, figures(group, false)),
        group.has_money &&
          group.value_total !== null &&
          el(
            "li",
            null,
            el(
              "div",
              { class: "card" },
              el("h2", { class: "small" }, "Value in all"),
              el("p", { class: "big" }, money(group.value_total)),
              el(
                "p",
                { class: "muted" },
                "of ",
                counted(group.n_reported, printable(group.subject), printable(group.plural)),
              ),
            ),
          ),
      ),
      isSingle && [paragraph(data.causes && sentence(data.causes), "causes muted"), doFirst()],
      columns(drivers(group, "h2"), firstOnes(group, "h2")),
      columns(
        group.bands.length > 0 && section("How many are in which band", bandBars(group)),
        section(
          "How the scores spread",
          group.score_counts.some((n) => n > 0)
            ? distribution(group)
            : el("p", { class: "muted" }, "There are no scores."),
        ),
      ),
      columns(
        section(
          "How far you can rely on this",
          group.rely.map((text) => el("p", null, rich(text))),
          group.reliability.length > 0 && reliabilityPlot(group),
        ),
        section(
          "Is it fair?",
          group.fair.map(({ mark, tone, text }) =>
            el(
              "p",
              null,
              el("span", { class: `verdict-word is-${tone}`, "aria-hidden": "true" }, mark),
              " ",
              rich(text),
            ),
          ),
          group.audit.length > 0 && moreLink(groupAddress(group, "audit"), "All comparisons"),
        ),
      ),
      columns(
        purposeSection(group),
        group.limits.length > 0 &&
          section(
            "What these numbers cannot tell",
            el(
              "ul",
              { class: "muted" },
              group.limits.map((limit) => el("li", null, sentence(limit))),
            ),
          ),
      ),
      isSingle && findingsSection(),
    ],
  };
}

/** The big figures of a group: how many are at risk, what is at stake, what changed. */
function figures(group, isLink) {
  const past = group.population === "history";
  const title = name(group.title, 60);
  return el(
    "div",
    { class: "card" },
    el("h2", { class: "small" }, isLink ? el("a", { href: groupAddress(group) }, title) : "At risk"),
    el(
      "p",
      { class: "figure-line" },
      el("span", { class: `big ${group.n_selected > 0 ? "is-risk" : "is-good"}` }, integer(group.n_selected)),
      el(
        "span",
        { class: "muted" },
        `of ${integer(group.n_reported)} ${past ? "past " : ""}`,
        name(group.plural, 40),
        ` ${past ? "scored " : ""}${group.at_risk}`,
      ),
    ),
    group.has_money &&
      group.value_at_stake !== null &&
      el("p", null, el("strong", null, money(group.value_at_stake)), " at stake"),
    change(group),
  );
}

/** More or fewer than at the run compared with. */
function change(group) {
  if (group.n_selected_before === null) return null;
  const more = group.n_selected - group.n_selected_before;
  const since = group.compared ? ` than on ${group.compared}` : " than before";
  if (more === 0)
    return el("p", { class: "change muted" }, `● as many as ${group.compared ? `on ${group.compared}` : "before"}`);
  return el(
    "p",
    { class: `change ${more > 0 ? "is-risk" : "is-good"}` },
    more > 0 ? `▲ ${integer(more)} more${since}` : `▼ ${integer(-more)} fewer${since}`,
  );
}

function drivers(group, heading) {
  return el(
    "section",
    null,
    el(heading, null, "Why trust is at risk"),
    group.drivers.length
      ? [group.drivers_note && el("p", { class: "muted" }, sentence(group.drivers_note)), driverBars(group)]
      : el(
          "p",
          { class: "muted" },
          group.n_selected === 0
            ? ["None of the ", name(group.plural, 40), ` is ${group.at_risk}, so nothing sets them apart.`]
            : "Nothing sets those at risk apart.",
        ),
  );
}

/** The five with the highest rank. */
function firstOnes(group, heading) {
  const first = group.subjects.slice(0, 5);
  if (!first.length) return null;
  return el(
    "section",
    null,
    el(heading, null, group.n_selected > 0 ? "Whom to look at first" : "The highest scores"),
    el(
      "ol",
      { class: "people" },
      first.map((subject) =>
        el(
          "li",
          null,
          el("a", { href: subjectAddress(group, subject) }, name(subject.id, 40)),
          el("span", { class: "score" }, wholeScore(subject.score), " ", bandMark(subject.band)),
          subject.reasons.length > 0 && el("span", { class: "muted" }, name(subject.reasons[0], 160)),
        ),
      ),
    ),
    moreLink(groupAddress(group, "subjects"), "All ", name(group.plural, 40)),
  );
}

function purposeSection(group) {
  if (!group.purpose) return null;
  const { purpose, decides, contact } = group.purpose;
  return section(
    "What it is for",
    el(
      "dl",
      { class: "facts" },
      [
        ["Purpose", purpose],
        ["Who decides", decides],
        ["Questions to", contact],
      ]
        .filter(([, text]) => text)
        .map(([term, text]) => [el("dt", null, term), el("dd", null, sentence(text))]),
    ),
  );
}
