//! Sources joined and shaped by one SQL query.

mod multiplied;
mod order;
mod statement;
mod steady;

use polars::prelude::{DataFrame, IntoLazy, PolarsError};
use polars::sql::SQLContext;

use super::Settings;
use super::read::normal;
use crate::base::error::nearest;
use crate::base::{Error, Finding, Result};

/// The table of a stakeholder group, not yet checked.
pub struct Joined {
    pub frame: DataFrame,
    pub findings: Vec<Finding>,
}

/// The `keys` of subjects and all columns that the query equates with them, by name.
pub fn keys(sql: Option<&str>, keys: &[&str]) -> Vec<String> {
    sql.map_or_else(|| keys.iter().map(|key| (*key).to_owned()).collect(), |sql| statement::keys(sql, keys))
}

/// The only source as it is, or what the query makes of all sources.
///
/// The rows of a query are brought into one fixed order, whatever `order by` it ends with: by id and time, then by all
/// other columns.
///
/// # Errors
/// Several sources and no query; a query that is not one `select`, names what does not exist, or multiplies rows.
pub fn join(frames: &[(String, DataFrame)], settings: &Settings) -> Result<Joined> {
    let Some(sql) = &settings.sql else {
        return only(frames);
    };
    let query = statement::parse(sql, frames)?;
    let mut context = SQLContext::new();
    for (name, frame) in frames {
        context.register(name, frame.clone().lazy());
    }
    let collected = context.execute(sql).and_then(|query| steady::query(query).collect());
    let frame = normalized(&collected.map_err(|error| failed(&error, frames))?)?;
    let frame = order::fixed(frame, settings).map_err(|error| failed(&error, frames))?;
    multiplied::check(&frame, frames, &query, settings)?;
    Ok(Joined { frame, findings: Vec::new() })
}

fn only(frames: &[(String, DataFrame)]) -> Result<Joined> {
    match frames {
        [(_, frame)] => Ok(Joined { frame: frame.clone(), findings: Vec::new() }),
        [] => Err(Error::new("no source is declared")
            .hint("add `customers = \"customers.csv\"` under `[stakeholders.sources]`")),
        _ => {
            let names: Vec<String> = frames.iter().map(|(name, _)| format!("`{name}`")).collect();
            let message = format!("{} sources ({}) but no `sql` that joins them", frames.len(), names.join(", "));
            let first = frames.first().map_or("", |(name, _)| name.as_str());
            let second = frames.get(1).map_or("", |(name, _)| name.as_str());
            Err(Error::new(message).hint(format!("`sql = \"select * from {first} left join {second} using (id)\"`")))
        }
    }
}

fn normalized(frame: &DataFrame) -> Result<DataFrame> {
    let mut columns = Vec::with_capacity(frame.width());
    for column in frame.columns() {
        let nested = || {
            Error::new(format!("`sql` makes column `{}` a list or struct, expected single values", column.name()))
                .hint("aggregate it, e.g. `max(…)`, or leave it out")
        };
        columns.push(normal::column(column)?.ok_or_else(nested)?);
    }
    DataFrame::new(frame.height(), columns).map_err(|error| Error::new(format!("`sql` failed: {error}")))
}

/// An error of polars in one line, with the column that was most likely meant.
fn failed(error: &PolarsError, frames: &[(String, DataFrame)]) -> Error {
    let whole = error.to_string();
    let line = whole.lines().next().unwrap_or_default().trim();
    let mut columns: Vec<&str> = frames
        .iter()
        .flat_map(|(_, frame)| frame.get_column_names())
        .map(polars::prelude::PlSmallStr::as_str)
        .collect();
    columns.sort_unstable();
    columns.dedup();
    let missing = |text: &str| {
        text.contains("not found") || text.contains("unable to find") || text.contains("unable to resolve")
    };
    let unknown = quoted(line).into_iter().find(|name| !columns.contains(&name.rsplit('.').next().unwrap_or(name)));
    if let Some(name) = unknown.filter(|_| missing(&line.to_lowercase())) {
        let bare = name.rsplit('.').next().unwrap_or(&name);
        let near = nearest(bare, columns.iter().copied());
        let hint = near
            .map_or_else(|| format!("the sources have {}", listed(&columns)), |near| format!("did you mean `{near}`?"));
        return Error::new(format!("`sql` names column `{bare}`, which no source has")).hint(hint);
    }
    let hint = if whole.contains("datatypes of join keys") {
        "give both sides one type, e.g. `on a.id = cast(b.id as varchar)`"
    } else {
        "try the query in parts; it is the SQL of polars, in which names are quoted with \"\""
    };
    Error::new(format!("`sql` failed: {line}")).hint(hint)
}

/// What stands in quotes of any kind.
fn quoted(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    for quote in ['\'', '"', '`'] {
        names.extend(line.split(quote).skip(1).step_by(2).map(str::to_owned));
    }
    names
}

fn listed(columns: &[&str]) -> String {
    let some: Vec<String> = columns.iter().take(12).map(|name| format!("`{name}`")).collect();
    format!("{}{}", some.join(", "), if columns.len() > 12 { ", …" } else { "" })
}
