//! Margins to probabilities: a strictly increasing, smooth map with value, tangent and secant.

use serde::{Deserialize, Serialize};

use super::units::MarginUnit;

/// Margins closer than this, in log-odds, use the tangent instead of the secant.
const CLOSE: f64 = 1e-6;
/// A rate is kept this far from 0 and 1 before its log-odds are taken.
const EDGE: f64 = 1e-12;

/// A calibrator: risk as a function of the margin.
///
/// The margin stands for a probability p: σ(margin) where it is in log-odds, the margin itself where it is a rate (kept
/// 1e-12 from 0 and 1). The kind says how risk follows from p.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Calibrator {
    /// What margins are counted in.
    pub unit: MarginUnit,
    #[serde(flatten)]
    pub kind: Kind,
}

/// The family of a calibrator, with its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    /// Risk = p: the model's own link.
    Identity,
    /// Risk = σ(slope × logit(p) + intercept), slope > 0 (Platt 1999).
    Platt { slope: f64, intercept: f64 },
    /// Risk = σ(a × ln p − b × ln(1 − p) + c), a ≥ 0, b ≥ 0, a + b > 0 (Kull, Silva Filho & Flach 2017). Platt's with
    /// a = b; unlike it, it can stretch low risks and press high ones, or the reverse.
    Beta { a: f64, b: f64, c: f64 },
}

impl Calibrator {
    /// The model's own link.
    pub fn identity(unit: MarginUnit) -> Self {
        Self { unit, kind: Kind::Identity }
    }

    /// Whether its numbers are finite and it rises.
    pub fn is_whole(self) -> bool {
        match self.kind {
            Kind::Identity => true,
            Kind::Platt { slope, intercept } => slope > 0.0 && slope.is_finite() && intercept.is_finite(),
            Kind::Beta { a, b, c } => a >= 0.0 && b >= 0.0 && a + b > 0.0 && (a + b + c).is_finite(),
        }
    }

    /// Calibrated probability of the outcome at a margin, strictly between 0 and 1 for finite margins up to rounding.
    pub fn value(self, margin: f64) -> f64 {
        match (self.unit, self.kind) {
            (MarginUnit::Rate, Kind::Identity) => inside(margin),
            _ => logistic(self.kind.bend(self.unit.log_odds(margin))),
        }
    }

    /// Derivative of [`Calibrator::value`] at a margin, per margin unit; never negative.
    pub fn tangent(self, margin: f64) -> f64 {
        let odds = self.unit.log_odds(margin);
        let z = self.kind.bend(odds);
        self.kind.slope(odds) * logistic(z) * logistic(-z) * self.unit.stretch(margin)
    }

    /// Mean slope of [`Calibrator::value`] between two margins: `(value(to) - value(from)) / (to - from)`, the tangent
    /// at their middle where they are closer than 1e-6 in log-odds.
    pub fn secant(self, from: f64, to: f64) -> f64 {
        self.chords(from).to(to).1
    }

    /// Secants from one margin to many.
    pub fn chords(self, from: f64) -> Chords {
        Chords { calibrator: self, from, value: self.value(from) }
    }
}

/// What all secants from one margin share.
#[derive(Debug, Clone, Copy)]
pub struct Chords {
    calibrator: Calibrator,
    from: f64,
    /// There.
    pub value: f64,
}

impl Chords {
    /// [`Calibrator::value`] at a margin, and [`Calibrator::secant`] to it.
    pub fn to(&self, to: f64) -> (f64, f64) {
        let Self { calibrator, from, .. } = *self;
        let value = calibrator.value(to);
        let middle = f64::midpoint(from, to);
        if (to - from).abs() * calibrator.unit.stretch(middle) < CLOSE {
            return (value, calibrator.tangent(middle));
        }
        (value, (value - self.value) / (to - from))
    }
}

impl Kind {
    /// As files call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Platt { .. } => "platt",
            Self::Beta { .. } => "beta",
        }
    }

    /// Log-odds of the risk where those of p are `odds`. With ln p = −ln(1 + e^−odds) and −ln(1 − p) = ln(1 + e^odds)
    /// nothing is lost however far out they are.
    fn bend(self, odds: f64) -> f64 {
        match self {
            Self::Identity => odds,
            Self::Platt { slope, intercept } => slope * odds + intercept,
            Self::Beta { a, b, c } => b * softplus(odds) - a * softplus(-odds) + c,
        }
    }

    /// Derivative of [`Kind::bend`].
    fn slope(self, odds: f64) -> f64 {
        match self {
            Self::Identity => 1.0,
            Self::Platt { slope, .. } => slope,
            Self::Beta { a, b, .. } => a * logistic(-odds) + b * logistic(odds),
        }
    }
}

impl MarginUnit {
    /// The log-odds of the probability that a margin stands for; ±27.6 where a rate is outside 0..1.
    pub fn log_odds(self, margin: f64) -> f64 {
        match self {
            Self::LogOdds => margin,
            Self::Rate => inside(margin).ln() - (-inside(margin)).ln_1p(),
        }
    }

    /// Derivative of [`MarginUnit::log_odds`]; outside 0..1 that of the nearest margin inside.
    fn stretch(self, margin: f64) -> f64 {
        match self {
            Self::LogOdds => 1.0,
            Self::Rate => 1.0 / (inside(margin) * (1.0 - inside(margin))),
        }
    }
}

fn inside(rate: f64) -> f64 {
    rate.clamp(EDGE, 1.0 - EDGE)
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

/// ln(1 + e^z), without overflow: the log loss of a probability σ(−z) against the outcome, σ(z) against its absence.
pub fn softplus(z: f64) -> f64 {
    z.max(0.0) + (-z.abs()).exp().ln_1p()
}
