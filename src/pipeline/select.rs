//! Which family scores: the most readable one that is not clearly worse than the best.
//!
//! Every fold's family is chosen by the rows that its calibrator learns from, which know nothing of the fold: so the
//! figures out of fold are those of the whole procedure, choice of the family included. The last model's family is
//! chosen by all risks out of fold.

use rayon::prelude::*;

use super::calibrated::Calibrated;
use super::compare::{Choice, FamilyFigures, compare, tell_choice};
use super::curve::{LearningCurve, learning_curve};
use super::question::{foreseen, in_question, told, violation, violations};
use super::tried::{Tried, try_family};
use crate::base::units::{Estimate, Family};
use crate::base::{Error, Finding, Progress, Result, Seed};
use crate::calibrate::Validation;
use crate::config::Stakeholders;
use crate::features;
use crate::load::Table;
use crate::stats::clusters::Clusters;
use crate::stats::loss::log_loss_of;
use crate::train::{self, Evidence, Fitted};

/// The models that score, each with its calibrator, and how they were chosen.
pub struct Selected {
    /// One per fold.
    pub folds: Vec<(Fitted, Calibrated)>,
    pub last: (Fitted, Calibrated),
    pub told: Told,
}

/// What the selection has to tell.
#[derive(Debug, Clone)]
pub struct Told {
    /// In order of readability.
    pub families: Vec<FamilyFigures>,
    pub choice: Choice,
    pub curve: Option<LearningCurve>,
    /// Figures of the same family under further deals of the folds.
    pub repeats: Vec<Validation>,
}

/// What the choice is made from.
pub struct Task<'a> {
    pub stakeholders: &'a Stakeholders,
    pub table: &'a Table,
    pub evidence: Evidence<'a>,
    pub horizon_days: Option<u32>,
    pub seed: Seed,
    pub progress: &'a dyn Progress,
}

/// Fits the families in question, chooses, and fits the last model.
///
/// # Errors
/// A fit fails, or no family's margins go with the outcome.
pub fn select(task: &Task<'_>, findings: &mut Vec<Finding>) -> Result<Selected> {
    let (families, refused) = in_question(task, findings);
    let mut tried = Vec::new();
    let mut figures = refused;
    let mut errors = Vec::new();
    let is_free = families.len() > 1;
    let mut astray = Vec::new();
    for family in families {
        if let Some(reason) = foreseen(task, family)?.filter(|_| is_free) {
            figures.push(FamilyFigures::refused(family, &Error::new(reason)));
            continue;
        }
        match try_family(task, family) {
            Ok(of_family) => match violation(task, &of_family.fitted)? {
                Some(reason) if is_free => astray.push((of_family, reason)),
                _ => tried.push(of_family),
            },
            Err(error) => {
                figures.push(FamilyFigures::refused(family, &error));
                errors.push(error);
            }
        }
    }
    // where every family that was tried goes astray, the choice is between these, and what they do is told below
    if tried.is_empty() {
        tried = astray.drain(..).map(|(of_family, _)| of_family).collect();
    }
    figures.extend(astray.into_iter().map(|(of_family, reason)| FamilyFigures::astray(&of_family, reason)));
    if tried.is_empty() {
        return Err(errors.into_iter().next().unwrap_or_else(|| Error::new("there is no family to choose from")));
    }
    let clusters = |rows: &[u32]| cluster_of(task.table, rows);
    let losses: Vec<&[f64]> = tried.iter().map(|tried| &tried.losses[..]).collect();
    let compared = compare(&losses, clusters(&tried[0].out_of_fold.rows).as_ref());
    let of_folds: Vec<usize> =
        (0..task.evidence.folds.parts.len()).map(|fold| choose_fold(task, &tried, fold)).collect();
    let choice = tell_choice(&tried, &compared, &of_folds);
    figures.extend(tried.iter().zip(&compared.excess).map(|(tried, excess)| FamilyFigures::of(tried, *excess)));
    figures.sort_by_key(|figures| figures.family);
    if !task.stakeholders.train.edits.is_empty() {
        findings.push(edited(task, &tried[compared.chosen])?);
    }
    let selected = finish(task, tried, compared.chosen, &of_folds, figures, choice)?;
    let found = violations(task, &selected.last.0.model)?;
    findings.extend(found.iter().map(|violation| {
        Finding::new("direction-violated", told(violation))
            .column(&violation.feature)
            .count(violation.n)
            .hint("`model = \"additive\"` and `\"boosted\"` keep to directions")
    }));
    Ok(selected)
}

/// What edits did to the figures out of fold.
fn edited(task: &Task<'_>, tried: &Tried) -> Result<Finding> {
    let train = train::Settings { edits: Vec::new(), ..task.stakeholders.train.clone() };
    let stakeholders = Stakeholders { train, ..task.stakeholders.clone() };
    let plain = try_family(&Task { stakeholders: &stakeholders, ..*task }, tried.fitted.family)?;
    let n = task.stakeholders.train.edits.len();
    let told = |figure: fn(&Validation) -> Estimate| {
        let value = |of: &Tried| figure(&of.validation).value.unwrap_or(f64::NAN);
        format!("{:.4} to {:.4}", value(&plain), value(tried))
    };
    let message = format!(
        "{n} {} of terms moved the AUC out of fold from {}, the log loss from {}",
        if n == 1 { "edit" } else { "edits" },
        told(|of| of.auc),
        told(|of| of.log_loss)
    );
    Ok(Finding::new("edited-model", message).count(n))
}

fn finish(
    task: &Task<'_>,
    tried: Vec<Tried>,
    chosen: usize,
    of_folds: &[usize],
    families: Vec<FamilyFigures>,
    choice: Choice,
) -> Result<Selected> {
    let (settings, progress) = (&task.stakeholders.train, task.progress);
    progress.start(&task.stakeholders.name, &format!("fit {}", choice.family.name()), None);
    let fitted = train::fit_last(&task.evidence, &tried[chosen].fitted, settings, task.seed)?;
    progress.finish();
    let unit = choice.family.margin_unit();
    let last = (fitted, Calibrated::learn(unit, &tried[chosen].out_of_fold, true)?);
    let mut folds = Vec::new();
    for (fold, &family) in of_folds.iter().enumerate() {
        let of_family = &tried[family];
        let mut calibrated = of_family.calibrated[fold].clone();
        calibrated.learn_ranges(&of_family.fitted.calibration[fold]);
        folds.push((of_family.fitted.folds[fold].clone(), calibrated));
    }
    let curve = learning_curve(task, &tried[chosen])?;
    let repeats = (1..settings.n_repeats).map(|number| repeat(task, choice.family, number)).collect::<Result<_>>()?;
    Ok(Selected { folds, last, told: Told { families, choice, curve, repeats } })
}

/// The family's figures under another deal of the folds.
fn repeat(task: &Task<'_>, family: Family, number: usize) -> Result<Validation> {
    let seed = task.seed.child(&format!("repeat {number}"));
    let folds = features::deal(task.table, task.stakeholders.train.n_folds, task.horizon_days, seed)?;
    let evidence = Evidence { folds: &folds, ..task.evidence };
    try_family(&Task { evidence, seed, ..*task }, family).map(|tried| tried.validation)
}

/// The family of a fold, by what its calibrator learns from; the most readable one where that is nothing.
fn choose_fold(task: &Task<'_>, tried: &[Tried], fold: usize) -> usize {
    let losses: Vec<Vec<f64>> = tried
        .par_iter()
        .map(|tried| {
            let (unseen, calibrator) = (&tried.fitted.calibration[fold], tried.calibrated[fold].calibrator());
            let rows = unseen.margins.iter().zip(&unseen.outcomes);
            rows.map(|(margin, outcome)| log_loss_of(calibrator.value(*margin), *outcome)).collect()
        })
        .collect();
    let losses: Vec<&[f64]> = losses.iter().map(|losses| &losses[..]).collect();
    let clusters = cluster_of(task.table, &tried[0].fitted.calibration[fold].rows);
    compare(&losses, clusters.as_ref()).chosen
}

fn cluster_of(table: &Table, rows: &[u32]) -> Option<Clusters> {
    let ids = || rows.iter().map(|&row| table.cluster[row as usize]).collect::<Vec<u32>>();
    table.clustered.then(|| Clusters::new(&ids()))
}
