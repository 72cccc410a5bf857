//! What one source column adds to the margin.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::column::{Lookup, has_no_value};
use crate::base::design::{FeatureKind, MISSING, Value, Values};

/// A term of one source column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Term {
    pub feature: String,
    pub kind: FeatureKind,
    /// Mean of the term over the background, in margin units.
    pub mean: f64,
    #[serde(flatten)]
    pub shape: Shape,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "shape", rename_all = "snake_case")]
pub enum Shape {
    /// `slope × (value − center)`; where the value is missing `slope × (fill − center) + missing`.
    Line {
        slope: f64,
        /// About the mean of the column, so that a term has the size of its effect whatever the size of its values.
        center: f64,
        fill: f64,
        missing: f64,
        /// A value below counts as this one.
        low: f64,
        /// A value above counts as this one.
        high: f64,
    },
    /// A value per bin of a number: bin i holds what is at most `edges[i]` and above `edges[i − 1]`, the last bin the
    /// rest.
    Steps {
        /// Ascending; one fewer than `values`.
        edges: Vec<f64>,
        values: Vec<f64>,
        /// Standard error of each value; empty where unknown.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        errors: Vec<f64>,
        /// Rows of the fit in each bin.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        counts: Vec<u64>,
        missing: f64,
    },
    /// A weight per level; `pooled` for the rare levels listed there, `missing` and `unseen` for what has no level.
    Levels { levels: Vec<LevelWeight>, rare: Vec<String>, pooled: f64, missing: f64, unseen: f64 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LevelWeight {
    pub level: String,
    pub weight: f64,
    /// Standard error of the weight; `None` where unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<f64>,
    /// Rows of the fit with the level; `None` where unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
}

impl LevelWeight {
    pub fn new(level: impl Into<String>, weight: f64) -> Self {
        Self { level: level.into(), weight, error: None, count: None }
    }
}

/// A term looked up in one design, so that a row costs one read.
#[derive(Debug, Clone)]
pub enum BoundTerm<'a> {
    Line {
        slope: f64,
        center: f64,
        low: f64,
        high: f64,
        if_missing: f64,
        values: &'a [f64],
        missing: &'a [bool],
    },
    Steps {
        edges: &'a [f64],
        steps: &'a [f64],
        if_missing: f64,
        values: &'a [f64],
        missing: &'a [bool],
    },
    Levels {
        weights: Vec<f64>,
        if_missing: f64,
        codes: &'a [u32],
    },
    /// A column without a single value.
    Missing(f64),
}

impl Term {
    pub(super) fn bind<'a>(&'a self, lookup: &mut Lookup<'a>) -> Option<BoundTerm<'a>> {
        let expected = if matches!(self.shape, Shape::Levels { .. }) { "text" } else { "numbers" };
        lookup.column(&self.feature, expected, |values| self.bind_values(values))
    }

    fn bind_values<'a>(&'a self, values: &'a Values) -> Option<BoundTerm<'a>> {
        let if_missing = self.shape.if_missing();
        match (&self.shape, values) {
            (&Shape::Line { slope, center, low, high, .. }, Values::Numbers { values, missing }) => {
                Some(BoundTerm::Line { slope, center, low, high, if_missing, values, missing })
            }
            (Shape::Steps { edges, values: steps, .. }, Values::Numbers { values, missing }) => {
                Some(BoundTerm::Steps { edges, steps, if_missing, values, missing })
            }
            (Shape::Levels { .. }, Values::Levels { codes, levels }) => {
                let weights = self.level_weights(levels);
                Some(BoundTerm::Levels { weights, if_missing, codes })
            }
            (_, values) => has_no_value(values).then_some(BoundTerm::Missing(if_missing)),
        }
    }

    /// What a level adds to the margin: its weight, the pooled one of rare levels, or the one of levels never seen.
    fn level_weight(&self, level: &str) -> f64 {
        let Shape::Levels { levels, rare, pooled, unseen, .. } = &self.shape else { return 0.0 };
        match levels.iter().find(|known| known.level == level) {
            Some(known) => known.weight,
            None if rare.iter().any(|known| known == level) => *pooled,
            None => *unseen,
        }
    }

    /// [`Self::level_weight`] of many levels, each looked up once.
    fn level_weights(&self, of: &[String]) -> Vec<f64> {
        let Shape::Levels { levels, rare, pooled, unseen, .. } = &self.shape else { return Vec::new() };
        let rare = rare.iter().map(|level| (level.as_str(), *pooled));
        // of equal ones the first, and a weight of its own before the pooled one
        let own = levels.iter().rev().map(|known| (known.level.as_str(), known.weight));
        let weights: HashMap<&str, f64> = rare.chain(own).collect();
        of.iter().map(|level| weights.get(level.as_str()).copied().unwrap_or(*unseen)).collect()
    }

    /// What the term adds to the margin where its column has this value.
    pub fn at(&self, value: &Value) -> f64 {
        match (&self.shape, value) {
            (Shape::Line { slope, center, low, high, .. }, Value::Number(number)) => {
                slope * (number.max(*low).min(*high) - center)
            }
            (Shape::Steps { edges, values, .. }, Value::Number(number)) => {
                values[edges.partition_point(|edge| edge < number)]
            }
            (Shape::Levels { .. }, Value::Level(level)) => self.level_weight(level),
            _ => self.shape.if_missing(),
        }
    }

    /// Whether the model saw this level in training; true for a column of numbers.
    pub fn knows(&self, level: &str) -> bool {
        match &self.shape {
            Shape::Levels { levels, rare, .. } => {
                levels.iter().any(|known| known.level == level) || rare.iter().any(|known| known == level)
            }
            Shape::Line { .. } | Shape::Steps { .. } => true,
        }
    }
}

impl Shape {
    /// What the term adds to the margin where its value is missing.
    pub fn if_missing(&self) -> f64 {
        match self {
            Self::Line { slope, center, fill, missing, .. } => slope * (fill - center) + missing,
            Self::Steps { missing, .. } | Self::Levels { missing, .. } => *missing,
        }
    }
}

impl BoundTerm<'_> {
    /// What the term adds to the margin of `row`.
    pub fn value(&self, row: usize) -> f64 {
        match self {
            Self::Line { slope, center, low, high, if_missing, values, missing } => {
                if missing.get(row).copied().unwrap_or(false) {
                    *if_missing
                } else {
                    slope * (values[row].max(*low).min(*high) - center)
                }
            }
            Self::Steps { edges, steps, if_missing, values, missing } => {
                if missing.get(row).copied().unwrap_or(false) {
                    *if_missing
                } else {
                    steps[edges.partition_point(|edge| *edge < values[row])]
                }
            }
            Self::Levels { weights, if_missing, codes } => match codes[row] {
                MISSING => *if_missing,
                code => weights[code as usize],
            },
            Self::Missing(if_missing) => *if_missing,
        }
    }
}
