//! Second derivatives of the log loss, counted once over all pairs of bins, so that a step costs no pass over rows.
//!
//! The log loss near given margins is a quadratic whose matrix says, for every two bins, how much weight
//! risk × (1 − risk) of rows lies in both. A step of one block moves the gradient of every bin of every block by that
//! matrix times the step. Steps are sums of a few patterns (all bins up to a cut; one level; a corner of a grid), so
//! the matrix is kept summed up by pattern: a step then costs a few rows of it, however many subjects there are.

use rayon::prelude::*;

use super::blocks::{Block, Form, Layout};

/// The counted matrix: one row per pattern, as many as there are bins, in the same places.
#[derive(Debug, Clone)]
pub(super) struct Curvature {
    width: usize,
    patterns: Vec<f32>,
    /// Weight in each bin.
    pub weights: Vec<f32>,
}

impl Curvature {
    /// Counts the matrix of row weights, all multiplied by `scale`.
    pub(super) fn count(blocks: &[Block<'_>], layout: &Layout, weights: &[f32], scale: f64) -> Self {
        let width = layout.width();
        let mut patterns = vec![0.0; width * width];
        each_block(&mut patterns, layout).into_par_iter().for_each(|(first, rows)| {
            for second in first..blocks.len() {
                let counted = cross(&blocks[first], &blocks[second], weights);
                let (to_bins, n) = (layout.bins(second), blocks[second].n_bins);
                for (row, counted) in rows.chunks_exact_mut(width).zip(counted.chunks_exact(n)) {
                    row[to_bins.clone()].iter_mut().zip(counted).for_each(|(to, from)| *to = (from * scale) as f32);
                }
            }
        });
        mirror(&mut patterns, layout);
        let weights = (0..width).map(|bin| patterns[bin * width + bin]).collect();
        each_block(&mut patterns, layout)
            .into_par_iter()
            .for_each(|(block, rows)| sum_up(blocks[block].form, rows, width));
        Self { width, patterns, weights }
    }

    /// Takes steps, as patterns with their units, from the gradient of every bin.
    pub(super) fn follow(&self, steps: &[(usize, f32)], gradient: &mut [f32]) {
        let pattern = |pattern: usize| &self.patterns[pattern * self.width..(pattern + 1) * self.width];
        let (twos, rest) = steps.as_chunks::<2>();
        for &[(first, units), (second, more)] in twos {
            let both = pattern(first).iter().zip(pattern(second));
            gradient.iter_mut().zip(both).for_each(|(sum, (first, second))| *sum -= units * first + more * second);
        }
        for &(only, units) in rest {
            gradient.iter_mut().zip(pattern(only)).for_each(|(sum, only)| *sum -= units * only);
        }
    }
}

/// The rows of the matrix that belong to each block.
fn each_block<'a>(mut matrix: &'a mut [f32], layout: &Layout) -> Vec<(usize, &'a mut [f32])> {
    let mut blocks = Vec::new();
    for block in 0..layout.n_blocks() {
        let (rows, rest) = matrix.split_at_mut(layout.bins(block).len() * layout.width());
        blocks.push((block, rows));
        matrix = rest;
    }
    blocks
}

/// Weight in every bin of `first` and bin of `second`.
fn cross(first: &Block<'_>, second: &Block<'_>, weights: &[f32]) -> Vec<f64> {
    let n = second.n_bins;
    let mut table = vec![0.0; first.n_bins * n];
    for ((&a, &b), &weight) in first.codes.iter().zip(second.codes).zip(weights) {
        table[usize::from(a) * n + usize::from(b)] += f64::from(weight);
    }
    table
}

/// Fills the half below the diagonal blocks from the one above.
fn mirror(matrix: &mut [f32], layout: &Layout) {
    let width = layout.width();
    for block in 0..layout.n_blocks() {
        let bins = layout.bins(block);
        for row in bins.end..width {
            for column in bins.clone() {
                matrix[row * width + column] = matrix[column * width + row];
            }
        }
    }
}

/// Sums the rows of single bins up to rows of patterns.
fn sum_up(form: Form, rows: &mut [f32], width: usize) {
    let mut add = |from: usize, to: usize| {
        let (above, below) = rows.split_at_mut(to * width);
        let from = &above[from * width..(from + 1) * width];
        below[..width].iter_mut().zip(from).for_each(|(to, from)| *to += from);
    };
    match form {
        Form::Ordered { n_known, .. } => (1..n_known).for_each(|bin| add(bin - 1, bin)),
        Form::Levels => {}
    }
}
