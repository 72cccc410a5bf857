//! Risks against observed rates, bin by bin.

use serde::{Deserialize, Serialize};

use super::validation::CONFIDENCE;
use crate::stats::calibration::{Bin, equal_mass_bins};
use crate::stats::interval::wilson;
use crate::stats::rank::Ranking;

/// One bin of the reliability table.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReliabilityBin {
    pub n: u64,
    pub n_outcomes: u64,
    pub mean_risk: f64,
    /// Observed rate of the outcome.
    pub rate: f64,
    /// Wilson's 95 % interval of the rate; it takes rows as independent.
    pub low: f64,
    pub high: f64,
}

/// Cuts rows into at most `n_bins` bins of equal size by ascending risk, equal risks together, and sets mean risk
/// beside the observed rate. Empty without rows, where a risk is not a number, or where lengths differ.
pub fn reliability(risks: &[f64], outcomes: &[bool], n_bins: usize) -> Vec<ReliabilityBin> {
    if risks.len() != outcomes.len() {
        return Vec::new();
    }
    let Some(ranking) = Ranking::new(risks) else { return Vec::new() };
    equal_mass_bins(&ranking, risks, outcomes, n_bins).iter().filter_map(row).collect()
}

fn row(bin: &Bin) -> Option<ReliabilityBin> {
    let (low, high) = wilson(bin.n_outcomes, bin.n, CONFIDENCE)?;
    let n = bin.n as f64;
    Some(ReliabilityBin {
        n: bin.n,
        n_outcomes: bin.n_outcomes,
        mean_risk: bin.risk_sum / n,
        rate: bin.n_outcomes as f64 / n,
        low,
        high,
    })
}
