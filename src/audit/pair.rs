//! A metric of two sets of subjects beside one another: intervals of their ratio and difference, tests against limits.

use super::measured::Measured;
use super::metrics::{Kind, Measure, Metric};
use crate::stats::interval::{normal_quantile, student_quantile};
use crate::stats::limits::{as_normal, outside, tail};
use crate::stats::rates::{difference_interval, difference_score, ratio_interval, ratio_score};

/// The metric of a group beside that of its reference. Where the reference is all subjects, `other` are the rest, and
/// `share` is the share that the group has in the denominator of all.
pub(super) struct Pair<'a> {
    pub metric: &'a Metric,
    pub group: &'a Measured,
    pub other: &'a Measured,
    pub share: Option<f64>,
}

impl Pair<'_> {
    /// Name of the binding test.
    pub fn test(&self) -> &'static str {
        match self.metric.kind {
            Kind::Rate => "koopman-score",
            Kind::Ratio => "log-ratio",
            Kind::Mean | Kind::Difference => "welch",
            Kind::Count | Kind::Index | Kind::Bare => "normal",
        }
    }

    /// p of "the ratio to the reference lies within the limits"; `None` where no ratio is likelier than another.
    pub fn p_ratio(&self, limits: (f64, f64)) -> Option<f64> {
        let at = |limit: f64| match self.to_rest(limit) {
            ratio if ratio.is_finite() => self.ratio_statistic(ratio),
            // no group can be so much above all
            _ => Some(f64::NEG_INFINITY),
        };
        Some(outside(at(limits.0)?, at(limits.1)?, self.freedom()))
    }

    /// p of "the difference to the reference lies within the limits".
    pub fn p_difference(&self, limits: (f64, f64)) -> Option<f64> {
        let scale = self.share.map_or(1.0, |share| 1.0 - share);
        let at = |limit: f64| self.difference_statistic(limit / scale);
        Some(outside(at(limits.0)?, at(limits.1)?, self.freedom()))
    }

    /// p of "both are the same", two-sided.
    pub fn p_equal(&self) -> Option<f64> {
        let z = match self.metric.kind {
            Kind::Rate | Kind::Ratio => self.ratio_statistic(1.0),
            _ => self.difference_statistic(0.0),
        };
        z.map(|z| (2.0 * tail(z.abs(), self.freedom())).min(1.0))
    }

    /// Ends of the interval of the ratio; `None` where an end is infinite or nothing is known.
    pub fn ratio_interval(&self, confidence: f64) -> [Option<f64>; 2] {
        let confidence = as_normal(confidence, self.freedom());
        let ends = match (self.metric.kind, self.group.rate, self.other.rate) {
            (Kind::Rate, Some(one), Some(two)) => {
                ratio_interval(one, two, confidence).map(|(low, high)| (low, high.unwrap_or(f64::INFINITY)))
            }
            (Kind::Rate, ..) => None,
            _ => self
                .log_ratio()
                .zip(normal_quantile(confidence))
                .map(|((log, error), z)| ((log - z * error).exp(), (log + z * error).exp())),
        };
        let told = |end: f64| Some(self.of_rest(end)).filter(|end| end.is_finite());
        ends.map_or([None; 2], |(low, high)| [told(low), told(high)])
    }

    /// Ends of the interval of the difference.
    pub fn difference_interval(&self, confidence: f64) -> [Option<f64>; 2] {
        let ends = match (self.metric.kind, self.group.rate, self.other.rate) {
            (Kind::Rate, Some(one), Some(two)) => difference_interval(one, two, as_normal(confidence, self.freedom())),
            (Kind::Rate, ..) => None,
            _ => self.difference().and_then(|(difference, error)| {
                let quantile = match self.freedom() {
                    Some(freedom) => student_quantile(confidence, freedom)?,
                    None => normal_quantile(confidence)?,
                };
                Some((difference - quantile * error, difference + quantile * error))
            }),
        };
        let scale = self.share.map_or(1.0, |share| 1.0 - share);
        ends.map_or([None; 2], |(low, high)| [Some(scale * low), Some(scale * high)])
    }

    /// The fewer clusters of both, where rows are clustered.
    pub fn n_clusters(&self) -> Option<f64> {
        self.group.n_clusters.zip(self.other.n_clusters).map(|(one, two)| one.min(two))
    }

    fn ratio_statistic(&self, ratio: f64) -> Option<f64> {
        if self.metric.kind == Kind::Rate {
            return ratio_score(self.group.rate?, self.other.rate?, ratio);
        }
        self.log_ratio().map(|(log, error)| (log - ratio.ln()) / error)
    }

    fn difference_statistic(&self, difference: f64) -> Option<f64> {
        if self.metric.kind == Kind::Rate {
            return difference_score(self.group.rate?, self.other.rate?, difference);
        }
        self.difference().map(|(observed, error)| (observed - difference) / error)
    }

    /// Logarithm of the ratio of two positive figures, with its standard error.
    fn log_ratio(&self) -> Option<(f64, f64)> {
        let side = |side: &Measured| {
            let value = side.value.filter(|value| *value > 0.0)?;
            Some((value.ln(), side.error? / value))
        };
        let ((one, error), (two, other)) = (side(self.group)?, side(self.other)?);
        Some((one - two, error.hypot(other))).filter(|(_, error)| *error > 0.0)
    }

    /// Difference with its standard error. `None` where a figure's own error is 0: an area of 1 of a handful of subjects says
    /// nothing of how far it may be off. (What all have of the places is known without error.)
    fn difference(&self) -> Option<(f64, f64)> {
        let of = |side: &Measured| match (self.group.beside, self.other.beside) {
            (Some(_), Some(_)) => side.beside,
            _ => side.error,
        };
        let (one, two) = (of(self.group)?, of(self.other)?);
        let is_known = match self.metric.measure {
            Measure::Scores(_) | Measure::Counts(..) => one > 0.0 && two > 0.0,
            _ => one > 0.0 || two > 0.0,
        };
        is_known.then_some((self.group.value? - self.other.value?, one.hypot(two)))
    }

    /// Degrees of freedom: Welch and Satterthwaite's, by rows for means and by clusters for all where rows are clustered;
    /// where a side's error is not known, the fewer clusters less one. `None` for infinitely many.
    fn freedom(&self) -> Option<f64> {
        let units = |side: &Measured| match self.metric.kind {
            Kind::Mean | Kind::Difference => side.moments.map(|moments| moments.units),
            _ => side.n_clusters,
        };
        let (one, two) = (units(self.group)?, units(self.other)?);
        let least = (one.min(two) - 1.0).max(1.0);
        let welch = || {
            let (a, b) = (self.group.error?.powi(2), self.other.error?.powi(2));
            let freedom = (a + b).powi(2) / (a * a / (one - 1.0) + b * b / (two - 1.0));
            Some(freedom).filter(|freedom| freedom.is_finite() && *freedom > 0.0)
        };
        Some(welch().unwrap_or(least).max(least))
    }

    /// The ratio to the rest where the ratio to all is `ratio`: R(1 − w) / (1 − wR), infinite where no ratio to the rest
    /// gives so much.
    fn to_rest(&self, ratio: f64) -> f64 {
        let Some(share) = self.share else { return ratio };
        let below = 1.0 - share * ratio;
        if below > 0.0 { ratio * (1.0 - share) / below } else { f64::INFINITY }
    }

    /// The ratio to all where the ratio to the rest is `ratio`: θ / (wθ + 1 − w).
    fn of_rest(&self, ratio: f64) -> f64 {
        match self.share {
            Some(share) if ratio.is_finite() => ratio / (share * ratio + 1.0 - share),
            Some(share) => 1.0 / share,
            None => ratio,
        }
    }
}
