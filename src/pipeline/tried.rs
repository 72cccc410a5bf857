//! A family, fitted and calibrated on every fold.

use rayon::prelude::*;

use super::calibrated::Calibrated;
use super::select::Task;
use crate::base::Result;
use crate::base::folds::Folds;
use crate::base::units::Family;
use crate::calibrate::{self, Validation};
use crate::stats::loss::log_loss_of;
use crate::train::{self, CrossFitted, Evidence, Unseen};

/// A family, fitted and calibrated on every fold.
pub struct Tried {
    pub fitted: CrossFitted,
    pub calibrated: Vec<Calibrated>,
    /// Margins of every fold's rows by the fold's model.
    pub out_of_fold: Unseen,
    /// Of each such row, by the calibrated risk.
    pub losses: Vec<f64>,
    pub validation: Validation,
}

/// Fits a family to every fold, calibrates it, and judges it out of fold.
///
/// # Errors
/// A fit fails, or margins do not go with the outcome.
pub fn try_family(task: &Task<'_>, family: Family) -> Result<Tried> {
    let (evidence, folds) = (&task.evidence, task.evidence.folds);
    task.progress.start(&task.stakeholders.name, &format!("train {}", family.name()), Some(train::n_steps(folds)));
    let fitted = train::cross_fit(evidence, family, &task.stakeholders.train, task.seed, task.progress);
    task.progress.finish();
    let fitted = fitted?;
    let calibrated =
        fitted.calibration.par_iter().map(|unseen| Calibrated::learn_risk(family.margin_unit(), unseen, false));
    let calibrated: Vec<Calibrated> = calibrated.collect::<Result<_>>()?;
    let out_of_fold = out_of_fold(task.evidence, &fitted)?;
    let risks = risks(&out_of_fold, folds, &calibrated);
    let losses = risks.iter().zip(&out_of_fold.outcomes).map(|(risk, outcome)| log_loss_of(*risk, *outcome)).collect();
    let clusters: Option<Vec<u32>> =
        task.table.clustered.then(|| out_of_fold.rows.iter().map(|&row| task.table.cluster[row as usize]).collect());
    let stream = &mut task.seed.stream("validation");
    let validation = calibrate::validate(&risks, &out_of_fold.outcomes, clusters.as_deref(), stream);
    Ok(Tried { fitted, calibrated, out_of_fold, losses, validation })
}

/// Margins of all rows that a fold scores, fold by fold.
fn out_of_fold(evidence: Evidence<'_>, fitted: &CrossFitted) -> Result<Unseen> {
    let margins: Vec<Vec<f64>> = evidence
        .folds
        .parts
        .par_iter()
        .zip(&fitted.folds)
        .map(|(part, fitted)| {
            let bound = fitted.model.bind(evidence.design)?;
            Ok(part.test.iter().map(|&row| bound.margin(row as usize)).collect())
        })
        .collect::<Result<_>>()?;
    let mut unseen = Unseen::default();
    for (fold, (part, margins)) in evidence.folds.parts.iter().zip(&margins).enumerate() {
        unseen.extend(evidence.folds.calibration_fold(fold), &part.test, margins, evidence.outcome);
    }
    Ok(unseen)
}

/// Of rows that stand fold by fold.
fn risks(out_of_fold: &Unseen, folds: &Folds, calibrated: &[Calibrated]) -> Vec<f64> {
    let calibrators = folds.parts.iter().zip(calibrated);
    let of_rows = calibrators.flat_map(|(part, calibrated)| part.test.iter().map(|_| calibrated.calibrator()));
    of_rows.zip(&out_of_fold.margins).map(|(calibrator, margin)| calibrator.value(*margin)).collect()
}
