//! Margins to probabilities: a strictly increasing, smooth map with value, tangent and secant.

use serde::{Deserialize, Serialize};

/// Margins closer than this use the tangent instead of the secant.
const CLOSE: f64 = 1e-6;

/// A calibrator: risk as a function of the margin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Calibrator {
    /// The model's own link: σ(margin) for log-odds.
    Identity,
    /// σ(slope × margin + intercept), slope > 0 (Platt 1999).
    Platt { slope: f64, intercept: f64 },
}

impl Calibrator {
    /// Calibrated probability of the outcome at a margin in log-odds, strictly between 0 and 1 for finite margins
    /// up to rounding.
    pub fn value(self, margin: f64) -> f64 {
        let (slope, intercept) = self.line();
        logistic(slope * margin + intercept)
    }

    /// Derivative of [`Calibrator::value`] at a margin, per margin unit; never negative.
    pub fn tangent(self, margin: f64) -> f64 {
        let (slope, intercept) = self.line();
        let z = slope * margin + intercept;
        slope * logistic(z) * logistic(-z)
    }

    /// Mean slope of [`Calibrator::value`] between two margins: `(value(to) - value(from)) / (to - from)`,
    /// the tangent at their middle where they are closer than 1e-6.
    pub fn secant(self, from: f64, to: f64) -> f64 {
        if (to - from).abs() < CLOSE {
            return self.tangent(f64::midpoint(from, to));
        }
        (self.value(to) - self.value(from)) / (to - from)
    }

    fn line(self) -> (f64, f64) {
        match self {
            Self::Identity => (1.0, 0.0),
            Self::Platt { slope, intercept } => (slope, intercept),
        }
    }
}

/// 1 / (1 + e^-z), without overflow.
pub fn logistic(z: f64) -> f64 {
    if z >= 0.0 {
        1.0 / (1.0 + (-z).exp())
    } else {
        let e = z.exp();
        e / (1.0 + e)
    }
}
