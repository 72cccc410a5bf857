//! Where a number stands among edges, found in a few steps.

/// Buckets per edge, and at most.
const BUCKETS_PER_EDGE: usize = 4;
const BUCKETS_MAX: usize = 1024;

/// Ascending edges behind a grid of buckets of equal width.
///
/// The bucket of a number never falls when the number rises, so a number lies above all edges of lower buckets and below
/// all edges of higher ones: only the edges of its own bucket are compared with it.
#[derive(Debug, Clone)]
pub(super) struct Ranks {
    edges: Vec<f64>,
    low: f64,
    per_width: f64,
    /// Edges in buckets below each one, and those in all of them.
    below: Vec<u32>,
}

impl Ranks {
    /// `edges` ascend.
    pub(super) fn new(edges: Vec<f64>) -> Self {
        let n_buckets = (edges.len() * BUCKETS_PER_EDGE).next_power_of_two().clamp(1, BUCKETS_MAX);
        let (low, high) = (edges.first().copied().unwrap_or(0.0), edges.last().copied().unwrap_or(0.0));
        let per_width = (n_buckets - 1) as f64 / (high - low).max(f64::MIN_POSITIVE);
        let per_width = if per_width.is_finite() { per_width } else { 0.0 };
        let mut ranks = Self { edges, low, per_width, below: vec![0; n_buckets + 1] };
        for edge in ranks.edges.clone() {
            let bucket = ranks.bucket(edge);
            ranks.below[bucket + 1] += 1;
        }
        for bucket in 0..n_buckets {
            ranks.below[bucket + 1] += ranks.below[bucket];
        }
        ranks
    }

    #[inline]
    fn bucket(&self, number: f64) -> usize {
        // what lies outside is cut to the first and last bucket, and no number to the first
        let bucket = ((number - self.low) * self.per_width).max(0.0).min((self.below.len() - 2) as f64);
        // a cast to 32 bits is cheaper than one to 64
        bucket as i32 as usize
    }

    /// How many edges are below `number`.
    #[inline]
    pub(super) fn rank(&self, number: f64) -> usize {
        let bucket = self.bucket(number);
        let (mut rank, end) = (self.below[bucket] as usize, self.below[bucket + 1] as usize);
        if end - rank > 8 {
            return rank + self.edges[rank..end].partition_point(|edge| *edge < number);
        }
        while rank < end && self.edges[rank] < number {
            rank += 1;
        }
        rank
    }
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
            for number in numbers.chain([number, f64::MAX, f64::MIN, f64::INFINITY, f64::NEG_INFINITY]) {
                prop_assert_eq!(ranks.rank(number), edges.partition_point(|edge| *edge < number));
            }
        }
    }
}
