//! Numbers of the audit as people read them.

use super::compare::{OVERALL, REST};
use super::metrics::{Kind, find};
use super::row::Row;

/// What is undefined, unknown or not published.
pub const UNKNOWN: &str = "–";

/// `10831` → `10,831`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}

/// What a group is compared with.
pub fn reference(name: &str) -> &str {
    match name {
        OVERALL => "all together",
        REST => "all others",
        group => group,
    }
}

/// The side of a comparison: beside a group stand the others, not all.
pub fn side(name: &str) -> &str {
    if name == OVERALL { reference(REST) } else { reference(name) }
}

/// `44.8 %` of a rate, `0.52` of any other number.
pub fn value(row: &Row) -> String {
    row.value.map_or_else(|| UNKNOWN.to_owned(), |value| figure(value, is_rate(row)))
}

/// `44.8 % (42.6 to 47.2)`, or without the interval where there is none.
pub fn value_between(row: &Row) -> String {
    let bare = |number: f64| figure(number, is_rate(row)).trim_end_matches(" %").to_owned();
    match row.low.zip(row.high) {
        Some((low, high)) => format!("{} ({} to {})", value(row), bare(low), bare(high)),
        None => value(row),
    }
}

/// The ratio, of a metric that is not compared by ratio the difference, with its interval: `1.91 × (1.73 to 2.11)`.
pub fn comparison(row: &Row) -> Option<String> {
    let is_by_ratio = find(&row.metric).is_none_or(super::Metric::is_by_ratio);
    let (value, between, unit) = if is_by_ratio {
        (row.ratio?, row.ratio_low.zip(row.ratio_high), " ×")
    } else {
        (row.difference?, row.difference_low.zip(row.difference_high), "")
    };
    let sign = if is_by_ratio || value < 0.0 { "" } else { "+" };
    let between = between.map_or_else(String::new, |(low, high)| format!(" ({} to {})", short(low), short(high)));
    Some(format!("{sign}{}{unit}{between}", short(value)))
}

/// `0.80 to 1.25`.
pub fn limits(row: &Row) -> Option<String> {
    match (row.limit_low?, row.limit_high) {
        (low, Some(high)) => Some(format!("{} to {}", short(low), short(high))),
        (low, None) => Some(format!("from {}", short(low))),
    }
}

/// `.023`, `< .001`.
pub fn p(p: f64) -> String {
    if p < 0.001 { "< .001".to_owned() } else { format!("{p:.3}").replacen("0.", ".", 1) }
}

fn is_rate(row: &Row) -> bool {
    find(&row.metric).is_some_and(|metric| metric.kind == Kind::Rate)
}

fn figure(value: f64, is_rate: bool) -> String {
    if is_rate { format!("{:.1} %", 100.0 * value) } else { format!("{value:.3}") }
}

/// Two digits behind the point; three of what is small.
fn short(value: f64) -> String {
    if value != 0.0 && value.abs() < 0.095 { format!("{value:.3}") } else { format!("{value:.2}") }
}

#[cfg(test)]
mod tests {
    use super::{comparison, grouped, limits, p, value, value_between};
    use crate::audit::Row;
    use crate::base::population::Population::History;

    #[test]
    fn numbers_are_rounded_for_people() {
        let row = Row {
            value: Some(0.44846),
            low: Some(0.4256),
            high: Some(0.4716),
            ratio: Some(1.912),
            limit_low: Some(0.8),
            limit_high: Some(1.25),
            ..Row::blank("false_positive_rate", "race", "A", History)
        };
        assert_eq!((value(&row), value_between(&row)), ("44.8 %".into(), "44.8 % (42.6 to 47.2)".into()));
        assert_eq!((comparison(&row), limits(&row)), (Some("1.91 ×".into()), Some("0.80 to 1.25".into())));
        let blank = Row::blank("calibration_in_the_large", "race", "A", History);
        assert_eq!((value(&blank), comparison(&blank), limits(&blank)), ("–".into(), None, None));
        assert_eq!((p(0.0004), p(0.0234), p(1.0)), ("< .001".into(), ".023".into(), "1.000".into()));
        assert_eq!((grouped(7), grouped(1_234_567)), ("7".into(), "1,234,567".into()));
    }
}
