//! The dialect of a delimited file, found by looking at its first records.

use super::records::{self, Dialect};
use crate::base::{Error, Result};
use crate::load::ReadOptions;

/// In order of preference where two fit equally well: rarer in text first.
const DELIMITERS: [u8; 4] = [b'\t', b';', b'|', b','];
const N_RECORDS: usize = 100;
const N_BYTES: usize = 1 << 18;

/// The dialect that is declared, and where nothing is, the one that fits. `text` begins with the header.
///
/// # Errors
/// The declared delimiter gives a single column while another one gives more.
pub fn find(text: &str, options: &ReadOptions, name: &str) -> Result<Dialect> {
    let newline = if text.contains('\r') && !text.contains('\n') { b'\r' } else { b'\n' };
    let sample = sample(text, newline);
    let quote = options.quote.map(|quote| one_byte(quote, "quote")).transpose()?;
    let with = |delimiter| Dialect { delimiter, quote: Some(quote.unwrap_or(b'"')), newline };
    let best = DELIMITERS.into_iter().map(|delimiter| (delimiter, fit(sample, with(delimiter))));
    let best = best
        .filter(|(_, fit)| fit.columns > 1 && fit.share >= 0.5)
        .reduce(|best, next| if next.1.share > best.1.share { next } else { best });
    let delimiter = match options.delimiter {
        Some(declared) => {
            let declared = one_byte(declared, "delimiter")?;
            check_declared(sample, with(declared), best, name)?;
            declared
        }
        None => best.map_or(b',', |(delimiter, _)| delimiter),
    };
    let dialect = with(delimiter);
    let quote = quote.unwrap_or_else(|| if single_quoted(sample, dialect) { b'\'' } else { b'"' });
    Ok(Dialect { quote: Some(quote), ..dialect })
}

#[derive(Debug, Clone, Copy)]
struct Fit {
    /// The most frequent number of fields.
    columns: usize,
    /// Share of the records that have as many.
    share: f64,
}

fn sample(text: &str, newline: u8) -> &[u8] {
    let bytes = text.as_bytes();
    let Some(head) = bytes.get(..N_BYTES) else {
        return bytes;
    };
    memchr::memrchr(newline, head).and_then(|end| bytes.get(..end)).unwrap_or(head)
}

fn fit(sample: &[u8], dialect: Dialect) -> Fit {
    let counts = counts(sample, dialect);
    let mode =
        counts.iter().copied().max_by_key(|count| (counts.iter().filter(|other| *other == count).count(), *count));
    let columns = mode.unwrap_or(1);
    let n_mode = counts.iter().filter(|count| **count == columns).count();
    #[expect(clippy::cast_precision_loss, reason = "at most 100")]
    let share = n_mode as f64 / counts.len().max(1) as f64;
    Fit { columns, share }
}

/// Numbers of fields of the first records that are not empty.
fn counts(sample: &[u8], dialect: Dialect) -> Vec<usize> {
    let (mut at, mut fields, mut counts) = (0, Vec::new(), Vec::new());
    while at < sample.len() && counts.len() < N_RECORDS {
        let (next, oddity) = records::next(sample, at, dialect, &mut fields);
        at = next;
        if oddity.open {
            break;
        }
        if !records::is_empty(&fields) {
            counts.push(fields.len());
        }
    }
    counts
}

fn check_declared(sample: &[u8], declared: Dialect, best: Option<(u8, Fit)>, name: &str) -> Result<()> {
    let alone = counts(sample, declared).iter().all(|count| *count == 1);
    let Some((better, fit)) = best.filter(|(_, fit)| alone && fit.share >= 0.9) else {
        return Ok(());
    };
    let (given, better) = (shown(declared.delimiter), shown(better));
    let message = format!("`{given}` separates no fields in `{name}`, while `{better}` gives {} columns", fit.columns);
    Err(Error::new(message).hint(format!("`delimiter = \"{better}\"`, or leave it out")))
}

/// Whether fields are enclosed in single quotes, and none in double ones.
fn single_quoted(sample: &[u8], dialect: Dialect) -> bool {
    let (mut at, mut fields, mut n_single, mut n_text) = (0, Vec::new(), 0_usize, 0_usize);
    let plain = Dialect { quote: None, ..dialect };
    while at < sample.len() && n_text < 10 * N_RECORDS {
        at = records::next(sample, at, plain, &mut fields).0;
        for field in &fields {
            match sample.get(field.start..field.end) {
                Some([b'"', ..]) => return false,
                Some([b'\'', .., b'\'']) => n_single += 1,
                Some([first, ..]) if !first.is_ascii_digit() => n_text += 1,
                _ => {}
            }
        }
    }
    n_single > n_text
}

/// A delimiter as it is typed in a config.
pub fn shown(delimiter: u8) -> String {
    if delimiter == b'\t' { "\\t".to_owned() } else { char::from(delimiter).to_string() }
}

fn one_byte(given: char, what: &str) -> Result<u8> {
    u8::try_from(given).ok().filter(u8::is_ascii).ok_or_else(|| {
        let message = format!("`{what}` is `{given}`, expected an ASCII character");
        Error::new(message).hint(format!("`{what} = \";\"`"))
    })
}
