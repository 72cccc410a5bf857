//! One thread's share of the rows: their margins, their gradients, and which leaf of the growing tree they are in.
//!
//! Rows are taken in blocks that fit the cache. A block keeps its own list of row numbers, leaf by leaf: a question
//! parts every leaf's stretch of the list in two, and the histograms of a leaf read its stretch. What parts add up are
//! whole numbers, so that neither their number nor the order of rows moves a bit of the model.

use super::gradient::{self, Scale};
use super::layout::Layout;
use super::question::{Question, Side};
use super::sums;

/// Rows of a block: their codes and histograms stay in the second-level cache, their numbers fit 16 bits.
pub(super) const BLOCK: usize = 8192;
/// Bytes that come from memory at once.
const LINE: usize = 64;

/// A run of whole blocks.
pub(super) struct Part<'a> {
    layout: &'a Layout,
    scale: Scale,
    /// Number of the first row.
    begin: usize,
    /// The codes of the rows, `n_cells` bytes each.
    codes: &'a [u8],
    outcomes: &'a [bool],
    weights: Option<&'a [f32]>,
    /// Without the last tree, until the next begins.
    margins: Vec<f64>,
    pairs: Vec<i32>,
    /// The leaf of each row, in the last tree until the next begins.
    leaves: Vec<u8>,
    /// Whether a row goes right at the last question.
    answers: Vec<u8>,
    blocks: Vec<Block>,
    room: Box<Room>,
    /// Histograms of the leaves that were asked for last.
    pub sums: Vec<i64>,
}

/// Row numbers within a block, leaf by leaf.
#[derive(Default)]
struct Block {
    order: Vec<u16>,
    /// Where each leaf's stretch ends.
    ends: Vec<usize>,
}

/// Room for a stretch while it is parted.
struct Room {
    left: [u16; BLOCK],
    right: [u16; BLOCK],
}

impl<'a> Part<'a> {
    pub(super) fn new(
        layout: &'a Layout,
        scale: Scale,
        begin: usize,
        codes: &'a [u8],
        outcomes: &'a [bool],
        weights: Option<&'a [f32]>,
        intercept: f64,
    ) -> Self {
        let n_rows = outcomes.len();
        Self {
            layout,
            scale,
            begin,
            codes,
            outcomes,
            weights,
            margins: vec![intercept; n_rows],
            pairs: vec![0; n_rows],
            leaves: vec![0; n_rows],
            answers: vec![0; n_rows],
            blocks: (0..n_rows.div_ceil(BLOCK)).map(|_| Block::default()).collect(),
            room: Box::new(Room { left: [0; BLOCK], right: [0; BLOCK] }),
            sums: Vec::new(),
        }
    }

    /// What the trees so far say of every row.
    #[cfg(test)]
    pub(super) fn margins(&self, last_values: &[f64]) -> Vec<f64> {
        let (mut margins, mut leaves) = (self.margins.clone(), self.leaves.clone());
        add_values(&mut margins, &mut leaves, last_values);
        margins
    }

    /// Begins a tree: adds the leaf values of the last one to the margins, and makes gradients and the root's
    /// histograms.
    pub(super) fn begin_tree(&mut self, values: &[f64]) {
        let Self { layout, sums, .. } = self;
        sums.clear();
        sums.resize(layout.n_sums(), 0);
        for (number, block) in self.blocks.iter_mut().enumerate() {
            let rows = number * BLOCK..self.outcomes.len().min((number + 1) * BLOCK);
            block.begin(rows.len());
            let margins = &mut self.margins[rows.clone()];
            add_values(margins, &mut self.leaves[rows.clone()], values);
            let weights = self.weights.map(|weights| &weights[rows.clone()]);
            let pairs = &mut self.pairs[rows.clone()];
            gradient::pairs(margins, &self.outcomes[rows.clone()], weights, self.scale, pairs);
            let codes = &self.codes[rows.start * layout.n_cells..rows.end * layout.n_cells];
            sums::add_all(sums, layout.width, codes, layout.n_cells, pairs);
        }
    }

    /// Parts every leaf by a question about a column, of which the codes of all rows of the fit are given: leaf k becomes
    /// 2k (left) and 2k + 1 (right). Then adds up one child of every leaf.
    pub(super) fn ask(&mut self, column: &[u8], question: &Question, children: &[Side]) {
        self.answer(column, question);
        let Self { layout, sums, room, .. } = self;
        let n_sums = layout.n_sums();
        sums.clear();
        sums.resize(children.len() * n_sums, 0);
        let rows = self.codes.chunks(BLOCK * layout.n_cells).zip(self.pairs.chunks(BLOCK));
        for ((block, answers), (codes, pairs)) in self.blocks.iter_mut().zip(self.answers.chunks(BLOCK)).zip(rows) {
            block.part(answers, room);
            fetch(codes);
            for (leaf, (side, sums)) in children.iter().zip(sums.chunks_exact_mut(n_sums)).enumerate() {
                let order = block.leaf(2 * leaf + usize::from(*side == Side::Right));
                sums::add_some(sums, layout.width, codes, layout.n_cells, pairs, order);
            }
        }
    }

    /// Asks a tree's last question, after which nothing is added up. How many rows each leaf has.
    pub(super) fn ask_last(&mut self, column: &[u8], question: &Question) -> Vec<u64> {
        self.answer(column, question);
        let mut cover = vec![0; 2 * self.n_leaves()];
        for (block, answers) in self.blocks.iter().zip(self.answers.chunks(BLOCK)) {
            for (leaf, cover) in cover.chunks_exact_mut(2).enumerate() {
                let order = block.leaf(leaf);
                let n_right: u64 = order.iter().map(|row| u64::from(answers[usize::from(*row)])).sum();
                cover[0] += order.len() as u64 - n_right;
                cover[1] += n_right;
            }
        }
        cover
    }

    /// How many rows each leaf has.
    pub(super) fn cover(&self) -> Vec<u64> {
        let of_leaf = |leaf| self.blocks.iter().map(|block| block.leaf(leaf).len() as u64).sum();
        (0..self.n_leaves()).map(of_leaf).collect()
    }

    fn n_leaves(&self) -> usize {
        self.blocks.first().map_or(1, |block| block.ends.len())
    }

    /// Notes which way every row goes, and which leaf that makes its own.
    fn answer(&mut self, column: &[u8], question: &Question) {
        question.answer(&column[self.begin..][..self.outcomes.len()], &mut self.answers);
        self.leaves.iter_mut().zip(&self.answers).for_each(|(leaf, right)| *leaf = 2 * *leaf + right);
    }
}

impl Block {
    /// All rows in one leaf.
    fn begin(&mut self, n_rows: usize) {
        self.order.clear();
        self.order.extend((0..n_rows).map(|row| row as u16));
        self.ends.clear();
        self.ends.push(n_rows);
    }

    fn leaf(&self, leaf: usize) -> &[u16] {
        let begin = if leaf == 0 { 0 } else { self.ends[leaf - 1] };
        &self.order[begin..self.ends[leaf]]
    }

    /// Parts every leaf's stretch, both parts in the order that they had.
    fn part(&mut self, answers: &[u8], room: &mut Room) {
        let mut ends = Vec::with_capacity(2 * self.ends.len());
        let mut begin = 0;
        for &end in &self.ends {
            let n_left = part(&mut self.order[begin..end], answers, room);
            ends.extend([begin + n_left, end]);
            begin = end;
        }
        self.ends = ends;
    }
}

/// Rows that go left to the front, those that go right behind them; without a branch: each is written to both, and one
/// of the two moves on. How many go left.
fn part(order: &mut [u16], answers: &[u8], room: &mut Room) -> usize {
    let Room { left, right } = room;
    let (mut n_left, mut n_right) = (0, 0);
    for &row in &*order {
        let goes_right = usize::from(answers[usize::from(row)]);
        left[n_left] = row;
        right[n_right] = row;
        n_left += 1 - goes_right;
        n_right += goes_right;
    }
    let (to_left, to_right) = order.split_at_mut(n_left);
    to_left.copy_from_slice(&left[..n_left]);
    to_right.copy_from_slice(&right[..n_right]);
    n_left
}

/// Adds the values of the leaves, and puts all rows back to the root.
fn add_values(margins: &mut [f64], leaves: &mut [u8], values: &[f64]) {
    let mut of_leaves = [0.0; 256];
    of_leaves.iter_mut().zip(values).for_each(|(of_leaf, value)| *of_leaf = *value);
    margins.iter_mut().zip(&*leaves).for_each(|(margin, leaf)| *margin += of_leaves[usize::from(*leaf)]);
    leaves.fill(0);
}

/// Reads a byte of every line in order, so that the memory's own foresight brings what is then read out of order.
fn fetch(bytes: &[u8]) {
    std::hint::black_box(bytes.iter().step_by(LINE).fold(0, |sum, byte| sum | byte));
}
