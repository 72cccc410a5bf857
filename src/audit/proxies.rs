//! Proxies: columns that tell which group somebody belongs to, singly and together.
//!
//! Both are told by an area under the curve: how often one who is in the group is ranked above one who is not, by what
//! other subjects show. It means the same for numbers and levels, and for rare groups and common ones. Only subjects that
//! share no cluster with one another are looked at.

use rayon::prelude::*;
use serde::Serialize;

use super::bins::{Binned, cut};
use super::disaggregate::MISSING;
use super::draw::shuffled;
use crate::base::design::Design;
use crate::base::groups::Grouping;
use crate::base::{Result, Seed};
use crate::stats::area::{Area, Counts, area, counted};
use crate::stats::independence::independent;
use crate::stats::multiplicity::holm;

/// From this area on a column stands in for a group: two normal distributions half a standard deviation apart, which
/// Cohen (1988) calls a medium effect, give Φ(0.5 / √2) = 0.638 (Rice and Harris 2005, Law and Human Behavior 29).
pub const AREA_MIN: f64 = 0.638;
/// Subjects that are looked at, at most.
pub const ROWS_MAX: usize = 20_000;
/// Parts of the subjects, each ranked by what the others show.
const N_PARTS: usize = 5;
/// Bins of a column.
const N_BINS: usize = 20;
/// Subjects that every group needs.
const GROUP_MIN: u64 = 20;
/// Cells that a model of all columns learns from at most.
const CELLS_MAX: usize = 1 << 20;
/// Groups of a feature that all columns together are asked for, the largest.
const TOGETHER_MAX: usize = 3;
/// Subjects of the group's usual rate that every bin is thought to hold besides its own.
const PRIOR: f64 = 2.0;

/// What is known of a column's standing in for a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The area reaches [`AREA_MIN`], and groups differ between bins by more than chance, Holm-corrected over all columns and groups
    /// of the feature.
    Proxy,
    NoneFound,
    /// Neither: the interval of the area reaches [`AREA_MIN`].
    InsufficientEvidence,
}

/// How well columns tell the groups of a sensitive feature.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proxies {
    pub feature: String,
    /// Subjects that were looked at.
    pub n: usize,
    /// Every column by the group that it tells best, of groups that it stands in for where there are any: proxies first, then
    /// the largest area first, ties by name.
    pub columns: Vec<Proxy>,
    /// All columns together, for each of the largest groups; of two groups, for the smaller.
    pub together: Vec<Together>,
}

/// How well a column tells a group from the rest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proxy {
    pub column: String,
    pub group: String,
    pub auc: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Pearson's χ² test that the group's share is the same in all bins. (The areas of parts that rank one another vary
    /// together, and so far more than their own variances say where there is nothing to find.)
    pub p: f64,
    pub p_adjusted: f64,
    pub state: State,
}

/// How well a model of all columns tells a group from the rest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Together {
    pub group: String,
    /// Subjects that were looked at.
    pub n: usize,
    pub auc: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// The subjects that are looked at, and the part of each.
pub struct Sample {
    /// Ascending.
    pub rows: Vec<u32>,
    pub part: Vec<u8>,
}

/// A model of the second argument, learned from the rows of the third, gives margins of those of the fourth.
pub type Fit<'a> = dyn Fn(&Design, &[Option<bool>], &[u32], &[u32]) -> Result<Vec<f64>> + Sync + 'a;

/// At most 20,000 of `rows`, drawn by chance, one from each cluster.
pub fn sample(rows: &[u32], cluster: &[u32], seed: Seed) -> Sample {
    let mut known = vec![false; cluster.iter().max().map_or(0, |highest| *highest as usize + 1)];
    let is_new =
        |row: &u32| cluster.get(*row as usize).is_none_or(|id| !std::mem::replace(&mut known[*id as usize], true));
    let drawn = shuffled(rows, seed).into_iter().filter(is_new).take(ROWS_MAX);
    let mut dealt: Vec<(u32, u8)> = drawn.zip((0..N_PARTS as u8).cycle()).collect();
    dealt.sort_unstable();
    Sample { rows: dealt.iter().map(|of| of.0).collect(), part: dealt.iter().map(|of| of.1).collect() }
}

/// How well the columns of `design` tell the groups of each of `groupings`; the sensitive column itself is left out where
/// the model uses it. Groups with fewer than 20 of the looked-at subjects are not asked for.
///
/// A column's bins rank subjects by the share of the group among the bin's subjects of the other parts;
/// only subjects of one part are compared, so that chance gives one half. Work: one pass over the sample for each column and
/// feature, and fifteen fits at most for each feature.
///
/// # Errors
/// A fit fails.
pub fn proxies(
    design: &Design,
    groupings: &[&Grouping],
    sample: &Sample,
    significance: f64,
    fit: &Fit<'_>,
) -> Result<Vec<Proxies>> {
    let binned: Vec<Binned> = design.features.par_iter().map(|feature| cut(feature, &sample.rows, N_BINS)).collect();
    let of = |grouping: &&Grouping| {
        let asked = Asked::new(grouping, sample);
        Ok(Proxies {
            feature: grouping.feature.clone(),
            n: sample.rows.len(),
            columns: singly(design, &binned, &asked, significance),
            together: together(design, &asked, 1.0 - significance, fit)?,
        })
    };
    groupings.iter().filter(|grouping| grouping.columns.len() == 1).map(of).collect()
}

/// A sensitive feature's groups among the looked-at subjects.
struct Asked<'a> {
    grouping: &'a Grouping,
    sample: &'a Sample,
    member: Vec<u32>,
    /// Groups that are asked for, the largest first.
    groups: Vec<usize>,
}

impl<'a> Asked<'a> {
    fn new(grouping: &'a Grouping, sample: &'a Sample) -> Self {
        let member: Vec<u32> = sample.rows.iter().map(|row| grouping.member[*row as usize]).collect();
        let mut n = vec![0u64; grouping.groups.len()];
        member.iter().for_each(|group| n[*group as usize] += 1);
        let is_asked = |group: &usize| n[*group] >= GROUP_MIN && grouping.groups[*group] != MISSING;
        let mut groups: Vec<usize> = (0..n.len()).filter(is_asked).collect();
        groups.sort_by(|a, b| n[*b].cmp(&n[*a]).then(a.cmp(b)));
        if groups.len() < 2 {
            groups.clear();
        }
        Self { grouping, sample, member, groups }
    }

    fn is_own(&self, column: &str) -> bool {
        self.grouping.columns.iter().any(|own| own == column)
    }
}

fn singly(design: &Design, binned: &[Binned], asked: &Asked<'_>, significance: f64) -> Vec<Proxy> {
    let columns: Vec<usize> =
        (0..binned.len()).filter(|column| !asked.is_own(&design.features[*column].name)).collect();
    let areas: Vec<(usize, Told)> = columns
        .into_par_iter()
        .flat_map_iter(|column| areas(&binned[column], asked).into_iter().map(move |told| (column, told)))
        .collect();
    let p: Vec<f64> = areas.iter().map(|(_, told)| told.p).collect();
    let told = areas.iter().zip(&p).zip(holm(&p)).map(|(((column, Told { group, area, .. }), p), p_adjusted)| {
        let estimate = area.estimate(1.0 - significance);
        let reaches = estimate.high.unwrap_or(area.value) >= AREA_MIN;
        Proxy {
            column: design.features[*column].name.clone(),
            group: asked.grouping.groups[*group].clone(),
            auc: area.value,
            low: estimate.low,
            high: estimate.high,
            p: *p,
            p_adjusted,
            state: match () {
                () if area.value >= AREA_MIN && p_adjusted <= significance => State::Proxy,
                () if reaches => State::InsufficientEvidence,
                () => State::NoneFound,
            },
        }
    });
    let mut told: Vec<Proxy> = told.collect();
    let is_not = |of: &Proxy| of.state != State::Proxy;
    let place = |a: &Proxy, b: &Proxy| is_not(a).cmp(&is_not(b)).then(b.auc.total_cmp(&a.auc));
    told.sort_by(|a, b| place(a, b).then_with(|| (&a.column, &a.group).cmp(&(&b.column, &b.group))));
    let mut known = std::collections::BTreeSet::new();
    told.retain(|proxy| known.insert(proxy.column.clone()));
    told
}

/// A group by a column's bins.
struct Told {
    group: usize,
    area: Area,
    p: f64,
}

/// Every asked group by a column's bins.
fn areas(binned: &Binned, asked: &Asked<'_>) -> Vec<Told> {
    let n_groups = asked.grouping.groups.len();
    let mut n = vec![[0u64; N_PARTS]; binned.bins.len()];
    let mut of_group = vec![[0u64; N_PARTS]; binned.bins.len() * n_groups];
    for ((bin, group), part) in binned.codes.iter().zip(&asked.member).zip(&asked.sample.part) {
        let (bin, part) = (usize::from(*bin), usize::from(*part));
        n[bin][part] += 1;
        of_group[bin * n_groups + *group as usize][part] += 1;
    }
    let of = |&group: &usize| {
        let hits: Vec<[u64; N_PARTS]> = (0..n.len()).map(|bin| of_group[bin * n_groups + group]).collect();
        let strata: Vec<Counts> = (0..N_PARTS).map(|part| stratum(&n, &hits, part)).collect();
        let sum = |of: &[u64; N_PARTS]| of.iter().sum::<u64>();
        let counts: Counts = hits.iter().zip(&n).map(|(hits, n)| (sum(hits), sum(n) - sum(hits))).collect();
        Some(Told { group, area: area(&strata)?, p: independent(&counts).unwrap_or(1.0) })
    };
    asked.groups.iter().filter_map(of).collect()
}

/// Members and others of one part by bin, in the order of the bins' shares of members in the other parts.
fn stratum(n: &[[u64; N_PARTS]], hits: &[[u64; N_PARTS]], part: usize) -> Counts {
    let elsewhere = |of: &[u64; N_PARTS]| of.iter().sum::<u64>() - of[part];
    let all: u64 = n.iter().map(elsewhere).sum();
    let usual = hits.iter().map(elsewhere).sum::<u64>() as f64 / all.max(1) as f64;
    let share = |bin: usize| (elsewhere(&hits[bin]) as f64 + PRIOR * usual) / (elsewhere(&n[bin]) as f64 + PRIOR);
    let mut bins: Vec<(f64, u64, u64)> =
        (0..n.len()).map(|bin| (share(bin), hits[bin][part], n[bin][part] - hits[bin][part])).collect();
    bins.sort_by(|a, b| a.0.total_cmp(&b.0));
    let sum = |tie: &[(f64, u64, u64)]| tie.iter().fold((0, 0), |sum, of| (sum.0 + of.1, sum.1 + of.2));
    bins.chunk_by(|a, b| a.0 == b.0).map(sum).collect()
}

fn together(design: &Design, asked: &Asked<'_>, confidence: f64, fit: &Fit<'_>) -> Result<Vec<Together>> {
    let columns: Vec<usize> =
        (0..design.features.len()).filter(|column| !asked.is_own(&design.features[*column].name)).collect();
    if columns.is_empty() || asked.groups.is_empty() {
        return Ok(Vec::new());
    }
    let rows = &asked.sample.rows;
    // wide tables are asked by fewer subjects
    let places: Vec<usize> = (0..rows.len()).step_by((rows.len() * columns.len()).div_ceil(CELLS_MAX)).collect();
    let few = design.rearranged_columns(&columns, places.len(), |at, _| rows[places[at]] as usize);
    let part: Vec<u8> = places.iter().map(|place| asked.sample.part[*place]).collect();
    // one of two groups is not the other
    let groups = if asked.groups.len() == 2 { &asked.groups[1..] } else { &asked.groups[..] };
    let of = |&group: &usize| {
        let positive: Vec<bool> = places.iter().map(|place| asked.member[*place] as usize == group).collect();
        let margins = unseen(&few, &positive, &part, fit)?;
        let told = |area: Area| {
            let (estimate, group) = (area.estimate(confidence), asked.grouping.groups[group].clone());
            Together { group, n: places.len(), auc: area.value, low: estimate.low, high: estimate.high }
        };
        Ok(area(&counted(&margins, &positive, &part, N_PARTS)).map(told))
    };
    let told: Vec<Option<Together>> = groups.iter().take(TOGETHER_MAX).map(of).collect::<Result<_>>()?;
    Ok(told.into_iter().flatten().collect())
}

/// Margins of every row by a model that did not see its part.
fn unseen(design: &Design, positive: &[bool], part: &[u8], fit: &Fit<'_>) -> Result<Vec<f64>> {
    let outcome: Vec<Option<bool>> = positive.iter().map(|is| Some(*is)).collect();
    let of_part = |of: u8| -> Result<(Vec<u32>, Vec<f64>)> {
        let (test, train): (Vec<u32>, Vec<u32>) = (0..part.len() as u32).partition(|place| part[*place as usize] == of);
        let margins = fit(design, &outcome, &train, &test)?;
        Ok((test, margins))
    };
    let parts: Vec<(Vec<u32>, Vec<f64>)> = (0..N_PARTS as u8).into_par_iter().map(of_part).collect::<Result<_>>()?;
    let mut all = vec![0.0; part.len()];
    for (test, margins) in parts {
        test.iter().zip(margins).for_each(|(place, margin)| all[*place as usize] = margin);
    }
    Ok(all)
}
