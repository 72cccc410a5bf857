//! Trees of linfa-trees, grown one question at a time.
//!
//! A tree that linfa-trees grows in one go does not serve us, for three reasons. It merges leaves whose majority is the
//! same: where 16 in 100 leave, nearly all leaves vote "stays", and their different rates would be lost. The majority
//! of a tie depends on the order of a hash map, which differs from run to run, and with it what is merged. And below
//! the root it weighs a threshold only where the last row of all with that value has reached the node, so that columns
//! of few values are hardly asked about twice. So each node is a tree of its own, of depth one, fitted to the rows
//! that reach it, with both outcomes weighing the same there: then the two sides of any question that tells something
//! have different majorities, never a tie.
//!
//! The question of a node is thus the one with the largest decrease of Gini impurity at even odds, which does not
//! depend on how rare the outcome is (Flach, "The geometry of ROC space", ICML 2003).

use linfa::DatasetBase;
use linfa::error::Error;
use linfa::prelude::{Fit, ParamGuard};
use linfa_trees::{DecisionTree, SplitQuality};
use ndarray::{Array1, Array2};
use rand::seq::index;

use super::coded::{Coded, Question};
use super::grown::{Branch, Grown};
use crate::base::Seed;

/// A question is learned from at most so many rows of its node. Up to 5,792 rows both outcomes can be given exactly the
/// same weight: weights are sums of whole numbers below 2²⁴, which an `f32` holds exactly.
const NODE_ROWS_MAX: usize = 5_000;

/// How trees grow on the rows of one fit.
#[derive(Clone, Copy)]
pub(super) struct Growth<'a> {
    pub coded: &'a Coded,
    pub depth_max: usize,
    /// Each side of a question holds at least so many rows of the node's rarer outcome, or others worth as much.
    pub rare_min: usize,
    /// Each node looks at so many columns, drawn anew.
    pub n_asked: usize,
    pub seed: Seed,
}

/// A learner of linfa's over numbers of rows, so that linfa-ensemble can draw them.
impl Fit<Array2<u32>, Array1<bool>, Error> for Growth<'_> {
    type Object = Grown;

    fn fit(&self, dataset: &DatasetBase<Array2<u32>, Array1<bool>>) -> Result<Grown, Error> {
        let rows: Vec<u32> = dataset.records.iter().copied().collect();
        let drawn: Vec<u8> = rows.iter().flat_map(|row| row.to_le_bytes()).collect();
        let own = Self { seed: Seed(self.seed.hash(&drawn)), ..*self };
        own.tree(rows)
    }
}

impl Growth<'_> {
    /// A tree that learns from these rows, some of them perhaps more than once.
    pub(super) fn tree(&self, rows: Vec<u32>) -> Result<Grown, Error> {
        let mut tree = Grown { nodes: Vec::new() };
        self.grow(rows, 0, &mut tree)?;
        Ok(tree)
    }

    /// Appends the node that `rows` reach and all below it; tells its place.
    fn grow(&self, rows: Vec<u32>, depth: usize, tree: &mut Grown) -> Result<u32, Error> {
        let at = tree.nodes.len();
        tree.nodes.push(None);
        if depth < self.depth_max
            && let Some(question) = self.question(&rows, self.seed.child(&format!("node {at}")))?
        {
            let (low, high) = rows.into_iter().partition(|row| self.coded.is_low(question, *row as usize));
            let low = self.grow(low, depth + 1, tree)?;
            let high = self.grow(high, depth + 1, tree)?;
            tree.nodes[at] = Some(Branch { question, low, high });
        }
        Ok(at as u32)
    }

    /// The best question about these rows; `None` where none tells anything.
    fn question(&self, rows: &[u32], seed: Seed) -> Result<Option<Question>, Error> {
        let rows = some(rows, seed);
        let n_with = rows.iter().filter(|row| self.coded.outcomes[**row as usize]).count();
        let is_telling = n_with.min(rows.len() - n_with) >= self.rare_min.max(1);
        let columns = if is_telling { self.columns(&rows, seed) } else { Vec::new() };
        if columns.is_empty() {
            return Ok(None);
        }
        let stump = self.stump(&rows, &columns)?;
        let (column, at_most, _) = stump.root_node().split();
        let question = || Question { column: columns[column], at_most: at_most.floor() as u8 };
        Ok((!stump.root_node().is_leaf()).then(question))
    }

    /// The vendor's tree of one question about these columns of these rows.
    pub(super) fn stump(&self, rows: &[u32], columns: &[usize]) -> Result<DecisionTree<f64, bool>, Error> {
        let outcomes: Array1<bool> = rows.iter().map(|&row| self.coded.outcomes[row as usize]).collect();
        let n_with = outcomes.iter().filter(|with| **with).count();
        let n_without = rows.len() - n_with;
        let unit = common_divisor(n_with, n_without).max(1);
        let (weight_with, weight_without) = ((n_without / unit) as f32, (n_with / unit) as f32);
        let weights = outcomes.iter().map(|with| if *with { weight_with } else { weight_without }).collect();
        DecisionTree::params()
            .split_quality(SplitQuality::Gini)
            .max_depth(Some(1))
            .min_weight_leaf(self.rare_min as f32 * weight_with.max(weight_without))
            .check()?
            .fit(&DatasetBase::new(self.records(rows, columns), outcomes).with_weights(weights))
    }

    /// The codes of these rows and columns.
    pub(super) fn records(&self, rows: &[u32], columns: &[usize]) -> Array2<f64> {
        let code = |(row, at): (usize, usize)| self.coded.columns[columns[at]].codes[rows[row] as usize];
        Array2::from_shape_fn((rows.len(), columns.len()), |place| f64::from(code(place)))
    }

    /// The columns that a node looks at: drawn from those with more than one code in its rows.
    pub(super) fn columns(&self, rows: &[u32], seed: Seed) -> Vec<usize> {
        let varies = |column: &usize| {
            let codes = &self.coded.columns[*column].codes;
            rows.iter().any(|&row| codes[row as usize] != codes[rows[0] as usize])
        };
        let columns: Vec<usize> = (0..self.coded.columns.len()).filter(varies).collect();
        if columns.len() <= self.n_asked {
            return columns;
        }
        let drawn = index::sample(&mut seed.stream("columns"), columns.len(), self.n_asked);
        drawn.into_iter().map(|place| columns[place]).collect()
    }
}

/// All rows, or a seeded sample of them where they are many; ascending.
fn some(rows: &[u32], seed: Seed) -> Vec<u32> {
    if rows.len() <= NODE_ROWS_MAX {
        return rows.to_vec();
    }
    let mut places = index::sample(&mut seed.stream("rows"), rows.len(), NODE_ROWS_MAX).into_vec();
    places.sort_unstable();
    places.into_iter().map(|place| rows[place]).collect()
}

/// The greatest common divisor.
fn common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { common_divisor(b, a % b) }
}
