//! The checked table of one stakeholder group.

use std::path::PathBuf;

use chrono::NaiveDate;
use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};

use crate::base::population::Population;

/// One row per key, sorted by key. All vectors have one entry per row of the frame.
pub struct Table {
    /// All columns of the query's result, typed: `Float64`, `Int64`, `Boolean`, `Date`, `Datetime` or `String`;
    /// blanks and declared markers are null.
    pub frame: DataFrame,
    /// What each column of the frame is, in its order.
    pub columns: Vec<Column>,
    /// Name of the id column; `row` where none is declared.
    pub id_name: String,
    /// The id as text, just as it stands in the source.
    pub ids: Vec<String>,
    pub time_name: Option<String>,
    pub times: Option<Vec<NaiveDate>>,
    /// Whether the adverse event happened; `None` where it is open.
    pub outcome: Vec<Option<bool>>,
    pub population: Vec<Population>,
    /// Rows that share a cluster never straddle folds: same id, same entity, or alike in all features where such rows are
    /// few enough to be copies.
    pub cluster: Vec<u32>,
    /// Number of clusters; less than the number of rows where some share one.
    pub n_clusters: usize,
    /// Whether ids or entities repeat, so that intervals must be clustered (duplicates alone do not).
    pub clustered: bool,
    /// Rows that the checks took out.
    pub left_out: LeftOut,
    /// Money per subject, where declared.
    pub value: Option<Vec<Option<f64>>>,
}

/// Rows of the query's result that are not in the table, each with its finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LeftOut {
    /// Without a key or a time, or with a key that stands above.
    pub without_own_key: usize,
    /// Equal to another row in all columns but the key, where such rows are dropped.
    pub duplicates: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub kind: ColumnKind,
    pub role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ColumnKind {
    Number,
    Boolean,
    Date,
    /// Text with few levels.
    Level,
    /// Free text.
    Text,
}

/// What a column is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    Id,
    Time,
    Entity,
    Outcome,
    /// May enter the model. Whether a sensitive column does is for `features` to say.
    Feature,
    Excluded(Excluded),
}

/// Why a column is kept from the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excluded {
    Declared,
    AllMissing,
    Constant,
    Identifier,
    Leak,
    FreeText,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Name of the source in the config.
    pub source: String,
    /// As resolved; the manifest stores it relative to the config.
    pub path: PathBuf,
    pub bytes: u64,
    pub sha256: String,
    pub rows: u64,
}

impl Table {
    pub fn n_rows(&self) -> usize {
        self.ids.len()
    }

    /// Lets go of the cells, once all that is needed of them has been read: what is left are keys, outcome,
    /// population, clusters, value, and what each column was.
    pub fn forget_cells(&mut self) {
        self.frame = DataFrame::empty();
    }

    /// Clusters that rows are independent by; `None` where the rows themselves are.
    pub fn n_independent(&self) -> Option<usize> {
        self.clustered.then_some(self.n_clusters)
    }

    /// Ascending numbers of the rows of a population.
    pub fn rows_of(&self, population: Population) -> Vec<u32> {
        (0u32..).zip(&self.population).filter(|(_, p)| **p == population).map(|(row, _)| row).collect()
    }
}
