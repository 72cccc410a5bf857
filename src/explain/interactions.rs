//! What pairs of columns say together.

use ndarray::{Array2, ShapeBuilder};
use rayon::prelude::*;

use super::explainer::Explainer;
use super::trees::{BLOCK, Instructions, Told};
use crate::base::Result;
use crate::base::attributions::Perturbation;
use crate::base::calibrator::Calibrator;
use crate::base::design::Design;
use crate::base::model::Model;

/// Shapley interaction values of some rows, in margin units.
#[derive(Debug, Clone)]
pub struct Interactions {
    /// Columns of the design, first < second; pairs that never occur together are left out: theirs are 0.
    pub pairs: Vec<[usize; 2]>,
    /// n_rows × n_pairs, column by column in memory.
    pub values: Array2<f64>,
}

/// The Shapley interaction index of every pair of columns (Grabisch and Roubens 1999, "An axiomatic approach to the
/// concept of interaction among players in cooperative games"), for each of `rows`.
///
/// A pair's index is the mean, over coalitions of the other columns, of what both say together beyond what each says
/// alone. shap's matrix (`shap_interaction_values`) holds half of it on either side of its diagonal, and on the diagonal
/// a column's attribution less all halves of its row. Of a purified pair it is the pair's value less its mean. What the
/// tables round is at most [`super::Method::error_max`].
///
/// # Errors
/// A column does not fit the model.
pub fn interactions(
    model: &Model,
    design: &Design,
    rows: &[u32],
    perturbation: Perturbation,
    instructions: Instructions,
) -> Result<Interactions> {
    let calibrator = Calibrator::identity(model.margin_unit);
    let explainer = Explainer::with(model, calibrator, Told::Interactions, perturbation, instructions);
    let scorer = explainer.bind(design)?;
    let pairs = scorer.pairs();
    let blocks: Vec<Vec<f64>> = rows.par_chunks(BLOCK).map(|rows| scorer.interactions(rows, &pairs)).collect();
    let mut all = vec![0.0; rows.len() * pairs.len()];
    for (pair, all) in all.chunks_mut(rows.len().max(1)).enumerate() {
        for (rows, block) in all.chunks_mut(BLOCK).zip(&blocks) {
            rows.copy_from_slice(&block[pair * BLOCK..pair * BLOCK + rows.len()]);
        }
    }
    let shape = (rows.len(), pairs.len()).f();
    Ok(Interactions { values: Array2::from_shape_vec(shape, all).unwrap_or_else(|_| Array2::zeros(shape)), pairs })
}
