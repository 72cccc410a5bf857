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
