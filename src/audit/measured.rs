//! A metric of one group, before it is compared.

use super::cells::Cell;
use super::metrics::{Kind, Metric};
use crate::stats::interval::wilson;
use crate::stats::ratio::Moments;

/// A metric of some subjects; what is undefined or not known is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Measured {
    /// Sums over rows, or over clusters of rows where those are not independent; `None` where the metric is no ratio of
    /// sums.
    pub moments: Option<Moments>,
    pub value: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Standard error of the value.
    pub error: Option<f64>,
}

impl Measured {
    /// A metric of a cell, by the sums over its clusters where rows are not independent.
    pub fn of(metric: &Metric, cell: &Cell, clustered: Option<&Moments>, confidence: f64) -> Self {
        let Some(sums) = metric.moments(cell) else { return Self { value: metric.value(cell), ..Self::default() } };
        let spread = clustered.copied().unwrap_or(sums);
        let interval = match metric.kind {
            Kind::Count | Kind::Index => None,
            Kind::Rate if clustered.is_none() => wilson(sums.numerator as u64, sums.denominator as u64, confidence),
            Kind::Rate => spread.wilson(confidence),
            Kind::Mean => spread.student(confidence).map(|(low, high)| (low.max(0.0), high.min(1.0))),
            Kind::Ratio => spread.log_normal(confidence),
            Kind::Difference => spread.student(confidence),
        };
        Self {
            moments: Some(spread),
            value: sums.value(),
            low: interval.map(|interval| interval.0),
            high: interval.map(|interval| interval.1),
            error: spread.error(),
        }
    }
}
