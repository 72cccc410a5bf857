//! One shallow tree of linfa-trees, to be read as rules.

use super::coded::Coded;
use super::grown::Grown;
use super::growth::Growth;
use super::{Vendor, candidates, fit, path};
use crate::base::model::Model;
use crate::base::units::Family;
use crate::base::{Error, Result, Seed};
use crate::train::learner::{Candidates, Learner, Path, Task};

/// Candidates are depths: 5 questions make at most 32 rules.
pub(in crate::train) struct Tree<'a> {
    pub task: Task<'a>,
}

impl Vendor for Tree<'_> {
    const FAMILY: Family = Family::Tree;
    const DEPTHS: &'static [usize] = &[5, 4, 3, 2];

    fn grow(coded: &Coded, depth_max: usize, seed: Seed) -> Result<Vec<Grown>> {
        let rare_min = (coded.n_rows() / 1_000).clamp(5, 25);
        let growth = Growth { coded, depth_max, rare_min, n_asked: usize::MAX, seed };
        let tree = growth.tree((0..coded.n_rows() as u32).collect());
        Ok(vec![tree.map_err(|error| Error::new(format!("the tree cannot be fitted: {error}")))?])
    }
}

impl Learner for Tree<'_> {
    fn family(&self) -> Family {
        Self::FAMILY
    }

    fn candidates(&self) -> Candidates {
        candidates::<Self>()
    }

    fn path(&self, rows: &[u32], seed: Seed) -> Result<Path> {
        path::<Self>(&self.task, rows, seed)
    }

    fn fit(&self, rows: &[u32], candidate: usize, seed: Seed) -> Result<Model> {
        fit::<Self>(&self.task, rows, candidate, seed)
    }
}
