//! A ratio of two sums over independent units, and how precisely it is known.

use super::interval::{normal_quantile, student_quantile, wilson_effective};
use super::rates::Rate;

/// Sums over independent units (rows, or clusters of rows) that each bring a numerator and a denominator.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Moments {
    pub numerator: f64,
    pub denominator: f64,
    /// Σ numerator² over units.
    pub nn: f64,
    /// Σ numerator × denominator over units.
    pub nd: f64,
    /// Σ denominator² over units.
    pub dd: f64,
    /// Units with a denominator.
    pub units: f64,
}

impl Moments {
    /// Numerator ÷ denominator; `None` where the denominator is 0.
    pub fn value(&self) -> Option<f64> {
        (self.denominator != 0.0).then(|| self.numerator / self.denominator)
    }

    /// Adds one unit; one without a denominator and numerator counts for nothing.
    pub fn add(&mut self, numerator: f64, denominator: f64) {
        self.numerator += numerator;
        self.denominator += denominator;
        self.nn += numerator * numerator;
        self.nd += numerator * denominator;
        self.dd += denominator * denominator;
        self.units += f64::from(u8::from(denominator != 0.0));
    }

    /// Standard error of the ratio by linearization: √(u / (u − 1) × Σ (numerator − r × denominator)²) ÷ denominator
    /// (Cochran 1977, §6.4). `None` with fewer than two units or a zero denominator.
    pub fn error(&self) -> Option<f64> {
        let ratio = self.value()?;
        if self.units < 2.0 {
            return None;
        }
        let square = (self.nn - 2.0 * ratio * self.nd + ratio * ratio * self.dd).max(0.0);
        Some((square * self.units / (self.units - 1.0)).sqrt() / self.denominator.abs())
    }

    /// Student's interval with units − 1 degrees of freedom.
    pub fn student(&self, confidence: f64) -> Option<(f64, f64)> {
        let half = self.error()? * student_quantile(confidence, self.units - 1.0)?;
        self.value().map(|value| (value - half, value + half))
    }

    /// Normal interval of the logarithm, for ratios of positive sums; `None` where the ratio is not positive.
    pub fn log_normal(&self, confidence: f64) -> Option<(f64, f64)> {
        let value = self.value().filter(|value| *value > 0.0)?;
        let factor = (self.error()? / value * normal_quantile(confidence)?).exp();
        Some((value / factor, value * factor))
    }

    /// A rate over clusters as so many independent trials know it: the effective number of rows r(1 − r) / error², at most
    /// the denominator; where the rate is 0 or 1, or clusters do not differ, the number of clusters stands in for it.
    pub fn effective(&self) -> Option<Rate> {
        let rate = self.value()?;
        let spread = rate * (1.0 - rate);
        let n = match self.error() {
            Some(error) if error > 0.0 && spread > 0.0 => (spread / (error * error)).min(self.denominator),
            _ => self.units.min(self.denominator),
        };
        Some(Rate { events: rate * n, n })
    }

    /// Wilson's interval of a rate over clusters, by its [effective](Self::effective) number of rows.
    pub fn wilson(&self, confidence: f64) -> Option<(f64, f64)> {
        wilson_effective(self.value()?, self.effective()?.n, confidence)
    }

    /// These sums and others.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            numerator: self.numerator + other.numerator,
            denominator: self.denominator + other.denominator,
            nn: self.nn + other.nn,
            nd: self.nd + other.nd,
            dd: self.dd + other.dd,
            units: self.units + other.units,
        }
    }

    /// These sums less others.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        Self {
            numerator: self.numerator - other.numerator,
            denominator: self.denominator - other.denominator,
            nn: self.nn - other.nn,
            nd: self.nd - other.nd,
            dd: self.dd - other.dd,
            units: self.units - other.units,
        }
    }
}
