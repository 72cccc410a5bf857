//! Folds fitted again with restraints that are known: what a change of design, weights or terms would have done.
//!
//! Nothing is compared or chosen, so that all that differs from the models that score is the change itself. As there
//! (see [`super::trial`]), a fold's calibrator learns from models that saw neither the fold nor the rows that they tell.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::cross::{Evidence, fit};
use super::learner::{Task, margins};
use super::unseen::Unseen;
use super::{Settings, family, sample};
use crate::base::design::Design;
use crate::base::folds::FoldKind;
use crate::base::model::Model;
use crate::base::units::Family;
use crate::base::{Result, Seed};

/// How one fold is fitted.
#[derive(Debug, Clone, Copy)]
pub struct Refit<'a> {
    /// Row for row that of the evidence, with other columns or values.
    pub design: &'a Design,
    pub family: Family,
    /// The nearest degree of restraint is taken.
    pub restraint: f64,
}

/// One fold, fitted again.
#[derive(Debug, Clone, PartialEq)]
pub struct Refitted {
    /// The fold's own rows by its own model.
    pub out_of_fold: Unseen,
    /// What its calibrator may learn from.
    pub calibration: Unseen,
}

/// The model without the rows of two folds; of one fold twice, without its own.
type Pair = (usize, usize);

/// Fits every fold again, each in its own way: with n random folds n (n + 1) / 2 fits where all are alike and n² where
/// none are, in time order n.
///
/// # Errors
/// A fit fails.
pub fn refit(evidence: &Evidence<'_>, ways: &[Refit<'_>], settings: &Settings, seed: Seed) -> Result<Vec<Refitted>> {
    let n = ways.len();
    let is_random = evidence.folds.kind == FoldKind::Random;
    let pairs = (0..n).flat_map(|fold| (0..n).map(move |other| (fold, other)));
    let needed: BTreeSet<Pair> =
        pairs.filter(|(fold, other)| fold == other || is_random).map(|pair| stands_for(ways, pair)).collect();
    let fold_of = evidence.folds.of_rows(evidence.outcome.len());
    let model = |pair: Pair| Ok((pair, without(evidence, ways[pair.0], &fold_of, pair, settings, seed)?));
    let models: BTreeMap<Pair, Model> =
        needed.into_iter().collect::<Vec<_>>().into_par_iter().map(model).collect::<Result<_>>()?;
    (0..n).into_par_iter().map(|fold| tell(evidence, ways, &models, fold, settings, seed)).collect()
}

/// The pair whose model serves: two folds that are fitted alike share one.
fn stands_for(ways: &[Refit<'_>], (fold, other): Pair) -> Pair {
    let (one, two) = (ways[fold], ways[other]);
    let are_alike = std::ptr::eq(one.design, two.design)
        && one.family == two.family
        && one.restraint.total_cmp(&two.restraint).is_eq();
    if are_alike { (fold.min(other), fold.max(other)) } else { (fold, other) }
}

fn without(
    evidence: &Evidence<'_>,
    way: Refit<'_>,
    fold_of: &[Option<u16>],
    (fold, other): Pair,
    settings: &Settings,
    seed: Seed,
) -> Result<Model> {
    let task = Task { design: way.design, ..evidence.task(settings) };
    let learner = family::learner(way.family, task);
    let values = learner.candidates().values;
    let far = |candidate: &usize| (values[*candidate] - way.restraint).abs();
    let candidate = (0..values.len()).min_by(|a, b| far(a).total_cmp(&far(b))).unwrap_or(0);
    let seed = seed.child(way.family.name());
    let train = &evidence.folds.parts[fold].train;
    if fold == other {
        let seed = seed.child(&format!("fold {fold}"));
        return Ok(fit(&*learner, task, train, settings.fit_rows_max, candidate, seed)?.model);
    }
    let is_left = |row: &u32| fold_of[*row as usize].map(usize::from) != Some(other);
    let rows: Vec<u32> = train.iter().copied().filter(is_left).collect();
    let seed = seed.child(&format!("without {} and {}", fold.min(other), fold.max(other)));
    Ok(fit(&*learner, task, &rows, settings.calibration_rows_max, candidate, seed)?.model)
}

fn tell(
    evidence: &Evidence<'_>,
    ways: &[Refit<'_>],
    models: &BTreeMap<Pair, Model>,
    fold: usize,
    settings: &Settings,
    seed: Seed,
) -> Result<Refitted> {
    let Evidence { folds, outcome, .. } = *evidence;
    let mut refitted = Refitted { out_of_fold: Unseen::default(), calibration: Unseen::default() };
    for of in 0..ways.len() {
        // in time order the models of earlier blocks serve, each asked of its own design
        let (pair, design) = match folds.kind {
            FoldKind::Random => ((fold, of), ways[fold].design),
            FoldKind::Forward => ((of, of), ways[of].design),
        };
        let Some(model) = models.get(&stands_for(ways, pair)) else { continue };
        if of == fold {
            let test = &folds.parts[fold].test;
            refitted.out_of_fold.extend(folds.calibration_fold(fold), test, &margins(model, design, test)?, outcome);
            continue;
        }
        let seed = seed.child(&format!("evidence {fold} {of}"));
        let rows = sample::stratified(&folds.evidence(fold, of), outcome, settings.evidence_rows_max, seed);
        refitted.calibration.extend(folds.calibration_fold(of), &rows, &margins(model, design, &rows)?, outcome);
    }
    Ok(refitted)
}
