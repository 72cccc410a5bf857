//! How far observed counts are from given shares.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ChiSquared, ContinuousCDF};

/// Outcomes at most this much likelier than the observed one count as equally likely: room for rounding.
const TOLERANCE: f64 = 1.0 + 1e-7;
/// Expected counts under this are too small for the χ² distribution (Cochran 1954).
const EXPECTED_MIN: f64 = 5.0;
/// More outcomes than this are not counted one by one.
const OUTCOMES_MAX: f64 = 500_000.0;
/// How far given shares may be from adding up to 1.
const SUM_TOLERANCE: f64 = 1e-9;

/// Divergences of observed shares p from given shares q, all 0 where they agree. Natural logarithms.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Divergence {
    /// Kullback–Leibler: Σ p ln(p / q), in nats; a share of 0 adds 0.
    pub kullback_leibler: f64,
    /// Jensen–Shannon distance: √(½ KL(p, m) + ½ KL(q, m)) with m = (p + q) / 2 (Endres & Schindelin 2003).
    pub jensen_shannon: f64,
    /// Total variation: ½ Σ |p − q|: so much would have to change places.
    pub total_variation: f64,
    /// L∞: the largest |p − q|.
    pub largest_difference: f64,
    /// Theil's T of p / q weighted by q, Σ p ln(p / q): the Kullback–Leibler divergence under another name.
    pub theil_t: f64,
    /// Theil's L of p / q weighted by q, Σ q ln(q / p); `None` where a class has no observations, as it is infinite.
    pub theil_l: Option<f64>,
    /// Atkinson's index with ε = 1: 1 − Π (p / q)^q, which is 1 − exp(−Theil's L); 1 where a class has no observations.
    pub atkinson: f64,
}

/// Divergences of the shares of `counts` from `shares`.
///
/// `None` without observations, where lengths differ, or where `shares` are not positive or do not add up to 1.
pub fn divergence(counts: &[u64], shares: &[f64]) -> Option<Divergence> {
    let total = valid_total(counts, shares)?;
    let pairs = || counts.iter().zip(shares).map(move |(count, q)| (*count as f64 / total, *q));
    let kullback_leibler = pairs().map(|(p, q)| relative(p, q)).sum::<f64>().max(0.0);
    let half = |(p, q): (f64, f64)| (relative(p, f64::midpoint(p, q)) + relative(q, f64::midpoint(p, q))) / 2.0;
    let theil_l = pairs().map(|(p, q)| relative(q, p)).sum::<f64>().max(0.0);
    Some(Divergence {
        kullback_leibler,
        jensen_shannon: pairs().map(half).sum::<f64>().max(0.0).sqrt(),
        total_variation: pairs().map(|(p, q)| (p - q).abs()).sum::<f64>() / 2.0,
        largest_difference: pairs().map(|(p, q)| (p - q).abs()).fold(0.0, f64::max),
        theil_t: kullback_leibler,
        theil_l: theil_l.is_finite().then_some(theil_l),
        atkinson: -(-theil_l).exp_m1(),
    })
}

/// A test of whether counts come from given shares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GoodnessOfFit {
    pub test: String,
    /// χ²; `None` for the exact test.
    pub statistic: Option<f64>,
    /// Degrees of freedom of χ².
    pub freedom: Option<u64>,
    pub p: f64,
}

/// Pearson's χ² test: χ² = Σ (count − n q)² / n q ÷ `design_effect`, with classes − 1 degrees of freedom.
///
/// The design effect is 1 for independent observations; for clustered ones it is the mean one of Rao & Scott (1981).
/// `None` where [`divergence`] is, for fewer than two classes or a design effect that is not positive.
pub fn chi_squared(counts: &[u64], shares: &[f64], design_effect: f64) -> Option<GoodnessOfFit> {
    let total = valid_total(counts, shares)?;
    let classes: Vec<(f64, f64)> = counts.iter().map(|count| *count as f64).zip(shares.iter().copied()).collect();
    pearson(&classes, total, design_effect, "chi-squared")
}

/// [`chi_squared`], or the exact multinomial test where an expected count is under 5.
///
/// Exact: Σ of the probabilities of all outcomes at most as likely as the observed one. Where these are too many to
/// count, or observations are clustered, classes with small expected counts are taken together instead. `None` where
/// [`chi_squared`] is, or where taking together leaves one class.
pub fn goodness_of_fit(counts: &[u64], shares: &[f64], design_effect: f64) -> Option<GoodnessOfFit> {
    let total = valid_total(counts, shares).filter(|_| design_effect.is_finite() && design_effect > 0.0)?;
    let is_clustered = (design_effect - 1.0).abs() > f64::EPSILON;
    let is_small = shares.iter().any(|q| total * q < EXPECTED_MIN);
    if is_small && !is_clustered && counts.len() > 1 && n_outcomes(total, counts.len()) <= OUTCOMES_MAX {
        let p = exact(counts, shares);
        return Some(GoodnessOfFit { test: "exact multinomial".to_owned(), statistic: None, freedom: None, p });
    }
    let classes = pooled(counts, shares, total);
    let test = if is_clustered { "chi-squared, clustered" } else { "chi-squared" };
    let pooled = if classes.len() < counts.len() { ", small classes together" } else { "" };
    pearson(&classes, total, design_effect, &format!("{test}{pooled}"))
}

fn pearson(classes: &[(f64, f64)], total: f64, design_effect: f64, test: &str) -> Option<GoodnessOfFit> {
    let freedom = classes.len().checked_sub(1).filter(|freedom| *freedom > 0)?;
    if !(design_effect > 0.0 && design_effect.is_finite()) {
        return None;
    }
    let square = |(count, q): &(f64, f64)| (count - total * q).powi(2) / (total * q);
    let statistic = classes.iter().map(square).sum::<f64>() / design_effect;
    let p = ChiSquared::new(freedom as f64).ok()?.sf(statistic);
    let (test, freedom) = (test.to_owned(), Some(freedom as u64));
    Some(GoodnessOfFit { test, statistic: Some(statistic), freedom, p })
}

/// The number of observations, where counts and shares fit together.
fn valid_total(counts: &[u64], shares: &[f64]) -> Option<f64> {
    let total: u64 = counts.iter().sum();
    let is_valid = counts.len() == shares.len()
        && shares.iter().all(|q| *q > 0.0)
        && (shares.iter().sum::<f64>() - 1.0).abs() < SUM_TOLERANCE;
    (total > 0 && is_valid).then_some(total as f64)
}

/// p ln(p / q); 0 where p is.
fn relative(p: f64, q: f64) -> f64 {
    if p == 0.0 { 0.0 } else { p * (p / q).ln() }
}

/// Ways to put n observations into classes: (n + classes − 1) over (classes − 1).
fn n_outcomes(n: f64, n_classes: usize) -> f64 {
    (1..n_classes).map(|i| (n + i as f64) / i as f64).product()
}

/// Counts and shares with the classes of small expected counts as one, enlarged by the next smallest until it is none.
fn pooled(counts: &[u64], shares: &[f64], total: f64) -> Vec<(f64, f64)> {
    let mut classes: Vec<(f64, f64)> = counts.iter().map(|count| *count as f64).zip(shares.iter().copied()).collect();
    classes.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut together = (0.0, 0.0);
    let mut n_pooled = 0;
    for (count, q) in &classes {
        let is_enough = n_pooled == 0 || total * together.1 >= EXPECTED_MIN;
        if total * q >= EXPECTED_MIN && is_enough {
            break;
        }
        together = (together.0 + count, together.1 + q);
        n_pooled += 1;
    }
    let rest = classes.split_off(n_pooled);
    (n_pooled > 0).then_some(together).into_iter().chain(rest).collect()
}

/// p of the exact multinomial test.
fn exact(counts: &[u64], shares: &[f64]) -> f64 {
    let n: u64 = counts.iter().sum();
    let mut log_factorial = vec![0.0];
    for i in 1..=n {
        log_factorial.push(log_factorial[i as usize - 1] + (i as f64).ln());
    }
    let log_shares: Vec<f64> = shares.iter().map(|q| q.ln()).collect();
    let term = |class: usize, count: u64| count as f64 * log_shares[class] - log_factorial[count as usize];
    let begin = log_factorial[n as usize];
    let observed = begin + counts.iter().enumerate().map(|(class, count)| term(class, *count)).sum::<f64>();
    let limit = observed + TOLERANCE.ln();
    let mut p = 0.0;
    walk(&term, shares.len(), 0, n, begin, &mut |likelihood| {
        if likelihood <= limit {
            p += likelihood.exp();
        }
    });
    p.min(1.0)
}

/// Visits the logarithm of the probability of every outcome.
fn walk(
    term: &impl Fn(usize, u64) -> f64,
    n_classes: usize,
    class: usize,
    left: u64,
    likelihood: f64,
    visit: &mut impl FnMut(f64),
) {
    if class + 1 == n_classes {
        return visit(likelihood + term(class, left));
    }
    for count in 0..=left {
        walk(term, n_classes, class + 1, left - count, likelihood + term(class, count), visit);
    }
}

#[cfg(test)]
mod tests {
    use super::{divergence, exact, goodness_of_fit, pooled};

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} is not {b}");
    }

    #[test]
    fn two_classes_are_the_exact_binomial_test() {
        // 1 of 4 at a third: 32/81 + 8/81 (3) + 1/81 (4) + 16/81 (0); 2 of 4 has 24/81
        close(exact(&[1, 3], &[1.0 / 3.0, 2.0 / 3.0]), 1.0);
        close(exact(&[2, 2], &[1.0 / 3.0, 2.0 / 3.0]), (24.0 + 16.0 + 8.0 + 1.0) / 81.0);
        close(exact(&[4, 0], &[1.0 / 3.0, 2.0 / 3.0]), 1.0 / 81.0);
        let test = goodness_of_fit(&[4, 0], &[1.0 / 3.0, 2.0 / 3.0], 1.0).unwrap();
        assert_eq!((&test.test[..], test.statistic), ("exact multinomial", None));
    }

    #[test]
    fn small_classes_are_taken_together_where_outcomes_are_too_many() {
        let shares = [0.001, 0.003, 0.396, 0.6];
        assert_eq!(pooled(&[9, 0, 391, 600], &shares, 1000.0), [(400.0, 0.4), (600.0, 0.6)]);
        let test = goodness_of_fit(&[9, 0, 391, 600], &shares, 1.0).unwrap();
        assert_eq!((&test.test[..], test.freedom, test.p), ("chi-squared, small classes together", Some(1), 1.0));
        assert_eq!(pooled(&[300, 700], &[0.4, 0.6], 1000.0).len(), 2);
    }

    #[test]
    fn twice_the_rows_of_clusters_of_two_say_no_more() {
        let once = goodness_of_fit(&[40, 60], &[0.5, 0.5], 1.0).unwrap();
        let twice = goodness_of_fit(&[80, 120], &[0.5, 0.5], 2.0).unwrap();
        close(once.p, twice.p);
        assert_eq!(twice.test, "chi-squared, clustered");
    }

    #[test]
    fn an_empty_class_leaves_theils_l_undefined() {
        let told = divergence(&[0, 10], &[0.5, 0.5]).unwrap();
        assert_eq!((told.theil_l, told.atkinson, told.total_variation), (None, 1.0, 0.5));
        close(told.kullback_leibler, 2f64.ln());
    }

    #[test]
    fn what_does_not_fit_together_is_undefined() {
        for (counts, shares) in
            [(&[][..], &[][..]), (&[0, 0], &[0.5, 0.5]), (&[1, 1], &[0.5, 0.4]), (&[1, 1], &[1.0, 0.0])]
        {
            assert_eq!(divergence(counts, shares), None);
            assert_eq!(goodness_of_fit(counts, shares, 1.0), None);
        }
        assert_eq!(goodness_of_fit(&[1, 1], &[0.5, 0.5], f64::NAN), None);
        assert_eq!(goodness_of_fit(&[7], &[1.0], 1.0), None);
    }
}
