//! Logistic regression on one variable by Newton's method.

use super::clusters::Clusters;
use super::sum::blocked;

const ITERATIONS_MAX: usize = 100;
/// Converged when Newton's decrement (twice the expected gain in log likelihood) is below this, per row.
const GAIN: f64 = 1e-20;
/// Smallest share of a step that backtracking tries.
const STEP_MIN: f64 = 1e-10;

/// σ(slope × x + intercept) fitted to targets.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub slope: f64,
    pub intercept: f64,
    pub converged: bool,
    pub iterations: usize,
    /// Covariance of (slope, intercept): inverse information, or the sandwich over clusters. `None` where x is
    /// constant or the fit did not converge.
    pub covariance: Option<[[f64; 2]; 2]>,
}

/// Fits targets in 0..1 (0 and 1 for plain outcomes) by maximum likelihood: minimizes
/// Σ ln(1 + e^z) − target × z with z = slope × x + intercept.
///
/// Newton's method with backtracking (Lin, Lin & Weng 2007) on standardized x. Where x is constant the slope is 0 and
/// the intercept the logit of the mean target. Where x separates the classes the fit does not converge. With clusters
/// the covariance is the sandwich with the factor G / (G − 1) × (n − 1) / (n − 2). `None` without rows, where lengths differ, a number is
/// not finite, or all targets are 0 or all are 1.
pub fn fit_line(x: &[f64], targets: &[f64], clusters: Option<&Clusters>) -> Option<Line> {
    let n = x.len() as f64;
    let mean_target = targets.iter().sum::<f64>() / n;
    let finite = x.iter().chain(targets).all(|value| value.is_finite());
    if x.len() != targets.len() || !finite || !(mean_target > 0.0 && mean_target < 1.0) {
        return None;
    }
    let start = (mean_target / (1.0 - mean_target)).ln();
    let [sum] = blocked(x.len(), |rows| [x[rows].iter().sum()]);
    let center = sum / n;
    let [square] = blocked(x.len(), |rows| [x[rows].iter().map(|x| (x - center).powi(2)).sum()]);
    let scale = (square / n).sqrt();
    if scale <= center.abs() * 1e-13 || scale == 0.0 {
        return Some(Line { slope: 0.0, intercept: start, converged: true, iterations: 0, covariance: None });
    }
    let line = Problem { x, targets, center, scale }.solve(start, clusters);
    if separates(x, targets) {
        return Some(Line { converged: false, covariance: None, ..line });
    }
    Some(line)
}

/// Whether a cut of x parts targets of 0 from targets of 1, so that the likelihood has no maximum.
fn separates(x: &[f64], targets: &[f64]) -> bool {
    let mut ends = [(f64::INFINITY, f64::NEG_INFINITY); 2];
    for (x, target) in x.iter().zip(targets) {
        if *target > 0.0 && *target < 1.0 {
            return false;
        }
        let (low, high) = &mut ends[usize::from(*target == 1.0)];
        (*low, *high) = (low.min(*x), high.max(*x));
    }
    ends[0].1 <= ends[1].0 || ends[1].1 <= ends[0].0
}

struct Problem<'a> {
    x: &'a [f64],
    targets: &'a [f64],
    center: f64,
    scale: f64,
}

/// Value, gradient (slope, intercept) and Hessian (slope², slope × intercept, intercept²) of the objective.
struct Point {
    loss: f64,
    gradient: [f64; 2],
    hessian: [f64; 3],
}

impl Problem<'_> {
    fn solve(&self, start: f64, clusters: Option<&Clusters>) -> Line {
        let mut at = [0.0, start];
        let mut point = self.evaluate(at);
        let (mut converged, mut iterations) = (false, 0);
        while iterations < ITERATIONS_MAX {
            let Some(step) = point.newton_step() else { break };
            let gain = step[0] * point.gradient[0] + step[1] * point.gradient[1];
            if gain <= GAIN * self.x.len() as f64 {
                converged = true;
                break;
            }
            iterations += 1;
            let Some((next, better)) = self.backtrack(at, step, gain, point.loss) else {
                // no smaller loss can be represented: at the minimum, unless the gain is large
                converged = gain <= 1e-9 * point.loss.max(1.0);
                break;
            };
            (at, point) = (next, better);
        }
        let covariance = if converged { self.covariance(at, &point, clusters) } else { None };
        let slope = at[0] / self.scale;
        Line { slope, intercept: at[1] - slope * self.center, converged, iterations, covariance }
    }

    fn backtrack(&self, at: [f64; 2], step: [f64; 2], gain: f64, loss: f64) -> Option<([f64; 2], Point)> {
        let mut share = 1.0;
        while share >= STEP_MIN {
            let next = [at[0] - share * step[0], at[1] - share * step[1]];
            let point = self.evaluate(next);
            if point.loss < loss - 1e-4 * share * gain {
                return Some((next, point));
            }
            share /= 2.0;
        }
        None
    }

    fn evaluate(&self, at: [f64; 2]) -> Point {
        let sums = blocked(self.x.len(), |rows| {
            let mut sums = [0.0; 6];
            for (x, target) in self.x[rows.clone()].iter().zip(&self.targets[rows]) {
                let x = (x - self.center) / self.scale;
                let z = at[0] * x + at[1];
                let small = (-z.abs()).exp();
                let (lower, upper) = (small / (1.0 + small), 1.0 / (1.0 + small));
                let residual = if z >= 0.0 { upper } else { lower } - target;
                let weight = lower * upper;
                let terms = [
                    z.max(0.0) + small.ln_1p() - target * z,
                    residual * x,
                    residual,
                    weight * x * x,
                    weight * x,
                    weight,
                ];
                sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
            }
            sums
        });
        Point { loss: sums[0], gradient: [sums[1], sums[2]], hessian: [sums[3], sums[4], sums[5]] }
    }

    /// Covariance on the scale of x itself.
    fn covariance(&self, at: [f64; 2], point: &Point, clusters: Option<&Clusters>) -> Option<[[f64; 2]; 2]> {
        let bread = point.inverse()?;
        let standardized = match clusters {
            None => bread,
            Some(clusters) => product(bread, self.meat(at, clusters)?),
        };
        // slope = b / scale, intercept = a − b × center / scale
        let back = [[1.0 / self.scale, 0.0], [-self.center / self.scale, 1.0]];
        Some(product(back, standardized))
    }

    /// Σ over clusters of the outer product of their summed gradients, times G / (G − 1) × (n − 1) / (n − 2).
    fn meat(&self, at: [f64; 2], clusters: &Clusters) -> Option<[[f64; 2]; 2]> {
        if clusters.n < 2 || self.x.len() < 3 {
            return None;
        }
        let standardized = |x: f64| (x - self.center) / self.scale;
        let residual = |x: f64, target: f64| 1.0 / (1.0 + (-(at[0] * x + at[1])).exp()) - target;
        let rows = || self.x.iter().zip(self.targets).map(|(x, target)| (standardized(*x), *target));
        let slopes = clusters.sums(rows().map(|(x, target)| residual(x, target) * x));
        let intercepts = clusters.sums(rows().map(|(x, target)| residual(x, target)));
        let (g, n) = (clusters.n as f64, self.x.len() as f64);
        let factor = g / (g - 1.0) * (n - 1.0) / (n - 2.0);
        let cross = |a: &[f64], b: &[f64]| factor * a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let both = cross(&slopes, &intercepts);
        Some([[cross(&slopes, &slopes), both], [both, cross(&intercepts, &intercepts)]])
    }
}

impl Point {
    fn inverse(&self) -> Option<[[f64; 2]; 2]> {
        let [a, b, c] = self.hessian;
        let determinant = a * c - b * b;
        (determinant > 1e-14 * a * c)
            .then(|| [[c / determinant, -b / determinant], [-b / determinant, a / determinant]])
    }

    fn newton_step(&self) -> Option<[f64; 2]> {
        let [[a, b], [_, c]] = self.inverse()?;
        let [g, h] = self.gradient;
        Some([a * g + b * h, b * g + c * h])
    }
}

/// A × M × Aᵀ.
fn product(a: [[f64; 2]; 2], m: [[f64; 2]; 2]) -> [[f64; 2]; 2] {
    let entry = |i: usize, j: usize| {
        (0..2).flat_map(|k| (0..2).map(move |l| (k, l))).map(|(k, l)| a[i][k] * m[k][l] * a[j][l]).sum()
    };
    [[entry(0, 0), entry(0, 1)], [entry(1, 0), entry(1, 1)]]
}
