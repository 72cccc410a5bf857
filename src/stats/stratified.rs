//! Two groups compared within strata, and put together.

use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::rates::Rate;

/// What strata say together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stratified {
    /// Mantel–Haenszel ratio of the rates, first ÷ second.
    pub ratio: f64,
    /// Standard error of its logarithm (Greenland and Robins 1985); `None` where the ratio is 0.
    pub log_error: Option<f64>,
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
/// Strata without trials on either side say nothing and are left out. `None` where none is left, or where the second side
/// has no event in any.
pub fn mantel_haenszel(strata: &[(Rate, Rate)]) -> Option<Stratified> {
    let informative = strata.iter().filter(|(first, second)| first.n > 0.0 && second.n > 0.0);
    let mut sums = Sums::default();
    let mut n_strata = 0;
    for (first, second) in informative {
        sums.add(*first, *second);
        n_strata += 1;
    }
    let Sums { first, second, spread, weight, surplus, variance } = sums;
    if n_strata == 0 || second <= 0.0 {
        return None;
    }
    let chi_squared = ChiSquared::new(1.0).ok()?;
    Some(Stratified {
        ratio: first / second,
        log_error: (first > 0.0).then(|| (spread / (first * second)).sqrt()),
        difference: (first - second) / weight,
        p_equal: (variance > 0.0).then(|| chi_squared.sf(surplus * surplus / variance)),
        n_strata,
    })
}

#[derive(Default)]
struct Sums {
    /// Σ a n₂ / N and Σ b n₁ / N.
    first: f64,
    second: f64,
    /// Σ (n₁ n₂ m − a b N) / N², m = a + b.
    spread: f64,
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
        self.spread += (first.n * second.n * events - first.events * second.events * n) / (n * n);
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

    /// statsmodels 0.14 `StratifiedTable(…).riskratio_pooled`, `test_null_odds()`; the error by Greenland and Robins'
    /// formula in numpy.
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
        assert!((told.ratio - REFERENCE[0]).abs() < 1e-12, "{}", told.ratio);
        assert!((told.p_equal.unwrap() - REFERENCE[1]).abs() < 1e-12, "{:?}", told.p_equal);
        assert!((told.log_error.unwrap() - REFERENCE[2]).abs() < 1e-12, "{:?}", told.log_error);
        assert_eq!(mantel_haenszel(&[(rate(1.0, 5.0), rate(0.0, 7.0))]), None);
        assert_eq!(mantel_haenszel(&[]), None);
    }

    const REFERENCE: [f64; 3] = [0.565_789_473_684_210_5, 0.001_579_989_767_337_308_7, 0.185_043_578_842_907_79];
}
