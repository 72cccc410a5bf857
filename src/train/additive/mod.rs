//! The additive family: a curve for every column, tables for a few pairs of columns, and nothing else.
//!
//! Generalized additive models with pairs, fitted by cyclic boosting of small trees (GA2M: Lou, Caruana, Gehrke &
//! Hooker, 2013; explainable boosting machines: Nori, Jenkins, Koch & Caruana, 2019). What such a model says of a
//! subject is a sum of table look-ups, so that its explanation is the model itself.
//!
//! 1. Rows are dealt to bags, every row held out by one ([`rows`]).
//! 2. Main effects are boosted on counted sums instead of rows ([`boost`], [`curvature`], [`step`]); all bags stop
//!    where the rows held out are told best.
//! 3. Pairs are ranked by what they explain out of sample ([`fast`]), boosted with the main effects fixed ([`tables`],
//!    [`plane`]), and kept where rows held out are told better ([`pairs`]).
//! 4. Main effects are taken out of pairs ([`purify`]); the bags' mean is the model, their spread its error
//!    ([`model`]).
//!
//! Memory of a fit: a byte a row and column; 4 bytes a row and bag, with pairs 20 and 2 a row and tried pair; 4 bytes ×
//! (sum of bins)², 17 MB at most unless there are hundreds of columns.
//!
//! Left out: an order of pairs' levels other than by main effect, and triples of columns.

mod adapter;
mod blocks;
mod boost;
mod coarse;
mod curvature;
mod fast;
mod loss;
mod model;
mod pairs;
mod plane;
mod purify;
mod rows;
mod settings;
mod step;
mod tables;
#[cfg(test)]
mod tests;

pub use adapter::{AdditiveModel, AdditiveParams, AdditiveValidParams};

use super::binned::{Binned, BinnedColumn};
use super::learner::{Candidates, Learner, Path, Task};
use crate::base::model::Model;
use crate::base::units::Family;
use crate::base::{Result, Seed};
use blocks::Block;
use boost::{Boosted, Problem, boost};
use rows::Rows;
use settings::Tuning;

/// Bins of all columns together that are aimed at: the counted curvature has a cell for every two.
const WIDTH_MAX: usize = 2048;
/// Bins of a column that are never given up, however many columns or few rows there are.
const BINS_MIN: usize = 8;
/// Beyond these a bin for so many rows: finer curves of few rows follow chance.
const ROWS_PER_BIN: usize = 32;

/// The additive family, with pairs or without.
pub(super) struct Additive<'a> {
    task: Task<'a>,
    tuning: Tuning,
}

impl<'a> Additive<'a> {
    pub(super) fn new(task: Task<'a>) -> Self {
        Self { task, tuning: Tuning::default() }
    }

    /// Columns as bins: fewer where rows are few or columns many.
    fn bin(&self, rows: &Rows) -> Binned {
        let mut n_bins = (rows.len() / ROWS_PER_BIN).max(BINS_MIN).min(self.tuning.bins_max);
        loop {
            let mut binned = Binned::learn(self.task.design, &rows.rows, n_bins, self.task.settings);
            let width: usize = binned.columns.iter().map(BinnedColumn::n_bins).sum();
            if width <= WIDTH_MAX || n_bins <= BINS_MIN {
                // a column that is missing everywhere has a bin for known values that nothing lies in
                binned.columns.retain(|column| column.counts().iter().filter(|count| **count > 0).count() > 1);
                return binned;
            }
            n_bins = (n_bins / 2).max(BINS_MIN);
        }
    }

    /// The models with pairs (if asked for) and without, which share the main effects.
    fn models(&self, rows: &[u32], seed: Seed, with_pairs: bool) -> (Option<Model>, Model) {
        let n_bags = self.tuning.n_bags.clamp(2, rows.len().max(2));
        let rows = Rows::deal(rows, &self.task.outcomes(rows), self.task.cluster, n_bags, seed);
        let rows = match self.task.weigh {
            Some(weigh) => rows.weighed(weigh),
            None => rows,
        };
        let binned = self.bin(&rows);
        let intercept = rows.log_odds();
        if binned.columns.is_empty() || !rows.has_both_outcomes() {
            let model = Model::empty(Family::Additive, intercept, rows.len() as u64);
            return (with_pairs.then(|| model.clone()), model);
        }
        let direction = |name: &str| self.task.settings.directions.get(name).copied();
        let blocks: Vec<Block<'_>> =
            binned.columns.iter().map(|column| Block::of(column, direction(&column.name))).collect();
        let problem = Problem { rows: &rows, blocks: &blocks, intercept, pace: &self.tuning.mains };
        let mains = boost(&problem);
        let without = model::assemble(&binned, intercept, &mains, None);
        let with = with_pairs.then(|| self.with_pairs(&binned, &problem, &mains, &without));
        (with, without)
    }

    fn with_pairs(&self, binned: &Binned, problem: &Problem<'_>, mains: &Boosted, without: &Model) -> Model {
        match pairs::find(&binned.columns, problem, mains, &self.tuning) {
            Some(pairs) => model::assemble(binned, problem.intercept, mains, Some(&pairs)),
            None => without.clone(),
        }
    }
}

impl Learner for Additive<'_> {
    fn family(&self) -> Family {
        Family::Additive
    }

    /// Pairs at most: as many as improve the model, or none.
    fn candidates(&self) -> Candidates {
        Candidates { name: "pairs", values: vec![self.tuning.n_pairs as f64, 0.0] }
    }

    fn path(&self, rows: &[u32], seed: Seed) -> Result<Path> {
        let (with, without) = self.models(rows, seed, true);
        Ok(Path::Models(with.into_iter().chain([without]).collect()))
    }

    fn fit(&self, rows: &[u32], candidate: usize, seed: Seed) -> Result<Model> {
        let (with, without) = self.models(rows, seed, candidate == 0);
        Ok(with.unwrap_or(without))
    }
}
