//! Pairs of columns: found, boosted with the main effects fixed, and kept where rows held out are told better.

use std::ops::Range;

use super::boost::{Boosted, Problem, score};
use super::coarse::{Coarse, cells};
use super::fast;
use super::loss::{residual_and_weight, risk_and_loss};
use super::plane::Plane;
use super::settings::{Pace, Tuning};
use super::tables::{Tables, boost};
use crate::train::binned::BinnedColumn;

/// Bins of each column while pairs are ranked: coarse ones find what matters with less noise.
const RANK_BINS: usize = 12;
/// Pairs that are tried for each that may be kept.
const TRIED: usize = 2;
/// Rounds of the trial at most.
const TRIAL_ROUNDS: usize = 32;
/// Standard errors by which the rows held out are told worse without the pair.
const PAIR_ERRORS: f64 = 1.0;
/// Likewise without all pairs: below it, a reader is spared them.
const ALL_ERRORS: f64 = 5.0;

/// The pairs of a fit.
#[derive(Debug, Clone)]
pub(super) struct Pairs {
    pub coarse: Vec<Coarse>,
    /// Places of the two columns of each pair.
    pub columns: Vec<[usize; 2]>,
    pub planes: Vec<Plane>,
    pub tables: Tables,
}

/// A gain in log loss, summed over all rows under the bags that held them out, and its standard error.
#[derive(Debug, Clone, Copy, Default)]
struct Gain {
    sum: f64,
    squares: f64,
}

/// Finds and boosts the pairs that the main effects leave something to; `None` where the rows held out are told no
/// better by them. Columns with a direction stay out of pairs: what they add then follows it everywhere.
pub(super) fn find(columns: &[BinnedColumn], problem: &Problem<'_>, mains: &Boosted, tuning: &Tuning) -> Option<Pairs> {
    let rows = problem.rows;
    let offsets: Vec<Vec<f64>> = (0..rows.n_bags()).map(|bag| score(problem, mains, bag)).collect();
    let held = (0..rows.n_bags()).flat_map(|bag| rows.held(bag).map(move |row| (bag, row)));
    let residuals: Vec<(f32, f32)> =
        held.map(|(bag, row)| residual_and_weight(offsets[bag][row], rows.outcomes[row])).collect();
    let usable: Vec<usize> = (0..columns.len()).filter(|&place| !problem.blocks[place].has_direction()).collect();
    let ranked = fast::rank(columns, &coarsen(columns, mains, RANK_BINS), &usable, rows, &residuals);
    let tried: Vec<[usize; 2]> = ranked.iter().take(TRIED * tuning.n_pairs).map(|ranked| ranked.columns).collect();

    let coarse = coarsen(columns, mains, tuning.pair_bins);
    let finder = Finder { columns, coarse, problem, offsets };
    let trial = Pace { rounds_max: TRIAL_ROUNDS.min(tuning.pairs.rounds_max), ..tuning.pairs.clone() };
    let chosen = finder.boost(tried, &trial).of_use(&finder, tuning.n_pairs);
    let mut pairs = finder.boost(chosen, &tuning.pairs);
    let lasting = pairs.of_use(&finder, tuning.n_pairs);
    if lasting.len() < pairs.columns.len() {
        pairs = finder.boost(lasting, &tuning.pairs);
    }
    (finder.gain_of_all(&pairs).errors() > ALL_ERRORS).then_some(pairs)
}

/// What pairs are found in.
struct Finder<'a> {
    columns: &'a [BinnedColumn],
    coarse: Vec<Coarse>,
    problem: &'a Problem<'a>,
    /// Margins of all rows by each bag's main effects.
    offsets: Vec<Vec<f64>>,
}

fn coarsen(columns: &[BinnedColumn], mains: &Boosted, n_max: usize) -> Vec<Coarse> {
    let value = |bin: usize| mains.values.iter().map(|values| values[bin]).sum::<f64>();
    let coarse = |(place, column): (usize, &BinnedColumn)| {
        let values: Vec<f64> = mains.layout.bins(place).map(value).collect();
        Coarse::of(column, &values, n_max)
    };
    columns.iter().enumerate().map(coarse).collect()
}

impl Finder<'_> {
    fn boost(&self, columns: Vec<[usize; 2]>, pace: &Pace) -> Pairs {
        let plane = |&[first, second]: &[usize; 2]| {
            let coarse = [&self.coarse[first], &self.coarse[second]];
            Plane::new(coarse[0].n, coarse[1].n, cells([&self.columns[first], &self.columns[second]], coarse))
        };
        let planes: Vec<Plane> = columns.iter().map(plane).collect();
        let tables = boost(&planes, self.problem.rows, &self.offsets, pace);
        Pairs { coarse: self.coarse.clone(), columns, planes, tables }
    }

    fn gain_of_all(&self, pairs: &Pairs) -> Gain {
        let mut gain = Gain::default();
        for bag in 0..self.offsets.len() {
            let margins = pairs.margins(&self.offsets, bag, self.problem.rows.held(bag));
            for (row, margin) in self.problem.rows.held(bag).zip(margins) {
                gain.add(self.offsets[bag][row], margin, self.problem.rows.outcomes[row]);
            }
        }
        gain
    }
}

impl Pairs {
    /// Margins of rows by a bag's `offsets` and its tables.
    pub(super) fn margins(&self, offsets: &[Vec<f64>], bag: usize, rows: Range<usize>) -> Vec<f64> {
        let mut margins = offsets[bag][rows.clone()].to_vec();
        for (plane, table) in self.planes.iter().zip(&self.tables.of_bags[bag]) {
            let codes = &plane.codes[rows.clone()];
            margins.iter_mut().zip(codes).for_each(|(margin, code)| *margin += f64::from(table[usize::from(*code)]));
        }
        margins
    }

    /// The pairs without which the rows held out are told worse; at most the `n_max` that gain most, in their order.
    fn of_use(&self, finder: &Finder<'_>, n_max: usize) -> Vec<[usize; 2]> {
        let rows = finder.problem.rows;
        let mut gains = vec![Gain::default(); self.columns.len()];
        for (bag, tables) in self.tables.of_bags.iter().enumerate() {
            let margins = self.margins(&finder.offsets, bag, rows.held(bag));
            for ((gain, plane), table) in gains.iter_mut().zip(&self.planes).zip(tables) {
                for (row, margin) in rows.held(bag).zip(&margins) {
                    let of_pair = f64::from(table[usize::from(plane.codes[row])]);
                    gain.add(margin - of_pair, *margin, rows.outcomes[row]);
                }
            }
        }
        let mut useful: Vec<usize> = (0..gains.len()).filter(|&pair| gains[pair].errors() > PAIR_ERRORS).collect();
        useful.sort_by(|&one, &other| gains[other].sum.total_cmp(&gains[one].sum));
        useful.truncate(n_max);
        useful.sort_unstable();
        useful.into_iter().map(|pair| self.columns[pair]).collect()
    }
}

impl Gain {
    fn add(&mut self, without: f64, with: f64, outcome: bool) {
        let gain = risk_and_loss(without, outcome).1 - risk_and_loss(with, outcome).1;
        self.sum += gain;
        self.squares += gain * gain;
    }

    /// How many standard errors the gain is above 0.
    fn errors(&self) -> f64 {
        self.sum / self.squares.sqrt().max(f64::MIN_POSITIVE)
    }
}
