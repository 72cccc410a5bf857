//! One thread's share of the rows: their margins, their gradients, and which leaf of the growing tree they are in.
//!
//! Rows are taken in blocks that fit the cache. A block keeps its own list of row numbers, leaf by leaf: a question
//! parts every leaf's stretch of the list in two, and the histograms of a leaf read its stretch. What parts add up are
//! whole numbers, so that neither their number nor the order of rows moves a bit of the model.

use super::gradient::{self, Scale};
use super::layout::Layout;
use super::question::Side;
use super::sums;

/// Rows of a block: their codes and histograms stay in the second-level cache, their numbers fit 16 bits.
pub(super) const BLOCK: usize = 8192;

/// A run of whole blocks.
pub(super) struct Part<'a> {
    layout: &'a Layout,
    scale: Scale,
    /// Number of the first row.
    pub begin: usize,
    /// The codes of the rows, `n_cells` bytes each.
    rows: &'a [u8],
    outcomes: &'a [bool],
    weights: Option<&'a [f32]>,
    pub margins: Vec<f64>,
    pairs: Vec<i32>,
    blocks: Vec<Block>,
    /// Histograms of the leaves that were asked for last.
    pub sums: Vec<i64>,
}

#[derive(Default)]
struct Block {
    /// Row numbers within the block, leaf by leaf.
    order: Vec<u16>,
    /// As long as `order`: what it is parted into.
    parted: Vec<u16>,
    /// Where each leaf's stretch ends.
    ends: Vec<usize>,
}

impl<'a> Part<'a> {
    pub(super) fn new(
        layout: &'a Layout,
        scale: Scale,
        begin: usize,
        rows: &'a [u8],
        outcomes: &'a [bool],
        weights: Option<&'a [f32]>,
        intercept: f64,
    ) -> Self {
        let n_rows = outcomes.len();
        let blocks = (0..n_rows.div_ceil(BLOCK)).map(|_| Block::default()).collect();
        let (margins, pairs) = (vec![intercept; n_rows], vec![0; n_rows]);
        Self { layout, scale, begin, rows, outcomes, weights, margins, pairs, blocks, sums: Vec::new() }
    }

    /// Begins a tree: gradients at the margins as they are, and the histograms of its root.
    pub(super) fn begin_tree(&mut self) {
        let Self { layout, sums, .. } = self;
        sums.clear();
        sums.resize(layout.n_sums(), 0);
        for (number, block) in self.blocks.iter_mut().enumerate() {
            let rows = number * BLOCK..self.outcomes.len().min((number + 1) * BLOCK);
            block.begin(rows.len());
            let weights = self.weights.map(|weights| &weights[rows.clone()]);
            let pairs = &mut self.pairs[rows.clone()];
            gradient::pairs(&self.margins[rows.clone()], &self.outcomes[rows.clone()], weights, self.scale, pairs);
            let codes = &self.rows[rows.start * layout.n_cells..rows.end * layout.n_cells];
            sums::add_all(sums, layout.width, codes, layout.n_cells, pairs);
        }
    }

    /// Parts every leaf by a question about the column whose codes are given, those of all rows of the fit. Leaf k
    /// becomes 2k (left) and 2k + 1 (right).
    pub(super) fn ask(&mut self, codes: &[u8], right: &[bool; 256]) {
        let codes = &codes[self.begin..][..self.outcomes.len()];
        for (block, codes) in self.blocks.iter_mut().zip(codes.chunks(BLOCK)) {
            block.ask(codes, right);
        }
    }

    /// Histograms of one child of every leaf that was just parted.
    pub(super) fn add_children(&mut self, children: &[Side]) {
        let Self { layout, sums, .. } = self;
        let n_sums = layout.n_sums();
        sums.clear();
        sums.resize(children.len() * n_sums, 0);
        let rows = self.rows.chunks(BLOCK * layout.n_cells).zip(self.pairs.chunks(BLOCK));
        for (block, (rows, pairs)) in self.blocks.iter().zip(rows) {
            for (leaf, (side, sums)) in children.iter().zip(sums.chunks_exact_mut(n_sums)).enumerate() {
                let order = block.leaf(2 * leaf + usize::from(*side == Side::Right));
                sums::add_some(sums, layout.width, rows, layout.n_cells, pairs, order);
            }
        }
    }

    /// Ends a tree: adds its values to the margins. How many rows each leaf has.
    pub(super) fn end_tree(&mut self, values: &[f64]) -> Vec<u64> {
        let mut cover = vec![0; values.len()];
        for (block, margins) in self.blocks.iter().zip(self.margins.chunks_mut(BLOCK)) {
            for (leaf, (value, cover)) in values.iter().zip(&mut cover).enumerate() {
                let order = block.leaf(leaf);
                *cover += order.len() as u64;
                order.iter().for_each(|&at| margins[usize::from(at)] += value);
            }
        }
        cover
    }
}

impl Block {
    /// All rows in one leaf.
    fn begin(&mut self, n_rows: usize) {
        self.order.clear();
        self.order.extend((0..n_rows).map(|row| row as u16));
        self.parted.resize(n_rows, 0);
        self.ends.clear();
        self.ends.push(n_rows);
    }

    fn leaf(&self, leaf: usize) -> &[u16] {
        let begin = if leaf == 0 { 0 } else { self.ends[leaf - 1] };
        &self.order[begin..self.ends[leaf]]
    }

    fn ask(&mut self, codes: &[u8], right: &[bool; 256]) {
        let mut ends = Vec::with_capacity(2 * self.ends.len());
        let mut begin = 0;
        for &end in &self.ends {
            let n_left = part(&self.order[begin..end], &mut self.parted[begin..end], codes, right);
            ends.extend([begin + n_left, end]);
            begin = end;
        }
        self.ends = ends;
        std::mem::swap(&mut self.order, &mut self.parted);
    }
}

/// Writes rows that go left from the front, rows that go right from the back; without a branch, both are written and
/// one of the two places moves on. How many go left.
fn part(order: &[u16], parted: &mut [u16], codes: &[u8], right: &[bool; 256]) -> usize {
    let (mut front, mut back) = (0, parted.len());
    for &row in order {
        let goes_right = usize::from(right[usize::from(codes[usize::from(row)])]);
        parted[front] = row;
        parted[back - 1] = row;
        front += 1 - goes_right;
        back -= goes_right;
    }
    front
}
