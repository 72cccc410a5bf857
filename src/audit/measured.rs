//! A metric of one group, before it is compared.

use super::cells::Cell;
use super::metrics::{Disclosure, Kind, Measure, Metric};
use super::scores::{Figure, Scored};
use crate::stats::interval::wilson;
use crate::stats::rank::logit_interval;
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
    /// Standard error beside another group's, of places that both share; `None` where a figure is of the group alone.
    pub beside: Option<f64>,
    /// Too few subjects stand behind it for an error that can be trusted.
    pub is_thin: bool,
}

/// Subjects with the outcome, and without it, that a figure of scores needs for a comparison; where it needs no outcome, of
/// either. Below, variances of areas and losses are often far too small: a group of four that happens to be ranked without
/// fault has none at all.
const EVIDENCE_MIN: u64 = 20;

impl Measured {
    /// A metric of a cell, by the sums over its clusters where rows are not independent, or of the group's scores.
    pub fn of(
        metric: &Metric,
        cell: &Cell,
        scored: Option<&Scored>,
        clustered: Option<&Moments>,
        confidence: f64,
    ) -> Self {
        let is_thin = is_thin(metric, cell);
        match metric.measure {
            Measure::Scores(figure) | Measure::Places(figure) => {
                let told = scored.map_or_else(Self::default, |scored| Self::from(figure(scored)));
                let n_clusters = clustered.map(|of| of.units);
                Self { clustered: clustered.is_some(), n_clusters, is_thin: told.is_thin || is_thin, ..told }
            }
            Measure::Sums(moments) => {
                Self { is_thin, ..Self::of_sums(metric.kind, &moments(cell), clustered, confidence) }
            }
            Measure::Counts(value, error) => {
                let value = value(cell);
                let error = error(cell).filter(|_| clustered.is_none());
                let ends = value.zip(error).and_then(|(value, error)| logit_interval(value, error, confidence));
                let (low, high) = (ends.map(|ends| ends.0), ends.map(|ends| ends.1));
                Self { value, low, high, error, is_thin, ..Self::default() }
            }
            Measure::Whole(_) | Measure::Elsewhere => Self::default(),
        }
    }

    fn of_sums(kind: Kind, sums: &Moments, clustered: Option<&Moments>, confidence: f64) -> Self {
        let spread = clustered.unwrap_or(sums);
        let interval = match kind {
            Kind::Count | Kind::Bare => None,
            Kind::Index => {
                sums.value().zip(spread.error()).and_then(|(value, error)| logit_interval(value, error, confidence))
            }
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
            ..Self::default()
        }
    }

    /// A metric of all subjects that are not of a group, from their cell, that of their clusters, and what their scores tell;
    /// `None` where it is not known, or where all together are what a group is compared with.
    pub fn of_rest(
        metric: &Metric,
        cell: &Cell,
        scored: Option<&Scored>,
        clustered: Option<&Moments>,
        confidence: f64,
    ) -> Option<Self> {
        match metric.measure {
            Measure::Places(_) => None,
            Measure::Scores(_) => scored.map(|_| Self::of(metric, cell, scored, clustered, confidence)),
            _ => Some(Self::of(metric, cell, None, clustered, confidence)),
        }
    }
}

/// Whether too few subjects stand behind a figure that is judged by its difference.
fn is_thin(metric: &Metric, cell: &Cell) -> bool {
    let (n, outcomes) = (cell.n(), cell.outcomes());
    match (metric.kind, metric.disclosure) {
        (Kind::Count | Kind::Rate | Kind::Ratio, _) => false,
        (_, Disclosure::Subjects) => n < EVIDENCE_MIN,
        // places say themselves how many are expected
        (_, Disclosure::Selections) => false,
        (_, Disclosure::Outcomes | Disclosure::Table) => outcomes.min(n - outcomes) < EVIDENCE_MIN,
    }
}

impl From<Figure> for Measured {
    fn from(figure: Figure) -> Self {
        let Figure { value, low, high, error, beside, is_thin } = figure;
        Self { value, low, high, error, beside, is_thin, ..Self::default() }
    }
}
