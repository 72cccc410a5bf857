//! Hidden groups of a feature, told together.
//!
//! What groups that are hidden add up to is no secret: it is the total less the groups that are shown. Told as one
//! row, it spares the reader a feature whose largest group is missing only because the smallest one must not follow.

use std::collections::BTreeMap;

use super::cells::{POPULATIONS, Subjects};
use super::disaggregate::disaggregate_counts;
use super::row::Row;
use super::{Settings, publish};
use crate::base::groups::Grouping;
use crate::base::population::Population;

const METRIC: &str = "selection_rate";

/// The selection rate of the groups together whose own is suppressed in `public`, per plain feature and population;
/// the row's group is named `M or (missing)`.
///
/// Left out where all groups are hidden, and where the groups together are still too small to be published.
pub fn pool(subjects: &Subjects, groupings: &[Grouping], public: &[Row], settings: &Settings) -> Vec<Row> {
    let mut pooled = Vec::new();
    for grouping in groupings.iter().filter(|grouping| grouping.columns.len() == 1) {
        for population in POPULATIONS {
            let hidden = hidden(grouping, population, public);
            let n_hidden = hidden.iter().filter(|hidden| **hidden).count();
            if n_hidden < 2 || n_hidden == hidden.len() {
                continue;
            }
            let merged = merge(grouping, &hidden);
            // a rate to be shown, not one more comparison
            let settings = &Settings { limits: BTreeMap::new(), ..settings.clone() };
            let rows = publish(&disaggregate_counts(subjects, std::slice::from_ref(&merged), settings), settings);
            let name = merged.groups.last();
            pooled.extend(rows.into_iter().filter(|row| {
                row.metric == METRIC && row.population == population && Some(&row.group) == name && !row.suppressed
            }));
        }
    }
    pooled
}

/// Whether each group's selection rate is suppressed.
fn hidden(grouping: &Grouping, population: Population, public: &[Row]) -> Vec<bool> {
    let is_hidden = |group: &String| {
        public.iter().any(|row| {
            row.suppressed
                && row.metric == METRIC
                && row.population == population
                && row.feature == grouping.feature
                && row.group == *group
        })
    };
    grouping.groups.iter().map(is_hidden).collect()
}

/// The grouping with its hidden groups as one, the last.
fn merge(grouping: &Grouping, hidden: &[bool]) -> Grouping {
    let of = |wanted: bool| {
        grouping.groups.iter().zip(hidden).filter(move |(_, hidden)| **hidden == wanted).map(|(group, _)| group.clone())
    };
    let mut groups: Vec<String> = of(false).collect();
    let n_shown = groups.len() as u32;
    groups.push(any_of(&of(true).collect::<Vec<_>>()));
    let mut next = 0..n_shown;
    let code: Vec<u32> =
        hidden.iter().map(|hidden| if *hidden { n_shown } else { next.next().unwrap_or(n_shown) }).collect();
    let member = grouping.member.iter().map(|group| code[*group as usize]).collect();
    Grouping { feature: grouping.feature.clone(), columns: grouping.columns.clone(), groups, member }
}

/// `M or (missing)`, `a, b or c`.
fn any_of(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
