//! Several tables to one: a base table, and the others joined to it by columns that they share.

use std::fmt::Write as _;

use polars::prelude::{
    DataFrame, DataType, IntoLazy, JoinArgs, JoinType, MaintainOrderJoin, PlSmallStr, PolarsError, col, len,
};

use super::Looked;
use super::outcome;
use super::profile::{self, Column};
use crate::base::{Error, Result};

/// The table that a config is proposed for.
pub(super) struct Joined {
    /// Which of the tables is the base.
    pub base: usize,
    pub frame: DataFrame,
    /// All columns of the frame, looked at.
    pub columns: Vec<Column>,
    /// `None` for a single table.
    pub sql: Option<String>,
    /// What is to be said of the joins.
    pub notes: Vec<String>,
}

/// A part of the query.
struct Part {
    /// Names of the columns that it adds.
    columns: Vec<String>,
    select: Vec<String>,
    join: String,
}

/// Joins what can be joined; what cannot is named in the notes.
pub(super) fn join(tables: &[Looked<'_>]) -> Result<Joined> {
    let mut profiles = tables.iter().map(|table| profile::columns(table.frame)).collect::<Result<Vec<_>>>()?;
    let base = base(&profiles);
    let first = tables.get(base).ok_or_else(|| Error::new("no table was given, expected at least one file"))?;
    let columns = profiles.get_mut(base).map(std::mem::take).unwrap_or_default();
    let mut joined = Joined { base, frame: first.frame.clone(), columns, sql: None, notes: Vec::new() };
    // which table gives each column of the result
    let mut owners: Vec<(String, String)> =
        names(&joined.frame).into_iter().map(|name| (name, first.source.clone())).collect();
    let mut parts = Vec::new();
    let mut open: Vec<usize> = (0..tables.len()).filter(|table| *table != base).collect();
    // a table may be reachable only by a column that another one brings
    while let Some((place, key)) =
        open.iter().enumerate().find_map(|(place, &table)| Some((place, key(&joined.columns, &profiles[table])?)))
    {
        let table = open.remove(place);
        match part(&mut joined.frame, &mut owners, &tables[table], &profiles[table], &key) {
            Ok(part) => {
                // a join leaves the rows before it as they are, so that only its own columns are new
                joined.columns.extend(profile::columns(&joined.frame.select(&part.columns).map_err(unjoinable)?)?);
                parts.push(part);
            }
            Err(_) => joined.notes.push(format!(
                "`{}` could not be joined by `{key}`: its values are of another type",
                tables[table].source
            )),
        }
    }
    joined.notes.extend(open.iter().map(|&table| {
        format!("`{}` shares no column of keys with the others and is not joined", tables[table].source)
    }));
    if tables.len() > 1 {
        joined.sql = Some(query(&first.source, &parts));
    }
    Ok(joined)
}

/// The table with the surest outcome and a key.
fn base(profiles: &[Vec<Column>]) -> usize {
    let rank = |columns: &Vec<Column>| {
        let rank = outcome::outcome(columns).map_or(usize::MAX, |outcome| outcome.rank);
        (rank, !columns.iter().any(Column::is_key))
    };
    (0..profiles.len()).min_by_key(|&table| rank(&profiles[table])).unwrap_or_default()
}

fn names(frame: &DataFrame) -> Vec<String> {
    frame.get_column_names().into_iter().map(ToString::to_string).collect()
}

/// The shared column whose values overlap most with those of the result; at least half of them must.
fn key(mine: &[Column], other: &[Column]) -> Option<String> {
    let ranked = mine.iter().filter_map(|column| {
        let same = other.iter().find(|same| same.name == column.name)?;
        let id_like = super::names::words(&column.name).last().is_some_and(|word| {
            super::names::IDS.contains(&word.as_str()) || ["code", "zip", "plz"].contains(&word.as_str())
        });
        if !column.is_key() && !same.is_key() && !id_like {
            return None;
        }
        let known: std::collections::BTreeSet<&str> = same.levels.iter().map(|(level, _)| level.as_str()).collect();
        let n_both = column.levels.iter().filter(|(level, _)| known.contains(level.as_str())).count();
        let overlap = n_both as f64 / column.levels.len().max(1) as f64;
        (overlap >= 0.5 && column.levels.len() > 2)
            .then(|| (column.is_key() || same.is_key(), n_both, column.name.clone()))
    });
    ranked.max_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| b.2.cmp(&a.2))).map(|(_, _, name)| name)
}

/// Joins one table, and writes the part of the query that does so.
fn part(
    frame: &mut DataFrame,
    owners: &mut Vec<(String, String)>,
    table: &Looked<'_>,
    columns: &[Column],
    key: &str,
) -> Result<Part> {
    let unique = columns.iter().any(|column| column.name == key && column.levels.len() == column.n_rows());
    let fresh = |name: &str| name != key && !owners.iter().any(|(known, _)| known == name);
    let mut taken: Vec<String> = names(table.frame).into_iter().filter(|name| fresh(name)).collect();
    let mut other = table.frame.clone().lazy();
    let mut source = quoted(&table.source);
    if unique {
        let selection: Vec<_> = std::iter::once(key)
            .chain(taken.iter().map(String::as_str))
            .map(|name| col(PlSmallStr::from_str(name)))
            .collect();
        other = other.select(selection);
    } else {
        let number = |name: &String| {
            table
                .frame
                .column(name)
                .is_ok_and(|column| column.dtype().is_numeric() && *column.dtype() != DataType::Boolean)
        };
        taken.retain(number);
        let count = format!("n_{}", table.source);
        let mut aggregates: Vec<_> = taken.iter().map(|name| col(PlSmallStr::from_str(name)).max()).collect();
        aggregates.push(len().alias(PlSmallStr::from_str(&count)));
        other = other.group_by([col(PlSmallStr::from_str(key))]).agg(aggregates);
        let maxima = taken.iter().map(|name| format!("max({0}) as {0}, ", quoted(name))).collect::<String>();
        source = format!(
            "(select {}, {maxima}count(*) as {} from {source} group by {})",
            quoted(key),
            quoted(&count),
            quoted(key)
        );
        taken.push(count);
    }
    let keys = [col(PlSmallStr::from_str(key))];
    let how = JoinArgs { maintain_order: MaintainOrderJoin::Left, ..JoinArgs::new(JoinType::Left) };
    let left = frame.clone().lazy().join(other, keys.clone(), keys, how);
    *frame = left.collect().map_err(unjoinable)?;
    let owner = owners.iter().find(|(name, _)| name == key).map(|(_, owner)| owner.clone()).unwrap_or_default();
    let alias = if unique { table.source.clone() } else { format!("{}_by_key", table.source) };
    let mut join = format!("left join {source}");
    if !unique {
        let _ = write!(join, " as {}", quoted(&alias));
    }
    let _ = write!(join, " on {}.{} = {}.{}", quoted(&owner), quoted(key), quoted(&alias), quoted(key));
    let select = taken.iter().map(|name| format!("{}.{}", quoted(&alias), quoted(name))).collect();
    owners.extend(taken.iter().map(|name| (name.clone(), alias.clone())));
    Ok(Part { columns: taken, select, join })
}

fn unjoinable(error: PolarsError) -> Error {
    Error::new(format!("the tables cannot be joined: {error}"))
}

fn query(base: &str, parts: &[Part]) -> String {
    let mut columns = vec![format!("{}.*", quoted(base))];
    columns.extend(parts.iter().flat_map(|part| part.select.clone()));
    let mut sql = format!("select {}\nfrom {}", columns.join(",\n  "), quoted(base));
    for part in parts {
        sql.push('\n');
        sql.push_str(&part.join);
    }
    sql
}

/// A name in SQL, always in quotes: the words that SQL reserves are many, and differ between its dialects.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
