//! Numbers and names as findings print them.

use chrono::NaiveDate;

/// Day 0 of polars' dates, 1970-01-01, counted from the first day of the common era.
const EPOCH: i32 = 719_163;

/// `10831` → `10,831`.
pub fn count(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 row`, `10,831 rows`.
pub fn rows(number: usize) -> String {
    if number == 1 { "1 row".to_owned() } else { format!("{} rows", count(number)) }
}

/// A share as whole percent, never rounded up to 100 nor down to 0.
pub fn percent(part: usize, whole: usize) -> String {
    if part == whole {
        return "100 %".to_owned();
    }
    let share = 100.0 * ratio(part, whole);
    if share > 99.0 {
        format!("{:.1} %", share.min(99.9))
    } else if share < 1.0 {
        format!("{:.1} %", share.max(0.1))
    } else {
        format!("{share:.0} %")
    }
}

/// `part / whole` as numbers; 0 where there is nothing.
pub fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// The first names in back-ticks, and how many more: `` `a`, `b` and 3 more``.
pub fn list<S: AsRef<str>>(names: &[S], most: usize) -> String {
    let quoted: Vec<String> = names.iter().take(most).map(|name| format!("`{}`", name.as_ref())).collect();
    match (quoted.as_slice(), names.len().saturating_sub(most)) {
        ([], _) => String::new(),
        ([one], 0) => one.clone(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (all, more) => format!("{} and {more} more", all.join(", ")),
    }
}

/// A number as a person would write it: at most six significant decimals, no trailing zeros.
pub fn number(value: f64) -> String {
    let text = format!("{value:.6}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short.is_empty() || short == "-0" { "0".to_owned() } else { short.to_owned() }
}

/// A text in TOML, quoted.
pub fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The table of the config that speaks of a column: `[stakeholders.columns.age]`, quoted where TOML needs it.
pub fn section(column: &str) -> String {
    let bare = !column.is_empty() && column.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let key = if bare { column.to_owned() } else { quote(column) };
    format!("`[stakeholders.columns.{key}]`")
}

/// Days since 1970-01-01 as a date.
pub fn date(days: i32) -> NaiveDate {
    days.checked_add(EPOCH).and_then(NaiveDate::from_num_days_from_ce_opt).unwrap_or_default()
}

/// A date as days since 1970-01-01.
pub fn days(date: NaiveDate) -> i32 {
    use chrono::Datelike;
    date.num_days_from_ce() - EPOCH
}
