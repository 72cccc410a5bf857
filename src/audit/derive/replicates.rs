//! What might have been counted: replicates of the groups' figures.

use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::REPLICATES;
use super::figures::Figures;
use crate::audit::cells::Cell;
use crate::audit::counted::Counted;
use crate::audit::metrics::{Disclosure, Kind, METRICS, Measure, Metric, SCORING_RATE};
use crate::stats::resample;

/// Draws of all told metrics' figures, one after the other.
pub(super) struct Replicates<'a> {
    counted: &'a Counted,
    /// Metrics with the groups that are shown.
    told: &'a [(usize, Vec<bool>)],
    stream: Xoshiro256PlusPlus,
    left: usize,
}

impl<'a> Replicates<'a> {
    pub fn new(counted: &'a Counted, told: &'a [(usize, Vec<bool>)], stream: Xoshiro256PlusPlus) -> Self {
        Self { counted, told, stream, left: REPLICATES }
    }

    /// New cells of every group, and all together.
    fn cells(&mut self) -> (Vec<Cell>, Cell) {
        let cells: Vec<Cell> = match &self.counted.batches {
            None => self.counted.cells.iter().map(|cell| drawn(cell, &mut self.stream)).collect(),
            Some(batches) => {
                let mut cells = vec![Cell::default(); self.counted.cells.len()];
                for (batch, times) in batches.iter().zip(resample::with_replacement(batches.len(), &mut self.stream)) {
                    for (cell, more) in cells.iter_mut().zip(batch) {
                        (0..times).for_each(|_| cell.add(more));
                    }
                }
                cells
            }
        };
        let mut total = Cell::default();
        cells.iter().for_each(|cell| total.add(cell));
        (cells, total)
    }

    fn figures(&mut self, place: usize, cells: &[Cell], total: &Cell) -> Figures {
        let (number, shown) = &self.told[place];
        let metric = &METRICS[*number];
        let shown = |group: &usize| shown[*group];
        let groups = (0..cells.len()).filter(shown);
        if is_drawn(metric, self.counted) {
            let values: Vec<f64> = groups.filter_map(|group| metric.value(&cells[group])).collect();
            return Figures::new(values, metric.value(total), None);
        }
        let measured = &self.counted.measured[*number];
        let stream = &mut self.stream;
        let value = |group: usize| {
            let noise: f64 = StandardNormal.sample(stream);
            Some(measured[group].value? + noise * measured[group].error?)
        };
        let values: Option<Vec<f64>> = groups.filter(|group| measured[*group].value.is_some()).map(value).collect();
        Figures::new(values.unwrap_or_default(), self.counted.overall[*number].value, None)
    }
}

impl Iterator for Replicates<'_> {
    type Item = Vec<Figures>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let (cells, total) = self.cells();
        Some((0..self.told.len()).map(|place| self.figures(place, &cells, &total)).collect())
    }
}

/// Whether drawn cells hold what the metric needs: counts always, sums of risks where whole clusters are drawn.
fn is_drawn(metric: &Metric, counted: &Counted) -> bool {
    let of_counts = match metric.measure {
        Measure::Counts(_) => true,
        Measure::Scores(_) | Measure::Whole(_) | Measure::Elsewhere => false,
        // who is on the better side of the median is not among the counts
        Measure::Sums(_) if metric.name == SCORING_RATE => false,
        Measure::Sums(_) => metric.kind == Kind::Rate || metric.disclosure == Disclosure::Table,
    };
    of_counts || (counted.batches.is_some() && matches!(metric.measure, Measure::Sums(_)))
}

fn drawn(cell: &Cell, stream: &mut Xoshiro256PlusPlus) -> Cell {
    let mut counts = [[0; 3]; 2];
    resample::multinomial(cell.counts.as_flattened(), counts.as_flattened_mut(), stream);
    Cell { counts, ..Cell::default() }
}
