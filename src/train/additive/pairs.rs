//! Pairs of columns: found, boosted with the main effects fixed, and kept where rows held out are told better.

use std::ops::Range;

use rayon::prelude::*;

use super::boost::{Boosted, Problem, score};
use super::coarse::{Coarse, cells};
use super::fast;
use super::loss::{residual_and_weight, risk_and_loss};
use super::plane::Plane;
use super::rows::Rows;
use super::settings::{Pace, Tuning};
use super::tables::{Tables, boost};
use crate::train::binned::BinnedColumn;

/// Bins of each column while pairs are ranked: coarse ones find what matters with less noise.
const RANK_BINS: usize = 12;
/// Pairs whose promise is judged, and that are tried first; twice as many as long as half of them are of use.
const PAIRS_FIRST: usize = 30;
/// Pairs that are tried for each that may be kept, at most.
const TRIED: usize = 2;
/// Rounds of the trial at most.
const TRIAL_ROUNDS: usize = 32;
/// Standard errors by which rows that had no part in the choice of pairs are told better by them: below it, a reader is
/// spared all pairs.
const PROMISE_ERRORS: f64 = 3.0;
/// Mean log loss by which the rows held out are told worse without a pair: below it, a reader is spared that pair.
/// (By standard errors, dozens would stay where rows are many that tell next to nothing, and few where rows are few.)
const GAIN_MIN: f64 = 1e-4;

/// The pairs of a fit.
#[derive(Debug, Clone)]
pub(super) struct Pairs {
    pub coarse: Vec<Coarse>,
    /// Places of the two columns of each pair.
    pub columns: Vec<[usize; 2]>,
    pub planes: Vec<Plane>,
    pub tables: Tables,
}

/// A gain in log loss of rows under the bags that hold them out, and its standard error.
#[derive(Debug, Clone, Copy, Default)]
struct Gain {
    sum: f64,
    /// Of the sums over rows that belong together.
    squares: f64,
}

/// Finds and boosts the pairs that the main effects leave something to; `None` where there are none. Columns with a
/// direction stay out of pairs: what they add then follows it everywhere.
pub(super) fn find(columns: &[BinnedColumn], problem: &Problem<'_>, mains: &Boosted, tuning: &Tuning) -> Option<Pairs> {
    let finder = Finder::new(columns, problem, mains, tuning);
    let trial = Pace { rounds_max: TRIAL_ROUNDS.min(tuning.pairs.rounds_max), ..tuning.pairs.clone() };
    if finder.promise(tuning.n_pairs, &trial).errors() <= PROMISE_ERRORS {
        return None;
    }
    let pairs = finder.boost(finder.choose(tuning.n_pairs, &trial), &tuning.pairs);
    let lasting = pairs.of_use(&finder, tuning.n_pairs);
    let pairs = if lasting.len() < pairs.columns.len() { finder.boost(lasting, &tuning.pairs) } else { pairs };
    (!pairs.columns.is_empty() && finder.gain(&pairs, 0..problem.rows.n_bags()).sum > 0.0).then_some(pairs)
}

/// What pairs are found in.
struct Finder<'a> {
    columns: &'a [BinnedColumn],
    problem: &'a Problem<'a>,
    coarse: Vec<Coarse>,
    coarse_to_rank: Vec<Coarse>,
    /// Margins of all rows by each bag's main effects.
    offsets: Vec<Vec<f64>>,
    /// Outcome − risk and risk × (1 − risk) of every row under the bag that holds it out.
    residuals: Vec<(f32, f32)>,
}

impl<'a> Finder<'a> {
    fn new(columns: &'a [BinnedColumn], problem: &'a Problem<'a>, mains: &Boosted, tuning: &Tuning) -> Self {
        let rows = problem.rows;
        let offsets: Vec<Vec<f64>> = (0..rows.n_bags()).map(|bag| score(problem, mains, bag)).collect();
        let held = (0..rows.n_bags()).flat_map(|bag| rows.held(bag).map(move |row| (bag, row)));
        let residuals = held
            .map(|(bag, row)| residual_and_weight(offsets[bag][row], rows.outcomes[row], rows.weights[row]))
            .collect();
        let value = |bin: usize| mains.values.iter().map(|values| values[bin]).sum::<f64>();
        let coarsen = |n_max: usize| {
            let coarse = |(place, column): (usize, &BinnedColumn)| {
                let values: Vec<f64> = mains.layout.bins(place).map(value).collect();
                Coarse::of(column, &values, n_max)
            };
            columns.iter().enumerate().map(coarse).collect()
        };
        let (coarse, coarse_to_rank) = (coarsen(tuning.pair_bins), coarsen(RANK_BINS));
        Self { columns, problem, coarse, coarse_to_rank, offsets, residuals }
    }

    /// The pairs, at most `n_max`, that explain most of the rows that `bags` hold out.
    fn rank(&self, bags: Range<usize>, n_max: usize) -> Vec<[usize; 2]> {
        let is_free = |place: &usize| !self.problem.blocks[*place].has_direction();
        let usable: Vec<usize> = (0..self.columns.len()).filter(is_free).collect();
        let rows = self.problem.rows;
        let mut ranked = fast::rank(self.columns, &self.coarse_to_rank, &usable, rows, bags, &self.residuals);
        ranked.truncate(n_max);
        ranked
    }

    /// What pairs promise. The best of hundreds of pairs tell even rows held out better by chance, as these chose them;
    /// so one half of the bags chooses pairs that the other judges, and the other way round.
    fn promise(&self, n_max: usize, trial: &Pace) -> Gain {
        let n_bags = self.problem.rows.n_bags();
        let halves = [0..n_bags / 2, n_bags / 2..n_bags];
        let judged = |chooses: usize, judges: usize| {
            let pairs = self.boost(self.rank(halves[chooses].clone(), n_max.min(PAIRS_FIRST)), trial);
            self.gain(&pairs, halves[judges].clone())
        };
        let (one, other) = (judged(0, 1), judged(1, 0));
        Gain { sum: one.sum + other.sum, squares: one.squares + other.squares }
    }

    /// The pairs, at most `n_max`, that are of use in a trial; more are tried where it pays.
    fn choose(&self, n_max: usize, trial: &Pace) -> Vec<[usize; 2]> {
        let ranked = self.rank(0..self.problem.rows.n_bags(), TRIED * n_max);
        let mut n_tried = PAIRS_FIRST;
        loop {
            let tried = ranked.iter().take(n_tried).copied().collect();
            let chosen = self.boost(tried, trial).of_use(self, n_max);
            if n_tried >= ranked.len() || chosen.len() * 2 < n_tried {
                return chosen;
            }
            n_tried *= 2;
        }
    }

    fn boost(&self, columns: Vec<[usize; 2]>, pace: &Pace) -> Pairs {
        let plane = |&[first, second]: &[usize; 2]| {
            let coarse = [&self.coarse[first], &self.coarse[second]];
            Plane::new(coarse, cells([&self.columns[first], &self.columns[second]], coarse))
        };
        let planes: Vec<Plane> = columns.iter().map(plane).collect();
        let tables = boost(&planes, self.problem.rows, &self.offsets, pace);
        Pairs { coarse: self.coarse.clone(), columns, planes, tables }
    }

    /// What pairs gain on the rows that `bags` hold out.
    fn gain(&self, pairs: &Pairs, bags: Range<usize>) -> Gain {
        let rows = self.problem.rows;
        let mut gain = Gain::default();
        for bag in bags {
            let without = &self.offsets[bag][rows.held(bag)];
            let with = pairs.margins(&self.offsets, bag, rows.held(bag));
            gain.add(rows, rows.held(bag), without.iter().copied().zip(with));
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
            gains.par_iter_mut().zip(&self.planes).zip(tables).for_each(|((gain, plane), table)| {
                let of_pair = plane.codes[rows.held(bag)].iter().map(|code| f64::from(table[usize::from(*code)]));
                let told = margins.iter().zip(of_pair).map(|(margin, of_pair)| (margin - of_pair, *margin));
                gain.add(rows, rows.held(bag), told);
            });
        }
        let least = GAIN_MIN * rows.len() as f64;
        let mut useful: Vec<usize> = (0..gains.len()).filter(|&pair| gains[pair].sum > least).collect();
        useful.sort_by(|&one, &other| gains[other].sum.total_cmp(&gains[one].sum));
        useful.truncate(n_max);
        useful.sort_unstable();
        useful.into_iter().map(|pair| self.columns[pair]).collect()
    }
}

impl Gain {
    /// Adds the gains of a bag's rows, by their margins without and with what is judged.
    fn add(&mut self, rows: &Rows, held: Range<usize>, margins: impl Iterator<Item = (f64, f64)>) {
        let mut of_cluster = 0.0;
        for (row, (without, with)) in held.zip(margins) {
            if rows.begins_cluster[row] {
                self.squares += of_cluster * of_cluster;
                of_cluster = 0.0;
            }
            let gain = risk_and_loss(without, rows.outcomes[row]).1 - risk_and_loss(with, rows.outcomes[row]).1;
            let gain = f64::from(rows.weights[row]) * gain;
            self.sum += gain;
            of_cluster += gain;
        }
        self.squares += of_cluster * of_cluster;
    }

    /// How many standard errors the gain is above 0.
    fn errors(&self) -> f64 {
        self.sum / self.squares.sqrt().max(f64::MIN_POSITIVE)
    }
}
