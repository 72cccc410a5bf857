//! Losses of probabilities against outcomes.

use super::clusters::Clusters;
use super::interval::mean_of;
use crate::base::units::Estimate;

/// Probabilities are kept this far from 0 and 1 before a logarithm is taken: the rounding unit of `f64`, 2.2e-16, as
/// scikit-learn does. A certain and wrong probability thus costs 36.04, not infinity.
pub const CLIP: f64 = f64::EPSILON;

/// Brier score: mean of (risk − outcome)² (Brier 1950), with Student's interval of the mean, clustered where clusters
/// are given. All `None` without rows, where lengths differ or a risk is outside 0..1.
pub fn brier(risks: &[f64], outcomes: &[bool], clusters: Option<&Clusters>, confidence: f64) -> Estimate {
    mean_loss(risks, outcomes, clusters, confidence, |risk, outcome| {
        let error = risk - f64::from(u8::from(outcome));
        error * error
    })
}

/// Log loss: mean of −ln(risk) over outcomes and −ln(1 − risk) over the others, risks clipped to [`CLIP`]..1 −
/// [`CLIP`]; natural logarithm. Interval and edge cases as in [`brier`].
pub fn log_loss(risks: &[f64], outcomes: &[bool], clusters: Option<&Clusters>, confidence: f64) -> Estimate {
    mean_loss(risks, outcomes, clusters, confidence, log_loss_of)
}

/// Log loss of one probability against one outcome, clipped as in [`log_loss`].
pub fn log_loss_of(risk: f64, outcome: bool) -> f64 {
    let risk = clip(risk);
    if outcome { -risk.ln() } else { -(-risk).ln_1p() }
}

/// A probability away from 0 and 1 by at least [`CLIP`].
pub fn clip(risk: f64) -> f64 {
    risk.clamp(CLIP, 1.0 - CLIP)
}

/// ln(risk / (1 − risk)) of a probability that is clipped first: within ±36.05.
pub fn logit(risk: f64) -> f64 {
    let risk = clip(risk);
    risk.ln() - (-risk).ln_1p()
}

fn mean_loss(
    risks: &[f64],
    outcomes: &[bool],
    clusters: Option<&Clusters>,
    confidence: f64,
    loss: impl Fn(f64, bool) -> f64,
) -> Estimate {
    if risks.len() != outcomes.len() || risks.iter().any(|risk| !(0.0..=1.0).contains(risk)) {
        return Estimate::default();
    }
    let losses: Vec<f64> = risks.iter().zip(outcomes).map(|(risk, outcome)| loss(*risk, *outcome)).collect();
    mean_of(&losses, clusters, confidence)
}
