//! Rows equal in all columns but the key, outcome included; and rows that the model cannot tell apart.

use polars::prelude::{Column, DataFrame, DataType};
use rayon::prelude::*;

use super::super::{self as load, Duplicates, Role, Settings};
use super::clusters::Clusters;
use super::{Rows, cells, words};
use crate::base::{Finding, Result, Severity};

/// Over this share of surplus rows the finding is a warning.
const MANY: f64 = 0.2;

/// Groups of rows, at least two rows each, both lists in a fixed order.
pub struct Copies {
    /// Rows equal in all columns but the key, outcome included: *duplicates*, which are counted and may be dropped.
    pub equal: Vec<Vec<u32>>,
    /// Rows equal in all features, be they sensitive or not: *alike*. Filled where they are to share a fold.
    ///
    /// Neither the outcome nor a column that may know it (leaks, columns that the config excludes) is looked at:
    /// rows with the same features and different outcomes would be parted by their outcome, and each would be scored
    /// by models that met those features with the opposite outcome only. Duplicates are alike, so they share a
    /// cluster too.
    pub alike: Vec<Vec<u32>>,
}

/// Finds both. The key is `id` and `time`; without a declared id every column counts but `time`.
///
/// Rows are grouped by a 64-bit hash of their cells and then compared cell by cell, so no two different rows are
/// ever called equal.
///
/// # Errors
/// polars cannot read what it made itself.
pub fn find(frame: &DataFrame, roles: &[load::Column], settings: &Settings) -> Result<Copies> {
    let of_role = |wanted: fn(&Role) -> bool| -> Vec<&Column> {
        frame.columns().iter().zip(roles).filter(|(_, role)| wanted(&role.role)).map(|(column, _)| column).collect()
    };
    let features = of_role(|role| *role == Role::Feature);
    let others = of_role(|role| !matches!(role, Role::Feature | Role::Id | Role::Time));
    let mut hashes = vec![0u64; frame.height()];
    add_hashes(&mut hashes, &features)?;
    let alike = if settings.duplicates == Duplicates::Together { groups(&hashes, &features)? } else { Vec::new() };
    add_hashes(&mut hashes, &others)?;
    let all: Vec<&Column> = features.into_iter().chain(others).collect();
    Ok(Copies { equal: groups(&hashes, &all)?, alike })
}

/// Mixes the cells of some columns into the hash of each row.
fn add_hashes(hashes: &mut [u64], columns: &[&Column]) -> Result<()> {
    for pair in columns.chunks(2) {
        let each: Vec<Vec<u64>> = pair.par_iter().map(|column| cells::hashes(column)).collect::<Result<_>>()?;
        for column in each {
            hashes.par_iter_mut().zip(column).for_each(|(hash, cell)| *hash = cells::mix(*hash ^ cell));
        }
    }
    Ok(())
}

/// Groups of rows with the same hash that are equal in all columns; none where there is no column.
fn groups(hashes: &[u64], columns: &[&Column]) -> Result<Vec<Vec<u32>>> {
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let mut sorted: Vec<(u64, u32)> = hashes.iter().copied().zip(0u32..).collect();
    sorted.par_sort_unstable();
    let same = sorted.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1);
    let mut groups: Vec<Vec<u32>> = same.map(|group| group.iter().map(|(_, row)| *row).collect()).collect();
    for column in columns {
        groups = split_unequal(groups, column)?;
    }
    Ok(groups)
}

/// Parts groups whose rows differ in a column.
fn split_unequal(groups: Vec<Vec<u32>>, column: &Column) -> Result<Vec<Vec<u32>>> {
    if groups.is_empty() {
        return Ok(groups);
    }
    if let Some(texts) = cells::text(column) {
        return Ok(groups.into_iter().flat_map(|group| part(group, |row| texts.get(row as usize))).collect());
    }
    if let Ok(values) = column.i64() {
        return Ok(groups.into_iter().flat_map(|group| part(group, |row| values.get(row as usize))).collect());
    }
    if matches!(column.dtype(), DataType::Datetime(..)) {
        let exact = column.cast(&DataType::Int64).map_err(|error| cells::broken(&error))?;
        return split_unequal(groups, &exact);
    }
    let values = cells::numbers(column)?.unwrap_or_default();
    let bits = |row: u32| values.get(row as usize).map(|value| (value + 0.0).to_bits());
    Ok(groups.into_iter().flat_map(|group| part(group, bits)).collect())
}

fn part<T: PartialEq>(group: Vec<u32>, cell: impl Fn(u32) -> T) -> Vec<Vec<u32>> {
    let same = group.windows(2).all(|pair| cell(pair[0]) == cell(pair[1]));
    if same {
        return vec![group];
    }
    let mut parts: Vec<Vec<u32>> = Vec::new();
    for row in group {
        match parts.iter_mut().find(|part| cell(part[0]) == cell(row)) {
            Some(part) => part.push(row),
            None => parts.push(vec![row]),
        }
    }
    parts.retain(|part| part.len() > 1);
    parts
}

/// Tells how many rows are duplicates, all but one of each group, and that rows were not joined, where they are many.
pub fn report(copies: &Copies, clusters: &Clusters, rows: &Rows, settings: &Settings, findings: &mut Vec<Finding>) {
    if clusters.n_crowded() > 0 {
        findings.push(few_patterns(clusters, rows.keys.len()));
    }
    let surplus: usize = copies.equal.iter().map(|group| group.len() - 1).sum();
    let is_loose = |group: &&Vec<u32>| clusters.is_crowded(group[0]);
    let loose: usize = copies.equal.iter().filter(is_loose).map(|group| group.len() - 1).sum();
    let Some(first) = copies.equal.iter().filter_map(|group| group.get(1)).min() else { return };
    let n = rows.keys.len();
    let what = match settings.duplicates {
        Duplicates::Together if loose == surplus => "each is dealt to a fold by itself".to_owned(),
        Duplicates::Together if loose > 0 => {
            format!(
                "{} stay on one side of a fold, the others have too many alike to be copies",
                words::count(surplus - loose)
            )
        }
        Duplicates::Together => "they stay on one side of a fold".to_owned(),
        Duplicates::Drop => "they were left out".to_owned(),
        Duplicates::Keep => "they were kept as they are".to_owned(),
    };
    let first = *first as usize;
    let message = format!(
        "{} of {} equal another in all columns but the key ({} distinct, first: {}); {what}",
        words::count(surplus),
        words::rows(n),
        words::count(n - surplus),
        rows.keys.place(first)
    );
    let copied = if loose < surplus { surplus - loose } else { surplus };
    let code = if words::ratio(copied, n) > MANY { "many-duplicate-rows" } else { "duplicate-rows" };
    let finding = Finding::new(code, message).count(surplus).first_row(rows.keys.number(first));
    findings.push(match settings.duplicates {
        Duplicates::Drop => finding,
        _ if loose == surplus => finding.severity(Severity::Info),
        _ => finding.hint("set `duplicates = \"drop\"` to keep one of each"),
    });
}

fn few_patterns(clusters: &Clusters, n_rows: usize) -> Finding {
    let message = format!(
        "{} of {} have the same features as many others: that is no accident but few levels, so each row is dealt to a \
         fold by itself",
        words::count(clusters.n_crowded()),
        words::rows(n_rows)
    );
    Finding::new("few-patterns", message)
        .count(clusters.n_crowded())
        .hint("`duplicates = \"keep\"` says so in the config and ends this finding")
}
