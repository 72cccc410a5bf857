//! Bytes of a text file to UTF-8.

use std::io::Read as _;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::base::{Error, Finding, Result};

/// The text of a file, and whether its encoding had to be guessed.
pub struct Decoded {
    pub text: String,
    pub findings: Vec<Finding>,
}

/// Unpacks gzip, by its magic bytes.
pub fn unpack(bytes: Vec<u8>, name: &str) -> Result<Vec<u8>> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let mut unpacked = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes.as_slice())
        .read_to_end(&mut unpacked)
        .map_err(|error| Error::new(format!("`{name}` is not a complete gzip file: {error}")))?;
    Ok(unpacked)
}

/// UTF-8 as it is, without its mark; UTF-16 by its mark; what is declared; else Windows-1252.
pub fn decode(bytes: Vec<u8>, encoding: Option<&str>, name: &str, source: &str) -> Result<Decoded> {
    if let Some((marked, length)) = Encoding::for_bom(&bytes) {
        return decode_marked(bytes, marked, length, name);
    }
    if let Some(label) = encoding {
        let encoding = Encoding::for_label(label.as_bytes()).ok_or_else(|| unknown_encoding(label))?;
        return decode_as(bytes, encoding, label, name);
    }
    if let Some(at) = memchr::memchr(0, &bytes) {
        return Err(binary(name, at));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Decoded { text, findings: Vec::new() }),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            Ok(guess(&error.into_bytes(), at, name, source))
        }
    }
}

fn decode_marked(mut bytes: Vec<u8>, encoding: &'static Encoding, mark: usize, name: &str) -> Result<Decoded> {
    if encoding == UTF_16LE || encoding == UTF_16BE {
        return decode_as(bytes, encoding, "utf-16", name);
    }
    bytes.drain(..mark);
    decode_as(bytes, UTF_8, "utf-8", name)
}

fn decode_as(bytes: Vec<u8>, encoding: &'static Encoding, label: &str, name: &str) -> Result<Decoded> {
    let wide = encoding == UTF_16LE || encoding == UTF_16BE;
    if let Some(at) = memchr::memchr(0, &bytes).filter(|_| !wide) {
        return Err(binary(name, at));
    }
    if encoding == UTF_8 {
        let text = String::from_utf8(bytes).map_err(|error| not_encoded(name, label, &error))?;
        return Ok(Decoded { text, findings: Vec::new() });
    }
    let (text, _, broken) = encoding.decode(&bytes);
    if broken {
        return Err(Error::new(format!("`{name}` is not valid `{label}`")).hint("leave `encoding` out"));
    }
    Ok(Decoded { text: text.into_owned(), findings: Vec::new() })
}

fn guess(bytes: &[u8], at: usize, name: &str, source: &str) -> Decoded {
    let line = super::records::line_of(bytes, at, b'\n');
    let (text, _, _) = WINDOWS_1252.decode(bytes);
    let message = format!("`{name}` is not UTF-8 (first in line {line}) and was read as Windows-1252");
    let hint = format!("add `encoding = \"windows-1252\"` to source `{source}`, or the encoding that it is in");
    let finding = Finding::new("encoding-guessed", message).source(source).first_row(line).hint(hint);
    Decoded { text: text.into_owned(), findings: vec![finding] }
}

fn binary(name: &str, at: usize) -> Error {
    Error::new(format!("`{name}` is a binary file (byte {} is zero), expected text", at + 1))
        .hint("name a CSV, NDJSON, Parquet or Excel file")
}

fn unknown_encoding(label: &str) -> Error {
    const COMMON: [&str; 8] =
        ["utf-8", "windows-1252", "iso-8859-1", "iso-8859-15", "utf-16le", "utf-16be", "windows-1250", "shift_jis"];
    let near = crate::base::error::nearest(label, COMMON).unwrap_or("windows-1252");
    Error::new(format!("unknown encoding `{label}`")).hint(format!("`encoding = \"{near}\"`"))
}

fn not_encoded(name: &str, label: &str, error: &std::string::FromUtf8Error) -> Error {
    let line = super::records::line_of(error.as_bytes(), error.utf8_error().valid_up_to(), b'\n');
    Error::new(format!("`{name}` is not valid `{label}` (first in line {line})")).hint("`encoding = \"windows-1252\"`")
}
