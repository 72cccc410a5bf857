//! Attributions of terms and pairs, in closed form, column by column.
//!
//! Of a sum of functions of one column each, the interventional Shapley value of a column is its function's value less
//! the function's mean over the background. A purified pair adds half of its value less its mean to each of its columns.

use super::ranks::{Ranks, of_rows};
use crate::base::model::{Bound, BoundAxis, BoundPair, BoundTerm, Column, Pair, Term};

/// A bin that is none.
const NO_BIN: u16 = u16::MAX;

/// The terms and pairs of a model, looked up in one design.
pub(super) struct Additive<'a> {
    terms: Vec<TermOf<'a>>,
    axes: Vec<AxisOf<'a>>,
    pairs: Vec<PairOf<'a>>,
}

struct TermOf<'a> {
    /// Place of the column in the design; likewise below.
    column: usize,
    mean: f64,
    bound: BoundTerm<'a>,
    /// Of steps.
    ranks: Option<Ranks>,
}

struct AxisOf<'a> {
    bound: BoundAxis<'a>,
    ranks: Ranks,
}

struct PairOf<'a> {
    columns: [usize; 2],
    axes: [usize; 2],
    mean: f64,
    bound: BoundPair<'a>,
}

impl<'a> Additive<'a> {
    /// `column` tells the place of a column in the design.
    pub(super) fn new(bound: &Bound<'a>, column: &dyn Fn(&str) -> usize) -> Self {
        let term = |(term, bound): (&Term, &BoundTerm<'a>)| TermOf {
            column: column(&term.feature),
            mean: term.mean,
            ranks: match bound {
                BoundTerm::Steps { edges, .. } => Some(Ranks::new(edges.to_vec())),
                _ => None,
            },
            bound: bound.clone(),
        };
        let mut axes: Vec<AxisOf<'a>> = Vec::new();
        // pairs of the same column mostly have the same bins there
        let mut place = |axis: &BoundAxis<'a>| {
            axes.iter().position(|known| known.bound == *axis).unwrap_or_else(|| {
                axes.push(AxisOf { bound: axis.clone(), ranks: Ranks::new(axis.edges.to_vec()) });
                axes.len() - 1
            })
        };
        let pair = |(pair, bound): (&Pair, &BoundPair<'a>)| PairOf {
            columns: [column(&pair.features[0]), column(&pair.features[1])],
            axes: [place(&bound.axes[0]), place(&bound.axes[1])],
            mean: pair.mean,
            bound: bound.clone(),
        };
        let model = bound.model;
        let pairs = model.pairs.iter().zip(&bound.pairs).map(pair).collect();
        Self { terms: model.terms.iter().zip(&bound.terms).map(term).collect(), pairs, axes }
    }

    /// Adds the attributions of rows to `told`, column after column of the design, and what the
    /// terms and pairs say to `margins`, in their order.
    pub(super) fn attribute(&self, rows: &[u32], told: &mut [f64], margins: &mut [f64]) {
        let stride = rows.len();
        for term in &self.terms {
            let told = &mut told[term.column * stride..(term.column + 1) * stride];
            term.tell(rows, told, margins);
        }
        let mut said = vec![0.0; stride];
        let bins = self.bins(rows);
        for pair in &self.pairs {
            pair.say(&bins, &mut said);
            margins.iter_mut().zip(&said).for_each(|(margin, said)| *margin += said);
            for column in pair.columns {
                let told = &mut told[column * stride..(column + 1) * stride];
                told.iter_mut().zip(&said).for_each(|(told, said)| *told += (said - pair.mean) / 2.0);
            }
        }
    }

    /// The columns of each pair.
    pub(super) fn pairs(&self) -> impl Iterator<Item = [usize; 2]> {
        self.pairs.iter().map(|pair| pair.columns)
    }

    /// Of each pair its columns, and of rows its values less its mean.
    pub(super) fn interactions(&self, rows: &[u32], mut tell: impl FnMut([usize; 2], &[f64])) {
        let bins = self.bins(rows);
        let mut said = vec![0.0; rows.len()];
        for pair in &self.pairs {
            pair.say(&bins, &mut said);
            said.iter_mut().for_each(|said| *said -= pair.mean);
            tell(pair.columns, &said);
        }
    }

    fn bins(&self, rows: &[u32]) -> Vec<Vec<u16>> {
        self.axes.iter().map(|axis| axis.bins(rows)).collect()
    }
}

impl TermOf<'_> {
    /// Adds what the term says of each row to its margin, and that less its mean to `told`.
    fn tell(&self, rows: &[u32], told: &mut [f64], margins: &mut [f64]) {
        match (&self.bound, &self.ranks) {
            (BoundTerm::Steps { steps, if_missing, values, missing, .. }, Some(ranks)) => {
                let values = of_rows(values, rows);
                let mut bins = vec![0; rows.len()];
                ranks.ranks(&values, &mut bins);
                let steps = bins.iter().map(|bin| steps[*bin as usize]);
                if missing.is_empty() {
                    return self.add(steps, told, margins);
                }
                let missing = of_rows(missing, rows);
                let step = |(step, is_missing): (f64, &bool)| if *is_missing { *if_missing } else { step };
                self.add(steps.zip(&*missing).map(step), told, margins);
            }
            (BoundTerm::Levels { weights, if_missing, codes }, _) => {
                let codes = of_rows(codes, rows);
                // no code is as large as the one of what is missing
                let weight = |code: &u32| weights.get(*code as usize).copied().unwrap_or(*if_missing);
                self.add(codes.iter().map(weight), told, margins);
            }
            (bound, _) => self.add(rows.iter().map(|row| bound.value(*row as usize)), told, margins),
        }
    }

    fn add(&self, said: impl Iterator<Item = f64>, told: &mut [f64], margins: &mut [f64]) {
        for ((said, told), margin) in said.zip(told).zip(margins) {
            *told += said - self.mean;
            *margin += said;
        }
    }
}

impl AxisOf<'_> {
    fn bins(&self, rows: &[u32]) -> Vec<u16> {
        let of_missing = self.bound.missing.map_or(NO_BIN, |bin| bin as u16);
        let Column::Numbers { values, missing } = &self.bound.column else {
            let bin = |row: &u32| self.bound.bin(*row as usize).map_or(NO_BIN, |bin| bin as u16);
            return rows.iter().map(bin).collect();
        };
        let mut bins = vec![0; rows.len()];
        self.ranks.ranks(&of_rows(values, rows), &mut bins);
        let is_missing = |row: u32| !missing.is_empty() && missing[row as usize];
        rows.iter().zip(bins).map(|(row, bin)| if is_missing(*row) { of_missing } else { bin as u16 }).collect()
    }
}

impl PairOf<'_> {
    fn say(&self, bins: &[Vec<u16>], said: &mut [f64]) {
        let [first, second] = self.axes.map(|axis| &bins[axis]);
        for ((said, &first), &second) in said.iter_mut().zip(first).zip(second) {
            let is_known = first != NO_BIN && second != NO_BIN;
            let cell = usize::from(first) * self.bound.n_second + usize::from(second);
            *said = if is_known { self.bound.values[cell] } else { 0.0 };
        }
    }
}
