//! Tables of an oblivious tree: what each column is worth at each leaf.
//!
//! A leaf's number holds the answers to all questions of the tree, and the leaf covers hold how often every combination
//! of answers stands among the rows of the fit. So interventional values against all of them (Lundberg et al. 2020) are a
//! function of the leaf alone, and no background has to be kept.

use super::groups::{Told, ordered};
use super::shapley::{self, Unknown, pairs};
use crate::base::attributions::Perturbation;
use crate::base::model::{Node, Oblivious, Tree};

/// For each column or pair of columns that the tree asks about, its worth by leaf.
pub(super) fn tables(tree: &Oblivious, told: Told, perturbation: Perturbation) -> Vec<([u16; 2], Vec<f64>)> {
    let columns = Columns::of(tree);
    match perturbation {
        Perturbation::Interventional => interventional(tree, &columns, told),
        Perturbation::PathDependent => path_dependent(tree, &columns, told),
    }
}

/// Cells of all tables of a tree.
pub(super) fn n_cells(tree: &Oblivious, told: Told) -> usize {
    Columns::of(tree).told(told).len() << tree.splits.len()
}

/// The columns that the tree asks about, each once, with the bits of a leaf's number that belong to it.
struct Columns {
    features: Vec<u16>,
    bits: Vec<usize>,
    /// By level its column.
    of_level: Vec<usize>,
}

impl Columns {
    fn of(tree: &Oblivious) -> Self {
        let mut columns = Self { features: Vec::new(), bits: Vec::new(), of_level: Vec::new() };
        for (level, split) in tree.splits.iter().enumerate() {
            let feature = split.feature() as u16;
            let column = columns.features.iter().position(|known| *known == feature).unwrap_or_else(|| {
                columns.features.push(feature);
                columns.bits.push(0);
                columns.features.len() - 1
            });
            columns.bits[column] |= 1 << level;
            columns.of_level.push(column);
        }
        columns
    }

    fn told(&self, told: Told) -> Vec<[u16; 2]> {
        let n = self.features.len();
        match told {
            Told::Values => self.features.iter().map(|feature| [*feature; 2]).collect(),
            Told::Interactions => pairs(n).map(|(a, b)| ordered(self.features[a], self.features[b])).collect(),
        }
    }

    /// The bits of all columns in a set.
    fn union(&self, set: usize) -> usize {
        self.bits.iter().enumerate().filter(|(column, _)| set >> column & 1 == 1).map(|(_, bits)| bits).sum()
    }
}

/// By the definition: over all coalitions of columns.
fn interventional(tree: &Oblivious, columns: &Columns, told: Told) -> Vec<([u16; 2], Vec<f64>)> {
    let n = columns.features.len();
    let games: Vec<Vec<f64>> = (0..1usize << n).map(|known| game(tree, columns.union(known))).collect();
    let of = |joining: &[usize]| {
        let bits: usize = joining.iter().map(|column| 1usize << column).sum();
        let weights = weights(n, joining.len());
        let mut worth = vec![0.0; tree.leaves.len()];
        for coalition in (0..games.len()).filter(|coalition| coalition & bits == 0) {
            let weight = weights[coalition.count_ones() as usize];
            // the difference that each of them makes to that which the others make
            for part in subsets(bits) {
                let sign = if (bits.count_ones() - part.count_ones()).is_multiple_of(2) { weight } else { -weight };
                worth.iter_mut().zip(&games[coalition | part]).for_each(|(worth, game)| *worth += sign * game);
            }
        }
        worth
    };
    let worth: Vec<Vec<f64>> = match told {
        Told::Values => (0..n).map(|column| of(&[column])).collect(),
        Told::Interactions => pairs(n).map(|(first, second)| of(&[first, second])).collect(),
    };
    columns.told(told).into_iter().zip(worth).collect()
}

/// By leaf, the mean of the tree where the answers `known` are the leaf's and the others those of the background.
fn game(tree: &Oblivious, known: usize) -> Vec<f64> {
    let n: f64 = tree.cover.iter().sum();
    let others_of = |set: usize| subsets(!set & (tree.leaves.len() - 1));
    let mut others = vec![0.0; tree.leaves.len()];
    for (leaf, cover) in tree.cover.iter().enumerate() {
        others[leaf & !known] += if n > 0.0 { cover / n } else { 0.0 };
    }
    let mut means = vec![0.0; tree.leaves.len()];
    let others_of_known: Vec<usize> = others_of(known).collect();
    for of_known in subsets(known) {
        means[of_known] = others_of_known.iter().map(|other| others[*other] * tree.leaves[of_known | other]).sum();
    }
    (0..tree.leaves.len()).map(|leaf| means[leaf & known]).collect()
}

/// All subsets of a set, ascending.
fn subsets(set: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(0), move |subset| Some((subset | !set).wrapping_add(1) & set).filter(|next| *next != 0))
}

/// Weight of a coalition by its size, among players that include those who may join:
/// size! (n − joining − size)! / (n − joining + 1)!.
fn weights(n_players: usize, n_joining: usize) -> Vec<f64> {
    let n_others = n_players - n_joining;
    let mut weight = 1.0 / (n_others + 1) as f64;
    let mut weights = vec![weight];
    for size in 1..=n_others {
        weight *= size as f64 / (n_others - size + 1) as f64;
        weights.push(weight);
    }
    weights
}

/// Leaf by leaf, along the order of the questions: question 0 is the root's.
fn path_dependent(tree: &Oblivious, columns: &Columns, told: Told) -> Vec<([u16; 2], Vec<f64>)> {
    let n = columns.features.len();
    let mut tables: Vec<([u16; 2], Vec<f64>)> =
        columns.told(told).into_iter().map(|of| (of, vec![0.0; tree.leaves.len()])).collect();
    let covers = covers(tree);
    // by set of answers that two leaves have in common, the columns that they have in common
    let held: Vec<usize> = (0..tree.leaves.len())
        .map(|different| {
            let holds = |(column, bits): (usize, &usize)| usize::from(different & bits == 0) << column;
            columns.bits.iter().enumerate().map(holds).sum()
        })
        .collect();
    for (leaf, &value) in tree.leaves.iter().enumerate() {
        let shares = shares(&covers, columns, leaf);
        let worth = match told {
            Told::Values => shapley::values(n, Unknown::Shares(&shares)),
            Told::Interactions => shapley::interactions(n, Unknown::Shares(&shares)),
        };
        for ((_, table), worth) in tables.iter_mut().zip(&worth) {
            table.iter_mut().enumerate().for_each(|(other, cell)| *cell += value * worth[held[leaf ^ other]]);
        }
    }
    tables
}

/// For each column, the share of the cover that goes the leaf's way at its questions.
fn shares(covers: &[Vec<f64>], columns: &Columns, leaf: usize) -> Vec<f64> {
    let cover = |n_asked: usize| covers[n_asked][leaf & ((1 << n_asked) - 1)];
    let mut shares = vec![1.0; columns.features.len()];
    for (level, &column) in columns.of_level.iter().enumerate() {
        let (of_parent, of_child) = (cover(level), cover(level + 1));
        shares[column] *= if of_parent > 0.0 { of_child / of_parent } else { 0.0 };
    }
    shares
}

/// By number of questions asked, the cover of each set of answers to them.
fn covers(tree: &Oblivious) -> Vec<Vec<f64>> {
    let mut covers = vec![tree.cover.clone()];
    for level in (0..tree.splits.len()).rev() {
        let below = &covers[covers.len() - 1];
        covers.push((0..1usize << level).map(|answers| below[answers] + below[answers | 1 << level]).collect());
    }
    covers.reverse();
    covers
}

/// The same tree with a node for each set of answers.
pub(super) fn unfolded(tree: &Oblivious) -> Tree {
    let n_levels = tree.splits.len();
    let mut nodes = Vec::with_capacity(2 * tree.leaves.len());
    for (level, covers) in covers(tree).iter().enumerate().take(n_levels) {
        // the node of these answers stands behind those of all levels above
        let node = |answers: usize| ((1usize << (level + 1)) - 1 + answers) as u32;
        nodes.extend((0..1usize << level).map(|answers| Node::Split {
            split: tree.splits[level].clone(),
            left: node(answers),
            right: node(answers | 1 << level),
            cover: covers[answers],
        }));
    }
    nodes.extend(tree.leaves.iter().zip(&tree.cover).map(|(leaf, cover)| Node::Leaf { leaf: *leaf, cover: *cover }));
    Tree { nodes, ..Tree::default() }
}
