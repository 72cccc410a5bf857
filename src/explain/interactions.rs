//! What pairs of columns say together.

use ndarray::{Array2, ShapeBuilder};
use rayon::prelude::*;

use super::explainer::Explainer;
use super::trees::{BLOCK, BLOCK_MIN, Instructions, Room, Told};
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
    /// As they were told, which is not always as it was asked for: where paths are too long for tables, or tables too
    /// large, paths are followed by cover.
    pub perturbation: Perturbation,
}

/// Numbers of a block, and of all blocks that are told at a time, at most: at 20 bytes each they are what
/// telling takes beside the result.
const BLOCK_NUMBERS: usize = 1 << 22;
const WAVE_NUMBERS: usize = 1 << 25;

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
    let mut all = vec![0.0; rows.len() * pairs.len()];
    let n_numbers = scorer.n_outputs().max(pairs.len());
    let n_rows = block_rows(n_numbers);
    let mut begin = 0;
    for wave in rows.chunks(n_rows * wave_blocks(n_numbers, n_rows)) {
        let tell = |room: &mut Room, rows: &[u32]| scorer.interactions(rows, &pairs, room);
        let blocks: Vec<Vec<f64>> = wave.par_chunks(n_rows).map_init(Room::default, tell).collect();
        for (pair, all) in all.chunks_mut(rows.len().max(1)).enumerate() {
            for (rows, block) in all[begin..begin + wave.len()].chunks_mut(n_rows).zip(&blocks) {
                rows.copy_from_slice(&block[pair * rows.len()..(pair + 1) * rows.len()]);
            }
        }
        begin += wave.len();
    }
    let shape = (rows.len(), pairs.len()).f();
    let values = Array2::from_shape_vec(shape, all).unwrap_or_else(|_| Array2::zeros(shape));
    Ok(Interactions { values, pairs, perturbation: explainer.engine.perturbation })
}

/// Rows of a block: fewer where there are many pairs, in whole strips.
fn block_rows(n_numbers: usize) -> usize {
    let n_rows = BLOCK_NUMBERS / n_numbers.max(1);
    (n_rows / BLOCK_MIN * BLOCK_MIN).clamp(BLOCK_MIN, BLOCK)
}

/// Blocks that are told at a time, however many threads there are.
fn wave_blocks(n_numbers: usize, n_rows: usize) -> usize {
    (WAVE_NUMBERS / (n_numbers.max(1) * n_rows)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_take_no_more_memory_where_there_are_more_pairs() {
        for n_columns in [2usize, 30, 100, 300, 1_000] {
            let n_pairs = n_columns * (n_columns - 1) / 2;
            let n_rows = block_rows(n_pairs);
            assert!(n_rows <= BLOCK && n_rows.is_multiple_of(BLOCK_MIN));
            let n_numbers = n_pairs * n_rows;
            assert!(n_numbers <= BLOCK_NUMBERS || n_rows == BLOCK_MIN, "{n_columns} columns: {n_numbers} numbers");
            assert!(n_numbers * wave_blocks(n_pairs, n_rows) <= WAVE_NUMBERS.max(n_numbers));
        }
        assert_eq!((block_rows(0), block_rows(45)), (BLOCK, BLOCK));
    }
}
