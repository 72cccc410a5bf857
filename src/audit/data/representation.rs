//! Who is in the data, against a declared population.

use std::collections::BTreeMap;

use super::{MISSING, Settings, Subjects};
use crate::audit::verdict::{DISPARITY, INSUFFICIENT, NONE_FOUND};
use crate::base::groups::Grouping;
use crate::base::population::Population;
use crate::stats::divergence::{Divergence, GoodnessOfFit, divergence, goodness_of_fit};
use crate::stats::interval::wilson_effective;
use crate::stats::limits::outside;
use crate::stats::multiplicity::holm;
use crate::stats::ratio::Moments;
use serde::Serialize;

/// Lowest allowed ratio of a share to the declared one, unless `limits` names another: four fifths.
const LIMIT: f64 = 0.8;

/// Name of the limit in the config.
pub const REPRESENTATION: &str = "representation";

/// The groups of one feature in one population. Without a declared table there are shares only, and no verdict.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Representation {
    pub feature: String,
    pub population: Population,
    /// Subjects whose group is known.
    pub n: u64,
    pub groups: Vec<Share>,
    /// Of the shares from the declared ones.
    pub divergence: Option<Divergence>,
    /// Whether chance alone could have brought these counts from the declared shares.
    pub fit: Option<GoodnessOfFit>,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Share {
    pub group: String,
    pub n: u64,
    /// n ÷ subjects whose group is known, with Wilson's interval; `None` for the group of those who are missing.
    pub share: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub declared: Option<f64>,
    /// Share ÷ declared share.
    pub ratio: Option<f64>,
    /// Ends of its interval at 1 − 2 × significance, so that each is a one-sided test.
    pub ratio_low: Option<f64>,
    pub ratio_high: Option<f64>,
    pub limit_low: Option<f64>,
    pub limit_high: Option<f64>,
    /// Of "the ratio lies within the limits".
    pub p: Option<f64>,
    /// Holm over the groups of all declared features and populations.
    pub p_adjusted: Option<f64>,
    pub verdict: Option<String>,
}

/// One entry per feature and population that has audited subjects.
pub(super) fn representations(
    subjects: &Subjects,
    audited: &[(Population, Vec<u32>)],
    groupings: &[&Grouping],
    settings: &Settings,
) -> Vec<Representation> {
    let mut told = Vec::new();
    for grouping in groupings {
        for (population, rows) in audited.iter().filter(|(_, rows)| !rows.is_empty()) {
            told.push(representation(subjects, grouping, *population, rows, settings));
        }
    }
    judge(&mut told, settings);
    told
}

fn representation(
    subjects: &Subjects,
    grouping: &Grouping,
    population: Population,
    rows: &[u32],
    settings: &Settings,
) -> Representation {
    let moments = moments(subjects, grouping, rows);
    let known = |group: &str| group != MISSING;
    let n: f64 =
        grouping.groups.iter().zip(&moments).filter(|(group, _)| known(group)).map(|(_, of)| of.numerator).sum();
    let declared = settings.population.get(&grouping.feature).filter(|table| covers(table, grouping));
    let limit = settings.limits.get(REPRESENTATION).copied().unwrap_or(LIMIT);
    let names = declared.into_iter().flat_map(|table| table.keys()).filter(|name| !grouping.groups.contains(name));
    // a declared group that nobody is in is looked for among as many
    let whole = moments.first().copied().unwrap_or_default();
    let absent = Moments { dd: whole.dd, units: whole.units, ..Moments::default() };
    let groups = grouping.groups.iter().zip(moments).chain(names.map(|name| (name, absent)));
    let mut shares = Vec::new();
    let mut effects = Vec::new();
    for (group, of) in groups {
        let of = Moments { denominator: n, ..of };
        let declared = declared.and_then(|table| table.get(group)).copied();
        shares.push(share(group, &of, declared.zip(Some(limit)), subjects.cluster.is_some(), settings));
        effects.extend(declared.and_then(|q| Some(of.value()? / q * variance_of(&of)?)));
    }
    let pairs = || shares.iter().filter_map(|share: &Share| Some((share.n, share.declared?)));
    let (counts, table): (Vec<u64>, Vec<f64>) = pairs().unzip();
    let effect = match subjects.cluster {
        Some(_) => effects.iter().sum::<f64>() / (counts.len() as f64 - 1.0),
        None => 1.0,
    };
    Representation {
        feature: grouping.feature.clone(),
        population,
        n: n as u64,
        divergence: declared.and_then(|_| divergence(&counts, &table)),
        fit: declared.and_then(|_| goodness_of_fit(&counts, &table, effect)),
        groups: shares,
    }
}

/// Whether every group that is in the data is declared.
fn covers(table: &BTreeMap<String, f64>, grouping: &Grouping) -> bool {
    grouping.groups.iter().all(|group| group == MISSING || table.contains_key(group))
}

/// Rows of each group and of all known groups, over rows or over clusters of them.
fn moments(subjects: &Subjects, grouping: &Grouping, rows: &[u32]) -> Vec<Moments> {
    let missing = grouping.groups.iter().position(|group| group == MISSING);
    let group = |row: u32| grouping.member.get(row as usize).map_or(usize::MAX, |group| *group as usize);
    let mut moments = vec![Moments::default(); grouping.groups.len()];
    let Some(ids) = subjects.cluster else {
        let mut counts = vec![0u64; grouping.groups.len()];
        rows.iter().for_each(|row| {
            if let Some(count) = counts.get_mut(group(*row)) {
                *count += 1;
            }
        });
        let known: u64 = (0..counts.len()).filter(|at| Some(*at) != missing).map(|at| counts[at]).sum();
        for (of, count) in moments.iter_mut().zip(counts) {
            let (n, all) = (count as f64, known as f64);
            *of = Moments { numerator: n, denominator: all, nn: n, nd: n, dd: all, units: all };
        }
        return moments;
    };
    let mut whole = Moments::default();
    let mut parts: Vec<(usize, f64)> = Vec::new();
    let id = |row: &u32| ids.get(*row as usize);
    for cluster in rows.chunk_by(|a, b| id(a) == id(b)) {
        parts.clear();
        for row in cluster {
            let at = group(*row);
            match parts.iter_mut().find(|part| part.0 == at) {
                Some(part) => part.1 += 1.0,
                None => parts.push((at, 1.0)),
            }
        }
        let size = parts.iter().filter(|part| Some(part.0) != missing).map(|part| part.1).sum();
        whole.add(0.0, size);
        for (at, n) in &parts {
            let Some(of) = moments.get_mut(*at) else { continue };
            *of = Moments { numerator: of.numerator + n, nn: of.nn + n * n, nd: of.nd + n * size, ..*of };
        }
    }
    moments
        .into_iter()
        .map(|of| Moments { denominator: whole.denominator, dd: whole.dd, units: whole.units, ..of })
        .collect()
}

/// The variance of a share in parts of that of independent rows, times (1 − share): its part of the mean design effect of
/// Rao & Scott (1981).
fn variance_of(of: &Moments) -> Option<f64> {
    let share = of.value()?;
    if share <= 0.0 || share >= 1.0 {
        return Some(1.0 - share);
    }
    Some(of.error()?.powi(2) * of.denominator / share)
}

fn share(group: &str, of: &Moments, declared: Option<(f64, f64)>, is_clustered: bool, settings: &Settings) -> Share {
    let value = of.value().filter(|_| group != MISSING);
    let n = if is_clustered { rows_worth(of) } else { of.denominator };
    let interval = value.and_then(|value| wilson_effective(value, n, 1.0 - settings.significance));
    let divided = |number: Option<f64>| number.zip(declared).map(|(number, (q, _))| number / q);
    let limits = declared.map(|(_, limit)| (limit, 1.0 / limit));
    let (low, high) = (interval.map(|interval| interval.0), interval.map(|interval| interval.1));
    let ends = value.and_then(|value| wilson_effective(value, n, 1.0 - 2.0 * settings.significance));
    Share {
        group: group.to_owned(),
        n: of.numerator as u64,
        share: value,
        low,
        high,
        declared: declared.map(|(q, _)| q),
        ratio: divided(value),
        ratio_low: divided(ends.map(|ends| ends.0)),
        ratio_high: divided(ends.map(|ends| ends.1)),
        limit_low: limits.map(|limits| limits.0),
        limit_high: limits.map(|limits| limits.1),
        p: value.zip(declared).and_then(|(value, (q, limit))| p_at_limits(value, q, limit, n)),
        p_adjusted: None,
        verdict: None,
    }
}

/// Independent rows that know a share as precisely.
fn rows_worth(of: &Moments) -> f64 {
    let share = of.value().unwrap_or(0.0);
    match of.error().filter(|error| *error > 0.0) {
        Some(error) if share > 0.0 && share < 1.0 => (share * (1.0 - share) / (error * error)).min(of.denominator),
        _ => of.units.min(of.denominator),
    }
}

/// p of "the ratio lies within the limits" by the score test of one share: z = (share − p₀) / √(p₀(1 − p₀) / n) at each
/// limit. A share of 1 or more cannot be exceeded.
fn p_at_limits(share: f64, declared: f64, limit: f64, n: f64) -> Option<f64> {
    let at = |edge: f64| (share - edge) / (edge * (1.0 - edge) / n).sqrt();
    let (low, high) = (declared * limit, declared / limit);
    (low < 1.0 && n > 0.0).then(|| outside(at(low), if high < 1.0 { at(high) } else { f64::NEG_INFINITY }, None))
}

/// Corrects the p-values of all and gives the verdicts.
fn judge(told: &mut [Representation], settings: &Settings) {
    let mut shares: Vec<&mut Share> =
        told.iter_mut().flat_map(|of| &mut of.groups).filter(|share| share.p.is_some()).collect();
    let p: Vec<f64> = shares.iter().filter_map(|share| share.p).collect();
    for (share, adjusted) in shares.iter_mut().zip(holm(&p)) {
        share.p_adjusted = Some(adjusted);
        let ends = share.ratio_low.zip(share.ratio_high).zip(share.limit_low.zip(share.limit_high));
        let is_inside = ends.is_some_and(|((low, high), (least, most))| low >= least && high <= most);
        let verdict = match adjusted <= settings.significance {
            true => DISPARITY,
            false if is_inside => NONE_FOUND,
            false => INSUFFICIENT,
        };
        share.verdict = Some(verdict.to_owned());
    }
}
