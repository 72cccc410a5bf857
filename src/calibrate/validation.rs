//! How good risks are on rows that they have not seen.

use serde::{Deserialize, Serialize};

use super::top::{SHARES, Top};
use crate::base::seed::Stream;
use crate::base::units::Estimate;
use crate::stats::bootstrap::{Grid, percentile};
use crate::stats::calibration::{ece_ranked, line};
use crate::stats::capture::{capture_of, capture_ranked};
use crate::stats::clusters::Clusters;
use crate::stats::loss::{brier, log_loss, logit};
use crate::stats::rank::{Ranking, average_precision_of, average_precision_ranked, delong_ranked};

/// Confidence of all intervals here.
pub const CONFIDENCE: f64 = 0.95;
/// Equal-mass bins of the expected calibration error.
pub const ECE_BINS: usize = 15;
/// Cells of the grid on which average precision and ECE are bootstrapped; a multiple of [`ECE_BINS`].
const CELLS: usize = 990;

/// Figures of one set of risks with their 95 % intervals, as in `validation.json`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Validation {
    /// Rows.
    pub n_history: u64,
    /// Rows with the outcome.
    pub n_outcomes: u64,
    /// Interval: `DeLong`, on the logit; clustered after Obuchowski.
    pub auc: Estimate,
    /// Interval: bootstrap.
    pub average_precision: Estimate,
    /// Interval: Student's, of the mean.
    pub brier: Estimate,
    /// Interval: Student's, of the mean.
    pub log_loss: Estimate,
    /// Over 15 equal-mass bins. Interval: bootstrap. Biased upward, so never quite 0.
    pub ece: Estimate,
    /// 1 where risks are calibrated, below 1 where they are too extreme. Interval: Wald.
    pub calibration_slope: Estimate,
    /// Of the same line: 0 where risks are calibrated, in log-odds. Interval: Wald.
    pub calibration_intercept: Estimate,
    /// Lift and capture of the highest 5, 10 and 20 % of risks.
    pub top: Vec<Top>,
}

/// Judges risks by outcomes. With `clusters` (one number per row; equal numbers are not independent) all intervals
/// are clustered. The stream serves the bootstrap.
///
/// Where lengths differ or a risk is outside 0..1 all figures are `None`; likewise each figure that needs both classes
/// where one is missing.
pub fn validate(risks: &[f64], outcomes: &[bool], clusters: Option<&[u32]>, stream: &mut Stream) -> Validation {
    let counts = Validation {
        n_history: outcomes.len() as u64,
        n_outcomes: outcomes.iter().filter(|outcome| **outcome).count() as u64,
        top: SHARES.map(|share| Top::new(share, Estimate::default())).to_vec(),
        ..Validation::default()
    };
    let aligned = risks.len() == outcomes.len() && clusters.is_none_or(|ids| ids.len() == risks.len());
    if !aligned || risks.is_empty() || risks.iter().any(|risk| !(0.0..=1.0).contains(risk)) {
        return counts;
    }
    let Some(ranking) = Ranking::new(risks) else { return counts };
    let clusters = clusters.map(Clusters::new).filter(|clusters| clusters.n < risks.len());
    let clusters = clusters.as_ref();
    let margins: Vec<f64> = risks.iter().map(|risk| logit(*risk)).collect();
    let calibration = line(&margins, outcomes, clusters, CONFIDENCE);
    let (average_precision, ece, top) = bootstrapped(&ranking, risks, outcomes, clusters, stream);
    Validation {
        auc: delong_ranked(&ranking, outcomes, clusters, CONFIDENCE),
        average_precision,
        brier: brier(risks, outcomes, clusters, CONFIDENCE),
        log_loss: log_loss(risks, outcomes, clusters, CONFIDENCE),
        ece,
        calibration_slope: calibration.slope,
        calibration_intercept: calibration.intercept,
        top,
        ..counts
    }
}

fn bootstrapped(
    ranking: &Ranking,
    risks: &[f64],
    outcomes: &[bool],
    clusters: Option<&Clusters>,
    stream: &mut Stream,
) -> (Estimate, Estimate, Vec<Top>) {
    let [at_5, at_10, at_20] = SHARES.map(|share| capture_ranked(ranking, outcomes, share));
    let average_precision = average_precision_ranked(ranking, outcomes);
    let values = [average_precision, ece_ranked(ranking, risks, outcomes, ECE_BINS), at_5, at_10, at_20];
    let grid = Grid::new(ranking, risks, outcomes, CELLS, clusters, stream);
    let bins = grid_bins(&grid);
    let [average_precision, ece, captures @ ..] = percentile(&grid, values, (0.0, 1.0), CONFIDENCE, stream, |counts| {
        let descending = counts.iter().rev().map(|[without, with]| (*with as f64, *without as f64));
        let [at_5, at_10, at_20] = SHARES.map(|share| capture_of(descending.clone(), share));
        [average_precision_of(descending), ece_of(counts, &grid.scores, &bins), at_5, at_10, at_20]
    });
    let top = SHARES.into_iter().zip(captures).map(|(share, capture)| Top::new(share, capture));
    (average_precision, ece, top.collect())
}

/// The ECE bin of each cell, by the same rule as for rows: the middle rank of its rows.
fn grid_bins(grid: &Grid) -> Vec<usize> {
    let n: u64 = grid.counts.iter().flatten().sum();
    let mut before = 0;
    let middle_bin = |[without, with]: &[u64; 2]| {
        let rows = without + with;
        let bin = (2 * before + rows - 1) * ECE_BINS as u64 / (2 * n);
        before += rows;
        bin as usize
    };
    grid.counts.iter().map(middle_bin).collect()
}

fn ece_of(counts: &[[u64; 2]], scores: &[f64], bins: &[usize]) -> Option<f64> {
    let (mut gaps, mut n) = ([0.0; ECE_BINS], 0.0);
    for (([without, with], score), bin) in counts.iter().zip(scores).zip(bins) {
        let rows = (without + with) as f64;
        gaps[(*bin).min(ECE_BINS - 1)] += rows * score - *with as f64;
        n += rows;
    }
    (n > 0.0).then(|| gaps.iter().map(|gap: &f64| gap.abs()).sum::<f64>() / n)
}
