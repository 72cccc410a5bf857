//! What the highest risks hold.

use serde::{Deserialize, Serialize};

use crate::base::units::Estimate;

/// The shares of rows, by descending risk, that are told.
pub const SHARES: [f64; 3] = [0.05, 0.1, 0.2];

/// The rows of highest risk. Where the cut falls within equal risks, that part of their outcomes counts which chance
/// would pick.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Top {
    /// How many of all rows, 0 to 1.
    pub share: f64,
    /// Rate of the outcome among them, over that among all rows: capture ÷ share, 1 where risks tell nothing.
    /// Interval: bootstrap.
    pub lift: Estimate,
    /// How many of all outcomes stand among them, 0 to 1. Interval: bootstrap.
    pub capture: Estimate,
}

impl Top {
    pub(super) fn new(share: f64, capture: Estimate) -> Self {
        let over = |value: Option<f64>| value.map(|value| value / share);
        let lift = Estimate { value: over(capture.value), low: over(capture.low), high: over(capture.high) };
        Self { share, lift, capture }
    }
}
