//! Platt's calibrator.

use crate::base::calibrator::Kind;
use crate::stats::logit::fit_line;

/// What fitting Platt's calibrator gave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlattFit {
    pub slope: f64,
    pub intercept: f64,
    /// Rows it was fitted on.
    pub n: usize,
    pub converged: bool,
}

impl PlattFit {
    /// Whether higher margins go with a higher rate of the outcome: the slope is positive and finite. If not, there is
    /// no score (finding `no-score`).
    pub fn is_usable(&self) -> bool {
        self.slope > 0.0 && self.slope.is_finite() && self.intercept.is_finite()
    }

    /// The calibrator; `None` where it is not usable.
    pub fn kind(&self) -> Option<Kind> {
        self.is_usable().then_some(Kind::Platt { slope: self.slope, intercept: self.intercept })
    }
}

/// Fits risk = σ(slope × odds + intercept) by maximum likelihood on smoothed targets (Platt 1999); Newton's method
/// with backtracking (Lin, Lin & Weng 2007). `odds` are the log-odds that margins stand for
/// ([`MarginUnit::log_odds`](crate::base::units::MarginUnit::log_odds)). Constant ones give a slope of 0.
///
/// `None` where a class is missing, lengths differ or a number is not finite.
pub fn platt(odds: &[f64], outcomes: &[bool]) -> Option<PlattFit> {
    let line = fit_line(odds, &smoothed(outcomes)?, None)?;
    Some(PlattFit { slope: line.slope, intercept: line.intercept, n: odds.len(), converged: line.converged })
}

/// Platt's targets: (n₊ + 1) / (n₊ + 2) for rows with the outcome, 1 / (n₋ + 2) for those without, so that no parameter
/// grows without bound where margins separate them. `None` where a class is missing.
pub(super) fn smoothed(outcomes: &[bool]) -> Option<Vec<f64>> {
    let positives = outcomes.iter().filter(|outcome| **outcome).count();
    let negatives = outcomes.len() - positives;
    if positives == 0 || negatives == 0 {
        return None;
    }
    let with = (positives as f64 + 1.0) / (positives as f64 + 2.0);
    let without = 1.0 / (negatives as f64 + 2.0);
    Some(outcomes.iter().map(|outcome| if *outcome { with } else { without }).collect())
}
