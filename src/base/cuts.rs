//! Where the bands of the score begin.

use serde::{Deserialize, Serialize};

use super::units::Band;

/// The lowest risk of each band that exists.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Cuts {
    pub elevated: Option<f64>,
    pub high: f64,
    pub critical: Option<f64>,
}

impl Cuts {
    pub fn band(&self, risk: f64) -> Band {
        if self.critical.is_some_and(|cut| risk >= cut) {
            Band::Critical
        } else if risk >= self.high {
            Band::High
        } else if self.elevated.is_some_and(|cut| risk >= cut) {
            Band::Elevated
        } else {
            Band::Low
        }
    }

    /// Whether the cuts ascend and are risks; one above 1 is reached by nobody.
    pub fn are_ordered(&self) -> bool {
        let cuts: Vec<f64> = [self.elevated, Some(self.high), self.critical].into_iter().flatten().collect();
        cuts.is_sorted() && cuts.iter().all(|cut| (0.0..=2.0).contains(cut))
    }

    /// The lowest risk of a band and all above it: for a band that has no cut, the next one up that has.
    pub fn from(&self, band: Band) -> f64 {
        match band {
            Band::Low => 0.0,
            Band::Elevated => self.elevated.unwrap_or(self.high),
            Band::High => self.high,
            Band::Critical => self.critical.unwrap_or(self.high),
        }
    }

    /// The bands that exist, lowest first.
    pub fn bands(&self) -> Vec<Band> {
        let exists = |band: &Band| match band {
            Band::Low | Band::High => true,
            Band::Elevated => self.elevated.is_some(),
            Band::Critical => self.critical.is_some(),
        };
        Band::ALL.into_iter().filter(exists).collect()
    }
}
