//! What a cut would have meant for past subjects.

use serde::{Deserialize, Serialize};

use crate::base::units::Estimate;
use crate::stats::clusters::Clusters;
use crate::stats::interval::wilson;
use crate::stats::ratio::Moments;

const CONFIDENCE: f64 = 0.95;

/// Past subjects at or above a cut, by cross-fitted risk.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct AtCut {
    pub cut: f64,
    pub n: u64,
    pub n_selected: u64,
    /// Of the selected, those who had the outcome.
    pub n_outcomes: u64,
    /// Rate of the outcome among the selected, with Wilson's 95 % interval (of clusters, where they matter).
    pub precision: Estimate,
    /// Share of all outcomes that are among the selected, likewise.
    pub capture: Estimate,
}

/// Counts at a cut. Precision is `None` where nobody is selected, capture where nobody had the outcome.
pub fn at_cut(risks: &[f64], outcomes: &[bool], clusters: Option<&[u32]>, cut: f64) -> AtCut {
    let selected: Vec<bool> = risks.iter().map(|risk| *risk >= cut).collect();
    of_selected(&selected, outcomes, clusters, cut)
}

/// Likewise of those who are selected, by whatever cuts; `cut` is the common one.
pub fn of_selected(selected: &[bool], outcomes: &[bool], clusters: Option<&[u32]>, cut: f64) -> AtCut {
    let rows = || selected.iter().zip(outcomes).enumerate();
    let cluster = |row: usize| clusters.map(|clusters| clusters[row]);
    let of = |rows: Vec<(bool, Option<u32>)>| rate(&rows);
    let chosen = rows().filter(|(_, (selected, _))| **selected).map(|(row, (_, outcome))| (*outcome, cluster(row)));
    let with = rows().filter(|(_, (_, outcome))| **outcome).map(|(row, (selected, _))| (*selected, cluster(row)));
    let (chosen, with): (Vec<_>, Vec<_>) = (chosen.collect(), with.collect());
    AtCut {
        cut,
        n: selected.len() as u64,
        n_selected: chosen.len() as u64,
        n_outcomes: chosen.iter().filter(|(outcome, _)| *outcome).count() as u64,
        precision: of(chosen),
        capture: of(with),
    }
}

fn rate(rows: &[(bool, Option<u32>)]) -> Estimate {
    let n_true = rows.iter().filter(|(is_true, _)| *is_true).count() as u64;
    let clusters: Option<Vec<u32>> = rows.iter().map(|(_, cluster)| *cluster).collect();
    let interval = match clusters {
        Some(clusters) => {
            let (clusters, mut moments) = (Clusters::new(&clusters), Moments::default());
            let sums = clusters.sums(rows.iter().map(|(is_true, _)| f64::from(u8::from(*is_true))));
            sums.iter().zip(clusters.sizes()).for_each(|(with, rows)| moments.add(*with, rows));
            moments.wilson(CONFIDENCE)
        }
        None => wilson(n_true, rows.len() as u64, CONFIDENCE),
    };
    let value = (!rows.is_empty()).then(|| n_true as f64 / rows.len() as f64);
    Estimate { value, low: interval.map(|(low, _)| low), high: interval.map(|(_, high)| high) }
}
