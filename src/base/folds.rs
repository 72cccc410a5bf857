//! Who is scored by which model.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// How rows were dealt to folds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoldKind {
    /// Clusters dealt at random: equal sizes, outcomes balanced by redrawing.
    Random,
    /// Blocks in time order: each is scored by models of the rows before it; the first has no score. Where clusters
    /// recur over time, a block has several folds, so that no model has seen the clusters that it scores.
    Forward,
}

/// A partition of the history rows of a table. Row numbers index the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folds {
    pub kind: FoldKind,
    pub parts: Vec<Fold>,
}

/// One fold: its rows, and the rows from which its model learns. The two share no cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// The block in time that the fold belongs to; 0 where folds are random.
    pub block: u16,
    /// Ascending row numbers that this fold's model scores.
    pub test: Vec<u32>,
    /// Ascending row numbers that this fold's model may learn from.
    pub train: Vec<u32>,
}

impl Folds {
    /// The fold of each of `n_rows` rows; `None` for rows that no fold scores.
    pub fn of_rows(&self, n_rows: usize) -> Vec<Option<u16>> {
        let mut fold = vec![None; n_rows];
        for (number, part) in (0u16..).zip(&self.parts) {
            for &row in &part.test {
                fold[row as usize] = Some(number);
            }
        }
        fold
    }

    /// Rows of fold `other` whose outcomes fold `fold` may use, for its calibrator and its penalty as for its model;
    /// ascending. Of random folds all. In time order those whose horizon had passed when the block of `fold` began, and
    /// that belong to none of the clusters that `fold` scores: what its model may not learn from, nothing else may.
    pub fn evidence(&self, fold: usize, other: usize) -> Cow<'_, [u32]> {
        let (test, train) = (&self.parts[other].test, &self.parts[fold].train);
        match self.kind {
            FoldKind::Random if fold != other => Cow::Borrowed(test),
            FoldKind::Random => Cow::Borrowed(&[]),
            FoldKind::Forward => {
                Cow::Owned(test.iter().copied().filter(|row| train.binary_search(row).is_ok()).collect())
            }
        }
    }

    /// What a fold's rows calibrate with: the folds of one block in time together, a random fold alone.
    pub fn calibration_fold(&self, fold: usize) -> usize {
        match self.kind {
            FoldKind::Random => fold,
            FoldKind::Forward => usize::from(self.parts[fold].block),
        }
    }
}
