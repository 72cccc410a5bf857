//! Delimited text, cut into records and fields without copying.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr2};

/// How a delimited file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    pub delimiter: u8,
    /// `None`: quotes are text.
    pub quote: Option<u8>,
    /// `\n`, or `\r` in files of old.
    pub newline: u8,
}

/// Where a field stands, without the quotes and spaces around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    pub start: usize,
    pub end: usize,
    /// Holds doubled quotes.
    pub escaped: bool,
    /// Spaces stood where the value should be.
    pub blank: bool,
}

/// What was odd in one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Oddity {
    /// A quoted field that nothing closes.
    pub open: bool,
    /// A quoted field that holds a line break.
    pub multiline: bool,
    /// A quoted field with a quote inside that is not doubled.
    pub stray: bool,
}

/// Cuts the record that starts at `at` into `fields` and returns where the next one starts.
pub fn next(text: &[u8], at: usize, dialect: Dialect, fields: &mut Vec<Field>) -> (usize, Oddity) {
    fields.clear();
    let end = line_end(text, at, dialect.newline);
    let line = text.get(at..end).unwrap_or_default();
    let quoted = dialect.quote.is_some_and(|quote| memchr(quote, line).is_some());
    if quoted {
        return next_quoted(text, at, dialect, fields);
    }
    if dialect.delimiter == b' ' {
        split_spaces(text, at..end, fields);
        return (end + 1, Oddity::default());
    }
    let mut from = at;
    for delimiter in memchr_iter(dialect.delimiter, line) {
        fields.push(trimmed(text, from..at + delimiter));
        from = at + delimiter + 1;
    }
    fields.push(trimmed(text, from..end));
    (end + 1, Oddity::default())
}

/// Where the record ends that starts at `at`, without looking at its fields where it holds no quote.
pub fn skip(text: &[u8], at: usize, dialect: Dialect, fields: &mut Vec<Field>) -> (usize, Oddity) {
    let end = line_end(text, at, dialect.newline);
    let line = text.get(at..end).unwrap_or_default();
    match dialect.quote {
        Some(quote) if memchr(quote, line).is_some() => next(text, at, dialect, fields),
        _ => (end + 1, Oddity::default()),
    }
}

/// The text of a field, doubled quotes made single.
pub fn value<'a>(text: &'a str, field: Field, dialect: Dialect) -> Cow<'a, str> {
    let raw = text.get(field.start..field.end).unwrap_or_default();
    match dialect.quote.filter(|_| field.escaped).map(char::from) {
        Some(quote) => Cow::Owned(raw.replace(&format!("{quote}{quote}"), &quote.to_string())),
        None => Cow::Borrowed(raw),
    }
}

/// Whether a record holds no value: an empty line, or delimiters alone, as spreadsheets write below a table.
pub fn is_empty(fields: &[Field]) -> bool {
    fields.iter().all(|field| field.start == field.end)
}

/// Cuts text into pieces of about `size` bytes that begin and end with a record.
pub fn pieces(text: &[u8], from: usize, dialect: Dialect, size: usize) -> Vec<Range<usize>> {
    let rest = text.get(from..).unwrap_or_default();
    let quotes = dialect.quote.is_some_and(|quote| memchr(quote, rest).is_some());
    let (mut pieces, mut start, mut fields) = (Vec::new(), from, Vec::new());
    while start < text.len() {
        let mut end = start;
        if quotes {
            while end < text.len() && end - start < size {
                end = skip(text, end, dialect, &mut fields).0;
            }
        } else {
            end = line_end(text, start + size, dialect.newline) + 1;
        }
        let end = end.min(text.len());
        pieces.push(start..end);
        start = end;
    }
    pieces
}

/// Number of the line that a byte stands in, from 1.
pub fn line_of(text: &[u8], at: usize, newline: u8) -> usize {
    memchr_iter(newline, text.get(..at).unwrap_or(text)).count() + 1
}

fn line_end(text: &[u8], at: usize, newline: u8) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    memchr(newline, rest).map_or(text.len(), |length| at + length)
}

fn next_quoted(text: &[u8], at: usize, dialect: Dialect, fields: &mut Vec<Field>) -> (usize, Oddity) {
    let (mut from, mut oddity) = (at, Oddity::default());
    loop {
        let (field, stop, odd) = field_at(text, from, dialect);
        oddity.open |= odd.open;
        oddity.multiline |= odd.multiline;
        oddity.stray |= odd.stray;
        fields.push(field);
        match text.get(stop) {
            Some(byte) if *byte == dialect.delimiter => from = stop + 1,
            _ => return (stop + 1, oddity),
        }
    }
}

/// One field and the delimiter or line break after it.
fn field_at(text: &[u8], from: usize, dialect: Dialect) -> (Field, usize, Oddity) {
    let first = skip_spaces(text, from, dialect);
    let Some(quote) = dialect.quote.filter(|quote| text.get(first) == Some(quote)) else {
        let rest = text.get(from..).unwrap_or_default();
        let stop = memchr2(dialect.delimiter, dialect.newline, rest).map_or(text.len(), |length| from + length);
        return (trimmed(text, from..stop), stop, Oddity::default());
    };
    let (mut at, mut escaped, mut stray) = (first + 1, false, false);
    while let Some(length) = memchr(quote, text.get(at..).unwrap_or_default()) {
        let close = at + length;
        if text.get(close + 1) == Some(&quote) {
            escaped = true;
            at = close + 2;
            continue;
        }
        let stop = skip_spaces(text, close + 1, dialect);
        if text.get(stop).is_none_or(|byte| *byte == dialect.delimiter || *byte == dialect.newline) {
            let multiline = memchr(dialect.newline, text.get(first..close).unwrap_or_default()).is_some();
            let field = Field { escaped, ..trimmed(text, first + 1..close) };
            return (field, stop, Oddity { open: false, multiline, stray });
        }
        stray = true;
        at = close + 1;
    }
    let field = Field { escaped, ..trimmed(text, first + 1..text.len()) };
    (field, text.len(), Oddity { open: true, multiline: false, stray })
}

fn skip_spaces(text: &[u8], from: usize, dialect: Dialect) -> usize {
    let space =
        |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r') && *byte != dialect.delimiter && *byte != dialect.newline;
    let rest = text.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|byte| space(byte)).count()
}

fn trimmed(text: &[u8], range: Range<usize>) -> Field {
    let (mut start, mut end) = (range.start, range.end);
    while start < end && text.get(start).is_some_and(u8::is_ascii_whitespace) {
        start += 1;
    }
    while start < end && text.get(end - 1).is_some_and(u8::is_ascii_whitespace) {
        end -= 1;
    }
    let wide = |byte: Option<&u8>| byte.is_some_and(|byte| !byte.is_ascii());
    if start < end && (wide(text.get(start)) || wide(text.get(end - 1))) {
        (start, end) = trimmed_wide(text, start..end);
    }
    let blank = start == end && range.end > range.start && text.get(range.start) != Some(&b'\r');
    Field { start, end, escaped: false, blank }
}

/// The range without the spaces that are no ASCII, such as no-break spaces.
fn trimmed_wide(text: &[u8], range: Range<usize>) -> (usize, usize) {
    // fields end at ASCII bytes, so that they are whole characters
    let Some(field) = text.get(range.clone()).and_then(|field| std::str::from_utf8(field).ok()) else {
        return (range.start, range.end);
    };
    let start = range.start + (field.len() - field.trim_start().len());
    (start, start + field.trim().len())
}

/// Runs of spaces count as one delimiter.
fn split_spaces(text: &[u8], line: Range<usize>, fields: &mut Vec<Field>) {
    let mut at = line.start;
    while at < line.end {
        let rest = text.get(at..line.end).unwrap_or_default();
        let length = rest.iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
        if length > 0 {
            fields.push(Field { start: at, end: at + length, escaped: false, blank: false });
        }
        at += length.max(1);
    }
    if fields.is_empty() {
        fields.push(Field { start: line.start, end: line.start, escaped: false, blank: false });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMA: Dialect = Dialect { delimiter: b',', quote: Some(b'"'), newline: b'\n' };

    fn cut(text: &str, dialect: Dialect) -> Vec<Vec<String>> {
        let (bytes, mut at, mut fields, mut records) = (text.as_bytes(), 0, Vec::new(), Vec::new());
        while at < bytes.len() {
            at = next(bytes, at, dialect, &mut fields).0;
            let plain = |field: &Field| value(text, *field, dialect).into_owned();
            records.push(fields.iter().map(plain).collect());
        }
        records
    }

    #[test]
    fn quoted_fields_hold_delimiters_line_breaks_and_doubled_quotes() {
        let records = cut("a, \"b,\"\"c\"\"\nd\" ,e\r\n1,,\" \"", COMMA);
        assert_eq!(records, [["a", "b,\"c\"\nd", "e"], ["1", "", ""]]);
    }

    #[test]
    fn stray_quotes_are_text() {
        let records = cut("5\" pipe,\"he said \"hi\" to me\",x\n", COMMA);
        assert_eq!(records, [["5\" pipe", "he said \"hi\" to me", "x"]]);
    }

    #[test]
    fn spaces_of_every_kind_are_trimmed() {
        let records = cut("\u{a0}Zoë\u{202f},é , \u{a0}\n", COMMA);
        assert_eq!(records, [["Zoë", "é", ""]]);
    }

    #[test]
    fn pieces_begin_with_records_whatever_their_size() {
        let text = "a,b\n\"1\n2\",3\n4,5\n\"6\n7\n\",8\n9,0";
        let whole = cut(text, COMMA);
        for size in 1..text.len() {
            let joined: Vec<_> = pieces(text.as_bytes(), 0, COMMA, size)
                .into_iter()
                .flat_map(|piece| cut(&text[piece], COMMA))
                .collect();
            assert_eq!(joined, whole, "pieces of {size} bytes");
        }
    }
}
