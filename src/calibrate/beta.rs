//! The beta calibrator.

use super::platt::smoothed;
use crate::base::calibrator::{Kind, softplus};
use crate::stats::logit::fit_line;
use crate::stats::newton::logistic_fit;
use crate::stats::sum::spread;

/// What fitting the beta calibrator gave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BetaFit {
    /// Weight of ln p, not negative.
    pub a: f64,
    /// Weight of −ln(1 − p), not negative.
    pub b: f64,
    pub c: f64,
    /// Rows it was fitted on.
    pub n: usize,
    pub converged: bool,
}

impl BetaFit {
    /// Whether it rises, and was found.
    pub fn is_usable(&self) -> bool {
        self.a >= 0.0
            && self.b >= 0.0
            && self.a + self.b > 0.0
            && (self.a + self.b + self.c).is_finite()
            && self.converged
    }

    /// The calibrator; `None` where it is not usable.
    pub fn kind(&self) -> Option<Kind> {
        self.is_usable().then_some(Kind::Beta { a: self.a, b: self.b, c: self.c })
    }
}

/// Fits risk = σ(a × ln p − b × ln(1 − p) + c), a, b ≥ 0, by maximum likelihood on Platt's smoothed targets (Kull, Silva
/// Filho & Flach 2017). `odds` are the log-odds of p.
///
/// Where the best a (or b) is negative its term is dropped and the rest fitted again; as the likelihood is concave, that
/// is the best of all that are not negative. The one left may still be 0 or below: then it is 0, and the fit not usable.
///
/// `None` where a class is missing, lengths differ, a number is not finite, or there are not three different p (nor
/// where they are so close that ln p and ln(1 − p) cannot be told apart).
pub fn beta(odds: &[f64], outcomes: &[bool]) -> Option<BetaFit> {
    let targets = smoothed(outcomes)?;
    let free = fit_both(odds, &targets)?;
    if free.a < 0.0 {
        let line = fit_line(&odds.iter().map(|odds| softplus(*odds)).collect::<Vec<_>>(), &targets, None)?;
        return Some(BetaFit { a: 0.0, b: line.slope.max(0.0), c: line.intercept, converged: line.converged, ..free });
    }
    if free.b < 0.0 {
        let line = fit_line(&odds.iter().map(|odds| -softplus(-odds)).collect::<Vec<_>>(), &targets, None)?;
        return Some(BetaFit { a: line.slope.max(0.0), b: 0.0, c: line.intercept, converged: line.converged, ..free });
    }
    Some(free)
}

/// The fit without a bound. ln p and −ln(1 − p) are nearly one column; their sum (the log-odds) and their difference
/// (−ln p(1 − p), which is even in the log-odds) are not, so these are the columns: a = sum − difference, b = sum +
/// difference. Platt's line is where to begin.
fn fit_both(odds: &[f64], targets: &[f64]) -> Option<BetaFit> {
    let line = fit_line(odds, targets, None)?;
    let bend: Vec<f64> = odds.iter().map(|odds| softplus(*odds) + softplus(-odds)).collect();
    let ((odds_mean, odds_scale), (bend_mean, bend_scale)) = (spread(odds), spread(&bend));
    if odds_scale == 0.0 || bend_scale <= bend_mean * 1e-13 {
        return None;
    }
    let row = |row: usize| [(odds[row] - odds_mean) / odds_scale, (bend[row] - bend_mean) / bend_scale, 1.0];
    let start = [line.slope * odds_scale, 0.0, line.intercept + line.slope * odds_mean];
    let found = logistic_fit(start, targets, row);
    let (sum, difference) = (found.at[0] / odds_scale, found.at[1] / bend_scale);
    let c = found.at[2] - sum * odds_mean - difference * bend_mean;
    let fit = BetaFit { a: sum - difference, b: sum + difference, c, n: odds.len(), converged: found.converged };
    found.converged.then_some(fit)
}
