//! Weak slices: subjects with something in common among whom the risk is wrong.
//!
//! A scan over conjunctions of at most two conditions, for groups of history whose outcomes differ from the sum of their
//! risks, as in the bias scan of Zhang and Neill (2016, "Identifying significant predictive bias in classifiers"), with the
//! score statistic in the place of the likelihood ratio, and all conjunctions in the place of their search.

mod search;

use serde::Serialize;

use super::bins::{Condition, Of, cut};
use crate::base::Seed;
use crate::base::design::Design;
use crate::base::groups::Grouping;
use crate::base::population::Population;
pub use search::N_REPLICATES;
use search::{Column, Found, Scan};

/// Rows that are scanned, at most.
pub const ROWS_MAX: usize = 20_000;
/// Columns that conditions are made of, at most.
pub const COLUMNS_MAX: usize = 40;
/// Bins of a column.
const N_BINS: usize = 5;
/// Slices that are told, at most.
const TOLD_MAX: usize = 10;
/// A slice that shares more than this part of the smaller one with a told slice says the same.
const SHARED_MAX: f64 = 0.5;

/// What the scan found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Slices {
    /// Rows of history that were scanned.
    pub n: usize,
    /// Of all of them: with the outcome, and Σ risk. Where these differ, large slices do as well.
    pub observed: u64,
    pub expected: f64,
    /// Slices that were looked at.
    pub n_slices: usize,
    pub n_replicates: usize,
    /// By how much rows that belong together blur the difference between observed and expected outcomes: statistics are
    /// divided by it (Rao and Scott 1981).
    pub design_effect: f64,
    /// The farthest from its expectation first.
    pub slices: Vec<Slice>,
}

/// A slice: all subjects that meet its conditions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Slice {
    pub conditions: Vec<Condition>,
    pub n: u64,
    /// Subjects with the outcome.
    pub observed: u64,
    /// Σ risk.
    pub expected: f64,
    /// Observed ÷ expected.
    pub ratio: f64,
    /// (observed − expected)² ÷ (Σ risk (1 − risk) × design effect), less 2 where there are two conditions.
    pub statistic: f64,
    /// Share of replicates, this table among them, in which some slice was at least as far from its expectation.
    pub p_adjusted: f64,
    /// Whether `p_adjusted` is at most the significance.
    pub weak: bool,
}

/// What is scanned.
pub struct Scanned<'a> {
    pub design: &'a Design,
    /// Columns of the design that conditions are made of: at most 40 with the groupings are used.
    pub columns: &'a [usize],
    /// Sensitive features that are not in the design.
    pub groupings: &'a [&'a Grouping],
    pub population: &'a [Population],
    pub outcome: &'a [Option<bool>],
    pub risk: &'a [Option<f64>],
    pub cluster: Option<&'a [u32]>,
}

/// Scans history for slices whose risks are wrong; `None` where nothing can be scanned.
///
/// Conditions are the five most frequent levels of a column or five quantile bins of its numbers, missing and rare values,
/// and the groups of sensitive features, cut without a look at outcomes. A slice is looked at if it and the rest have at
/// least five expected outcomes and as many expected without. In each of 399 replicates outcomes are drawn anew from the
/// risks; the farthest slice of each says what a search over so many slices finds where nothing is wrong, so that
/// `p_adjusted` holds for all slices together. Of more than 20,000 rows that many are drawn by chance.
///
/// Work: one addition for each replicate, row and pair of columns.
pub fn scan(scanned: &Scanned<'_>, significance: f64, seed: Seed) -> Option<Slices> {
    let rows = rows(scanned, seed);
    let (risk, outcome): (Vec<f64>, Vec<bool>) = rows
        .iter()
        .map(|row| (scanned.risk[*row as usize].unwrap_or_default(), scanned.outcome[*row as usize] == Some(true)))
        .unzip();
    let columns = columns(scanned, &rows);
    let cluster: Option<Vec<u32>> = scanned.cluster.map(|of| rows.iter().map(|row| of[*row as usize]).collect());
    let scan = Scan::new(&columns, &risk, &outcome, cluster.as_deref());
    let found = scan.search(seed)?;
    let slice = |of: &Found| {
        let condition = |&(column, bin): &(usize, usize)| Condition {
            feature: columns[column].name.clone(),
            of: columns[column].bins[bin].clone(),
        };
        Slice {
            conditions: of.conditions.iter().map(condition).collect(),
            n: of.n,
            observed: of.observed,
            expected: of.expected,
            ratio: of.observed as f64 / of.expected,
            statistic: of.statistic,
            p_adjusted: found.p(of.statistic),
            weak: found.p(of.statistic) <= significance,
        }
    };
    let told = distinct(&columns, &found.slices);
    Some(Slices {
        n: rows.len(),
        observed: found.observed,
        expected: found.expected,
        n_slices: found.slices.len(),
        n_replicates: N_REPLICATES,
        design_effect: scan.design_effect,
        slices: told.into_iter().map(slice).collect(),
    })
}

/// History with a known outcome and a risk, ascending; where there are too many, those whose hash is lowest.
fn rows(scanned: &Scanned<'_>, seed: Seed) -> Vec<u32> {
    let is_known = |row: &u32| {
        let row = *row as usize;
        scanned.population[row] == Population::History && scanned.outcome[row].is_some() && scanned.risk[row].is_some()
    };
    let all: Vec<u32> = (0..scanned.population.len() as u32).filter(is_known).collect();
    super::draw::drawn(&all, ROWS_MAX, seed)
}

/// The columns and sensitive features, each cut into bins.
fn columns(scanned: &Scanned<'_>, rows: &[u32]) -> Vec<Column> {
    let of_grouping = |grouping: &&Grouping| Column {
        name: grouping.feature.clone(),
        bins: grouping.groups.iter().map(|group| Of::Level(group.clone())).collect(),
        codes: rows.iter().map(|row| grouping.member[*row as usize] as u8).collect(),
    };
    let of_column = |column: &usize| {
        let feature = &scanned.design.features[*column];
        let binned = cut(feature, rows, N_BINS);
        Column { name: feature.name.clone(), bins: binned.bins, codes: binned.codes }
    };
    let own = scanned.columns.iter().map(of_column);
    let groupings = scanned.groupings.iter().filter(|grouping| grouping.groups.len() <= 250).map(of_grouping);
    groupings.chain(own).take(COLUMNS_MAX).collect()
}

/// The farthest slices that do not say the same as one before them.
fn distinct<'a>(columns: &[Column], found: &'a [Found]) -> Vec<&'a Found> {
    let meets = |of: &Found, place: usize| {
        of.conditions.iter().all(|&(column, bin)| usize::from(columns[column].codes[place]) == bin)
    };
    let n_rows = columns.first().map_or(0, |column| column.codes.len());
    let shared = |a: &Found, b: &Found| {
        let both = (0..n_rows).filter(|place| meets(a, *place) && meets(b, *place)).count() as f64;
        both / a.n.min(b.n) as f64
    };
    let mut told: Vec<&Found> = Vec::new();
    for slice in found {
        if told.len() == TOLD_MAX {
            break;
        }
        if told.iter().all(|known| shared(known, slice) <= SHARED_MAX) {
            told.push(slice);
        }
    }
    told
}

/// Slices that name no sensitive feature, with at least `least` subjects who had the outcome and as many who had not.
pub fn public_slices(slices: &Slices, least: usize, is_sensitive: impl Fn(&str) -> bool) -> Slices {
    let is_large = |slice: &Slice| slice.observed.min(slice.n.saturating_sub(slice.observed)) >= least as u64;
    let tells =
        |slice: &&Slice| is_large(slice) && slice.conditions.iter().all(|condition| !is_sensitive(&condition.feature));
    Slices { slices: slices.slices.iter().filter(tells).cloned().collect(), ..slices.clone() }
}
