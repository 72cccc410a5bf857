//! A column's bins put together into fewer, for pairs.

use crate::base::model::Axis;
use crate::train::binned::{BinnedColumn, Bins};

/// Neighbors in order, or levels whose main effects are alike, in one bin.
#[derive(Debug, Clone)]
pub(super) struct Coarse {
    pub axis: Axis,
    /// Coarse bins; the last holds missing values where the column has such.
    pub n: usize,
    pub has_missing: bool,
    /// The coarse bin of each bin.
    pub of_bin: Vec<u8>,
}

impl Coarse {
    /// At most `n_max` coarse bins of known values with about equally many rows; `values` are the main effect of the
    /// column's bins.
    pub(super) fn of(column: &BinnedColumn, values: &[f64], n_max: usize) -> Self {
        let counts = column.counts();
        let mut order: Vec<usize> = (0..column.n_known).collect();
        if !column.is_ordered() {
            order.sort_by(|&one, &other| values[one].total_cmp(&values[other]));
        }
        let ends = ends(&order.iter().map(|&bin| counts[bin]).collect::<Vec<u64>>(), n_max);
        let mut of_bin = vec![ends.len() as u8; column.n_bins()];
        for (place, &bin) in order.iter().enumerate() {
            of_bin[bin] = ends.partition_point(|&end| end <= place) as u8;
        }
        let n = ends.len() + usize::from(column.has_missing);
        Self { axis: axis(&column.bins, &ends, &of_bin), n, has_missing: column.has_missing, of_bin }
    }
}

fn axis(bins: &Bins, ends: &[usize], of_bin: &[u8]) -> Axis {
    match bins {
        Bins::Numbers { edges } => Axis::Edges(ends.iter().filter_map(|&end| edges.get(end - 1)).copied().collect()),
        Bins::Levels { levels, .. } => {
            let mut groups = vec![Vec::new(); ends.len()];
            for (levels, &group) in levels.iter().zip(of_bin) {
                groups[usize::from(group)].extend(levels.iter().cloned());
            }
            Axis::Levels(groups)
        }
    }
}

/// Where groups of neighbors end: each neighbor alone where they are few, else with about equally many rows.
fn ends(counts: &[u64], n_max: usize) -> Vec<usize> {
    if counts.len() <= n_max {
        return (1..=counts.len()).collect();
    }
    let mut ends = Vec::new();
    let (mut rows_left, mut group) = (counts.iter().sum::<u64>(), 0);
    for (place, pair) in counts.windows(2).enumerate() {
        group += pair[0];
        let groups_left = (n_max - ends.len()) as u64;
        if groups_left > 1 && (group + pair[1] / 2) * groups_left >= rows_left {
            ends.push(place + 1);
            (rows_left, group) = (rows_left - group, 0);
        }
    }
    ends.push(counts.len());
    ends
}

/// The cell of each row: those of the first column's coarse bins one after the other, each with all of the second's.
pub(super) fn cells(columns: [&BinnedColumn; 2], coarse: [&Coarse; 2]) -> Vec<u16> {
    let n_second = coarse[1].n as u16;
    let of = |axis: usize, bin: u8| u16::from(coarse[axis].of_bin[usize::from(bin)]);
    let codes = columns[0].codes.iter().zip(&columns[1].codes);
    codes.map(|(&first, &second)| of(0, first) * n_second + of(1, second)).collect()
}
