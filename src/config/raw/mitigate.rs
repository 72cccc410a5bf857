//! What could be done about gaps between groups.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Mitigations of gaps: which are priced, and which one is really applied.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Mitigate {
    /// When prices are told: accuracy, calibration, profit and figures by group, out of fold. Models are fitted again
    /// for that, so it costs about as much as training.
    pub price: Price,
    /// Columns of `sensitive` that it is about. Default: all.
    pub features: Vec<String>,
    /// Columns that are dropped, residualized, flattened or monotonized. For prices `"drivers"` (the default, the three that
    /// tell the groups furthest apart in points), `"proxies"` (those that stand in for the feature) or names; to be applied,
    /// they are named here.
    pub columns: MitigateColumns,
    /// What is really done. Nothing is unless this says so.
    pub apply: Apply,
    /// What `apply = "thresholds"` makes equal between groups.
    pub parity: Parity,
}

/// Columns by name, or by what the audit finds of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum MitigateColumns {
    Found(Found),
    Named(Vec<String>),
}

impl Default for MitigateColumns {
    fn default() -> Self {
        Self::Found(Found::Drivers)
    }
}

/// What the audit finds of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Found {
    /// They tell the groups furthest apart in points.
    Drivers,
    /// They stand in for the feature.
    Proxies,
}

/// When mitigations are priced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Price {
    Never,
    /// For features of which the audit says `disparity`.
    #[default]
    Disparity,
    Always,
}

/// What is really done about a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Apply {
    #[default]
    Nothing,
    /// Past rows are weighed so that outcomes do not depend on the group (Kamiran and Calders 2012); one feature,
    /// `model = "additive"` or `"boosted"`.
    Reweighing,
    /// The model does not see `columns`.
    Dropping,
    /// The terms of `columns` are flat; `model = "additive"` or `"logistic"`.
    Flattening,
    /// Every group of one feature has a cut of its own. Decides by who belongs to which group: in many places the law
    /// forbids that or asks for more than a good purpose.
    Thresholds,
}

/// What thresholds make equal; nothing is drawn by lot, so that the gap of a single subject may remain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Parity {
    /// The share of a group that is selected (demographic parity).
    #[default]
    SelectionRate,
    /// Likewise, and never more are selected in all.
    Capacity,
    /// The share of those with the outcome that is selected (equal opportunity).
    TruePositiveRate,
}
