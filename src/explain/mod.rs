//! Model and score to attributions and reasons.

mod additive;
mod attribute;
mod explainer;
mod interactions;
mod ranks;
mod reasons;
mod rules;
mod trees;

pub use attribute::{attribute, check_additivity};
pub use explainer::{Explainer, Method, Scorer};
pub use interactions::{Interactions, interactions};
pub use reasons::{Reason, Wording, humanize, reasons};
pub use rules::{Condition, Known, Rule, rules, sentence};
pub use trees::{Instructions, Kernel, Told};

use std::collections::BTreeMap;

use crate::base::attributions::Perturbation;
use crate::base::units::Pillar;

/// What the explanations are told in.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// By column.
    pub words: BTreeMap<String, ColumnWords>,
    pub perturbation: Perturbation,
    /// Background subjects of trees of free shape, at most.
    pub background_max: usize,
    /// Reasons per subject at most.
    pub n_reasons: usize,
    /// Smaller shares of the score are not told as reasons, in points.
    pub points_min: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            words: BTreeMap::new(),
            perturbation: Perturbation::default(),
            background_max: 1000,
            n_reasons: 5,
            points_min: 0.5,
        }
    }
}

/// How a column is called in front of a person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnWords {
    /// `None`: made from the column's name.
    pub label: Option<String>,
    pub unit: Option<String>,
    pub pillar: Option<Pillar>,
}
