//! What stands above the rows of a delimited file: lines to skip, the delimiter that a spreadsheet announces, the names.

use super::dialect;
use super::doubt;
use super::header;
use super::quotes;
use super::records::{self, Dialect};
use crate::base::{Error, Finding, Result};
use crate::load::ReadOptions;

/// The head of a file, read.
pub struct Head {
    pub dialect: Dialect,
    pub names: Vec<String>,
    /// Where the rows begin.
    pub body: usize,
    /// The row number of the first record there.
    pub first_row: u64,
    pub findings: Vec<Finding>,
}

/// Finds the dialect of a file and reads its names; `text` is the whole file.
///
/// # Errors
/// The file is empty, holds only a header, or its declared delimiter is wrong.
pub fn read(text: &str, options: &ReadOptions, file: &str, source: &str) -> Result<Head> {
    if text.trim_ascii().is_empty() {
        return Err(Error::new(format!("`{file}` is empty, expected a header and rows"))
            .hint(format!("export it again, or take it out of source `{source}`")));
    }
    let skipped = skip_lines(text, options.skip, file)?;
    let announced = announced(text, skipped);
    let (start, told) = announced.map_or((skipped, None), |(start, delimiter)| (start, Some(delimiter)));
    let options = &ReadOptions { delimiter: options.delimiter.or(told), ..options.clone() };
    let above = options.skip as u64 + 1 + u64::from(announced.is_some());
    let rest = text.get(start..).unwrap_or_default();
    let found = dialect::find(rest, options, file)?;
    let (dialect, odd) = quotes::settle(text, start, found, options.quote.is_some(), file)?;
    let (mut fields, mut next, mut first_row) = (Vec::new(), start, above);
    while next < text.len() && (fields.is_empty() || records::is_empty(&fields)) {
        first_row += u64::from(!fields.is_empty());
        next = records::next(text.as_bytes(), next, dialect, &mut fields).0;
    }
    let mut findings = guessed(dialect, options, fields.len(), file, source);
    findings.extend(odd.map(|finding| finding.source(source)));
    let (names, body, first_row) = if options.header.unwrap_or(true) {
        let given: Vec<String> =
            fields.iter().map(|field| records::value(text, *field, dialect).into_owned()).collect();
        if options.header.is_none() {
            let rows = Rows { text, dialect, at: next };
            findings.extend(doubt::finding(&given, rows, first_row, &format!("`{file}`"), source));
        }
        (header::names(given, file, source, &mut findings), next.min(text.len()), first_row + 1)
    } else {
        (header::numbered(fields.len()), start, above)
    };
    if text.get(body..).is_none_or(|body| body.trim_ascii().is_empty()) {
        return Err(alone(file, names.len()));
    }
    Ok(Head { dialect, names, body, first_row, findings })
}

/// Records as texts.
struct Rows<'a> {
    text: &'a str,
    dialect: Dialect,
    at: usize,
}

impl Iterator for Rows<'_> {
    type Item = Vec<String>;

    fn next(&mut self) -> Option<Vec<String>> {
        let mut fields = Vec::new();
        if self.at >= self.text.len() {
            return None;
        }
        self.at = records::next(self.text.as_bytes(), self.at, self.dialect, &mut fields).0;
        Some(fields.iter().map(|field| records::value(self.text, *field, self.dialect).into_owned()).collect())
    }
}

/// `sep=;`, as spreadsheets write in the first line: where the next line begins, and the delimiter.
fn announced(text: &str, start: usize) -> Option<(usize, char)> {
    let rest = text.get(start..)?;
    let line = rest.split(['\n', '\r']).next()?;
    let told = line.trim_matches('"');
    let (word, mark) = told.split_at_checked(4)?;
    let mut marks = mark.chars();
    let delimiter = marks.next().filter(|mark| mark.is_ascii() && word.eq_ignore_ascii_case("sep="))?;
    if marks.next().is_some() {
        return None;
    }
    let after = rest.get(line.len()..)?;
    let newline = if after.starts_with("\r\n") { 2 } else { usize::from(!after.is_empty()) };
    Some((start + line.len() + newline, delimiter))
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

/// The error of a file whose header nothing follows.
pub fn alone(file: &str, n: usize) -> Error {
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
