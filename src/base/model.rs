//! The model's shape, ours whoever fitted it, with its predict.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::design::{Design, FeatureKind, MISSING, Values};
use super::units::{Family, MarginUnit};
use super::{Error, Result};

/// An additive model of source columns: margin = intercept + Σ term(value).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    pub family: Family,
    pub margin_unit: MarginUnit,
    pub intercept: f64,
    /// At most one term per source column, in the order of the training table.
    pub terms: Vec<Term>,
    pub background: Background,
}

/// The reference subjects against which attributions are told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Background {
    /// Subjects in the background: those the model was fitted on.
    pub n_subjects: u64,
    /// Mean margin over the background: intercept + Σ `Term::mean`.
    pub base_margin: f64,
}

/// What one source column adds to the margin.
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
    /// A weight per level; `pooled` for the rare levels listed there, `missing` and `unseen` for what has no level.
    Levels { levels: Vec<LevelWeight>, rare: Vec<String>, pooled: f64, missing: f64, unseen: f64 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LevelWeight {
    pub level: String,
    pub weight: f64,
}

/// A model with its terms looked up in one design, so that a row costs one read per feature.
pub struct Bound<'a> {
    pub model: &'a Model,
    terms: Vec<BoundTerm<'a>>,
}

enum BoundTerm<'a> {
    Line { slope: f64, center: f64, low: f64, high: f64, if_missing: f64, values: &'a [f64], missing: &'a [bool] },
    Levels { weights: Vec<f64>, if_missing: f64, codes: &'a [u32] },
}

impl Model {
    /// Looks the terms up in a design by column name.
    ///
    /// # Errors
    /// A column that the model needs is missing, or holds levels where the model needs numbers or the reverse.
    pub fn bind<'a>(&'a self, design: &'a Design) -> Result<Bound<'a>> {
        let by_name: HashMap<&str, &Values> =
            design.features.iter().map(|feature| (feature.name.as_str(), &feature.values)).collect();
        let mut terms = Vec::with_capacity(self.terms.len());
        let mut errors = Vec::new();
        for term in &self.terms {
            match by_name.get(term.feature.as_str()) {
                None => errors.push(Error::new(format!(
                    "the model needs column `{}`, which the table does not have or the config keeps out",
                    term.feature
                ))),
                Some(values) => match term.bind(values) {
                    Some(bound) => terms.push(bound),
                    None => errors.push(Error::new(format!(
                        "column `{}` holds {}, but the model was trained on {}",
                        term.feature,
                        if matches!(values, Values::Numbers { .. }) { "numbers" } else { "text" },
                        if matches!(term.shape, Shape::Line { .. }) { "numbers" } else { "text" },
                    ))),
                },
            }
        }
        Error::all(errors)?;
        Ok(Bound { model: self, terms })
    }
}

impl Term {
    fn bind<'a>(&self, values: &'a Values) -> Option<BoundTerm<'a>> {
        match (&self.shape, values) {
            (&Shape::Line { slope, center, low, high, .. }, Values::Numbers { values, missing }) => {
                Some(BoundTerm::Line { slope, center, low, high, if_missing: self.shape.if_missing(), values, missing })
            }
            (Shape::Levels { .. }, Values::Levels { codes, levels }) => Some(BoundTerm::Levels {
                weights: levels.iter().map(|level| self.level_weight(level)).collect(),
                if_missing: self.shape.if_missing(),
                codes,
            }),
            // a column of today's table without a single value has no type of its own
            (Shape::Levels { .. }, Values::Numbers { values, missing })
                if missing.len() == values.len() && missing.iter().all(|m| *m) =>
            {
                let if_missing = self.shape.if_missing();
                Some(BoundTerm::Line { slope: 0.0, center: 0.0, low: 0.0, high: 0.0, if_missing, values, missing })
            }
            (Shape::Line { .. }, Values::Levels { codes, levels }) if levels.is_empty() => {
                Some(BoundTerm::Levels { weights: Vec::new(), if_missing: self.shape.if_missing(), codes })
            }
            _ => None,
        }
    }

    /// What a level adds to the margin: its weight, the pooled one of rare levels, or the one of levels never seen.
    fn level_weight(&self, level: &str) -> f64 {
        match &self.shape {
            Shape::Line { .. } => 0.0,
            Shape::Levels { levels, rare, pooled, unseen, .. } => {
                match levels.iter().find(|known| known.level == level) {
                    Some(known) => known.weight,
                    None if rare.iter().any(|known| known == level) => *pooled,
                    None => *unseen,
                }
            }
        }
    }

    /// Whether the model saw this level in training.
    pub fn knows(&self, level: &str) -> bool {
        match &self.shape {
            Shape::Line { .. } => true,
            Shape::Levels { levels, rare, .. } => {
                levels.iter().any(|known| known.level == level) || rare.iter().any(|known| known == level)
            }
        }
    }
}

impl Shape {
    /// What the term adds to the margin where its value is missing.
    fn if_missing(&self) -> f64 {
        match self {
            Self::Line { slope, center, fill, missing, .. } => slope * (fill - center) + missing,
            Self::Levels { missing, .. } => *missing,
        }
    }
}

impl Bound<'_> {
    /// What term `term` adds to the margin of `row`.
    pub fn term(&self, term: usize, row: usize) -> f64 {
        match &self.terms[term] {
            BoundTerm::Line { slope, center, low, high, if_missing, values, missing } => {
                if missing.get(row).copied().unwrap_or(false) {
                    *if_missing
                } else {
                    slope * (values[row].max(*low).min(*high) - center)
                }
            }
            BoundTerm::Levels { weights, if_missing, codes } => {
                if codes[row] == MISSING {
                    *if_missing
                } else {
                    weights[codes[row] as usize]
                }
            }
        }
    }

    /// The additive output of the model for `row`, in its margin unit.
    pub fn margin(&self, row: usize) -> f64 {
        (0..self.terms.len()).fold(self.model.intercept, |margin, term| margin + self.term(term, row))
    }
}
