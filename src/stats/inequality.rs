//! How unequally something is spread, over persons and over groups of them.

/// Groups of persons, as counts by what they have: `counts[b]` persons have b.
pub type Spread<const K: usize> = [u64; K];

/// Which index: the generalized entropy index of order 2 (half the squared coefficient of variation), or Theil's (order
/// 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Index {
    Squared,
    Theil,
}

impl Index {
    /// What a person with `share` times the mean adds.
    fn of(self, share: f64) -> f64 {
        match self {
            Self::Squared => (share * share - 1.0) / 2.0,
            Self::Theil if share > 0.0 => share * share.ln(),
            Self::Theil => 0.0,
        }
    }
}

/// Generalized entropy of what persons have (Cowell & Kuga 1981; Speicher et al. 2018): with shares s = b / mean,
/// Σ (s² − 1) / (2 n) for [`Index::Squared`] and Σ s ln s / n for [`Index::Theil`]; 0 where all have the same.
///
/// `None` without persons or where nobody has anything.
pub fn entropy<const K: usize>(counts: &Spread<K>, index: Index) -> Option<f64> {
    let (n, mean) = mean(counts)?;
    let part = |(b, count): (usize, &u64)| *count as f64 * index.of(b as f64 / mean);
    Some((counts.iter().enumerate().map(part).sum::<f64>() / n).max(0.0))
}

/// The part of [`entropy`] that is between groups: that of all persons if each had the mean of its group. The rest is
/// within groups. Undefined as there; groups without persons count for nothing.
pub fn entropy_between<const K: usize>(groups: &[Spread<K>], index: Index) -> Option<f64> {
    let (n, overall) = mean(&total(groups))?;
    let part = |(n, mean): (f64, f64)| n * index.of(mean / overall);
    Some((groups.iter().filter_map(group_mean).map(part).sum::<f64>() / n).max(0.0))
}

/// All groups together.
pub fn total<const K: usize>(groups: &[Spread<K>]) -> Spread<K> {
    let mut total = [0; K];
    for (sum, more) in groups.iter().flat_map(|counts| counts.iter().enumerate()).map(|(b, n)| (b, *n)) {
        total[sum] += more;
    }
    total
}

/// Persons and their mean; `None` where that is 0.
fn mean<const K: usize>(counts: &Spread<K>) -> Option<(f64, f64)> {
    group_mean(counts).filter(|(_, mean)| *mean > 0.0)
}

fn group_mean<const K: usize>(counts: &Spread<K>) -> Option<(f64, f64)> {
    let n: u64 = counts.iter().sum();
    let sum: u64 = counts.iter().zip(0..).map(|(count, b)| count * b).sum();
    (n > 0).then(|| (n as f64, sum as f64 / n as f64))
}

/// Empirical differential fairness (Foulds, Islam, Keya & Pan 2020): the largest |ln(pᵢ / pⱼ)| over both answers and all
/// pairs of groups, 0 where all groups are answered alike, e^ε the worst ratio.
///
/// `groups` are (yes, all). Rates are smoothed by a symmetric Dirichlet prior, (yes + ½) / (all + 1), as in AIF360, so
/// that an empty answer is finite. `None` with fewer than two groups; groups without persons count for nothing.
pub fn differential_fairness(groups: &[(u64, u64)]) -> Option<f64> {
    let told = || groups.iter().filter(|group| group.1 > 0);
    let yes = told().map(|(yes, all)| ((*yes as f64 + 0.5) / (*all as f64 + 1.0)).ln());
    let no = told().map(|(yes, all)| (1.0 - (*yes as f64 + 0.5) / (*all as f64 + 1.0)).ln());
    let range = |logs: &mut dyn Iterator<Item = f64>| {
        let (low, high) =
            logs.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), log| (low.min(log), high.max(log)));
        high - low
    };
    let (mut yes, mut no) = (yes, no);
    (told().count() > 1).then(|| range(&mut yes).max(range(&mut no)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn benefits(labels: &[u8], predictions: &[u8]) -> Vec<u64> {
        labels.iter().zip(predictions).map(|(y, p)| u64::from(p + 1 - y)).collect()
    }

    fn counted(benefits: &[u64]) -> Spread<3> {
        let mut counts = [0; 3];
        benefits.iter().for_each(|b| counts[*b as usize] += 1);
        counts
    }

    /// AIF360, `tests/test_classification_metric.py`.
    #[test]
    fn indices_are_those_of_aif360() {
        let labels = [1, 0, 0, 1, 0, 0, 1, 0, 1, 1];
        let predictions = [1, 0, 0, 0, 1, 1, 1, 0, 1, 0];
        let all = benefits(&labels, &predictions);
        assert!((entropy(&counted(&all), Index::Squared).unwrap() - 0.2).abs() < 1e-15);
        let theil = 4.0 * 2.0_f64.ln() / 10.0;
        assert!((entropy(&counted(&all), Index::Theil).unwrap() - theil).abs() < 1e-15);
        let other = benefits(&labels, &[0, 1, 1, 0, 0, 0, 0, 1, 1, 1]);
        assert!((entropy(&counted(&other), Index::Squared).unwrap() - 0.3).abs() < 1e-15);
        let groups = [counted(&all[..2]), counted(&all[2..6]), counted(&all[6..])];
        assert!((entropy_between(&groups, Index::Squared).unwrap() - 0.025).abs() < 1e-15);
    }

    #[test]
    fn nothing_to_share_is_undefined() {
        assert_eq!(entropy(&[3, 0, 0], Index::Squared), None);
        assert_eq!(entropy(&[0, 0, 0], Index::Theil), None);
        assert_eq!(entropy(&[0, 5, 0], Index::Theil), Some(0.0));
        assert_eq!(differential_fairness(&[(1, 2), (0, 0)]), None);
        assert_eq!(differential_fairness(&[(1, 2), (2, 4)]), Some(0.0));
    }

    proptest! {
        #[test]
        fn the_whole_is_between_and_within(groups in prop::collection::vec([0..9_u64, 0..9_u64, 0..9_u64], 1..6)) {
            for index in [Index::Squared, Index::Theil] {
                let Some(whole) = entropy(&total(&groups), index) else { continue };
                let (n, overall) = mean(&total(&groups)).unwrap();
                let within: f64 = groups.iter().filter_map(|counts| {
                    let (own, mean) = mean(counts)?;
                    let power = if index == Index::Squared { 2 } else { 1 };
                    Some(own / n * (mean / overall).powi(power) * entropy(counts, index)?)
                }).sum();
                // a group in which nobody has anything adds nothing within
                let between = entropy_between(&groups, index).unwrap();
                prop_assert!((whole - within - between).abs() < 1e-12, "{whole} {within} {between}");
            }
        }

        #[test]
        fn no_pair_differs_more(groups in prop::collection::vec((0..9_u64, 0..9_u64), 2..6)) {
            let groups: Vec<(u64, u64)> = groups.into_iter().map(|(yes, no)| (yes, yes + no)).collect();
            let Some(told) = differential_fairness(&groups) else { return Ok(()) };
            let rate = |(yes, all): (u64, u64)| (yes as f64 + 0.5) / (all as f64 + 1.0);
            let present: Vec<f64> = groups.iter().filter(|group| group.1 > 0).map(|group| rate(*group)).collect();
            let pairs = present.iter().flat_map(|a| present.iter().map(move |b| (*a, *b)));
            let worst = pairs
                .map(|(a, b)| (a / b).ln().abs().max(((1.0 - a) / (1.0 - b)).ln().abs()))
                .fold(0.0, f64::max);
            prop_assert!((told - worst).abs() < 1e-12);
        }
    }
}
