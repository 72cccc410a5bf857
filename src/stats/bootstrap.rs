//! Bootstrap intervals for figures without a closed form, at a cost that does not grow with the number of rows.
//!
//! Rows are first counted on a fixed grid of scores; replicates draw new counts, never rows. Independent rows are drawn
//! multinomially; clusters are drawn whole (beyond [`BATCHES`] clusters: whole random batches of clusters).

use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::clusters::Clusters;
use super::rank::Ranking;
use super::resample;
use crate::base::units::Estimate;

/// Number of replicates.
pub const REPLICATES: usize = 500;
/// Clusters are gathered into at most so many batches, which are then drawn with replacement.
pub const BATCHES: usize = 200;

/// Rows counted by score cell and outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// Mean score of each cell, ascending.
    pub scores: Vec<f64>,
    /// Rows without and with the outcome in each cell.
    pub counts: Vec<[u64; 2]>,
    /// Counts of each batch of clusters, as (cell, outcome, rows); `None` where rows are independent.
    batches: Option<Vec<Vec<(u32, bool, u64)>>>,
}

impl Grid {
    /// Counts rows in at most `n_cells` equal-mass cells, equal scores together (see [`Ranking::bins`]).
    ///
    /// The stream deals clusters to batches where there are more than [`BATCHES`] of them.
    pub fn new(
        ranking: &Ranking,
        scores: &[f64],
        outcomes: &[bool],
        n_cells: usize,
        clusters: Option<&Clusters>,
        stream: &mut Xoshiro256PlusPlus,
    ) -> Self {
        let mut grid = Self { scores: Vec::new(), counts: Vec::new(), batches: None };
        let mut cell_of_row = vec![0; scores.len()];
        let mut last = None;
        for (tie, bin) in ranking.ties().zip(ranking.bins(n_cells)) {
            if last != Some(bin) {
                grid.scores.push(0.0);
                grid.counts.push([0; 2]);
                last = Some(bin);
            }
            let cell = grid.counts.len() - 1;
            for row in tie {
                grid.counts[cell][usize::from(outcomes[*row as usize])] += 1;
                grid.scores[cell] += scores[*row as usize];
                cell_of_row[*row as usize] = cell as u32;
            }
        }
        for (score, [without, with]) in grid.scores.iter_mut().zip(&grid.counts) {
            *score /= (without + with) as f64;
        }
        grid.batches = clusters.map(|clusters| batch_counts(&cell_of_row, outcomes, &deal(clusters, stream)));
        grid
    }

    /// New counts of the same number of rows (with clusters: of batches).
    fn draw(&self, stream: &mut Xoshiro256PlusPlus) -> Vec<[u64; 2]> {
        let Some(batches) = &self.batches else { return multinomial(&self.counts, stream) };
        let mut counts = vec![[0; 2]; self.counts.len()];
        for _ in 0..batches.len() {
            for (cell, outcome, rows) in &batches[stream.random_range(0..batches.len())] {
                counts[*cell as usize][usize::from(*outcome)] += rows;
            }
        }
        counts
    }
}

/// Percentile intervals of several figures of a grid from [`REPLICATES`] draws.
///
/// `values` are the figures of the rows themselves. Each interval is shifted by the difference between the value and
/// the mean over replicates, which takes out what the grid and the resampling add (ECE is biased upward, the more so
/// in a replicate), then widened to contain the value and cut to `bounds`. No interval where the value is undefined,
/// there are fewer than two rows (batches), or where over a tenth of the replicates leave the figure undefined.
pub fn percentile<const K: usize>(
    grid: &Grid,
    values: [Option<f64>; K],
    bounds: (f64, f64),
    confidence: f64,
    stream: &mut Xoshiro256PlusPlus,
    figures: impl Fn(&[[u64; 2]]) -> [Option<f64>; K],
) -> [Estimate; K] {
    let units = grid.batches.as_ref().map_or(grid.counts.iter().flatten().sum(), |batches| batches.len() as u64);
    let mut draws: [Vec<f64>; K] = std::array::from_fn(|_| Vec::with_capacity(REPLICATES));
    for _ in 0..if units < 2 { 0 } else { REPLICATES } {
        for (draws, figure) in draws.iter_mut().zip(figures(&grid.draw(stream))) {
            draws.extend(figure);
        }
    }
    let mut draws = draws.into_iter();
    values.map(|value| {
        let interval = value
            .zip(draws.next())
            .and_then(|(value, draws)| resample::interval(value, draws, REPLICATES, bounds, confidence));
        Estimate { value, low: interval.map(|i| i.0), high: interval.map(|i| i.1) }
    })
}

fn multinomial(counts: &[[u64; 2]], stream: &mut Xoshiro256PlusPlus) -> Vec<[u64; 2]> {
    let mut drawn = vec![[0; 2]; counts.len()];
    let counts = counts.as_flattened();
    resample::multinomial(counts.iter().sum(), counts, drawn.as_flattened_mut(), stream);
    drawn
}

/// Deals whole clusters to at most [`BATCHES`] batches of nearly equal numbers of clusters, at random where it matters.
pub fn deal(clusters: &Clusters, stream: &mut Xoshiro256PlusPlus) -> Clusters {
    if clusters.n <= BATCHES {
        return clusters.clone();
    }
    let mut batch: Vec<u32> = (0..clusters.n).map(|cluster| (cluster % BATCHES) as u32).collect();
    for last in (1..batch.len()).rev() {
        batch.swap(last, stream.random_range(0..=last));
    }
    Clusters { index: clusters.index.iter().map(|cluster| batch[*cluster as usize]).collect(), n: BATCHES }
}

fn batch_counts(cell_of_row: &[u32], outcomes: &[bool], batches: &Clusters) -> Vec<Vec<(u32, bool, u64)>> {
    let mut keys: Vec<(u32, u32, bool)> =
        batches.index.iter().zip(cell_of_row).zip(outcomes).map(|((batch, cell), o)| (*batch, *cell, *o)).collect();
    keys.sort_unstable();
    let mut counts = vec![Vec::new(); batches.n];
    for same in keys.chunk_by(|a, b| a == b) {
        let (batch, cell, outcome) = same[0];
        counts[batch as usize].push((cell, outcome, same.len() as u64));
    }
    counts
}
