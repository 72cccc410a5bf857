//! Flip test of sensitive features that the model uses: every reported subject is scored again as one of each other group.

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
/// A subject is given the value of another group's middle subject: its most frequent level, or the median of its numbers.
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
        if let Some(column) = column(grouping) {
            all.extend(of_feature(stakeholders, judgement, grouping, column)?);
        }
    }
    Ok(all)
}

fn of_feature(
    stakeholders: &Stakeholders,
    judgement: &Judgement,
    grouping: &Grouping,
    column: usize,
) -> Result<Vec<Flip>> {
    let Judgement { table, judged, design, .. } = judgement;
    let mut rows = table.rows_of(judged.reported);
    rows.retain(|row| judged.risk[*row as usize].is_some());
    let others = middles(&design.features[column], grouping, &rows);
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
    column: usize,
    others: &[(u32, u32)],
    rows: &[u32],
) -> Result<Vec<Flipped>> {
    let Judgement { table, judged, design, .. } = judgement;
    let own = |row: u32| judged.risk[row as usize].unwrap_or_default();
    let mut flipped: Vec<(Flipped, usize)> = rows
        .iter()
        .map(|row| {
            let (group, cluster) = (grouping.member[*row as usize], table.cluster[*row as usize]);
            (Flipped { group, cluster, changed: false, mean: 0.0, max: 0.0 }, 0)
        })
        .collect();
    for &(group, middle) in others {
        let source = |place: usize, of: usize| if of == column { middle as usize } else { rows[place] as usize };
        let changed = design.rearranged(rows.len(), source);
        let bound: Vec<Bound<'_>> =
            judged.scorers.iter().map(|scorer| scorer.model.bind(&changed)).collect::<Result<_>>()?;
        for (place, (of, n)) in flipped.iter_mut().enumerate().filter(|(_, (of, _))| of.group != group) {
            let Some(scorer) = judged.scorer[rows[place] as usize].map(usize::from) else { continue };
            let risk = judged.scorers[scorer].calibrator.value(bound[scorer].margin(place));
            let change = 100.0 * (risk - own(rows[place])).abs();
            of.changed |= (risk >= judged.selected_from) != (own(rows[place]) >= judged.selected_from);
            of.mean += change;
            of.max = of.max.max(change);
            *n += 1;
        }
    }
    let mean = |(of, n): (Flipped, usize)| Flipped { mean: of.mean / n.max(1) as f64, ..of };
    Ok(flipped.into_iter().map(mean).collect())
}

/// Of each of the largest groups the number and a row with its middle value.
fn middles(feature: &Feature, grouping: &Grouping, rows: &[u32]) -> Vec<(u32, u32)> {
    let mut by_group: Vec<Vec<u32>> = vec![Vec::new(); grouping.groups.len()];
    rows.iter().for_each(|row| by_group[grouping.member[*row as usize] as usize].push(*row));
    let mut order: Vec<usize> = (0..by_group.len()).filter(|group| !by_group[*group].is_empty()).collect();
    order.sort_by_key(|group| (std::cmp::Reverse(by_group[*group].len()), *group));
    order.truncate(OTHERS_MAX + 1);
    order.into_iter().filter_map(|group| Some((group as u32, middle(feature, &by_group[group])?))).collect()
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
