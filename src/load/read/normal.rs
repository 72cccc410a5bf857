//! Column types narrowed to the six that the engine knows.

use polars::prelude::*;

use crate::base::{Error, Result};

/// A column as `Int64`, `Float64`, `Boolean`, `Date`, `Datetime` (microseconds, no zone) or `String`; durations become
/// days, times of day text, whole numbers beyond 64 bits text, and numbers that are not finite null. `None`: the column is nested.
///
/// # Errors
/// The values do not fit.
pub fn column(column: &Column) -> Result<Option<Column>> {
    let series = column.as_materialized_series();
    let name = series.name().clone();
    let normal = match series.dtype() {
        DataType::Boolean | DataType::String | DataType::Date | DataType::Int64 => Ok(series.clone()),
        DataType::Float64 => finite(series),
        DataType::Float32 => series.cast(&DataType::Float64).and_then(|series| finite(&series)),
        DataType::Datetime(TimeUnit::Microseconds, None) => Ok(series.clone()),
        DataType::Datetime(unit, _) => moment(series, *unit),
        DataType::Duration(unit) => duration(series, *unit),
        DataType::Null => Ok(Series::full_null(name, series.len(), &DataType::String)),
        other if other.is_integer() => whole(series),
        other if other.is_decimal() => series.cast(&DataType::Float64).and_then(|series| finite(&series)),
        DataType::List(_) | DataType::Struct(_) | DataType::Binary => return Ok(None),
        _ => series.cast(&DataType::String),
    };
    let fail = |error| Error::new(format!("column `{}` cannot be read: {error}", column.name()));
    normal.map(|series| Some(series.into_column())).map_err(fail)
}

fn finite(series: &Series) -> PolarsResult<Series> {
    let values = series.f64()?;
    if values.iter().flatten().all(f64::is_finite) {
        return Ok(series.clone());
    }
    let finite: Float64Chunked = values.iter().map(|value| value.filter(|value| value.is_finite())).collect();
    Ok(finite.with_name(series.name().clone()).into_series())
}

/// Whole numbers; as text where 64 bits do not hold them all, so that none is lost.
fn whole(series: &Series) -> PolarsResult<Series> {
    let whole = series.cast(&DataType::Int64)?;
    if whole.null_count() == series.null_count() { Ok(whole) } else { series.cast(&DataType::String) }
}

/// Ticks in microseconds; instants with a zone stay in UTC.
fn moment(series: &Series, unit: TimeUnit) -> PolarsResult<Series> {
    let ticks = series.to_physical_repr().into_owned();
    let micros: Int64Chunked = match unit {
        TimeUnit::Nanoseconds => ticks.i64()?.iter().map(|tick| tick.map(|tick| tick.div_euclid(1000))).collect(),
        TimeUnit::Microseconds => ticks.i64()?.clone(),
        TimeUnit::Milliseconds => {
            ticks.i64()?.iter().map(|tick| tick.and_then(|tick| tick.checked_mul(1000))).collect()
        }
    };
    let micros = micros.with_name(series.name().clone());
    Ok(micros.into_datetime(TimeUnit::Microseconds, None).into_series())
}

fn duration(series: &Series, unit: TimeUnit) -> PolarsResult<Series> {
    let day = match unit {
        TimeUnit::Nanoseconds => 86_400e9,
        TimeUnit::Microseconds => 86_400e6,
        TimeUnit::Milliseconds => 86_400e3,
    };
    let ticks = series.to_physical_repr().into_owned();
    #[expect(clippy::cast_precision_loss, reason = "spans of time are far below 2^53 ticks of a day")]
    let days: Float64Chunked = ticks.i64()?.iter().map(|tick| tick.map(|tick| tick as f64 / day)).collect();
    Ok(days.with_name(series.name().clone()).into_series())
}
