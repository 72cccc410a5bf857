//! Evidence for a fold's calibrator by models that learned from nearly as many rows as the model that it serves.
//!
//! What a [`Trial`](super::Trial) gives comes from models that leave two folds out. Where more rows still make a much
//! better model, these are visibly weaker than the fold's own, and a calibrator that learned from them draws the risks
//! of the stronger one too far together. Leaving out the fold and a share of another costs more fits and comes closer.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::cross::{CrossFitted, Evidence, fit};
use super::learner::margins;
use super::unseen::Unseen;
use super::{Settings, family};
use crate::base::folds::FoldKind;
use crate::base::{Result, Seed};

/// Shares that every other fold is cut into.
const SHARES: usize = 2;
/// With more rows to learn from, models that leave two folds out are as good as the fold's own.
const ROWS_MAX: usize = 10_000;

/// Margins of the rows of all other folds, by models that saw neither them, nor others of their clusters, nor `fold`.
///
/// `None` for folds in time order, whose evidence comes from the models that score, and for more than 10,000 rows.
///
/// # Errors
/// A fit fails.
pub fn closer(
    evidence: &Evidence<'_>,
    fitted: &CrossFitted,
    fold: usize,
    settings: &Settings,
    seed: Seed,
) -> Result<Option<Unseen>> {
    let Evidence { folds, design, outcome, cluster, .. } = *evidence;
    let train = &folds.parts[fold].train;
    if folds.kind == FoldKind::Forward || train.len() > ROWS_MAX.min(settings.calibration_rows_max) {
        return Ok(None);
    }
    let task = evidence.task(settings);
    let learner = family::learner(fitted.family, task);
    let others = (0..folds.parts.len()).filter(|other| *other != fold);
    let parts: Vec<(usize, Vec<u32>)> = others
        .flat_map(|other| shares(&folds.parts[other].test, cluster).into_iter().map(move |share| (other, share)))
        .collect();
    let tell = |(number, (_, share)): (usize, &(usize, Vec<u32>))| {
        let rows: Vec<u32> = train.iter().copied().filter(|row| share.binary_search(row).is_err()).collect();
        let seed = seed.child(fitted.family.name()).child(&format!("closer to {fold}, {number}"));
        let model = fit(&*learner, task, &rows, rows.len(), fitted.chosen[fold], seed)?.model;
        margins(&model, design, share)
    };
    let told: Vec<Vec<f64>> = parts.par_iter().enumerate().map(tell).collect::<Result<_>>()?;
    let mut unseen = Unseen::default();
    for ((other, share), margins) in parts.iter().zip(&told) {
        unseen.extend(folds.calibration_fold(*other), share, margins, outcome);
    }
    Ok(Some(unseen))
}

/// Ascending rows in shares, whose clusters are dealt in turn as they are met.
fn shares(rows: &[u32], cluster: &[u32]) -> [Vec<u32>; SHARES] {
    let mut of_cluster = BTreeMap::new();
    let mut shares: [Vec<u32>; SHARES] = Default::default();
    for &row in rows {
        let next = of_cluster.len() % SHARES;
        let share = *of_cluster.entry(cluster[row as usize]).or_insert(next);
        shares[share].push(row);
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_even_and_keep_clusters_together() {
        let rows: Vec<u32> = (0..60).map(|row| row * 2).collect();
        let cluster: Vec<u32> = (0..120).map(|row| if row < 40 { row / 8 } else { row }).collect();
        let shares = shares(&rows, &cluster);
        let mut all: Vec<u32> = shares.concat();
        all.sort_unstable();
        assert_eq!(all, rows);
        let of = |row: u32| shares.iter().position(|share| share.contains(&row)).unwrap();
        assert!(rows.iter().all(|&row| row >= 40 || of(row) == of(row / 8 * 8)));
        assert!(shares[0].len().abs_diff(shares[1].len()) <= 4);
        assert!(shares.iter().all(|share| share.is_sorted()));
    }
}
