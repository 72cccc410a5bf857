//! What to load and what to hold it against. The config builds this.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::NaiveDate;

use super::ColumnKind;
use crate::base::Severity;

/// Everything about the table of one stakeholder group.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    pub stakeholders: String,
    pub as_of: NaiveDate,
    pub sources: Vec<Source>,
    /// The query that makes the table; `None`: the only source, as it is.
    pub sql: Option<String>,
    /// `None`: the row number.
    pub id: Option<String>,
    pub time: Option<String>,
    pub entity: Option<String>,
    /// `None` where a saved model scores a table without outcomes.
    pub outcome: Option<Outcome>,
    /// Money per subject.
    pub value: Option<String>,
    /// Columns that must exist because they are audited.
    pub sensitive: Vec<String>,
    /// Columns that neither model nor audit may see.
    pub exclude: Vec<String>,
    pub columns: BTreeMap<String, ColumnSettings>,
    pub duplicates: Duplicates,
    /// Findings by code whose severity the config sets.
    pub severities: BTreeMap<String, Severity>,
}

/// One named source: files of the same kind, united by column name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub name: String,
    /// Files or globs, absolute.
    pub paths: Vec<PathBuf>,
    pub options: ReadOptions,
}

/// How to read the files of a source; `None` means: look.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadOptions {
    pub format: Option<Format>,
    /// Sheet of a workbook; the first one when it is the only one.
    pub sheet: Option<String>,
    /// Lines (rows) above the header to skip.
    pub skip: usize,
    pub delimiter: Option<char>,
    pub quote: Option<char>,
    /// Decimal separator: `.` or `,`.
    pub decimal: Option<char>,
    /// strftime format of the dates of this source, e.g. `%d.%m.%Y`.
    pub date_format: Option<String>,
    /// Whether the first row holds the names; without it columns are `column_1`, `column_2`, ….
    pub header: Option<bool>,
    /// Label of the WHATWG encoding standard, e.g. `windows-1252`.
    pub encoding: Option<String>,
    /// Old name → new name.
    pub rename: BTreeMap<String, String>,
    /// Markers of missing values in all columns of this source.
    pub missing: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    Parquet,
    Ndjson,
    Xlsx,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub column: String,
    /// Levels that are the adverse event, as text; `1`, `1.0` and `true` are each compared by value.
    pub adverse: Vec<String>,
    /// The other levels; empty: every level that is not adverse.
    pub favorable: Vec<String>,
    pub horizon_days: Option<u32>,
}

/// What the config says of one column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnSettings {
    /// Markers of missing values.
    pub missing: Vec<String>,
    /// Overrides what was found by looking.
    pub kind: Option<ColumnKind>,
    /// strftime format of the dates in this column.
    pub date_format: Option<String>,
    /// Keeps a column that would be left out as leak, identifier or near-copy.
    pub keep: bool,
}

/// What to do with rows equal in all columns but the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duplicates {
    /// On one side of a fold, as are rows that differ in the outcome only; not where so many are alike that they are
    /// no copies.
    Together,
    /// Keep the first.
    Drop,
    Keep,
}
