// Numbers, money and small words, written the way the engine's other pages write them.

const MINUS = "\u2212"; // as wide as the plus sign
const NO_BREAK = "\u00a0";
const SMALL = [
  "none",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** 46200 → "46,200". */
function integer(n) {
  return grouped(fixed(Math.abs(n), 0));
}

/** Rounded to `decimals`, with commas and a real minus sign; "0" never has a sign. */
function number(x, decimals) {
  const text = fixed(Math.abs(x), decimals);
  const [whole, fraction] = text.split(".");
  const sign = x < 0 && isNonzero(text) ? MINUS : "";
  return sign + grouped(whole) + (fraction ? `.${fraction}` : "");
}

/** At most two decimals, no trailing zeros, commas from 10,000 on: 0.25, 3, 2024. For values as they were recorded. */
function plainNumber(x) {
  if (x !== 0 && Math.abs(x) < 0.005) return Number(x.toPrecision(2)).toString().replace(/-/g, MINUS);
  const text = number(x, 2).replace(/\.?0+$/, "");
  return Math.abs(x) < 9999.995 ? text.replace(",", "") : text;
}

/** A value with its unit; of one, the singular of a plural word: "12 days", "1 day", "10 %". */
function withUnit(x, unit) {
  const text = plainNumber(x);
  if (!unit) return text;
  const isPlural = text === "1" && /^\p{L}{2,}s$/u.test(unit) && !unit.endsWith("ss");
  return text + NO_BREAK + (isPlural ? unit.slice(0, -1) : unit);
}

/** Points with their sign, to one decimal: "+21.3", "−1.6", "0.0". */
function points(x) {
  const text = number(x, 1);
  return x > 0 && isNonzero(text) ? `+${text}` : text;
}

/** A score as tables show it, without decimals. */
function wholeScore(x) {
  return number(x, 0);
}

/** 0.076 → "7.6 %", 0.5 → "50 %", 0.0002 → "<0.1 %". */
function percent(rate) {
  if (rate > 0 && rate < 0.0005) return `<0.1${NO_BREAK}%`;
  return number(100 * rate, 1).replace(/\.0$/, "") + `${NO_BREAK}%`;
}

/** Whole units of the currency from 100 on, else two decimals: "€46,200", "46,200 CHF", "€9.50". */
function money(amount) {
  const { symbol, before } = data.money;
  const size = Math.abs(amount);
  const text = number(size, size < 99.995 && !Number.isInteger(size) ? 2 : 0);
  const sign = amount < 0 && isNonzero(text) ? MINUS : "";
  if (!symbol) return sign + text;
  return before ? sign + symbol + text : sign + text + NO_BREAK + symbol;
}

/** "2026-06-30" → "30 June 2026"; anything else stays as it is. */
function date(text) {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  const month = parts && MONTHS[Number(parts[2]) - 1];
  return month ? `${Number(parts[3])}${NO_BREAK}${month} ${parts[1]}` : text;
}

/** "1 customer", "4,180 customers", "no customers". */
function counted(n, singular, plural) {
  if (n === 0) return `no ${plural}`;
  return n === 1 ? `1 ${singular}` : `${integer(n)} ${plural}`;
}

/** In words up to twelve, else in digits. */
function spelled(n) {
  return SMALL[n] ?? integer(n);
}

function capitalized(text) {
  const [first = "", ...rest] = text;
  return first.toUpperCase() + rest.join("");
}

/** At most `limit` characters, the last of them an ellipsis where something was cut off. */
function ellipsized(text, limit) {
  const chars = [...text];
  return chars.length <= limit
    ? text
    : chars
        .slice(0, limit - 1)
        .join("")
        .trimEnd() + "…";
}

/** One line: control characters become spaces, and what would turn the direction of the text around it goes. */
function printable(text) {
  return text.replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "").replace(/[\p{Cc}\u2028\u2029]/gu, " ");
}

/** toFixed, but exact ties go to the even digit, as the engine rounds them: 0.25 → "0.2", 2.5 → "2". */
function fixed(x, decimals) {
  if (x >= 1e21) return BigInt(x).toString() + (decimals ? "." + "0".repeat(decimals) : "");
  const halves = x * 2 ** (decimals + 1);
  const isTie = Number.isInteger(halves) && halves % 2 === 1 && halves < 2 ** 53;
  if (!isTie) return x.toFixed(decimals);
  const below = Math.floor(x * 10 ** decimals); // exact: a tie has few binary digits
  return ((below % 2 === 0 ? below : below + 1) / 10 ** decimals).toFixed(decimals);
}

function grouped(digits) {
  return digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

function isNonzero(text) {
  return /[1-9]/.test(text);
}
