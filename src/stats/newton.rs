//! Logistic regression on a few columns by Newton's method with backtracking (Lin, Lin & Weng 2007).

use std::ops::Range;

use rayon::prelude::*;

use super::sum::blocks;

const ITERATIONS_MAX: usize = 100;
/// Converged when Newton's decrement (twice the expected gain in log likelihood) is below this, per row.
const GAIN: f64 = 1e-20;
/// A gain that is a smaller share of the loss is lost in its rounding: no comparison of losses can confirm the step.
const CONFIRMABLE: f64 = 1e-14;
/// Smallest share of a step that backtracking tries.
const STEP_MIN: f64 = 1e-10;
/// A column of which less than this share is its own is taken as a sum of the others.
const OWN_MIN: f64 = 1e-14;

/// Where the search ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Minimum<const K: usize> {
    /// One weight per column.
    pub at: [f64; K],
    /// Second derivatives of the loss there, the information: the lower triangle, zeros above it.
    pub hessian: [[f64; K]; K],
    pub converged: bool,
    pub iterations: usize,
}

/// Minimizes Σ ln(1 + e^z) − target × z over rows, z = Σ weight × column, for targets in 0..1.
///
/// `row` gives a row's columns; an intercept is a column of ones. Columns are best standardized. Does not converge where
/// one column is a sum of the others, nor where targets of 0 and 1 are separated.
pub fn logistic_fit<const K: usize>(
    start: [f64; K],
    targets: &[f64],
    row: impl Fn(usize) -> [f64; K] + Sync,
) -> Minimum<K> {
    let evaluate = |at: [f64; K]| Point::sum(targets, &row, at);
    let (mut at, mut point) = (start, evaluate(start));
    let (mut converged, mut iterations) = (false, 0);
    while iterations < ITERATIONS_MAX {
        let Some(step) = solve(&point.hessian, point.gradient) else { break };
        let gain = dot(step, point.gradient);
        if gain <= GAIN * targets.len() as f64 {
            converged = true;
            break;
        }
        iterations += 1;
        if gain <= CONFIRMABLE * point.loss {
            // so near the minimum a whole step squares what is missing; backtracking would only look at rounding
            at = std::array::from_fn(|k| at[k] - step[k]);
            point = evaluate(at);
            converged = true;
            break;
        }
        let Some((next, better)) = backtrack(at, step, gain, point.loss, evaluate) else {
            // no smaller loss can be represented: at the minimum, unless the gain is large
            converged = gain <= 1e-9 * point.loss.max(1.0);
            break;
        };
        (at, point) = (next, better);
    }
    Minimum { at, hessian: point.hessian, converged, iterations }
}

fn backtrack<const K: usize>(
    at: [f64; K],
    step: [f64; K],
    gain: f64,
    loss: f64,
    evaluate: impl Fn([f64; K]) -> Point<K>,
) -> Option<([f64; K], Point<K>)> {
    let mut share = 1.0;
    while share >= STEP_MIN {
        let next = std::array::from_fn(|k| at[k] - share * step[k]);
        let point = evaluate(next);
        if point.loss < loss - 1e-4 * share * gain {
            return Some((next, point));
        }
        share /= 2.0;
    }
    None
}

/// Loss with its first derivatives, and its second ones on and below the diagonal.
struct Point<const K: usize> {
    loss: f64,
    gradient: [f64; K],
    hessian: [[f64; K]; K],
}

impl<const K: usize> Point<K> {
    fn zero() -> Self {
        Self { loss: 0.0, gradient: [0.0; K], hessian: [[0.0; K]; K] }
    }

    /// Block by block, so that the order of additions is fixed.
    fn sum(targets: &[f64], row: &(impl Fn(usize) -> [f64; K] + Sync), at: [f64; K]) -> Self {
        let parts: Vec<Self> =
            blocks(targets.len()).into_par_iter().map(|rows| Self::of(targets, row, at, rows)).collect();
        parts.iter().fold(Self::zero(), Self::plus)
    }

    fn of(targets: &[f64], row: &impl Fn(usize) -> [f64; K], at: [f64; K], rows: Range<usize>) -> Self {
        let mut point = Self::zero();
        for i in rows {
            let x = row(i);
            let z = dot(at, x);
            let small = (-z.abs()).exp();
            let (lower, upper) = (small / (1.0 + small), 1.0 / (1.0 + small));
            let residual = if z >= 0.0 { upper } else { lower } - targets[i];
            point.loss += z.max(0.0) + small.ln_1p() - targets[i] * z;
            for j in 0..K {
                point.gradient[j] += residual * x[j];
                for k in 0..=j {
                    point.hessian[j][k] += lower * upper * x[j] * x[k];
                }
            }
        }
        point
    }

    fn plus(mut self, other: &Self) -> Self {
        self.loss += other.loss;
        for j in 0..K {
            self.gradient[j] += other.gradient[j];
            for k in 0..K {
                self.hessian[j][k] += other.hessian[j][k];
            }
        }
        self
    }
}

fn dot<const K: usize>(a: [f64; K], b: [f64; K]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The solution of `matrix` × x = `right` by Cholesky's factors, from the lower triangle of the matrix; `None` where it is
/// not positive definite.
fn solve<const K: usize>(matrix: &[[f64; K]; K], right: [f64; K]) -> Option<[f64; K]> {
    let mut factor = [[0.0; K]; K];
    let mut x = right;
    for j in 0..K {
        let before = |row: &[f64; K], other: &[f64; K]| (0..j).map(|k| row[k] * other[k]).sum::<f64>();
        let pivot = matrix[j][j] - before(&factor[j], &factor[j]);
        if pivot.is_nan() || pivot <= OWN_MIN * matrix[j][j] {
            return None;
        }
        factor[j][j] = pivot.sqrt();
        for i in j + 1..K {
            factor[i][j] = (matrix[i][j] - before(&factor[i], &factor[j])) / factor[j][j];
        }
        x[j] = (x[j] - before(&factor[j], &x)) / factor[j][j];
    }
    for j in (0..K).rev() {
        let after: f64 = (j + 1..K).map(|i| factor[i][j] * x[i]).sum();
        x[j] = (x[j] - after) / factor[j][j];
    }
    Some(x)
}
