//! Attributions in margin and in points.

use ndarray::{ArrayViewMut1, ArrayViewMut2, Axis};
use rayon::prelude::*;

use super::explainer::{Attributed, Scorer};
use super::trees::{BLOCK, Room};
use crate::base::attributions::Attributions;
use crate::base::{Error, Result};

/// What a sum of attributions may be off the score, in points.
const TOLERANCE: f64 = 1e-9;

/// Attributions of some rows, each by its own scorer.
///
/// `rows` are (row of the design, index into `scorers`); the result has one row for each, n_rows × `n_features`, column
/// by column in memory.
///
/// In margin, φ = term(value) − mean of the term over the background, and half of each pair's value − mean: the exact
/// interventional Shapley values of an additive model. Of trees, interventional or path-dependent ones, as the scorer's
/// explainer says ([`super::Method`]). In points, φ × 100 × the calibrator's secant slope between base margin and
/// margin, so that base score + Σ points = score. Points are the rescaled attribution of the margin, not the Shapley
/// value of the probability (the rescale rule of Shrikumar, Greenside and Kundaje 2017 applied to one scalar link).
pub fn attribute(scorers: &[Scorer<'_>], rows: &[(u32, u16)], n_features: usize) -> Attributions {
    let mut all = Attributions::default();
    attribute_into(scorers, rows, n_features, &mut all);
    all
}

/// Likewise, in the memory of attributions that are no longer needed.
pub fn attribute_into(scorers: &[Scorer<'_>], rows: &[(u32, u16)], n_features: usize, all: &mut Attributions) {
    all.resize(rows.len(), n_features);
    let n_rows = chunk_rows(rows.len(), scorers.len());
    let matrices = all.margins.axis_chunks_iter_mut(Axis(0), n_rows).into_par_iter();
    all.excess = matrices
        .zip(all.points.axis_chunks_iter_mut(Axis(0), n_rows).into_par_iter())
        .zip(all.margin.par_chunks_mut(n_rows).zip(all.base_margin.par_chunks_mut(n_rows)))
        .zip(all.score.par_chunks_mut(n_rows).zip(all.base_score.par_chunks_mut(n_rows)))
        .zip(all.closed.par_chunks_mut(n_rows).zip(rows.par_chunks(n_rows)))
        .map(|((((margins, points), (margin, base_margin)), (score, base_score)), (closed, rows))| {
            (Chunk { margins, points, margin, base_margin, score, base_score, closed }, rows)
        })
        .map_init(Room::default, |room, (mut chunk, rows)| {
            let told = blocks(scorers.len(), rows).into_iter();
            told.filter_map(|block| chunk.tell(&scorers[block.scorer], &block, room)).reduce(worse)
        })
        .flatten()
        .reduce_with(worse);
}

/// Rows that are worked on together: enough to fill the blocks of all scorers, and to keep all threads busy. What is told
/// of a row does not depend on the rows beside it.
fn chunk_rows(n_rows: usize, n_scorers: usize) -> usize {
    let shared = n_rows.div_ceil(2 * rayon::current_num_threads());
    shared.clamp(BLOCK, BLOCK * n_scorers.max(1))
}

/// Attributions of consecutive rows, to be filled in.
struct Chunk<'a> {
    margins: ArrayViewMut2<'a, f64>,
    points: ArrayViewMut2<'a, f64>,
    margin: &'a mut [f64],
    base_margin: &'a mut [f64],
    score: &'a mut [f64],
    base_score: &'a mut [f64],
    closed: &'a mut [f64],
}

impl Chunk<'_> {
    /// Tells the rows of a block, and by how much one of them misses its margin, where that is more than rounding.
    fn tell(&mut self, scorer: &Scorer<'_>, block: &Block, room: &mut Room) -> Option<[f64; 2]> {
        let Attributed { margins, margin, closed, excess } = scorer.attribute(&block.rows, room);
        let chords = scorer.calibrator.chords(scorer.base_margin);
        let mut slopes = vec![0.0; margin.len()];
        for (((place, margin), closed), slope) in block.places.iter().zip(&margin).zip(closed).zip(&mut slopes) {
            let (place, (value, secant)) = (*place as usize, chords.to(*margin));
            self.margin[place] = *margin;
            self.base_margin[place] = scorer.base_margin;
            self.score[place] = 100.0 * value;
            self.base_score[place] = 100.0 * chords.value;
            *slope = 100.0 * secant;
            self.closed[place] = closed * *slope;
        }
        let n = block.places.len().max(1);
        let columns = self.margins.columns_mut().into_iter().zip(self.points.columns_mut());
        for ((in_margin, in_points), told) in columns.zip(margins.chunks(n)) {
            block.place(told, &slopes, in_margin, in_points);
        }
        room.attributed = margins;
        excess
    }
}

/// The one that misses more; what is no number is worst.
fn worse(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    if a[0].is_nan() || a[0] >= b[0] { a } else { b }
}

impl Block {
    /// Puts a column's numbers, and these times their slopes, where the rows stand among those of the chunk.
    fn place(
        &self,
        told: &[f64],
        slopes: &[f64],
        mut margins: ArrayViewMut1<'_, f64>,
        mut points: ArrayViewMut1<'_, f64>,
    ) {
        let begin = self.places.first().map_or(0, |place| *place as usize);
        let is_one_piece = self.places.last().is_some_and(|last| *last as usize + 1 - begin == self.places.len());
        if let (true, Some(margins), Some(points)) = (is_one_piece, margins.as_slice_mut(), points.as_slice_mut()) {
            let piece = begin..begin + told.len();
            margins[piece.clone()].copy_from_slice(told);
            let points = points[piece].iter_mut();
            points.zip(told.iter().zip(slopes)).for_each(|(points, (told, slope))| *points = told * slope);
            return;
        }
        for (place, (told, slope)) in self.places.iter().zip(told.iter().zip(slopes)) {
            margins[*place as usize] = *told;
            points[*place as usize] = told * slope;
        }
    }
}

/// Rows of one scorer, ascending by place.
struct Block {
    scorer: usize,
    rows: Vec<u32>,
    /// Where they stand among all rows.
    places: Vec<u32>,
}

fn blocks(n_scorers: usize, rows: &[(u32, u16)]) -> Vec<Block> {
    let mut done = Vec::new();
    let mut open: Vec<Block> =
        (0..n_scorers).map(|scorer| Block { scorer, rows: Vec::new(), places: Vec::new() }).collect();
    for (place, &(row, scorer)) in (0u32..).zip(rows) {
        let block = &mut open[usize::from(scorer)];
        block.rows.push(row);
        block.places.push(place);
        if block.rows.len() == BLOCK {
            let empty = Block { scorer: block.scorer, rows: Vec::new(), places: Vec::new() };
            done.push(std::mem::replace(block, empty));
        }
    }
    done.extend(open.into_iter().filter(|block| !block.rows.is_empty()));
    done
}

/// Stops where some row's attributions missed its margin by more than rounding before they were closed, or its points do
/// not add up to its score within 1e-9 now; tells how far the worst row was off before they were closed, in points.
///
/// # Errors
/// Tells how far off such a row is, and how far it may be.
pub fn check_additivity(attributions: &Attributions) -> Result<f64> {
    if let Some([missing, allowed]) = attributions.excess {
        return Err(Error::new(format!(
            "the attributions of a subject miss its margin by {missing:e} margin units, expected at most {allowed:e}, which \
             is what rounding explains"
        ))
        .hint("the model contradicts itself, or its attributions are wrong: please report it with the model"));
    }
    let mut sums = attributions.base_score.clone();
    for points in attributions.points.columns() {
        sums.iter_mut().zip(points).for_each(|(sum, points)| *sum += points);
    }
    let mut worst = 0.0f64;
    for ((sum, score), closed) in sums.iter().zip(&attributions.score).zip(&attributions.closed) {
        let off = (sum - score).abs();
        worst = worst.max(off).max(closed.abs());
        if off.is_nan() || off > TOLERANCE {
            return Err(Error::new(format!(
                "the attributions of a subject do not add up to its score: they are off by {off:e} points, \
                 expected at most {TOLERANCE:e}"
            ))
            .hint("a value of that subject is out of all proportion: look for it with `trustrisk check`"));
        }
    }
    Ok(worst)
}
