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
