//! Model and score to attributions and reasons.

mod actions;
mod additive;
mod attribute;
mod cohorts;
mod explainer;
mod global;
mod interactions;
mod norms;
mod profile;
mod quality;
mod ranks;
mod reasons;
mod rules;
mod trees;
mod words;

pub use actions::{Actionable, May, Plan, Proof, actions};
pub use attribute::{attribute, attribute_into, check_additivity};
pub use cohorts::{Cohorts, cohorts};
pub use explainer::{Explainer, Method, Scorer};
pub use global::{Bin, Dependence, Interaction, Strongest, dependence, strongest};
pub use interactions::{Interactions, interactions};
pub use norms::norms;
pub use profile::{ColumnPoints, PillarPoints, Profile, Sums, profile};
pub use quality::{Importance, Limits, STABLE_ROWS, coverage, covered, faithfulness, importance, spaced, stability};
pub use reasons::{Reason, Wording, reasons};
pub use rules::{Condition, Known, Rule, rules};
pub use trees::{Instructions, Kernel, Told};
pub use words::{humanize, proof, sentence};

use std::collections::{BTreeMap, BTreeSet};

use crate::base::attributions::Perturbation;
use crate::base::design::Value;
use crate::base::units::Pillar;

/// What the explanations are told in.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// By column.
    pub words: BTreeMap<String, ColumnWords>,
    /// Sensitive columns that the model may use.
    pub sensitive: BTreeSet<String>,
    /// Columns that stand in for a sensitive one, which is named.
    pub proxies: BTreeMap<String, String>,
    /// Columns that can be changed.
    pub actionable: BTreeMap<String, Actionable>,
    /// At most so many subjects get actions.
    pub actions_max: usize,
    /// ISO 4217 code of costs.
    pub currency: String,
    pub perturbation: Perturbation,
    /// Background subjects of trees of free shape, at most.
    pub background_max: usize,
    pub limits: Limits,
    /// Reasons per subject at most.
    pub n_reasons: usize,
    /// Smaller shares of the score are not told as reasons, in points.
    pub points_min: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            words: BTreeMap::new(),
            sensitive: BTreeSet::new(),
            proxies: BTreeMap::new(),
            actionable: BTreeMap::new(),
            actions_max: 0,
            currency: String::new(),
            perturbation: Perturbation::default(),
            background_max: 1000,
            limits: Limits::default(),
            n_reasons: 5,
            points_min: 0.5,
        }
    }
}

impl Settings {
    /// The pillar of trust that a column belongs to.
    pub fn pillar(&self, column: &str) -> Option<Pillar> {
        self.words.get(column).and_then(|words| words.pillar)
    }
}

/// What is usual among subjects.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Norms {
    /// By column its usual value; `None` where nobody has one.
    pub usual: Vec<Option<Value>>,
    /// By column the first one that says nearly the same: itself where there is none before it.
    pub alike: Vec<usize>,
}

/// How a column is called in front of a person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnWords {
    /// `None`: made from the column's name.
    pub label: Option<String>,
    pub unit: Option<String>,
    pub pillar: Option<Pillar>,
}
