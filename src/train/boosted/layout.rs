//! How the codes of a row lie in memory for histograms: small columns share a cell.
//!
//! A cell is one byte of a row and one histogram of `width` bins. Columns with few bins are put together, as digits of
//! one number, as long as the product of their bins is small: so many columns then cost one addition a row, and
//! what each of them adds up to is read off the shared histogram once per leaf.

use rayon::prelude::*;

use crate::train::binned::Binned;

/// Cells are added to by so many at a time.
pub(super) const CELLS_AT_ONCE: usize = 4;
/// Bins of a shared histogram at most: more would be longer to read than another cell is to add to.
const SHARED_BINS_MAX: usize = 64;
/// Rows that are laid out by one task.
const ROWS_AT_ONCE: usize = 4096;

/// Where each column of a binned design lies.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    /// Bins of a cell's histogram: a power of two.
    pub width: usize,
    /// Bytes of a row, the last ones of no use where the columns do not fill them.
    pub n_cells: usize,
    pub places: Vec<Place>,
}

/// A column's cell, and the digit that it is there: code = byte / step mod bins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub cell: usize,
    pub step: usize,
    pub n_bins: usize,
    /// Different bytes in the cell: the product of the bins of all its columns.
    pub n_used: usize,
}

impl Layout {
    /// Each column, the ones with many bins first, goes to the first cell that has room.
    pub(super) fn of(n_bins: &[usize]) -> Self {
        let width = n_bins.iter().copied().max().unwrap_or(2).next_power_of_two().max(16);
        let mut by_bins: Vec<usize> = (0..n_bins.len()).collect();
        by_bins.sort_by_key(|&column| std::cmp::Reverse(n_bins[column]));
        let mut places = vec![Place { cell: 0, step: 1, n_bins: 1, n_used: 1 }; n_bins.len()];
        let mut used: Vec<usize> = Vec::new();
        for column in by_bins {
            let n_bins = n_bins[column];
            let cell = used.iter().position(|used| used * n_bins <= SHARED_BINS_MAX.min(width)).unwrap_or(used.len());
            if cell == used.len() {
                used.push(1);
            }
            places[column] = Place { cell, step: used[cell], n_bins, n_used: 0 };
            used[cell] *= n_bins;
        }
        places.iter_mut().for_each(|place| place.n_used = used[place.cell]);
        Self { width, n_cells: used.len().next_multiple_of(CELLS_AT_ONCE), places }
    }

    /// Length of the histograms of one leaf.
    pub(super) fn n_sums(&self) -> usize {
        self.n_cells * self.width
    }

    /// A column's sums out of the histograms of a leaf; what has to be added up stands in `room`.
    pub(super) fn read<'s>(&self, sums: &'s [i64], column: usize, room: &'s mut [i64; 256]) -> &'s [i64] {
        let Place { cell, step, n_bins, n_used } = self.places[column];
        let cell = &sums[cell * self.width..][..n_used];
        if n_used == n_bins {
            return cell;
        }
        // over the digits above, then over those below
        let (first, more) = cell.split_at(step * n_bins);
        room[..first.len()].copy_from_slice(first);
        for round in more.chunks_exact(first.len()) {
            room.iter_mut().zip(round).for_each(|(sum, more)| *sum += more);
        }
        if step > 1 {
            for bin in 0..n_bins {
                room[bin] = room[bin * step..][..step].iter().sum();
            }
        }
        &room[..n_bins]
    }

    /// The rows, one after the other, `n_cells` bytes each.
    pub(super) fn rows(&self, binned: &Binned) -> Vec<u8> {
        let mut rows = vec![0; binned.n_rows * self.n_cells];
        let blocks = rows.par_chunks_mut((self.n_cells * ROWS_AT_ONCE).max(1));
        blocks.enumerate().for_each(|(block, rows)| {
            let begin = block * ROWS_AT_ONCE;
            for (place, column) in self.places.iter().zip(&binned.columns) {
                let codes = &column.codes[begin..];
                for (row, code) in rows.chunks_exact_mut(self.n_cells).zip(codes) {
                    row[place.cell] += *code * place.step as u8;
                }
            }
        });
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_share_cells_and_are_read_off_them() {
        let n_bins = [3, 60, 2, 4, 5, 64, 2, 2];
        let layout = Layout::of(&n_bins);
        assert_eq!((layout.width, layout.n_cells), (64, 4));
        let byte = |codes: &[usize], cell: usize| -> usize {
            let of_cell = layout.places.iter().zip(codes).filter(|(place, _)| place.cell == cell);
            of_cell.map(|(place, code)| place.step * code).sum()
        };
        let mut sums = vec![0i64; layout.n_sums()];
        let mut expected: Vec<Vec<i64>> = n_bins.iter().map(|n| vec![0; *n]).collect();
        for row in 0..1000usize {
            let codes: Vec<usize> =
                n_bins.iter().enumerate().map(|(at, n)| row * (at + 7) * (row % 13 + 1) % n).collect();
            for cell in 0..layout.n_cells {
                assert!(byte(&codes, cell) < layout.width);
                sums[cell * layout.width + byte(&codes, cell)] += row as i64;
            }
            expected.iter_mut().zip(&codes).for_each(|(sums, code)| sums[*code] += row as i64);
        }
        for (column, expected) in expected.iter().enumerate() {
            assert_eq!(layout.read(&sums, column, &mut [0; 256]), expected);
        }
    }
}
