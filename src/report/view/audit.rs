//! What pages tell of the audit.

use serde::{Deserialize, Serialize};

use crate::base::population::Population;

/// What narrowing the gap between the groups of one sensitive feature costs, on history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrontierView {
    /// The feature's label.
    pub feature: String,
    /// Whether gains are money for each past subject; else selected subjects with the outcome, of 100 past ones.
    pub is_money: bool,
    pub as_is: FrontierPointView,
    /// Cuts by group, from the common one to equal selection rates.
    pub way: Vec<FrontierPointView>,
    /// Other ways, by what they are called.
    pub others: Vec<(String, FrontierPointView)>,
}

/// What a way leaves and brings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FrontierPointView {
    /// Highest less lowest selection rate of the groups, 0 to 1.
    pub gap: f64,
    pub gain: f64,
}

/// One row of the audit as pages may print it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditLine {
    /// Label of the sensitive feature, or of a crossing: "Gender × Age".
    pub feature: String,
    /// How many sensitive columns make the feature: more than 1 for a crossing.
    pub n_columns: usize,
    pub group: String,
    /// Name in the metrics registry: `selection_rate`, `true_positive_rate`, ….
    pub metric: String,
    pub population: Population,
    pub n: Option<u64>,
    pub numerator: Option<u64>,
    pub denominator: Option<u64>,
    pub value: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Group ÷ reference group.
    pub ratio: Option<f64>,
    #[serde(default)]
    pub ratio_low: Option<f64>,
    #[serde(default)]
    pub ratio_high: Option<f64>,
    /// `disparity`, `none found`, `insufficient evidence` or `undefined`; `None` where nothing was asked.
    #[serde(default)]
    pub verdict: Option<String>,
    /// The side of a disparity that has the worse figure: the group or its reference.
    #[serde(default)]
    pub disadvantaged: Option<String>,
    /// Where a disparity comes from: "of the 6.1 points between F and M, 4.0 come from Contract".
    #[serde(default)]
    pub drivers: Option<String>,
    /// The group compared with.
    pub reference: Option<String>,
    /// The cell is too small to be published: all numbers are `None`.
    pub suppressed: bool,
}

/// A verdict that is not what it was; `None` where there was, or is, none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictChangeView {
    /// As in [`AuditLine`].
    pub feature: String,
    pub group: String,
    pub metric: String,
    pub population: Population,
    pub before: Option<String>,
    pub now: Option<String>,
}
