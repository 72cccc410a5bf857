//! What stands in a column, in the few facts from which a config is proposed.

use std::collections::BTreeMap;

use polars::prelude::{Column as Series, DataFrame, DataType};

use crate::base::design::MISSING;
use crate::base::{Error, Result};

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Boolean,
    Date,
    Text,
}

/// One column, looked at.
pub(super) struct Column {
    pub name: String,
    pub kind: Kind,
    /// Index into `levels`, or [`MISSING`]; one per row.
    pub codes: Vec<u32>,
    /// Distinct values as text (in the order of text), with their counts.
    pub levels: Vec<(String, usize)>,
    /// The numbers of a column of numbers, one per row.
    pub numbers: Vec<Option<f64>>,
    /// Whether these numbers stand in text, which was read as it is.
    pub in_text: bool,
}

impl Column {
    pub fn n_rows(&self) -> usize {
        self.codes.len()
    }

    pub fn n_known(&self) -> usize {
        self.levels.iter().map(|(_, count)| count).sum()
    }

    /// Whether every row has a value of its own.
    pub fn is_key(&self) -> bool {
        self.n_rows() > 0 && self.levels.len() == self.n_rows()
    }

    pub fn is_whole(&self) -> bool {
        self.kind == Kind::Number && self.numbers.iter().flatten().all(|number| number.fract() == 0.0)
    }

    /// Mean number of characters of the distinct values.
    pub fn mean_length(&self) -> f64 {
        let characters: usize = self.levels.iter().map(|(level, _)| level.chars().count()).sum();
        if self.levels.is_empty() { 0.0 } else { characters as f64 / self.levels.len() as f64 }
    }

    /// Lowest and highest number.
    pub fn range(&self) -> Option<(f64, f64)> {
        let low = self.numbers.iter().flatten().copied().min_by(f64::total_cmp)?;
        let high = self.numbers.iter().flatten().copied().max_by(f64::total_cmp)?;
        Some((low, high))
    }
}

/// All columns of a table.
pub(super) fn columns(frame: &DataFrame) -> Result<Vec<Column>> {
    frame.columns().iter().map(column).collect()
}

fn column(series: &Series) -> Result<Column> {
    let name = series.name().to_string();
    let mut kind = match series.dtype() {
        DataType::Boolean => Kind::Boolean,
        DataType::Date | DataType::Datetime(_, _) => Kind::Date,
        dtype if dtype.is_numeric() => Kind::Number,
        _ => Kind::Text,
    };
    let unreadable = |error| Error::new(format!("column `{name}` cannot be looked at: {error}"));
    let mut numbers = Vec::new();
    if kind == Kind::Number {
        let cast = series.cast(&DataType::Float64).map_err(unreadable)?;
        numbers =
            cast.f64().map_err(unreadable)?.iter().map(|number| number.filter(|number| number.is_finite())).collect();
    }
    let texts: Vec<Option<String>> = if kind == Kind::Number {
        numbers.iter().map(|number| number.map(|number| number.to_string())).collect()
    } else {
        let cast = series.cast(&DataType::String).map_err(unreadable)?;
        let texts = cast.str().map_err(unreadable)?;
        texts.iter().map(|text| text.filter(|text| !text.trim().is_empty()).map(str::to_owned)).collect()
    };
    let (codes, levels) = coded(&texts);
    let in_text = kind == Kind::Text && mostly_numbers(&levels);
    if in_text {
        kind = Kind::Number;
        numbers = texts.iter().map(|text| text.as_deref().and_then(number)).collect();
    }
    Ok(Column { name, kind, codes, levels, numbers, in_text })
}

/// Whether a column of text is one of numbers with a few marks among them.
fn mostly_numbers(levels: &[(String, usize)]) -> bool {
    let n_known: usize = levels.iter().map(|(_, count)| count).sum();
    let n_numbers: usize = levels.iter().filter(|(level, _)| number(level).is_some()).map(|(_, count)| count).sum();
    n_known > 0 && n_numbers * 100 >= n_known * 95
}

/// The number that a text is; none where leading zeros say that it is a code.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let code = text.len() > 1 && text.starts_with('0') && !text.starts_with("0.");
    text.parse().ok().filter(|number: &f64| number.is_finite() && !code)
}

fn coded(texts: &[Option<String>]) -> (Vec<u32>, Vec<(String, usize)>) {
    let mut counts: BTreeMap<&str, (u32, usize)> = BTreeMap::new();
    for text in texts.iter().flatten() {
        counts.entry(text).or_default().1 += 1;
    }
    for (code, entry) in (0u32..).zip(counts.values_mut()) {
        entry.0 = code;
    }
    let code =
        |text: &Option<String>| text.as_deref().and_then(|text| counts.get(text)).map_or(MISSING, |entry| entry.0);
    let codes = texts.iter().map(code).collect();
    (codes, counts.into_iter().map(|(level, (_, count))| (level.to_owned(), count)).collect())
}

/// How many rows equal another one in all of some columns.
pub(super) fn n_duplicates(columns: &[&Column]) -> usize {
    let n_rows = columns.first().map_or(0, |column| column.n_rows());
    let mut seen = std::collections::HashSet::new();
    (0..n_rows)
        .filter(|&row| !seen.insert(columns.iter().map(|column| column.codes[row]).collect::<Vec<u32>>()))
        .count()
}

/// The first row whose value stands above already, and the value.
pub(super) fn first_repeated(column: &Column) -> Option<(usize, &str)> {
    let mut seen = vec![false; column.levels.len()];
    column.codes.iter().enumerate().find_map(|(row, code)| {
        let seen = seen.get_mut(*code as usize)?;
        let (level, _) = column.levels.get(*code as usize)?;
        std::mem::replace(seen, true).then_some((row, level.as_str()))
    })
}
