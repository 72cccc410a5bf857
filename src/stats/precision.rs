//! How precisely an average precision is known.

use super::clusters::Clusters;
use super::rank::{Area, Ranking, average_precision_ranked};

/// Average precision (see [`average_precision_ranked`]) with its standard error by linearization: the infinitesimal
/// jackknife (Efron 1982, chapter 6), the squared influences of all rows, summed by cluster where clusters are given.
///
/// With hits Hₜ and rows Sₜ at or above the score t, and P positives, the influence of a row at t is
/// (y (Hₜ / Sₜ − a + Bₜ) − Aₜ) / P, where Bₜ = Σ 1 / Sₛ and Aₜ = Σ Hₛ / Sₛ² over the positives at or below t. Exact
/// and O(n): no replicates. No standard error with fewer than two positives or clusters. `None` without positives or
/// where lengths differ.
pub fn precision_ranked(ranking: &Ranking, outcomes: &[bool], clusters: Option<&Clusters>) -> Option<Area> {
    let value = average_precision_ranked(ranking, outcomes)?;
    let influences = Influences::new(ranking, outcomes, value);
    let variance = match clusters {
        _ if influences.n_positives < 2.0 => None,
        None => influences.variance(),
        Some(clusters) if clusters.index.len() != ranking.n() => None,
        Some(clusters) => influences.clustered_variance(ranking, outcomes, clusters),
    };
    Some(Area { value, error: variance.map(f64::sqrt) })
}

/// Per tie group: its rows, and the influence of each.
struct Influences {
    counts: Vec<(u64, u64)>,
    of_positives: Vec<f64>,
    of_negatives: Vec<f64>,
    n_positives: f64,
}

impl Influences {
    fn new(ranking: &Ranking, outcomes: &[bool], value: f64) -> Self {
        let counts = ranking.counts(outcomes);
        let n_positives = counts.iter().map(|count| count.0).sum::<u64>();
        let (mut hits, mut rows) = (n_positives, ranking.n() as u64);
        let (mut gained, mut lost) = (0.0, 0.0);
        let (mut of_positives, mut of_negatives) = (Vec::new(), Vec::new());
        let per_positive = 1.0 / n_positives as f64;
        for (positive, negative) in &counts {
            let share = 1.0 / rows as f64;
            let precision = hits as f64 * share;
            gained += *positive as f64 * share;
            lost += *positive as f64 * precision * share;
            of_positives.push((precision - value + gained - lost) * per_positive);
            of_negatives.push(-lost * per_positive);
            hits -= positive;
            rows -= positive + negative;
        }
        Self { counts, of_positives, of_negatives, n_positives: n_positives as f64 }
    }

    fn variance(&self) -> Option<f64> {
        let (mut square, mut n) = (0.0, 0.0);
        for (tie, (positive, negative)) in self.counts.iter().enumerate() {
            square += *positive as f64 * self.of_positives[tie].powi(2);
            square += *negative as f64 * self.of_negatives[tie].powi(2);
            n += (positive + negative) as f64;
        }
        (n > 1.0).then(|| square * n / (n - 1.0))
    }

    fn clustered_variance(&self, ranking: &Ranking, outcomes: &[bool], clusters: &Clusters) -> Option<f64> {
        let mut sums = vec![0.0; clusters.n];
        for (tie, rows) in ranking.ties().enumerate() {
            for row in rows {
                let of = if outcomes[*row as usize] { &self.of_positives } else { &self.of_negatives };
                sums[clusters.index[*row as usize] as usize] += of[tie];
            }
        }
        let n = clusters.n as f64;
        (n > 1.0).then(|| sums.iter().map(|sum| sum * sum).sum::<f64>() * n / (n - 1.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::rank::average_precision_of;

    /// Average precision where row `row` weighs a little more.
    fn nudged(scores: &[u8], outcomes: &[bool], row: usize, more: f64) -> f64 {
        let mut ties: Vec<u8> = scores.to_vec();
        ties.sort_unstable();
        ties.dedup();
        let weight = |i: usize| if i == row { 1.0 + more } else { 1.0 };
        let of = |tie: u8, outcome: bool| -> f64 {
            (0..scores.len()).filter(|i| scores[*i] == tie && outcomes[*i] == outcome).map(weight).sum()
        };
        average_precision_of(ties.iter().rev().map(|tie| (of(*tie, true), of(*tie, false)))).unwrap()
    }

    proptest! {
        /// Influences are derivatives by the weight of a row: here by differences.
        #[test]
        fn the_error_is_that_of_the_derivatives(
            rows in prop::collection::vec((0..12_u8, any::<bool>()), 3..30),
            ids in prop::collection::vec(0..6_u32, 30),
        ) {
            let (scores, outcomes): (Vec<u8>, Vec<bool>) = rows.into_iter().unzip();
            let n = scores.len();
            prop_assume!(outcomes.iter().filter(|outcome| **outcome).count() > 1);
            let numbers: Vec<f64> = scores.iter().map(|score| f64::from(*score)).collect();
            let ranking = Ranking::new(&numbers).unwrap();
            let slope = |row: usize| {
                (nudged(&scores, &outcomes, row, 1e-5) - nudged(&scores, &outcomes, row, -1e-5)) / 2e-5
            };
            let slopes: Vec<f64> = (0..n).map(slope).collect();
            let expected = slopes.iter().map(|x| x * x).sum::<f64>() * n as f64 / (n as f64 - 1.0);
            let error = precision_ranked(&ranking, &outcomes, None).unwrap().error.unwrap();
            prop_assert!((error - expected.sqrt()).abs() < 1e-7, "{error} {}", expected.sqrt());
            let clusters = Clusters::new(&ids[..n]);
            prop_assume!(clusters.n > 1);
            let g = clusters.n as f64;
            let expected = clusters.sums(slopes).iter().map(|x| x * x).sum::<f64>() * g / (g - 1.0);
            let error = precision_ranked(&ranking, &outcomes, Some(&clusters)).unwrap().error.unwrap();
            prop_assert!((error - expected.sqrt()).abs() < 1e-7, "{error} {}", expected.sqrt());
        }
    }
}
