//! The families that vendors fit: a tree (linfa-trees), a forest (linfa-ensemble over it), extra trees (smartcore).
//!
//! ```text
//! design ─▶ binned ─▶ coded ─▶ the vendor's questions ─▶ grown ─▶ counted ─▶ model
//!           shared    whole    growth (linfa),                    the fit's  splits of source columns,
//!           bins      numbers  extra_trees (smartcore)            rows       cover, smoothed rates
//! ```
//!
//! Vendors see bins as whole numbers, so that what they ask is asked of the source columns exactly as they meant it.
//! What they answer is not used: a linfa tree has votes but no rates, and no vendor keeps cover. All three know no
//! direction in which alone a column may act; `crate::train::directions` counts where a model breaks one.
//!
//! The margin is a rate: the mean over the trees of the smoothed rate in the leaf that a row reaches.

mod adapt;
mod coded;
mod extra_trees;
mod forest;
mod grown;
mod growth;
#[cfg(test)]
mod tests;
mod tree;

pub(super) use extra_trees::ExtraTrees;
pub(super) use forest::Forest;
pub(super) use tree::Tree;

use adapt::Counted;
use coded::Coded;
use grown::Grown;

use super::binned::Binned;
use super::learner::{Candidates, Path, Task};
use crate::base::model::Model;
use crate::base::units::Family;
use crate::base::{Error, Result, Seed};

/// Bins of an ordered column at most.
const BINS_MAX: usize = 64;

/// A vendor's way to grow trees, deep enough for all of its candidates, which are these trees cut at a depth.
trait Vendor {
    const FAMILY: Family;
    /// The deepest first.
    const DEPTHS: &'static [usize];

    fn grow(coded: &Coded, depth_max: usize, seed: Seed) -> Result<Vec<Grown>>;
}

fn candidates<V: Vendor>() -> Candidates {
    Candidates { name: "depth", values: V::DEPTHS.iter().map(|&depth| depth as f64).collect() }
}

fn counted<V: Vendor>(task: &Task<'_>, rows: &[u32], seed: Seed) -> Result<Counted> {
    let binned = Binned::learn(task.design, rows, BINS_MAX, task.settings);
    binned.check()?;
    let coded = Coded::new(binned, task.outcomes(rows));
    let depth_max = V::DEPTHS.iter().copied().max().unwrap_or_default();
    let trees = if coded.columns.is_empty() { vec![Grown::leaf_only()] } else { V::grow(&coded, depth_max, seed)? };
    Ok(Counted::new(coded, trees))
}

fn path<V: Vendor>(task: &Task<'_>, rows: &[u32], seed: Seed) -> Result<Path> {
    let counted = counted::<V>(task, rows, seed)?;
    Ok(Path::Models(V::DEPTHS.iter().map(|&depth| counted.model(V::FAMILY, depth)).collect()))
}

fn fit<V: Vendor>(task: &Task<'_>, rows: &[u32], candidate: usize, seed: Seed) -> Result<Model> {
    let depth = V::DEPTHS.get(candidate).ok_or_else(|| Error::new(format!("there is no candidate {candidate}")))?;
    Ok(counted::<V>(task, rows, seed)?.model(V::FAMILY, *depth))
}
