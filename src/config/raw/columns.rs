//! What is said of single columns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::units::{Direction, Pillar};
use crate::load::ColumnKind;

/// What is to be known of one column.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// What reports call it. Default: made from the name.
    pub label: Option<String>,
    /// Unit of the values, such as `"days"`.
    pub unit: Option<String>,
    /// The pillar of trust that it belongs to.
    pub pillar: Option<Pillar>,
    /// How the risk may go with the value. `auto` passes over a family that violates it; a named one is told.
    pub direction: Option<Direction>,
    /// Markers of missing values, besides blanks.
    #[serde(default)]
    pub missing: Vec<String>,
    /// What the values are. Default: found by looking.
    pub kind: Option<ColumnKind>,
    /// strftime format of the dates, e.g. `%d.%m.%Y`.
    pub date_format: Option<String>,
    /// Keeps a column that looks like a leak or an identifier.
    #[serde(default)]
    pub keep: bool,
    /// How the business can change the value: what actions are made of.
    pub actionable: Option<Actionable>,
}

/// How a value can be changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Actionable {
    /// Which way it can be changed; levels always either way.
    pub may: Change,
    /// Lowest value that can be reached.
    pub min: Option<f64>,
    /// Highest value that can be reached.
    pub max: Option<f64>,
    /// Size of a step; values change by whole steps. Default: 1.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub step: Option<f64>,
    /// Cost of one step, or of another level, in the portfolio's currency. Default: every step counts alike.
    #[schemars(range(min = 0))]
    pub cost: Option<f64>,
}

/// Which way a value can be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    Increase,
    Decrease,
    Either,
}
