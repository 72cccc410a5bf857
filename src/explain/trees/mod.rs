//! Attributions of trees: three kernels behind one front.
//!
//! Which kernel is used follows from the model alone, so that neither the number of rows nor the machine changes a bit:
//! tables where no path asks about more than eight columns, oblivious trees as one table each, else a walk with
//! quadrature, which can follow cover only.

mod bound;
mod groups;
mod lookup;
mod oblivious;
mod planes;
mod quadrature;
mod shapley;
mod tables;
#[cfg(test)]
mod tests;

use rayon::prelude::*;
use serde::Serialize;

pub use groups::Told;
pub use lookup::Instructions;

use crate::base::attributions::Perturbation;
use crate::base::model::{Bound, Oblivious, Tree, Trees};
pub(super) use bound::{BoundEngine, Room};
use bound::{BoundWork, splits};
use groups::{BITS_MAX, Divided, Grouped};
use lookup::STRIP;
use planes::Planes;
use quadrature::{Known, Walk};
use tables::Tables;

/// Rows of a block at most: its codes and sums and the tables of a tree stay in the second cache.
pub(super) const BLOCK: usize = 2048;
/// Rows of the smallest block that wastes nothing: all strips are of so many.
pub(super) const BLOCK_MIN: usize = STRIP;
/// Cells of all tables at most: 1 GiB of whole numbers, and up to four times that while they are made.
const CELLS_MAX: usize = 1 << 28;

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
        match grouped(trees, &planes, told, perturbation, CELLS_MAX) {
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

/// All trees taken apart; `None` where one is too deep for tables, or all are too large.
fn grouped(
    trees: &Trees,
    planes: &Planes,
    told: Told,
    perturbation: Perturbation,
    cells_max: usize,
) -> Option<Vec<Grouped>> {
    if trees.oblivious.iter().any(|tree| tree.splits.len() > BITS_MAX) {
        return None;
    }
    // a condition names its plane in 16 bits
    if planes.planes.len() > usize::from(u16::MAX) {
        return None;
    }
    let divided: Vec<Divided<'_>> = trees.trees.par_iter().map(Divided::of).collect::<Option<_>>()?;
    // counted before anything is filled
    let n_cells = divided.par_iter().map(|tree| tree.n_cells(told)).sum::<usize>()
        + trees.oblivious.par_iter().map(|tree| oblivious::n_cells(tree, told)).sum::<usize>();
    if n_cells > cells_max {
        return None;
    }
    let of_trees = divided.par_iter().flat_map_iter(|tree| tree.filled(planes, told, perturbation));
    let of_oblivious = trees.oblivious.par_iter().map(|tree| groups::oblivious(tree, planes, told, perturbation));
    Some(of_trees.chain(of_oblivious).collect())
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
