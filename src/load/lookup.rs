//! Rows of a table that we wrote, found by key.

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
