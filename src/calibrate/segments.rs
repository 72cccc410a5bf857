//! Risks against observed rates, segment by segment.

use serde::{Deserialize, Serialize};

use super::validation::CONFIDENCE;
use crate::base::units::Estimate;
use crate::stats::clusters::Clusters;
use crate::stats::interval::{clustered_mean, mean, wilson};
use crate::stats::ratio::Moments;

/// Whether risks hold in one segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Its label.
    pub segment: String,
    /// Rows.
    pub n: u64,
    /// Rows with the outcome.
    pub n_outcomes: u64,
    /// `None` in an empty segment.
    pub mean_risk: Option<f64>,
    /// Observed rate of the outcome. Interval: Wilson's, 95 %; over clusters by the effective number of rows.
    pub rate: Estimate,
    /// Calibration in the large: rate less mean risk, so above 0 where risks are too low. Interval: Student's, 95 %, of
    /// the mean of outcome − risk, clustered where clusters are given; none with fewer than two rows (clusters).
    pub difference: Estimate,
}

/// Sets mean risk beside the observed rate in each segment, in the order of `labels`, an empty one with `None`.
///
/// `member` holds the segment of each row as its place in `labels`; `clusters` a number per row (equal numbers are not
/// independent). Nothing where lengths differ, a risk is outside 0..1 or a row has no label.
pub fn reliability_by(
    risks: &[f64],
    outcomes: &[bool],
    member: &[u32],
    labels: &[String],
    clusters: Option<&[u32]>,
) -> Vec<Segment> {
    let is_aligned = [outcomes.len(), member.len(), clusters.map_or(risks.len(), <[u32]>::len)] == [risks.len(); 3];
    let is_labeled = member.iter().all(|segment| (*segment as usize) < labels.len());
    if !is_aligned || !is_labeled || risks.iter().any(|risk| !(0.0..=1.0).contains(risk)) {
        return Vec::new();
    }
    let mut rows = vec![Vec::new(); labels.len()];
    for (row, segment) in member.iter().enumerate() {
        rows[*segment as usize].push(row);
    }
    let segment = |(label, rows): (&String, &Vec<usize>)| {
        let told: Vec<(f64, bool)> = rows.iter().map(|row| (risks[*row], outcomes[*row])).collect();
        let clusters = clusters.map(|ids| rows.iter().map(|row| ids[*row]).collect::<Vec<u32>>());
        let clusters = clusters.map(|ids| Clusters::new(&ids)).filter(|clusters| clusters.n < rows.len());
        of_rows(label, &told, clusters.as_ref())
    };
    labels.iter().zip(&rows).map(segment).collect()
}

fn of_rows(label: &str, rows: &[(f64, bool)], clusters: Option<&Clusters>) -> Segment {
    let n = rows.len() as u64;
    let n_outcomes = rows.iter().filter(|row| row.1).count() as u64;
    let outcomes = || rows.iter().map(|row| f64::from(u8::from(row.1)));
    let misses: Vec<f64> = outcomes().zip(rows).map(|(outcome, row)| outcome - row.0).collect();
    let (interval, difference) = match clusters {
        None => (wilson(n_outcomes, n, CONFIDENCE), mean(&misses, CONFIDENCE)),
        Some(clusters) => {
            let mut moments = Moments::default();
            clusters.sums(outcomes()).iter().zip(clusters.sizes()).for_each(|(with, rows)| moments.add(*with, rows));
            (moments.wilson(CONFIDENCE), clustered_mean(&misses, clusters, CONFIDENCE))
        }
    };
    let of_all = |sum: f64| (n > 0).then(|| sum / n as f64);
    Segment {
        segment: label.to_owned(),
        n,
        n_outcomes,
        mean_risk: of_all(rows.iter().map(|row| row.0).sum()),
        rate: Estimate { value: of_all(n_outcomes as f64), low: interval.map(|i| i.0), high: interval.map(|i| i.1) },
        difference,
    }
}
