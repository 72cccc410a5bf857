//! Tables that are already cut into columns: workbooks, Parquet, NDJSON. Their text is typed like any other text.

use polars::prelude::*;

use super::build::Builder;
use super::decide::Reading;
use super::markers::{self, Marks};
use super::places::Numbers;
use super::scan::{Cell, ColumnScan, Lens};
use super::tally::Place;

/// A table whose text columns are still to be typed.
pub struct Cells {
    pub frame: DataFrame,
    /// Row numbers in the file; `None`: the first row is row 2.
    pub rows: Option<Vec<u64>>,
    /// By column and row: whether the file holds a number there, which stands here as text; empty where it never does.
    pub native: Vec<Vec<bool>>,
}

impl Cells {
    /// Puts null where a marker of missing values stands in a column that has its type, and tells which do.
    ///
    /// # Errors
    /// polars cannot compare what it made itself.
    pub fn mark(&mut self, lenses: &[Lens]) -> PolarsResult<Vec<Marks>> {
        let columns = std::mem::take(&mut self.frame);
        let height = columns.height();
        let marked = columns.into_columns().into_iter().zip(lenses).map(|(column, lens)| markers::nulled(column, lens));
        let (columns, marks): (Vec<Column>, Vec<Marks>) = marked.collect::<PolarsResult<Vec<_>>>()?.into_iter().unzip();
        self.frame = DataFrame::new(height, columns)?;
        Ok(marks)
    }

    /// Looks at every value of the text columns; `None` for columns that have their type.
    pub fn scan(&self, file: usize, lenses: &[Lens]) -> Vec<Option<ColumnScan>> {
        let columns = self.frame.columns().iter().zip(lenses).enumerate();
        let native = |idx: usize| self.native.get(idx).map(Vec::as_slice).unwrap_or_default();
        columns.map(|(idx, (column, lens))| self.scan_column(column, native(idx), file, lens)).collect()
    }

    fn scan_column(&self, column: &Column, native: &[bool], file: usize, lens: &Lens) -> Option<ColumnScan> {
        let mut scan = ColumnScan::default();
        for (idx, text) in column.str().ok()?.iter().enumerate() {
            let Some(text) = text else {
                continue;
            };
            let place = Place { file, row: self.row(idx) };
            let blank = !text.is_empty() && text.trim().is_empty();
            let number = native.get(idx).copied().unwrap_or_default();
            let cell = if number {
                Cell::Number
            } else if blank {
                Cell::Blank
            } else {
                Cell::Text
            };
            scan.look(text.trim(), cell, place, lens);
        }
        Some(scan)
    }

    pub fn numbers(&self) -> Numbers {
        let mut numbers = Numbers::default();
        (0..self.frame.height()).for_each(|idx| numbers.push(self.row(idx)));
        numbers
    }

    fn row(&self, idx: usize) -> u64 {
        let numbered = self.rows.as_ref().and_then(|rows| rows.get(idx)).copied();
        numbered.unwrap_or(idx as u64 + 2)
    }

    /// The columns under the names that are given, text read as decided.
    pub fn build(self, names: &[String], readings: &[Option<Reading>], lenses: &[Lens]) -> Vec<Column> {
        let columns = self.frame.into_columns().into_iter().zip(names).zip(readings).zip(lenses);
        columns.map(|(((column, name), reading), lens)| build_column(column, name, reading.as_ref(), lens)).collect()
    }
}

fn build_column(column: Column, name: &str, reading: Option<&Reading>, lens: &Lens) -> Column {
    let (Some(reading), Ok(texts)) = (reading, column.str()) else {
        return column.with_name(PlSmallStr::from_str(name));
    };
    let mut builder = Builder::new(name, reading, texts.len());
    for text in texts.iter() {
        let text = text.map(str::trim);
        builder.push(text.filter(|text| !text.is_empty() && !lens.is_missing(text)));
    }
    builder.finish().into_column()
}
