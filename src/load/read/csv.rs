//! Delimited text: header, a look at every value, and typed columns.

use std::ops::Range;

use polars::prelude::{Column, IntoColumn, Series};
use rayon::prelude::*;

use super::build::Builder;
use super::decide::Reading;
use super::dialect;
use super::gaps::Gaps;
use super::header;
use super::quotes;
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
    /// Rows without any value that stand above others; those at the end are no matter.
    pub empty: Gaps,
}

/// Opens a file: skips lines, finds its dialect, reads its header.
///
/// # Errors
/// The file is empty, holds only a header, or its declared delimiter is wrong.
pub fn open(text: String, options: &ReadOptions, file: &str, source: &str) -> Result<(Csv, Vec<String>, Vec<Finding>)> {
    if text.trim_ascii().is_empty() {
        return Err(Error::new(format!("`{file}` is empty, expected a header and rows"))
            .hint(format!("export it again, or take it out of source `{source}`")));
    }
    let start = skip_lines(&text, options.skip, file)?;
    let rest = text.get(start..).unwrap_or_default();
    let found = dialect::find(rest, options, file)?;
    let dialect = quotes::settle(&text, start, found, options.quote.is_some(), file)?;
    let (at, mut first_row) = (start, options.skip as u64 + 1);
    let (mut fields, mut next) = (Vec::new(), at);
    while next < text.len() && (fields.is_empty() || records::is_empty(&fields)) {
        first_row += u64::from(!fields.is_empty());
        next = records::next(text.as_bytes(), next, dialect, &mut fields).0;
    }
    let has_header = options.header.unwrap_or(true);
    let given: Vec<String> = fields.iter().map(|field| records::value(&text, *field, dialect).into_owned()).collect();
    let mut findings = guessed(dialect, options, fields.len(), file, source);
    let names =
        if has_header { header::names(given, file, source, &mut findings) } else { header::numbered(fields.len()) };
    let body = if has_header { next.min(text.len()) } else { start };
    if text.get(body..).is_none_or(|body| body.trim_ascii().is_empty()) {
        return Err(header_only(file, names.len()));
    }
    let ranges = records::pieces(text.as_bytes(), body, dialect, PIECE);
    let pieces = ranges.into_iter().map(|range| Piece { range, rows: 0 }).collect();
    let first_row = if has_header { first_row + 1 } else { options.skip as u64 + 1 };
    let n_columns = names.len();
    Ok((
        Csv { file: file.to_owned(), text, dialect, n_columns, first_row, pieces, header: has_header },
        names,
        findings,
    ))
}

fn skip_lines(text: &str, skip: usize, file: &str) -> Result<usize> {
    let newline = if text.contains('\n') { '\n' } else { '\r' };
    let mut at = 0;
    for n in 0..skip {
        match text.get(at..).and_then(|rest| rest.find(newline)) {
            Some(length) => at += length + 1,
            None => {
                let message = format!("`{file}` ends after {} lines, but `skip = {skip}`", n + 1);
                return Err(Error::new(message).hint("lower `skip`"));
            }
        }
    }
    Ok(at)
}

fn header_only(file: &str, n: usize) -> Error {
    let columns = if n == 1 { "1 column".to_owned() } else { format!("{n} columns") };
    Error::new(format!("`{file}` holds a header of {columns} but no rows"))
        .hint("export it again, or set `header = false` if its first line is data")
}

fn guessed(dialect: Dialect, options: &ReadOptions, n: usize, file: &str, source: &str) -> Vec<Finding> {
    if options.delimiter.is_some() || dialect.delimiter == b',' || n < 2 {
        return Vec::new();
    }
    let shown = dialect::shown(dialect.delimiter);
    let finding = Finding::new("delimiter-guessed", format!("fields of `{file}` are separated by `{shown}`"))
        .source(source)
        .hint(format!("`delimiter = \"{shown}\"`"));
    vec![finding]
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
        let mut all = Scanned { columns: vec![ColumnScan::default(); self.n_columns], rows: 0, empty: Gaps::default() };
        let mut row = self.first_row;
        let mut counts = Vec::with_capacity(scans.len());
        for scan in scans {
            let scan = scan.map_err(|ragged| self.ragged(ragged))?;
            for (column, mut later) in all.columns.iter_mut().zip(scan.columns) {
                later.shift(row);
                column.merge(later);
            }
            all.empty.append(&scan.empty, scan.rows, row);
            all.rows += scan.rows as u64;
            row += scan.records;
            counts.push(scan.rows);
        }
        for (piece, rows) in self.pieces.iter_mut().zip(counts) {
            piece.rows = rows;
        }
        if all.rows == 0 {
            return Err(header_only(&self.file, self.n_columns));
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
    empty: Gaps,
}

struct Ragged {
    at: usize,
    n_fields: usize,
}
