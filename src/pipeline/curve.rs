//! Whether more data would help.

use serde::Serialize;

use super::select::Task;
use super::tried::Tried;
use crate::base::Result;
use crate::base::calibrator::{Calibrator, Kind};
use crate::base::units::MarginUnit;
use crate::calibrate::platt;
use crate::stats::clusters::Clusters;
use crate::stats::interval::standard_error;
use crate::stats::loss::log_loss_of;
use crate::stats::rank::auc;
use crate::train::{self, CURVE_STEPS, LearningPoint};

/// The learning curve of the family that scores.
#[derive(Debug, Clone, Serialize)]
pub struct LearningCurve {
    /// The fewest rows first.
    pub points: Vec<CurvePoint>,
    /// Log loss out of fold with half of the rows less that with all, with its standard error (paired by subject).
    pub gain_of_doubling: Option<f64>,
    pub gain_error: Option<f64>,
    /// Whether more history would help; `None` where that is open, and where fits do not use all that there is.
    pub more_history: Option<bool>,
    /// What that means, in one sentence.
    pub sentence: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct CurvePoint {
    /// Of the rows that a fold's fit used.
    pub share: f64,
    /// Rows of a fit, mean over folds.
    pub n_rows: f64,
    /// Mean over folds; `None` where a fold lacks an outcome.
    pub auc: Option<f64>,
    /// Out of fold, under a line through the margins of all folds.
    pub log_loss: f64,
}

/// Fits on parts of the rows. `None` where the rows are too few to part.
///
/// # Errors
/// A fit fails.
pub fn learning_curve(task: &Task<'_>, tried: &Tried) -> Result<Option<LearningCurve>> {
    task.progress.start(&task.stakeholders.name, "learning curve", Some(CURVE_STEPS));
    let settings = &task.stakeholders.train;
    let points = train::learning_curve(&task.evidence, &tried.fitted, settings, task.seed, task.progress);
    task.progress.finish();
    let points = points?;
    if points.len() < 2 {
        return Ok(None);
    }
    let losses: Vec<Vec<f64>> = points.iter().map(|point| losses(tried, point)).collect();
    let clusters = task.table.clustered.then(|| Clusters::new(&clusters(task)));
    let told = points.iter().zip(&losses).map(|(point, losses)| CurvePoint {
        share: point.share,
        n_rows: point.n_rows,
        auc: mean_auc(task, point),
        log_loss: mean(losses),
    });
    let points: Vec<CurvePoint> = told.collect();
    let (half, whole) = (&losses[losses.len() - 2], &losses[losses.len() - 1]);
    let gains: Vec<f64> = half.iter().zip(whole).map(|(half, whole)| half - whole).collect();
    let (gain, error) = (mean(&gains), standard_error(&gains, clusters.as_ref()));
    let helps = would_help(gain, error);
    let is_capped = tried.fitted.folds.iter().any(|fold| fold.n_rows < fold.n_available);
    let sentence = sentence(helps, is_capped, gain, error);
    let more_history = helps.filter(|_| !is_capped);
    Ok(Some(LearningCurve { points, gain_of_doubling: Some(gain), gain_error: error, more_history, sentence }))
}

/// A smaller change of the log loss is no gain worth having.
const GAIN_MIN: f64 = 0.002;

/// Yes where the gain is at least [`GAIN_MIN`] and more than two standard errors, no where it is as surely below.
fn would_help(gain: f64, error: Option<f64>) -> Option<bool> {
    let error = error?;
    if gain > GAIN_MIN.max(2.0 * error) { Some(true) } else { (gain + 2.0 * error < GAIN_MIN).then_some(false) }
}

fn sentence(helps: Option<bool>, is_capped: bool, gain: f64, error: Option<f64>) -> String {
    let told = match helps {
        Some(true) if is_capped => "more rows in a fit would probably help (`fit_rows_max` leaves some out)",
        Some(true) => "more history would probably help",
        Some(false) => "more history of the same kind would hardly help",
        None => "whether more history would help is open",
    };
    let error = error.map_or_else(String::new, |error| format!(" (standard error {error:.4})"));
    format!("{told}: its second half moved the log loss by {:+.4}{error}", -gain)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn clusters(task: &Task<'_>) -> Vec<u32> {
    let rows = task.evidence.folds.parts.iter().flat_map(|part| &part.test);
    rows.map(|&row| task.table.cluster[row as usize]).collect()
}

/// Under a line through all margins of the point, so that models of fewer rows, which exaggerate, are not judged by what
/// calibrates those of more.
fn losses(tried: &Tried, point: &LearningPoint) -> Vec<f64> {
    let (unit, outcomes) = (tried.fitted.family.margin_unit(), &tried.out_of_fold.outcomes);
    let odds: Vec<f64> = point.margins.iter().flatten().map(|margin| unit.log_odds(*margin)).collect();
    let kind = platt(&odds, outcomes).and_then(|fit| fit.kind()).unwrap_or(Kind::Identity);
    let line = Calibrator { unit: MarginUnit::LogOdds, kind };
    odds.iter().zip(outcomes).map(|(odds, outcome)| log_loss_of(line.value(*odds), *outcome)).collect()
}

fn mean_auc(task: &Task<'_>, point: &LearningPoint) -> Option<f64> {
    let of_fold = |(part, margins): (&crate::base::folds::Fold, &Vec<f64>)| {
        let outcomes: Vec<bool> =
            part.test.iter().map(|&row| task.evidence.outcome[row as usize] == Some(true)).collect();
        auc(margins, &outcomes)
    };
    let all: Option<Vec<f64>> = task.evidence.folds.parts.iter().zip(&point.margins).map(of_fold).collect();
    all.map(|all| mean(&all))
}
