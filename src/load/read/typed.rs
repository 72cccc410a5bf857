//! Parquet and NDJSON: files that know their types.

use std::fs::File;
use std::io::Cursor;
use std::path::Path;

use polars::prelude::*;

use super::cells::Cells;
use super::normal;
use crate::base::{Error, Finding, Result};

/// Reads a Parquet file.
pub fn parquet(path: &Path, file: &str, source: &str) -> Result<(Cells, Vec<Finding>)> {
    let opened = File::open(path).map_err(|error| Error::new(format!("cannot read `{file}`: {error}")))?;
    let frame = ParquetReader::new(opened).finish().map_err(|error| {
        Error::new(format!("`{file}` is not a sound Parquet file: {}", one_line(&error))).hint("write it again")
    })?;
    cells(&frame, file, source)
}

/// Reads newline-delimited JSON, its types found over all lines.
pub fn ndjson(text: String, file: &str, source: &str) -> Result<(Cells, Vec<Finding>)> {
    if text.trim_ascii().is_empty() {
        return Err(Error::new(format!("`{file}` is empty, expected one JSON object a line")));
    }
    let lines = check_lines(&text, file)?;
    let frame =
        JsonReader::new(Cursor::new(text)).with_json_format(JsonFormat::JsonLines).infer_schema_len(None).finish();
    let frame =
        frame.map_err(|error| Error::new(format!("`{file}` cannot be read as NDJSON: {}", one_line(&error))))?;
    let (mut cells, findings) = cells(&frame, file, source)?;
    cells.rows = Some(lines);
    Ok((cells, findings))
}

/// Numbers of the lines that hold an object.
fn check_lines(text: &str, file: &str) -> Result<Vec<u64>> {
    let mut numbers = Vec::new();
    let lines = text.split('\n').enumerate().filter(|(_, line)| !line.trim_ascii().is_empty());
    for (idx, line) in lines {
        let object = line.trim_ascii().starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(line).is_ok();
        if !object {
            return Err(Error::new(format!("line {} of `{file}` is not a JSON object", idx + 1))
                .hint("write one JSON object a line (newline-delimited JSON)"));
        }
        numbers.push(idx as u64 + 1);
    }
    Ok(numbers)
}

fn cells(frame: &DataFrame, file: &str, source: &str) -> Result<(Cells, Vec<Finding>)> {
    if frame.height() == 0 {
        return Err(Error::new(format!("`{file}` holds {} columns but no rows", frame.width())).hint("export it again"));
    }
    let (mut columns, mut findings) = (Vec::with_capacity(frame.width()), Vec::new());
    for column in frame.columns() {
        match normal::column(column)? {
            Some(column) => columns.push(column),
            None => findings.push(nested(column.name(), file, source)),
        }
    }
    let frame = DataFrame::new(frame.height(), columns).map_err(|error| Error::new(format!("`{file}`: {error}")))?;
    Ok((Cells { frame, rows: None, native: Vec::new() }, findings))
}

fn nested(column: &str, file: &str, source: &str) -> Finding {
    Finding::new("nested-column", format!("column `{column}` of `{file}` holds lists or structs and was left out"))
        .source(source)
        .column(column)
        .hint("write its parts as columns of their own")
}

/// A message of polars in one line.
pub fn one_line(error: &PolarsError) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}
