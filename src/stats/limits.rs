//! Whether a figure lies within limits.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use super::interval::student_quantile;
use super::rates::{Rate, ratio_score};
use super::root::decreasing;

/// p of "the figure lies between two limits", from its test statistic at each limit: standard normal where the figure
/// equals the limit (Student's with `freedom` degrees of freedom where given), below 0 where it says "less".
///
/// p = F(−z) + F(−z − d): z is how far the figure lies beyond the nearer limit (negative inside), d how far the limits are
/// apart, both in standard errors. It is the chance, at the nearer limit, of a figure as far outside on either side: the
/// one-sided p of that limit where limits are wide, the two-sided p where they are one and the same. At most 1. A test
/// that rejects at p ≤ α errs in at most a share α wherever within the limits the truth lies.
pub fn outside(at_low: f64, at_high: f64, freedom: Option<f64>) -> f64 {
    let beyond = (-at_low).max(at_high);
    let apart = (at_low - at_high).max(0.0);
    (tail(beyond, freedom) + tail(beyond + apart, freedom)).min(1.0)
}

/// Chance of a standard normal, or Student's, value above `z`.
pub fn tail(z: f64, freedom: Option<f64>) -> f64 {
    let student = freedom.filter(|freedom| *freedom < 1e6).and_then(|freedom| StudentsT::new(0.0, 1.0, freedom).ok());
    match student {
        Some(student) => student.sf(z),
        None => Normal::standard().sf(z),
    }
}

/// The confidence at which a normal interval is as wide as Student's is at `confidence`; that itself without `freedom`.
pub fn as_normal(confidence: f64, freedom: Option<f64>) -> f64 {
    let student = freedom.filter(|freedom| *freedom < 1e6).and_then(|freedom| student_quantile(confidence, freedom));
    student.map_or(confidence, |quantile| 1.0 - 2.0 * tail(quantile, None))
}

/// The ratios of a first rate to a second one nearest to the limits that [`outside`] would find beyond them with the chance
/// `power` at a `level`, had the rates so many trials and the second one this value: below the low limit and above the high
/// one. `None` where no ratio would be found.
///
/// By the score statistic of the expected events (its spread taken as 1).
pub fn detectable(first_n: f64, second: Rate, limits: (f64, f64), level: f64, power: f64) -> [Option<f64>; 2] {
    let Some(rate) = second.value().filter(|rate| *rate > 0.0 && first_n > 0.0) else { return [None; 2] };
    let quantile = |p: f64| Normal::standard().inverse_cdf(p);
    let needed = quantile(1.0 - level) + quantile(power);
    let score = |ratio: f64, limit: f64| {
        ratio_score(Rate { events: ratio * rate * first_n, n: first_n }, second, limit).unwrap_or(0.0)
    };
    let highest = 1.0 / rate;
    let below = |ratio: f64| -score(ratio, limits.0);
    let above = |ratio: f64| -score(ratio, limits.1);
    let low = (limits.0 > 0.0 && below(0.0) >= needed).then(|| decreasing(below, needed, (0.0, limits.0)));
    let is_high = limits.1.is_finite() && highest > limits.1 && above(highest) <= -needed;
    let high = is_high.then(|| decreasing(above, -needed, (limits.1, highest)));
    [low, high]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_limits_are_tested_one_sided_and_equal_ones_two_sided() {
        let one_sided = tail(2.0, None);
        assert!((outside(-2.0, -60.0, None) - one_sided).abs() < 1e-15);
        assert!((outside(60.0, 2.0, None) - one_sided).abs() < 1e-15);
        assert!((outside(-2.0, -2.0, None) - 2.0 * one_sided).abs() < 1e-15);
        assert!(outside(3.0, -3.0, None) > 0.99);
        // scipy.stats.t.sf(2, 5)
        assert!((tail(2.0, Some(5.0)) - 0.050_969_739_414_929_1).abs() < 1e-9);
    }

    #[test]
    fn what_is_detectable_is_rejected_where_it_is_expected() {
        let reference = Rate { events: 200.0, n: 1000.0 };
        let [low, high] = detectable(500.0, reference, (0.8, 1.25), 0.05, 0.8);
        let (low, high) = (low.unwrap(), high.unwrap());
        assert!(low < 0.8 && high > 1.25);
        let z =
            |ratio: f64, limit: f64| ratio_score(Rate { events: ratio * 100.0, n: 500.0 }, reference, limit).unwrap();
        assert!((z(low, 0.8) + 1.644_853_6 + 0.841_621_2).abs() < 1e-6);
        assert!((z(high, 1.25) - 1.644_853_6 - 0.841_621_2).abs() < 1e-6);
        assert_eq!(detectable(4.0, reference, (0.8, 1.25), 0.05, 0.8)[0], None);
        assert_eq!(detectable(4.0, Rate { events: 0.0, n: 9.0 }, (0.8, 1.25), 0.05, 0.8), [None; 2]);
    }
}
