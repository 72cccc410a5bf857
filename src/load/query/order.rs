//! One order for the rows of a query.

use polars::prelude::{
    BooleanChunked, ChunkCompareEq, ChunkCompareIneq, DataFrame, PlSmallStr, PolarsResult, SortMultipleOptions,
};

use crate::load::Settings;

/// Rows by id, then time, then every other column from left to right, blanks first; rows that are still alike are
/// equal in every cell. A result whose keys rise from row to row already is left as it is: it is in that order.
///
/// # Errors
/// polars cannot sort what it made itself.
pub fn fixed(frame: DataFrame, settings: &Settings) -> PolarsResult<DataFrame> {
    let is_there = |name: &&String| frame.column(name).is_ok();
    let keys: Vec<&str> = settings.id.iter().chain(&settings.time).filter(is_there).map(String::as_str).collect();
    if rises(&frame, &keys)? {
        return Ok(frame);
    }
    let others = frame.get_column_names().into_iter().map(PlSmallStr::as_str).filter(|name| !keys.contains(name));
    let by: Vec<PlSmallStr> = keys.iter().copied().chain(others).map(PlSmallStr::from_str).collect();
    frame.sort(by, SortMultipleOptions::default())
}

/// Whether no key is blank and each is larger than the one above it.
fn rises(frame: &DataFrame, keys: &[&str]) -> PolarsResult<bool> {
    let n = frame.height().saturating_sub(1);
    let mut rises: Option<BooleanChunked> = None;
    for name in keys.iter().rev() {
        let column = frame.column(name)?.as_materialized_series();
        if column.null_count() > 0 {
            return Ok(false);
        }
        let (above, below) = (column.slice(0, n), column.slice(1, n));
        let larger = below.gt(&above)?;
        rises = Some(match rises {
            None => larger,
            Some(next) => &larger | &(&below.equal(&above)? & &next),
        });
    }
    Ok(rises.is_some_and(|rises| rises.all()))
}
