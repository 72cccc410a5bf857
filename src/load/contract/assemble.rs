//! The table, sorted by key.

use polars::prelude::{Column as Series, DataFrame, IdxCa, PolarsResult};
use rayon::prelude::*;

use super::super::{Column, Duplicates, LeftOut, Settings, Table};
use super::clusters::Clusters;
use super::{Rows, cells};
use crate::base::Result;

/// Puts everything into the order of the key; leaves surplus duplicates out where the config says so.
///
/// # Errors
/// polars cannot read what it made itself.
pub fn table(
    frame: DataFrame,
    mut rows: Rows,
    columns: Vec<Column>,
    value: Option<Vec<Option<f64>>>,
    duplicates: &[Vec<u32>],
    mut clusters: Clusters,
    settings: &Settings,
) -> Result<Table> {
    let order = kept(&rows, duplicates, settings);
    let left_out = LeftOut { without_own_key: rows.without_own_key, duplicates: rows.keys.len() - order.len() };
    let (cluster, n_clusters) = clusters.numbered(&order);
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
        cluster,
        n_clusters,
        clustered: clusters.clustered,
        left_out,
        value,
    })
}

/// Rows in the order of the key, without surplus duplicates where they are dropped: the first by key stays.
fn kept(rows: &Rows, duplicates: &[Vec<u32>], settings: &Settings) -> Vec<u32> {
    let mut order = rows.keys.order.clone();
    if settings.duplicates != Duplicates::Drop || duplicates.is_empty() {
        return order;
    }
    let mut group = vec![u32::MAX; rows.keys.len()];
    for (number, group_rows) in (0u32..).zip(duplicates) {
        for row in group_rows {
            group[*row as usize] = number;
        }
    }
    let mut met = vec![false; duplicates.len()];
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
