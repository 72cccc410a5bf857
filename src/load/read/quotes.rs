//! Whether the quotes of a file enclose fields, or are text that nobody escaped.

use memchr::memchr;

use super::records::{self, Dialect};
use crate::base::{Error, Result};

/// The dialect with its quote settled over the whole file: text from `start` on.
///
/// A quote that opens a field and is never closed, or that swallows whole rows, breaks a file silently. Where every
/// line fits when quotes are taken as text, they are; otherwise the file is refused.
pub fn settle(text: &str, start: usize, dialect: Dialect, declared: bool, file: &str) -> Result<Dialect> {
    let bytes = text.as_bytes();
    let unquoted = Dialect { quote: None, ..dialect };
    let body = bytes.get(start..).unwrap_or_default();
    if dialect.quote.is_none_or(|quote| memchr(quote, body).is_none()) {
        return Ok(unquoted);
    }
    let Some(broken) = first_broken(bytes, start, dialect) else {
        return Ok(dialect);
    };
    if !declared && is_rectangular(bytes, start, unquoted) {
        return Ok(unquoted);
    }
    let line = records::line_of(bytes, broken, dialect.newline);
    let quote = dialect.quote.map_or('"', char::from);
    let message = format!("line {line} of `{file}` opens a quote `{quote}` that nothing closes before the next row");
    Err(Error::new(message).hint(format!("write quotes inside fields twice: `{quote}{quote}`")))
}

/// Where the first record starts that a quote breaks.
fn first_broken(text: &[u8], start: usize, dialect: Dialect) -> Option<usize> {
    let (mut at, mut fields) = (start, Vec::new());
    records::next(text, start, dialect, &mut fields);
    let n_columns = fields.len();
    while at < text.len() {
        let (next, oddity) = records::skip(text, at, dialect, &mut fields);
        let suspect = oddity.multiline && n_columns > 1 && (oddity.stray || dialect.delimiter == b'\t');
        if oddity.open || (suspect && holds_rows(text, at, next, dialect, n_columns)) {
            return Some(at);
        }
        at = next;
    }
    None
}

/// Whether every line of a record would be a row of its own, were quotes text.
fn holds_rows(text: &[u8], from: usize, to: usize, dialect: Dialect, n_columns: usize) -> bool {
    let unquoted = Dialect { quote: None, ..dialect };
    let (mut at, mut fields) = (from, Vec::new());
    while at < to.min(text.len()) {
        at = records::next(text, at, unquoted, &mut fields).0;
        if fields.len() != n_columns {
            return false;
        }
    }
    true
}

fn is_rectangular(text: &[u8], start: usize, dialect: Dialect) -> bool {
    let (mut at, mut fields, mut n_columns) = (start, Vec::new(), None);
    while at < text.len() {
        at = records::next(text, at, dialect, &mut fields).0;
        if !records::is_empty(&fields) && *n_columns.get_or_insert(fields.len()) != fields.len() {
            return false;
        }
    }
    true
}
