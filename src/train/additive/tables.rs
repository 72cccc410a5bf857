//! Boosting of pairs: their grids have too many cells for a counted curvature, so rows carry the gradient.
//!
//! A visit of a pair sums the rows' residuals up by cell, grows a few trees there (within one grid the second
//! derivatives are diagonal, so that trees after the first need no row), and moves the residuals of all rows by their
//! weights. After each round margins and residuals are taken exactly anew.

use rayon::prelude::*;

use super::boost::{COUNT_DRIFT, most};
use super::loss::{drift, residual_and_weight, risk_and_loss};
use super::plane::{Plane, Weighed};
use super::rows::Rows;
use super::settings::Pace;

/// Trees in a visit at most.
const TREES_MAX: usize = 4;

/// What boosting gives.
#[derive(Debug, Clone)]
pub(super) struct Tables {
    /// For each bag a table for each pair.
    pub of_bags: Vec<Vec<Vec<f32>>>,
    /// Mean log loss of the rows under the bags that held them out.
    pub loss: f64,
    pub n_rounds: usize,
}

struct Bag {
    number: usize,
    tables: Vec<Vec<f32>>,
    residuals: Vec<f32>,
    loss: f64,
}

/// Weights of rows, and of the cells of all planes by them.
struct Weights {
    of_rows: Vec<f32>,
    of_planes: Vec<Weighed>,
}

/// Boosts all bags side by side, from the margins `offsets` of each, until the rows that they hold out are told no
/// better.
pub(super) fn boost(planes: &[Plane], rows: &Rows, offsets: &[Vec<f64>], pace: &Pace) -> Tables {
    let empty: Vec<Vec<f32>> = planes.iter().map(|plane| vec![0.0; plane.n_cells()]).collect();
    let bag = |number| Bag { number, tables: empty.clone(), residuals: Vec::new(), loss: 0.0 };
    let mut bags: Vec<Bag> = (0..rows.n_bags()).map(bag).collect();
    let mut best = Tables { of_bags: Vec::new(), loss: f64::INFINITY, n_rounds: 0 };
    let mut weights: Option<Weights> = None;
    let mut n_rounds = 0;
    loop {
        bags.par_iter_mut().for_each(|bag| bag.expand(planes, rows, &offsets[bag.number]));
        let loss = bags.iter().map(|bag| bag.loss).sum::<f64>() / rows.len() as f64;
        if loss < best.loss {
            let of_bags = bags.iter().map(|bag| bag.tables.clone()).collect();
            best = Tables { of_bags, loss, n_rounds };
        }
        if planes.is_empty() || pace.is_over(n_rounds, best.n_rounds) {
            return best;
        }
        let of_rows = weights_of_rows(&bags, rows);
        let current = match weights.take() {
            Some(weights) if drift(&weights.of_rows, &of_rows) <= COUNT_DRIFT => weights,
            _ => Weights::of(of_rows, planes, rows, pace),
        };
        let n_trees = (n_rounds / 8).clamp(1, TREES_MAX);
        let rate = pace.rate(n_rounds);
        bags.par_iter_mut().for_each(|bag| bag.round(planes, rows, &current, n_trees, rate, pace));
        n_rounds += n_trees;
        weights = Some(current);
    }
}

/// Mean risk × (1 − risk) of each row over the bags.
fn weights_of_rows(bags: &[Bag], rows: &Rows) -> Vec<f32> {
    let share = 1.0 / bags.len() as f32;
    let mut mean = vec![0.0; rows.len()];
    for bag in bags {
        // a residual is outcome − risk times what the row counts for
        let weight = |(residual, own): (&f32, &f32)| residual.abs() * (1.0 - residual.abs() / own);
        let weights = bag.residuals.iter().zip(&rows.weights).map(weight);
        mean.iter_mut().zip(weights).for_each(|(mean, weight)| *mean += share * weight);
    }
    mean
}

impl Weights {
    fn of(of_rows: Vec<f32>, planes: &[Plane], rows: &Rows, pace: &Pace) -> Self {
        let weigh =
            |plane: &Plane| plane.weigh(&of_rows, rows.learned_share(), pace.rows_min as f32, pace.ridge as f32);
        let of_planes = planes.par_iter().map(weigh).collect();
        Self { of_rows, of_planes }
    }
}

impl Bag {
    /// Exact residuals of all rows and the loss of those held out.
    fn expand(&mut self, planes: &[Plane], rows: &Rows, offsets: &[f64]) {
        let mut margins = offsets.to_vec();
        for (plane, table) in planes.iter().zip(&self.tables) {
            let codes = margins.iter_mut().zip(&plane.codes);
            codes.for_each(|(margin, code)| *margin += f64::from(table[usize::from(*code)]));
        }
        self.residuals.clear();
        let told = margins.iter().zip(&rows.outcomes).zip(&rows.weights);
        self.residuals.extend(told.map(|((margin, outcome), own)| residual_and_weight(*margin, *outcome, *own).0));
        let held = rows.held(self.number);
        let told = margins[held.clone()].iter().zip(&rows.outcomes[held.clone()]).zip(&rows.weights[held]);
        let loss =
            |((margin, outcome), own): ((&f64, &bool), &f32)| f64::from(*own) * risk_and_loss(*margin, *outcome).1;
        self.loss = told.map(loss).sum();
    }

    /// A visit of every pair, then visits of the pairs that promise most.
    fn round(&mut self, planes: &[Plane], rows: &Rows, weights: &Weights, n_trees: usize, rate: f32, pace: &Pace) {
        let mut visit = |pair: usize| self.visit(pair, &planes[pair], rows, weights, n_trees, rate);
        let mut gains: Vec<f32> = (0..planes.len()).map(&mut visit).collect();
        for _ in 0..pace.n_greedy(planes.len()) {
            let best = most(&gains);
            gains[best] = visit(best);
        }
    }

    /// Grows trees of one pair; gives what the last one gained.
    fn visit(&mut self, pair: usize, plane: &Plane, rows: &Rows, weights: &Weights, n_trees: usize, rate: f32) -> f32 {
        let mut gradient = vec![0.0; plane.n_cells()];
        for learned in rows.learned(self.number) {
            let pulls = plane.codes[learned.clone()].iter().zip(&self.residuals[learned]);
            pulls.for_each(|(code, residual)| gradient[usize::from(*code)] += residual);
        }
        let mut step = vec![0.0; plane.n_cells()];
        let weighed = &weights.of_planes[pair];
        let gain = (0..n_trees).fold(0.0, |_, _| plane.grow(weighed, rate, &mut gradient, &mut step));
        self.tables[pair].iter_mut().zip(&step).for_each(|(value, step)| *value += step);
        let moved = self.residuals.iter_mut().zip(&weights.of_rows).zip(&plane.codes);
        moved.for_each(|((residual, weight), code)| *residual -= weight * step[usize::from(*code)]);
        gain
    }
}
