//! How the comparisons of an audit came out.

use serde::{Deserialize, Serialize};

/// Counts of verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Verdicts {
    /// Binding comparisons: all of the below.
    pub comparisons: usize,
    pub disparity: usize,
    pub none_found: usize,
    pub insufficient_evidence: usize,
    pub undefined: usize,
}

impl Verdicts {
    /// All of them together.
    pub fn total(all: impl IntoIterator<Item = Self>) -> Self {
        all.into_iter().fold(Self::default(), |total, of| Self {
            comparisons: total.comparisons + of.comparisons,
            disparity: total.disparity + of.disparity,
            none_found: total.none_found + of.none_found,
            insufficient_evidence: total.insufficient_evidence + of.insufficient_evidence,
            undefined: total.undefined + of.undefined,
        })
    }
}
