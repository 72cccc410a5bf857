//! A forest: linfa-ensemble draws the rows of each tree, linfa-trees asks the questions.
//!
//! The ensemble would draw columns once per tree; here each node draws its own, as Breiman's forest does ("Random
//! forests", Machine Learning 2001), so it is given the numbers of the rows for records. Its votes are not used: a tie
//! would go by the order of a hash map, and votes are no rates.

use linfa::DatasetBase;
use linfa::prelude::Fit;
use linfa_ensemble::EnsembleLearnerParams;
use ndarray::{Array1, Array2};
use rayon::prelude::*;

use super::coded::Coded;
use super::grown::Grown;
use super::growth::Growth;
use super::{Vendor, candidates, fit, path};
use crate::base::model::Model;
use crate::base::seed::Draws;
use crate::base::units::Family;
use crate::base::{Error, Result, Seed};
use crate::train::learner::{Candidates, Learner, Path, Task};

/// The trees are grown in so many lots, each with a seed of its own.
const N_LOTS: usize = 8;
const TREES_PER_LOT: usize = 5;
/// Rows drawn for a tree at most.
const TREE_ROWS_MAX: usize = 4_000;
/// Rows of the rarer outcome, or others worth as much, on each side of a question.
const RARE_MIN: usize = 2;
/// Share of the columns that a node looks at.
const ASKED_SHARE: f64 = 0.4;

/// Candidates are depths.
pub(in crate::train) struct Forest<'a> {
    pub task: Task<'a>,
}

impl Vendor for Forest<'_> {
    const FAMILY: Family = Family::Forest;
    const DEPTHS: &'static [usize] = &[8, 6, 4];

    fn grow(coded: &Coded, depth_max: usize, seed: Seed) -> Result<Vec<Grown>> {
        let n_asked = (ASKED_SHARE * coded.columns.len() as f64).ceil() as usize;
        let growth = Growth { coded, depth_max, rare_min: RARE_MIN, n_asked, seed };
        let rows = Array2::from_shape_fn((coded.n_rows(), 1), |(row, _)| row as u32);
        let dataset = DatasetBase::new(rows, Array1::from(coded.outcomes.clone()));
        let lots: Vec<Vec<Grown>> = (0..N_LOTS)
            .into_par_iter()
            .map(|lot| grow_lot(growth, &dataset, seed.draws(&format!("lot {lot}"))))
            .collect::<Result<_>>()?;
        Ok(lots.into_iter().flatten().collect())
    }
}

fn grow_lot(growth: Growth<'_>, rows: &DatasetBase<Array2<u32>, Array1<bool>>, draws: Draws) -> Result<Vec<Grown>> {
    let share = TREE_ROWS_MAX as f64 / rows.records.nrows().max(1) as f64;
    let lot = EnsembleLearnerParams::new_fixed_rng(growth, draws)
        .ensemble_size(TREES_PER_LOT)
        .bootstrap_proportion(share.min(1.0))
        .fit(rows)
        .map_err(|error| Error::new(format!("the forest cannot be fitted: {error}")))?;
    Ok(lot.models)
}

impl Learner for Forest<'_> {
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
