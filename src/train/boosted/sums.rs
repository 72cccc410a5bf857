//! Sums of gradients and Hessians per bin: the kernels that see every row, and what follows without seeing them.

use super::gradient::widen;
use super::layout::CELLS_AT_ONCE;
use super::part::Part;
use super::question::Side;

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

/// Histograms of both children of every leaf, from the leaf's own and those of the smaller child, which every part of the
/// rows has added up for itself: its sibling is the rest.
pub(super) fn children(parents: &[i64], sides: &[Side], parts: &[Part<'_>], children: &mut Vec<i64>) {
    let n_sums = parents.len() / sides.len();
    children.resize(2 * parents.len(), 0);
    let pairs = parents.chunks_exact(n_sums).zip(children.chunks_exact_mut(2 * n_sums));
    for (leaf, (side, (parent, pair))) in sides.iter().zip(pairs).enumerate() {
        let (left, right) = pair.split_at_mut(n_sums);
        let (smaller, sibling) = if *side == Side::Left { (left, right) } else { (right, left) };
        smaller.fill(0);
        for part in parts {
            smaller.iter_mut().zip(&part.sums[leaf * n_sums..]).for_each(|(sum, more)| *sum += more);
        }
        sibling.iter_mut().zip(parent).zip(smaller).for_each(|((rest, all), smaller)| *rest = all - *smaller);
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
