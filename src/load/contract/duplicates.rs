//! Rows equal in all columns but the key, outcome included.

use polars::prelude::{Column, DataFrame, DataType};
use rayon::prelude::*;

use super::super::{Duplicates, Settings};
use super::{Rows, cells, words};
use crate::base::{Finding, Result};

/// Over this share of surplus rows the finding is a warning.
const MANY: f64 = 0.2;

/// Groups of equal rows, at least two rows each, ascending; a finding counts the surplus: all but one of each group.
/// The key is `id` and `time`; without a declared id every column counts but `time`.
///
/// Rows are grouped by a 64-bit hash of their cells and then compared cell by cell, so no two different rows are
/// ever called equal.
///
/// # Errors
/// polars cannot read what it made itself.
pub fn find(frame: &DataFrame, rows: &Rows, settings: &Settings, findings: &mut Vec<Finding>) -> Result<Vec<Vec<u32>>> {
    let is_key = |column: &&Column| {
        let name = Some(column.name().as_str());
        name == settings.id.as_deref() || name == settings.time.as_deref()
    };
    let columns: Vec<&Column> = frame.columns().iter().filter(|column| !is_key(column)).collect();
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let mut groups = candidates(&columns, frame.height())?;
    for column in columns {
        groups = split_unequal(groups, column)?;
    }
    report(&groups, rows, settings, findings);
    Ok(groups)
}

/// Groups of rows with the same hash over all columns.
fn candidates(columns: &[&Column], n_rows: usize) -> Result<Vec<Vec<u32>>> {
    let mut hashes = vec![0u64; n_rows];
    for pair in columns.chunks(2) {
        let each: Vec<Vec<u64>> = pair.par_iter().map(|column| cells::hashes(column)).collect::<Result<_>>()?;
        for column in each {
            hashes.par_iter_mut().zip(column).for_each(|(hash, cell)| *hash = cells::mix(*hash ^ cell));
        }
    }
    let mut sorted: Vec<(u64, u32)> = hashes.into_iter().zip(0u32..).collect();
    sorted.par_sort_unstable();
    let groups = sorted.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1);
    Ok(groups.map(|group| group.iter().map(|(_, row)| *row).collect()).collect())
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

fn report(groups: &[Vec<u32>], rows: &Rows, settings: &Settings, findings: &mut Vec<Finding>) {
    let surplus: usize = groups.iter().map(|group| group.len() - 1).sum();
    let Some(first) = groups.iter().filter_map(|group| group.get(1)).min() else { return };
    let n = rows.keys.len();
    let what = match settings.duplicates {
        Duplicates::Together => "they stay on one side of a fold",
        Duplicates::Drop => "they were left out",
        Duplicates::Keep => "they were kept as they are",
    };
    let row = rows.keys.number(*first as usize);
    let message = format!(
        "{} of {} equal another in all columns but the key ({} distinct, first: row {row}); {what}",
        words::count(surplus),
        words::rows(n),
        words::count(n - surplus)
    );
    let code = if words::ratio(surplus, n) > MANY { "many-duplicate-rows" } else { "duplicate-rows" };
    let finding = Finding::new(code, message).count(surplus).first_row(row);
    findings.push(match settings.duplicates {
        Duplicates::Drop => finding,
        _ => finding.hint("set `duplicates = \"drop\"` to keep one of each"),
    });
}
