//! Figures of a feature as a whole that follow from the cells of all its groups.

use super::cells::Cell;
use super::counted::Counted;
use super::derive::Basis;
use super::metrics::{Measure, Metric, find};
use super::row::Row;
use crate::stats::inequality::{self, Index, Spread};

/// Subjects by their benefit, selected − outcome + 1 (Speicher et al. 2018): 0, 1 or 2.
pub(super) fn benefits(cell: &Cell) -> Spread<3> {
    let at = |outcome: bool, selected: bool| cell.at(Some(outcome), selected);
    [at(true, false), at(true, true) + at(false, false), at(false, true)]
}

/// [`inequality::differential_fairness`] of the selection.
pub(super) fn differential_fairness(cells: &[Cell]) -> Option<f64> {
    let selections: Vec<(u64, u64)> = cells.iter().map(|cell| (cell.at(None, true), cell.decided())).collect();
    inequality::differential_fairness(&selections)
}

/// The part of an inequality that is between groups.
fn between(cells: &[Cell], index: Index) -> Option<f64> {
    inequality::entropy_between(&cells.iter().map(benefits).collect::<Vec<_>>(), index)
}

/// The metric that has a row for each group and tells of the same counts: whose hidden groups are left out.
pub(super) fn like(metric: &'static Metric) -> &'static Metric {
    match metric.measure {
        Measure::Whole(_) => find("selection_rate").unwrap_or(metric),
        _ => metric,
    }
}

/// The row `between groups` of a metric that is told of the feature as a whole, of the groups that are shown; `None` for
/// most metrics.
pub(super) fn row(metric: &Metric, counted: &Counted, shown: &[bool]) -> Option<Row> {
    let cells: Vec<Cell> =
        counted.cells.iter().zip(shown).filter(|(_, shown)| **shown).map(|(cell, _)| *cell).collect();
    let value = match (metric.measure, metric.name) {
        (Measure::Whole(of), _) => of(&cells),
        (_, "generalized_entropy") => between(&cells, Index::Squared),
        (_, "theil_index") => between(&cells, Index::Theil),
        _ => return None,
    };
    Some(Row {
        n: Some(cells.iter().map(Cell::n).sum()),
        value,
        ..Row::blank(metric.name, &counted.feature, Basis::BetweenGroups.name(), counted.population)
    })
}
