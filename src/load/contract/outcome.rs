//! The outcome column: which level is the adverse event.

mod undeclared;

use std::collections::BTreeMap;

use polars::prelude::{Column, DataFrame};

use super::super::{Outcome, Settings};
use super::keys::Keys;
use super::{cells, words};
use crate::base::error::nearest;
use crate::base::{Finding, Result};

/// A level of the outcome, compared by value: `1`, `1.0` and `true` are one and the same, text is case-sensitive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::load) enum Level {
    Number(u64),
    Text(String),
}

pub(in crate::load) fn level(text: &str) -> Level {
    match text.trim() {
        "true" | "True" | "TRUE" => Level::Number(1.0f64.to_bits()),
        "false" | "False" | "FALSE" => Level::Number(0.0f64.to_bits()),
        other => match other.parse::<f64>() {
            Ok(number) if number.is_finite() => Level::Number((number + 0.0).to_bits()),
            _ => Level::Text(other.to_owned()),
        },
    }
}

/// A level that occurs: its spelling, how often, and where first.
pub(in crate::load) struct Seen {
    pub text: String,
    pub level: Level,
    pub count: usize,
    first: usize,
}

/// Whether the adverse event happened, row by row; `None` where the outcome is open, or no outcome is declared.
///
/// With no favorable level declared, the one level that is not adverse is favorable. Where there are several, all count
/// as favorable and a warning lists them, but those that differ from an adverse level by case or spaces only, or read
/// like `unknown`: these count as open, and are an error. With favorable levels declared, a level that is neither is an
/// error. So is an adverse level that occurs nowhere. All of these are `outcome-levels` findings.
///
/// # Errors
/// polars cannot read what it made itself.
pub fn read(
    frame: &DataFrame,
    keys: &Keys,
    settings: &Settings,
    findings: &mut Vec<Finding>,
) -> Result<Vec<Option<bool>>> {
    let Some(outcome) = &settings.outcome else { return Ok(vec![None; frame.height()]) };
    let column = frame.column(&outcome.column).map_err(|error| cells::broken(&error))?;
    let (codes, seen) = levels_of(column)?;
    let adverse: Vec<Level> = outcome.adverse.iter().map(|text| level(text)).collect();
    let favorable: Vec<Level> = outcome.favorable.iter().map(|text| level(text)).collect();
    let undeclared = if favorable.is_empty() { undeclared::judge(outcome, &adverse, &seen) } else { Vec::new() };
    // in the order of `seen`, without the adverse ones
    let mut judged = undeclared.iter().peekable();
    let event: Vec<Option<bool>> = seen
        .iter()
        .map(|seen| {
            if adverse.contains(&seen.level) {
                return Some(true);
            }
            let doubtful =
                judged.next_if(|(other, _)| std::ptr::eq(*other, seen)).is_some_and(|(_, doubt)| doubt.is_some());
            (if favorable.is_empty() { !doubtful } else { favorable.contains(&seen.level) }).then_some(false)
        })
        .collect();
    if favorable.is_empty() {
        findings.extend(undeclared::finding(outcome, &undeclared, keys));
    } else {
        report_strangers(outcome, &seen, &event, keys, findings);
    }
    report_absent(outcome, &adverse, &seen, findings);
    Ok(codes.into_iter().map(|code| code.and_then(|code| event.get(code as usize).copied().flatten())).collect())
}

/// The level of each row by number, and the levels in order of first appearance.
pub(in crate::load) fn levels_of(column: &Column) -> Result<(Vec<Option<u32>>, Vec<Seen>)> {
    let mut known: BTreeMap<String, u32> = BTreeMap::new();
    let mut by_bits: BTreeMap<u64, u32> = BTreeMap::new();
    let mut seen: Vec<Seen> = Vec::new();
    let mut add = |row: usize, text: String| -> u32 {
        let code = u32::try_from(seen.len()).unwrap_or(u32::MAX);
        seen.push(Seen { level: level(&text), text, count: 0, first: row });
        code
    };
    let codes: Vec<Option<u32>> = if let Some(texts) = cells::text(column) {
        let each = texts.iter().enumerate().map(|(row, cell)| {
            let cell = cell?;
            if let Some(code) = known.get(cell) {
                return Some(*code);
            }
            let code = add(row, cell.to_owned());
            known.insert(cell.to_owned(), code);
            Some(code)
        });
        each.collect()
    } else {
        let boolean = cells::noun(column) == "true and false";
        let values = cells::numbers(column)?.unwrap_or_default();
        let each = values.into_iter().enumerate().map(|(row, value)| {
            (!value.is_nan()).then(|| {
                *by_bits
                    .entry(value.to_bits())
                    .or_insert_with(|| add(row, if boolean { (value == 1.0).to_string() } else { value.to_string() }))
            })
        });
        each.collect()
    };
    for code in codes.iter().flatten() {
        if let Some(level) = seen.get_mut(*code as usize) {
            level.count += 1;
        }
    }
    Ok((codes, seen))
}

/// `` `No` (5,174 rows), `Yes` (1,869 rows)``, the most frequent first.
pub(in crate::load) fn listing(seen: &[&Seen]) -> String {
    let mut sorted: Vec<&&Seen> = seen.iter().collect();
    sorted.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.text.cmp(&b.text)));
    let mut shown: Vec<String> =
        sorted.iter().take(5).map(|level| format!("`{}` ({})", level.text, words::rows(level.count))).collect();
    if sorted.len() > 5 {
        shown.push(format!("and {} more levels", words::count(sorted.len() - 5)));
    }
    shown.join(", ")
}

fn report_strangers(
    outcome: &Outcome,
    seen: &[Seen],
    event: &[Option<bool>],
    keys: &Keys,
    findings: &mut Vec<Finding>,
) {
    let strangers: Vec<&Seen> =
        seen.iter().zip(event).filter(|(_, event)| event.is_none()).map(|(seen, _)| seen).collect();
    let Some(first) = strangers.iter().map(|seen| seen.first).min() else { return };
    let count = strangers.iter().map(|seen| seen.count).sum();
    let message = format!(
        "outcome `{}` holds levels that are neither adverse nor favorable: {} (first: {})",
        outcome.column,
        listing(&strangers),
        keys.place(first)
    );
    let mut names: Vec<String> = outcome.favorable.iter().map(|name| words::quote(name)).collect();
    names.extend(strangers.iter().take(5).map(|seen| words::quote(&seen.text)));
    findings.push(
        Finding::new("outcome-levels", message)
            .column(outcome.column.clone())
            .count(count)
            .first_row(keys.number(first))
            .hint(format!("name each under `adverse` or `favorable`, as in `favorable = [{}]`", names.join(", "))),
    );
}

fn report_absent(outcome: &Outcome, adverse: &[Level], seen: &[Seen], findings: &mut Vec<Finding>) {
    let absent: Vec<&String> = outcome
        .adverse
        .iter()
        .zip(adverse)
        .filter(|(_, level)| seen.iter().all(|seen| seen.level != **level))
        .map(|(text, _)| text)
        .collect();
    let Some(name) = absent.first().filter(|_| !seen.is_empty()) else { return };
    let all: Vec<&Seen> = seen.iter().collect();
    let plural = if absent.len() == 1 { "level" } else { "levels" };
    let message = format!(
        "adverse {plural} {} of outcome `{}` occur{} nowhere; it holds {}",
        words::list(&absent, 5),
        outcome.column,
        if absent.len() == 1 { "s" } else { "" },
        listing(&all)
    );
    let hint = match nearest(name, seen.iter().map(|seen| seen.text.as_str())) {
        Some(near) => format!("did you mean `adverse = [{}]`?", words::quote(near)),
        None => "name under `adverse` the levels that are the event".to_owned(),
    };
    let finding = Finding::new("outcome-levels", message).column(outcome.column.clone()).count(absent.len());
    findings.push(finding.hint(hint));
}
