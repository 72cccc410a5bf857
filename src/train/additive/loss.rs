//! Log loss and its weights.

use std::ops::Range;

/// 1 / (1 + e^−margin), and ln(1 + e^∓margin).
pub(super) fn risk_and_loss(margin: f64, outcome: bool) -> (f64, f64) {
    let tail = (-margin.abs()).exp();
    let risk = if margin >= 0.0 { 1.0 } else { tail } / (1.0 + tail);
    let wrong = if outcome { -margin } else { margin };
    (risk, wrong.max(0.0) + tail.ln_1p())
}

/// Outcome − risk, and risk × (1 − risk), both times what the row counts for.
pub(super) fn residual_and_weight(margin: f64, outcome: bool, own: f32) -> (f32, f32) {
    let (risk, _) = risk_and_loss(margin, outcome);
    (own * (f64::from(u8::from(outcome)) - risk) as f32, own * (risk * (1.0 - risk)) as f32)
}

/// The share of all weight that has moved; all of it where there was none.
pub(super) fn drift(old: &[f32], new: &[f32]) -> f64 {
    let moved: f64 = old.iter().zip(new).map(|(old, new)| f64::from((new - old).abs())).sum();
    let all: f64 = old.iter().map(|weight| f64::from(*weight)).sum();
    if all > 0.0 { moved / all } else { 1.0 }
}

/// Runs of at most so many rows.
pub(super) fn together(rows: Range<usize>, n_max: usize) -> impl Iterator<Item = Range<usize>> {
    let end = rows.end;
    rows.step_by(n_max).map(move |begin| begin..(begin + n_max).min(end))
}
