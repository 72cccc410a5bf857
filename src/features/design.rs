//! Typed columns to the model's plain ones.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use polars::prelude::{Column as Series, DataType, PolarsError};
use rayon::prelude::*;

use super::Settings;
use crate::base::design::{Design, Feature, FeatureKind, MISSING, Values};
use crate::base::error::nearest;
use crate::base::saved::FeatureSchema;
use crate::base::{Error, Finding, Result};
use crate::load::{Column, ColumnKind, Role, Table};

/// What [`build`] gives.
pub struct Built {
    pub design: Design,
    pub findings: Vec<Finding>,
}

/// The design of a table: every column whose role is feature, less the sensitive ones that are not let in.
///
/// Dates become days before the row's own time, before `as_of` where the table has no time. Blanks stay missing.
///
/// # Errors
/// A column cannot be read as the kind it was found to be.
pub fn build(table: &Table, as_of: NaiveDate, settings: &Settings) -> Result<Built> {
    let kept_out: BTreeSet<&str> = settings
        .sensitive
        .iter()
        .filter(|sensitive| !sensitive.used)
        .map(|sensitive| sensitive.column.as_str())
        .collect();
    let columns: Vec<_> = table
        .columns
        .iter()
        .filter(|column| column.role == Role::Feature && !kept_out.contains(column.name.as_str()))
        .filter(|column| column.kind != ColumnKind::Text)
        .collect();
    let kind = |column: &Column| match column.kind {
        ColumnKind::Number => FeatureKind::Number,
        ColumnKind::Boolean => FeatureKind::Boolean,
        ColumnKind::Date => FeatureKind::Date,
        ColumnKind::Level | ColumnKind::Text => FeatureKind::Level,
    };
    let features: Vec<Feature> =
        columns.par_iter().map(|column| feature(table, &column.name, kind(column), as_of)).collect::<Result<_>>()?;
    let mut findings = Vec::new();
    if features.is_empty() {
        findings.push(
            Finding::new("no-features", "no column is left for the model")
                .hint("let a column in with `keep = true` under `[stakeholders.columns.<name>]`, or add a source"),
        );
    }
    Ok(Built { design: Design { n_subjects: table.n_rows(), features }, findings })
}

/// The design that a saved model was trained on, from a new table: its features by name and kind, in its order.
///
/// # Errors
/// All columns that are missing (each with the nearest name), or the first that does not hold its kind.
pub fn design_of(table: &Table, schema: &[FeatureSchema], as_of: NaiveDate) -> Result<Design> {
    let names = || table.columns.iter().map(|column| column.name.as_str());
    Error::all(schema.iter().filter(|feature| !names().any(|name| name == feature.name)).map(|feature| {
        let hint = nearest(&feature.name, names())
            .map(|near| format!("is it `{near}`? rename that column to `{}`", feature.name));
        Error::new(format!("the model needs column `{}`, which the table does not have", feature.name)).hint_opt(hint)
    }))?;
    let features = schema
        .par_iter()
        .map(|wanted| feature(table, &wanted.name, wanted.kind, as_of))
        .collect::<Result<Vec<Feature>>>()?;
    Ok(Design { n_subjects: table.n_rows(), features })
}

fn feature(table: &Table, name: &str, kind: FeatureKind, as_of: NaiveDate) -> Result<Feature> {
    let series = table.frame.column(name).map_err(unreadable(name))?;
    check_kind(series, kind)?;
    let values = match kind {
        FeatureKind::Number | FeatureKind::Boolean => numbers(series),
        FeatureKind::Date => ages(series, table, as_of),
        FeatureKind::Level => levels(series),
    };
    Ok(Feature { name: name.to_owned(), kind, values: values.map_err(unreadable(name))? })
}

/// Whether a column holds what its kind says: polars would make a number of a date and a day of any number.
fn check_kind(series: &Series, kind: FeatureKind) -> Result<()> {
    let (is_number, is_boolean) = (series.dtype().is_primitive_numeric(), series.dtype().is_bool());
    let is_zero_one = || matches!(numbers(series), Ok(Values::Numbers { values, .. }) if values.iter().all(|value| [0.0, 1.0].contains(value)));
    let (is_well, expected) = match kind {
        FeatureKind::Number => (is_number, "numbers"),
        FeatureKind::Boolean => (is_boolean || is_number && is_zero_one(), "truth values, or 0 and 1"),
        FeatureKind::Date => (series.dtype().is_temporal(), "dates"),
        FeatureKind::Level => (true, "levels"),
    };
    if is_well || series.null_count() == series.len() {
        return Ok(());
    }
    let given = match series.dtype() {
        DataType::String => "text",
        DataType::Boolean => "truth values",
        dtype if dtype.is_temporal() => "dates",
        _ => "numbers",
    };
    let message = format!("column `{}` holds {given}, expected {expected}", series.name());
    Err(Error::new(message).hint("give the column as the table had it that the model was trained on"))
}

fn unreadable(name: &str) -> impl Fn(PolarsError) -> Error + '_ {
    move |error| Error::new(format!("column `{name}` cannot be read: {error}"))
}

/// Numbers and truth values as `f64`; a value that is not finite is missing.
fn numbers(series: &Series) -> std::result::Result<Values, PolarsError> {
    let cast = series.cast(&DataType::Float64)?;
    Ok(collect_numbers(cast.f64()?.iter(), series.len()))
}

/// Dates as days before the row's own time.
fn ages(series: &Series, table: &Table, as_of: NaiveDate) -> std::result::Result<Values, PolarsError> {
    let days = series.cast(&DataType::Date)?.cast(&DataType::Int32)?;
    let own_time = |row: usize| table.times.as_ref().and_then(|times| times.get(row)).copied().unwrap_or(as_of);
    let days = days.i32()?;
    let ages =
        days.iter().enumerate().map(|(row, day)| day.map(|day| f64::from(days_since_epoch(own_time(row)) - day)));
    Ok(collect_numbers(ages, series.len()))
}

fn days_since_epoch(date: NaiveDate) -> i32 {
    i32::try_from((date - NaiveDate::default()).num_days()).unwrap_or(i32::MAX)
}

fn collect_numbers(cells: impl Iterator<Item = Option<f64>>, n: usize) -> Values {
    let mut values = Vec::with_capacity(n);
    let mut missing = Vec::new();
    for (row, cell) in cells.enumerate() {
        let cell = cell.filter(|number| number.is_finite());
        if cell.is_none() {
            missing.resize(n, false);
            missing[row] = true;
        }
        values.push(cell.unwrap_or(0.0));
    }
    Values::Numbers { values, missing }
}

/// Text as codes into its sorted levels.
fn levels(series: &Series) -> std::result::Result<Values, PolarsError> {
    let text = series.cast(&DataType::String)?;
    let text = text.str()?;
    let mut found: HashMap<&str, u32> = HashMap::new();
    let mut order: Vec<&str> = Vec::new();
    let mut codes = Vec::with_capacity(text.len());
    for cell in text.iter() {
        codes.push(match cell {
            None => MISSING,
            Some(level) => *found.entry(level).or_insert_with(|| {
                order.push(level);
                u32::try_from(order.len() - 1).unwrap_or(MISSING)
            }),
        });
    }
    let mut sorted: Vec<usize> = (0..order.len()).collect();
    sorted.sort_by_key(|&code| order[code]);
    let mut new_code = vec![MISSING; order.len()];
    for (new, &old) in (0u32..).zip(&sorted) {
        new_code[old] = new;
    }
    for code in &mut codes {
        *code = new_code.get(*code as usize).copied().unwrap_or(MISSING);
    }
    Ok(Values::Levels { codes, levels: sorted.into_iter().map(|code| order[code].to_owned()).collect() })
}
