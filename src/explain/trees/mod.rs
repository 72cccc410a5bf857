//! Attributions of trees: three kernels behind one front.
//!
//! Which kernel is used follows from the model alone, so that neither the number of rows nor the machine changes a bit:
//! tables where no path asks about more than eight columns, oblivious trees as one table each, else a walk with
//! quadrature, which can follow cover only.

mod groups;
mod lookup;
mod oblivious;
mod planes;
mod quadrature;
mod shapley;
mod tables;

use rayon::prelude::*;
use serde::Serialize;

pub use groups::Told;
pub use lookup::Instructions;

use crate::base::attributions::Perturbation;
use crate::base::model::{Bound, BoundSplit, Node, Oblivious, Tree, Trees};
use groups::{BITS_MAX, Grouped};
use lookup::{STRIP, Scratch, Sums};
use planes::{BoundPlane, Planes};
use quadrature::{Known, LANES, Walk};
use tables::Tables;

/// Rows of a block at most: its codes and sums and the tables of a tree stay in the second cache.
pub(super) const BLOCK: usize = 2048;
/// Bytes of all tables at most.
const TABLES_MAX: usize = 1 << 30;

/// How attributions of trees are come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kernel {
    /// There are no trees: every term and pair tells its own.
    ClosedForm,
    /// A table for each oblivious tree.
    ObliviousTables,
    /// Tables of subtrees by patterns of answers.
    PatternTables,
    /// A walk through every tree, path-dependent, in double precision.
    Quadrature,
}

/// Trees made ready to be attributed.
#[derive(Debug, Clone)]
pub struct Engine {
    pub kernel: Kernel,
    /// As it is done, which is not always as it was asked for.
    pub perturbation: Perturbation,
    /// Mean margin of the trees over the background, in margin units.
    pub base: f64,
    /// What is told of: places of columns in [`Trees::features`]; one column stands twice.
    pub outputs: Vec<[u16; 2]>,
    work: Work,
}

#[derive(Debug, Clone)]
enum Work {
    Tables { planes: Planes, tables: Tables, instructions: Instructions },
    Walks { trees: Vec<Tree>, walks: Vec<Walk> },
    Pairs { trees: Vec<Tree>, paths: Vec<Vec<Known>> },
}

impl Engine {
    /// Interventional attributions where `perturbation` asks for them and the model knows its background.
    pub fn new(trees: &Trees, told: Told, perturbation: Perturbation, instructions: Instructions) -> Self {
        // only what this machine has: anything else would be undefined
        let instructions =
            Instructions::all().find(|there| *there == instructions).unwrap_or_else(Instructions::detect);
        let knows = trees.trees.iter().all(|tree| !tree.background.is_empty());
        let perturbation = if knows { perturbation } else { Perturbation::PathDependent };
        let planes = Planes::of(trees);
        match grouped(trees, &planes, told, perturbation) {
            Some(grouped) => {
                let tables = Tables::pack(&grouped, instructions == Instructions::Avx512);
                Self {
                    kernel: match (trees.is_empty(), trees.trees.is_empty()) {
                        (true, _) => Kernel::ClosedForm,
                        (_, true) => Kernel::ObliviousTables,
                        _ => Kernel::PatternTables,
                    },
                    perturbation,
                    base: base(trees, perturbation),
                    outputs: tables.outputs.clone(),
                    work: Work::Tables { planes, tables, instructions },
                }
            }
            None => Self::walking(trees, told),
        }
    }

    fn walking(trees: &Trees, told: Told) -> Self {
        let unfolded = trees.oblivious.iter().map(oblivious::unfolded);
        let all: Vec<Tree> = trees.trees.iter().cloned().chain(unfolded).collect();
        let n_features = trees.features.len();
        Self {
            kernel: Kernel::Quadrature,
            perturbation: Perturbation::PathDependent,
            base: base(trees, Perturbation::PathDependent),
            outputs: match told {
                Told::Values => (0..n_features as u16).map(|feature| [feature; 2]).collect(),
                Told::Interactions => {
                    shapley::pairs(n_features).map(|(first, second)| [first as u16, second as u16]).collect()
                }
            },
            work: match told {
                Told::Values => Work::Walks { walks: all.par_iter().map(Walk::of).collect(), trees: all },
                Told::Interactions => Work::Pairs { paths: all.par_iter().map(Known::paths).collect(), trees: all },
            },
        }
    }

    /// What roundings can change in an attribution, and in the sum of a row's, at most, in margin units: 0 where numbers
    /// are not rounded.
    pub fn error_max(&self) -> f64 {
        match &self.work {
            Work::Tables { tables, .. } => tables.error_max,
            Work::Walks { .. } | Work::Pairs { .. } => 0.0,
        }
    }

    /// Looks columns up in a design; `bound` is the model of these trees.
    pub(super) fn bind<'a>(&'a self, bound: &Bound<'a>) -> BoundEngine<'a> {
        let work = match &self.work {
            Work::Tables { planes, tables, instructions } => {
                let planes = planes.planes.iter().map(|plane| plane.bind(&bound.columns[plane.feature])).collect();
                BoundWork::Tables { planes, tables, instructions: *instructions }
            }
            Work::Walks { trees, walks } => BoundWork::Walks { walks, splits: splits(trees, bound) },
            Work::Pairs { trees, paths } => BoundWork::Pairs { paths, splits: splits(trees, bound) },
        };
        BoundEngine { n_outputs: self.outputs.len(), work }
    }
}

/// By tree, by node; `None` for leaves.
type Splits<'a> = Vec<Vec<Option<BoundSplit<'a>>>>;

fn splits<'a>(trees: &'a [Tree], bound: &Bound<'a>) -> Splits<'a> {
    let split = |node: &'a Node| match node {
        Node::Split { split, .. } => Some(split.bind(&bound.columns)),
        Node::Leaf { .. } => None,
    };
    trees.iter().map(|tree| tree.nodes.iter().map(split).collect()).collect()
}

/// All trees taken apart; `None` where one is too deep for tables, or all are too large.
fn grouped(trees: &Trees, planes: &Planes, told: Told, perturbation: Perturbation) -> Option<Vec<Grouped>> {
    if trees.oblivious.iter().any(|tree| tree.splits.len() > BITS_MAX) {
        return None;
    }
    let of_trees: Option<Vec<Vec<Grouped>>> =
        trees.trees.par_iter().map(|tree| groups::tree(tree, planes, told, perturbation)).collect();
    let of_oblivious: Vec<Grouped> =
        trees.oblivious.par_iter().map(|tree| groups::oblivious(tree, planes, told, perturbation)).collect();
    let all: Vec<Grouped> = of_trees?.into_iter().flatten().chain(of_oblivious).collect();
    let cells = all.iter().flat_map(|tree| &tree.groups).flat_map(|group| &group.tables);
    let n_bytes: usize = cells.map(|(_, cells)| 4 * cells.len()).sum();
    (n_bytes <= TABLES_MAX).then_some(all)
}

/// Mean over the background, tree by tree.
fn base(trees: &Trees, perturbation: Perturbation) -> f64 {
    let of_tree = |tree: &Tree| match perturbation {
        Perturbation::Interventional => background_mean(tree),
        Perturbation::PathDependent => Walk::of(tree).base,
    };
    let of_oblivious = |tree: &Oblivious| {
        let n: f64 = tree.cover.iter().sum();
        let sum: f64 = tree.leaves.iter().zip(&tree.cover).map(|(leaf, cover)| leaf * cover).sum();
        if n > 0.0 { sum / n } else { 0.0 }
    };
    trees.trees.iter().map(of_tree).sum::<f64>() + trees.oblivious.iter().map(of_oblivious).sum::<f64>()
}

fn background_mean(tree: &Tree) -> f64 {
    let (mut sum, mut n) = (0.0, 0.0);
    for (path, standing) in tree.paths().iter().zip(&tree.background) {
        let all = (1u16 << path.columns.len()) - 1;
        n = standing.iter().map(|(_, n)| f64::from(*n)).sum();
        let reach = standing.iter().find(|(set, _)| *set == all).map_or(0.0, |(_, n)| f64::from(*n));
        sum += path.value * reach;
    }
    if n > 0.0 { sum / n } else { 0.0 }
}

/// Trees with their columns looked up in one design.
pub(super) struct BoundEngine<'a> {
    n_outputs: usize,
    work: BoundWork<'a>,
}

enum BoundWork<'a> {
    Tables { planes: Vec<BoundPlane<'a>>, tables: &'a Tables, instructions: Instructions },
    Walks { walks: &'a [Walk], splits: Splits<'a> },
    Pairs { paths: &'a [Vec<Known>], splits: Splits<'a> },
}

impl BoundEngine<'_> {
    /// Attributions of at most [`BLOCK`] rows go to `room.told`; the margins of the trees are added to `margins`, one
    /// for each row, tree by tree.
    pub(super) fn attribute(&self, rows: &[u32], room: &mut Room, margins: &mut [f64]) {
        if self.n_outputs == 0 {
            return self.constant(margins);
        }
        room.told.clear();
        room.told.resize(self.n_outputs * BLOCK, 0.0);
        match &self.work {
            BoundWork::Tables { planes, tables, instructions } => {
                look_up(planes, tables, *instructions, rows, room, margins);
            }
            BoundWork::Walks { walks, splits } => walk(walks, splits, rows, &mut room.told, margins),
            BoundWork::Pairs { paths, splits } => tell_pairs(paths, splits, rows, &mut room.told),
        }
    }
}

impl BoundEngine<'_> {
    /// Trees that ask nothing: every row gets their leaves.
    fn constant(&self, margins: &mut [f64]) {
        if let BoundWork::Tables { tables, .. } = &self.work {
            for tree in &tables.trees {
                margins.iter_mut().for_each(|margin| *margin += tree.constant());
            }
        }
    }
}

fn look_up(
    planes: &[BoundPlane<'_>],
    tables: &Tables,
    instructions: Instructions,
    rows: &[u32],
    room: &mut Room,
    margins: &mut [f64],
) {
    let Room { told, codes, whole, margins: padded, scratch, .. } = room;
    let n_strips = rows.len().div_ceil(STRIP);
    codes.resize(planes.len() * BLOCK, 0);
    for (plane, codes) in planes.iter().zip(codes.chunks_mut(BLOCK)) {
        plane.code(rows, codes);
    }
    whole.resize(told.len(), 0);
    padded.resize(BLOCK, 0.0);
    padded[..rows.len()].copy_from_slice(margins);
    let mut begin = 0;
    for segment in &tables.segments {
        let mut sums = Sums { whole, float: told, margins: padded, stride: BLOCK };
        lookup::add(tables, begin..segment.end, 0..n_strips, codes, &mut sums, scratch, instructions);
        begin = segment.end;
        for (told, whole) in told.chunks_mut(BLOCK).zip(whole.chunks_mut(BLOCK)) {
            let cells = told.iter_mut().zip(whole).take(n_strips * STRIP);
            cells.for_each(|(told, whole)| *told += f64::from(std::mem::take(whole)) * segment.unit);
        }
    }
    if tables.is_interleaved() {
        told.chunks_mut(BLOCK).for_each(|told| settle(told, n_strips));
    }
    margins.copy_from_slice(&padded[..rows.len()]);
}

/// Rows in their order.
fn settle(told: &mut [f64], n_strips: usize) {
    for strip in told.chunks_mut(STRIP).take(n_strips) {
        let mut settled = [0.0; STRIP];
        for (row, settled) in settled.iter_mut().enumerate() {
            *settled = strip[lookup::place(row)];
        }
        strip.copy_from_slice(&settled);
    }
}

/// Room for a block, kept from one to the next.
#[derive(Debug, Default)]
pub(super) struct Room {
    /// A column of [`BLOCK`] numbers for each output.
    pub told: Vec<f64>,
    codes: Vec<u8>,
    whole: Vec<i32>,
    margins: Vec<f64>,
    scratch: Scratch,
    /// Of attributions that are no longer needed.
    pub attributed: Vec<f64>,
}

fn tell_pairs(paths: &[Vec<Known>], splits: &Splits<'_>, rows: &[u32], told: &mut [f64]) {
    // the place of a pair among all in lexical order
    let n_pairs = told.len() / BLOCK;
    let n_features = (0..).find(|n| n * (n + 1) / 2 >= n_pairs).map_or(0, |n: usize| n + 1);
    let place = |a: usize, b: usize| {
        let (first, second) = (a.min(b), a.max(b));
        first * (2 * n_features - first - 1) / 2 + second - first - 1
    };
    for (at, row) in rows.iter().enumerate() {
        for (paths, splits) in paths.iter().zip(splits) {
            let goes_left = |node: usize| splits[node].as_ref().is_some_and(|split| split.goes_left(*row as usize));
            for path in paths {
                path.interactions(&goes_left, |a, b, value| told[place(a, b) * BLOCK + at] += value);
            }
        }
    }
}

fn walk(walks: &[Walk], splits: &Splits<'_>, rows: &[u32], told: &mut [f64], margins: &mut [f64]) {
    let n_outputs = told.len() / BLOCK;
    for (strip, rows) in rows.chunks(LANES).enumerate() {
        let at = strip * LANES;
        let mut lanes = vec![[0.0; LANES]; n_outputs];
        let mut sums = [0.0; LANES];
        sums[..rows.len()].copy_from_slice(&margins[at..at + rows.len()]);
        for (walk, splits) in walks.iter().zip(splits) {
            let answer = |split: &Option<BoundSplit<'_>>| {
                let mut answers = [0u8; LANES];
                if let Some(split) = split {
                    let goes_left = |row: &u32| u8::from(split.goes_left(*row as usize));
                    answers.iter_mut().zip(rows).for_each(|(answer, row)| *answer = goes_left(row));
                }
                answers
            };
            let answers: Vec<[u8; LANES]> = splits.iter().map(answer).collect();
            walk.attribute(&answers, &mut lanes, &mut sums);
        }
        for (lane, told) in lanes.iter().zip(told.chunks_mut(BLOCK)) {
            told[at..at + rows.len()].copy_from_slice(&lane[..rows.len()]);
        }
        margins[at..at + rows.len()].copy_from_slice(&sums[..rows.len()]);
    }
}
