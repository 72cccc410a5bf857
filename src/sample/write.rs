//! Rows to bytes: delimited text in several dialects, gzip, Windows-1252.

use std::io::Write;

use chrono::{Datelike, NaiveDate};

use crate::base::{Error, Result};

/// A delimited text file in the making.
pub struct Csv {
    pub bytes: Vec<u8>,
    delimiter: u8,
    decimal: u8,
    line_end: &'static str,
    at_start: bool,
}

impl Csv {
    /// A file with comma, decimal point and line feeds.
    pub fn plain() -> Self {
        Self { bytes: Vec::new(), delimiter: b',', decimal: b'.', line_end: "\n", at_start: true }
    }

    /// A file with semicolon, decimal comma and line feeds.
    pub fn european() -> Self {
        Self { delimiter: b';', decimal: b',', ..Self::plain() }
    }

    /// A file as Windows programs write it: byte-order mark, carriage returns.
    pub fn windows() -> Self {
        Self { bytes: "\u{feff}".into(), line_end: "\r\n", ..Self::plain() }
    }

    /// The header, or any row of plain texts.
    pub fn row(&mut self, cells: &[&str]) {
        for cell in cells {
            self.text(cell);
        }
        self.end();
    }

    /// A text, quoted where it must be.
    pub fn text(&mut self, text: &str) {
        self.separate();
        let special = |byte: u8| byte == self.delimiter || matches!(byte, b'"' | b'\n' | b'\r');
        if !text.bytes().any(special) {
            return self.bytes.extend_from_slice(text.as_bytes());
        }
        self.bytes.push(b'"');
        self.bytes.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        self.bytes.push(b'"');
    }

    pub fn blank(&mut self) {
        self.separate();
    }

    /// `prefix` and a whole number, as in `C-10042`.
    pub fn code(&mut self, prefix: &str, number: usize) {
        self.separate();
        self.bytes.extend_from_slice(prefix.as_bytes());
        push_digits(&mut self.bytes, number as u64, 1);
    }

    pub fn whole(&mut self, number: i64) {
        self.number(number as f64, 0);
    }

    /// A number rounded to so many decimals, all of them written.
    pub fn number(&mut self, number: f64, decimals: u32) {
        self.separate();
        let scale = 10u64.pow(decimals);
        let scaled = (number.abs() * scale as f64).round() as u64;
        if number < 0.0 && scaled > 0 {
            self.bytes.push(b'-');
        }
        push_digits(&mut self.bytes, scaled / scale, 1);
        if decimals > 0 {
            self.bytes.push(self.decimal);
            push_digits(&mut self.bytes, scaled % scale, decimals as usize);
        }
    }

    /// `2026-05-14`
    pub fn date(&mut self, date: NaiveDate) {
        self.separate();
        self.parts(date, [Part::Year, Part::Month, Part::Day], b'-');
    }

    /// `14.05.2026`
    pub fn day_first(&mut self, date: NaiveDate) {
        self.separate();
        self.parts(date, [Part::Day, Part::Month, Part::Year], b'.');
    }

    pub fn end(&mut self) {
        self.bytes.extend_from_slice(self.line_end.as_bytes());
        self.at_start = true;
    }

    /// Writes the bytes from `start` on once more: a row that was exported twice.
    pub fn repeat_from(&mut self, start: usize) {
        self.bytes.extend_from_within(start..);
    }

    fn separate(&mut self) {
        if !std::mem::take(&mut self.at_start) {
            self.bytes.push(self.delimiter);
        }
    }

    fn parts(&mut self, date: NaiveDate, order: [Part; 3], separator: u8) {
        for (idx, part) in order.into_iter().enumerate() {
            if idx > 0 {
                self.bytes.push(separator);
            }
            match part {
                Part::Year => push_digits(&mut self.bytes, date.year().unsigned_abs().into(), 4),
                Part::Month => push_digits(&mut self.bytes, date.month().into(), 2),
                Part::Day => push_digits(&mut self.bytes, date.day().into(), 2),
            }
        }
    }
}

enum Part {
    Year,
    Month,
    Day,
}

/// A whole number, with leading zeros up to `width` digits.
fn push_digits(out: &mut Vec<u8>, mut number: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    while number > 0 || digits.len() - start < width {
        start -= 1;
        if let Some(digit) = digits.get_mut(start) {
            *digit = b'0' + (number % 10) as u8;
        }
        number /= 10;
    }
    out.extend_from_slice(digits.get(start..).unwrap_or_default());
}

/// Gzip without a time stamp or a name.
///
/// # Errors
/// Never in practice: memory is written.
pub fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let failed = |error: std::io::Error| Error::new(format!("the sample cannot be compressed: {error}"));
    let mut encoder = flate2::GzBuilder::new().mtime(0).write(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).map_err(failed)?;
    encoder.finish().map_err(failed)
}

/// The bytes of UTF-8 text in Windows-1252; `?`-like references stand for what it lacks, which the sample never uses.
pub fn windows_1252(utf8: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(utf8);
    encoding_rs::WINDOWS_1252.encode(&text).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_written_as_the_dialect_says() {
        let mut csv = Csv::european();
        csv.text("a;b \"c\"");
        csv.number(-1234.567, 2);
        csv.blank();
        csv.day_first(NaiveDate::from_ymd_opt(2026, 5, 4).unwrap());
        csv.number(-0.001, 2);
        csv.code("C-", 10);
        csv.whole(0);
        csv.end();
        assert_eq!(String::from_utf8(csv.bytes).unwrap(), "\"a;b \"\"c\"\"\";-1234,57;;04.05.2026;0,00;C-10;0\n");
    }
}
