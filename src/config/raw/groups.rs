//! Groups that the audit tells apart, and segments whose calibration is looked at.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A column that is audited: its name, or a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Sensitive {
    /// The column.
    Name(String),
    Table(SensitiveTable),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SensitiveTable {
    /// The column.
    #[schemars(length(min = 1))]
    pub column: String,
    /// Cut points of a number, ascending; bins are closed on the left. Default: groups are the levels.
    #[serde(default)]
    pub bins: Vec<f64>,
    /// Lets the column into the model.
    #[serde(default)]
    pub r#use: bool,
}

impl Sensitive {
    /// The same as a table, with its defaults.
    pub fn table(&self) -> SensitiveTable {
        match self {
            Self::Name(column) => SensitiveTable { column: column.clone(), bins: Vec::new(), r#use: false },
            Self::Table(table) => table.clone(),
        }
    }
}

/// A column by whose levels, or bins, something is told: its name, or a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Segment {
    /// The column.
    Name(String),
    Table(SegmentTable),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentTable {
    /// The column.
    #[schemars(length(min = 1))]
    pub column: String,
    /// Cut points of a number, ascending; bins are closed on the left. Default: segments are the levels.
    #[serde(default)]
    pub bins: Vec<f64>,
}

impl Segment {
    /// The same as a table, with its defaults.
    pub fn table(&self) -> SegmentTable {
        match self {
            Self::Name(column) => SegmentTable { column: column.clone(), bins: Vec::new() },
            Self::Table(table) => table.clone(),
        }
    }
}
