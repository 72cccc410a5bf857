//! Sources to one checked table per stakeholder group.
//!
//! [`read`] turns files into typed columns, [`query`] joins them by SQL, [`contract`] checks what came out and says
//! which row is history, which is today's.

pub mod contract;
mod lookup;
mod plain;
pub mod query;
pub mod read;
mod settings;
mod table;

pub use lookup::{Folds, Row, TodayRow, Value, folds, keys, lookup, rows_of, scored, today, today_in};
pub use plain::{Clusters, Plain, plain};
pub use settings::{ColumnSettings, Duplicates, Format, Outcome, ReadOptions, Settings, Source};
pub use table::{Column, ColumnKind, Excluded, LeftOut, Role, SourceFile, Table};

use crate::base::{Error, Finding, Progress, Result};

/// What loading one stakeholder group gives.
pub struct Loaded {
    /// `None` where a finding of severity `error` stops the group.
    pub table: Option<Table>,
    /// Every file that was read, in the order of the config.
    pub files: Vec<SourceFile>,
    pub findings: Vec<Finding>,
}

/// Reads, joins and checks the table of one stakeholder group.
///
/// # Errors
/// A file cannot be read as what it is declared to be, the SQL fails, or a declared column does not exist.
pub fn load(settings: &Settings, progress: &dyn Progress) -> Result<Loaded> {
    let keys: Vec<&str> = [&settings.id, &settings.entity].into_iter().flatten().map(String::as_str).collect();
    let keys = query::keys(settings.sql.as_deref(), &keys);
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let read = read::sources(&settings.sources, &settings.columns, &keys, progress)?;
    let mut findings = read.findings;
    let joined = query::join(&read.frames, settings)?;
    // the rows of a query stand in no file
    let places = read.places.first().filter(|_| settings.sql.is_none()).cloned().unwrap_or_default();
    // what the query did not take is not held while the rest is checked
    drop(read.frames);
    findings.extend(joined.findings);
    let checked = contract::check_at(joined.frame, &places, settings).map_err(|error| explained(error, &findings))?;
    findings.extend(checked.findings);
    for finding in &mut findings {
        if let Some(severity) = settings.severities.get(&finding.code) {
            finding.severity = *severity;
        }
    }
    Ok(Loaded { table: checked.table, files: read.files, findings })
}

/// An error with the hints of what was noticed while reading the columns that it names.
fn explained(mut error: Error, findings: &[Finding]) -> Error {
    for problem in error.problems.iter_mut().filter(|problem| problem.hint.is_none()) {
        let about = |finding: &&Finding| {
            let column = finding.column.as_ref().filter(|_| finding.code == "numbers-in-text");
            column.is_some_and(|column| problem.message.starts_with(&format!("column `{column}` ")))
        };
        problem.hint = findings.iter().find(about).and_then(|finding| finding.hint.clone());
    }
    error
}
