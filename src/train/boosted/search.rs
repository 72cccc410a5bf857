//! The question that gains most when all leaves of a level are asked it.
//!
//! A leaf with gradient sum G and Hessian sum H is worth G² / (H + l2), twice what its Newton step takes off the loss; a
//! question is worth what the children of all leaves are worth (Chen and Guestrin 2016, KDD; for all leaves at once as
//! in Prokhorenkova et al. 2018, NeurIPS). Every cut between neighboring bins is looked at, missing values on either
//! side. Levels have no order of their own: theirs is that of −G / (H + smoothing) at the root of the tree, in which the
//! best parting of a single leaf is a cut (Fisher 1958, JASA 53). Where the risk may go in one direction only, a leaf
//! whose children would go against it counts as if they stayed together.

use std::ops::Range;

use rayon::prelude::*;

use super::gradient::{gradient, hessian};
use super::layout::Layout;
use super::question::Question;
use crate::base::units::Direction;
use crate::train::binned::BinnedColumn;

/// By what share a question must be worth more than none: more than rounding can feign.
const GAIN_MIN: f32 = 1e-5;

/// Bins of all leaves that are worth a task of their own.
const BINS_OF_TASK: usize = 32_768;

/// What is searched.
pub(super) struct Search<'a> {
    layout: &'a Layout,
    axes: Vec<Axis>,
    /// In whole Hessians.
    l2: f32,
    /// In whole Hessians.
    smoothing: f64,
}

/// A column's bins in an order; a column of numbers with missing ones has two axes, with these last and first.
struct Axis {
    column: usize,
    is_ordered: bool,
    sequence: Vec<u8>,
    /// The risk's direction, and the cuts that it holds for: those between known numbers.
    direction: Option<Direction>,
    directed: Range<usize>,
    /// What the cut after each place of the sequence but the last is worth.
    worth: Vec<f32>,
}

impl Axis {
    fn of_column(number: usize, column: &BinnedColumn, direction: Option<Direction>) -> impl Iterator<Item = Self> {
        let (n_bins, is_ordered) = (column.n_bins(), column.is_ordered());
        let missing_last: Vec<u8> = (0..n_bins).map(|bin| bin as u8).collect();
        let mut missing_first = missing_last.clone();
        missing_first.rotate_right(1);
        let direction = direction.filter(|_| is_ordered);
        let axis = move |sequence, first| Self {
            column: number,
            is_ordered,
            sequence,
            direction,
            directed: if direction.is_some() { first..first + column.n_known.max(1) - 1 } else { 0..0 },
            worth: vec![0.0; n_bins - 1],
        };
        let has_two = is_ordered && column.has_missing && column.n_known > 1;
        let second = has_two.then(|| axis(missing_first, 1));
        std::iter::once(axis(missing_last, 0)).chain(second)
    }

    fn question(&self, cut: usize) -> Question {
        let mut right = [false; 256];
        self.sequence[cut + 1..].iter().for_each(|code| right[usize::from(*code)] = true);
        Question { column: self.column, right, direction: self.direction.filter(|_| self.directed.contains(&cut)) }
    }

    /// Adds the worth of every cut in one leaf, of which the sums left of each cut and the total are given.
    fn add(&mut self, left: &[i64; 256], total: i64, l2: f32) {
        let Range { start, end } = self.directed;
        for (worth, left) in self.worth[..start].iter_mut().zip(left) {
            *worth += parted(*left, total - left, l2);
        }
        for (worth, left) in self.worth[end..].iter_mut().zip(&left[end..]) {
            *worth += parted(*left, total - left, l2);
        }
        if let Some(direction) = self.direction {
            let sign = if direction == Direction::Increasing { 1.0 } else { -1.0 };
            for (worth, left) in self.worth[start..end].iter_mut().zip(&left[start..]) {
                *worth += directed(*left, total - left, l2, sign);
            }
        }
    }
}

impl<'a> Search<'a> {
    /// `l2` and `smoothing` are in whole Hessians.
    pub(super) fn new(
        layout: &'a Layout,
        columns: &[BinnedColumn],
        directions: &[Option<Direction>],
        l2: f32,
        smoothing: f64,
    ) -> Self {
        let columns = columns.iter().zip(directions).enumerate();
        let axes = columns.flat_map(|(number, (column, direction))| Axis::of_column(number, column, *direction));
        Self { layout, axes: axes.collect(), l2, smoothing }
    }

    /// Puts levels in the order of what the root's rows say of them.
    pub(super) fn begin_tree(&mut self, root: &[i64]) {
        for axis in self.axes.iter_mut().filter(|axis| !axis.is_ordered) {
            let mut room = [0; 256];
            let bins = self.layout.read(root, axis.column, &mut room);
            let step = |bin: u8| {
                let sum = bins[usize::from(bin)];
                -f64::from(gradient(sum)) / (f64::from(hessian(sum)) + self.smoothing)
            };
            axis.sequence.sort_unstable_by(|a, b| step(*a).total_cmp(&step(*b)).then(a.cmp(b)));
        }
    }

    /// The best question to the leaves of a level, of which the histograms and the totals are given; the first of
    /// several that are equally good. `None` where none is worth more than no question.
    pub(super) fn best(&mut self, sums: &[i64], totals: &[i64]) -> Option<Question> {
        let (layout, l2) = (self.layout, self.l2);
        let leaves = || sums.chunks_exact(layout.n_sums()).zip(totals).filter(|(_, total)| **total != 0);
        let n_axes = BINS_OF_TASK / (totals.len() * layout.width);
        self.axes.par_iter_mut().with_min_len(n_axes.max(1)).for_each(|axis| {
            axis.worth.fill(0.0);
            let (mut left, mut room) = ([0; 256], [0; 256]);
            for (sums, total) in leaves() {
                let bins = layout.read(sums, axis.column, &mut room);
                let mut sum = 0;
                for (left, bin) in left.iter_mut().zip(&axis.sequence) {
                    sum += bins[usize::from(*bin)];
                    *left = sum;
                }
                axis.add(&left, *total, l2);
            }
        });
        let unasked: f32 = leaves().map(|(_, total)| worth(*total, l2)).sum();
        let mut best = (unasked * (1.0 + GAIN_MIN), None);
        for axis in &self.axes {
            for (cut, worth) in axis.worth.iter().enumerate() {
                if *worth > best.0 {
                    best = (*worth, Some((axis, cut)));
                }
            }
        }
        best.1.map(|(axis, cut)| axis.question(cut))
    }
}

/// What a leaf is worth.
#[inline]
fn worth(sum: i64, l2: f32) -> f32 {
    let gradient = gradient(sum) as f32;
    gradient * gradient / (hessian(sum) as f32 + l2)
}

/// What two leaves are worth together.
#[inline]
fn parted(left: i64, right: i64, l2: f32) -> f32 {
    let (g_left, g_right) = (gradient(left) as f32, gradient(right) as f32);
    let (h_left, h_right) = (hessian(left) as f32 + l2, hessian(right) as f32 + l2);
    (g_left * g_left * h_right + g_right * g_right * h_left) / (h_left * h_right)
}

/// The same where the value of the right leaf may not lie below that of the left (`sign` 1) or above it (−1): else what
/// they are worth unparted.
#[inline]
fn directed(left: i64, right: i64, l2: f32, sign: f32) -> f32 {
    let (g_left, g_right) = (gradient(left) as f32, gradient(right) as f32);
    let (h_left, h_right) = (hessian(left) as f32 + l2, hessian(right) as f32 + l2);
    let is_held = sign * (g_left * h_right - g_right * h_left) >= 0.0;
    if is_held { parted(left, right, l2) } else { worth(left + right, l2) }
}
