//! A question that a level of a tree asks, about bins, and how the model puts it.

use crate::base::model::Split;
use crate::base::units::Direction;
use crate::train::binned::{BinnedColumn, Bins};

/// A child of a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// Which codes of a column go right.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Question {
    pub column: usize,
    /// For each code; codes that no row has go left.
    pub right: [bool; 256],
    /// How the risk may go from left to right.
    pub direction: Option<Direction>,
}

impl Question {
    /// For each code 1 where it goes right, else 0. Codes in a row that go right, as those of numbers are, take no table.
    pub(super) fn answer(&self, codes: &[u8], answers: &mut [u8]) {
        let first = self.right.iter().position(|right| *right).unwrap_or_default();
        let n_right = self.right.iter().filter(|right| **right).count();
        let answers = answers.iter_mut().zip(codes);
        if self.right[first..][..n_right].iter().all(|right| *right) {
            let (first, n_right) = (first as u8, n_right as u8);
            answers.for_each(|(answer, code)| *answer = u8::from(code.wrapping_sub(first) < n_right));
        } else {
            answers.for_each(|(answer, code)| *answer = u8::from(self.right[usize::from(*code)]));
        }
    }

    /// The question in words of the model, whose features are all columns. What the fit never saw goes where more of its rows went.
    pub(super) fn split(&self, column: &BinnedColumn, counts: &[u64]) -> Split {
        let feature = self.column as u16;
        let is_left = |code: usize| !self.right[code];
        let n_left: u64 = (0..counts.len()).filter(|&code| is_left(code)).map(|code| counts[code]).sum();
        let is_more_left = 2 * n_left >= counts.iter().sum();
        let missing_left = column.missing().map_or(is_more_left, |missing| is_left(missing.into()));
        match &column.bins {
            Bins::Numbers { edges } => {
                let n_left = (0..column.n_known).filter(|&code| is_left(code)).count();
                // the bin after the last edge ends with the last number
                let at_most = edges.get(n_left.max(1) - 1).copied().unwrap_or(f64::MAX);
                Split::Number { feature, at_most, missing_left }
            }
            Bins::Levels { .. } => {
                let unseen_left = column.unnamed().map_or(is_more_left, is_left);
                Split::Levels { feature, left: column.levels_left(is_left), missing_left, unseen_left }
            }
        }
    }
}
