//! Where numbers stand among edges, found in a few steps.

use std::borrow::Cow;

/// Buckets per edge, and at most.
const BUCKETS_PER_EDGE: usize = 4;
const BUCKETS_MAX: usize = 1024;

/// Ascending edges behind a grid of buckets.
///
/// The bucket of a number never falls when the number rises, so a number lies above all edges of lower buckets and below
/// all edges of higher ones: only the edges of its own bucket are compared with it, and mostly that is one.
#[derive(Debug, Clone)]
pub(super) struct Ranks {
    edges: Vec<f64>,
    grid: Grid,
    buckets: Vec<Bucket>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// Its first edge; above all numbers where it has none.
    first: f64,
    /// Edges in lower buckets.
    below: u32,
    /// Its edges but the first.
    more: u32,
}

/// Which bucket a number is in.
#[derive(Debug, Clone, Copy)]
enum Grid {
    /// Of equal width.
    Even { low: f64, per_width: f64, last: f64 },
    /// By the first bits of the number, so that small numbers have narrow buckets: for edges that crowd near zero.
    Bits { low: u64, shift: u32, last: u64 },
}

/// Bits that rise with the number.
fn rising(number: f64) -> u64 {
    // plus zero, so that both zeros are one
    let bits = (number + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

impl Grid {
    fn even(low: f64, high: f64, n_buckets: usize) -> Self {
        let last = (n_buckets - 1) as f64;
        let per_width = last / (high - low).max(f64::MIN_POSITIVE);
        Self::Even { low, per_width: if per_width.is_finite() { per_width } else { 0.0 }, last }
    }

    fn bits(low: f64, high: f64, n_buckets: usize) -> Self {
        let (low, last) = (rising(low), (n_buckets - 1) as u64);
        let width = rising(high).saturating_sub(low);
        let shift = (0..63).find(|shift| width >> shift <= last).unwrap_or(63);
        Self::Bits { low, shift, last }
    }

    /// The bucket of each number, in loops without a branch.
    fn buckets(self, numbers: &[f64], buckets: &mut [u32]) {
        match self {
            Self::Even { low, per_width, last } => {
                for (number, bucket) in numbers.iter().zip(buckets) {
                    // what lies outside is cut to the first and last bucket, and no number to the first
                    let place = ((number - low) * per_width).max(0.0).min(last);
                    *bucket = place as i32 as u32;
                }
            }
            Self::Bits { low, shift, last } => {
                for (number, bucket) in numbers.iter().zip(buckets) {
                    *bucket = (rising(*number).saturating_sub(low) >> shift).min(last) as u32;
                }
            }
        }
    }

    /// Comparisons that finding each of the edges would take.
    fn cost(self, edges: &[f64]) -> usize {
        let mut buckets = vec![0; edges.len()];
        self.buckets(edges, &mut buckets);
        buckets.chunk_by(|a, b| a == b).map(|of_bucket| of_bucket.len() * of_bucket.len()).sum()
    }
}

impl Ranks {
    /// `edges` ascend.
    pub(super) fn new(edges: Vec<f64>) -> Self {
        let n_buckets = (edges.len() * BUCKETS_PER_EDGE).next_power_of_two().clamp(1, BUCKETS_MAX);
        let (low, high) = (edges.first().copied().unwrap_or(0.0), edges.last().copied().unwrap_or(0.0));
        let (even, bits) = (Grid::even(low, high, n_buckets), Grid::bits(low, high, n_buckets));
        let grid = if bits.cost(&edges) < even.cost(&edges) { bits } else { even };
        let mut of = vec![0; edges.len()];
        grid.buckets(&edges, &mut of);
        let bucket = |bucket: u32| {
            let (below, end) = (of.partition_point(|of| *of < bucket), of.partition_point(|of| *of <= bucket));
            let first = if below < end { edges[below] } else { f64::INFINITY };
            Bucket { first, below: below as u32, more: (end - below).saturating_sub(1) as u32 }
        };
        Self { buckets: (0..n_buckets as u32).map(bucket).collect(), grid, edges }
    }

    /// How many edges are below each number.
    pub(super) fn ranks(&self, numbers: &[f64], ranks: &mut [u32]) {
        self.grid.buckets(numbers, ranks);
        for (number, rank) in numbers.iter().zip(ranks) {
            let bucket = self.buckets[*rank as usize];
            *rank = bucket.below + u32::from(bucket.first < *number);
            if bucket.more > 0 {
                *rank = self.rest(bucket, *number, *rank);
            }
        }
    }

    /// Likewise, in a bucket of several edges.
    fn rest(&self, bucket: Bucket, number: f64, mut rank: u32) -> u32 {
        let end = bucket.below + bucket.more + 1;
        while rank < end && self.edges[rank as usize] < number {
            rank += 1;
        }
        rank
    }
}

/// Cells of some rows: in place where the rows are consecutive.
pub(super) fn of_rows<'a, T: Copy>(cells: &'a [T], rows: &[u32]) -> Cow<'a, [T]> {
    let first = rows.first().copied().unwrap_or(0);
    if rows.iter().zip(first..).all(|(row, next)| *row == next) {
        return Cow::Borrowed(&cells[first as usize..first as usize + rows.len()]);
    }
    rows.iter().map(|row| cells[*row as usize]).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ranks_are_those_of_a_search(mut edges in prop::collection::vec(-1e3..1e3f64, 0..300), skew in 1..30, number in -2e3..2e3f64) {
            edges.iter_mut().for_each(|edge| *edge = edge.powi(skew));
            edges.sort_by(f64::total_cmp);
            edges.dedup();
            let ranks = Ranks::new(edges.clone());
            let numbers = edges.iter().flat_map(|edge| [*edge, edge.next_up(), edge.next_down()]);
            let numbers: Vec<f64> =
                numbers.chain([number, f64::MAX, f64::MIN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0]).collect();
            let mut found = vec![0; numbers.len()];
            ranks.ranks(&numbers, &mut found);
            for (number, rank) in numbers.iter().zip(found) {
                prop_assert_eq!(rank as usize, edges.partition_point(|edge| edge < number));
            }
        }
    }
}
