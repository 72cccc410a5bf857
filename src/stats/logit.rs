//! Logistic regression on one variable by Newton's method.

use super::clusters::Clusters;
use super::newton::{Minimum, logistic_fit};
use super::sum::spread;

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
    let (center, scale) = spread(x);
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

impl Problem<'_> {
    fn solve(&self, start: f64, clusters: Option<&Clusters>) -> Line {
        let found = logistic_fit([0.0, start], self.targets, |row| [(self.x[row] - self.center) / self.scale, 1.0]);
        let covariance = if found.converged { self.covariance(&found, clusters) } else { None };
        let slope = found.at[0] / self.scale;
        Line {
            slope,
            intercept: found.at[1] - slope * self.center,
            converged: found.converged,
            iterations: found.iterations,
            covariance,
        }
    }

    /// Covariance on the scale of x itself.
    fn covariance(&self, found: &Minimum<2>, clusters: Option<&Clusters>) -> Option<[[f64; 2]; 2]> {
        let bread = inverse(found.hessian)?;
        let standardized = match clusters {
            None => bread,
            Some(clusters) => product(bread, self.meat(found.at, clusters)?),
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

fn inverse([[a, _], [b, c]]: [[f64; 2]; 2]) -> Option<[[f64; 2]; 2]> {
    let determinant = a * c - b * b;
    (determinant > 1e-14 * a * c).then(|| [[c / determinant, -b / determinant], [-b / determinant, a / determinant]])
}

/// A × M × Aᵀ.
fn product(a: [[f64; 2]; 2], m: [[f64; 2]; 2]) -> [[f64; 2]; 2] {
    let entry = |i: usize, j: usize| {
        (0..2).flat_map(|k| (0..2).map(move |l| (k, l))).map(|(k, l)| a[i][k] * m[k][l] * a[j][l]).sum()
    };
    [[entry(0, 0), entry(0, 1)], [entry(1, 0), entry(1, 1)]]
}
