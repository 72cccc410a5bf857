//! Comma-separated values after RFC 4180, with line feeds.
//!
//! Fields are quoted only where they must be, text stays byte for byte as it is; null is an empty field, the empty
//! string is `""`. Numbers have all their digits (the shortest that read back as the same number).

use std::io::Write;

use rayon::prelude::*;

use super::{Block, Cells, Progress};
use crate::base::{Error, Result};

/// Rows that one thread formats at a time.
const CHUNK: usize = 4096;
/// Chunks in memory at a time.
const WAVE: usize = 32;

/// Writes a table block by block.
pub struct CsvSink<W: Write> {
    writer: W,
    /// Disarm text that a spreadsheet would run as a formula.
    escape: bool,
    progress: Progress,
}

impl<W: Write> CsvSink<W> {
    /// With `escape`, text that begins with `=`, `+`, `-`, `@`, tab or carriage return gets an apostrophe in front
    /// (OWASP, CSV injection); such text no longer joins byte for byte.
    pub fn new(writer: W, escape: bool) -> Self {
        Self { writer, escape, progress: Progress::default() }
    }

    /// Appends the rows of a block; the first block also writes the header.
    pub fn write(&mut self, block: &Block) -> Result<()> {
        if self.progress.take(block)? {
            self.write_header(block)?;
        }
        let starts: Vec<usize> = (0..block.n_rows()).step_by(CHUNK).collect();
        for wave in starts.chunks(WAVE) {
            let escape = self.escape;
            let chunks: Vec<Vec<u8>> = wave.par_iter().map(|start| rows(block, *start, escape)).collect();
            for chunk in chunks {
                self.writer.write_all(&chunk).map_err(|e| failed(&e))?;
            }
        }
        Ok(())
    }

    /// Flushes, and tells how many rows were written.
    pub fn finish(mut self) -> Result<u64> {
        self.writer.flush().map_err(|e| failed(&e))?;
        self.progress.finish()
    }

    fn write_header(&mut self, block: &Block) -> Result<()> {
        let mut line = Vec::new();
        for (i, (name, _)) in block.columns.iter().enumerate() {
            if i > 0 {
                line.push(b',');
            }
            push_text(&mut line, name, self.escape);
        }
        line.push(b'\n');
        self.writer.write_all(&line).map_err(|e| failed(&e))
    }
}

/// The lines of the rows from `start` on, at most [`CHUNK`].
fn rows(block: &Block, start: usize, escape: bool) -> Vec<u8> {
    let end = (start + CHUNK).min(block.n_rows());
    let mut lines = Vec::with_capacity((end - start) * block.columns.len() * 12);
    // a line of one column that is null would be an empty line, which readers skip
    let is_single = block.columns.len() == 1;
    for row in start..end {
        for (i, (_, cells)) in block.columns.iter().enumerate() {
            if i > 0 {
                lines.push(b',');
            }
            push_cell(&mut lines, cells, row, escape);
        }
        if is_single && lines.last().is_none_or(|byte| *byte == b'\n') {
            lines.extend_from_slice(b"\"\"");
        }
        lines.push(b'\n');
    }
    lines
}

fn push_cell(line: &mut Vec<u8>, cells: &Cells, row: usize, escape: bool) {
    match cells {
        Cells::Text(cells) => {
            if let Some(Some(text)) = cells.get(row) {
                push_text(line, text, escape);
            }
        }
        Cells::Number(cells) => push(line, cells.get(row)),
        Cells::Known(cells) => push(line, Some(&cells.get(row))),
        Cells::Integer(cells) => push(line, cells.get(row)),
        Cells::Flag(cells) => push(line, cells.get(row)),
        Cells::Date(cells) => push(line, cells.get(row)),
    }
}

fn push<T: std::fmt::Display>(line: &mut Vec<u8>, cell: Option<&Option<T>>) {
    if let Some(Some(value)) = cell {
        // writing into memory cannot fail
        let _ = write!(line, "{value}");
    }
}

fn push_text(line: &mut Vec<u8>, text: &str, escape: bool) {
    let disarm = escape && text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let quote = text.is_empty() || text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'));
    if !quote {
        line.extend_from_slice(if disarm { b"'" } else { b"" });
        line.extend_from_slice(text.as_bytes());
        return;
    }
    line.push(b'"');
    line.extend_from_slice(if disarm { b"'" } else { b"" });
    for byte in text.bytes() {
        if byte == b'"' {
            line.push(b'"');
        }
        line.push(byte);
    }
    line.push(b'"');
}

fn failed(error: &std::io::Error) -> Error {
    Error::new(format!("a table could not be written: {error}"))
}
