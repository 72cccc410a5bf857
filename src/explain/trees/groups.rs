//! A tree taken apart into groups of leaves whose attributions are functions of one byte each.
//!
//! A leaf's attributions depend only on which of its path's columns go its way in the subject. So a subtree is one group
//! where the columns asked about above it, each one bit, and the questions inside it, each one bit, are at most eight
//! bits together: then all its leaves share one table of 2^bits rows. Groups are taken from the root down, the largest
//! first. (One table per leaf is FastTreeSHAP v2's, Yang 2021, and WOODELF's, Nadel and Wettenstein 2025.) An oblivious
//! tree is one group: its bits are its questions.

use super::oblivious;
use super::planes::{Condition, Planes};
use super::quadrature::shares;
use super::shapley::{self, Unknown, pairs};
use crate::base::attributions::Perturbation;
use crate::base::model::{Node, Oblivious, Path, Tree};

/// Bits of a group's rows.
pub(super) const BITS_MAX: usize = 8;

/// What is told of each subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// A number per column.
    Values,
    /// A number per pair of columns, first < second.
    Interactions,
}

/// A tree as tables.
#[derive(Debug, Clone)]
pub(super) struct Grouped {
    pub conditions: Vec<Condition>,
    pub groups: Vec<Group>,
}

/// Leaves that share their tables.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// Bit i is set where all of these hold: (condition, whether it is to hold).
    pub bits: Vec<Vec<(u16, bool)>>,
    /// A subject reaches the group where its first so many bits are set.
    pub n_above: usize,
    /// By set of bits, the value of the leaf that a subject reaches that reaches the group; 0 where it does not.
    pub leaves: Vec<f64>,
    /// What is told of: one column, or two. And by set of bits how much.
    pub tables: Vec<([u16; 2], Vec<f64>)>,
}

impl Group {
    pub(super) fn is_reached(&self, set: usize) -> bool {
        let above = (1usize << self.n_above) - 1;
        set & above == above
    }

    fn table(&mut self, of: [u16; 2]) -> &mut [f64] {
        let at = self.tables.iter().position(|(known, _)| *known == of).unwrap_or_else(|| {
            self.tables.push((of, vec![0.0; 1 << self.bits.len()]));
            self.tables.len() - 1
        });
        &mut self.tables[at].1
    }
}

/// A tree divided into groups, before any table is filled.
pub(super) struct Divided<'a> {
    tree: &'a Tree,
    /// In the order of the leaves' nodes.
    paths: Vec<Path>,
    subtrees: Vec<Subtree>,
}

/// A subtree that is to be one group.
struct Subtree {
    /// Its first node.
    at: usize,
    /// The path that leads there.
    above: Path,
    /// Places of the paths to its leaves, in the order of the leaves' nodes.
    leaves: Vec<usize>,
    /// Questions inside it.
    n_inner: usize,
}

impl<'a> Divided<'a> {
    /// `None` where some path asks about more than eight columns.
    pub(super) fn of(tree: &'a Tree) -> Option<Self> {
        let paths = tree.paths();
        if tree.nodes.len() > NODES_MAX || paths.iter().any(|path| path.columns.len() > BITS_MAX) {
            return None;
        }
        let leaves = (0..paths.len()).collect();
        let mut divided = Self { tree, paths, subtrees: Vec::new() };
        divided.divide(Subtree { at: 0, above: Path::default(), leaves, n_inner: 0 }, &inner(tree));
        Some(divided)
    }

    /// From the root down, to the left first; every leaf is handed on to the child that its path takes.
    fn divide(&mut self, root: Subtree, n_inner: &[usize]) {
        let mut open = vec![root];
        while let Some(Subtree { at, above, leaves, .. }) = open.pop() {
            let Node::Split { split, left, right, .. } = &self.tree.nodes[at] else {
                self.subtrees.push(Subtree { at, above, leaves, n_inner: 0 });
                continue;
            };
            if above.columns.len() + n_inner[at] <= BITS_MAX {
                self.subtrees.push(Subtree { at, above, leaves, n_inner: n_inner[at] });
                continue;
            }
            let n_asked = above.steps.len();
            let sides = leaves.into_iter().partition(|leaf| self.paths[*leaf].steps[n_asked].is_left);
            let (to_left, to_right): (Vec<usize>, Vec<usize>) = sides;
            for (child, is_left, leaves) in [(*right, false, to_right), (*left, true, to_left)] {
                let above = above.with(at, is_left, split.feature());
                open.push(Subtree { at: child as usize, above, leaves, n_inner: 0 });
            }
        }
    }

    /// Cells of all its tables.
    pub(super) fn n_cells(&self, told: Told) -> usize {
        let of_subtree = |subtree: &Subtree| {
            let paths = subtree.leaves.iter().map(|leaf| &self.paths[*leaf]);
            let mut outputs: Vec<[u16; 2]> = paths.flat_map(|path| outputs(path, told)).collect();
            outputs.sort_unstable();
            outputs.dedup();
            outputs.len() << (subtree.above.columns.len() + subtree.n_inner)
        };
        self.subtrees.iter().map(of_subtree).sum()
    }

    /// Fills all tables, at most 128 groups to a part.
    pub(super) fn filled(&self, planes: &Planes, told: Told, perturbation: Perturbation) -> Vec<Grouped> {
        let fill = Fill { tree: self.tree, paths: &self.paths, told, perturbation };
        let groups: Vec<Group> = self.subtrees.iter().map(|subtree| fill.group(subtree)).collect();
        let condition = |node: usize| match &self.tree.nodes[node] {
            Node::Split { split, .. } => planes.condition(split),
            // only questions are asked for
            Node::Leaf { .. } => Condition { plane: 0, test: super::planes::Test::Among([0; 4]) },
        };
        groups.chunks(GROUPS_MAX).map(|groups| part(groups, &condition)).collect()
    }
}

/// What is told of at the leaf of a path: its columns, or its pairs of columns.
fn outputs(path: &Path, told: Told) -> Vec<[u16; 2]> {
    let column = |place: usize| path.columns[place] as u16;
    let n_columns = path.columns.len();
    match told {
        Told::Values => (0..n_columns).map(|place| [column(place); 2]).collect(),
        Told::Interactions => pairs(n_columns).map(|(a, b)| ordered(column(a), column(b))).collect(),
    }
}

/// Nodes of a tree that is taken apart: their numbers fit a `u16`.
const NODES_MAX: usize = u16::MAX as usize;
/// Groups of a part: their numbers fit a byte, with one to spare.
const GROUPS_MAX: usize = 128;

/// Some groups with only the questions that they ask.
fn part(groups: &[Group], condition: &dyn Fn(usize) -> Condition) -> Grouped {
    let asked = groups.iter().flat_map(|group| group.bits.iter().flatten());
    let mut nodes: Vec<u16> = asked.map(|(node, _)| *node).collect();
    nodes.sort_unstable();
    nodes.dedup();
    let mut groups = groups.to_vec();
    for (node, _) in groups.iter_mut().flat_map(|group| group.bits.iter_mut().flatten()) {
        *node = nodes.partition_point(|known| known < node) as u16;
    }
    Grouped { conditions: nodes.iter().map(|node| condition(usize::from(*node))).collect(), groups }
}

/// An oblivious tree of at most eight questions.
pub(super) fn oblivious(tree: &Oblivious, planes: &Planes, told: Told, perturbation: Perturbation) -> Grouped {
    let mut group = Group {
        bits: (0..tree.splits.len() as u16).map(|level| vec![(level, false)]).collect(),
        n_above: 0,
        leaves: tree.leaves.clone(),
        tables: Vec::new(),
    };
    group.tables = oblivious::tables(tree, told, perturbation);
    Grouped { conditions: tree.splits.iter().map(|split| planes.condition(split)).collect(), groups: vec![group] }
}

/// Questions in the subtree of every node.
fn inner(tree: &Tree) -> Vec<usize> {
    let mut n_inner = vec![0; tree.nodes.len()];
    for at in (0..tree.nodes.len()).rev() {
        if let Node::Split { left, right, .. } = tree.nodes[at] {
            n_inner[at] = 1 + n_inner[left as usize] + n_inner[right as usize];
        }
    }
    n_inner
}

/// Fills the tables of a tree.
struct Fill<'a> {
    tree: &'a Tree,
    paths: &'a [Path],
    told: Told,
    perturbation: Perturbation,
}

impl Fill<'_> {
    fn group(&self, subtree: &Subtree) -> Group {
        let Subtree { at, above, leaves: of_subtree, .. } = subtree;
        let n_above = above.columns.len();
        let of_column = |column: usize| {
            let steps = above.steps.iter().filter(|step| step.column == column);
            steps.map(|step| (step.node as u16, step.is_left)).collect::<Vec<_>>()
        };
        let below: Vec<usize> = self.questions(*at);
        let mut bits: Vec<Vec<(u16, bool)>> = (0..n_above).map(of_column).collect();
        bits.extend(below.iter().map(|&node| vec![(node as u16, true)]));
        let leaves = vec![0.0; 1 << bits.len()];
        let mut group = Group { bits, n_above, leaves, tables: Vec::new() };
        for place in of_subtree {
            self.add_leaf(&mut group, *place, &self.paths[*place], above, &below);
        }
        group
    }

    fn questions(&self, at: usize) -> Vec<usize> {
        let mut questions = Vec::new();
        let mut open = vec![at];
        while let Some(at) = open.pop() {
            if let Node::Split { left, right, .. } = &self.tree.nodes[at] {
                questions.push(at);
                open.extend([*right as usize, *left as usize]);
            }
        }
        questions
    }

    fn add_leaf(&self, group: &mut Group, place: usize, path: &Path, above: &Path, below: &[usize]) {
        let n_above = above.columns.len();
        // which bits say that the subject goes the leaf's way in a column: those under the mask have the wanted values
        let mut held: Vec<(usize, usize)> = vec![(0, 0); path.columns.len()];
        held.iter_mut().enumerate().take(n_above).for_each(|(column, held)| *held = (1 << column, 1 << column));
        for step in &path.steps[above.steps.len()..] {
            let bit = n_above + below.iter().position(|node| *node == step.node).unwrap_or_default();
            let (mask, wanted) = &mut held[step.column];
            *mask |= 1 << bit;
            *wanted |= usize::from(step.is_left) << bit;
        }
        let sets: Vec<usize> = (0..1usize << group.bits.len())
            .map(|bits| {
                let holds =
                    |(column, (mask, wanted)): (usize, &(usize, usize))| usize::from(bits & mask == *wanted) << column;
                held.iter().enumerate().map(holds).sum()
            })
            .collect();
        let all = (1usize << path.columns.len()) - 1;
        for (value, set) in group.leaves.iter_mut().zip(&sets) {
            if *set == all {
                *value = path.value;
            }
        }
        let shares = shares(self.tree, path);
        let standing = self.tree.background.get(place);
        let unknown = match (self.perturbation, standing) {
            (Perturbation::Interventional, Some(standing)) => {
                Unknown::Background(standing, standing.iter().map(|(_, n)| f64::from(*n)).sum())
            }
            _ => Unknown::Shares(&shares),
        };
        let n_columns = path.columns.len();
        let worth = match self.told {
            Told::Values => shapley::values(n_columns, unknown),
            Told::Interactions => shapley::interactions(n_columns, unknown),
        };
        for (of, values) in outputs(path, self.told).into_iter().zip(worth) {
            let table = group.table(of);
            for (cell, set) in table.iter_mut().zip(&sets) {
                *cell += path.value * values[*set];
            }
        }
    }
}

pub(super) fn ordered(a: u16, b: u16) -> [u16; 2] {
    [a.min(b), a.max(b)]
}
