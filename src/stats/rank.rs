//! How well scores rank outcomes: area under the curve, average precision.

use rayon::prelude::*;

use super::clusters::Clusters;
use super::interval::normal_quantile;
use crate::base::units::Estimate;

/// Scores in ascending order, equal ones in one tie group. Sorting is what costs: build once, use often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranking {
    /// Row numbers by ascending score.
    pub order: Vec<u32>,
    /// Where each tie group begins in `order`, ascending, closed by the number of rows.
    pub starts: Vec<u32>,
}

impl Ranking {
    /// Ranks scores, O(n log n). `None` where a score is not a number or there are more than 2³² − 1 of them.
    pub fn new(scores: &[f64]) -> Option<Self> {
        let n = u32::try_from(scores.len()).ok()?;
        if scores.iter().any(|score| score.is_nan()) {
            return None;
        }
        let mut keyed: Vec<(f64, u32)> = scores.iter().copied().zip(0..n).collect();
        keyed.par_sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let begins = |at: &u32| *at == 0 || keyed[*at as usize].0 != keyed[*at as usize - 1].0;
        let starts = (0..n).filter(begins).chain([n]).collect();
        Some(Self { order: keyed.into_iter().map(|(_, row)| row).collect(), starts })
    }

    /// Number of rows.
    pub fn n(&self) -> usize {
        self.order.len()
    }

    /// Rows of each tie group, by ascending score.
    pub fn ties(&self) -> impl DoubleEndedIterator<Item = &[u32]> {
        self.starts.windows(2).filter_map(|bounds| self.order.get(bounds[0] as usize..bounds[1] as usize))
    }

    /// The equal-mass bin of each tie group out of `n_bins`: ⌊middle rank × n_bins / n⌋, ranks from 0. Ties are never
    /// split, bins of distinct scores differ by at most one row, and the bins of a multiple of `n_bins` nest in these.
    pub fn bins(&self, n_bins: usize) -> impl Iterator<Item = usize> {
        let (n, n_bins) = (self.n() as u64, n_bins as u64);
        self.starts.windows(2).map(move |bounds| {
            let twice_middle = u64::from(bounds[0]) + u64::from(bounds[1]) - 1;
            (twice_middle * n_bins / (2 * n)) as usize
        })
    }

    /// Positives and negatives of each tie group, by ascending score; nothing where lengths differ.
    pub(super) fn counts(&self, outcomes: &[bool]) -> Vec<(u64, u64)> {
        if outcomes.len() != self.n() {
            return Vec::new();
        }
        let count = |tie: &[u32]| {
            let positives = tie.iter().filter(|row| outcomes[**row as usize]).count() as u64;
            (positives, tie.len() as u64 - positives)
        };
        self.ties().map(count).collect()
    }
}

/// Ranks less their mean; equal values share the middle of theirs. NaN ranks by its bits, beyond all numbers.
pub fn centered_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let middle = (values.len() as f64 - 1.0) / 2.0;
    let mut ranks = vec![0.0; values.len()];
    let mut begin = 0;
    for tie in order.chunk_by(|a, b| values[*a] == values[*b]) {
        let rank = begin as f64 + (tie.len() as f64 - 1.0) / 2.0 - middle;
        tie.iter().for_each(|place| ranks[*place] = rank);
        begin += tie.len();
    }
    ranks
}

/// Rank correlation (Spearman 1904): the correlation of ranks, ties sharing the middle of theirs. `None` where one of
/// the two does not vary, or lengths differ.
pub fn spearman(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() != b.len() {
        return None;
    }
    let (a, b) = (centered_ranks(a), centered_ranks(b));
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let length = (product(&a, &a) * product(&b, &b)).sqrt();
    (length > 0.0).then(|| product(&a, &b) / length)
}

/// Area under the receiver operating characteristic: the probability that a positive scores above a negative, ties
/// counting half (Mann & Whitney 1947). `None` where a class is missing, a score is not a number, or lengths differ.
pub fn auc(scores: &[f64], outcomes: &[bool]) -> Option<f64> {
    auc_of(&ranked(scores, outcomes)?.counts(outcomes))
}

fn auc_of(counts: &[(u64, u64)]) -> Option<f64> {
    let (mut below, mut wins, mut positives) = (0, 0, 0);
    for (positive, negative) in counts {
        wins += positive * (2 * below + negative);
        below += negative;
        positives += positive;
    }
    (positives > 0 && below > 0).then(|| wins as f64 / (2.0 * positives as f64 * below as f64))
}

/// [`auc`] with the interval of DeLong, DeLong & Clarke-Pearson (1988), by midranks (Sun & Xu 2014).
///
/// With clusters the placement values are summed by cluster (Obuchowski 1997). The interval is that of the logit,
/// logit(a) ± z × se / (a (1 − a)), so that it stays within 0..1; there is none where the area is 0 or 1, the standard
/// error is 0, or a class has fewer than two rows (clusters).
pub fn delong(scores: &[f64], outcomes: &[bool], clusters: Option<&Clusters>, confidence: f64) -> Estimate {
    match ranked(scores, outcomes) {
        Some(ranking) => delong_ranked(&ranking, outcomes, clusters, confidence),
        None => Estimate::default(),
    }
}

/// [`delong`] of scores that are ranked already.
pub fn delong_ranked(ranking: &Ranking, outcomes: &[bool], clusters: Option<&Clusters>, confidence: f64) -> Estimate {
    let Some(area) = area_ranked(ranking, outcomes, clusters) else { return Estimate::default() };
    let interval = area.interval(confidence);
    Estimate { value: Some(area.value), low: interval.map(|i| i.0), high: interval.map(|i| i.1) }
}

/// An area under a curve, 0 to 1, and how precisely it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    pub value: f64,
    /// Standard error; `None` with too few rows (clusters) of a class.
    pub error: Option<f64>,
}

impl Area {
    /// The interval of the logit, logit(a) ± z × error / (a (1 − a)); `None` where the area is 0 or 1, the standard error
    /// is 0 or not known.
    pub fn interval(&self, confidence: f64) -> Option<(f64, f64)> {
        logit_interval(self.value, self.error?, confidence)
    }
}

/// The area under the receiver operating characteristic with its standard error, as in [`delong`], of scores that are
/// ranked already. `None` where a class is missing or lengths differ.
pub fn area_ranked(ranking: &Ranking, outcomes: &[bool], clusters: Option<&Clusters>) -> Option<Area> {
    let counts = ranking.counts(outcomes);
    let value = auc_of(&counts)?;
    let placements = Placements::new(&counts);
    let variance = match clusters {
        None => placements.variance(value),
        Some(clusters) if clusters.index.len() != ranking.n() => None,
        Some(clusters) => placements.clustered_variance(value, ranking, outcomes, clusters),
    };
    Some(Area { value, error: variance.map(|variance| variance.max(0.0).sqrt()) })
}

/// Per tie group: its rows, and the share of the other class that they beat (ties half).
struct Placements<'a> {
    counts: &'a [(u64, u64)],
    /// Of a positive in the group: share of negatives below it.
    of_positives: Vec<f64>,
    /// Of a negative in the group: share of positives above it.
    of_negatives: Vec<f64>,
    positives: f64,
    negatives: f64,
}

impl<'a> Placements<'a> {
    fn new(counts: &'a [(u64, u64)]) -> Self {
        let positives = counts.iter().map(|c| c.0).sum::<u64>();
        let negatives = counts.iter().map(|c| c.1).sum::<u64>();
        let (mut below, mut above) = (0, positives);
        let (mut of_positives, mut of_negatives) = (Vec::new(), Vec::new());
        for (positive, negative) in counts {
            above -= positive;
            of_positives.push((below as f64 + *negative as f64 / 2.0) / negatives as f64);
            of_negatives.push((above as f64 + *positive as f64 / 2.0) / positives as f64);
            below += negative;
        }
        Self { counts, of_positives, of_negatives, positives: positives as f64, negatives: negatives as f64 }
    }

    fn variance(&self, area: f64) -> Option<f64> {
        let (m, n) = (self.positives, self.negatives);
        if m < 2.0 || n < 2.0 {
            return None;
        }
        let (mut of_positives, mut of_negatives) = (0.0, 0.0);
        for (group, (positive, negative)) in self.counts.iter().enumerate() {
            of_positives += *positive as f64 * (self.of_positives[group] - area).powi(2);
            of_negatives += *negative as f64 * (self.of_negatives[group] - area).powi(2);
        }
        Some(of_positives / ((m - 1.0) * m) + of_negatives / ((n - 1.0) * n))
    }

    fn clustered_variance(&self, area: f64, ranking: &Ranking, outcomes: &[bool], clusters: &Clusters) -> Option<f64> {
        let mut sums = vec![ClusterSum::default(); clusters.n];
        for (group, tie) in ranking.ties().enumerate() {
            for row in tie {
                let sum = &mut sums[clusters.index[*row as usize] as usize];
                if outcomes[*row as usize] {
                    sum.positives += self.of_positives[group] - area;
                    sum.with_positives = 1.0;
                } else {
                    sum.negatives += self.of_negatives[group] - area;
                    sum.with_negatives = 1.0;
                }
            }
        }
        let total = |part: fn(&ClusterSum) -> f64| sums.iter().map(part).sum::<f64>();
        let (m, n) = (self.positives, self.negatives);
        let (i, j, k) = (total(|s| s.with_positives), total(|s| s.with_negatives), clusters.n as f64);
        if i < 2.0 || j < 2.0 {
            return None;
        }
        let of_positives = i / (i - 1.0) * total(|s| s.positives * s.positives) / (m * m);
        let of_negatives = j / (j - 1.0) * total(|s| s.negatives * s.negatives) / (n * n);
        let between = k / (k - 1.0) * total(|s| s.positives * s.negatives) / (m * n);
        Some(of_positives + of_negatives + 2.0 * between)
    }
}

/// Sums of (placement − area) over one cluster.
#[derive(Clone, Default)]
struct ClusterSum {
    positives: f64,
    negatives: f64,
    with_positives: f64,
    with_negatives: f64,
}

/// The interval of the logit of a share or an area, logit(v) ± z × error / (v (1 − v)); `None` where it is 0 or 1, or the
/// standard error is not positive.
pub fn logit_interval(value: f64, error: f64, confidence: f64) -> Option<(f64, f64)> {
    if value <= 0.0 || value >= 1.0 || error <= 0.0 {
        return None;
    }
    let logit = (value / (1.0 - value)).ln();
    let half = normal_quantile(confidence)? * error / (value * (1.0 - value));
    let logistic = |z: f64| 1.0 / (1.0 + (-z).exp());
    Some((logistic(logit - half), logistic(logit + half)))
}

/// Average precision: Σ_k (recall_k − recall_{k−1}) × precision_k over distinct scores from the highest, no
/// interpolation (scikit-learn's definition). `None` without positives, where a score is not a number, or where
/// lengths differ.
pub fn average_precision(scores: &[f64], outcomes: &[bool]) -> Option<f64> {
    average_precision_ranked(&ranked(scores, outcomes)?, outcomes)
}

/// [`average_precision`] of scores that are ranked already.
pub fn average_precision_ranked(ranking: &Ranking, outcomes: &[bool]) -> Option<f64> {
    average_precision_of(ranking.counts(outcomes).into_iter().rev().map(|(p, n)| (p as f64, n as f64)))
}

/// Average precision from the weights of positives and negatives at each distinct score, from the highest.
pub fn average_precision_of(counts: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let (mut hits, mut selected, mut sum) = (0.0, 0.0, 0.0);
    for (positive, negative) in counts {
        hits += positive;
        selected += positive + negative;
        if positive > 0.0 {
            sum += positive * (hits / selected);
        }
    }
    (hits > 0.0).then(|| sum / hits)
}

fn ranked(scores: &[f64], outcomes: &[bool]) -> Option<Ranking> {
    if scores.len() == outcomes.len() { Ranking::new(scores) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_the_middle_of_their_ranks() {
        assert_eq!(centered_ranks(&[3.0, 1.0, 3.0, -0.0, 0.0]), [1.5, 0.0, 1.5, -1.5, -1.5]);
        assert_eq!(centered_ranks(&[]), Vec::<f64>::new());
    }

    #[test]
    fn rank_correlation_is_that_of_ranks() {
        assert_eq!(spearman(&[1.0, 2.0, 3.0], &[1.0, 10.0, 1e9]), Some(1.0));
        assert_eq!(spearman(&[1.0, 2.0, 3.0], &[-1.0, -10.0, -1e9]), Some(-1.0));
        // scipy.stats.spearmanr([1, 2, 2, 4], [4, 1, 3, 2])
        let told = spearman(&[1.0, 2.0, 2.0, 4.0], &[4.0, 1.0, 3.0, 2.0]).unwrap();
        assert!((told + 0.632_455_532_033_675_9).abs() < 1e-15, "{told}");
        assert_eq!(spearman(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(spearman(&[1.0], &[1.0, 2.0]), None);
    }
}
