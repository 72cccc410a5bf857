//! Rows of a table that we wrote, found by key.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use polars::prelude::{AnyValue, DataType, LazyFrame, PlRefPath, col, lit};

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
    let unreadable = |error| Error::new(format!("`{}` cannot be read: {error}", path.display()));
    let shown = path.to_string_lossy();
    let mut frame = LazyFrame::scan_parquet(PlRefPath::new(shown.as_ref()), Default::default()).map_err(unreadable)?;
    let schema = frame.collect_schema().map_err(unreadable)?;
    let Some(first) = schema.iter_names().next().cloned() else { return Ok(Vec::new()) };
    let found = frame.filter(col(first).cast(DataType::String).eq(lit(key))).collect().map_err(unreadable)?;
    let row = |row: usize| {
        let cell = |column: &polars::prelude::Column| {
            (column.name().to_string(), value(column.get(row).unwrap_or(AnyValue::Null)))
        };
        found.columns().iter().map(cell).collect()
    };
    Ok((0..found.height()).map(row).collect())
}

/// The first column of a Parquet file as text, each value once, sorted.
///
/// # Errors
/// The file cannot be read.
pub fn keys(path: &Path) -> Result<Vec<String>> {
    let unreadable = |error| Error::new(format!("`{}` cannot be read: {error}", path.display()));
    let shown = path.to_string_lossy();
    let mut frame = LazyFrame::scan_parquet(PlRefPath::new(shown.as_ref()), Default::default()).map_err(unreadable)?;
    let schema = frame.collect_schema().map_err(unreadable)?;
    let Some(first) = schema.iter_names().next().cloned() else { return Ok(Vec::new()) };
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
    let shown = path.to_string_lossy();
    let mut scan = LazyFrame::scan_parquet(PlRefPath::new(shown.as_ref()), Default::default()).map_err(unreadable)?;
    let schema = scan.collect_schema().map_err(unreadable)?;
    let names: Vec<_> = schema.iter_names().take(2).cloned().collect();
    let text = |name: &str| col(name).cast(DataType::String);
    let has_time = names.get(1).is_some_and(|name| name != "history");
    let first = names.first().map_or("", |name| name.as_str());
    let second = if has_time { names[1].as_str() } else { first };
    let wanted =
        [text(first).alias("id"), text(second).alias("time"), col("fold").cast(DataType::UInt32).alias("fold")];
    let found = scan.filter(col("history")).select(wanted).collect().map_err(unreadable)?;
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
