//! Trees looked up in one design: blocks of rows to attributions.

use super::lookup::{self, Instructions, STRIP, Scratch, Sums};
use super::planes::BoundPlane;
use super::quadrature::{Known, LANES, Lanes, Walk};
use super::tables::Tables;
use crate::base::model::{Bound, BoundSplit, Node, Tree};

/// By tree, by node; `None` for leaves.
pub(super) type Splits<'a> = Vec<Vec<Option<BoundSplit<'a>>>>;

pub(super) fn splits<'a>(trees: &'a [Tree], bound: &Bound<'a>) -> Splits<'a> {
    let split = |node: &'a Node| match node {
        Node::Split { split, .. } => Some(split.bind(&bound.columns)),
        Node::Leaf { .. } => None,
    };
    trees.iter().map(|tree| tree.nodes.iter().map(split).collect()).collect()
}

/// Trees with their columns looked up in one design.
pub(in crate::explain) struct BoundEngine<'a> {
    pub(super) n_outputs: usize,
    pub(super) work: BoundWork<'a>,
}

pub(super) enum BoundWork<'a> {
    Tables { planes: Vec<BoundPlane<'a>>, tables: &'a Tables, instructions: Instructions },
    Walks { walks: &'a [Walk], splits: Splits<'a> },
    Pairs { paths: &'a [Vec<Known>], splits: Splits<'a> },
}

impl BoundEngine<'_> {
    /// Attributions of at most [`super::BLOCK`] rows go to `room.told`; the margins of the trees are added to `margins`, one
    /// for each row, tree by tree.
    pub(in crate::explain) fn attribute(&self, rows: &[u32], room: &mut Room, margins: &mut [f64]) {
        if self.n_outputs == 0 {
            return self.constant(margins);
        }
        room.stride = rows.len().next_multiple_of(STRIP).max(STRIP);
        room.told.clear();
        room.told.resize(self.n_outputs * room.stride, 0.0);
        match &self.work {
            BoundWork::Tables { planes, tables, instructions } => {
                look_up(planes, tables, *instructions, rows, room, margins);
            }
            BoundWork::Walks { walks, splits } => walk(walks, splits, rows, room, margins),
            BoundWork::Pairs { paths, splits } => tell_pairs(paths, splits, rows, room),
        }
    }

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
    let Room { told, stride, codes, whole, margins: padded, scratch, .. } = room;
    let stride = *stride;
    let n_strips = rows.len().div_ceil(STRIP);
    codes.resize(planes.len() * stride, 0);
    for (plane, codes) in planes.iter().zip(codes.chunks_mut(stride)) {
        plane.code(rows, codes);
    }
    whole.resize(told.len(), 0);
    padded.resize(stride, 0.0);
    padded[..rows.len()].copy_from_slice(margins);
    let mut begin = 0;
    for segment in &tables.segments {
        let mut sums = Sums { whole, float: told, margins: padded, stride };
        lookup::add(tables, begin..segment.end, 0..n_strips, codes, &mut sums, scratch, instructions);
        begin = segment.end;
        for (told, whole) in told.chunks_mut(stride).zip(whole.chunks_mut(stride)) {
            let cells = told.iter_mut().zip(whole);
            cells.for_each(|(told, whole)| *told += f64::from(std::mem::take(whole)) * segment.unit);
        }
    }
    if tables.is_interleaved() {
        told.chunks_mut(STRIP).for_each(settle);
    }
    margins.copy_from_slice(&padded[..rows.len()]);
}

/// Rows of a strip in their order.
fn settle(strip: &mut [f64]) {
    let mut settled = [0.0; STRIP];
    for (row, settled) in settled.iter_mut().enumerate() {
        *settled = strip[lookup::place(row)];
    }
    strip.copy_from_slice(&settled);
}

impl Room {
    /// What the rows of a block were told, output by output, some numbers at the end of each being no row's.
    pub(in crate::explain) fn told(&self) -> impl Iterator<Item = &[f64]> {
        self.told.chunks(self.stride.max(1))
    }
}

/// Room for a block, kept from one to the next.
#[derive(Debug, Default)]
pub(in crate::explain) struct Room {
    /// A column of `stride` numbers for each output.
    told: Vec<f64>,
    /// The block's rows in whole strips.
    stride: usize,
    codes: Vec<u8>,
    whole: Vec<i32>,
    margins: Vec<f64>,
    scratch: Scratch,
    /// Of attributions that are no longer needed.
    pub(in crate::explain) attributed: Vec<f64>,
}

fn tell_pairs(paths: &[Vec<Known>], splits: &Splits<'_>, rows: &[u32], room: &mut Room) {
    let Room { told, stride, .. } = room;
    // the place of a pair among all in lexical order
    let n_pairs = told.len() / *stride;
    let n_features = (0..).find(|n| n * (n + 1) / 2 >= n_pairs).map_or(0, |n: usize| n + 1);
    let place = |a: usize, b: usize| {
        let (first, second) = (a.min(b), a.max(b));
        first * (2 * n_features - first - 1) / 2 + second - first - 1
    };
    for (at, row) in rows.iter().enumerate() {
        for (paths, splits) in paths.iter().zip(splits) {
            let goes_left = |node: usize| splits[node].as_ref().is_some_and(|split| split.goes_left(*row as usize));
            for path in paths {
                path.interactions(&goes_left, |a, b, value| told[place(a, b) * *stride + at] += value);
            }
        }
    }
}

/// Tree by tree, so that what a tree is made ready with serves all strips; to every row the trees are told in their order.
fn walk(walks: &[Walk], splits: &Splits<'_>, rows: &[u32], room: &mut Room, margins: &mut [f64]) {
    let Room { told, stride, .. } = room;
    for (walk, splits) in walks.iter().zip(splits) {
        let mut ready = walk.ready();
        for (strip, rows) in rows.chunks(LANES).enumerate() {
            let at = strip * LANES;
            let answer = |split: &Option<BoundSplit<'_>>| {
                let mut answers = [0u8; LANES];
                if let Some(split) = split {
                    let goes_left = |row: &u32| u8::from(split.goes_left(*row as usize));
                    answers.iter_mut().zip(rows).for_each(|(answer, row)| *answer = goes_left(row));
                }
                answers
            };
            let answers: Vec<[u8; LANES]> = splits.iter().map(answer).collect();
            let mut sums = [0.0; LANES];
            sums[..rows.len()].copy_from_slice(&margins[at..at + rows.len()]);
            let mut lanes = Lanes { told: told.as_mut_slice(), stride: *stride, at };
            walk.attribute(&mut ready, &answers, &mut lanes, &mut sums);
            margins[at..at + rows.len()].copy_from_slice(&sums[..rows.len()]);
        }
    }
}
