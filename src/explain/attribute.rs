//! Attributions in margin and in points.

use ndarray::Array2;
use rayon::prelude::*;

use super::scorer::Scorer;
use crate::base::attributions::Attributions;
use crate::base::{Error, Result};

/// What a sum of attributions may be off the score, in points.
const TOLERANCE: f64 = 1e-9;

/// Attributions of some rows, each by its own scorer.
///
/// `rows` are (row of the design, index into `scorers`); the result has one row for each, n_rows × `n_features`.
///
/// In margin, φ = term(value) − mean of the term over the background, and half of each pair's value − mean: the exact
/// interventional Shapley values of an additive model. Of oblivious trees likewise, against the rows of the fit; of other
/// trees the path-dependent ones, by cover. In points, φ × 100 × the calibrator's secant slope between base margin and margin, so that base
/// score + Σ points = score. Points are the rescaled attribution of the margin, not the Shapley value of the
/// probability (the rescale rule of Shrikumar, Greenside and Kundaje 2017 applied to one scalar link).
pub fn attribute(scorers: &[Scorer<'_>], rows: &[(u32, u16)], n_features: usize) -> Attributions {
    let mut margins = Array2::zeros((rows.len(), n_features));
    let mut points = Array2::zeros((rows.len(), n_features));
    let heads: Vec<[f64; 4]> = margins
        .as_slice_mut()
        .unwrap_or_default()
        .par_chunks_mut(n_features.max(1))
        .zip(points.as_slice_mut().unwrap_or_default().par_chunks_mut(n_features.max(1)))
        .zip(rows)
        .map(|((margins, points), &(row, scorer))| {
            attribute_row(&scorers[usize::from(scorer)], row as usize, margins, points)
        })
        .collect();
    let head = |place: usize| heads.iter().map(|head| head[place]).collect();
    Attributions { margins, points, margin: head(0), base_margin: head(1), score: head(2), base_score: head(3) }
}

fn attribute_row(scorer: &Scorer<'_>, row: usize, margins: &mut [f64], points: &mut [f64]) -> [f64; 4] {
    let margin = scorer.attribute(row, margins);
    let base_margin = scorer.model.model.background.base_margin;
    let slope = 100.0 * scorer.calibrator.secant(base_margin, margin);
    points.iter_mut().zip(&*margins).for_each(|(points, margin)| *points = slope * margin);
    let score = 100.0 * scorer.calibrator.value(margin);
    [margin, base_margin, score, 100.0 * scorer.calibrator.value(base_margin)]
}

/// Stops where some row's points do not add up to its score within 1e-9.
///
/// # Errors
/// Names the first such row by its place in the block.
pub fn check_additivity(attributions: &Attributions) -> Result<()> {
    for (place, points) in attributions.points.outer_iter().enumerate() {
        let off = (points.sum() + attributions.base_score[place] - attributions.score[place]).abs();
        if off.is_nan() || off > TOLERANCE {
            return Err(Error::new(format!(
                "the attributions of a subject do not add up to its score: they are off by {off:e} points, \
                 expected at most {TOLERANCE:e}"
            ))
            .hint("a value of that subject is out of all proportion: look for it with `trustrisk check`"));
        }
    }
    Ok(())
}
