//! Rows that are not independent of one another.

/// The cluster of each row, numbered from 0 without gaps in the order of the given numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clusters {
    /// One entry per row, each below `n`.
    pub index: Vec<u32>,
    /// Number of clusters.
    pub n: usize,
}

impl Clusters {
    /// Numbers clusters densely. O(n) where the given numbers are below four times their count, else O(n log n).
    pub fn new(ids: &[u32]) -> Self {
        let highest = ids.iter().max().map_or(0, |id| *id as usize);
        if highest < ids.len().saturating_mul(4) { Self::from_dense(ids, highest) } else { Self::from_sparse(ids) }
    }

    fn from_dense(ids: &[u32], highest: usize) -> Self {
        let mut number = vec![u32::MAX; highest + 1];
        for &id in ids {
            number[id as usize] = 0;
        }
        let mut n = 0;
        for slot in number.iter_mut().filter(|slot| **slot == 0) {
            *slot = n;
            n += 1;
        }
        Self { index: ids.iter().map(|id| number[*id as usize]).collect(), n: n as usize }
    }

    fn from_sparse(ids: &[u32]) -> Self {
        let mut known = ids.to_vec();
        known.sort_unstable();
        known.dedup();
        let index = ids.iter().map(|id| known.partition_point(|other| other < id) as u32).collect();
        Self { index, n: known.len() }
    }

    /// Sum of `values` in each cluster; both must have one entry per row.
    pub fn sums(&self, values: impl IntoIterator<Item = f64>) -> Vec<f64> {
        let mut sums = vec![0.0; self.n];
        for (cluster, value) in self.index.iter().zip(values) {
            sums[*cluster as usize] += value;
        }
        sums
    }

    /// Number of rows of each cluster.
    pub fn sizes(&self) -> Vec<f64> {
        self.sums(std::iter::repeat_n(1.0, self.index.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::Clusters;

    #[test]
    fn dense_and_sparse_number_alike() {
        let dense = Clusters::new(&[3, 0, 3, 5]);
        let sparse = Clusters::new(&[3_000_000, 7, 3_000_000, 4_000_000_000]);
        assert_eq!(dense, sparse);
        assert_eq!((dense.index, dense.n), (vec![1, 0, 1, 2], 3));
        assert_eq!(Clusters::new(&[]).n, 0);
    }
}
