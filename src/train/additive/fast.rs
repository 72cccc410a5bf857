//! Which pairs of columns tell something together: FAST (Lou, Caruana, Gehrke & Hooker, 2013), cross-validated.
//!
//! For every pair of columns the best two cuts that quarter the plane are looked for, by what the quarters explain
//! beyond any sum of two main effects. Beside them each cell tells its own effect, pulled to 0: four quarters find what
//! is large and plain in few rows, cells find what lies in many corners. The better of the two counts, both judged by
//! rows that did not take part. In sample, the best of hundreds of cuts explains something of pure chance; out of
//! sample it does not.

use std::ops::Range;

use rayon::prelude::*;

use super::coarse::{Coarse, cells};
use super::rows::Rows;
use crate::train::binned::BinnedColumn;

/// Weight that a quarter holds at least.
const WEIGHT_MIN: f64 = 1.0;
/// Weight that pulls the effect of a cell to 0.
const CELL_RIDGE: f64 = 16.0;

/// All pairs of `usable` columns, those first that explain most of the log loss out of sample.
///
/// Searched and judged by the rows that `bags` hold out; `residuals` are outcome − risk and risk × (1 − risk) of every
/// row under the bag that holds it out.
pub(super) fn rank(
    columns: &[BinnedColumn],
    coarse: &[Coarse],
    usable: &[usize],
    rows: &Rows,
    bags: Range<usize>,
    residuals: &[(f32, f32)],
) -> Vec<[usize; 2]> {
    let pairs: Vec<[usize; 2]> =
        usable.iter().enumerate().flat_map(|(place, &a)| usable[place + 1..].iter().map(move |&b| [a, b])).collect();
    let gain = |&[a, b]: &[usize; 2]| {
        let codes = cells([&columns[a], &columns[b]], [&coarse[a], &coarse[b]]);
        (gain(&codes, (coarse[a].n, coarse[b].n), rows, bags.clone(), residuals), [a, b])
    };
    let mut ranked: Vec<(f64, [usize; 2])> = pairs.par_iter().map(gain).collect();
    ranked.sort_by(|(one, first), (other, second)| other.total_cmp(one).then(first.cmp(second)));
    ranked.into_iter().map(|(_, columns)| columns).collect()
}

/// Sums of residuals and of weights.
type Sums = (f64, f64);

fn gain(codes: &[u16], size: (usize, usize), rows: &Rows, bags: Range<usize>, residuals: &[(f32, f32)]) -> f64 {
    let n_cells = size.0 * size.1;
    let count = |bag: usize| {
        let mut table = vec![(0.0, 0.0); n_cells];
        let held = rows.held(bag);
        for (code, (residual, weight)) in codes[held.clone()].iter().zip(&residuals[held]) {
            let cell = &mut table[usize::from(*code)];
            cell.0 += f64::from(*residual);
            cell.1 += f64::from(*weight);
        }
        table
    };
    let tables: Vec<Vec<Sums>> = bags.map(count).collect();
    by_quarters(&tables, size).max(by_cells(&tables))
}

/// What each bag's cells are told by the effects that the same cells have in the others.
fn by_cells(tables: &[Vec<Sums>]) -> f64 {
    let cell = |cell: usize| {
        let all = tables.iter().map(|table| table[cell]).fold((0.0, 0.0), plus);
        let explained = |table: &Vec<Sums>| {
            let (sum, weight) = minus(all, table[cell]);
            explained(table[cell], sum / (weight + CELL_RIDGE))
        };
        tables.iter().map(explained).sum::<f64>()
    };
    (0..tables.first().map_or(0, Vec::len)).map(cell).sum()
}

/// What each bag's quarters are told by the best quarters of the others.
fn by_quarters(tables: &[Vec<Sums>], size: (usize, usize)) -> f64 {
    let held: Vec<Corner> = tables.iter().map(|table| Corner::sum_up(table, size)).collect();
    let mut all = vec![(0.0, 0.0); size.0 * size.1];
    for corner in &held {
        all.iter_mut().zip(&corner.sums).for_each(|(all, held)| *all = (all.0 + held.0, all.1 + held.1));
    }
    held.iter().map(|held| held.judge(&all)).sum()
}

/// Sums over all cells up to and with each cell, of the rows that one bag holds out.
struct Corner {
    sums: Vec<Sums>,
    size: (usize, usize),
}

impl Corner {
    fn sum_up(table: &[Sums], size: (usize, usize)) -> Self {
        let mut sums = table.to_vec();
        let n = size.1;
        for cell in 0..sums.len() {
            if cell % n > 0 {
                sums[cell] = plus(sums[cell], sums[cell - 1]);
            }
        }
        for cell in n..sums.len() {
            sums[cell] = plus(sums[cell], sums[cell - n]);
        }
        Self { sums, size }
    }

    /// What the best quarters of the other rows explain of these.
    fn judge(&self, all: &[Sums]) -> f64 {
        let others: Vec<Sums> = all.iter().zip(&self.sums).map(|(all, held)| minus(*all, *held)).collect();
        let mut best = (0.0, [0.0; 4], (0, 0));
        for first in 0..self.size.0 - 1 {
            for second in 0..self.size.1 - 1 {
                let quarters = quarters(&others, self.size, (first, second));
                if quarters.iter().all(|quarter| quarter.1 >= WEIGHT_MIN) {
                    let (gain, effects) = interaction(&quarters);
                    if gain > best.0 {
                        best = (gain, effects, (first, second));
                    }
                }
            }
        }
        let (_, effects, cut) = best;
        let quarters = quarters(&self.sums, self.size, cut).into_iter().zip(effects);
        quarters.map(|(sums, effect)| explained(sums, effect)).sum()
    }
}

/// What an effect explains of the log loss.
fn explained((sum, weight): Sums, effect: f64) -> f64 {
    effect * sum - effect * effect * weight / 2.0
}

/// Sums of the four quarters about a pair of cuts: low low, low high, high low, high high.
fn quarters(sums: &[Sums], (n_first, n_second): (usize, usize), (first, second): (usize, usize)) -> [Sums; 4] {
    let at = |first: usize, second: usize| sums[first * n_second + second];
    let low_low = at(first, second);
    let low_high = minus(at(first, n_second - 1), low_low);
    let high_low = minus(at(n_first - 1, second), low_low);
    let high_high = minus(minus(at(n_first - 1, n_second - 1), at(first, n_second - 1)), high_low);
    [low_low, low_high, high_low, high_high]
}

/// What four quarters explain beyond two main effects (twice the log likelihood), and the effects that do so.
fn interaction(quarters: &[Sums; 4]) -> (f64, [f64; 4]) {
    let inverse = quarters.map(|(_, weight)| 1.0 / weight);
    let mean = |quarter: usize| quarters[quarter].0 * inverse[quarter];
    let contrast = mean(0) - mean(1) - mean(2) + mean(3);
    let spread: f64 = inverse.iter().sum();
    let unit = contrast / spread;
    (contrast * unit, [unit * inverse[0], -unit * inverse[1], -unit * inverse[2], unit * inverse[3]])
}

fn plus(one: Sums, other: Sums) -> Sums {
    (one.0 + other.0, one.1 + other.1)
}

fn minus(one: Sums, other: Sums) -> Sums {
    (one.0 - other.0, one.1 - other.1)
}
