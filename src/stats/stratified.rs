//! Two groups compared within strata, and put together.

use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::rates::{Rate, inverted, ratio_distance, standardized};

/// What strata say together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stratified {
    /// Mantel–Haenszel ratio of the rates, first ÷ second; `None` where the second has no event in any stratum.
    pub ratio: Option<f64>,
    /// Mantel–Haenszel difference of the rates, first − second.
    pub difference: f64,
    /// p of "the rates are the same in every stratum" (Cochran 1954; Mantel and Haenszel 1959), without continuity
    /// correction; `None` where nothing varies.
    pub p_equal: Option<f64>,
    /// Strata in which both sides have trials.
    pub n_strata: usize,
}

/// Mantel–Haenszel ratio Σ a n₂/N ÷ Σ b n₁/N of the rates a/n₁ and b/n₂ over strata of N = n₁ + n₂ trials, with the
/// Cochran–Mantel–Haenszel test of equality.
///
/// Strata without trials on either side say nothing and are left out. `None` where none is left.
pub fn mantel_haenszel(strata: &[(Rate, Rate)]) -> Option<Stratified> {
    let informative = strata.iter().filter(|(first, second)| first.n > 0.0 && second.n > 0.0);
    let mut sums = Sums::default();
    let mut n_strata = 0;
    for (first, second) in informative {
        sums.add(*first, *second);
        n_strata += 1;
    }
    let Sums { first, second, weight, surplus, variance } = sums;
    if n_strata == 0 {
        return None;
    }
    let chi_squared = ChiSquared::new(1.0).ok()?;
    Some(Stratified {
        ratio: (second > 0.0).then(|| first / second),
        difference: (first - second) / weight,
        p_equal: (variance > 0.0).then(|| chi_squared.sf(surplus * surplus / variance)),
        n_strata,
    })
}

/// The score statistic of "the ratio of the rates is `ratio` in every stratum": standard normal where that is so, below 0
/// where the rates say that it is smaller (Gart and Nam 1988, with the weights of Mantel and Haenszel).
///
/// z = Σ w (p̂₁ − θp̂₂) / √Σ w² V, w = n₁n₂/N, V the variance of [`super::rates::ratio_score`] in the stratum; of a single
/// stratum it is that statistic. `None` where no stratum with trials on both sides has an event.
pub fn stratified_score(strata: &[(Rate, Rate)], ratio: f64) -> Option<f64> {
    let informative = strata.iter().filter(|(first, second)| first.n > 0.0 && second.n > 0.0);
    let mut sums = None;
    for (first, second) in informative {
        let Some((distance, variance)) = ratio_distance(*first, *second, ratio) else { continue };
        let weight = first.n * second.n / (first.n + second.n);
        let (far, spread) = sums.unwrap_or((0.0, 0.0));
        sums = Some((far + weight * distance, spread + weight * weight * variance));
    }
    sums.and_then(|(distance, variance)| standardized(distance, variance))
}

/// The ratios that [`stratified_score`] does not reject at `confidence`, two-sided: the lower end is 0 where the first side
/// has no event, the upper `None` (infinite) where the second has none. `None` where the statistic is.
pub fn stratified_interval(strata: &[(Rate, Rate)], confidence: f64) -> Option<(f64, Option<f64>)> {
    stratified_score(strata, 1.0)?;
    let informative = || strata.iter().filter(|(first, second)| first.n > 0.0 && second.n > 0.0);
    let first = informative().any(|(first, _)| first.events > 0.0);
    let second = informative().any(|(_, second)| second.events > 0.0);
    inverted(|ratio| stratified_score(strata, ratio), (first, second), confidence)
}

#[derive(Default)]
struct Sums {
    /// Σ a n₂ / N and Σ b n₁ / N.
    first: f64,
    second: f64,
    /// Σ n₁ n₂ / N.
    weight: f64,
    /// Σ (a − its expectation).
    surplus: f64,
    /// Σ of the hypergeometric variances of a.
    variance: f64,
}

impl Sums {
    fn add(&mut self, first: Rate, second: Rate) {
        let n = first.n + second.n;
        let events = first.events + second.events;
        self.first += first.events * second.n / n;
        self.second += second.events * first.n / n;
        self.weight += first.n * second.n / n;
        self.surplus += first.events - first.n * events / n;
        if n > 1.0 {
            self.variance += first.n * second.n * events * (n - events) / (n * n * (n - 1.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::rates::{ratio_interval, ratio_score};

    /// statsmodels 0.14 `StratifiedTable(…).riskratio_pooled`, `test_null_odds()`.
    #[test]
    fn it_is_that_of_statsmodels() {
        let rate = |events: f64, n: f64| Rate { events, n };
        let strata = [
            (rate(10.0, 40.0), rate(30.0, 60.0)),
            (rate(25.0, 80.0), rate(20.0, 40.0)),
            (rate(1.0, 5.0), rate(0.0, 0.0)),
        ];
        let told = mantel_haenszel(&strata).unwrap();
        assert_eq!(told.n_strata, 2);
        assert!((told.ratio.unwrap() - REFERENCE[0]).abs() < 1e-12, "{:?}", told.ratio);
        assert!((told.p_equal.unwrap() - REFERENCE[1]).abs() < 1e-12, "{:?}", told.p_equal);
        assert_eq!(mantel_haenszel(&[(rate(1.0, 5.0), rate(0.0, 7.0))]).unwrap().ratio, None);
        assert_eq!(mantel_haenszel(&[]), None);
    }

    const REFERENCE: [f64; 2] = [0.565_789_473_684_210_5, 0.001_579_989_767_337_308_7];

    #[test]
    fn one_stratum_is_koopman_and_none_of_many_is_evidence() {
        let rate = |events: f64, n: f64| Rate { events, n };
        let one = [(rate(10.0, 40.0), rate(30.0, 60.0))];
        let (low, high) = ratio_interval(one[0].0, one[0].1, 0.9).unwrap();
        assert!((stratified_score(&one, 0.8).unwrap() - ratio_score(one[0].0, one[0].1, 0.8).unwrap()).abs() < 1e-12);
        let (low_here, high_here) = stratified_interval(&one, 0.9).unwrap();
        assert!((low - low_here).abs() < 1e-9 && (high.unwrap() - high_here.unwrap()).abs() < 1e-9);
        let none = [(rate(0.0, 500.0), rate(250.0, 500.0)), (rate(0.0, 300.0), rate(90.0, 300.0))];
        assert!(stratified_score(&none, 0.8).unwrap() < -10.0);
        assert!(stratified_interval(&none, 0.9).unwrap().1.unwrap() < 0.1);
        let turned = none.map(|(first, second)| (second, first));
        assert!(stratified_score(&turned, 1.25).unwrap() > 10.0);
        let (low, high) = stratified_interval(&turned, 0.9).unwrap();
        assert!(low > 10.0 && high.is_none());
        assert!(mantel_haenszel(&turned).unwrap().p_equal.unwrap() < 1e-9);
        assert_eq!(stratified_score(&[(rate(0.0, 5.0), rate(0.0, 5.0))], 1.0), None);
    }
}
