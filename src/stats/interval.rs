//! Confidence intervals of rates and means.

use statrs::distribution::{Continuous, ContinuousCDF, Normal, StudentsT};

use super::clusters::Clusters;
use super::ratio::Moments;
use crate::base::units::Estimate;

/// Above so many degrees of freedom Student's quantile comes from its expansion (error below 1e-10).
const MANY: f64 = 2_000.0;

/// Two-sided standard normal quantile: 1.96 at a confidence of 0.95. `None` unless 0 < confidence < 1.
pub fn normal_quantile(confidence: f64) -> Option<f64> {
    is_confidence(confidence).then(|| Normal::standard().inverse_cdf(f64::midpoint(1.0, confidence)))
}

/// Two-sided quantile of Student's t. `None` unless 0 < confidence < 1 and the degrees of freedom are positive.
///
/// Above 2,000 degrees of freedom the Cornish–Fisher expansion round the normal quantile is used
/// (Abramowitz & Stegun 26.7.5, three terms).
pub fn student_quantile(confidence: f64, freedom: f64) -> Option<f64> {
    let z = normal_quantile(confidence)?;
    if freedom.is_nan() || freedom <= 0.0 {
        return None;
    }
    if freedom <= MANY {
        let student = StudentsT::new(0.0, 1.0, freedom).ok()?;
        let probability = f64::midpoint(1.0, confidence);
        // two steps of Newton's method: the library's inverse is good to seven digits only
        let polish = |t: f64| t - (student.cdf(t) - probability) / student.pdf(t);
        return Some(polish(polish(student.inverse_cdf(probability))));
    }
    let square = z * z;
    let first = z * (square + 1.0) / 4.0;
    let second = z * ((5.0 * square + 16.0) * square + 3.0) / 96.0;
    let third = z * (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0;
    Some(z + (first + (second + third / freedom) / freedom) / freedom)
}

/// Wilson's score interval of a proportion (Wilson 1927).
///
/// With p = successes / n: (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n). Always within 0..1 and around p; the
/// lower end is exactly 0 without successes, the upper exactly 1 without failures. `None` where n is 0, where there
/// are more successes than n, or where not 0 < confidence < 1.
pub fn wilson(successes: u64, n: u64, confidence: f64) -> Option<(f64, f64)> {
    if n == 0 || successes > n {
        return None;
    }
    wilson_effective(successes as f64 / n as f64, n as f64, confidence)
}

/// Wilson's score interval of a rate known as precisely as by `n` independent trials; `n` need not be whole.
///
/// With clustered rows, n is the number of rows over the design effect (Dean & Pagano 2015). `None` where n is not
/// positive, the rate is outside 0..1, or not 0 < confidence < 1.
pub fn wilson_effective(rate: f64, n: f64, confidence: f64) -> Option<(f64, f64)> {
    let z = normal_quantile(confidence)?;
    if !(0.0..=1.0).contains(&rate) || n.is_nan() || n <= 0.0 {
        return None;
    }
    let share = z * z / n;
    let center = (rate + share / 2.0) / (1.0 + share);
    let half = (z / (1.0 + share)) * (rate * (1.0 - rate) / n + share / (4.0 * n)).sqrt();
    let low = if rate == 0.0 { 0.0 } else { (center - half).clamp(0.0, rate) };
    let high = if rate == 1.0 { 1.0 } else { (center + half).clamp(rate, 1.0) };
    Some((low, high))
}

/// Mean with Student's interval: mean ± t(n − 1) × s / √n, s² with n − 1.
///
/// No value: all `None`. One value: no interval. A value that is not finite: all `None`.
pub fn mean(values: &[f64], confidence: f64) -> Estimate {
    let n = values.len() as f64;
    let value = values.iter().sum::<f64>() / n;
    let square = values.iter().map(|x| (x - value).powi(2)).sum();
    around(value, square, n, n, confidence)
}

/// Mean over rows with an interval that allows for dependence within clusters.
///
/// m = Σ x / n over all rows; variance G / (G − 1) × Σ_c (Σ_{i∈c} (x_i − m))² / n² over G clusters, Student's t with
/// G − 1 degrees of freedom: the sandwich estimator with its usual small-sample factor. With one row per cluster it
/// is [`mean`]. One cluster: no interval.
pub fn clustered_mean(values: &[f64], clusters: &Clusters, confidence: f64) -> Estimate {
    let n = values.len() as f64;
    let value = values.iter().sum::<f64>() / n;
    let square = clusters.sums(values.iter().map(|x| x - value)).iter().map(|sum| sum * sum).sum();
    around(value, square, n, clusters.n as f64, confidence)
}

/// [`clustered_mean`] where clusters are given, else [`mean`].
pub fn mean_of(values: &[f64], clusters: Option<&Clusters>, confidence: f64) -> Estimate {
    match clusters {
        Some(clusters) => clustered_mean(values, clusters, confidence),
        None => mean(values, confidence),
    }
}

/// Standard error of the mean of `values`: s / √n, or the sandwich over clusters ([`clustered_mean`]). `None` for fewer
/// than two independent values, or one that is not finite.
pub fn standard_error(values: &[f64], clusters: Option<&Clusters>) -> Option<f64> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let (square, units) = match clusters {
        Some(clusters) => {
            (clusters.sums(values.iter().map(|x| x - mean)).iter().map(|sum| sum * sum).sum(), clusters.n as f64)
        }
        None => (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>(), n),
    };
    let moments = Moments { numerator: 0.0, denominator: n, nn: square, nd: 0.0, dd: 0.0, units };
    moments.error().filter(|error| error.is_finite())
}

/// `value` with Student's interval from the sum of squared deviations of `units` independent units.
fn around(value: f64, square: f64, n: f64, units: f64, confidence: f64) -> Estimate {
    if !value.is_finite() {
        return Estimate::default();
    }
    let moments = Moments { numerator: 0.0, denominator: n, nn: square, nd: 0.0, dd: 0.0, units };
    let half = moments.error().zip(student_quantile(confidence, units - 1.0)).map(|(error, t)| error * t);
    Estimate { value: Some(value), low: half.map(|half| value - half), high: half.map(|half| value + half) }
}

fn is_confidence(confidence: f64) -> bool {
    confidence > 0.0 && confidence < 1.0
}
