//! Whether a join multiplied rows, and which source did it.

use std::collections::BTreeMap;

use polars::prelude::{DataFrame, DataType};

use super::statement::Shape;
use crate::base::{Error, Result};
use crate::load::Settings;

/// Looks at keys where an id is declared, else at the number of rows.
///
/// # Errors
/// A key stands in several rows of the result though the base source has it once, and a joined source explains it.
/// Keys that repeat in the base source already are left to the contract.
/// Without an id: the result has more rows than the base source, and only joins can have made them.
pub fn check(frame: &DataFrame, frames: &[(String, DataFrame)], query: &Shape, settings: &Settings) -> Result<()> {
    match &settings.id {
        Some(id) => check_keys(frame, frames, query, id, settings),
        None => check_rows(frame, frames, query),
    }
}

fn check_keys(
    frame: &DataFrame,
    frames: &[(String, DataFrame)],
    query: &Shape,
    id: &str,
    settings: &Settings,
) -> Result<()> {
    let keys: Vec<&str> = std::iter::once(id).chain(settings.time.as_deref()).collect();
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

/// Without an id a row stands for a subject, so a query that gives more rows than its base counts subjects twice.
fn check_rows(frame: &DataFrame, frames: &[(String, DataFrame)], query: &Shape) -> Result<()> {
    let of_name = |wanted: &str| frames.iter().find(|(name, _)| name == wanted).map(|(_, frame)| frame);
    let Some((name, base)) = query.base.as_ref().and_then(|name| Some((name, of_name(name)?))) else {
        return Ok(());
    };
    if !query.lengthens_by_joins_only || frame.height() <= base.height() {
        return Ok(());
    }
    let message = format!(
        "{} rows after `sql`, though `{name}`, which stands after `from`, has {}",
        frame.height(),
        base.height()
    );
    let by_id = "declare the `id` of a row, or join an aggregate";
    for (joined, named) in query.joined.iter().filter(|(joined, _)| joined != name) {
        let Some(source) = of_name(joined) else { continue };
        let columns = join_columns(source, named, base);
        if let Some((key, count)) = first_repeated(source, &columns) {
            let by = columns.join("`, `");
            let told = format!("{message}: source `{joined}` holds {count} rows for `{by}` `{}`", key.join("`, `"));
            let select = aggregate(source, joined, columns.first().copied().unwrap_or_default());
            return Err(Error::new(told).finding("multiplied-rows").hint(format!("{by_id}: {select}")));
        }
    }
    Err(Error::new(format!("{message}: a join multiplied them")).finding("multiplied-rows").hint(by_id))
}

/// The columns of a joined source by which it is joined: those that the query names, else those that it shares.
fn join_columns<'a>(source: &'a DataFrame, named: &'a [String], base: &DataFrame) -> Vec<&'a str> {
    if named.is_empty() {
        let names = source.get_column_names().into_iter().map(polars::prelude::PlSmallStr::as_str);
        return names.filter(|name| base.column(name).is_ok()).collect();
    }
    named.iter().map(String::as_str).filter(|name| source.column(name).is_ok()).collect()
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
    let own = join_columns(source, named, base);
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
    if key.is_empty() {
        return None;
    }
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
    Error::new(message).finding("multiplied-rows").hint(format!("join an aggregate: {}", aggregate(source, name, by)))
}

/// What can be joined in place of a source that holds several rows for a key.
fn aggregate(source: &DataFrame, name: &str, by: &str) -> String {
    let other =
        source.get_column_names().into_iter().map(polars::prelude::PlSmallStr::as_str).find(|column| *column != by);
    let value = other.map_or_else(|| "count(*) as n".to_owned(), |column| format!("max({column}) as {column}"));
    format!("`(select {by}, {value} from {name} group by {by}) {name}`")
}
