//! Which family scores: the most readable one that is not clearly worse than the best.
//!
//! Every fold's family is chosen by the rows that its calibrator learns from, which know nothing of the fold: so the
//! figures out of fold are those of the whole procedure, choice of the family included. The last model's family is
//! chosen by all risks out of fold.

use std::fmt::Write;

use rayon::prelude::*;
use serde::Serialize;

use super::calibrated::Calibrated;
use super::curve::{LearningCurve, learning_curve};
use crate::base::folds::Folds;
use crate::base::model::Model;
use crate::base::units::{Direction, Estimate, Family};
use crate::base::{Error, Finding, Progress, Result, Seed};
use crate::calibrate::{self, Validation};
use crate::config::Stakeholders;
use crate::features;
use crate::load::Table;
use crate::stats::clusters::Clusters;
use crate::stats::interval::standard_error;
use crate::stats::loss::log_loss_of;
use crate::train::{self, CrossFitted, Evidence, Fitted, Unseen, Violation};

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

/// What one family is worth out of fold.
#[derive(Debug, Clone, Serialize)]
pub struct FamilyFigures {
    pub family: Family,
    /// `None` where it was not fitted.
    pub out_of_fold: Option<Validation>,
    /// Mean log loss out of fold less that of the best family, with its standard error (paired by subject).
    pub excess: Option<f64>,
    pub excess_error: Option<f64>,
    /// Degrees of restraint that were tried, each with its mean log loss out of fold.
    pub tried: Vec<TriedRestraint>,
    /// Why it was not considered.
    pub refused: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct TriedRestraint {
    pub name: String,
    pub value: f64,
    pub log_loss: f64,
}

/// The choice of the last model's family, told.
#[derive(Debug, Clone, Serialize)]
pub struct Choice {
    /// Whether there was more than one to choose from.
    pub is_free: bool,
    pub family: Family,
    /// The family with the least log loss out of fold.
    pub best: Family,
    /// Of each fold.
    pub folds: Vec<Family>,
    /// Why, in one sentence.
    pub sentence: String,
}

/// A family, fitted and calibrated on every fold.
pub struct Tried {
    pub fitted: CrossFitted,
    pub calibrated: Vec<Calibrated>,
    /// Margins of every fold's rows by the fold's model.
    out_of_fold: Unseen,
    /// Of each such row, by the calibrated risk.
    losses: Vec<f64>,
    validation: Validation,
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

fn violations(task: &Task<'_>, model: &Model) -> Result<Vec<Violation>> {
    let (evidence, directions) = (&task.evidence, &task.stakeholders.train.directions);
    train::violations(model, evidence.design, evidence.history, directions, task.seed)
}

/// The first direction that a first model of a family breaks, in words: such a family is not tried at length.
fn foreseen(task: &Task<'_>, family: Family) -> Result<Option<String>> {
    let train = &task.stakeholders.train;
    if train.directions.is_empty() || train::keeps_directions(family) {
        return Ok(None);
    }
    let settings = train::Settings { fit_rows_max: train.selection_rows_max, ..train.clone() };
    let Evidence { design, outcome, history, .. } = task.evidence;
    let fitted = train::fit_rows(design, outcome, history, family, None, &settings, task.seed)?;
    Ok(violations(task, &fitted.model)?.first().map(told))
}

/// The first direction that a fold's model breaks, in words.
fn violation(task: &Task<'_>, fitted: &CrossFitted) -> Result<Option<String>> {
    for fold in &fitted.folds {
        if let Some(violation) = violations(task, &fold.model)?.first() {
            return Ok(Some(told(violation)));
        }
    }
    Ok(None)
}

fn told(violation: &Violation) -> String {
    let Violation { feature, direction, n, n_rows, .. } = violation;
    let moves = match direction {
        Direction::Increasing => "falls",
        Direction::Decreasing => "rises",
    };
    format!("the risk {moves} where `{feature}` rises, for {n} of {n_rows} rows looked at")
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

fn try_family(task: &Task<'_>, family: Family) -> Result<Tried> {
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

/// What a comparison of families by their losses on the same rows gives.
struct Compared {
    chosen: usize,
    best: usize,
    /// Of each family over the best one, with its standard error.
    excess: Vec<(f64, Option<f64>)>,
}

/// `losses` are of families in order of readability. Chosen is the first whose mean exceeds the least one by at most one
/// standard error of the paired difference (Breiman, Friedman, Olshen & Stone 1984, §3.4.3, with the difference's own
/// error in place of the mean's).
fn compare(losses: &[&[f64]], clusters: Option<&Clusters>) -> Compared {
    let mean = |losses: &[f64]| losses.iter().sum::<f64>() / losses.len().max(1) as f64;
    let means: Vec<f64> = losses.iter().map(|losses| mean(losses)).collect();
    let best = (0..means.len()).min_by(|&a, &b| means[a].total_cmp(&means[b])).unwrap_or(0);
    let excess: Vec<(f64, Option<f64>)> = losses
        .iter()
        .zip(&means)
        .map(|(of_family, mean)| {
            let differences: Vec<f64> = of_family.iter().zip(losses[best]).map(|(loss, least)| loss - least).collect();
            (mean - means[best], standard_error(&differences, clusters))
        })
        .collect();
    let is_near = |(excess, error): &(f64, Option<f64>)| *excess <= error.unwrap_or(0.0);
    Compared { chosen: excess.iter().position(is_near).unwrap_or(best), best, excess }
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

fn tell_choice(tried: &[Tried], compared: &Compared, of_folds: &[usize]) -> Choice {
    let family = |place: usize| tried[place].fitted.family;
    let (chosen, best) = (compared.chosen, compared.best);
    let loss = |place: usize| tried[place].validation.log_loss.value.unwrap_or(f64::NAN);
    let (name, best_name) = (family(chosen).words(), family(best).words());
    let mut sentence = if tried.len() == 1 {
        format!("{name}, the only family in question")
    } else if chosen == best {
        format!("{name}: it has the lowest log loss out of fold of {} families ({:.4})", tried.len(), loss(best))
    } else {
        let (excess, error) = compared.excess[chosen];
        format!(
            "{name}: its log loss out of fold ({:.4}) exceeds that of the best family, {best_name} ({:.4}), by {excess:.4}, \
             at most one standard error ({:.4}), and it is the most readable such family",
            loss(chosen),
            loss(best),
            error.unwrap_or(0.0)
        )
    };
    let n_same = of_folds.iter().filter(|of_fold| **of_fold == chosen).count();
    if tried.len() > 1 && n_same < of_folds.len() {
        // writing to a string cannot fail
        let _ = write!(sentence, "; {n_same} of {} folds chose it too", of_folds.len());
    }
    Choice {
        is_free: tried.len() > 1,
        family: family(chosen),
        best: family(best),
        folds: of_folds.iter().map(|&place| family(place)).collect(),
        sentence,
    }
}

impl FamilyFigures {
    fn of(tried: &Tried, (excess, error): (f64, Option<f64>)) -> Self {
        let restraint = |(tuned, log_loss): &(crate::base::saved::Tuned, f64)| TriedRestraint {
            name: tuned.name.clone(),
            value: tuned.value,
            log_loss: *log_loss,
        };
        Self {
            family: tried.fitted.family,
            out_of_fold: Some(tried.validation.clone()),
            excess: Some(excess),
            excess_error: error,
            tried: tried.fitted.tried.iter().map(restraint).collect(),
            refused: None,
        }
    }

    fn astray(tried: &Tried, reason: String) -> Self {
        Self { refused: Some(reason), excess: None, ..Self::of(tried, (0.0, None)) }
    }

    fn refused(family: Family, error: &Error) -> Self {
        let reason = error.problems.first().map(|problem| problem.message.clone());
        Self { family, out_of_fold: None, excess: None, excess_error: None, tried: Vec::new(), refused: reason }
    }
}

/// Subjects, and outcomes of either kind, below which only the simplest families are asked.
const SUBJECTS_MIN: usize = 300;
/// Where a calibrator cannot be fitted, nothing that needs one may score.
const OUTCOMES_MIN: usize = calibrate::OUTCOMES_MIN;
/// With a rate below, and fewer of the rarer outcome, only families that can be read are asked: what many trees find in so
/// few cannot be told from chance by anybody who looks at it.
const RARE_RATE: f64 = 0.05;
const RARE_MIN: usize = 200;

/// The families that may score, and those that may not, with the reason.
fn in_question(task: &Task<'_>, findings: &mut Vec<Finding>) -> (Vec<Family>, Vec<FamilyFigures>) {
    if let Some(family) = task.stakeholders.train.family {
        return (vec![family], Vec::new());
    }
    let all = Family::ALL.to_vec();
    let history = task.evidence.history;
    let n_outcomes = history.iter().filter(|&&row| task.evidence.outcome[row as usize] == Some(true)).count();
    let n_fewer = n_outcomes.min(history.len() - n_outcomes);
    let is_small = history.len() < SUBJECTS_MIN || n_fewer < OUTCOMES_MIN;
    let is_rare = n_fewer < RARE_MIN && (n_fewer as f64) < RARE_RATE * history.len() as f64;
    if !is_small && !is_rare {
        return (all, Vec::new());
    }
    let most = if is_small { Family::Tree } else { Family::Additive };
    let (simple, others): (Vec<Family>, Vec<Family>) = all.into_iter().partition(|family| *family <= most);
    let reason = if is_small {
        format!(
            "too little to learn from: {} subjects, {n_fewer} of the rarer outcome (expected {SUBJECTS_MIN} and \
             {OUTCOMES_MIN})",
            history.len()
        )
    } else {
        format!("the rarer outcome is rare: {n_fewer} of {} subjects (expected {RARE_MIN})", history.len())
    };
    findings.push(Finding::new("simple-models", format!("{reason}; only the simpler models were asked")));
    let refused = |family: &Family| FamilyFigures::refused(*family, &Error::new(reason.clone()));
    (simple, others.iter().map(refused).collect())
}
