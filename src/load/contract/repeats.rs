//! Levels that name the same rows in several columns.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::super::{Column, ColumnKind, Role};
use super::cells::mix;
use super::profile::{BLANK, Levels, Profile};
use super::{Rows, words};
use crate::base::Finding;

/// Fewer rows may coincide by chance.
const FEWEST: usize = 10;

/// A level's rows: how many, and the sum of their scrambled numbers, equal for equal sets of rows.
type Fingerprint = (usize, u64);

/// Reports columns whose levels go one to one with those of another, and single levels (of at least ten rows) that
/// stand for the same rows in several columns, such as `No internet service`. Levels, booleans and numbers of 0 and 1.
pub fn find(profiles: &[Profile], rows: &Rows, roles: &[Column], findings: &mut Vec<Finding>) {
    let columns: Vec<(&Profile, &Levels)> = profiles
        .iter()
        .zip(roles)
        .filter(|(_, role)| role.role == Role::Feature && matches!(role.kind, ColumnKind::Level | ColumnKind::Boolean))
        .filter_map(|(profile, _)| profile.levels.as_ref().map(|levels| (profile, levels)))
        .filter(|(_, levels)| levels.names.len() > 1)
        .collect();
    let prints: Vec<Vec<Fingerprint>> = columns.par_iter().map(|(_, levels)| fingerprints(levels)).collect();
    let mut whole: BTreeMap<Vec<Fingerprint>, usize> = BTreeMap::new();
    let mut places: BTreeMap<Fingerprint, Vec<(usize, usize)>> = BTreeMap::new();
    for (at, prints) in prints.iter().enumerate() {
        let mut key = prints.clone();
        key.sort_unstable();
        if let Some(first) = whole.get(&key) {
            findings.push(same_column(columns[at].0, columns[*first].0, columns[at].1.names.len()));
            continue;
        }
        whole.insert(key, at);
        for (level, print) in prints.iter().enumerate().filter(|(_, print)| print.0 >= FEWEST) {
            places.entry(*print).or_default().push((at, level));
        }
    }
    let mut repeated: Vec<(Vec<(usize, usize)>, Fingerprint)> =
        places.into_iter().filter(|(_, places)| places.len() > 1).map(|(print, places)| (places, print)).collect();
    repeated.sort();
    findings.extend(repeated.iter().map(|(places, print)| same_level(places, print.0, &columns, rows)));
}

/// One for each level; the last for blanks, where there are any.
fn fingerprints(levels: &Levels) -> Vec<Fingerprint> {
    let mut prints = vec![(0usize, 0u64); levels.names.len() + 1];
    for (row, code) in (0u64..).zip(&levels.codes) {
        let at = if *code == BLANK { levels.names.len() } else { usize::from(*code) };
        let print = &mut prints[at];
        *print = (print.0 + 1, print.1.wrapping_add(mix(row)));
    }
    prints.retain(|print| print.0 > 0);
    prints
}

fn same_column(column: &Profile, first: &Profile, n_levels: usize) -> Finding {
    let message = format!(
        "the {n_levels} levels of `{}` go one to one with those of `{}`: it tells nothing new",
        column.name, first.name
    );
    Finding::new("collinear", message)
        .column(column.name.as_str())
        .hint(format!("add {} to `exclude`", words::quote(&column.name)))
}

fn same_level(places: &[(usize, usize)], count: usize, columns: &[(&Profile, &Levels)], rows: &Rows) -> Finding {
    let name =
        |(at, level): (usize, usize)| -> &str { columns[at].1.names.get(level).map_or("(blank)", String::as_str) };
    let mut by_level: Vec<(&str, Vec<&str>)> = Vec::new();
    for place in places {
        let (level, column) = (name(*place), columns[place.0].0.name.as_str());
        match by_level.iter_mut().find(|(known, _)| *known == level) {
            Some((_, names)) => names.push(column),
            None => by_level.push((level, vec![column])),
        }
    }
    let told: Vec<String> =
        by_level.iter().map(|(level, names)| format!("`{level}` in {}", words::list(names, 6))).collect();
    let (at, level) = places[1];
    let code = u8::try_from(level).ok().filter(|_| level < columns[at].1.names.len()).unwrap_or(BLANK);
    let first = columns[at].1.codes.iter().position(|other| *other == code).unwrap_or_default();
    let message = format!("the same {} hold {}", words::rows(count), told.join(" and "));
    Finding::new("collinear", message)
        .column(columns[at].0.name.as_str())
        .count(count)
        .first_row(rows.keys.number(first))
}
