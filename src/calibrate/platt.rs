//! Platt's calibrator.

use crate::base::calibrator::Calibrator;
use crate::stats::logit::fit_line;

/// What fitting Platt's calibrator gave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlattFit {
    /// σ(slope × margin + intercept). Not to be used unless [`PlattFit::is_usable`].
    pub calibrator: Calibrator,
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
}

/// Fits risk = σ(slope × margin + intercept) by maximum likelihood on smoothed targets (Platt 1999): (n₊ + 1) /
/// (n₊ + 2) for rows with the outcome, 1 / (n₋ + 2) for those without; Newton's method with backtracking (Lin, Lin &
/// Weng 2007). Constant margins give a slope of 0.
///
/// `None` where a class is missing, lengths differ or a margin is not finite.
pub fn platt(margins: &[f64], outcomes: &[bool]) -> Option<PlattFit> {
    let positives = outcomes.iter().filter(|outcome| **outcome).count();
    let negatives = outcomes.len() - positives;
    if positives == 0 || negatives == 0 || margins.len() != outcomes.len() {
        return None;
    }
    let with = (positives as f64 + 1.0) / (positives as f64 + 2.0);
    let without = 1.0 / (negatives as f64 + 2.0);
    let targets: Vec<f64> = outcomes.iter().map(|outcome| if *outcome { with } else { without }).collect();
    let line = fit_line(margins, &targets, None)?;
    Some(PlattFit {
        calibrator: Calibrator::Platt { slope: line.slope, intercept: line.intercept },
        slope: line.slope,
        intercept: line.intercept,
        n: margins.len(),
        converged: line.converged,
    })
}
