//! Delimited text: header, a look at every value, and typed columns.

use std::ops::Range;

use polars::prelude::{Column, IntoColumn, Series};
use rayon::prelude::*;

use super::build::Builder;
use super::decide::Reading;
use super::dialect;
use super::gaps::Gaps;
use super::head::{self, Head};
use super::places::Numbers;
use super::records::{self, Dialect, Field};
use super::scan::{Cell, ColumnScan, Lens};
use super::tally::Place;
use crate::base::{Error, Finding, Result};
use crate::load::ReadOptions;

/// Bytes that one task works on. Fixed, so that the number of threads changes nothing.
const PIECE: usize = 4 << 20;

/// A delimited file that was opened: its header is read, its values are not.
pub struct Csv {
    /// As it is called in messages.
    file: String,
    text: String,
    dialect: Dialect,
    n_columns: usize,
    /// The row number of the first record after the header.
    first_row: u64,
    pieces: Vec<Piece>,
    header: bool,
}

struct Piece {
    range: Range<usize>,
    rows: usize,
}

/// What looking at all values of a file gave.
pub struct Scanned {
    pub columns: Vec<ColumnScan>,
    pub rows: u64,
    pub numbers: Numbers,
    /// Rows without any value that stand above others; those at the end are no matter.
    pub empty: Gaps,
}

/// Opens a file: skips lines, finds its dialect, reads its header.
///
/// # Errors
/// The file is empty, holds only a header, or its declared delimiter is wrong.
pub fn open(text: String, options: &ReadOptions, file: &str, source: &str) -> Result<(Csv, Vec<String>, Vec<Finding>)> {
    let Head { dialect, names, body, first_row, findings } = head::read(&text, options, file, source)?;
    let ranges = records::pieces(text.as_bytes(), body, dialect, PIECE);
    let pieces = ranges.into_iter().map(|range| Piece { range, rows: 0 }).collect();
    let (n_columns, header) = (names.len(), options.header.unwrap_or(true));
    Ok((Csv { file: file.to_owned(), text, dialect, n_columns, first_row, pieces, header }, names, findings))
}

impl Csv {
    pub fn comma_delimited(&self) -> bool {
        self.dialect.delimiter == b','
    }

    /// Looks at every value.
    ///
    /// # Errors
    /// A row has more or fewer fields than the header.
    pub fn scan(&mut self, file: usize, lenses: &[Lens]) -> Result<Scanned> {
        let scans: Vec<std::result::Result<PieceScan, Ragged>> =
            self.pieces.par_iter().map(|piece| self.scan_piece(&piece.range, file, lenses)).collect();
        let columns = vec![ColumnScan::default(); self.n_columns];
        let mut all = Scanned { columns, rows: 0, numbers: Numbers::default(), empty: Gaps::default() };
        let mut row = self.first_row;
        let mut counts = Vec::with_capacity(scans.len());
        for scan in scans {
            let scan = scan.map_err(|ragged| self.ragged(ragged))?;
            for (column, mut later) in all.columns.iter_mut().zip(scan.columns) {
                later.shift(row);
                column.merge(later);
            }
            all.empty.append(&scan.empty, scan.rows, row);
            all.numbers.append(&scan.numbers, row);
            all.rows += scan.rows as u64;
            row += scan.records;
            counts.push(scan.rows);
        }
        for (piece, rows) in self.pieces.iter_mut().zip(counts) {
            piece.rows = rows;
        }
        if all.rows == 0 {
            return Err(head::alone(&self.file, self.n_columns));
        }
        Ok(all)
    }

    fn scan_piece(&self, range: &Range<usize>, file: usize, lenses: &[Lens]) -> std::result::Result<PieceScan, Ragged> {
        let mut scan = PieceScan { columns: vec![ColumnScan::default(); self.n_columns], ..PieceScan::default() };
        let mut fields = Vec::with_capacity(self.n_columns);
        let mut at = range.start;
        while at < range.end {
            let next = records::next(self.text.as_bytes(), at, self.dialect, &mut fields).0;
            let place = Place { file, row: scan.records };
            scan.records += 1;
            if self.is_gap(&fields) {
                scan.empty.add(place.row);
            } else if fields.len() == self.n_columns {
                scan.rows += 1;
                scan.numbers.push(place.row);
                scan.empty.close();
                for ((column, field), lens) in scan.columns.iter_mut().zip(&fields).zip(lenses) {
                    let value = records::value(&self.text, *field, self.dialect);
                    let cell = if field.blank { Cell::Blank } else { Cell::Text };
                    column.look(&value, cell, place, lens);
                }
            } else {
                return Err(Ragged { at, n_fields: fields.len() });
            }
            at = next;
        }
        Ok(scan)
    }

    /// Whether a record is no row: it holds no value. Of a single column, spaces are a value that is missing.
    fn is_gap(&self, fields: &[Field]) -> bool {
        records::is_empty(fields) && !(self.n_columns == 1 && fields.iter().any(|field| field.blank))
    }

    fn ragged(&self, ragged: Ragged) -> Error {
        let line = records::line_of(self.text.as_bytes(), ragged.at, self.dialect.newline);
        let (expected, given) = (self.n_columns, ragged.n_fields);
        let than = if self.header { "the header" } else { "the first line" };
        let fields = if given == 1 { "field" } else { "fields" };
        let message = format!("line {line} of `{}` has {given} {fields}, {than} has {expected}", self.file);
        let delimiter = dialect::shown(self.dialect.delimiter);
        let hint = if expected < given && expected == 1 {
            format!("`skip = {}` if the table starts there", line - 1)
        } else {
            format!("quote fields that hold `{delimiter}`, or set `delimiter`")
        };
        Error::new(message).hint(hint)
    }

    /// The typed columns of the file, under the names that are given.
    pub fn build(self, names: &[String], readings: &[Reading], lenses: &[Lens]) -> Vec<Column> {
        let parts: Vec<Vec<Series>> =
            self.pieces.par_iter().map(|piece| self.build_piece(piece, names, readings, lenses)).collect();
        drop(self.text);
        join(parts)
    }

    fn build_piece(&self, piece: &Piece, names: &[String], readings: &[Reading], lenses: &[Lens]) -> Vec<Series> {
        let builders = names.iter().zip(readings).map(|(name, reading)| Builder::new(name, reading, piece.rows));
        let mut builders: Vec<Builder> = builders.collect();
        let mut fields: Vec<Field> = Vec::with_capacity(self.n_columns);
        let mut at = piece.range.start;
        while at < piece.range.end {
            at = records::next(self.text.as_bytes(), at, self.dialect, &mut fields).0;
            if self.is_gap(&fields) {
                continue;
            }
            for ((builder, field), lens) in builders.iter_mut().zip(&fields).zip(lenses) {
                let value = records::value(&self.text, *field, self.dialect);
                builder.push(Some(value.as_ref()).filter(|value| !value.is_empty() && !lens.is_missing(value)));
            }
        }
        builders.into_iter().map(Builder::finish).collect()
    }
}

/// Columns from their parts, one column after the other so that no second copy of the table exists.
fn join(parts: Vec<Vec<Series>>) -> Vec<Column> {
    let mut parts: Vec<std::vec::IntoIter<Series>> = parts.into_iter().map(Vec::into_iter).collect();
    let mut columns = Vec::new();
    while let Some(mut column) = parts.first_mut().and_then(Iterator::next) {
        for later in parts.iter_mut().skip(1).filter_map(Iterator::next) {
            // same reading, so same type: appending cannot fail
            let _ = column.append_owned(later);
        }
        columns.push(column.rechunk().into_column());
    }
    columns
}

#[derive(Default)]
struct PieceScan {
    columns: Vec<ColumnScan>,
    /// Records, empty ones included.
    records: u64,
    rows: usize,
    numbers: Numbers,
    empty: Gaps,
}

struct Ragged {
    at: usize,
    n_fields: usize,
}
