//! A seeded stratified sample of rows, for fits above the cap.

use rand::seq::SliceRandom;

use crate::base::Seed;

/// All of `rows`, or `max` of them with the same share of outcomes; ascending.
pub(super) fn stratified(rows: &[u32], outcome: &[Option<bool>], max: usize, seed: Seed) -> Vec<u32> {
    if rows.len() <= max {
        return rows.to_vec();
    }
    let (mut with, mut without): (Vec<u32>, Vec<u32>) =
        rows.iter().partition(|&&row| outcome[row as usize] == Some(true));
    let n_with = (with.len() * max).div_ceil(rows.len()).min(with.len());
    let mut stream = seed.stream("sample");
    with.shuffle(&mut stream);
    without.shuffle(&mut stream);
    with.truncate(n_with);
    without.truncate(max.saturating_sub(n_with));
    with.extend(without);
    with.sort_unstable();
    with
}
