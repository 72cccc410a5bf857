//! Grown trees to a model of ours: splits of source columns, cover, smoothed leaf rates.
//!
//! Cover counts all rows of the fit, also those that a bootstrapped tree did not learn from.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::coded::Coded;
use super::grown::{Count, Grown};
use crate::base::model::{Model, Node, Split, Tree, Trees};
use crate::base::units::Family;

/// Rows that a leaf's rate is drawn towards the overall rate with.
const SMOOTHING: f64 = 2.0;
/// Nodes of a model at most: a saved model stays readable by machines and people alike, at about 100 bytes a node.
const NODES_MAX: usize = 20_000;

/// Trees of one fit, with the fit's rows counted in every node.
pub(super) struct Counted {
    coded: Coded,
    trees: Vec<CountedTree>,
}

struct CountedTree {
    grown: Grown,
    counts: Vec<Count>,
    depths: Vec<usize>,
}

impl Counted {
    pub(super) fn new(coded: Coded, trees: Vec<Grown>) -> Self {
        let count = |grown: Grown| CountedTree { counts: grown.counts(&coded), depths: grown.depths(), grown };
        let trees = trees.into_par_iter().map(count).collect();
        Self { coded, trees }
    }

    /// The mean of the trees' smoothed leaf rates, each tree cut at `depth_max` questions, or at fewer where the model
    /// would have too many nodes. (A tree that grows from the root on is, when cut, one that the limit had stopped.)
    pub(super) fn model(&self, family: Family, depth_max: usize) -> Model {
        let (rate, share) = (self.coded.rate(), 1.0 / self.trees.len().max(1) as f64);
        let leaf = |tree: usize, node: usize| share * self.trees[tree].counts[node].smoothed(rate, SMOOTHING);
        self.model_with(family, self.affordable(depth_max), &leaf)
    }

    /// Likewise with any value for the leaf that a node of a tree is, or becomes when the tree is cut.
    pub(super) fn model_with(
        &self,
        family: Family,
        depth_max: usize,
        leaf: &(dyn Fn(usize, usize) -> f64 + Sync),
    ) -> Model {
        let mut model = Model::empty(family, 0.0, self.coded.n_rows() as u64);
        let tree = |number: usize| {
            let mut nodes = Vec::new();
            self.push(number, 0, depth_max, leaf, &mut nodes);
            Tree { nodes, ..Tree::default() }
        };
        let mut trees: Vec<Tree> = (0..self.trees.len()).into_par_iter().map(tree).collect();
        let sources = keep_used(&mut trees);
        let features = sources.into_iter().map(|source| self.coded.feature(source)).collect();
        model.background.base_margin = trees.iter().map(mean).sum();
        model.trees = Trees { features, trees, ..Trees::default() };
        model
    }

    /// Appends a node of a tree and all below it, at most `depth_left` questions deep; tells its place.
    fn push(
        &self,
        number: usize,
        at: usize,
        depth_left: usize,
        leaf: &(dyn Fn(usize, usize) -> f64 + Sync),
        nodes: &mut Vec<Node>,
    ) -> u32 {
        let CountedTree { grown, counts, .. } = &self.trees[number];
        let (place, cover) = (nodes.len(), counts[at].n as f64);
        nodes.push(Node::Leaf { leaf: leaf(number, at), cover });
        if let Some(branch) = grown.nodes[at].filter(|_| depth_left > 0) {
            let (low, high) = (branch.low as usize, branch.high as usize);
            let asked = self.coded.asked(branch.question, counts[low].n >= counts[high].n);
            let (left, right) = if asked.left_is_low { (low, high) } else { (high, low) };
            let left = self.push(number, left, depth_left - 1, leaf, nodes);
            let right = self.push(number, right, depth_left - 1, leaf, nodes);
            nodes[place] = Node::Split { split: asked.split, left, right, cover };
        }
        place as u32
    }

    /// The largest depth up to `depth_max` at which the trees together have at most [`NODES_MAX`] nodes.
    fn affordable(&self, depth_max: usize) -> usize {
        let depths = || self.trees.iter().flat_map(|tree| &tree.depths);
        let is_affordable = |depth: &usize| depths().filter(|own| **own <= *depth).count() <= NODES_MAX;
        (0..=depth_max).rev().find(is_affordable).unwrap_or(0)
    }
}

/// Renumbers the columns that splits name from places among all to places among those that some split names; tells
/// these, ascending.
fn keep_used(trees: &mut [Tree]) -> Vec<usize> {
    let splits = |node: &Node| if let Node::Split { split, .. } = node { Some(split.feature()) } else { None };
    let used: BTreeSet<usize> = trees.iter().flat_map(|tree| tree.nodes.iter().filter_map(splits)).collect();
    let used: Vec<usize> = used.into_iter().collect();
    for node in trees.iter_mut().flat_map(|tree| &mut tree.nodes) {
        if let Node::Split { split: Split::Number { feature, .. } | Split::Levels { feature, .. }, .. } = node {
            *feature = used.partition_point(|source| *source < usize::from(*feature)) as u16;
        }
    }
    used
}

/// Mean leaf over the rows that the tree's cover counts; 0 without rows.
fn mean(tree: &Tree) -> f64 {
    let leaves = tree.nodes.iter().filter_map(|node| match node {
        Node::Leaf { leaf, cover } => Some((leaf, cover)),
        Node::Split { .. } => None,
    });
    let (sum, total) = leaves.fold((0.0, 0.0), |(sum, total), (leaf, cover)| (sum + leaf * cover, total + cover));
    if total > 0.0 { sum / total } else { 0.0 }
}
