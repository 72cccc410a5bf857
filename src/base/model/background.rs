//! The background of trees of any shape: how its subjects stand at every leaf.

use super::{Model, Path, Standing};
use crate::base::Result;
use crate::base::design::Design;

/// Columns that a path may ask about where the background is to be known at its leaf: there are 2^columns ways to stand.
pub const PATH_COLUMNS_MAX: usize = 8;

impl Model {
    /// Makes `rows` of a design the background: notes how they stand at every leaf, and their mean margin. Nothing but
    /// counts is kept of them.
    ///
    /// Models without trees of free shape know their background already: means of terms and pairs, and the leaf covers
    /// of oblivious trees, are those of all rows of the fit. Without rows, or where a path asks about more than
    /// [`PATH_COLUMNS_MAX`] columns, nothing is noted, and attributions can follow cover only.
    ///
    /// # Errors
    /// A column does not fit the model.
    pub fn set_background(&mut self, design: &Design, rows: &[u32]) -> Result<()> {
        let paths: Vec<Vec<Path>> = self.trees.trees.iter().map(super::Tree::paths).collect();
        let is_short = |path: &Path| path.columns.len() <= PATH_COLUMNS_MAX;
        if rows.is_empty() || paths.is_empty() || !paths.iter().flatten().all(is_short) {
            return Ok(());
        }
        let bound = self.bind(design)?;
        let stand = |(tree, paths): (&super::BoundTree<'_>, &Vec<Path>)| {
            let goes_left = |split: &super::BoundSplit<'_>| -> Vec<u8> {
                rows.iter().map(|&row| if split.goes_left(row as usize) { u8::MAX } else { 0 }).collect()
            };
            let answers: Vec<Vec<u8>> =
                tree.splits.iter().map(|split| split.as_ref().map(goes_left).unwrap_or_default()).collect();
            paths.iter().map(|path| standing(path, &answers, rows.len())).collect::<Vec<Standing>>()
        };
        let standings: Vec<Vec<Standing>> = bound.trees.iter().zip(&paths).map(stand).collect();
        let sum: f64 = rows.iter().map(|&row| bound.margin(row as usize)).sum();
        for (tree, background) in self.trees.trees.iter_mut().zip(standings) {
            tree.background = background;
        }
        self.background.n_subjects = rows.len() as u64;
        self.background.base_margin = sum / rows.len() as f64;
        Ok(())
    }
}

/// How rows stand at the leaf of a path. `answers` holds 255 for each row that goes left at a node, else 0.
fn standing(path: &Path, answers: &[Vec<u8>], n_rows: usize) -> Standing {
    let mut sets = vec![0u8; n_rows];
    let mut held = vec![0u8; n_rows];
    for column in 0..path.columns.len() {
        held.fill(1 << column);
        for step in path.steps.iter().filter(|step| step.column == column) {
            let flip = if step.is_left { 0 } else { u8::MAX };
            held.iter_mut().zip(&answers[step.node]).for_each(|(held, answer)| *held &= answer ^ flip);
        }
        sets.iter_mut().zip(&held).for_each(|(set, held)| *set |= held);
    }
    let mut counts = [0u32; 1 << PATH_COLUMNS_MAX];
    sets.iter().for_each(|set| counts[usize::from(*set)] += 1);
    (0u16..).zip(counts).filter(|(_, count)| *count > 0).collect()
}
