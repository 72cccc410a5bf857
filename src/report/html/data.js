// What the run left for this page, and look-ups in it. Names are foreign text: they index Maps, never objects.

const data = JSON.parse(document.getElementById("data").textContent);
const isSingle = data.groups.length === 1;
const BANDS = ["low", "elevated", "high", "critical"];

/** An own entry of a record whose keys come from outside, else undefined. */
function entry(record, key) {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function bandTitle(band) {
  return entry(data.bands, band) ?? band;
}

function metricOf(name) {
  return entry(data.metrics, name) ?? { title: name, meaning: "", unit: "score" };
}

/** The addresses of the views, so that each can be bookmarked. */
function groupAddress(group, ...path) {
  return "#/" + [group.name, ...path].map(encodeURIComponent).join("/");
}

/** Of one subject; where an id stands more than once (history), its time tells them apart. */
function subjectAddress(group, subject) {
  const path = ["subjects", subject.id];
  if (subject.time !== null && idsOf(group).get(subject.id).length > 1) path.push(subject.time);
  return groupAddress(group, ...path);
}

function findSubject(group, id, time) {
  const same = idsOf(group).get(id) ?? [];
  return same.find((subject) => subject.time === time) ?? same[0];
}

const subjectsById = new Map();
function idsOf(group) {
  if (!subjectsById.has(group)) subjectsById.set(group, groupedById(group.subjects));
  return subjectsById.get(group);
}

function groupedById(subjects) {
  const ids = new Map();
  for (const subject of subjects) ids.set(subject.id, [...(ids.get(subject.id) ?? []), subject]);
  return ids;
}

/** "12 days", "month-to-month", "yes", "not known". */
function valueWords(column, value) {
  if (value === null) return "not known";
  if (typeof value !== "number") return value;
  if (column.kind === "boolean") return value === 0 ? "no" : "yes";
  return withUnit(value, column.unit);
}
