//! Two independent rates beside one another: score tests of their ratio and difference, and the intervals that invert
//! them.

use super::interval::normal_quantile;
use super::root::decreasing;

/// Events among trials. Both may be fractions where rows are clustered: an effective number of trials at the same rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    pub events: f64,
    pub n: f64,
}

impl Rate {
    /// Events ÷ trials; `None` without trials.
    pub fn value(self) -> Option<f64> {
        (self.n > 0.0).then(|| self.events / self.n)
    }
}

/// Koopman's score statistic of "first rate ÷ second rate = `ratio`": standard normal where that is so, below 0 where the
/// rates say that the ratio is smaller (Koopman 1984).
///
/// z = (p̂₁ − θp̂₂) / √(p̃₁(1 − p̃₁)/n₁ + θ²p̃₂(1 − p̃₂)/n₂), p̃ the maximum likelihood rates with p̃₁ = θp̃₂. `None` where a
/// rate has no trials, the ratio is not positive and finite, or neither has an event: then every ratio is as likely.
pub fn ratio_score(first: Rate, second: Rate, ratio: f64) -> Option<f64> {
    let (distance, variance) = ratio_distance(first, second, ratio)?;
    standardized(distance, variance)
}

/// p̂₁ − θp̂₂ and its variance, as in [`ratio_score`].
pub(super) fn ratio_distance(first: Rate, second: Rate, ratio: f64) -> Option<(f64, f64)> {
    let (one, two) = (first.value()?, second.value()?);
    if !(ratio > 0.0 && ratio.is_finite()) || first.events + second.events <= 0.0 {
        return None;
    }
    let b = first.n * ratio + first.events + second.n + second.events * ratio;
    let a = (first.n + second.n) * ratio;
    let c = first.events + second.events;
    // the smaller root of a p² − b p + c, in the form that does not cancel
    let second_rate = (2.0 * c / (b + (b * b - 4.0 * a * c).max(0.0).sqrt())).min(1.0);
    let first_rate = (ratio * second_rate).min(1.0);
    let variance =
        first_rate * (1.0 - first_rate) / first.n + ratio * ratio * second_rate * (1.0 - second_rate) / second.n;
    Some((one - ratio * two, variance))
}

/// Interval of first rate ÷ second rate: the ratios that [`ratio_score`] does not reject at `confidence`, two-sided.
///
/// The lower end is 0 where the first has no event; the upper is `None` (infinite) where the second has none. `None`
/// where neither has one or a rate has no trials.
pub fn ratio_interval(first: Rate, second: Rate, confidence: f64) -> Option<(f64, Option<f64>)> {
    ratio_score(first, second, 1.0)?;
    let score = |ratio: f64| ratio_score(first, second, ratio);
    inverted(score, (first.events > 0.0, second.events > 0.0), confidence)
}

/// The ratios that a statistic does not reject, where each side has events or not.
pub(super) fn inverted(
    score: impl Fn(f64) -> Option<f64>,
    (first, second): (bool, bool),
    confidence: f64,
) -> Option<(f64, Option<f64>)> {
    let z = normal_quantile(confidence)?;
    let score = |log: f64| score(log.exp()).unwrap_or(0.0);
    let low = if first { decreasing(score, z, (-60.0, 60.0)).exp() } else { 0.0 };
    let high = second.then(|| decreasing(score, -z, (-60.0, 60.0)).exp());
    Some((low, high))
}

/// Miettinen and Nurminen's score statistic of "first rate − second rate = `difference`" (Miettinen and Nurminen 1985).
///
/// z = (p̂₁ − p̂₂ − δ) / √((p̃₁(1 − p̃₁)/n₁ + p̃₂(1 − p̃₂)/n₂) N/(N − 1)), p̃ the maximum likelihood rates with
/// p̃₁ − p̃₂ = δ, in the closed form of Farrington and Manning (1990). `None` where a rate has no trials, there is one
/// trial or less in all, or not −1 < δ < 1.
pub fn difference_score(first: Rate, second: Rate, difference: f64) -> Option<f64> {
    let (one, two) = (first.value()?, second.value()?);
    let n = first.n + second.n;
    if !(difference > -1.0 && difference < 1.0) || n <= 1.0 {
        return None;
    }
    let (first_rate, second_rate) = restricted(first.n, second.n, one, two, difference);
    let variance = first_rate * (1.0 - first_rate) / first.n + second_rate * (1.0 - second_rate) / second.n;
    standardized(one - two - difference, variance * n / (n - 1.0))
}

/// Interval of first rate − second rate: the differences that [`difference_score`] does not reject at `confidence`,
/// two-sided. `None` where the statistic is.
pub fn difference_interval(first: Rate, second: Rate, confidence: f64) -> Option<(f64, f64)> {
    let z = normal_quantile(confidence)?;
    difference_score(first, second, 0.0)?;
    let score = |difference: f64| difference_score(first, second, difference).unwrap_or(0.0);
    let edge = 1.0 - 1e-12;
    Some((decreasing(score, z, (-edge, edge)), decreasing(score, -z, (-edge, edge))))
}

/// Maximum likelihood rates with a given difference.
fn restricted(n_first: f64, n_second: f64, one: f64, two: f64, difference: f64) -> (f64, f64) {
    let share = n_second / n_first;
    let a = 1.0 + share;
    let b = -(1.0 + share + one + share * two + difference * (share + 2.0));
    let c = difference * difference + difference * (2.0 * one + share + 1.0) + one + share * two;
    let d = -one * difference * (1.0 + difference);
    let center = b / (3.0 * a);
    let v = center.powi(3) - b * c / (6.0 * a * a) + d / (2.0 * a);
    let u = (center * center - c / (3.0 * a)).max(0.0).sqrt().copysign(v);
    let cosine = if u == 0.0 { 0.0 } else { (v / u.powi(3)).clamp(-1.0, 1.0) };
    let angle = (std::f64::consts::PI + cosine.acos()) / 3.0;
    let first = (2.0 * u * angle.cos() - center).clamp(difference.max(0.0), (1.0 + difference).min(1.0));
    (first, (first - difference).clamp(0.0, 1.0))
}

pub(super) fn standardized(distance: f64, variance: f64) -> Option<f64> {
    if variance > 0.0 {
        return Some(distance / variance.sqrt());
    }
    Some(if distance.abs() < 1e-12 { 0.0 } else { f64::INFINITY.copysign(distance) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Rate = Rate { events: 15.0, n: 50.0 };
    const B: Rate = Rate { events: 41.0, n: 68.0 };

    fn close(told: f64, expected: f64) {
        assert!((told - expected).abs() < 1e-6, "{told} is not {expected}");
    }

    /// Ratios: statsmodels 0.14 `confint_proportions_2indep(…, compare="ratio", method="score", correction=False)`.
    /// Differences: roots of the statistic with the likelihood maximized numerically by scipy (statsmodels' own search
    /// fails here).
    #[test]
    fn intervals_are_those_of_peers() {
        let rare = (Rate { events: 2.0, n: 23.0 }, Rate { events: 349.0, n: 1488.0 });
        let (low, high) = difference_interval(A, B, 0.95).unwrap();
        close(low, -0.462_873_80);
        close(high, -0.121_696_96);
        let (low, high) = difference_interval(rare.0, rare.1, 0.95).unwrap();
        close(low, -0.215_805_66);
        close(high, 0.034_416_82);
        let (low, high) = ratio_interval(A, B, 0.95).unwrap();
        close(low, 0.306_297_30);
        close(high.unwrap(), 0.769_868_44);
        let (low, high) = ratio_interval(rare.0, rare.1, 0.95).unwrap();
        close(low, 0.102_834_34);
        close(high.unwrap(), 1.147_654_86);
    }

    #[test]
    fn ends_of_intervals_are_where_tests_reject() {
        let z = normal_quantile(0.9).unwrap();
        for (a, b) in [(A, B), (Rate { events: 2.0, n: 23.0 }, Rate { events: 349.0, n: 1488.0 })] {
            let (low, high) = ratio_interval(a, b, 0.9).unwrap();
            close(ratio_score(a, b, low).unwrap(), z);
            close(ratio_score(a, b, high.unwrap()).unwrap(), -z);
            let (low, high) = difference_interval(a, b, 0.9).unwrap();
            close(difference_score(a, b, low).unwrap(), z);
            close(difference_score(a, b, high).unwrap(), -z);
        }
    }

    #[test]
    fn no_events_have_no_lower_end_and_give_no_upper_one() {
        let none = Rate { events: 0.0, n: 20.0 };
        assert_eq!(ratio_interval(none, none, 0.95), None);
        assert_eq!(ratio_interval(none, A, 0.95).unwrap().0, 0.0);
        assert_eq!(ratio_interval(A, none, 0.95).unwrap().1, None);
        assert_eq!(ratio_score(Rate { events: 0.0, n: 0.0 }, A, 1.0), None);
        let all = Rate { events: 20.0, n: 20.0 };
        let (low, high) = ratio_interval(all, all, 0.95).unwrap();
        assert!(low < 1.0 && high.unwrap() > 1.0);
        let (low, high) = difference_interval(none, all, 0.95).unwrap();
        assert!(low > -1.0 && high < 0.0, "{low} {high}");
    }

    #[test]
    fn which_rate_comes_first_only_turns_the_sign() {
        close(ratio_score(A, B, 0.8).unwrap(), -ratio_score(B, A, 1.25).unwrap());
        close(difference_score(A, B, -0.1).unwrap(), -difference_score(B, A, 0.1).unwrap());
    }
}
