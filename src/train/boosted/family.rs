//! Boosted trees as a family to choose from: more trees are less restraint.

use super::{BoostedParams, Examples, fit_boosted};
use crate::base::model::Model;
use crate::base::units::Family;
use crate::base::{Result, Seed};
use crate::train::learner::{Candidates, Learner, Path, Task};

/// Numbers of trees to choose from.
const N_TREES: [usize; 6] = [400, 250, 150, 100, 60, 30];

/// The family `boosted`. Nothing in it is drawn: the seed moves nothing.
pub(in crate::train) struct Boosted<'a> {
    pub task: Task<'a>,
}

impl Boosted<'_> {
    fn trees(&self, rows: &[u32], n_trees: usize) -> Result<Model> {
        let outcomes = self.task.outcomes(rows);
        let examples = Examples { design: self.task.design, rows, outcomes: &outcomes, weights: None };
        let params = BoostedParams { n_trees, ..BoostedParams::default() };
        fit_boosted(&examples, None, &params, self.task.settings)
    }
}

impl Learner for Boosted<'_> {
    fn family(&self) -> Family {
        Family::Boosted
    }

    fn candidates(&self) -> Candidates {
        Candidates { name: "trees", values: N_TREES.iter().map(|n_trees| *n_trees as f64).collect() }
    }

    fn path(&self, rows: &[u32], _seed: Seed) -> Result<Path> {
        Ok(Path::Prefixes { model: self.trees(rows, N_TREES[0])?, ends: N_TREES.to_vec() })
    }

    fn fit(&self, rows: &[u32], candidate: usize, _seed: Seed) -> Result<Model> {
        self.trees(rows, N_TREES.get(candidate).copied().unwrap_or(N_TREES[0]))
    }
}
