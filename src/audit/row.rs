//! One row of the audit table.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use super::schema;
use crate::base::population::Population;

/// A metric of a group, beside the reference group. Field by field as in `audit.json`; undefined is `None`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Row {
    #[schemars(schema_with = "schema::metric")]
    pub metric: String,
    pub feature: String,
    pub group: String,
    /// The group that this one is compared with, `overall`, or `None` where a metric is not compared.
    pub reference: Option<String>,
    pub population: Population,
    /// Scored subjects of the group in the population.
    pub n: Option<u64>,
    #[serde(serialize_with = "whole_as_integer")]
    pub numerator: Option<f64>,
    #[serde(serialize_with = "whole_as_integer")]
    pub denominator: Option<f64>,
    /// Numerator ÷ denominator; of the metric `n` the count itself.
    pub value: Option<f64>,
    /// Ends of the interval at 1 − significance.
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Value − value of the reference.
    pub difference: Option<f64>,
    /// Ends of the interval at 1 − 2 × significance, so that each is a one-sided test; of the ratio likewise.
    pub difference_low: Option<f64>,
    pub difference_high: Option<f64>,
    /// Value ÷ value of the reference; `None` where the latter is 0.
    pub ratio: Option<f64>,
    pub ratio_low: Option<f64>,
    pub ratio_high: Option<f64>,
    pub limit_low: Option<f64>,
    pub limit_high: Option<f64>,
    /// Name of the test against the limits.
    pub test: Option<String>,
    /// p of "ratio (of rates) or difference lies within the limits".
    pub p: Option<f64>,
    /// Corrected for all binding comparisons of the stakeholder group.
    pub p_adjusted: Option<f64>,
    /// p against equality with the reference (`overall`: with the rest): Fisher's exact of independent rates.
    pub p_equal: Option<f64>,
    /// `disparity`, `none found`, `insufficient evidence` or `undefined`; `None` where the metric has no limit.
    #[schemars(schema_with = "schema::verdict")]
    pub verdict: Option<String>,
    /// The ratio below the limits nearest to them that so many subjects would have shown with a chance of 80 %, at the
    /// level at which the smallest of all p-values is judged; `None` where none would.
    pub detectable_low: Option<f64>,
    /// Likewise above the limits.
    pub detectable_high: Option<f64>,
    /// Of a disparity: the side with the worse figure, `group` or `reference` by its name; `None` where the metric has no
    /// better end, or nobody said whether being selected helps.
    #[serde(default)]
    pub disadvantaged: Option<String>,
    /// Whether the numbers were taken out before publication.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suppressed: bool,
}

impl Row {
    /// A row without numbers.
    pub fn blank(metric: &str, feature: &str, group: &str, population: Population) -> Self {
        Self {
            metric: metric.to_owned(),
            feature: feature.to_owned(),
            group: group.to_owned(),
            reference: None,
            population,
            n: None,
            numerator: None,
            denominator: None,
            value: None,
            low: None,
            high: None,
            difference: None,
            difference_low: None,
            difference_high: None,
            ratio: None,
            ratio_low: None,
            ratio_high: None,
            limit_low: None,
            limit_high: None,
            test: None,
            p: None,
            p_adjusted: None,
            p_equal: None,
            verdict: None,
            detectable_low: None,
            detectable_high: None,
            disadvantaged: None,
            suppressed: false,
        }
    }
}

/// Counts are written as 805, sums of risks as 805.25.
fn whole_as_integer<S: Serializer>(number: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match number {
        Some(number) if number.fract() == 0.0 && number.abs() < 9e15 => serializer.serialize_some(&(*number as i64)),
        _ => number.serialize(serializer),
    }
}
