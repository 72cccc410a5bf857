//! What a model may see of the subjects: plain columns, neither a data frame nor a vendor's matrix.

use serde::{Deserialize, Serialize};

/// The code of a missing level.
pub const MISSING: u32 = u32::MAX;

/// What a feature's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FeatureKind {
    Number,
    /// A number that is 0 or 1.
    Boolean,
    /// Days before the row's own time (or before `as_of`): a number.
    Date,
    /// Levels without order.
    Level,
}

/// One source column of all subjects of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// The column's name in the table.
    pub name: String,
    pub kind: FeatureKind,
    pub values: Values,
}

/// The values of a feature, one per row of the table.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    Numbers {
        /// 0 where missing.
        values: Vec<f64>,
        /// Empty where nothing is missing.
        missing: Vec<bool>,
    },
    Levels {
        /// Index into `levels`, or [`MISSING`].
        codes: Vec<u32>,
        levels: Vec<String>,
    },
}

/// A value by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    Number(f64),
    Level(String),
    Missing,
}

impl Values {
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers { values, .. } => values.len(),
            Self::Levels { codes, .. } => codes.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn is_missing(&self, row: usize) -> bool {
        match self {
            Self::Numbers { missing, .. } => missing.get(row).copied().unwrap_or(false),
            Self::Levels { codes, .. } => codes[row] == MISSING,
        }
    }

    /// The number of a row, `None` where it is missing or the feature has levels.
    pub fn number(&self, row: usize) -> Option<f64> {
        match self {
            Self::Numbers { values, .. } => (!self.is_missing(row)).then(|| values[row]),
            Self::Levels { .. } => None,
        }
    }

    /// The level of a row, `None` where it is missing or the feature has numbers.
    pub fn level(&self, row: usize) -> Option<&str> {
        match self {
            Self::Levels { codes, levels } => levels.get(codes[row] as usize).map(String::as_str),
            Self::Numbers { .. } => None,
        }
    }
}

impl Feature {
    /// The values of other rows in the place of its own: row i gets that of `source(i)`.
    fn rearranged(&self, n_rows: usize, source: impl Fn(usize) -> usize) -> Self {
        let values = match &self.values {
            Values::Numbers { values, missing } => Values::Numbers {
                values: (0..n_rows).map(|row| values[source(row)]).collect(),
                missing: if missing.is_empty() {
                    Vec::new()
                } else {
                    (0..n_rows).map(|row| missing[source(row)]).collect()
                },
            },
            Values::Levels { codes, levels } => {
                Values::Levels { codes: (0..n_rows).map(|row| codes[source(row)]).collect(), levels: levels.clone() }
            }
        };
        Self { values, ..self.clone() }
    }
}

impl Design {
    /// Rows made of parts of others: in row i, feature j has the value of row `source(i, j)`.
    #[must_use]
    pub fn rearranged(&self, n_rows: usize, source: impl Fn(usize, usize) -> usize) -> Self {
        let all: Vec<usize> = (0..self.features.len()).collect();
        self.rearranged_columns(&all, n_rows, source)
    }

    /// Likewise, of some columns only; `source` names them by their places in this design.
    #[must_use]
    pub fn rearranged_columns(&self, columns: &[usize], n_rows: usize, source: impl Fn(usize, usize) -> usize) -> Self {
        let feature = |&place: &usize| self.features[place].rearranged(n_rows, |row| source(row, place));
        Self { n_subjects: n_rows, features: columns.iter().map(feature).collect() }
    }
}

/// All features of all rows of a table: n_subjects × n_features, in the order of the table's columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    pub n_subjects: usize,
    pub features: Vec<Feature>,
}
