//! A metric of one group, before it is compared.

use super::cells::Cell;
use super::metrics::{Kind, Measure, Metric};
use super::scores::{Figure, Scored};
use crate::stats::interval::wilson;
use crate::stats::rates::Rate;
use crate::stats::ratio::Moments;

/// A metric of some subjects; what is undefined or not known is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Measured {
    /// Sums over rows, or over clusters of rows where those are not independent; `None` where the metric is no ratio of
    /// sums.
    pub moments: Option<Moments>,
    /// A rate as so many independent trials know it.
    pub rate: Option<Rate>,
    /// Whether rows are not independent.
    pub clustered: bool,
    /// Clusters that the figure rests on; `None` where rows are independent.
    pub n_clusters: Option<f64>,
    pub value: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Standard error of the value.
    pub error: Option<f64>,
}

impl Measured {
    /// A metric of a cell, by the sums over its clusters where rows are not independent, or of the group's scores.
    pub fn of(
        metric: &Metric,
        cell: &Cell,
        scored: Option<&Scored>,
        clustered: Option<&Moments>,
        confidence: f64,
    ) -> Self {
        if let Measure::Scores(figure) = metric.measure {
            let told = scored.map_or_else(Self::default, |scored| Self::from(figure(scored)));
            return Self { clustered: clustered.is_some(), n_clusters: clustered.map(|of| of.units), ..told };
        }
        match metric.moments(cell) {
            Some(sums) => Self::of_sums(metric.kind, &sums, clustered, confidence),
            None => Self { value: metric.value(cell), ..Self::default() },
        }
    }

    fn of_sums(kind: Kind, sums: &Moments, clustered: Option<&Moments>, confidence: f64) -> Self {
        let spread = clustered.unwrap_or(sums);
        let interval = match kind {
            Kind::Count | Kind::Index => None,
            Kind::Rate if clustered.is_none() => wilson(sums.numerator as u64, sums.denominator as u64, confidence),
            Kind::Rate => spread.wilson(confidence),
            Kind::Mean => spread.student(confidence).map(|(low, high)| (low.max(0.0), high.min(1.0))),
            Kind::Ratio => spread.log_normal(confidence),
            Kind::Difference => spread.student(confidence),
        };
        let trials = || Rate { events: sums.numerator, n: sums.denominator };
        Self {
            moments: Some(*spread),
            rate: (kind == Kind::Rate)
                .then(|| if clustered.is_some() { spread.effective() } else { Some(trials()) })
                .flatten(),
            clustered: clustered.is_some(),
            n_clusters: clustered.map(|of| of.units),
            value: sums.value(),
            low: interval.map(|interval| interval.0),
            high: interval.map(|interval| interval.1),
            error: spread.error(),
        }
    }

    /// Those of these subjects, all together, that are not among `part`; `None` where the metric is no ratio of sums.
    pub fn without(&self, part: &Self, kind: Kind, confidence: f64) -> Option<Self> {
        let rest = self.moments?.without(&part.moments?);
        Some(Self::of_sums(kind, &rest, self.clustered.then_some(&rest), confidence))
    }
}

impl From<Figure> for Measured {
    fn from(figure: Figure) -> Self {
        Self { value: figure.value, low: figure.low, high: figure.high, error: figure.error, ..Self::default() }
    }
}
