//! What might have been counted: replicates of the groups' figures.

use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::REPLICATES;
use super::figures::{Figures, Noise};
use crate::audit::cells::Cell;
use crate::audit::counted::Counted;
use crate::audit::metrics::{Disclosure, Kind, METRICS, Measure, Metric, SCORING_RATE};
use crate::base::Seed;
use crate::stats::resample;

/// Replicates that share a stream.
const BLOCK: usize = 100;

/// New cells, drawn once for all metrics of a feature and population.
pub(super) struct Replicates<'a> {
    counted: &'a Counted,
    seed: Seed,
    /// What the draws of each group vary round: its counts, and half a subject more of every kind that there is at all, so that
    /// a group of which all are alike may have been otherwise. Times two.
    centers: Vec<Cell>,
    /// Of every group, and all together.
    drawn: Vec<(Vec<Cell>, Cell)>,
}

impl<'a> Replicates<'a> {
    /// The same draws whatever the number of threads: every block has its own stream.
    pub fn new(counted: &'a Counted, seed: Seed) -> Self {
        let centers: Vec<Cell> = match &counted.batches {
            None => counted.cells.iter().map(|cell| smoothed(cell, &counted.total)).collect(),
            Some(_) => counted.cells.clone(),
        };
        let block = |block: usize| {
            let mut stream = seed.stream(&format!("cells {block}"));
            (0..BLOCK).map(|_| cells(counted, &centers, &mut stream)).collect::<Vec<_>>()
        };
        let drawn = (0..REPLICATES / BLOCK).into_par_iter().map(block).collect::<Vec<_>>().concat();
        Self { counted, seed, centers, drawn }
    }

    /// What the ratio figures of groups come to by the centers of the draws, where these are not the groups' values.
    pub fn centered(&self, number: usize, shown: &[bool]) -> Figures {
        let (metric, groups) = (&METRICS[number], self.known(number, shown));
        let mut values: Vec<f64> = match is_drawn(metric, self.counted) {
            true => groups.iter().filter_map(|group| metric.value(&self.centers[*group])).collect(),
            false => groups.iter().filter_map(|group| self.counted.measured[number][*group].value).collect(),
        };
        Figures::new(&mut values, self.counted.overall[number].value, None)
    }

    /// What chance adds to a metric of the groups that are shown, in every replicate; `None` where one that has a value has
    /// lost it there.
    pub fn noise(&self, number: usize, shown: &[bool]) -> Vec<Option<Noise>> {
        let (metric, groups) = (&METRICS[number], self.known(number, shown));
        let (mut plain, mut logs) = (Vec::new(), Vec::new());
        let overall = self.counted.overall[number].value;
        if is_drawn(metric, self.counted) {
            let centers: Option<Vec<f64>> = groups.iter().map(|group| metric.value(&self.centers[*group])).collect();
            let Some(centers) = centers else { return vec![None; self.drawn.len()] };
            let mut values = Vec::with_capacity(groups.len());
            let noise = |(cells, total): &(Vec<Cell>, Cell)| {
                values.clear();
                for (group, center) in groups.iter().zip(&centers) {
                    values.push((metric.value(&cells[*group])?, *center));
                }
                let all = metric.value(total).zip(overall);
                Some(Noise::new(values.iter().copied(), all, (&mut plain, &mut logs)))
            };
            return self.drawn.iter().map(noise).collect();
        }
        let measured = |group: &usize| {
            let of = &self.counted.measured[number][*group];
            of.value.zip(of.error)
        };
        let known: Option<Vec<(f64, f64)>> = groups.iter().map(measured).collect();
        let Some(known) = known else { return vec![None; self.drawn.len()] };
        let mut stream = self.seed.stream(metric.name);
        let mut values = Vec::with_capacity(groups.len());
        let noise = |_| {
            values.clear();
            for (value, error) in &known {
                let noise: f64 = StandardNormal.sample(&mut stream);
                values.push((value + noise * error, *value));
            }
            let all = overall.map(|all| (all, all));
            Some(Noise::new(values.iter().copied(), all, (&mut plain, &mut logs)))
        };
        (0..self.drawn.len()).map(noise).collect()
    }

    /// The shown groups that have a value.
    fn known(&self, number: usize, shown: &[bool]) -> Vec<usize> {
        let measured = &self.counted.measured[number];
        (0..shown.len()).filter(|group| shown[*group] && measured[*group].value.is_some()).collect()
    }
}

/// New cells of every group, and all together.
fn cells(counted: &Counted, centers: &[Cell], stream: &mut Xoshiro256PlusPlus) -> (Vec<Cell>, Cell) {
    let cells: Vec<Cell> = match &counted.batches {
        None => counted.cells.iter().zip(centers).map(|(cell, center)| drawn(cell.n(), center, stream)).collect(),
        Some(batches) => {
            let mut cells = vec![Cell::default(); counted.cells.len()];
            for (batch, times) in batches.iter().zip(resample::with_replacement(batches.len(), stream)) {
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

/// Twice a cell's counts, and one more of every kind that the total has.
fn smoothed(cell: &Cell, total: &Cell) -> Cell {
    let mut counts = cell.counts;
    for (count, all) in counts.iter_mut().flatten().zip(total.counts.iter().flatten()) {
        *count = 2 * *count + u64::from(*all > 0);
    }
    Cell { counts, ..Cell::default() }
}

/// Whether drawn cells hold what the metric needs: counts always, sums of risks where whole clusters are drawn.
fn is_drawn(metric: &Metric, counted: &Counted) -> bool {
    let of_counts = match metric.measure {
        Measure::Counts(..) => true,
        Measure::Scores(_) | Measure::Places(_) | Measure::Whole(_) | Measure::Elsewhere => false,
        // who is on the better side of the median is not among the counts
        Measure::Sums(_) if metric.name == SCORING_RATE => false,
        Measure::Sums(_) => metric.kind == Kind::Rate || metric.disclosure == Disclosure::Table,
    };
    of_counts || (counted.batches.is_some() && matches!(metric.measure, Measure::Sums(_)))
}

fn drawn(n: u64, center: &Cell, stream: &mut Xoshiro256PlusPlus) -> Cell {
    let mut counts = [[0; 3]; 2];
    resample::multinomial(n, center.counts.as_flattened(), counts.as_flattened_mut(), stream);
    Cell { counts, ..Cell::default() }
}
