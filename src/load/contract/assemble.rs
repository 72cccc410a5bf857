//! The table, sorted by key.

use polars::prelude::{Column as Series, DataFrame, IdxCa, PolarsResult};
use rayon::prelude::*;

use super::super::{Column, Duplicates, Settings, Table};
use super::{Rows, cells, clusters};
use crate::base::Result;

/// Puts everything into the order of the key; leaves surplus copies out where the config says so.
///
/// # Errors
/// polars cannot read what it made itself.
pub fn table(
    frame: DataFrame,
    mut rows: Rows,
    columns: Vec<Column>,
    value: Option<Vec<Option<f64>>>,
    copies: &[Vec<u32>],
    settings: &Settings,
) -> Result<Table> {
    let order = kept(&rows, copies, settings);
    let joined = if settings.duplicates == Duplicates::Together { copies } else { &[] };
    let clusters = clusters::join(&frame, &rows, joined, settings, &order)?;
    let pick = |row: &u32| *row as usize;
    let outcome = order.iter().map(|row| rows.outcome[pick(row)]).collect();
    let population = order.iter().map(|row| rows.population[pick(row)]).collect();
    let times = rows.keys.times().map(|times| order.iter().map(|row| times[pick(row)]).collect());
    let value = value.map(|value| order.iter().map(|row| value[pick(row)]).collect());
    let ids = order.iter().map(|row| std::mem::take(&mut rows.keys.ids[pick(row)])).collect();
    Ok(Table {
        frame: sorted(frame, &order)?,
        columns,
        id_name: rows.keys.name,
        ids,
        time_name: settings.time.clone(),
        times,
        outcome,
        population,
        cluster: clusters.of_row,
        n_clusters: clusters.n,
        clustered: clusters.clustered,
        value,
    })
}

/// Rows in the order of the key, without surplus copies where they are dropped: the first by key stays.
fn kept(rows: &Rows, copies: &[Vec<u32>], settings: &Settings) -> Vec<u32> {
    let mut order = rows.keys.order.clone();
    if settings.duplicates != Duplicates::Drop || copies.is_empty() {
        return order;
    }
    let mut group = vec![u32::MAX; rows.keys.len()];
    for (number, copies) in (0u32..).zip(copies) {
        for row in copies {
            group[*row as usize] = number;
        }
    }
    let mut met = vec![false; copies.len()];
    order.retain(|row| {
        let number = group[*row as usize] as usize;
        number >= met.len() || !std::mem::replace(&mut met[number], true)
    });
    order
}

fn sorted(frame: DataFrame, order: &[u32]) -> Result<DataFrame> {
    if order.len() == frame.height() && order.windows(2).all(|pair| pair[0] < pair[1]) {
        return Ok(frame);
    }
    let order: IdxCa = order.iter().map(|row| Some(*row)).collect();
    // column by column, each dropped once it is sorted: no second copy of the table
    let columns: Vec<Series> = frame
        .into_columns()
        .into_par_iter()
        .map(|column| column.take(&order))
        .collect::<PolarsResult<_>>()
        .map_err(|error| cells::broken(&error))?;
    DataFrame::new(order.len(), columns).map_err(|error| cells::broken(&error))
}
