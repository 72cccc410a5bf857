//! Rows drawn by chance.

use rayon::prelude::*;

use crate::base::Seed;

/// At most `n_max` of `rows`, drawn by chance where there are more; ascending.
pub(super) fn drawn(rows: &[u32], n_max: usize, seed: Seed) -> Vec<u32> {
    if rows.len() <= n_max {
        return rows.to_vec();
    }
    let mut drawn = shuffled(rows, seed);
    drawn.truncate(n_max);
    drawn.sort_unstable();
    drawn
}

/// Rows in an order of chance that depends on each row's number only.
pub(super) fn shuffled(rows: &[u32], seed: Seed) -> Vec<u32> {
    let key = |row: &u32| mixed(seed.0 ^ u64::from(*row).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut keyed: Vec<(u64, u32)> = rows.iter().map(|row| (key(row), *row)).collect();
    keyed.par_sort_unstable();
    keyed.into_iter().map(|of| of.1).collect()
}

/// The finalizer of SplitMix64 (Steele, Lea and Flood 2014).
fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}
