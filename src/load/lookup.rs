//! Rows of a table that we wrote, found by key.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use polars::prelude::{
    AnyValue, DataFrame, DataType, LazyFrame, NamedFrom, PlRefPath, PlSmallStr, Series, SortMultipleOptions, col, lit,
};

use crate::base::{Error, Result};

/// One row as (column, value) in the order of the table.
pub type Row = Vec<(String, Value)>;

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Text(String),
    Number(f64),
}

/// All rows of a Parquet file whose first column, as text, is `key`.
///
/// # Errors
/// The file cannot be read.
pub fn lookup(path: &Path, key: &str) -> Result<Vec<Row>> {
    rows_of(path, &[key.to_owned()])
}

/// All rows of a Parquet file whose first column, as text, is one of `keys`, in the order of the file.
///
/// # Errors
/// The file cannot be read.
pub fn rows_of(path: &Path, keys: &[String]) -> Result<Vec<Row>> {
    let unreadable = |error| Error::new(format!("`{}` cannot be read: {error}", path.display()));
    let (frame, names) = scan(path)?;
    let Some(first) = names.into_iter().next() else { return Ok(Vec::new()) };
    let keys = lit(Series::new("keys".into(), keys)).implode(true);
    let found = frame.filter(col(first).cast(DataType::String).is_in(keys, false)).collect().map_err(unreadable)?;
    Ok((0..found.height()).map(|row| cells(&found, row)).collect())
}

/// Today's subjects of a `scores.parquet` that are in one of `bands`, as text, in the order of the file.
///
/// # Errors
/// The file cannot be read or is not one of ours.
pub fn today_in(path: &Path, bands: &[&str]) -> Result<Vec<String>> {
    let unreadable = |error| Error::new(format!("`{}` cannot be read: {error}", path.display()));
    let (frame, names) = scan(path)?;
    let Some(first) = names.into_iter().next() else { return Ok(Vec::new()) };
    let bands = lit(Series::new("bands".into(), bands)).implode(true);
    let wanted = frame.filter(col("history").not().and(col("band").is_in(bands, false)));
    let found = wanted.select([col(first).cast(DataType::String).alias("key")]).collect().map_err(unreadable)?;
    let keys = found.column("key").and_then(|keys| keys.str()).map_err(unreadable)?;
    Ok(keys.iter().flatten().map(str::to_owned).collect())
}

/// The scored rows of a `scores.parquet` that are history, or that are today's: at most `n_max`, by rank, then by falling
/// score, and how many there are; with the first two columns and those of `columns`, in the order of the file.
///
/// # Errors
/// The file cannot be read or is not one of ours.
pub fn scored(path: &Path, is_history: bool, columns: &[String], n_max: usize) -> Result<(Vec<Row>, usize)> {
    let unreadable = |error| Error::new(format!("`{}` cannot be read: {error}", path.display()));
    let (frame, names) = scan(path)?;
    let is_wanted = |at: usize, name: &PlSmallStr| at < 2 || columns.iter().any(|column| *column == name.as_str());
    let wanted = names.into_iter().enumerate().filter(|(at, name)| is_wanted(*at, name)).map(|(_, name)| col(name));
    let wanted: Vec<_> = wanted.collect();
    let is_of = if is_history { col("history") } else { col("history").not() };
    let order = SortMultipleOptions::default().with_order_descending_multi([false, true]).with_maintain_order(true);
    let found = frame
        .filter(is_of.and(col("score").is_not_null()))
        .sort(["rank", "score"], order)
        .select(wanted)
        .collect()
        .map_err(unreadable)?;
    Ok(((0..found.height().min(n_max)).map(|row| cells(&found, row)).collect(), found.height()))
}

fn cells(frame: &DataFrame, row: usize) -> Row {
    let cell = |column: &polars::prelude::Column| {
        (column.name().to_string(), value(column.get(row).unwrap_or(AnyValue::Null)))
    };
    frame.columns().iter().map(cell).collect()
}

/// One of today's subjects as an earlier run scored it.
#[derive(Debug, Clone, PartialEq)]
pub struct TodayRow {
    pub id: String,
    pub selected: bool,
    pub risk: f64,
    pub value: Option<f64>,
}

/// Today's scored subjects of a `scores.parquet`, in the order of the file.
///
/// # Errors
/// The file cannot be read or is not one of ours.
pub fn today(path: &Path) -> Result<Vec<TodayRow>> {
    let unreadable = |error| Error::new(format!("`{}` cannot be read: {error}", path.display()));
    let (frame, names) = scan(path)?;
    let Some(first) = names.into_iter().next() else { return Ok(Vec::new()) };
    let wanted = [
        col(first).cast(DataType::String).alias("id"),
        col("selected"),
        col("risk"),
        col("value").cast(DataType::Float64),
    ];
    let found = frame.filter(col("history").not()).select(wanted).collect().map_err(unreadable)?;
    let column = |name: &str| found.column(name).map_err(unreadable);
    let (ids, selected, risks, values) = (column("id")?, column("selected")?, column("risk")?, column("value")?);
    let (ids, selected) = (ids.str().map_err(unreadable)?, selected.bool().map_err(unreadable)?);
    let (risks, values) = (risks.f64().map_err(unreadable)?, values.f64().map_err(unreadable)?);
    let row = |row: usize| {
        let (id, selected, risk) = (ids.get(row)?, selected.get(row)?, risks.get(row)?);
        Some(TodayRow { id: id.to_owned(), selected, risk, value: values.get(row) })
    };
    Ok((0..found.height()).filter_map(row).collect())
}

/// A Parquet file and the names of its columns.
fn scan(path: &Path) -> Result<(LazyFrame, Vec<PlSmallStr>)> {
    let unreadable = |error| Error::new(format!("`{}` cannot be read: {error}", path.display()));
    let shown = path.to_string_lossy();
    let mut frame = LazyFrame::scan_parquet(PlRefPath::new(shown.as_ref()), Default::default()).map_err(unreadable)?;
    let schema = frame.collect_schema().map_err(unreadable)?;
    let names = schema.iter_names().cloned().collect();
    Ok((frame, names))
}

/// The first column of a Parquet file as text, each value once, sorted.
///
/// # Errors
/// The file cannot be read.
pub fn keys(path: &Path) -> Result<Vec<String>> {
    let unreadable = |error| Error::new(format!("`{}` cannot be read: {error}", path.display()));
    let (frame, names) = scan(path)?;
    let Some(first) = names.into_iter().next() else { return Ok(Vec::new()) };
    let keys = frame.select([col(first).cast(DataType::String).alias("key")]).collect().map_err(unreadable)?;
    let keys = keys.column("key").and_then(|keys| keys.str()).map_err(unreadable)?;
    let keys: BTreeSet<&str> = keys.iter().flatten().collect();
    Ok(keys.into_iter().map(str::to_owned).collect())
}

fn value(cell: AnyValue<'_>) -> Value {
    match cell {
        AnyValue::Null => Value::Null,
        AnyValue::String(text) => Value::Text(text.to_owned()),
        AnyValue::StringOwned(text) => Value::Text(text.to_string()),
        cell => cell
            .extract::<f64>()
            .filter(|_| cell.is_primitive_numeric())
            .map_or_else(|| Value::Text(cell.to_string()), Value::Number),
    }
}

/// Key of a history row, that is id and time where there is one → the fold that scored it.
pub type Folds = BTreeMap<(String, Option<String>), Option<u16>>;

/// The folds of a `scores.parquet`: for every history row its key, that is the first column and, where the table has
/// times, the second, with the fold that scored it.
///
/// # Errors
/// The file cannot be read or is not one of ours.
pub fn folds(path: &Path) -> Result<Folds> {
    let unreadable = |error| Error::new(format!("`{}` cannot be read: {error}", path.display()));
    let (frame, mut names) = scan(path)?;
    names.truncate(2);
    let text = |name: &str| col(name).cast(DataType::String);
    let has_time = names.get(1).is_some_and(|name| name != "history");
    let first = names.first().map_or("", |name| name.as_str());
    let second = if has_time { names[1].as_str() } else { first };
    let wanted =
        [text(first).alias("id"), text(second).alias("time"), col("fold").cast(DataType::UInt32).alias("fold")];
    let found = frame.filter(col("history")).select(wanted).collect().map_err(unreadable)?;
    let column = |name: &str| found.column(name).map_err(unreadable);
    let (ids, times, folds) = (column("id")?, column("time")?, column("fold")?);
    let (ids, times) = (ids.str().map_err(unreadable)?, times.str().map_err(unreadable)?);
    let folds = folds.u32().map_err(unreadable)?;
    let row = |((id, time), fold): ((Option<&str>, Option<&str>), Option<u32>)| {
        let time = time.filter(|_| has_time).map(str::to_owned);
        Some(((id?.to_owned(), time), fold.and_then(|fold| u16::try_from(fold).ok())))
    };
    Ok(ids.iter().zip(times.iter()).zip(folds.iter()).filter_map(row).collect())
}
