//! Tables as files, written block by block: [`ParquetSink`] and [`CsvSink`].

mod csv;
mod parquet;

pub use self::csv::CsvSink;
pub use self::parquet::ParquetSink;

use chrono::NaiveDate;

use crate::base::{Error, Result};

/// Consecutive rows of a table; every block of a table has the same columns in the same order.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Name and cells; all columns have the same length.
    pub columns: Vec<(String, Cells)>,
}

/// The cells of one column; `None` is null.
#[derive(Debug, Clone, PartialEq)]
pub enum Cells {
    Text(Vec<Option<String>>),
    Number(Vec<Option<f64>>),
    /// Numbers of which none is null.
    Known(Vec<f64>),
    Integer(Vec<Option<i64>>),
    Flag(Vec<Option<bool>>),
    Date(Vec<Option<NaiveDate>>),
}

impl Block {
    /// The number of rows, 0 for a block without columns.
    pub fn n_rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, cells)| cells.len())
    }

    /// Name and kind of every column.
    fn header(&self) -> Vec<(String, &'static str)> {
        self.columns.iter().map(|(name, cells)| (name.clone(), cells.kind())).collect()
    }

    /// Errors where columns differ in length, where a name stands twice, where a number is not finite, or where the
    /// block does not have the columns of the first one.
    fn check(&self, header: &[(String, &'static str)]) -> Result<()> {
        let n_rows = self.n_rows();
        for (i, (name, cells)) in self.columns.iter().enumerate() {
            if cells.len() != n_rows {
                let given = cells.len();
                return Err(Error::new(format!("column `{name}` has {given} rows, expected {n_rows} as in the first")));
            }
            if self.columns.iter().take(i).any(|(other, _)| other == name) {
                return Err(Error::new(format!("column `{name}` stands twice in a table, expected once")));
            }
            if let Some(row) = cells.not_finite() {
                return Err(Error::new(format!("column `{name}` holds a number that is not finite in row {row}")));
            }
        }
        if self.header() == header {
            return Ok(());
        }
        Err(Error::new("a block has other columns than the first block of its table"))
    }
}

impl Cells {
    pub fn len(&self) -> usize {
        match self {
            Self::Text(cells) => cells.len(),
            Self::Number(cells) => cells.len(),
            Self::Known(cells) => cells.len(),
            Self::Integer(cells) => cells.len(),
            Self::Flag(cells) => cells.len(),
            Self::Date(cells) => cells.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Number(_) | Self::Known(_) => "number",
            Self::Integer(_) => "integer",
            Self::Flag(_) => "flag",
            Self::Date(_) => "date",
        }
    }

    /// The first row whose number is infinite or not a number.
    fn not_finite(&self) -> Option<usize> {
        match self {
            Self::Number(cells) => cells.iter().position(|cell| cell.is_some_and(|number| !number.is_finite())),
            Self::Known(cells) => cells.iter().position(|number| !number.is_finite()),
            _ => None,
        }
    }
}

/// The columns of a table, fixed by its first block, and the rows so far.
#[derive(Default)]
struct Progress {
    header: Option<Vec<(String, &'static str)>>,
    n_rows: u64,
}

impl Progress {
    /// Checks a block and counts its rows; true for the first one.
    fn take(&mut self, block: &Block) -> Result<bool> {
        let is_first = self.header.is_none();
        block.check(self.header.get_or_insert_with(|| block.header()))?;
        self.n_rows += block.n_rows() as u64;
        Ok(is_first)
    }

    fn finish(self) -> Result<u64> {
        match self.header {
            Some(_) => Ok(self.n_rows),
            None => Err(Error::new("a table was finished without a block, expected at least an empty one")),
        }
    }
}
