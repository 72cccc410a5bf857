//! How much of an outcome stands in the highest scores.

use super::rank::Ranking;

/// Capture: the share of all positives among the highest `share` of rows, 0 to 1 (the cumulative gain; divided by the
/// share it is the lift).
///
/// The cut is at exactly share × n rows. Where it falls within rows of one score, that part of their positives counts
/// which chance would pick, so that neither order nor luck decides. `None` without positives, where lengths differ or
/// not 0 < share ≤ 1.
pub fn capture_ranked(ranking: &Ranking, outcomes: &[bool], share: f64) -> Option<f64> {
    let counts = ranking.counts(outcomes);
    capture_of(counts.iter().rev().map(|(with, without)| (*with as f64, *without as f64)), share)
}

/// Capture from the numbers of positives and negatives at each distinct score, from the highest.
pub fn capture_of(counts: impl Iterator<Item = (f64, f64)> + Clone, share: f64) -> Option<f64> {
    let (positives, n) = counts.clone().fold((0.0, 0.0), |sum, (with, without)| (sum.0 + with, sum.1 + with + without));
    if !(positives > 0.0 && share > 0.0 && share <= 1.0) {
        return None;
    }
    let (mut room, mut captured) = (share * n, 0.0);
    for (with, without) in counts.filter(|(with, without)| with + without > 0.0) {
        let rows = with + without;
        captured += with * (room / rows).min(1.0);
        room -= rows;
        if room <= 0.0 {
            break;
        }
    }
    Some(captured / positives)
}
