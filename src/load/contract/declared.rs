//! Columns that the config names: do they exist, and can they be what it says?

use polars::prelude::{Column, DataFrame, DataType};

use super::super::{ColumnKind, Settings};
use super::cells;
use crate::base::error::nearest;
use crate::base::{Error, Result};

/// Whether every declared column exists.
///
/// # Errors
/// One problem for each that does not, in the order of the config, with the nearest name that does exist.
pub fn exist(frame: &DataFrame, settings: &Settings) -> Result<()> {
    let names: Vec<&str> = frame.columns().iter().map(|column| column.name().as_str()).collect();
    let mut missing: Vec<&str> = Vec::new();
    for name in declared(settings) {
        if !names.contains(&name) && !missing.contains(&name) {
            missing.push(name);
        }
    }
    Error::all(missing.into_iter().map(|name| {
        let hint = nearest(name, names.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        Error::new(format!("column `{name}` is not in the table")).hint_opt(hint)
    }))
}

fn declared(settings: &Settings) -> impl Iterator<Item = &str> {
    let single = [
        settings.id.as_deref(),
        settings.time.as_deref(),
        settings.entity.as_deref(),
        settings.outcome.as_ref().map(|outcome| outcome.column.as_str()),
        settings.value.as_deref(),
    ];
    single
        .into_iter()
        .flatten()
        .chain(settings.sensitive.iter().map(String::as_str))
        .chain(settings.exclude.iter().map(String::as_str))
        .chain(settings.columns.keys().map(String::as_str))
}

/// Whether the declared columns hold what their use needs.
///
/// # Errors
/// One problem for each that does not.
pub fn fit(frame: &DataFrame, settings: &Settings) -> Result<()> {
    let column = |name: &Option<String>| name.as_ref().and_then(|name| frame.column(name).ok());
    let mut errors = Vec::new();
    if let Some(time) = column(&settings.time).filter(|time| !cells::is_date(time)) {
        errors.push(
            wrong(time, "time", "dates")
                .hint(format!("add `date_format = \"%Y-%m-%d\"` under {}", super::words::section(time.name()))),
        );
    }
    if let Some(value) = column(&settings.value).filter(|value| !value.dtype().is_numeric()) {
        errors.push(wrong(value, "value", "numbers"));
    }
    let outcome = settings.outcome.as_ref().and_then(|outcome| frame.column(&outcome.column).ok());
    if let Some(outcome) = outcome.filter(|outcome| cells::is_date(outcome)) {
        errors.push(wrong(outcome, "outcome", "levels such as \"yes\" and \"no\"").hint(format!(
            "make it in `sql`: `case when \"{}\" is null then 'no' else 'yes' end as outcome`",
            outcome.name()
        )));
    }
    for (name, said) in &settings.columns {
        let kind = said.kind.zip(frame.column(name).ok());
        if let Some((kind, column)) = kind.filter(|(kind, column)| !can_be(column, *kind)) {
            errors.push(wrong(column, kind_name(kind), "something that can be read so"));
        }
    }
    Error::all(errors)
}

fn wrong(column: &Column, declared: &str, expected: &str) -> Error {
    let (name, holds) = (column.name(), cells::noun(column));
    Error::new(format!("column `{name}` is declared as {declared} but holds {holds}, expected {expected}"))
}

fn kind_name(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Number => "number",
        ColumnKind::Boolean => "boolean",
        ColumnKind::Date => "date",
        ColumnKind::Level => "level",
        ColumnKind::Text => "text",
    }
}

/// Whether the cells of a column can be taken as `kind`; a column without any value can be anything.
fn can_be(column: &Column, kind: ColumnKind) -> bool {
    if column.null_count() == column.len() {
        return true;
    }
    match kind {
        ColumnKind::Level => true,
        ColumnKind::Text => column.dtype() == &DataType::String,
        ColumnKind::Number => column.dtype().is_numeric() || column.dtype() == &DataType::Boolean,
        ColumnKind::Date => cells::is_date(column),
        ColumnKind::Boolean => match cells::numbers(column) {
            Ok(Some(values)) if !cells::is_date(column) => {
                values.iter().all(|value| value.is_nan() || *value == 0.0 || *value == 1.0)
            }
            _ => false,
        },
    }
}
