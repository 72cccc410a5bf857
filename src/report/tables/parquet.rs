//! Parquet by polars: zstd, statistics, no time stamp; the same blocks give the same bytes.

use std::io::Write;

use polars::io::parquet::write::BatchedWriter;
use polars::prelude::{
    Column, DataFrame, DataType, IntoColumn, NamedFrom, ParquetCompression, ParquetWriter, PolarsError, Series,
};

use super::{Block, Cells, Progress};
use crate::base::{Error, Result};

/// Rows of a row group at most.
const ROW_GROUP: usize = 262_144;
/// Days from 1 January of the year 1 (day 1) to 1 January 1970.
const EPOCH: i32 = 719_163;

/// Writes a table block by block; a block becomes one row group, or several where it is large.
pub struct ParquetSink<W: Write> {
    state: State<W>,
    progress: Progress,
}

enum State<W: Write> {
    /// Before the first block.
    Open(W),
    Writing(Box<BatchedWriter<W>>),
    /// A writer that could not be made.
    Broken,
}

impl<W: Write> ParquetSink<W> {
    pub fn new(writer: W) -> Self {
        Self { state: State::Open(writer), progress: Progress::default() }
    }

    /// Appends the rows of a block; the first block fixes the schema.
    pub fn write(&mut self, block: &Block) -> Result<()> {
        self.progress.take(block)?;
        let frame = frame(block)?;
        self.state = match std::mem::replace(&mut self.state, State::Broken) {
            State::Open(writer) => {
                let writer = ParquetWriter::new(writer).with_compression(ParquetCompression::Zstd(None));
                State::Writing(Box::new(writer.batched(frame.schema()).map_err(|e| failed(&e))?))
            }
            state => state,
        };
        let State::Writing(writer) = &mut self.state else {
            return Err(Error::new("a table could not be written: it failed before"));
        };
        for start in (0..frame.height()).step_by(ROW_GROUP) {
            writer.write_batch(&frame.slice(start as i64, ROW_GROUP)).map_err(|e| failed(&e))?;
        }
        Ok(())
    }

    /// Writes the footer, and tells how many rows were written.
    pub fn finish(self) -> Result<u64> {
        if let State::Writing(writer) = self.state {
            writer.finish().map_err(|e| failed(&e))?;
        }
        self.progress.finish()
    }
}

fn frame(block: &Block) -> Result<DataFrame> {
    let columns: Result<Vec<Column>> = block.columns.iter().map(|(name, cells)| column(name, cells)).collect();
    DataFrame::new(block.n_rows(), columns?).map_err(|e| failed(&e))
}

fn column(name: &str, cells: &Cells) -> Result<Column> {
    let series = match cells {
        Cells::Text(cells) => {
            let texts: Vec<Option<&str>> = cells.iter().map(Option::as_deref).collect();
            Series::new(name.into(), texts)
        }
        Cells::Number(cells) => Series::new(name.into(), cells.as_slice()),
        Cells::Known(cells) => Series::new(name.into(), cells.as_slice()),
        Cells::Integer(cells) => Series::new(name.into(), cells.as_slice()),
        Cells::Flag(cells) => Series::new(name.into(), cells.as_slice()),
        Cells::Date(cells) => {
            use chrono::Datelike;
            let days: Vec<Option<i32>> =
                cells.iter().map(|date| date.map(|date| date.num_days_from_ce() - EPOCH)).collect();
            Series::new(name.into(), days).cast(&DataType::Date).map_err(|e| failed(&e))?
        }
    };
    Ok(series.into_column())
}

fn failed(error: &PolarsError) -> Error {
    Error::new(format!("a table could not be written: {error}"))
}
