//! Gradient boosting of oblivious trees for the log loss: trees that are built to be attributed.
//!
//! An oblivious tree asks the same question in all nodes of a level, so that a row's leaf is a number of as many bits as
//! there are questions. Each tree is a Newton step, shortened by the learning rate (Friedman 2001, Annals of Statistics
//! 29; Chen and Guestrin 2016, KDD; oblivious as in Prokhorenkova et al. 2018, NeurIPS), from histograms over at most
//! 255 bins. Gradients and Hessians are whole numbers ([`gradient`]): sums are exact, so that neither the order of rows
//! nor the number of threads moves a bit of the model.
//!
//! Memory: about 20 bytes a row, one more for each column, and one for each that shares no byte with others.

mod adapter;
mod family;
mod gradient;
mod grow;
mod layout;
mod monotone;
mod part;
mod question;
mod search;
mod stop;
mod sums;
#[cfg(test)]
mod tests;

pub use adapter::BoostedTrees;
#[allow(unused_imports)]
pub(super) use family::Boosted;

use super::Settings;
use super::binned::{BINS_MAX, Binned, BinnedColumn};
use super::learner::first_trees;
use crate::base::design::Design;
use crate::base::model::{Model, Oblivious};
use crate::base::units::Family;
use crate::base::{Error, Result};
use grow::{Grower, Grown, Rows};
use layout::Layout;
use question::Question;
use stop::Watch;

/// How trees are grown.
#[derive(Debug, Clone, PartialEq)]
pub struct BoostedParams {
    /// Trees at most.
    pub n_trees: usize,
    /// Questions of a tree, 1 to 8.
    pub depth: usize,
    /// Share of a Newton step that a tree takes, above 0 and at most 1.
    pub learning_rate: f64,
    /// Added to the Hessian sum of every leaf, above 0: as many rows that say nothing, in units of p (1 − p).
    pub l2: f64,
    /// Added to the Hessian sum of every level of a column where levels are put in order, in the same units, above 0.
    pub smoothing: f64,
    /// Bins of a column, the missing one included, 3 to 255.
    pub n_bins: usize,
    /// With examples to stop by: how many trees in a row may bring nothing.
    pub patience: usize,
}

impl Default for BoostedParams {
    fn default() -> Self {
        Self { n_trees: 200, depth: 6, learning_rate: 0.1, l2: 1.0, smoothing: 10.0, n_bins: 128, patience: 20 }
    }
}

impl BoostedParams {
    fn check(&self) -> Result<()> {
        let wrong = |name: &str, given: &dyn std::fmt::Display, expected: &str| {
            Err(Error::new(format!("`{name}` of the boosted trees is {given}, expected {expected}")))
        };
        let Self { depth, learning_rate, l2, smoothing, n_bins, .. } = self;
        let is_above_zero = |number: f64| number > 0.0 && number.is_finite();
        match () {
            () if !(1..=8).contains(depth) => wrong("depth", depth, "1 to 8"),
            () if !(is_above_zero(*learning_rate) && *learning_rate <= 1.0) => {
                wrong("learning_rate", learning_rate, "a number above 0 and at most 1")
            }
            () if !is_above_zero(*l2) => wrong("l2", l2, "a number above 0"),
            () if !is_above_zero(*smoothing) => wrong("smoothing", smoothing, "a number above 0"),
            () if !(3..=BINS_MAX + 1).contains(n_bins) => wrong("n_bins", n_bins, "3 to 255"),
            () => Ok(()),
        }
    }
}

/// Rows whose outcome is known.
#[derive(Debug, Clone, Copy)]
pub struct Examples<'a> {
    pub design: &'a Design,
    /// Row numbers of the design.
    pub rows: &'a [u32],
    /// One for each of `rows`.
    pub outcomes: &'a [bool],
    /// One for each of `rows`, not negative; `None`: all alike.
    pub weights: Option<&'a [f64]>,
}

/// Boosted trees of `examples`; with `stop`, other examples, up to the tree after which their mean log loss is least.
///
/// The intercept is the log-odds of the rate of the outcome. Levels are pooled and the risk's directions followed as
/// `settings` say. Where all outcomes are alike, or no column tells rows apart, the model is its intercept.
///
/// # Errors
/// A parameter is out of its range, or the lengths of the examples' parts differ; a column of `stop` does not fit.
pub fn fit_boosted(
    examples: &Examples<'_>,
    stop: Option<&Examples<'_>>,
    params: &BoostedParams,
    settings: &Settings,
) -> Result<Model> {
    params.check()?;
    examples.check()?;
    let (with, without) = examples.weight_of_outcomes();
    let (weights, unit) = examples.unit_weights();
    let n_rows = examples.rows.len();
    let mut model = Model::empty(Family::Boosted, log_odds(with, without, n_rows), n_rows as u64);
    let binned = Binned::learn(examples.design, examples.rows, params.n_bins - 1, settings);
    binned.check()?;
    if binned.columns.is_empty() || with == 0.0 || without == 0.0 {
        return Ok(model);
    }
    let layout = Layout::of(&binned.columns.iter().map(BinnedColumn::n_bins).collect::<Vec<_>>());
    let codes = layout.rows(&binned);
    let direction = |column: &BinnedColumn| settings.directions.get(&column.name).copied();
    let rows = Rows {
        binned: &binned,
        outcomes: examples.outcomes,
        weights: weights.as_deref(),
        unit,
        directions: &binned.columns.iter().map(direction).collect::<Vec<_>>(),
        intercept: model.intercept,
    };
    let grower = Grower::new(&rows, params, &layout, &codes);
    // into the thread pool once, not for every level of every tree
    let n_trees = rayon::scope(|_| boost(&mut model, grower, params, stop))?;
    let mut model = first_trees(&model, n_trees);
    model.trees.keep_asked();
    Ok(model)
}

/// ln(with / without); where one is 0, as if half a row's share of the other were; 0 where both are.
fn log_odds(with: f64, without: f64, n_rows: usize) -> f64 {
    let least = (with + without) / (2.0 * n_rows.max(1) as f64);
    if least > 0.0 { (with.max(least) / without.max(least)).ln() } else { 0.0 }
}

/// Adds trees to the model; how many of them to keep.
fn boost(
    model: &mut Model,
    mut grower: Grower<'_>,
    params: &BoostedParams,
    stop: Option<&Examples<'_>>,
) -> Result<usize> {
    let columns = grower.columns();
    let counts: Vec<Vec<u64>> = columns.iter().map(BinnedColumn::counts).collect();
    model.trees.features = columns.iter().map(BinnedColumn::tree_feature).collect();
    let mut watch = stop.map(|examples| Watch::new(examples, model.intercept));
    while model.trees.oblivious.len() < params.n_trees {
        let Some(Grown { questions, values, cover }) = grower.grow() else { break };
        let split = |question: &Question| question.split(&columns[question.column], &counts[question.column]);
        let splits = questions.iter().map(split).collect();
        model.trees.oblivious.push(Oblivious { splits, leaves: values, cover });
        if let Some(watch) = &mut watch {
            watch.see(model)?;
            if watch.n_seen > watch.n_best + params.patience {
                break;
            }
        }
    }
    Ok(watch.map_or(model.trees.oblivious.len(), |watch| watch.n_best))
}

impl Examples<'_> {
    fn check(&self) -> Result<()> {
        let n_rows = self.rows.len();
        let weights = self.weights.unwrap_or_default();
        if self.outcomes.len() != n_rows || self.weights.is_some_and(|weights| weights.len() != n_rows) {
            return Err(Error::new(format!("{n_rows} rows need as many outcomes, and as many weights or none")));
        }
        if weights.iter().any(|weight| !weight.is_finite() || *weight < 0.0) {
            return Err(Error::new("a weight is negative or not a number"));
        }
        Ok(())
    }

    /// Weights as shares of the largest, and that.
    fn unit_weights(&self) -> (Option<Vec<f32>>, f64) {
        let Some(weights) = self.weights else { return (None, 1.0) };
        let unit = weights.iter().copied().fold(0.0, f64::max);
        (Some(weights.iter().map(|weight| (weight / unit) as f32).collect()), unit)
    }

    /// Sums of the weights of rows with the outcome and of those without it.
    fn weight_of_outcomes(&self) -> (f64, f64) {
        let weight = |place: usize| self.weights.map_or(1.0, |weights| weights[place]);
        let sum = |of: bool| {
            let places = self.outcomes.iter().enumerate().filter(|(_, outcome)| **outcome == of);
            places.map(|(place, _)| weight(place)).sum()
        };
        (sum(true), sum(false))
    }
}
