//! Sums over many rows that do not depend on the number of threads.

use std::ops::Range;

use rayon::prelude::*;

/// Rows per block: fixed, so that the order of additions is fixed.
pub const BLOCK: usize = 32_768;

/// Sums `K` quantities over rows `0..n`: each block of [`BLOCK`] rows is summed by `part` from its first row to its
/// last, then the blocks are added in their order.
pub fn blocked<const K: usize>(n: usize, part: impl Fn(Range<usize>) -> [f64; K] + Sync + Send) -> [f64; K] {
    let parts: Vec<[f64; K]> = blocks(n).into_par_iter().map(part).collect();
    let mut total = [0.0; K];
    for sums in parts {
        for (sum, more) in total.iter_mut().zip(sums) {
            *sum += more;
        }
    }
    total
}

/// Mean and standard deviation √(Σ (x − mean)² / n). Not numbers where there are none.
pub fn spread(x: &[f64]) -> (f64, f64) {
    let n = x.len() as f64;
    let [sum] = blocked(x.len(), |rows| [x[rows].iter().sum()]);
    let mean = sum / n;
    let [square] = blocked(x.len(), |rows| [x[rows].iter().map(|x| (x - mean).powi(2)).sum()]);
    (mean, (square / n).sqrt())
}

/// The blocks of rows `0..n`, in order.
pub fn blocks(n: usize) -> Vec<Range<usize>> {
    (0..n).step_by(BLOCK).map(|start| start..(start + BLOCK).min(n)).collect()
}
