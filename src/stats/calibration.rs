//! How far probabilities are from observed rates.

use super::clusters::Clusters;
use super::interval::normal_quantile;
use super::logit::fit_line;
use super::rank::Ranking;
use crate::base::units::Estimate;

/// Rows of one equal-mass bin.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bin {
    pub n: u64,
    pub n_outcomes: u64,
    pub risk_sum: f64,
}

/// Cuts rows into `n_bins` equal-mass bins of ascending risk; equal risks stay together (see [`Ranking::bins`]), so
/// that with many ties bins are fewer: empty ones are left out. No bins where lengths differ.
pub fn equal_mass_bins(ranking: &Ranking, risks: &[f64], outcomes: &[bool], n_bins: usize) -> Vec<Bin> {
    if risks.len() != ranking.n() || outcomes.len() != ranking.n() {
        return Vec::new();
    }
    let mut bins = vec![Bin::default(); n_bins];
    for (tie, number) in ranking.ties().zip(ranking.bins(n_bins)) {
        let Some(bin) = bins.get_mut(number) else { continue };
        bin.n += tie.len() as u64;
        for row in tie {
            bin.n_outcomes += u64::from(outcomes[*row as usize]);
            bin.risk_sum += risks[*row as usize];
        }
    }
    bins.retain(|bin| bin.n > 0);
    bins
}

/// Expected calibration error over equal-mass bins: Σ_b (n_b / n) × |mean risk_b − outcome rate_b|
/// (Naeini et al. 2015; equal mass after Nguyen & O'Connor 2015).
///
/// It is biased upward: even perfect risks have one of about √(bins / n). `None` without rows or bins, where a risk is
/// not a number, or where lengths differ.
pub fn ece_equal_mass(risks: &[f64], outcomes: &[bool], n_bins: usize) -> Option<f64> {
    if risks.len() != outcomes.len() {
        return None;
    }
    ece_ranked(&Ranking::new(risks)?, risks, outcomes, n_bins)
}

/// [`ece_equal_mass`] of risks that are ranked already.
pub fn ece_ranked(ranking: &Ranking, risks: &[f64], outcomes: &[bool], n_bins: usize) -> Option<f64> {
    let gaps = |bin: &Bin| (bin.risk_sum - bin.n_outcomes as f64).abs();
    let sum: f64 = equal_mass_bins(ranking, risks, outcomes, n_bins).iter().map(gaps).sum();
    (!risks.is_empty() && n_bins > 0).then(|| sum / risks.len() as f64)
}

/// Slope and intercept of the logistic regression of outcomes on margins.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CalibrationLine {
    pub slope: Estimate,
    pub intercept: Estimate,
}

/// Calibration line (Cox 1958): logit P(outcome) = intercept + slope × margin; 1 and 0 where margins are calibrated
/// log-odds, a slope below 1 where they are too extreme.
///
/// Wald intervals from the inverse information, or from the sandwich over clusters. All `None` where a class is
/// missing, margins separate the classes or are not finite; no slope where margins are constant.
pub fn line(margins: &[f64], outcomes: &[bool], clusters: Option<&Clusters>, confidence: f64) -> CalibrationLine {
    let targets: Vec<f64> = outcomes.iter().map(|outcome| f64::from(u8::from(*outcome))).collect();
    let Some(fit) = fit_line(margins, &targets, clusters).filter(|fit| fit.converged) else {
        return CalibrationLine::default();
    };
    let wald = |value: f64, which: usize| {
        let variance = fit.covariance.map(|covariance| covariance[which][which]);
        let half = variance.zip(normal_quantile(confidence)).map(|(variance, z)| z * variance.sqrt());
        Estimate { value: Some(value), low: half.map(|half| value - half), high: half.map(|half| value + half) }
    };
    let constant = fit.covariance.is_none() && fit.slope == 0.0;
    let slope = if constant { Estimate::default() } else { wald(fit.slope, 0) };
    CalibrationLine { slope, intercept: wald(fit.intercept, 1) }
}
