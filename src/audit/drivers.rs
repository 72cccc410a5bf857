//! What drives each gap: the difference between two groups' mean scores, column by column.
//!
//! Every subject's points and base score add up to its score, so do their means, and so do differences of means:
//! mean score of a group − that of its reference = Σ columns (difference of mean points) + difference of mean base score.
//! The last is `between_folds`: where folds have models of their own, each has its own starting point.

mod gather;
mod words;

use std::collections::BTreeMap;

use serde::Serialize;

pub use gather::{GroupPoints, Who};
use gather::{Kind, Side};

use super::cells::POPULATIONS;
use crate::base::groups::Grouping;
use crate::base::population::Population;
use crate::base::units::Pillar;
use crate::base::{Error, Result};

/// Columns that are told one by one; what is smaller is told together.
const COLUMNS_MAX: usize = 20;
/// What the parts of a gap may be off the gap, in points.
const TOLERANCE: f64 = 1e-9;

/// A gap in mean score and what it is made of, in points.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gap {
    pub feature: String,
    pub group: String,
    pub reference: String,
    pub population: Population,
    pub n: u64,
    pub n_reference: u64,
    /// Mean score of the group − mean score of the reference.
    pub gap: f64,
    pub gap_low: Option<f64>,
    pub gap_high: Option<f64>,
    /// Difference of mean base score.
    pub between_folds: f64,
    /// By |points|, ties by name; at most 20, and none without points.
    pub columns: Vec<Driver>,
    /// The columns that are not told.
    pub others: Option<Others>,
    pub pillars: Vec<PillarGap>,
}

/// Difference of a column's mean points, with its interval.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Driver {
    pub feature: String,
    pub points: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// Columns together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Others {
    pub n: usize,
    pub points: f64,
}

/// Difference of a pillar's mean points.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PillarGap {
    /// `None`: columns without a pillar.
    pub pillar: Option<Pillar>,
    pub points: f64,
}

/// How gaps are told.
pub struct Telling<'a> {
    /// The reference of a feature in a population: a group, or `overall`; `None`: nothing is told.
    pub reference: &'a dyn Fn(&str, Population) -> Option<String>,
    /// Names of the columns, in the order of the design.
    pub columns: Vec<&'a str>,
    pub pillar: &'a dyn Fn(&str) -> Option<Pillar>,
    pub confidence: f64,
}

/// The gap of every group to its reference, in the order feature, population, group.
///
/// Intervals are Welch's, from sums and sums of squares; where rows are clustered, Student's over at most 64 parts of the
/// subjects that share no cluster ([`GroupPoints`]), or none where such parts would be too few. They tell how other
/// subjects would have come out under the same models.
///
/// # Errors
/// The parts of a gap do not add up to it.
pub fn gaps(groupings: &[&Grouping], points: &GroupPoints, telling: &Telling<'_>) -> Result<Vec<Gap>> {
    let mut told = Vec::new();
    for (place, grouping) in groupings.iter().enumerate() {
        for population in POPULATIONS {
            let Some(name) = (telling.reference)(&grouping.feature, population) else { continue };
            let base = grouping.groups.iter().position(|group| *group == name);
            let reference = points.side(place, population, base);
            for group in (0..grouping.groups.len()).filter(|group| Some(*group) != base) {
                let side = points.side(place, population, Some(group));
                if side.n() > 0 && reference.n() > 0 {
                    let gap = Gap {
                        feature: grouping.feature.clone(),
                        group: grouping.groups[group].clone(),
                        reference: name.clone(),
                        population,
                        ..gap(&side, &reference, telling)
                    };
                    told.push(checked(gap)?);
                }
            }
        }
    }
    Ok(told)
}

fn gap(side: &Side<'_>, reference: &Side<'_>, telling: &Telling<'_>) -> Gap {
    let difference = |kind: Kind| side.mean(kind) - reference.mean(kind);
    let interval = |kind: Kind| side.interval(reference, kind, telling.confidence);
    let mut drivers: Vec<(f64, usize)> =
        (0..telling.columns.len()).map(|column| (difference(Kind::Column(column)), column)).collect();
    drivers.retain(|(points, _)| *points != 0.0);
    let name = |column: usize| telling.columns[column];
    drivers.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()).then_with(|| name(a.1).cmp(name(b.1))));
    let mut pillars: BTreeMap<(bool, Option<Pillar>), f64> = BTreeMap::new();
    for (points, column) in &drivers {
        let pillar = (telling.pillar)(name(*column));
        *pillars.entry((pillar.is_none(), pillar)).or_default() += points;
    }
    let rest = drivers.split_off(drivers.len().min(COLUMNS_MAX));
    let driver = |(points, column): (f64, usize)| {
        let interval = interval(Kind::Column(column));
        let (low, high) = (interval.map(|of| of.0), interval.map(|of| of.1));
        Driver { feature: name(column).to_owned(), points, low, high }
    };
    let of_score = interval(Kind::Score);
    Gap {
        feature: String::new(),
        group: String::new(),
        reference: String::new(),
        population: Population::History,
        n: side.n(),
        n_reference: reference.n(),
        gap: difference(Kind::Score),
        gap_low: of_score.map(|of| of.0),
        gap_high: of_score.map(|of| of.1),
        between_folds: difference(Kind::Base),
        columns: drivers.into_iter().map(driver).collect(),
        others: (!rest.is_empty()).then(|| Others { n: rest.len(), points: rest.iter().map(|of| of.0).sum() }),
        pillars: pillars.into_iter().map(|((_, pillar), points)| PillarGap { pillar, points }).collect(),
    }
}

impl Gap {
    /// What is missing to the gap when its parts are added up, in points: by columns and by pillars.
    pub fn missing(&self) -> [f64; 2] {
        let columns: f64 = self.columns.iter().map(|of| of.points).sum();
        let others = self.others.as_ref().map_or(0.0, |of| of.points);
        let pillars: f64 = self.pillars.iter().map(|of| of.points).sum();
        [columns + others, pillars].map(|parts| self.gap - self.between_folds - parts)
    }
}

fn checked(gap: Gap) -> Result<Gap> {
    let missing = gap.missing().into_iter().fold(0.0, |worst: f64, missing| worst.max(missing.abs()));
    if missing <= TOLERANCE {
        return Ok(gap);
    }
    let Gap { feature, group, .. } = gap;
    Err(Error::new(format!("what drives the gap of `{feature}` = `{group}` misses it by {missing} points")))
}

/// Gaps without those that would tell of hidden groups.
pub fn public_gaps(gaps: &[Gap], is_hidden: impl Fn(&str, &str, Population) -> bool) -> Vec<Gap> {
    let tells = |gap: &&Gap| [&gap.group, &gap.reference].iter().all(|g| !is_hidden(&gap.feature, g, gap.population));
    gaps.iter().filter(tells).cloned().collect()
}
