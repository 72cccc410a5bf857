//! Grows one tree after the other.

use rayon::prelude::*;

use super::BoostedParams;
use super::gradient::{Scale, gradient, hessian};
use super::layout::Layout;
use super::monotone::make_monotone;
use super::part::{BLOCK, Part};
use super::question::{Question, Side};
use super::search::Search;
use super::sums;
use crate::base::units::Direction;
use crate::train::binned::{Binned, BinnedColumn};

/// The rows of a fit, with all that does not change from tree to tree.
pub(super) struct Rows<'a> {
    pub binned: &'a Binned,
    pub outcomes: &'a [bool],
    /// At most 1; what a weight of 1 stands for is `unit`.
    pub weights: Option<&'a [f32]>,
    pub unit: f64,
    /// One for each column.
    pub directions: &'a [Option<Direction>],
    pub intercept: f64,
}

/// A tree about bins.
pub(super) struct Grown {
    pub questions: Vec<Question>,
    /// Bit l of a leaf's number is set where question l sends a row right.
    pub values: Vec<f64>,
    pub cover: Vec<f64>,
}

pub(super) struct Grower<'a> {
    rows: &'a Rows<'a>,
    params: &'a BoostedParams,
    layout: &'a Layout,
    scale: Scale,
    search: Search<'a>,
    parts: Vec<Part<'a>>,
    /// Histograms of the leaves, and room for those of their children.
    sums: Vec<i64>,
    children: Vec<i64>,
    /// Of the leaves of the last tree, in the order in which parts number them.
    values: Vec<f64>,
}

impl<'a> Grower<'a> {
    pub(super) fn new(rows: &'a Rows<'a>, params: &'a BoostedParams, layout: &'a Layout, codes: &'a [u8]) -> Self {
        let scale = Scale::of(rows.outcomes.len());
        let whole = f64::from(scale.hessian) / rows.unit;
        let l2 = (params.l2 * whole) as f32;
        let search = Search::new(layout, &rows.binned.columns, rows.directions, l2, params.smoothing * whole);
        let (sums, children, values) = (Vec::new(), Vec::new(), Vec::new());
        Self { rows, params, layout, scale, search, parts: parts(rows, layout, scale, codes), sums, children, values }
    }

    pub(super) fn columns(&self) -> &'a [BinnedColumn] {
        &self.rows.binned.columns
    }

    /// The next tree; `None` where no question gains anything.
    pub(super) fn grow(&mut self) -> Option<Grown> {
        self.begin();
        let mut totals = vec![self.layout.read(&self.sums, 0, &mut [0; 256]).iter().sum()];
        let mut questions: Vec<Question> = Vec::new();
        let mut cover = None;
        while cover.is_none() {
            let Some(question) = self.search.best(&self.sums, &totals) else { break };
            totals = self.child_totals(&question, &totals);
            if questions.len() + 1 < self.params.depth {
                self.ask(&question, &totals);
            } else {
                cover = Some(self.ask_last(&question));
            }
            questions.push(question);
        }
        if questions.is_empty() {
            return None;
        }
        let cover = cover.unwrap_or_else(|| add_up(self.parts.iter().map(Part::cover)));
        self.values = self.values(&questions, &totals);
        let values = mirrored(&self.values, questions.len());
        let cover = mirrored(&cover, questions.len()).into_iter().map(|n_rows| n_rows as f64).collect();
        Some(Grown { questions, values, cover })
    }

    /// What the trees so far say of every row.
    #[cfg(test)]
    pub(super) fn margins(&self) -> Vec<f64> {
        self.parts.iter().flat_map(|part| part.margins(&self.values)).collect()
    }

    fn begin(&mut self) {
        let values = &self.values;
        self.parts.par_iter_mut().for_each(|part| part.begin_tree(values));
        self.sums = add_up(self.parts.iter().map(|part| part.sums.iter().copied()));
        self.search.begin_tree(&self.sums);
    }

    fn child_totals(&self, question: &Question, totals: &[i64]) -> Vec<i64> {
        let leaves = self.sums.chunks_exact(self.layout.n_sums()).zip(totals);
        leaves
            .flat_map(|(sums, total)| {
                let mut room = [0; 256];
                let bins = self.layout.read(sums, question.column, &mut room);
                let right: i64 =
                    bins.iter().zip(&question.right).filter(|(_, right)| **right).map(|(sum, _)| sum).sum();
                [total - right, right]
            })
            .collect()
    }

    /// Parts the rows, and adds up the child with the smaller Hessian; its sibling is the rest of their parent.
    fn ask(&mut self, question: &Question, totals: &[i64]) {
        let smaller = |pair: &[i64]| if hessian(pair[0]) < hessian(pair[1]) { Side::Left } else { Side::Right };
        let sides: Vec<Side> = totals.chunks_exact(2).map(smaller).collect();
        let column = &self.columns()[question.column].codes;
        self.parts.par_iter_mut().for_each(|part| part.ask(column, question, &sides));
        sums::children(&self.sums, &sides, &self.parts, &mut self.children);
        std::mem::swap(&mut self.sums, &mut self.children);
    }

    fn ask_last(&mut self, question: &Question) -> Vec<u64> {
        let column = &self.columns()[question.column].codes;
        let covers: Vec<Vec<u64>> = self.parts.par_iter_mut().map(|part| part.ask_last(column, question)).collect();
        add_up(covers.into_iter())
    }

    /// The leaves' values: Newton steps, times the learning rate, made monotone.
    fn values(&self, questions: &[Question], totals: &[i64]) -> Vec<f64> {
        let unscaled = |whole: i32, scale: f32| f64::from(whole) / f64::from(scale) * self.rows.unit;
        let weight = |sum: &i64| unscaled(hessian(*sum), self.scale.hessian) + self.params.l2;
        let step = |sum: &i64| -unscaled(gradient(*sum), self.scale.gradient) / weight(sum);
        let mut values: Vec<f64> = totals.iter().map(|sum| step(sum) * self.params.learning_rate).collect();
        let weights: Vec<f64> = totals.iter().map(weight).collect();
        // in a leaf's number the last question has the lowest bit
        let directions: Vec<Option<Direction>> = questions.iter().rev().map(|question| question.direction).collect();
        make_monotone(&mut values, &weights, &directions);
        values
    }
}

/// Leaves in the order of their numbers read backwards: parts give the last question the lowest bit, models the first.
fn mirrored<T: Copy>(leaves: &[T], n_questions: usize) -> Vec<T> {
    let place = |leaf: usize| leaf.reverse_bits() >> (usize::BITS as usize - n_questions);
    (0..leaves.len()).map(|leaf| leaves[place(leaf)]).collect()
}

/// Place by place.
fn add_up<T: std::ops::AddAssign>(mut of_parts: impl Iterator<Item = impl IntoIterator<Item = T>>) -> Vec<T> {
    let mut total: Vec<T> = of_parts.next().into_iter().flatten().collect();
    of_parts.for_each(|of_part| total.iter_mut().zip(of_part).for_each(|(total, own)| *total += own));
    total
}

/// As many runs of whole blocks as there are threads, as far as there are blocks.
fn parts<'a>(rows: &'a Rows<'a>, layout: &'a Layout, scale: Scale, codes: &'a [u8]) -> Vec<Part<'a>> {
    let n_blocks = rows.outcomes.len().div_ceil(BLOCK);
    let n_rows = n_blocks.div_ceil(rayon::current_num_threads()).max(1) * BLOCK;
    let outcomes = rows.outcomes.chunks(n_rows);
    outcomes
        .zip(codes.chunks(n_rows * layout.n_cells))
        .enumerate()
        .map(|(number, (outcomes, codes))| {
            let begin = number * n_rows;
            let weights = rows.weights.map(|weights| &weights[begin..][..outcomes.len()]);
            Part::new(layout, scale, begin, codes, outcomes, weights, rows.intercept)
        })
        .collect()
}
