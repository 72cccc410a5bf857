//! What every family can do: learn from rows, at each of a few degrees of restraint.

use crate::base::design::Design;
use crate::base::model::Model;
use crate::base::units::Family;
use crate::base::{Result, Seed};

use super::Settings;
use super::cross::Weigh;

/// What there is to learn from.
#[derive(Clone, Copy)]
pub(super) struct Task<'a> {
    pub design: &'a Design,
    /// One entry per row of the design.
    pub outcome: &'a [Option<bool>],
    /// Likewise; empty: no rows belong together.
    pub cluster: &'a [u32],
    pub weigh: Option<Weigh<'a>>,
    pub settings: &'a Settings,
}

impl Task<'_> {
    pub(super) fn outcomes(&self, rows: &[u32]) -> Vec<bool> {
        rows.iter().map(|&row| self.outcome[row as usize] == Some(true)).collect()
    }
}

/// What a family is chosen a degree of restraint by: penalties, depths, numbers of trees.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidates {
    pub name: &'static str,
    /// The least restrained first.
    pub values: Vec<f64>,
}

/// A family of models.
pub(super) trait Learner: Sync {
    fn family(&self) -> Family;

    fn candidates(&self) -> Candidates;

    /// Rows that a fit uses at most, where the settings allow more: what the family's algorithm can bear.
    fn rows_max(&self) -> usize {
        usize::MAX
    }

    /// The models of all candidates, fitted to `rows`.
    ///
    /// # Errors
    /// A fit fails.
    fn path(&self, rows: &[u32], seed: Seed) -> Result<Path>;

    /// The model of one candidate, fitted to `rows`.
    ///
    /// # Errors
    /// The fit fails.
    fn fit(&self, rows: &[u32], candidate: usize, seed: Seed) -> Result<Model>;
}

/// The models of all candidates.
#[derive(Debug, Clone)]
pub(super) enum Path {
    Models(Vec<Model>),
    /// Candidate i is the model with its first `ends[i]` oblivious trees.
    Prefixes {
        model: Model,
        ends: Vec<usize>,
    },
}

impl Path {
    /// The model of one candidate.
    pub(super) fn model(&self, candidate: usize) -> Option<Model> {
        match self {
            Self::Models(models) => models.get(candidate).cloned(),
            Self::Prefixes { model, ends } => ends.get(candidate).map(|end| first_trees(model, *end)),
        }
    }

    /// Margins of `rows` by every candidate: one vector for each, in their order.
    ///
    /// # Errors
    /// A column does not fit the model.
    pub(super) fn margins(&self, design: &Design, rows: &[u32]) -> Result<Vec<Vec<f64>>> {
        match self {
            Self::Models(models) => models.iter().map(|model| margins(model, design, rows)).collect(),
            Self::Prefixes { model, ends } => staged(model, ends, design, rows),
        }
    }
}

/// Margins of `rows` by a model.
///
/// # Errors
/// A column does not fit the model.
pub(super) fn margins(model: &Model, design: &Design, rows: &[u32]) -> Result<Vec<f64>> {
    let bound = model.bind(design)?;
    Ok(rows.iter().map(|&row| bound.margin(row as usize)).collect())
}

fn staged(model: &Model, ends: &[usize], design: &Design, rows: &[u32]) -> Result<Vec<Vec<f64>>> {
    let bound = model.bind(design)?;
    let mut order: Vec<usize> = (0..ends.len()).collect();
    order.sort_by_key(|&candidate| ends[candidate]);
    let ascending: Vec<usize> = order.iter().map(|&candidate| ends[candidate]).collect();
    let mut all = vec![Vec::with_capacity(rows.len()); ends.len()];
    let mut stages = Vec::new();
    for &row in rows {
        stages.clear();
        bound.staged_margins(row as usize, &ascending, &mut stages);
        order.iter().zip(&stages).for_each(|(&candidate, margin)| all[candidate].push(*margin));
    }
    Ok(all)
}

/// A boosted model with only its first trees, and the base margin that goes with them.
pub(super) fn first_trees(model: &Model, end: usize) -> Model {
    let mut model = model.clone();
    model.trees.oblivious.truncate(end);
    let mean = |leaves: &[f64], cover: &[f64]| {
        let total: f64 = cover.iter().sum();
        leaves.iter().zip(cover).map(|(leaf, cover)| leaf * cover).sum::<f64>() / total.max(1.0)
    };
    let of_trees: f64 = model.trees.oblivious.iter().map(|tree| mean(&tree.leaves, &tree.cover)).sum();
    model.background.base_margin = model.intercept + of_trees;
    model
}
