//! Which model, and what is changed in it by hand.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::units::Direction;

/// A change of one term of every model, one of three.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// The column, or two of them: `"tenure × contract"`.
    #[schemars(length(min = 1))]
    pub term: String,
    /// Takes the term out.
    #[serde(default)]
    pub remove: bool,
    /// Lowest and highest value of the term, in the margin's unit (log-odds).
    pub cap: Option<[f64; 2]>,
    /// Makes a term of numbers go one way only.
    pub monotonize: Option<Direction>,
}

/// Model family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    Auto,
    Logistic,
    Tree,
    Additive,
    Boosted,
    Forest,
    ExtraTrees,
}

/// What stands in for a column that is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Perturbation {
    #[default]
    Interventional,
    PathDependent,
}

/// What explanations must reach.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Quality {
    /// Share of the score that the named reasons cover, on average.
    #[schemars(range(min = 0, max = 1))]
    pub coverage: f64,
    /// Rank correlation of attributions between the models of the folds.
    #[schemars(range(min = -1, max = 1))]
    pub stability: f64,
    /// How much more scores move when columns are replaced in the order of the reasons than in a random one.
    #[schemars(range(min = 0))]
    pub faithfulness: f64,
}

impl Default for Quality {
    fn default() -> Self {
        Self { coverage: 0.5, stability: 0.5, faithfulness: 1.0 }
    }
}
