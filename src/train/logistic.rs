//! Ridge logistic regression by linfa.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2};

use crate::base::{Error, Result};

/// The gradient of the mean loss at which a fit counts as converged. linfa sums losses, so its tolerance grows with
/// the rows; at 1e-6 a row the loss is within 1e-8 of its minimum for any penalty that we try.
const TOLERANCE_PER_ROW: f64 = 1e-6;
const ITERATIONS_MAX: u64 = 500;

/// Weights, one per column, the intercept last, that minimize Σ log loss + penalty / 2 × |weights without intercept|².
///
/// `start` are weights to begin from. A fit that ends where it began because the line search finds nothing better
/// counts as converged.
pub(super) fn fit(x: &Array2<f64>, y: &[bool], penalty: f64, start: Option<&[f64]>) -> Result<Vec<f64>> {
    let targets = Array1::from_iter(y.iter().copied());
    let dataset = DatasetBase::new(x.view(), targets);
    let params = LogisticRegression::default()
        .alpha(penalty)
        .max_iterations(ITERATIONS_MAX)
        .gradient_tolerance(TOLERANCE_PER_ROW * y.len().max(1) as f64);
    let warm = start.map(|start| params.clone().initial_params(Array1::from_iter(start.iter().copied())));
    let is_warm = warm.is_some();
    let fitted = match warm.unwrap_or_else(|| params.clone()).fit(&dataset) {
        Err(_) if is_warm => params.fit(&dataset),
        fitted => fitted,
    }
    .map_err(|error| Error::new(format!("the logistic regression could not be fitted: {error}")))?;
    // linfa calls the more frequent class positive
    let sign = if fitted.labels().pos.class { 1.0 } else { -1.0 };
    Ok(fitted.params().iter().copied().chain([fitted.intercept()]).map(|weight| sign * weight).collect())
}
