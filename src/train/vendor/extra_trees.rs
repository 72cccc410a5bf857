//! Extra trees of smartcore: for each column one threshold drawn at random, the best of them kept, on all rows.
//!
//! An independent challenger: other code and other chance than the forest's (Geurts, Ernst, Wehenkel, "Extremely
//! randomized trees", Machine Learning 2006). A threshold is drawn among bins, not among values.

use rayon::prelude::*;
use serde::Deserialize;
use smartcore::ensemble::extra_trees_regressor::{ExtraTreesRegressor, ExtraTreesRegressorParameters};
use smartcore::linalg::basic::matrix::DenseMatrix;

use super::coded::{Coded, Question};
use super::grown::{Branch, Grown};
use super::{Vendor, candidates, fit, path};
use crate::base::model::Model;
use crate::base::units::Family;
use crate::base::{Error, Result, Seed};
use crate::train::learner::{Candidates, Learner, Path, Task};

/// The trees are grown in so many lots, each with a seed of its own.
const N_LOTS: usize = 6;
const TREES_PER_LOT: usize = 5;
/// Rows in a leaf at least.
const LEAF_MIN: usize = 4;

/// Candidates are depths.
pub(in crate::train) struct ExtraTrees<'a> {
    pub task: Task<'a>,
}

impl Vendor for ExtraTrees<'_> {
    const FAMILY: Family = Family::ExtraTrees;
    const DEPTHS: &'static [usize] = &[8, 6, 4];

    fn grow(coded: &Coded, depth_max: usize, seed: Seed) -> Result<Vec<Grown>> {
        let (x, y) = (matrix(coded)?, coded.outcomes.iter().map(|&with| f64::from(with)).collect());
        let lots: Vec<Vec<Grown>> = (0..N_LOTS)
            .into_par_iter()
            .map(|lot| read(&fit_lot(&x, &y, depth_max, seed.child(&format!("lot {lot}")))?))
            .map(|lot| Ok(lot?.into_iter().map(|(tree, _)| tree).collect()))
            .collect::<Result<_>>()?;
        Ok(lots.into_iter().flatten().collect())
    }
}

pub(super) type Fitted = ExtraTreesRegressor<f64, f64, DenseMatrix<f64>, Vec<f64>>;

pub(super) fn matrix(coded: &Coded) -> Result<DenseMatrix<f64>> {
    let codes = coded.columns.iter().flat_map(|column| column.codes.iter().map(|&code| f64::from(code)));
    DenseMatrix::new(coded.n_rows(), coded.columns.len(), codes.collect(), true).map_err(refused)
}

/// Regression on 0 and 1: the squared error of a node is half its Gini impurity. The vendor counts the root as a depth.
pub(super) fn fit_lot(x: &DenseMatrix<f64>, y: &Vec<f64>, depth_max: usize, seed: Seed) -> Result<Fitted> {
    let parameters = ExtraTreesRegressorParameters::default()
        .with_n_trees(TREES_PER_LOT)
        .with_max_depth(u16::try_from(depth_max + 1).unwrap_or(u16::MAX))
        .with_min_samples_leaf(LEAF_MIN)
        .with_m(usize::MAX)
        .with_seed(seed.0);
    Fitted::fit(x, y, parameters).map_err(refused)
}

fn refused(error: impl std::fmt::Display) -> Error {
    Error::new(format!("the extra trees cannot be fitted: {error}"))
}

/// What the vendor keeps to itself, read from its serde form.
#[derive(Deserialize)]
struct Form {
    forest_regressor: FormTrees,
}

#[derive(Deserialize)]
struct FormTrees {
    trees: Vec<FormTree>,
}

#[derive(Deserialize)]
struct FormTree {
    nodes: Vec<FormNode>,
}

/// A leaf has no children, though it may have a threshold that was tried.
#[derive(Deserialize)]
struct FormNode {
    output: f64,
    split_feature: usize,
    split_value: Option<f64>,
    true_child: Option<u32>,
    false_child: Option<u32>,
}

/// The trees, and the vendor's own value of every node.
pub(super) fn read(fitted: &Fitted) -> Result<Vec<(Grown, Vec<f64>)>> {
    let form: Form = serde_json::to_value(fitted).and_then(serde_json::from_value).map_err(refused)?;
    let read = |tree: &FormTree| {
        let nodes = tree.nodes.iter().map(FormNode::branch).collect();
        (Grown { nodes }, tree.nodes.iter().map(|node| node.output).collect())
    };
    Ok(form.forest_regressor.trees.iter().map(read).collect())
}

impl FormNode {
    fn branch(&self) -> Option<Branch> {
        let question = Question { column: self.split_feature, at_most: self.split_value?.floor() as u8 };
        Some(Branch { question, low: self.true_child?, high: self.false_child? })
    }
}

impl Learner for ExtraTrees<'_> {
    fn family(&self) -> Family {
        Self::FAMILY
    }

    fn candidates(&self) -> Candidates {
        candidates::<Self>()
    }

    /// The vendor looks at all rows on every level of every tree.
    fn rows_max(&self) -> usize {
        20_000
    }

    fn path(&self, rows: &[u32], seed: Seed) -> Result<Path> {
        path::<Self>(&self.task, rows, seed)
    }

    fn fit(&self, rows: &[u32], candidate: usize, seed: Seed) -> Result<Model> {
        fit::<Self>(&self.task, rows, candidate, seed)
    }
}
