// The frame of the page, and which view stands in it: the address decides, so that every view can be bookmarked.

const header = document.getElementById("header");
const main = document.getElementById("main");
const footer = document.getElementById("footer");
let subjectLeft = null; // the subject whose page was open: its row gets the focus back

/** "#/customers/subjects/C-12805" → {group, part, subject}; null: there is no such view. */
function route(address) {
  const parts = address
    .replace(/^#?\/?/, "")
    .split("/")
    .map(decoded);
  if (parts.length === 1 && parts[0] === "")
    return isSingle ? { group: data.groups[0], part: "" } : { group: null, part: "" };
  const group = data.groups.find((group) => group.name === parts[0]);
  const part = parts[1] ?? "";
  if (!group || parts.includes(null)) return null;
  if (part === "subjects" && parts.length > 2) {
    const subject = findSubject(group, parts[2], parts[3]);
    return subject && parts.length <= 4 ? { group, part, subject } : null;
  }
  return parts.length <= 2 && ["", "subjects", "effects", "audit"].includes(part) ? { group, part } : null;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function viewOf(at) {
  if (!at)
    return {
      title: "Not in this report",
      content: [
        el("h1", { tabindex: "-1" }, "Not in this report"),
        el("p", null, el("a", { href: "#/" }, "Back to the overview")),
      ],
    };
  if (!at.group) return homeView();
  if (at.subject) return subjectView(at.group, at.subject);
  return { "": summaryView, subjects: subjectsView, effects: effectsView, audit: auditView }[at.part](at.group);
}

function show(isFirst) {
  const at = route(location.hash);
  const view = viewOf(at);
  header.replaceChildren(...frame(at));
  main.replaceChildren(el("div", null, view.content));
  document.title = `${ellipsized(printable(view.title), 80)} · ${ellipsized(printable(data.title), 60)}`;
  if (!isFirst) focusOn(at);
  subjectLeft = at?.subject ?? null;
}

/** The head of the new view; back in the table, the row one came from. */
function focusOn(at) {
  const row =
    at?.part === "subjects" &&
    !at.subject &&
    subjectLeft &&
    [...main.querySelectorAll(".subjects tbody a")].find((link) => link.hash === subjectAddress(at.group, subjectLeft));
  if (row) {
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "center" });
    return;
  }
  scrollTo(0, 0);
  main.querySelector("h1")?.focus({ preventScroll: true });
}

/** The name of the business, the day, the groups and the parts of the group. */
function frame(at) {
  const link = (address, text, isHere) =>
    el("li", null, el("a", { href: address, "aria-current": isHere ? "page" : null }, text));
  const group = at?.group ?? null;
  const groups =
    !isSingle &&
    data.groups.length > 0 &&
    el(
      "nav",
      { class: "groups", "aria-label": "Groups" },
      el(
        "ul",
        null,
        link("#/", "Overview", at !== null && !group),
        data.groups.map((each) => link(groupAddress(each), name(each.title, 30), each === group)),
      ),
    );
  const parts =
    group &&
    el(
      "nav",
      { class: "parts", "aria-label": "Parts" },
      el(
        "ul",
        null,
        [
          ["", "Summary"],
          ["subjects", "Scores"],
          ["effects", "Effects"],
          ["audit", "Fairness"],
        ].map(([part, text]) => link(part ? groupAddress(group, part) : groupAddress(group), text, at.part === part)),
      ),
    );
  return [
    el(
      "div",
      { class: "brand" },
      el("p", null, el("a", { href: "#/" }, name(data.title, 60)), el("span", { class: "muted" }, " · trust at risk")),
      el("p", { class: "muted" }, printable(data.as_of_words)),
    ),
    groups,
    parts,
  ].filter(Boolean);
}

function foot() {
  const seal = el("p", { class: "seal" }, "results ", el("code", null, data.results_sha256));
  return [
    el(
      "p",
      null,
      name(data.title, 60),
      ` · data to ${date(data.as_of)} · run `,
      sentence(data.run),
      ` · trustrisk ${data.version} · check with `,
      el("code", null, "trustrisk verify"),
    ),
    seal,
  ];
}

const SEVERITIES = { error: "Error", warning: "Warning", info: "Note" };

/** What the run noticed on its way; open where something went wrong. */
function findingsSection() {
  const { findings } = data;
  if (!findings.length) return null;
  const counts = Object.entries(SEVERITIES).map(([severity, word]) => [
    findings.filter((finding) => finding.severity === severity).length,
    word.toLowerCase(),
  ]);
  const summary = counts
    .filter(([n]) => n > 0)
    .map(([n, word]) => counted(n, word, `${word}s`))
    .join(", ");
  const box = details(summary, () =>
    el(
      "ul",
      { class: "findings" },
      findings.map((finding) =>
        el(
          "li",
          { class: finding.severity },
          el("strong", null, entry(SEVERITIES, finding.severity) ?? "Note"),
          " ",
          finding.whose && [el("span", { class: "muted" }, name(finding.whose, 40)), " "],
          rich(finding.message),
        ),
      ),
    ),
  );
  box.open = findings.some((finding) => finding.severity === "error");
  return section("What the run noticed", box);
}

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address belongs to the views
  main.querySelector("h1")?.focus();
});
addEventListener("hashchange", () => show(false));
footer.replaceChildren(...foot());
show(true);

// For whoever wants to check the arithmetic, by hand or by test.
globalThis.trustrisk = Object.freeze({ margin, risk, score, bandOf });
