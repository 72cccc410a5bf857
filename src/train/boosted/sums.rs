//! Sums of gradients and Hessians per bin: the kernels that see every row.

use super::gradient::widen;
use super::layout::CELLS_AT_ONCE;

/// Adds all rows of a block, in their order.
pub(super) fn add_all(sums: &mut [i64], width: usize, rows: &[u8], n_cells: usize, pairs: &[i32]) {
    match width {
        16 => all::<16>(sums, rows, n_cells, pairs),
        32 => all::<32>(sums, rows, n_cells, pairs),
        64 => all::<64>(sums, rows, n_cells, pairs),
        128 => all::<128>(sums, rows, n_cells, pairs),
        _ => all::<256>(sums, rows, n_cells, pairs),
    }
}

/// Adds the rows of a block that `order` names.
pub(super) fn add_some(sums: &mut [i64], width: usize, rows: &[u8], n_cells: usize, pairs: &[i32], order: &[u16]) {
    match width {
        16 => some::<16>(sums, rows, n_cells, pairs, order),
        32 => some::<32>(sums, rows, n_cells, pairs, order),
        64 => some::<64>(sums, rows, n_cells, pairs, order),
        128 => some::<128>(sums, rows, n_cells, pairs, order),
        _ => some::<256>(sums, rows, n_cells, pairs, order),
    }
}

fn all<const WIDTH: usize>(sums: &mut [i64], rows: &[u8], n_cells: usize, pairs: &[i32]) {
    let cells = sums.as_chunks_mut::<WIDTH>().0;
    for (row, pair) in rows.chunks_exact(n_cells).zip(pairs) {
        add(cells, row, widen(*pair));
    }
}

fn some<const WIDTH: usize>(sums: &mut [i64], rows: &[u8], n_cells: usize, pairs: &[i32], order: &[u16]) {
    let cells = sums.as_chunks_mut::<WIDTH>().0;
    for &at in order {
        let at = usize::from(at);
        add(cells, &rows[at * n_cells..][..n_cells], widen(pairs[at]));
    }
}

/// Adds one row to the bins that it falls into. The mask changes no code; it tells the compiler that none is too large.
#[inline]
fn add<const WIDTH: usize>(cells: &mut [[i64; WIDTH]], row: &[u8], pair: i64) {
    let cells = cells.as_chunks_mut::<CELLS_AT_ONCE>().0;
    for (cells, codes) in cells.iter_mut().zip(row.as_chunks::<CELLS_AT_ONCE>().0) {
        for (cell, code) in cells.iter_mut().zip(codes) {
            cell[usize::from(*code) & (WIDTH - 1)] += pair;
        }
    }
}
