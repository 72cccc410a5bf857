//! Design to model: fits, the choice of the penalty, and margins of subjects that a model did not see.

mod additive;
mod binned;
mod boosted;
mod closer;
mod cross;
mod curve;
mod directions;
mod edit;
mod encode;
mod family;
mod import;
mod learner;
mod logistic;
mod range;
mod refit;
mod restraint;
mod sample;
mod splits;
mod trial;
mod unseen;
mod vendor;

pub use additive::{AdditiveModel, AdditiveParams, AdditiveValidParams};
pub use boosted::{BoostedParams, BoostedTrees, Examples, fit_boosted};
pub use closer::closer;
pub use cross::{CrossFitted, Evidence, Fitted, Weigh, cross_fit, fit_last, fit_rows, n_steps};
pub use curve::{CURVE_STEPS, LearningPoint, learning_curve};
pub use directions::{Violation, violations};
pub use edit::{Change, Edit};
pub use family::{keeps_directions, takes_weights};
pub use import::{Imported, import};
pub use refit::{Refit, Refitted, refit};
pub use trial::Trial;
pub use unseen::Unseen;

use std::collections::BTreeMap;

use crate::base::units::{Direction, Family};

/// How to fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// `None`: chosen by comparison.
    pub family: Option<Family>,
    pub n_folds: usize,
    /// How often folds are dealt; the first deal prints.
    pub n_repeats: usize,
    /// Ridge penalties to choose from: the penalized sum of log losses is Σ loss + penalty / 2 × |weights|².
    pub penalties: Vec<f64>,
    /// Boosted trees; `None`: chosen by comparison.
    pub n_trees: Option<usize>,
    /// Above so many rows a fit uses a seeded stratified sample of this size.
    pub fit_rows_max: usize,
    /// Likewise for the models that only calibrate: they print no score.
    pub calibration_rows_max: usize,
    /// Likewise while degrees of restraint are compared.
    pub selection_rows_max: usize,
    /// Rows of one fold that the calibrator of another learns from.
    pub evidence_rows_max: usize,
    /// Levels with fewer subjects among the rows of a fit are pooled.
    pub rare_below: usize,
    /// At most so many levels of a column keep a weight of their own.
    pub levels_max: usize,
    /// Columns in whose direction alone the risk may change.
    pub directions: BTreeMap<String, Direction>,
    /// Made to every model.
    pub edits: Vec<Edit>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            family: None,
            n_folds: 5,
            n_repeats: 1,
            n_trees: None,
            penalties: vec![0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0],
            fit_rows_max: 100_000,
            calibration_rows_max: 20_000,
            selection_rows_max: 10_000,
            evidence_rows_max: 50_000,
            rare_below: 20,
            levels_max: 50,
            directions: BTreeMap::new(),
            edits: Vec::new(),
        }
    }
}
