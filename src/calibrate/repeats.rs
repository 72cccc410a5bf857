//! How far figures depend on the deal of the folds.

use super::Validation;
use super::validation::CONFIDENCE;
use crate::base::units::Estimate;
use crate::stats::interval::student_quantile;

/// Widens the intervals of `first` by how far the same figures of further deals are apart: with s the standard deviation
/// over all m deals and t of m − 1 degrees of freedom, each half-width h becomes √(h² + (t s)²). An interval that was not
/// known stays so; one deal leaves everything as it is.
pub fn widen(first: &Validation, others: &[Validation]) -> Validation {
    let wide = |get: fn(&Validation) -> Estimate| {
        let values: Option<Vec<f64>> = [first].into_iter().chain(others).map(|of_deal| get(of_deal).value).collect();
        around(get(first), values.and_then(|values| reach(&values)))
    };
    let within = |get: fn(&Validation) -> Estimate| {
        let Estimate { value, low, high } = wide(get);
        Estimate { value, low: low.map(|low| low.max(0.0)), high: high.map(|high| high.min(1.0)) }
    };
    Validation {
        auc: within(|of| of.auc),
        average_precision: within(|of| of.average_precision),
        brier: within(|of| of.brier),
        log_loss: wide(|of| of.log_loss),
        ece: within(|of| of.ece),
        calibration_slope: wide(|of| of.calibration_slope),
        calibration_intercept: wide(|of| of.calibration_intercept),
        ..first.clone()
    }
}

/// t × s of the values; `None` for fewer than two.
fn reach(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let square: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some(student_quantile(CONFIDENCE, n - 1.0)? * (square / (n - 1.0)).sqrt())
}

fn around(estimate: Estimate, reach: Option<f64>) -> Estimate {
    let Some((value, reach)) = estimate.value.zip(reach) else { return estimate };
    let half = |end: f64| (end - value).hypot(reach);
    Estimate {
        low: estimate.low.map(|low| value - half(low)),
        high: estimate.high.map(|high| value + half(high)),
        ..estimate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deals_that_differ_widen_and_one_deal_does_not() {
        let of = |value: f64| Validation {
            auc: Estimate { value: Some(value), low: Some(value - 0.03), high: Some(value + 0.04) },
            ..Validation::default()
        };
        assert_eq!(widen(&of(0.8), &[]), of(0.8));
        let wide = widen(&of(0.8), &[of(0.82), of(0.78)]).auc;
        // s = 0.02, t of two degrees of freedom = 4.3027
        let reach: f64 = 0.02 * 4.302_652_729_7;
        assert!((wide.low.unwrap() - (0.8 - reach.hypot(0.03))).abs() < 1e-9);
        assert!((wide.high.unwrap() - (0.8 + reach.hypot(0.04))).abs() < 1e-9);
    }
}
