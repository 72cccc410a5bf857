//! Files as the user names them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where the rows come from: a file, several files, or a table that also says how to read them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Source {
    /// A file or a glob, relative to the config file.
    File(String),
    /// Files or globs, united by column name.
    Files(Vec<String>),
    /// Files and how to read them.
    Table(Box<SourceTable>),
}

/// One file or glob, or several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Paths {
    One(String),
    Many(Vec<String>),
}

/// Files and how to read them; what is not said is found by looking.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceTable {
    /// The file or glob, relative to the config file; or a list of them.
    pub path: Option<Paths>,
    /// Several files or globs, united by column name; instead of `path`.
    pub paths: Option<Paths>,
    /// What the files are. Default: by the ending of the name.
    pub format: Option<Format>,
    /// Sheet of a workbook. Default: the only one.
    pub sheet: Option<String>,
    /// Lines above the header to skip.
    #[serde(default)]
    pub skip: usize,
    /// Field delimiter, one character. Default: found by looking.
    pub delimiter: Option<char>,
    /// Quote, one character. Default: `"`.
    pub quote: Option<char>,
    /// Decimal separator. Default: found by looking.
    pub decimal: Option<Decimal>,
    /// strftime format of the dates, e.g. `%d.%m.%Y`. Default: found by looking; day and month that cannot be told
    /// apart are a finding, never a guess.
    pub date_format: Option<String>,
    /// Whether the first row holds the names; without it columns are `column_1`, `column_2`, …. Default: found by
    /// looking.
    pub header: Option<bool>,
    /// Encoding of a text file, e.g. `windows-1252`. Default: UTF-8, with a finding where it is not.
    pub encoding: Option<String>,
    /// Old column name → new column name.
    #[serde(default)]
    pub rename: BTreeMap<String, String>,
    /// Markers of missing values in all columns, besides blanks.
    #[serde(default)]
    pub missing: Vec<String>,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Csv,
    Parquet,
    Ndjson,
    Xlsx,
}

/// A decimal separator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Decimal {
    #[serde(rename = ".")]
    Point,
    #[serde(rename = ",")]
    Comma,
}
