//! A family, fitted and calibrated on every fold.

use rayon::prelude::*;

use super::calibrated::{Calibrated, check_sense};
use super::reach::{Entered, Race};
use super::select::Task;
use crate::base::Result;
use crate::base::folds::Folds;
use crate::base::units::Family;
use crate::calibrate::{self, Validation};
use crate::stats::loss::log_loss_of;
use crate::train::{self, CrossFitted, Evidence, Trial, Unseen};

/// A family, fitted and calibrated on every fold.
pub struct Tried {
    pub fitted: CrossFitted,
    pub calibrated: Vec<Calibrated>,
    /// Margins of every fold's rows by the fold's model.
    pub out_of_fold: Unseen,
    /// Of each such row, by the calibrated risk.
    pub losses: Vec<f64>,
    pub validation: Validation,
    /// What a first look has shown, where there were several families.
    pub first: Option<Entered>,
}

/// What became of a family.
pub enum Outcome {
    Tried(Box<Tried>),
    /// Not fitted to the end.
    Behind(Entered),
}

/// Fits a family to every fold, calibrates it, and judges it out of fold.
///
/// # Errors
/// A fit fails, or margins do not go with the outcome.
pub fn try_family(task: &Task<'_>, family: Family) -> Result<Tried> {
    watched(task, family, || judge(task, begin(task, family)?, None))
}

/// Likewise for one of several families, unless a first look shows it far behind those before it.
///
/// # Errors
/// As [`try_family`].
pub fn race_family(task: &Task<'_>, family: Family, race: &mut Race) -> Result<Outcome> {
    watched(task, family, || {
        let trial = begin(task, family)?;
        let entered = race.enter(task, family, &trial.look()?);
        if entered.reason.is_some() {
            return Ok(Outcome::Behind(entered));
        }
        judge(task, trial, Some(entered)).map(|tried| Outcome::Tried(Box::new(tried)))
    })
}

/// The calibrator and range of a fold, by what comes closest to the fold's own model.
///
/// # Errors
/// A fit fails.
pub fn calibrate_closely(task: &Task<'_>, tried: &Tried, fold: usize) -> Result<Calibrated> {
    let (evidence, settings) = (&task.evidence, &task.stakeholders.train);
    let unit = tried.fitted.family.margin_unit();
    match train::closer(evidence, &tried.fitted, fold, settings, task.seed)? {
        Some(unseen) => Ok(Calibrated::learn(unit, &unseen)),
        None => Ok(Calibrated::learn(unit, &tried.fitted.calibration[fold])),
    }
}

/// Figures of a family out of fold, under these calibrators of its folds.
pub fn validated(task: &Task<'_>, out_of_fold: &Unseen, calibrated: &[Calibrated]) -> Validation {
    let risks = risks(out_of_fold, task.evidence.folds, calibrated);
    let clusters: Option<Vec<u32>> =
        task.table.clustered.then(|| out_of_fold.rows.iter().map(|&row| task.table.cluster[row as usize]).collect());
    calibrate::validate(&risks, &out_of_fold.outcomes, clusters.as_deref(), &mut task.seed.stream("validation"))
}

/// With a progress bar for all that a trial may take.
fn watched<T>(task: &Task<'_>, family: Family, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let n_steps = train::n_steps(task.evidence.folds);
    task.progress.start(&task.stakeholders.name, &format!("train {}", family.name()), Some(n_steps));
    let done = work();
    task.progress.finish();
    done
}

fn begin<'a>(task: &Task<'a>, family: Family) -> Result<Trial<'a>> {
    Trial::begin(&task.evidence, family, &task.stakeholders.train, task.seed, task.progress)
}

fn judge(task: &Task<'_>, trial: Trial<'_>, first: Option<Entered>) -> Result<Tried> {
    let fitted = trial.finish()?;
    let unit = fitted.family.margin_unit();
    let out_of_fold = out_of_fold(task.evidence, &fitted)?;
    check_sense(unit, &out_of_fold)?;
    let calibrated: Vec<Calibrated> =
        fitted.calibration.par_iter().map(|unseen| Calibrated::learn_risk(unit, unseen)).collect();
    let risks = risks(&out_of_fold, task.evidence.folds, &calibrated);
    let losses = risks.iter().zip(&out_of_fold.outcomes).map(|(risk, outcome)| log_loss_of(*risk, *outcome)).collect();
    let validation = validated(task, &out_of_fold, &calibrated);
    Ok(Tried { fitted, calibrated, out_of_fold, losses, validation, first })
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
