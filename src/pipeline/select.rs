//! Which family scores: the most readable one that is not clearly worse than the best.
//!
//! Every fold's family is chosen by the rows that its calibrator learns from, which know nothing of the fold: so the
//! figures out of fold are those of the whole procedure, choice of the family included. The last model's family is
//! chosen by all risks out of fold.

use rand::seq::index;
use rayon::prelude::*;

use super::calibrated::Calibrated;
use super::compare::{Choice, FamilyFigures, compare, tell_choice};
use super::curve::{LearningCurve, learning_curve};
use super::question::{foreseen, in_question, told, violation, violations};
use super::reach::Race;
use super::tried::{Outcome, Tried, calibrate_closely, race_family, try_family, validated};
use crate::base::model::Model;
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
    let (mut astray, mut race) = (Vec::new(), Race::default());
    for family in families {
        if let Some(reason) = foreseen(task, family)?.filter(|_| is_free) {
            figures.push(FamilyFigures::refused(family, &Error::new(reason)));
            continue;
        }
        match race_family(task, family, &mut race) {
            Ok(Outcome::Behind(entered)) => figures.push(FamilyFigures::behind(family, entered)),
            Ok(Outcome::Tried(of_family)) => match violation(task, &of_family.fitted)? {
                Some(reason) if is_free => astray.push((*of_family, reason)),
                _ => tried.push(*of_family),
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
    findings.extend(unsettled(&choice));
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

/// Where most folds are scored by other families than new subjects, figures out of fold are hardly that family's.
fn unsettled(choice: &Choice) -> Option<Finding> {
    let n_same = choice.folds.iter().filter(|family| **family == choice.family).count();
    let message = format!(
        "{n_same} of {} folds are scored by `{}`, which scores from now on: figures out of fold are those of the others too",
        choice.folds.len(),
        choice.family.name()
    );
    let hint = format!("`model = \"{}\"` tells how it does alone", choice.family.name());
    (2 * n_same < choice.folds.len()).then(|| Finding::new("unsettled-family", message).count(n_same).hint(hint))
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
    let mut fitted = train::fit_last(&task.evidence, &tried[chosen].fitted, settings, task.seed)?;
    background(task, &mut fitted.model, task.evidence.history, "last")?;
    progress.finish();
    let unit = choice.family.margin_unit();
    let last = (fitted, Calibrated::learn(unit, &tried[chosen].out_of_fold));
    progress.start(&task.stakeholders.name, "calibrate", Some(of_folds.len() as u64));
    let folds = of_folds.iter().enumerate().map(|(fold, &family)| {
        let calibrated = calibrate_closely(task, &tried[family], fold);
        let mut fitted = tried[family].fitted.folds[fold].clone();
        background(task, &mut fitted.model, &task.evidence.folds.parts[fold].train, &format!("fold {fold}"))?;
        progress.advance(1);
        Ok((fitted, calibrated?))
    });
    let folds = folds.collect::<Result<_>>();
    progress.finish();
    let folds = folds?;
    let curve = learning_curve(task, &tried[chosen])?;
    let repeats = (1..settings.n_repeats).map(|number| repeat(task, choice.family, number)).collect::<Result<_>>()?;
    Ok(Selected { folds, last, told: Told { families, choice, curve, repeats } })
}

/// Lets a model know its background: a seeded sample of the rows that it may have learned from.
fn background(task: &Task<'_>, model: &mut Model, rows: &[u32], name: &str) -> Result<()> {
    let n = task.stakeholders.explain.background_max.min(rows.len());
    let mut stream = task.seed.stream(&format!("background {name}"));
    let mut sampled: Vec<u32> = index::sample(&mut stream, rows.len(), n).into_iter().map(|at| rows[at]).collect();
    sampled.sort_unstable();
    model.set_background(task.evidence.design, &sampled)
}

/// The family's figures under another deal of the folds.
fn repeat(task: &Task<'_>, family: Family, number: usize) -> Result<Validation> {
    let seed = task.seed.child(&format!("repeat {number}"));
    let folds = features::deal(task.table, task.stakeholders.train.n_folds, task.horizon_days, seed)?;
    let evidence = Evidence { folds: &folds, ..task.evidence };
    let task = Task { evidence, seed, ..*task };
    let tried = try_family(&task, family)?;
    let calibrated = (0..folds.parts.len()).map(|fold| calibrate_closely(&task, &tried, fold));
    Ok(validated(&task, &tried.out_of_fold, &calibrated.collect::<Result<Vec<_>>>()?))
}

/// The family of a fold, by what its calibrator learns from; the most readable one where that is nothing.
fn choose_fold(task: &Task<'_>, tried: &[Tried], fold: usize) -> usize {
    let is_behind = |tried: &Tried| tried.first.as_ref().is_some_and(|first| first.is_behind[fold]);
    let (near, behind): (Vec<usize>, Vec<usize>) = (0..tried.len()).partition(|place| !is_behind(&tried[*place]));
    // where those that led went no further themselves
    let near = if near.is_empty() { behind } else { near };
    let losses: Vec<Vec<f64>> = near
        .par_iter()
        .map(|&place| {
            let tried = &tried[place];
            let (unseen, calibrator) = (&tried.fitted.calibration[fold], tried.calibrated[fold].calibrator());
            let rows = unseen.margins.iter().zip(&unseen.outcomes);
            rows.map(|(margin, outcome)| log_loss_of(calibrator.value(*margin), *outcome)).collect()
        })
        .collect();
    let losses: Vec<&[f64]> = losses.iter().map(|losses| &losses[..]).collect();
    let clusters = cluster_of(task.table, &tried[0].fitted.calibration[fold].rows);
    near[compare(&losses, clusters.as_ref()).chosen]
}

/// Clusters of rows, where they matter.
pub fn cluster_of(table: &Table, rows: &[u32]) -> Option<Clusters> {
    let ids = || rows.iter().map(|&row| table.cluster[row as usize]).collect::<Vec<u32>>();
    table.clustered.then(|| Clusters::new(&ids()))
}
