//! Numbers, money, dates, nouns and small sentences in the manner of a locale: the one place that knows how they are
//! written. So far there is English; other locales fall back to it.

use chrono::{Datelike, NaiveDate};

use crate::base::units::{Band, LOCALES};

/// What no score can tell: a limit of every group, which page one says in its own words.
pub const RESEMBLES: &str = "A score says whom somebody resembles in the past, not what would change the outcome.";

/// U+2212, as wide as the plus sign.
const MINUS: char = '\u{2212}';
/// No line break here.
const NO_BREAK: char = '\u{a0}';

const SMALL: [&str; 13] =
    ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

const MONTHS: [&str; 12] = [
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

/// How a portfolio's pages speak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Language tag of the text, e.g. "en".
    pub language: String,
    /// ISO 4217 code; empty: money has no unit.
    pub currency: String,
    /// Dates as in the United States: "June 30, 2026".
    month_first: bool,
}

impl Words {
    /// The words of a locale; one that is not known speaks English.
    pub fn new(locale: &str, currency: &str) -> Self {
        let language = LOCALES.iter().find(|known| **known == locale).unwrap_or(&LOCALES[0]);
        Self {
            language: (*language).to_owned(),
            currency: currency.trim().to_owned(),
            month_first: *language == "en-US",
        }
    }

    /// 46200 → "46,200".
    pub fn integer(&self, number: u64) -> String {
        group(&number.to_string())
    }

    /// A count of rows or subjects: "46,200".
    pub fn count(&self, number: usize) -> String {
        group(&number.to_string())
    }

    /// Rounded to `decimals`, with a real minus sign; "0" never has a sign: −0.04 to one decimal is "0.0".
    pub fn number(&self, number: f64, decimals: usize) -> String {
        let text = format!("{:.decimals$}", number.abs());
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let point = if fraction.is_empty() { "" } else { "." };
        let sign = if number < 0.0 && is_nonzero(&text) { MINUS.to_string() } else { String::new() };
        format!("{sign}{}{point}{fraction}", group(whole))
    }

    /// With at most two decimals, and none that are zero: "6", "0.25", "1,234.5".
    pub fn plain(&self, number: f64) -> String {
        let text = self.number(number, 2);
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    }

    /// A number beside its unit; of one, the singular of a plural word: "12 days", "1 day", "508.47 EUR".
    pub fn measured(&self, number: f64, unit: Option<&str>) -> String {
        let text = self.plain(number);
        let Some(unit) = unit else { return text };
        let is_word = unit.len() > 2 && unit.chars().all(char::is_alphabetic) && !unit.ends_with("ss");
        let one = unit.strip_suffix('s').filter(|_| is_word && text == "1");
        format!("{text}{NO_BREAK}{}", one.unwrap_or(unit))
    }

    /// Points with their sign, to one decimal: "+21.3", "−1.6", "0.0".
    pub fn points(&self, points: f64) -> String {
        let text = self.number(points, 1);
        if points > 0.0 && is_nonzero(&text) { format!("+{text}") } else { text }
    }

    /// A score, without decimals: "71".
    pub fn score(&self, score: f64) -> String {
        self.number(score, 0)
    }

    /// A rate as a percentage of at most one decimal: 0.076 → "7.6 %", 0.5 → "50 %", 0.0002 → "<0.1 %".
    pub fn percent(&self, rate: f64) -> String {
        if rate > 0.0 && rate < 0.000_5 {
            return format!("<0.1{NO_BREAK}%");
        }
        let text = self.number(100.0 * rate, 1);
        format!("{}{NO_BREAK}%", text.strip_suffix(".0").unwrap_or(&text))
    }

    /// Whole units of the currency from 100 on, else two decimals: "€46,200", "46,200 CHF", "€9.50".
    pub fn money(&self, amount: f64) -> String {
        let decimals = if amount.abs() < 99.995 && amount.fract() != 0.0 { 2 } else { 0 };
        let text = self.number(amount.abs(), decimals);
        let sign = if amount < 0.0 && is_nonzero(&text) { MINUS.to_string() } else { String::new() };
        match symbol(&self.currency) {
            Some(symbol) => format!("{sign}{symbol}{text}"),
            None if self.currency.is_empty() => format!("{sign}{text}"),
            None => format!("{sign}{text}{NO_BREAK}{}", self.currency),
        }
    }

    /// The sign of the currency, and whether it stands before the number.
    pub fn currency_sign(&self) -> (String, bool) {
        match symbol(&self.currency) {
            Some(symbol) => (symbol.to_owned(), true),
            None => (self.currency.clone(), false),
        }
    }

    /// "30 June 2026".
    pub fn date(&self, date: NaiveDate) -> String {
        let month = MONTHS.get(date.month0() as usize).copied().unwrap_or_default();
        if self.month_first {
            return format!("{month}{NO_BREAK}{}, {}", date.day(), date.year());
        }
        format!("{}{NO_BREAK}{month} {}", date.day(), date.year())
    }

    /// "Tuesday 30 June 2026".
    pub fn day(&self, date: NaiveDate) -> String {
        let names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
        let name = names.get(date.weekday().num_days_from_monday() as usize).copied().unwrap_or_default();
        let comma = if self.month_first { "," } else { "" };
        format!("{name}{comma} {}", self.date(date))
    }

    /// "1 customer", "4,180 customers", "no customers".
    pub fn counted(&self, n: usize, singular: &str, plural: &str) -> String {
        match n {
            0 => format!("no {plural}"),
            1 => format!("1 {singular}"),
            n => format!("{} {plural}", self.count(n)),
        }
    }

    /// In words up to twelve, else in digits: "seven", "13".
    pub fn spelled(&self, n: usize) -> String {
        SMALL.get(n).map_or_else(|| self.count(n), |word| (*word).to_owned())
    }

    /// "a", "a and b", "a, b and c".
    pub fn list(&self, items: &[String]) -> String {
        match items {
            [] => String::new(),
            [one] => one.clone(),
            [most @ .., last] => format!("{} and {last}", most.join(", ")),
        }
    }

    /// The base that makes a rate easy to say, and the count out of it: of ten, or of a hundred where ten are too coarse
    /// (under 5 % or over 95 %, but not 0 or 1 themselves).
    pub fn out_of(&self, rate: f64) -> (usize, usize) {
        let rate = rate.clamp(0.0, 1.0);
        let base = if (0.05..=0.95).contains(&rate) || rate == 0.0 || rate == 1.0 { 10 } else { 100 };
        (base, (rate * base as f64).round() as usize)
    }

    /// "at high risk".
    pub fn at_risk(&self, from: Band) -> &'static str {
        match from {
            Band::Low => "in the list",
            Band::Elevated => "at elevated risk",
            Band::High => "at high risk",
            Band::Critical => "at critical risk",
        }
    }
}

/// The third person of a verb phrase: "leave" → "leaves", "deliver late" → "delivers late".
pub fn third_person(verb: &str) -> String {
    let (first, rest) = verb.split_once(' ').map_or((verb, String::new()), |(first, rest)| (first, format!(" {rest}")));
    let consonant_y = first.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'i', 'o', 'u']));
    let conjugated = match (first, consonant_y) {
        ("be", _) => "is".to_owned(),
        ("have", _) => "has".to_owned(),
        (_, Some(stem)) if !stem.is_empty() => format!("{stem}ies"),
        _ if ["s", "x", "z", "ch", "sh", "o"].iter().any(|end| first.ends_with(end)) => format!("{first}es"),
        _ => format!("{first}s"),
    };
    format!("{conjugated}{rest}")
}

/// The plural of a noun, or of the last word of a phrase: "customer" → "customers", "delivery" → "deliveries".
pub fn plural(noun: &str) -> String {
    let irregular =
        [("person", "people"), ("child", "children"), ("man", "men"), ("woman", "women"), ("staff", "staff")];
    if let Some((one, many)) = irregular.iter().find(|(one, _)| noun == *one || noun.ends_with(&format!(" {one}"))) {
        return format!("{}{many}", noun.strip_suffix(one).unwrap_or_default());
    }
    match noun.strip_suffix('y').filter(|stem| !stem.is_empty() && !stem.ends_with(['a', 'e', 'i', 'o', 'u'])) {
        Some(stem) => format!("{stem}ies"),
        None if ["s", "x", "z", "ch", "sh"].iter().any(|end| noun.ends_with(end)) => format!("{noun}es"),
        None => format!("{noun}s"),
    }
}

/// The text with its first letter in upper case.
pub fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// At most `limit` characters, the last of them an ellipsis where something was cut off.
pub fn ellipsized(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let kept: String = text.chars().take(limit.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// One line of printable text: control characters and line breaks become spaces, and what can turn the direction of
/// the text around it (bidirectional controls) is taken out.
pub fn printable(text: &str) -> String {
    let is_turn = |c: &char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_unprintable = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}');
    text.chars().filter(|c| !is_turn(c)).map(|c| if is_unprintable(c) { ' ' } else { c }).collect()
}

fn symbol(currency: &str) -> Option<&'static str> {
    match currency {
        "EUR" => Some("€"),
        "USD" => Some("$"),
        "GBP" => Some("£"),
        "JPY" => Some("¥"),
        "INR" => Some("₹"),
        _ => None,
    }
}

/// Commas between groups of three digits.
fn group(digits: &str) -> String {
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn is_nonzero(text: &str) -> bool {
    text.chars().any(|c| ('1'..='9').contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(currency: &str) -> Words {
        Words::new("en", currency)
    }

    #[test]
    fn numbers_have_commas_and_a_real_minus() {
        let words = words("EUR");
        assert_eq!(words.integer(0), "0");
        assert_eq!(words.integer(999), "999");
        assert_eq!(words.integer(1_234_567), "1,234,567");
        assert_eq!(words.number(-1234.56, 1), "−1,234.6");
        assert_eq!(words.number(-0.04, 1), "0.0");
        assert_eq!([6.0, 0.25, 1234.5, 100.0].map(|number| words.plain(number)), ["6", "0.25", "1,234.5", "100"]);
        let measured = [(1.0, "days"), (12.0, "days"), (1.0, "EUR")].map(|(n, unit)| words.measured(n, Some(unit)));
        assert_eq!(measured, ["1\u{a0}day", "12\u{a0}days", "1\u{a0}EUR"]);
        assert_eq!(words.points(21.34), "+21.3");
        assert_eq!(words.points(-1.6), "−1.6");
        assert_eq!(words.points(0.02), "0.0");
        assert_eq!(words.percent(0.076), "7.6\u{a0}%");
        assert_eq!(words.percent(0.5), "50\u{a0}%");
        assert_eq!(words.percent(0.0), "0\u{a0}%");
        assert_eq!(words.percent(0.0002), "<0.1\u{a0}%");
        assert_eq!(words.percent(1.0), "100\u{a0}%");
    }

    #[test]
    fn money_follows_the_currency() {
        assert_eq!(words("EUR").money(46_200.4), "€46,200");
        assert_eq!(words("EUR").money(9.5), "€9.50");
        assert_eq!(words("EUR").money(0.0), "€0");
        assert_eq!(words("EUR").money(-120.0), "−€120");
        assert_eq!(words("CHF").money(46_200.0), "46,200\u{a0}CHF");
        assert_eq!(words("").money(7.0), "7");
    }

    #[test]
    fn dates_are_written_out() {
        let date = NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();
        assert_eq!(words("").date(date), "30\u{a0}June 2026");
        assert_eq!(words("").day(date), "Tuesday 30\u{a0}June 2026");
        assert_eq!(Words::new("en-US", "USD").day(date), "Tuesday, June\u{a0}30, 2026");
        assert_eq!(Words::new("tlh", "").language, "en");
    }

    #[test]
    fn nouns_and_verbs_agree() {
        let words = words("");
        assert_eq!(words.counted(1, "customer", "customers"), "1 customer");
        assert_eq!(words.counted(4180, "customer", "customers"), "4,180 customers");
        assert_eq!(words.counted(0, "customer", "customers"), "no customers");
        assert_eq!(third_person("leave"), "leaves");
        assert_eq!(third_person("deliver late"), "delivers late");
        assert_eq!(third_person("miss a delivery"), "misses a delivery");
        assert_eq!(third_person("go"), "goes");
        assert_eq!(third_person("pay late"), "pays late");
        assert_eq!(third_person("fly"), "flies");
        assert_eq!(capitalized("émigrés"), "Émigrés");
        let nouns = ["customer", "delivery", "branch", "key account", "business", "sales person", "day"];
        let plurals = ["customers", "deliveries", "branches", "key accounts", "businesses", "sales people", "days"];
        assert_eq!(nouns.map(plural), plurals);
    }

    #[test]
    fn rates_are_said_out_of_ten_or_a_hundred() {
        let words = words("");
        assert_eq!(words.out_of(0.71), (10, 7));
        assert_eq!(words.out_of(0.03), (100, 3));
        assert_eq!(words.out_of(0.0), (10, 0));
        assert_eq!(words.out_of(1.0), (10, 10));
        assert_eq!(words.spelled(7), "seven");
        assert_eq!(words.spelled(40), "40");
        assert_eq!(words.list(&["a".into(), "b".into(), "c".into()]), "a, b and c");
    }

    #[test]
    fn foreign_text_becomes_one_safe_line() {
        assert_eq!(printable("a\nb\u{0}\u{202e}c"), "a b c");
        assert_eq!(ellipsized("abcdef", 4), "abc…");
        assert_eq!(ellipsized("abc", 4), "abc");
    }
}
