//! Dates that lie after the row's own time: they may have been written down after the outcome.

use polars::prelude::DataFrame;

use super::super::{Column, ColumnKind, Excluded, Role, Settings};
use super::{Rows, cells, words};
use crate::base::population::Population;
use crate::base::{Finding, Result};

/// Late dates tell the outcome when at least this share of the late history rows is adverse…
const ADVERSE: f64 = 0.9;
/// … in at least so many late history rows …
const LATE_ROWS: usize = 10;
/// … and the share among all history is at most this: where nearly all rows are adverse, the share says nothing.
const BASE: f64 = 0.5;

/// Reports date columns with values after the row's own time, or after `as_of` where rows have none.
///
/// Such a column is left out as a leak where the late dates go with the adverse outcome (at least 90 % of at least
/// ten late history rows, in a history of which at most half is adverse), unless it is kept by the config.
///
/// # Errors
/// polars cannot read what it made itself.
pub fn late(
    frame: &DataFrame,
    rows: &Rows,
    settings: &Settings,
    roles: &mut [Column],
    findings: &mut Vec<Finding>,
) -> Result<()> {
    let as_of = words::days(settings.as_of);
    for (column, role) in frame.columns().iter().zip(roles) {
        if role.kind != ColumnKind::Date || !cells::is_date(column) || role.role != Role::Feature {
            continue;
        }
        let days = cells::days(column)?;
        let limit = |row: usize| rows.keys.day(row).unwrap_or(as_of);
        let late: Vec<usize> = (0..days.len()).filter(|row| days[*row].is_some_and(|day| day > limit(*row))).collect();
        let Some(first) = late.first() else { continue };
        let kept = settings.columns.get(&role.name).is_some_and(|said| said.keep);
        let tells = tells_outcome(&late, rows) && !kept;
        if tells {
            role.role = Role::Excluded(Excluded::Leak);
        }
        let message = format!(
            "`{}` lies after {} in {} (first: {}, {}){}",
            role.name,
            settings
                .time
                .as_ref()
                .map_or(format!("`as_of` {}", settings.as_of), |time| format!("the row's own `{time}`")),
            words::rows(late.len()),
            rows.keys.place(*first),
            words::date(days[*first].unwrap_or_default()),
            if tells { ", nearly all of them with the adverse outcome; left out of the model" } else { "" }
        );
        let hint = if tells {
            format!("add `keep = true` under {} if it was known at the time", words::section(&role.name))
        } else {
            format!("add {} to `exclude` if it was not known at the time", words::quote(&role.name))
        };
        findings.push(
            Finding::new("late-dates", message)
                .column(role.name.clone())
                .count(late.len())
                .first_row(rows.keys.number(*first))
                .hint(hint),
        );
    }
    Ok(())
}

fn tells_outcome(late: &[usize], rows: &Rows) -> bool {
    let history = |row: &usize| rows.population[*row] == Population::History;
    let adverse = |row: &usize| rows.outcome[*row] == Some(true);
    let all: Vec<usize> = (0..rows.outcome.len()).filter(history).collect();
    let late: Vec<usize> = late.iter().copied().filter(history).collect();
    let share = |some: &[usize]| words::ratio(some.iter().filter(|row| adverse(row)).count(), some.len());
    late.len() >= LATE_ROWS && share(&late) >= ADVERSE && share(&all) <= BASE
}
