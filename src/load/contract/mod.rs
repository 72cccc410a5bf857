//! Holds the query's result against what the config declares, and says which row is history, which is today's.
//!
//! Problems that can be described are findings; columns that are declared and do not exist are errors, all at once.
//! A finding of severity `error`, after the config's own severities, leaves no table. Where the config lowers such a
//! finding, the rows at fault are left out: rows without a key or time, all but the first row of a key; an outcome
//! level that is neither adverse nor favorable counts as open.

mod assemble;
pub(in crate::load) mod cells;
mod clusters;
mod collinear;
mod columns;
mod dates;
mod declared;
mod duplicates;
mod evidence;
mod keys;
mod leaks;
pub(in crate::load) mod outcome;
mod population;
mod profile;
mod repeats;
pub(in crate::load) mod words;

use polars::prelude::DataFrame;

use super::read::Places;
use super::{Settings, Table};
use crate::base::{Finding, Result, Severity};

/// The checked table of one stakeholder group and all that was noticed.
pub struct Checked {
    /// `None` where a finding of severity `error` stops the group.
    pub table: Option<Table>,
    pub findings: Vec<Finding>,
}

/// What the checks share: the rows that are left, in the order of the query's result, and what is known of them.
struct Rows {
    keys: keys::Keys,
    outcome: Vec<Option<bool>>,
    population: Vec<crate::base::population::Population>,
    /// Rows that were left out: a blank key, or one that stands above.
    without_own_key: usize,
}

/// Checks `frame`, the query's result, against `settings` and makes the key-sorted table.
///
/// Columns other than `Float64`, `Int64`, `Boolean`, `Date`, `Datetime` and `String` are cast to the nearest of
/// these; numbers that are not finite become null. All choices by chance depend on the keys only, so that neither
/// the order of the rows nor the number of threads changes the result.
///
/// # Errors
/// Declared columns that do not exist (all of them, each with the nearest name), or that hold something else than
/// their use needs: a time that is no date, a value that is no number, a `kind` that the column cannot have.
pub fn check(frame: DataFrame, settings: &Settings) -> Result<Checked> {
    check_at(frame, &Places::default(), settings)
}

/// [`check`], where it is known where the rows stand.
///
/// # Errors
/// Those of [`check`].
pub fn check_at(frame: DataFrame, places: &Places, settings: &Settings) -> Result<Checked> {
    declared::exist(&frame, settings)?;
    let frame = cells::clean(frame)?;
    declared::fit(&frame, settings)?;
    let mut findings = Vec::new();
    let n_rows = frame.height();
    let (frame, keys) = keys::read(frame, places, settings, &mut findings)?;
    let known = outcome::read(&frame, &keys, settings, &mut findings)?;
    let population = population::assign(&keys, &known, settings, &mut findings);
    let without_own_key = n_rows - frame.height();
    let rows = Rows { keys, outcome: known, population, without_own_key };
    let profiles = profile::all(&frame)?;
    let value = columns::value(&frame, &rows, settings, &mut findings)?;
    let mut roles = columns::judge(&profiles, &rows, settings, &mut findings);
    dates::late(&frame, &rows, settings, &mut roles, &mut findings)?;
    leaks::find(&frame, &profiles, &rows, settings, &mut roles, &mut findings)?;
    collinear::find(&frame, &rows, &roles, &mut findings)?;
    repeats::find(&profiles, &rows, &roles, &mut findings);
    let copies = duplicates::find(&frame, &roles, settings)?;
    let clusters = clusters::join(&frame, &rows, &copies.alike, settings)?;
    duplicates::report(&copies, &clusters, &rows, settings, &mut findings);
    for finding in &mut findings {
        if let Some(severity) = settings.severities.get(&finding.code) {
            finding.severity = *severity;
        }
    }
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Ok(Checked { table: None, findings });
    }
    let table = assemble::table(frame, rows, roles, value, &copies.equal, clusters, settings)?;
    Ok(Checked { table: Some(table), findings })
}
