//! Whether the quotes of a file enclose fields, or are text that nobody escaped.

use memchr::memchr;

use super::records::{self, Dialect};
use crate::base::{Error, Finding, Result};

/// The dialect with its quote settled over the whole file: text from `start` on; and what is odd about it.
///
/// A quote that opens a field and is never closed, or that swallows whole rows, breaks a file silently. Where every
/// line fits when quotes are taken as text, they are; otherwise the file is refused. Fields whose lines would all be
/// rows of their own, but which are closed where fields end, may be meant: they are told.
///
/// # Errors
/// A quote is never closed, or closed in the middle of a later row.
pub fn settle(
    text: &str,
    start: usize,
    dialect: Dialect,
    declared: bool,
    file: &str,
) -> Result<(Dialect, Option<Finding>)> {
    let bytes = text.as_bytes();
    let unquoted = Dialect { quote: None, ..dialect };
    let body = bytes.get(start..).unwrap_or_default();
    if dialect.quote.is_none_or(|quote| memchr(quote, body).is_none()) {
        return Ok((unquoted, None));
    }
    let quotes = look(bytes, start, dialect);
    let Some(broken) = quotes.broken else {
        return Ok((dialect, quotes.swallowing(bytes, dialect, file)));
    };
    if !declared && is_rectangular(bytes, start, unquoted) {
        return Ok((unquoted, None));
    }
    let line = records::line_of(bytes, broken, dialect.newline);
    let quote = dialect.quote.map_or('"', char::from);
    let message = format!("line {line} of `{file}` opens a quote `{quote}` that nothing closes before the next row");
    Err(Error::new(message).hint(format!("write quotes inside fields twice: `{quote}{quote}`")))
}

/// What quotes do to a file.
#[derive(Default)]
struct Quotes {
    /// Where the first record starts that a quote breaks.
    broken: Option<usize>,
    /// Records whose every line would be a row, the first of them, and the lines that they hold together.
    n_swallowing: usize,
    first_swallowing: Option<(usize, usize)>,
    n_lines: usize,
}

impl Quotes {
    fn swallowing(&self, text: &[u8], dialect: Dialect, file: &str) -> Option<Finding> {
        let (from, to) = self.first_swallowing?;
        let first = records::line_of(text, from, dialect.newline);
        let last = records::line_of(text, to.min(text.len()).saturating_sub(1), dialect.newline);
        let quote = dialect.quote.map_or('"', char::from);
        let more = match self.n_swallowing {
            0 | 1 => String::new(),
            n => format!(" ({n} such fields hold {} lines)", self.n_lines),
        };
        let message = format!(
            "line {first} of `{file}` opens a quote `{quote}` that is closed in line {last}: lines that look like {} rows were read as one{more}",
            last - first + 1
        );
        let finding = Finding::new("rows-in-quotes", message).count(self.n_lines).first_row(first);
        Some(finding.hint(format!("write quotes inside fields twice: `{quote}{quote}`")))
    }
}

/// Looks at every record up to the first that a quote breaks.
fn look(text: &[u8], start: usize, dialect: Dialect) -> Quotes {
    let (mut at, mut fields, mut quotes) = (start, Vec::new(), Quotes::default());
    records::next(text, start, dialect, &mut fields);
    let n_columns = fields.len();
    while at < text.len() {
        let (next, oddity) = records::skip(text, at, dialect, &mut fields);
        let n_lines =
            if oddity.multiline && n_columns > 1 { rows_in(text, at, next, dialect, n_columns) } else { None };
        if oddity.open || (n_lines.is_some() && (oddity.stray || dialect.delimiter == b'\t')) {
            quotes.broken = Some(at);
            return quotes;
        }
        if let Some(n_lines) = n_lines {
            quotes.n_swallowing += 1;
            quotes.n_lines += n_lines;
            quotes.first_swallowing.get_or_insert((at, next));
        }
        at = next;
    }
    quotes
}

/// The lines of a record, where each would be a row of its own, were quotes text.
fn rows_in(text: &[u8], from: usize, to: usize, dialect: Dialect, n_columns: usize) -> Option<usize> {
    let unquoted = Dialect { quote: None, ..dialect };
    let (mut at, mut fields, mut n_lines) = (from, Vec::new(), 0);
    while at < to.min(text.len()) {
        at = records::next(text, at, unquoted, &mut fields).0;
        if fields.len() != n_columns {
            return None;
        }
        n_lines += 1;
    }
    Some(n_lines)
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
