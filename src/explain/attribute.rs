//! Attributions in margin and in points.

use ndarray::{Array2, ShapeBuilder};
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
    let blocks = blocks(scorers.len(), rows);
    let told: Vec<Told> = blocks
        .par_iter()
        .map_init(Room::default, |room, block| Told::new(&scorers[block.scorer], &block.rows, room))
        .collect();
    let n_rows = rows.len();
    // a column each: what the block's rows are worth there, times what a margin unit is worth
    let columns = |unit: fn(&Told) -> Option<&[f64]>| {
        let mut all = vec![0.0; n_rows * n_features];
        all.par_chunks_mut(n_rows.max(1)).enumerate().for_each(|(column, all)| {
            for (block, told) in blocks.iter().zip(&told) {
                let n = block.places.len();
                let margins = &told.attributed.margins[column * n..(column + 1) * n];
                block.place(margins, unit(told), all);
            }
        });
        let shape = (n_rows, n_features).f();
        Array2::from_shape_vec(shape, all).unwrap_or_else(|_| Array2::zeros(shape))
    };
    let each = |of: fn(&Told, usize) -> f64| {
        let mut all = vec![0.0; n_rows];
        for (block, told) in blocks.iter().zip(&told) {
            block.places.iter().enumerate().for_each(|(row, place)| all[*place as usize] = of(told, row));
        }
        all
    };
    Attributions {
        margins: columns(|_| None),
        points: columns(|told| Some(&told.slopes)),
        margin: each(|told, row| told.attributed.margin[row]),
        base_margin: each(|told, _| told.base_margin),
        score: each(|told, row| told.score[row]),
        base_score: each(|told, _| told.base_score),
    }
}

impl Block {
    /// Puts the numbers of the block's rows, times their slopes, where the rows stand among all.
    fn place(&self, numbers: &[f64], slopes: Option<&[f64]>, all: &mut [f64]) {
        let times = |row: usize| slopes.map_or(1.0, |slopes| slopes[row]);
        let begin = self.places.first().map_or(0, |place| *place as usize);
        let is_one_piece = self.places.last().is_some_and(|last| *last as usize + 1 - begin == self.places.len());
        if !is_one_piece {
            let cells = self.places.iter().zip(numbers).enumerate();
            cells.for_each(|(row, (place, number))| all[*place as usize] = times(row) * number);
            return;
        }
        let piece = &mut all[begin..begin + numbers.len()];
        piece.copy_from_slice(numbers);
        if let Some(slopes) = slopes {
            piece.iter_mut().zip(slopes).for_each(|(number, slope)| *number *= slope);
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

/// A block with what its margins are worth.
struct Told {
    attributed: Attributed,
    /// Points per margin unit, of each row.
    slopes: Vec<f64>,
    score: Vec<f64>,
    base_margin: f64,
    base_score: f64,
}

impl Told {
    fn new(scorer: &Scorer<'_>, rows: &[u32], room: &mut Room) -> Self {
        let attributed = scorer.attribute(rows, room);
        let slope = |margin: &f64| 100.0 * scorer.calibrator.secant(scorer.base_margin, *margin);
        let score = |margin: &f64| 100.0 * scorer.calibrator.value(*margin);
        Self {
            slopes: attributed.margin.iter().map(slope).collect(),
            score: attributed.margin.iter().map(score).collect(),
            base_margin: scorer.base_margin,
            base_score: 100.0 * scorer.calibrator.value(scorer.base_margin),
            attributed,
        }
    }
}

/// Stops where some row's points do not add up to its score within 1e-9; tells how far the worst row is off, in points.
///
/// # Errors
/// Names the first such row by its place in the block.
pub fn check_additivity(attributions: &Attributions) -> Result<f64> {
    let mut sums = attributions.base_score.clone();
    for points in attributions.points.columns() {
        sums.iter_mut().zip(points).for_each(|(sum, points)| *sum += points);
    }
    let mut worst = 0.0f64;
    for (sum, score) in sums.iter().zip(&attributions.score) {
        let off = (sum - score).abs();
        worst = worst.max(off);
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
