//! A first row that was read as names, but looks like values.

use super::dates;
use super::number;
use crate::base::Finding;

/// Rows below the names that are looked at.
const N_ROWS: usize = 1000;

/// Doubts names of which at least half are numbers or dates, or stand again in their own columns.
///
/// Names may be numbers in order or years (`1`, `2`, `3`; `2024`, `2025`), and the whole row of names may stand again
/// where tables were put under one another; neither is doubtful.
pub fn finding(
    given: &[String],
    rows: impl Iterator<Item = Vec<String>>,
    row: u64,
    place: &str,
    source: &str,
) -> Option<Finding> {
    let mut again = vec![false; given.len()];
    for values in rows.take(N_ROWS).filter(|values| values != given) {
        for ((again, name), value) in again.iter_mut().zip(given).zip(&values) {
            *again |= name == value;
        }
    }
    let filled = given.iter().filter(|name| !name.is_empty()).count();
    let doubtful: Vec<&String> = (given.iter().zip(&again).enumerate())
        .filter(|(idx, (name, again))| !name.is_empty() && !is_numbered(given, *idx) && (**again || is_value(name)))
        .map(|(_, (name, _))| name)
        .collect();
    if doubtful.is_empty() || doubtful.len() * 2 < filled {
        return None;
    }
    let told: Vec<String> = doubtful.iter().take(3).map(|name| format!("`{name}`")).collect();
    let more = if doubtful.len() > told.len() { ", …" } else { "" };
    let message = format!(
        "row {row} of {place} was read as names, but {} of its {filled} cells look like values: {}{more}",
        doubtful.len(),
        told.join(", "),
    );
    let mut finding = Finding::new("header-doubtful", message).source(source);
    finding.first_row = Some(row);
    Some(finding.hint(format!("add `header = false` to source `{source}`, or `header = true` if they are names")))
}

fn is_value(name: &str) -> bool {
    number::shape(name.as_bytes()).is_some() || dates::parts(name.as_bytes()).is_some()
}

/// Whether a name is a year, or a whole number next to one that it precedes or follows.
fn is_numbered(given: &[String], idx: usize) -> bool {
    let number = |idx: usize| given.get(idx).and_then(|name| name.parse::<i64>().ok());
    let Some(value) = number(idx) else { return false };
    let before = idx.checked_sub(1).and_then(number).and_then(|before| before.checked_add(1));
    let after = number(idx + 1).and_then(|after| after.checked_sub(1));
    (1900..=2100).contains(&value) || before == Some(value) || after == Some(value)
}
