//! Markers of missing values: those in columns that have their type, and those that stand nowhere.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::dates::{self, Orders};
use super::number::{self, Style};
use super::scan::Lens;
use crate::base::Finding;
use crate::load::{ColumnSettings, Source};

/// Which markers of a column occur in it: a bit each, in their order; the first 64 only.
pub type Marks = u64;

/// The column with null where a marker stands, by value: `-999` is -999.0 as well, `1900-01-01` a date. Text is left as
/// it is.
pub fn nulled(column: Column, lens: &Lens) -> PolarsResult<(Column, Marks)> {
    let (mut column, mut marks) = (column, 0);
    for (idx, marker) in lens.missing.iter().enumerate() {
        let Some(hit) = hits(&column, marker)?.filter(BooleanChunked::any) else { continue };
        marks |= bit(idx);
        let nothing = Series::full_null(column.name().clone(), 1, column.dtype());
        column = column.as_materialized_series().zip_with(&!hit, &nothing)?.into_column();
    }
    Ok((column, marks))
}

/// Where a marker stands; `None` where it cannot be a value of the column.
fn hits(column: &Column, marker: &str) -> PolarsResult<Option<BooleanChunked>> {
    let is = |hit: BooleanChunked| Ok(Some(hit.fill_null_with_values(false)?));
    match column.dtype() {
        DataType::Int64 => match number::whole(marker.as_bytes(), Style::Point) {
            Some(number) => is(column.i64()?.equal(number)),
            None => Ok(None),
        },
        DataType::Float64 => match marker.parse::<f64>() {
            Ok(number) => is(column.f64()?.equal(number)),
            Err(_) => Ok(None),
        },
        DataType::Boolean => match marker.to_ascii_lowercase().parse::<bool>() {
            Ok(wanted) => is(column.bool()?.iter().map(|value| Some(value == Some(wanted))).collect()),
            Err(_) => Ok(None),
        },
        DataType::Date | DataType::Datetime(..) => {
            let micros = dates::parts(marker.as_bytes()).and_then(|parts| parts.micros(&Orders::default()));
            let Some(micros) = micros else { return Ok(None) };
            let moments = column.cast(&DataType::Datetime(TimeUnit::Microseconds, None))?.cast(&DataType::Int64)?;
            is(moments.i64()?.equal(micros))
        }
        _ => Ok(None),
    }
}

/// The bit of a marker.
pub fn bit(idx: usize) -> Marks {
    u32::try_from(idx).ok().and_then(|idx| 1u64.checked_shl(idx)).unwrap_or_default()
}

/// Columns and the markers that occur in them.
#[derive(Debug, Default)]
pub struct Used {
    seen: BTreeSet<(String, String)>,
    columns: BTreeSet<String>,
}

impl Used {
    /// Adds what was seen in a column.
    pub fn add(&mut self, column: &str, lens: &Lens, marks: Marks) {
        self.columns.insert(column.to_owned());
        let used = lens.missing.iter().enumerate().filter(|(idx, _)| marks & bit(*idx) > 0 || bit(*idx) == 0);
        self.seen.extend(used.map(|(_, marker)| (column.to_owned(), marker.clone())));
    }

    pub fn append(&mut self, later: Self) {
        self.seen.extend(later.seen);
        self.columns.extend(later.columns);
    }

    /// Markers declared for a source that stand in none of its columns.
    pub fn unused_of_source(&self, source: &Source) -> Option<Finding> {
        let stands = |marker: &str| self.seen.iter().any(|(_, seen)| seen == marker);
        let place = format!("source `{}`", source.name);
        Some(unused(&source.options.missing, stands, &place)?.source(&source.name))
    }

    /// Markers declared for a column that stand in it nowhere.
    pub fn unused_of_columns(&self, columns: &BTreeMap<String, ColumnSettings>) -> Vec<Finding> {
        let read = columns.iter().filter(|(name, _)| self.columns.contains(*name));
        let told = read.filter_map(|(name, settings)| {
            let stands = |marker: &str| self.seen.contains(&(name.clone(), marker.to_owned()));
            Some(unused(&settings.missing, stands, &format!("column `{name}`"))?.column(name))
        });
        told.collect()
    }
}

fn unused(declared: &[String], stands: impl Fn(&str) -> bool, place: &str) -> Option<Finding> {
    let unused: Vec<&str> =
        declared.iter().map(|marker| marker.trim()).filter(|marker| !marker.is_empty() && !stands(marker)).collect();
    let told = unused.iter().map(|marker| format!("`{marker}`")).collect::<Vec<_>>().join(", ");
    let stand = if unused.len() == 1 { "stands" } else { "stand" };
    let message = format!("{told}, declared as missing, {stand} nowhere in {place}");
    (!unused.is_empty()).then(|| Finding::new("unused-markers", message).count(unused.len()))
}
