//! Calibrated risk to score, band, selection, rank and money at stake.

use crate::base::units::{Band, Effect};

/// How scores are cut, and what follows from being cut off.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    pub bands: Bands,
    /// Subjects in this band or above are selected.
    pub selected_from: Band,
    pub effect: Effect,
}

/// Where the bands begin.
#[derive(Debug, Clone, PartialEq)]
pub enum Bands {
    /// Lowest risk of each band, 0 to 1, ascending.
    Limits { elevated: f64, high: f64, critical: f64 },
    /// So many of today's subjects are `high`, the rest `low`.
    Capacity(usize),
    /// One cut, named `high`, where acting pays.
    Costs(Costs),
}

/// What acting costs and brings, in the portfolio's currency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Costs {
    /// Of acting on one subject.
    pub intervention: f64,
    /// Probability that acting averts the outcome, 0 to 1.
    pub success: f64,
    /// Lost with one outcome; `None`: the subject's own `value`.
    pub outcome: Option<f64>,
}
