//! Workbooks: one sheet as text, its dates in ISO form, so that it is typed like any other text.

use std::io::Cursor;

use calamine::{Data, ExcelDateTime, Range, Reader, Sheets, open_workbook_auto_from_rs};
use polars::prelude::{Column, DataFrame, IntoColumn, NewChunkedArray, PlSmallStr, StringChunked};

use super::cells::Cells;
use super::doubt;
use super::gaps::Gaps;
use super::header;
use crate::base::error::nearest;
use crate::base::{Error, Finding, Result};
use crate::load::ReadOptions;

type Book = Sheets<Cursor<Vec<u8>>>;

/// Reads one sheet of a workbook.
pub fn open(bytes: Vec<u8>, options: &ReadOptions, file: &str, source: &str) -> Result<(Cells, Vec<Finding>)> {
    let mut book: Book = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|error| {
        Error::new(format!("`{file}` is not a workbook that can be read: {error}")).hint("save it again as .xlsx")
    })?;
    let (sheet, range) = choose(&mut book, options, file)?;
    let place = format!("sheet `{sheet}` of `{file}`");
    let first_row = range.start().map_or(0, |(row, _)| row as usize);
    let mut rows = range.rows().enumerate().map(|(idx, cells)| (first_row + idx + 1, cells)).peekable();
    while rows.next_if(|(row, cells)| *row <= options.skip || is_empty(cells)).is_some() {}
    let Some((header_row, top)) = rows.peek().copied() else {
        return Err(Error::new(format!("{place} is empty, expected a header and rows")).hint("name another sheet"));
    };
    let has_header = options.header.unwrap_or(true);
    if has_header {
        rows.next();
    }
    let decimal = options.decimal.unwrap_or('.');
    let body: Vec<(usize, &[Data])> = rows.collect();
    let full: Vec<(usize, &[Data])> = body.iter().copied().filter(|(_, cells)| !is_empty(cells)).collect();
    if full.is_empty() {
        return Err(Error::new(format!("{place} holds a header but no rows")).hint("export it again"));
    }
    let mut findings: Vec<Finding> = super::empty_rows(&gaps(&body), &place, source).into_iter().collect();
    let used: Vec<usize> = (0..range.width())
        .filter(|idx| {
            (has_header && !is_blank(top.get(*idx))) || full.iter().any(|(_, cells)| !is_blank(cells.get(*idx)))
        })
        .collect();
    let texts = |cells: &[Data]| -> Vec<String> {
        used.iter().map(|idx| cells.get(*idx).and_then(|cell| text(cell, '.')).unwrap_or_default()).collect()
    };
    if options.header.is_none() {
        let rows = full.iter().map(|(_, cells)| texts(cells));
        findings.extend(doubt::finding(&texts(top), rows, header_row as u64, &place, source));
    }
    let names =
        if has_header { header::names(texts(top), file, source, &mut findings) } else { header::numbered(used.len()) };
    let (mut columns, mut native) = (Vec::with_capacity(names.len()), Vec::with_capacity(names.len()));
    for (name, idx) in names.iter().zip(&used) {
        columns.push(column(name, *idx, &full, decimal));
        native.push(full.iter().map(|(_, cells)| is_number(cells.get(*idx))).collect());
        findings.extend(errors(name, *idx, &full, &place, source));
    }
    let rows = full.iter().map(|(row, _)| *row as u64).collect();
    let frame = DataFrame::new(full.len(), columns)
        .map_err(|error| Error::new(format!("{place}, row {header_row}: {error}")))?;
    Ok((Cells { frame, rows: Some(rows), native }, findings))
}

/// The declared sheet, or the only one that holds a table.
fn choose(book: &mut Book, options: &ReadOptions, file: &str) -> Result<(String, Range<Data>)> {
    let names = book.sheet_names();
    let listed = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let mut read = |name: &str| {
        book.worksheet_range(name)
            .map_err(|error| Error::new(format!("sheet `{name}` of `{file}` cannot be read: {error}")))
    };
    if let Some(sheet) = &options.sheet {
        if !names.contains(sheet) {
            let near = nearest(sheet, names.iter().map(String::as_str)).or(names.first().map(String::as_str));
            return Err(Error::new(format!("`{file}` has no sheet `{sheet}`; it has {listed}"))
                .hint_opt(near.map(|near| format!("`sheet = {}`", header::toml_text(near)))));
        }
        return Ok((sheet.clone(), read(sheet)?));
    }
    let mut tables = Vec::new();
    for name in &names {
        let range = read(name)?;
        if range.height() > 1 && range.width() > 1 {
            tables.push((name.clone(), range));
        }
    }
    let largest = tables.iter().max_by_key(|(_, range)| range.height() * range.width()).map(|(name, _)| name.clone());
    if tables.len() > 1 {
        let hint = largest.map(|name| {
            let sheet = header::toml_text(&name);
            format!("`sheet = {sheet}` in a config, `trustrisk init \"{file}#{name}\"` for a new one")
        });
        return Err(Error::new(format!("`{file}` has several sheets: {listed}")).hint_opt(hint));
    }
    match (tables.pop(), names.first()) {
        (Some(table), _) => Ok(table),
        (None, Some(only)) if names.len() == 1 => Ok((only.clone(), read(only)?)),
        _ => Err(Error::new(format!("no sheet of `{file}` holds a table: {listed}")).hint("export it again")),
    }
}

fn is_blank(cell: Option<&Data>) -> bool {
    match cell {
        None | Some(Data::Empty) => true,
        Some(Data::String(text)) => text.is_empty(),
        _ => false,
    }
}

fn is_number(cell: Option<&Data>) -> bool {
    matches!(cell, Some(Data::Int(_) | Data::Float(_)))
}

fn is_empty(cells: &[Data]) -> bool {
    cells.iter().all(|cell| is_blank(Some(cell)) || matches!(cell, Data::String(text) if text.trim().is_empty()))
}

fn column(name: &str, idx: usize, rows: &[(usize, &[Data])], decimal: char) -> Column {
    let cells = rows.iter().map(|(_, cells)| cells.get(idx).and_then(|cell| text(cell, decimal)));
    StringChunked::from_iter_options(PlSmallStr::from_str(name), cells).into_column()
}

/// A cell as text; `None` where it is empty or an error.
fn text(cell: &Data, decimal: char) -> Option<String> {
    match cell {
        Data::Int(value) => Some(value.to_string()),
        Data::Float(value) => number(*value, decimal),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Some(text.clone()),
        Data::Bool(value) => Some(value.to_string()),
        Data::DateTime(moment) => date(*moment, decimal),
        Data::Error(_) | Data::Empty => None,
    }
}

fn number(value: f64, decimal: char) -> Option<String> {
    if !value.is_finite() {
        return None;
    }
    let size = value.abs();
    let plain = if size >= 9e15 || (size > 0.0 && size < 1e-5) { format!("{value:e}") } else { value.to_string() };
    Some(if decimal == ',' { plain.replace('.', ",") } else { plain })
}

/// Serial dates as ISO text, spans of time as days.
fn date(moment: ExcelDateTime, decimal: char) -> Option<String> {
    if moment.is_duration() {
        return number(moment.as_f64(), decimal);
    }
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    if moment.as_f64() < 1.0 {
        return Some(format!("{hour:02}:{minute:02}:{second:02}"));
    }
    if (hour, minute, second, milli) == (0, 0, 0, 0) {
        return Some(format!("{year:04}-{month:02}-{day:02}"));
    }
    Some(format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{milli:03}"))
}

/// Rows without any value between others; those at the end are no matter.
fn gaps(body: &[(usize, &[Data])]) -> Gaps {
    let mut gaps = Gaps::default();
    for (row, cells) in body {
        if is_empty(cells) {
            gaps.add(*row as u64);
        } else {
            gaps.close();
        }
    }
    gaps
}

fn errors(name: &str, idx: usize, rows: &[(usize, &[Data])], place: &str, source: &str) -> Option<Finding> {
    let errors = rows.iter().filter_map(|(row, cells)| match cells.get(idx) {
        Some(Data::Error(error)) => Some((*row, error)),
        _ => None,
    });
    let errors: Vec<_> = errors.collect();
    let (row, error) = errors.first()?;
    let count = if errors.len() == 1 { "1 row".to_owned() } else { format!("{} rows", errors.len()) };
    let message =
        format!("column `{name}` in {place} holds errors in {count} (first: row {row}, `{error}`), taken as missing");
    let finding = Finding::new("excel-errors", message).source(source).column(name);
    Some(finding.count(errors.len()).first_row(*row).hint("mend the formulas in the workbook"))
}
