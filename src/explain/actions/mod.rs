//! Actions: what within the business's power would lower a subject's score, and what that would cost.
//!
//! A plan changes at most three columns, each to a value that the config allows. Of all plans with at most so many
//! changes it is the cheapest whose score leaves the selected bands; where there is none, the one that lowers the score
//! most. It speaks of the model's score, not of the world: that the score falls does not promise that the subject stays
//! (Karimi, Schölkopf and Valera 2021, "Algorithmic recourse: from counterfactual explanations to interventions").

mod game;
mod options;
mod search;
mod separate;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use crate::base::calibrator::Calibrator;
use crate::base::design::{Design, Feature, MISSING, Value, Values};
use crate::base::model::Model;
use crate::base::{Error, Result};
use game::Game;
use options::Options;

/// Changes of a plan at most.
pub const CHANGES_MAX: usize = 3;
/// What re-scoring may be off the margin that the search told, in margin units: both are sums of the same numbers.
const TOLERANCE: f64 = 1e-9;

/// Which way a column can be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum May {
    Increase,
    Decrease,
    /// Columns of levels are always changed so.
    Either,
}

/// How a column can be changed, and what that costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Actionable {
    pub may: May,
    /// Lowest and highest number that can be reached; a subject beyond them can be brought no further away.
    pub min: Option<f64>,
    pub max: Option<f64>,
    /// Numbers change by whole steps of this size, above 0.
    pub step: f64,
    /// Of a step, or of another level; not negative.
    pub cost: f64,
    /// Whether `cost` is money; else a step counts 1.
    pub is_priced: bool,
}

/// How well a plan is known to be the best.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "gap")]
pub enum Proof {
    /// No other plan of as many changes is cheaper (or lowers the score more).
    Optimal,
    /// The search ended early: a better plan would be cheaper by at most this (or lower the score by at most so many
    /// points more).
    BestFound(f64),
    /// No plan of as many changes leaves the selected bands: this is the one that lowers the score most.
    NoneExists,
}

/// What to change, and what the score would be.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Column of the design, and its value.
    pub changes: Vec<(usize, Value)>,
    pub cost: f64,
    pub margin: f64,
    pub score: f64,
    pub proof: Proof,
}

/// Plans of one, two and three changes for each of `rows`, by a model and its calibrator; one that is no better than one
/// with fewer changes is left out. `target` is the risk to come below.
///
/// Exact where no term or tree asks about two changeable columns together, else as far as [`Proof`] says: candidate values are all whole steps (at
/// most 1,000 of a column, evenly thinned beyond), of those that the model cannot tell apart the cheapest. Values that are
/// missing stay so. Every plan is scored again by the model itself.
///
/// # Errors
/// A column does not fit the model, or a plan's score is not what the search told.
pub fn actions(
    model: &Model,
    calibrator: Calibrator,
    design: &Design,
    rows: &[u32],
    target: f64,
    actionable: &BTreeMap<String, Actionable>,
) -> Result<Vec<Vec<Plan>>> {
    let bound = model.bind(design)?;
    let options = Options::new(model, design, actionable);
    let limit = search::Limit::of(margin_below(calibrator, target), rows.len());
    let found: Vec<Vec<search::Found>> = rows
        .par_iter()
        .map(|&row| {
            let values = options.of(row as usize);
            let game = Game::new(&bound, &options, &values, row as usize);
            let plans =
                if game.is_separate() { separate::plans(&game, limit.below) } else { search::plans(&game, limit) };
            plans.into_iter().map(|found| found.with_values(&values)).collect()
        })
        .collect();
    let plan = |found: search::Found| {
        let changes =
            found.changes.iter().map(|(column, value)| (options.columns[*column].place, value.clone())).collect();
        let gap = |proof: Proof| match proof {
            // of margins, in points
            Proof::BestFound(gap) if !found.reaches => {
                Proof::BestFound(100.0 * (calibrator.value(found.margin) - calibrator.value(found.margin - gap)))
            }
            proof => proof,
        };
        Plan {
            changes,
            cost: found.cost,
            margin: found.margin,
            score: 100.0 * calibrator.value(found.margin),
            proof: gap(found.proof),
        }
    };
    let plans: Vec<Vec<Plan>> = found.into_iter().map(|found| found.into_iter().map(plan).collect()).collect();
    verify(model, design, rows, &plans)?;
    Ok(plans)
}

/// The margin whose risk is `target`, by halving: the calibrator rises.
fn margin_below(calibrator: Calibrator, target: f64) -> f64 {
    let (mut low, mut high) = (-64.0, 64.0);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if calibrator.value(middle) < target {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// Scores every plan by the model itself.
fn verify(model: &Model, design: &Design, rows: &[u32], plans: &[Vec<Plan>]) -> Result<()> {
    let changed: Vec<(u32, &Plan)> =
        rows.iter().zip(plans).flat_map(|(row, plans)| plans.iter().map(move |plan| (*row, plan))).collect();
    let features = design.features.iter().enumerate().map(|(place, feature)| with_changes(feature, place, &changed));
    let design = Design { n_subjects: changed.len(), features: features.collect() };
    let bound = model.bind(&design)?;
    let off = |(row, (_, plan)): (usize, &(u32, &Plan))| (bound.margin(row) - plan.margin).abs();
    let worst = changed.iter().enumerate().map(off).fold(0.0, f64::max);
    if worst > TOLERANCE {
        return Err(Error::new(format!(
            "the score of an action is off by {worst:e} margin units when scored again, expected at most {TOLERANCE:e}"
        )));
    }
    Ok(())
}

/// A column of the changed rows.
fn with_changes(feature: &Feature, place: usize, changed: &[(u32, &Plan)]) -> Feature {
    let to = |plan: &Plan| plan.changes.iter().find(|(column, _)| *column == place).map(|(_, value)| value.clone());
    let values = match &feature.values {
        Values::Numbers { values, missing } => {
            let cell = |(row, plan): &(u32, &Plan)| match to(plan) {
                Some(Value::Number(number)) => (number, false),
                _ => (values[*row as usize], missing.get(*row as usize).copied().unwrap_or(false)),
            };
            let (values, missing) = changed.iter().map(cell).unzip();
            Values::Numbers { values, missing }
        }
        Values::Levels { codes, levels } => {
            let code = |(row, plan): &(u32, &Plan)| match to(plan) {
                Some(Value::Level(level)) => {
                    levels.iter().position(|known| *known == level).map_or(MISSING, |code| code as u32)
                }
                _ => codes[*row as usize],
            };
            Values::Levels { codes: changed.iter().map(code).collect(), levels: levels.clone() }
        }
    };
    Feature { values, ..feature.clone() }
}
