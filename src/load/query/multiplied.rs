//! Whether a join multiplied rows, and which source did it.

use std::collections::BTreeMap;

use polars::prelude::{DataFrame, DataType};

use super::statement::Shape;
use crate::base::{Error, Result};
use crate::load::Settings;

/// # Errors
/// A key stands in several rows of the result though the base source has it once, and a joined source explains it.
/// Keys that repeat in the base source already are left to the contract.
pub fn check(frame: &DataFrame, frames: &[(String, DataFrame)], query: &Shape, settings: &Settings) -> Result<()> {
    let Some(id) = &settings.id else {
        return Ok(());
    };
    let keys: Vec<&str> = std::iter::once(id).chain(&settings.time).map(String::as_str).collect();
    let Some((key, _)) = first_repeated(frame, &keys) else {
        return Ok(());
    };
    let Some(base) = base(frames, query, id, settings.time.as_deref()) else {
        return Ok(());
    };
    let joined: Vec<(&str, Vec<String>)> = if query.joined.is_empty() {
        frames.iter().map(|(name, _)| (name.as_str(), Vec::new())).collect()
    } else {
        query.joined.iter().map(|(name, columns)| (name.as_str(), columns.clone())).collect()
    };
    for (name, columns) in joined.into_iter().filter(|(name, _)| *name != base.0) {
        let Some((_, source)) = frames.iter().find(|(known, _)| known == name) else {
            continue;
        };
        if let Some(count) = multiplies(source, &columns, base.1, &keys, &key) {
            return Err(error(id, &key, name, count, source, &columns));
        }
    }
    Ok(())
}

/// The source that holds the keys once each: the one after `from`, else the first that does.
fn base<'a>(
    frames: &'a [(String, DataFrame)],
    query: &Shape,
    id: &str,
    time: Option<&str>,
) -> Option<(&'a str, &'a DataFrame)> {
    let unique = |frame: &DataFrame| {
        let keys: Vec<&str> = std::iter::once(id).chain(time.filter(|time| frame.column(time).is_ok())).collect();
        frame.column(id).is_ok() && first_repeated(frame, &keys).is_none()
    };
    match &query.base {
        Some(base) => frames.iter().find(|(name, frame)| name == base && unique(frame)),
        None => frames.iter().find(|(_, frame)| unique(frame)),
    }
    .map(|(name, frame)| (name.as_str(), frame))
}

/// How many rows of `source` meet the base row of a key, where they are several.
fn multiplies(source: &DataFrame, named: &[String], base: &DataFrame, keys: &[&str], key: &[String]) -> Option<usize> {
    let own: Vec<&str> = if named.is_empty() {
        source
            .get_column_names()
            .into_iter()
            .map(polars::prelude::PlSmallStr::as_str)
            .filter(|name| base.column(name).is_ok())
            .collect()
    } else {
        named.iter().map(String::as_str).filter(|name| source.column(name).is_ok()).collect()
    };
    if own.is_empty() {
        return None;
    }
    let in_base: Vec<&str> = keys.iter().copied().filter(|name| base.column(name).is_ok()).collect();
    let rows = texts(base, &in_base)?;
    let row = rows.iter().position(|row| row.as_deref() == key.get(..in_base.len()))?;
    let shared: Option<Vec<String>> = own
        .iter()
        .map(|name| texts(base, &[name]).and_then(|column| column.into_iter().nth(row)??.into_iter().next()))
        .collect();
    // joined by another name, e.g. `c.id = o.customer_id`: the key itself is what both sides hold
    let wanted = shared.or_else(|| key.get(..own.len()).map(<[String]>::to_vec))?;
    let count = texts(source, &own)?.iter().filter(|row| row.as_ref() == Some(&wanted)).count();
    (count > 1).then_some(count)
}

/// The smallest key that stands in several rows, and in how many.
fn first_repeated(frame: &DataFrame, keys: &[&str]) -> Option<(Vec<String>, usize)> {
    let key = keys.iter().map(|name| frame.column(name).ok().cloned()).collect::<Option<Vec<_>>>()?;
    let unique = DataFrame::new(frame.height(), key).and_then(|keys| keys.is_unique()).ok()?;
    if unique.all() {
        return None;
    }
    let mut counts: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for (row, unique) in texts(frame, keys)?.into_iter().zip(unique.iter()) {
        if let (Some(row), Some(false)) = (row, unique) {
            *counts.entry(row).or_default() += 1;
        }
    }
    counts.into_iter().find(|(_, count)| *count > 1)
}

/// Rows of some columns as text; `None` where one is missing.
fn texts(frame: &DataFrame, names: &[&str]) -> Option<Vec<Option<Vec<String>>>> {
    let mut rows = vec![Some(Vec::with_capacity(names.len())); frame.height()];
    for name in names {
        let column = frame.column(name).ok()?.cast(&DataType::String).ok()?;
        for (row, text) in rows.iter_mut().zip(column.str().ok()?.iter()) {
            match (row.as_mut(), text) {
                (Some(row), Some(text)) => row.push(text.to_owned()),
                _ => *row = None,
            }
        }
    }
    Some(rows)
}

fn error(id: &str, key: &[String], name: &str, count: usize, source: &DataFrame, columns: &[String]) -> Error {
    let shown = key.join("`, `");
    let message =
        format!("more than one row for `{id}` `{shown}` after `sql`: source `{name}` holds {count} rows for it");
    let by = columns.first().map_or(id, String::as_str);
    let other =
        source.get_column_names().into_iter().map(polars::prelude::PlSmallStr::as_str).find(|column| *column != by);
    let value = other.map_or_else(|| "count(*) as n".to_owned(), |column| format!("max({column}) as {column}"));
    Error::new(message)
        .finding("multiplied-rows")
        .hint(format!("join an aggregate: `(select {by}, {value} from {name} group by {by}) {name}`"))
}
