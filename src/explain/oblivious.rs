//! Attributions of an oblivious tree, compiled: one short vector per leaf.
//!
//! A leaf's number holds the answers to all questions of the tree, and the leaf covers hold how often every combination
//! of answers stands among the background. So the interventional Shapley values (Lundberg et al. 2020) against the whole
//! background are a function of the leaf alone.

use crate::base::model::Oblivious;

/// Attributions by leaf.
pub(super) struct Table {
    /// Columns of the design that the tree asks about, each once.
    columns: Vec<usize>,
    /// 2^splits × columns, in margin units.
    values: Vec<f64>,
}

impl Table {
    /// `of_trees` are the columns of the design of the model's tree features.
    pub(super) fn new(tree: &Oblivious, of_trees: &[usize]) -> Self {
        let mut columns: Vec<usize> = Vec::new();
        // the bits of a leaf's number that belong to each column
        let mut bits: Vec<usize> = Vec::new();
        for (level, split) in tree.splits.iter().enumerate() {
            let column = of_trees[split.feature()];
            match columns.iter().position(|known| *known == column) {
                Some(slot) => bits[slot] |= 1 << level,
                None => {
                    columns.push(column);
                    bits.push(1 << level);
                }
            }
        }
        let games: Vec<Vec<f64>> = (0..1usize << columns.len()).map(|known| game(tree, union(&bits, known))).collect();
        let weights = weights(columns.len());
        let mut values = Vec::with_capacity(tree.leaves.len() * columns.len());
        for leaf in 0..tree.leaves.len() {
            values.extend((0..columns.len()).map(|slot| shapley(&games, &weights, slot, leaf)));
        }
        Self { columns, values }
    }

    pub(super) fn attribute(&self, leaf: usize, margins: &mut [f64]) {
        let begin = leaf * self.columns.len();
        let values = &self.values[begin..begin + self.columns.len()];
        self.columns.iter().zip(values).for_each(|(&column, value)| margins[column] += value);
    }
}

/// The bits of all columns in a set of slots.
fn union(bits: &[usize], slots: usize) -> usize {
    bits.iter().enumerate().filter(|(slot, _)| slots >> slot & 1 == 1).map(|(_, bits)| bits).sum()
}

/// By leaf, the mean of the tree where the answers `known` are the leaf's and the others those of the background.
fn game(tree: &Oblivious, known: usize) -> Vec<f64> {
    let n: f64 = tree.cover.iter().sum();
    let n_leaves = tree.leaves.len();
    let mut others = vec![0.0; n_leaves];
    for (leaf, cover) in tree.cover.iter().enumerate() {
        others[leaf & !known] += cover / n.max(1.0);
    }
    let mut means = vec![0.0; n_leaves];
    for of_known in (0..n_leaves).filter(|leaf| leaf & !known == 0) {
        let other = (0..n_leaves).filter(|leaf| leaf & known == 0);
        means[of_known] = other.map(|other| others[other] * tree.leaves[of_known | other]).sum();
    }
    (0..n_leaves).map(|leaf| means[leaf & known]).collect()
}

/// Weight of a coalition by its size, among players that include one who may join: size! (n − 1 − size)! / n!.
fn weights(n_players: usize) -> Vec<f64> {
    let mut weight = 1.0 / n_players.max(1) as f64;
    let mut weights = vec![weight];
    for size in 1..n_players {
        weight *= size as f64 / (n_players - size) as f64;
        weights.push(weight);
    }
    weights
}

fn shapley(games: &[Vec<f64>], weights: &[f64], slot: usize, leaf: usize) -> f64 {
    let without = (0..games.len()).filter(|coalition| coalition >> slot & 1 == 0);
    without
        .map(|coalition| {
            weights[coalition.count_ones() as usize] * (games[coalition | 1 << slot][leaf] - games[coalition][leaf])
        })
        .sum()
}
