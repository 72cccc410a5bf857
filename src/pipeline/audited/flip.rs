//! Flip test of sensitive features that a decision uses, by the model or by a cut of its own for every group: every
//! reported subject is judged again as one of each other group.

use rayon::prelude::*;

use super::super::group::Judgement;
use crate::audit::{self, Flip, Flipped};
use crate::base::Result;
use crate::base::design::{Feature, Values};
use crate::base::groups::Grouping;
use crate::base::model::Bound;
use crate::config::Stakeholders;

/// Rows that are changed at a time.
const BLOCK: usize = 1 << 13;
/// Other groups that are tried: the largest.
const OTHERS_MAX: usize = 10;

/// What becomes of the reported subjects of every group; empty where no sensitive feature is used.
///
/// A subject is given the value of another group's middle subject, its most frequent level or the median of its numbers,
/// and, where groups of the feature have cuts of their own, the cut of that group. Where the model does not see the
/// feature only the cut changes.
///
/// # Errors
/// A column does not fit its model.
pub fn flip(stakeholders: &Stakeholders, judgement: &Judgement, groupings: &[&Grouping]) -> Result<Vec<Flip>> {
    let design = &judgement.design;
    let asked: Vec<&str> = judgement.judged.scorers.iter().flat_map(|scorer| scorer.model.features()).collect();
    let column = |grouping: &Grouping| {
        let place = design.features.iter().position(|feature| [&feature.name] == [&grouping.columns[0]])?;
        (grouping.columns.len() == 1 && asked.contains(&grouping.columns[0].as_str())).then_some(place)
    };
    let mut all = Vec::new();
    for grouping in groupings {
        let column = column(grouping);
        if column.is_some() || cuts(judgement, grouping).is_some() {
            all.extend(of_feature(stakeholders, judgement, grouping, column)?);
        }
    }
    Ok(all)
}

/// The cuts of the groups, where those of this feature have their own.
fn cuts<'a>(judgement: &'a Judgement, grouping: &Grouping) -> Option<&'a [f64]> {
    let by_group = judgement.judged.by_group.as_ref().filter(|of| of.feature == grouping.feature);
    by_group.map(|of| &of.cuts[..])
}

/// `column`: the place of the feature in the design, where the model sees it.
fn of_feature(
    stakeholders: &Stakeholders,
    judgement: &Judgement,
    grouping: &Grouping,
    column: Option<usize>,
) -> Result<Vec<Flip>> {
    let Judgement { table, judged, design, .. } = judgement;
    let mut rows = table.rows_of(judged.reported);
    rows.retain(|row| judged.risk[*row as usize].is_some());
    let others = middles(column.map(|column| &design.features[column]), grouping, &rows);
    let parts: Vec<Vec<Flipped>> = rows
        .par_chunks(BLOCK)
        .map(|rows| of_block(judgement, grouping, column, &others, rows))
        .collect::<Result<_>>()?;
    let confidence = 1.0 - stakeholders.audit.significance;
    Ok(audit::flips(&grouping.feature, &grouping.groups, &parts.concat(), table.n_independent(), confidence))
}

fn of_block(
    judgement: &Judgement,
    grouping: &Grouping,
    column: Option<usize>,
    others: &[(u32, u32)],
    rows: &[u32],
) -> Result<Vec<Flipped>> {
    let Judgement { table, judged, .. } = judgement;
    let (own, cuts) = (|row: u32| judged.risk[row as usize].unwrap_or_default(), cuts(judgement, grouping));
    let mut flipped: Vec<(Flipped, usize)> = rows
        .iter()
        .map(|row| {
            let (group, cluster) = (grouping.member[*row as usize], table.cluster[*row as usize]);
            (Flipped { group, cluster, changed: false, mean: 0.0, max: 0.0 }, 0)
        })
        .collect();
    for &(group, middle) in others {
        let risks = risks(judgement, column.map(|column| (column, middle)), rows)?;
        for (place, (of, n)) in flipped.iter_mut().enumerate().filter(|(_, (of, _))| of.group != group) {
            let (Some(risk), row) = (risks[place], rows[place]) else { continue };
            let (change, cut) = (100.0 * (risk - own(row)).abs(), judged.cut_of(row as usize));
            let other_cut = cuts.map_or(cut, |cuts| cuts[group as usize]);
            of.changed |= (risk >= other_cut) != (own(row) >= cut);
            of.mean += change;
            of.max = of.max.max(change);
            *n += 1;
        }
    }
    let mean = |(of, n): (Flipped, usize)| Flipped { mean: of.mean / n.max(1) as f64, ..of };
    Ok(flipped.into_iter().map(mean).collect())
}

/// Risks of some rows if a column held for all of them what it holds for one row; without a column as they are.
fn risks(judgement: &Judgement, flipped: Option<(usize, u32)>, rows: &[u32]) -> Result<Vec<Option<f64>>> {
    let Judgement { judged, design, .. } = judgement;
    let Some((column, middle)) = flipped else {
        return Ok(rows.iter().map(|row| judged.risk[*row as usize]).collect());
    };
    let source = |place: usize, of: usize| if of == column { middle as usize } else { rows[place] as usize };
    let changed = design.rearranged(rows.len(), source);
    let bound: Vec<Bound<'_>> =
        judged.scorers.iter().map(|scorer| scorer.model.bind(&changed)).collect::<Result<_>>()?;
    let risk = |(place, row): (usize, &u32)| {
        let scorer = usize::from(judged.scorer[*row as usize]?);
        Some(judged.scorers[scorer].calibrator.value(bound[scorer].margin(place)))
    };
    Ok(rows.iter().enumerate().map(risk).collect())
}

/// Of each of the largest groups the number and a row with its middle value; any row of it without a feature.
fn middles(feature: Option<&Feature>, grouping: &Grouping, rows: &[u32]) -> Vec<(u32, u32)> {
    let mut by_group: Vec<Vec<u32>> = vec![Vec::new(); grouping.groups.len()];
    rows.iter().for_each(|row| by_group[grouping.member[*row as usize] as usize].push(*row));
    let mut order: Vec<usize> = (0..by_group.len()).filter(|group| !by_group[*group].is_empty()).collect();
    order.sort_by_key(|group| (std::cmp::Reverse(by_group[*group].len()), *group));
    order.truncate(OTHERS_MAX + 1);
    let of_group = |rows: &[u32]| match feature {
        Some(feature) => middle(feature, rows),
        None => rows.first().copied(),
    };
    order.into_iter().filter_map(|group| Some((group as u32, of_group(&by_group[group])?))).collect()
}

/// A row that has the most frequent level of some rows, or the median of their numbers.
fn middle(feature: &Feature, rows: &[u32]) -> Option<u32> {
    let mut rows = rows.to_vec();
    match &feature.values {
        Values::Numbers { values, .. } => {
            let known = rows.iter().filter(|row| !feature.values.is_missing(**row as usize));
            let mut known: Vec<u32> = known.copied().collect();
            known.sort_by(|a, b| values[*a as usize].total_cmp(&values[*b as usize]).then(a.cmp(b)));
            known.get(known.len() / 2).or(rows.first()).copied()
        }
        Values::Levels { codes, .. } => {
            rows.sort_by_key(|row| (codes[*row as usize], *row));
            let level = rows.chunk_by(|a, b| codes[*a as usize] == codes[*b as usize]);
            level.rev().max_by_key(|level| level.len()).map(|level| level[0])
        }
    }
}
