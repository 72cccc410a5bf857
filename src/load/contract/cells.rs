//! What stands in a column, out of polars' hands.

use polars::prelude::{Column, DataFrame, DataType, PolarsError, StringChunked};
use rayon::prelude::*;

use crate::base::{Error, Result};

/// An error of polars that no input should cause.
pub fn broken(error: &PolarsError) -> Error {
    Error::new(format!("the table could not be read: {error}"))
}

/// Brings every column to one of our types, and turns numbers that are not finite into nulls.
pub fn clean(mut frame: DataFrame) -> Result<DataFrame> {
    frame.rechunk_mut();
    let cleaned: Vec<Option<Column>> = frame.columns().par_iter().map(clean_column).collect::<Result<_>>()?;
    for (at, column) in cleaned.into_iter().enumerate() {
        if let Some(column) = column {
            frame.replace_column(at, column).map_err(|error| broken(&error))?;
        }
    }
    Ok(frame)
}

/// The column as one of our types; `None` where it is one already.
fn clean_column(column: &Column) -> Result<Option<Column>> {
    let wanted = match column.dtype() {
        DataType::Float64 => return Ok(finite(column)),
        DataType::Int64 | DataType::Boolean | DataType::String | DataType::Date | DataType::Datetime(..) => {
            return Ok(None);
        }
        kind if kind.is_integer() => DataType::Int64,
        kind if kind.is_numeric() => DataType::Float64,
        _ => DataType::String,
    };
    let cast = column.cast(&wanted).map_err(|_| {
        Error::new(format!("column `{}` is of a type that cannot be used: {}", column.name(), column.dtype()))
            .hint(format!("cast it in `sql`: `cast(\"{}\" as varchar)`", column.name()))
    })?;
    Ok(Some(finite(&cast).unwrap_or(cast)))
}

fn finite(column: &Column) -> Option<Column> {
    let values = column.f64().ok()?;
    if values.iter().flatten().all(f64::is_finite) {
        return None;
    }
    let kept: polars::prelude::Float64Chunked = values.iter().map(|value| value.filter(|v| v.is_finite())).collect();
    let mut kept = Column::from(polars::prelude::IntoSeries::into_series(kept));
    kept.rename(column.name().clone());
    Some(kept)
}

/// Numbers, booleans as 0 and 1, dates as days since 1970-01-01; NaN where blank. `None` for text.
pub fn numbers(column: &Column) -> Result<Option<Vec<f64>>> {
    const BLANK: f64 = f64::NAN;
    Ok(match column.dtype() {
        DataType::Float64 => {
            column.f64().ok().map(|values| values.iter().map(|value| value.unwrap_or(BLANK)).collect())
        }
        DataType::Int64 => {
            column.i64().ok().map(|values| values.iter().map(|value| value.map_or(BLANK, |v| v as f64)).collect())
        }
        DataType::Boolean => column
            .bool()
            .ok()
            .map(|values| values.iter().map(|value| value.map_or(BLANK, |v| f64::from(u8::from(v)))).collect()),
        DataType::Date | DataType::Datetime(..) => {
            Some(days(column)?.into_iter().map(|day| day.map_or(BLANK, f64::from)).collect())
        }
        _ => None,
    })
}

/// Days since 1970-01-01 of a column of dates or times; all blank for other columns.
pub fn days(column: &Column) -> Result<Vec<Option<i32>>> {
    if !is_date(column) {
        return Ok(vec![None; column.len()]);
    }
    let dates = column.cast(&DataType::Date).and_then(|dates| dates.cast(&DataType::Int32));
    let dates = dates.map_err(|error| broken(&error))?;
    let days = dates.i32().map_err(|error| broken(&error))?;
    Ok(days.iter().collect())
}

/// The texts of a text column.
pub fn text(column: &Column) -> Option<&StringChunked> {
    column.str().ok()
}

pub fn is_date(column: &Column) -> bool {
    matches!(column.dtype(), DataType::Date | DataType::Datetime(..))
}

/// What the column holds, in a word.
pub fn noun(column: &Column) -> &'static str {
    match column.dtype() {
        DataType::String => "text",
        DataType::Boolean => "true and false",
        DataType::Date | DataType::Datetime(..) => "dates",
        _ => "numbers",
    }
}

/// Scrambles a number so that near numbers lie far apart (the finalizer of SplitMix64; Steele, Lea, Flood 2014).
pub fn mix(number: u64) -> u64 {
    let z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number that depends on the bytes only, eight at a time.
pub fn hash(bytes: &[u8]) -> u64 {
    let mut state = mix(bytes.len() as u64);
    for chunk in bytes.chunks(8) {
        let mut word = [0u8; 8];
        for (to, from) in word.iter_mut().zip(chunk) {
            *to = *from;
        }
        state = mix(state ^ u64::from_le_bytes(word));
    }
    state
}

/// One number per row for what stands there, equal where the cells are equal; blank is a value of its own.
pub fn hashes(column: &Column) -> Result<Vec<u64>> {
    const BLANK: u64 = 0x5bd1_e995_0b1a_4b1a;
    if let Some(texts) = text(column) {
        return Ok(texts.iter().map(|cell| cell.map_or(BLANK, |t| hash(t.as_bytes()))).collect());
    }
    if let Ok(values) = column.i64() {
        return Ok(values.iter().map(|cell| cell.map_or(BLANK, |v| mix(v.cast_unsigned()))).collect());
    }
    if matches!(column.dtype(), DataType::Datetime(..)) {
        let exact = column.cast(&DataType::Int64).map_err(|error| broken(&error))?;
        return hashes(&exact);
    }
    let values = numbers(column)?.unwrap_or_default();
    Ok(values.into_iter().map(|v| if v.is_nan() { BLANK } else { mix((v + 0.0).to_bits()) }).collect())
}
