//! Means and their differences from sums over parts that do not depend on one another.
//!
//! Where rows are clustered, whole clusters are dealt into a few parts of about one size, and the parts' sums tell how far
//! chance moves a mean ("random groups", Wolter 2007, Introduction to Variance Estimation, chapter 2): memory is bounded by
//! the parts, not by rows or clusters. Where rows are independent one part is enough, with its sum of squares.

use super::interval::{student_quantile, wilson_effective};
use super::welch::{Difference, Sample, welch};

/// Parts that clusters are dealt into, at most.
pub const PARTS_MAX: usize = 64;
/// Fewer parts tell nothing of chance.
const PARTS_MIN: usize = 10;

/// Sums of some numbers by part.
#[derive(Debug, Clone, PartialEq)]
pub struct Parts {
    /// Whether the numbers themselves do not depend on one another.
    pub independent: bool,
    pub samples: Vec<Sample>,
}

impl Parts {
    /// No numbers yet, of `n_clusters`; `None`: of independent rows.
    pub fn new(n_clusters: Option<usize>) -> Self {
        let n = n_clusters.map_or(1, |n| n.clamp(1, PARTS_MAX));
        Self { independent: n_clusters.is_none(), samples: vec![Sample::default(); n] }
    }

    /// Adds a number of a row in a cluster.
    pub fn add(&mut self, cluster: usize, value: f64) {
        let part = cluster % self.samples.len();
        let sample = &mut self.samples[part];
        sample.n += 1.0;
        sample.sum += value;
        sample.square += value * value;
    }

    /// All numbers.
    pub fn total(&self) -> Sample {
        self.samples.iter().fold(Sample::default(), |all, of| Sample {
            n: all.n + of.n,
            sum: all.sum + of.sum,
            square: all.square + of.square,
        })
    }

    /// The numbers of these that are not in `part` of them.
    #[must_use]
    pub fn without(&self, part: &Self) -> Self {
        let samples = self.samples.iter().zip(&part.samples).map(|(all, part)| all.without(part)).collect();
        Self { independent: self.independent, samples }
    }

    /// Standard error of the mean and its degrees of freedom: s / √n; over k parts that hold numbers
    /// √(k / (k − 1) Σ d²), d = a part's Σ (x − mean) / n. `None` where there are too few.
    fn error(&self) -> Option<(f64, f64)> {
        let all = self.total();
        if self.independent {
            return Some((all.error_squared()?.sqrt(), all.n - 1.0));
        }
        let mean = all.mean()?;
        let k = self.n_held() as f64;
        let square: f64 = self.samples.iter().map(|of| ((of.sum - mean * of.n) / all.n).powi(2)).sum();
        (self.samples.len() >= PARTS_MIN && k >= 2.0).then(|| ((square * k / (k - 1.0)).sqrt(), k - 1.0))
    }

    fn n_held(&self) -> usize {
        self.samples.iter().filter(|of| of.n > 0.0).count()
    }

    /// Student's interval of the mean.
    pub fn student(&self, confidence: f64) -> Option<(f64, f64)> {
        let (error, freedom) = self.error()?;
        let half = error * student_quantile(confidence, freedom)?;
        self.total().mean().map(|mean| (mean - half, mean + half))
    }

    /// Wilson's interval of a share, where the numbers are 0 and 1; over parts by the effective number of rows.
    pub fn wilson(&self, confidence: f64) -> Option<(f64, f64)> {
        let all = self.total();
        let rate = all.mean()?;
        let spread = rate * (1.0 - rate);
        let effective = match self.error() {
            _ if self.independent => all.n,
            Some((error, _)) if error > 0.0 && spread > 0.0 => (spread / (error * error)).min(all.n),
            _ => self.n_held() as f64,
        };
        wilson_effective(rate, effective, confidence)
    }

    /// This mean less that of others: Welch's where numbers are independent. Over parts, which the two may share,
    /// √(k / (k − 1) Σ d²), d = the part's Σ (x − mean) / n here less that there, by k − 1 degrees of freedom, k = parts that
    /// the fewer of both hold. `None` where there are too few.
    pub fn difference(&self, other: &Self) -> Option<Difference> {
        let (own, of_other) = (self.total(), other.total());
        if self.independent {
            return welch(&own, &of_other);
        }
        let (mean, mean_of_other) = (own.mean()?, of_other.mean()?);
        let deviation = |of: &Sample, mean: f64, all: &Sample| (of.sum - mean * of.n) / all.n;
        let parts = self.samples.iter().zip(&other.samples);
        let square: f64 =
            parts.map(|(a, b)| (deviation(a, mean, &own) - deviation(b, mean_of_other, &of_other)).powi(2)).sum();
        let k = self.n_held().min(other.n_held()) as f64;
        let error = (square * k / (k - 1.0)).sqrt();
        let is_enough = self.samples.len() >= PARTS_MIN && k >= 2.0;
        is_enough.then_some(Difference { value: mean - mean_of_other, error, freedom: k - 1.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::clusters::Clusters;
    use crate::stats::interval::{clustered_mean, mean};

    fn values() -> Vec<f64> {
        (0..120).map(|i| f64::from(i * i % 17) + f64::from(i / 4 % 5)).collect()
    }

    #[test]
    fn few_clusters_are_parts_of_their_own() {
        let cluster: Vec<u32> = (0..120).map(|i| i / 4).collect();
        let mut parts = Parts::new(Some(30));
        values().iter().zip(&cluster).for_each(|(value, cluster)| parts.add(*cluster as usize, *value));
        let peer = clustered_mean(&values(), &Clusters::new(&cluster), 0.95);
        let (low, high) = parts.student(0.95).unwrap();
        assert!((low - peer.low.unwrap()).abs() < 1e-12 && (high - peer.high.unwrap()).abs() < 1e-12);
        let mut alone = Parts::new(None);
        values().iter().for_each(|value| alone.add(0, *value));
        let (low, high) = (alone.student(0.95).unwrap(), mean(&values(), 0.95));
        assert!((low.0 - high.low.unwrap()).abs() < 1e-12);
    }

    #[test]
    fn what_clusters_share_does_not_blur_a_difference() {
        // every cluster has one number here and one there, and the two differ by exactly 1
        let (mut here, mut there) = (Parts::new(Some(40)), Parts::new(Some(40)));
        for cluster in 0..40 {
            let shared = (cluster * 7 % 11) as f64;
            here.add(cluster, shared + 1.0);
            there.add(cluster, shared);
        }
        let told = here.difference(&there).unwrap();
        assert!((told.value - 1.0).abs() < 1e-12 && told.error < 1e-12, "{told:?}");
        let few = Parts::new(Some(3));
        assert_eq!(few.difference(&few), None);
    }
}
