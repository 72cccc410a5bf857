//! Grows one tree after the other.

use rayon::prelude::*;

use super::BoostedParams;
use super::gradient::{Scale, gradient, hessian};
use super::layout::Layout;
use super::monotone::make_monotone;
use super::part::{BLOCK, Part};
use super::question::{Question, Side};
use super::search::Search;
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
}

impl<'a> Grower<'a> {
    pub(super) fn new(rows: &'a Rows<'a>, params: &'a BoostedParams, layout: &'a Layout, codes: &'a [u8]) -> Self {
        let scale = Scale::of(rows.outcomes.len());
        let whole = f64::from(scale.hessian) / rows.unit;
        let l2 = (params.l2 * whole) as f32;
        let search = Search::new(layout, &rows.binned.columns, rows.directions, l2, params.smoothing * whole);
        let (sums, children) = (Vec::new(), Vec::new());
        Self { rows, params, layout, scale, search, parts: parts(rows, layout, scale, codes), sums, children }
    }

    pub(super) fn columns(&self) -> &'a [BinnedColumn] {
        &self.rows.binned.columns
    }

    /// The next tree; `None` where no question gains anything.
    pub(super) fn grow(&mut self) -> Option<Grown> {
        self.parts.par_iter_mut().for_each(Part::begin_tree);
        self.children.clear();
        add_parts(&self.parts, self.layout.n_sums(), &mut self.children);
        std::mem::swap(&mut self.sums, &mut self.children);
        self.search.begin_tree(&self.sums);
        let mut totals = vec![self.layout.read(&self.sums, 0).iter().sum()];
        let mut questions: Vec<Question> = Vec::new();
        while let Some(question) = self.search.best(&self.sums, &totals) {
            totals = self.child_totals(&question, &totals);
            self.ask(&question, &totals, questions.len() + 1 < self.params.depth);
            questions.push(question);
            if questions.len() == self.params.depth {
                break;
            }
        }
        (!questions.is_empty()).then(|| self.end(questions, &totals))
    }

    fn child_totals(&self, question: &Question, totals: &[i64]) -> Vec<i64> {
        let leaves = self.sums.chunks_exact(self.layout.n_sums()).zip(totals);
        leaves
            .flat_map(|(sums, total)| {
                let bins = self.layout.read(sums, question.column);
                let right: i64 =
                    bins.iter().zip(&question.right).filter(|(_, right)| **right).map(|(sum, _)| sum).sum();
                [total - right, right]
            })
            .collect()
    }

    /// Parts the rows, and adds up the child with the smaller Hessian; its sibling is the rest of their parent.
    fn ask(&mut self, question: &Question, totals: &[i64], with_sums: bool) {
        let smaller = |pair: &[i64]| if hessian(pair[0]) < hessian(pair[1]) { Side::Left } else { Side::Right };
        let sides: Vec<Side> = totals.chunks_exact(2).map(smaller).collect();
        let codes = &self.rows.binned.columns[question.column].codes;
        self.parts.par_iter_mut().for_each(|part| {
            part.ask(codes, &question.right);
            if with_sums {
                part.add_children(&sides);
            }
        });
        if !with_sums {
            return;
        }
        let n_sums = self.layout.n_sums();
        self.children.clear();
        for (leaf, (side, parent)) in sides.iter().zip(self.sums.chunks_exact(n_sums)).enumerate() {
            let begin = self.children.len();
            if *side == Side::Right {
                self.children.extend_from_slice(parent);
            }
            let own = self.children.len();
            for (number, part) in self.parts.iter().enumerate() {
                let sums = &part.sums[leaf * n_sums..][..n_sums];
                if number == 0 {
                    self.children.extend_from_slice(sums);
                } else {
                    self.children[own..].iter_mut().zip(sums).for_each(|(into, sum)| *into += sum);
                }
            }
            if *side == Side::Left {
                self.children.extend_from_slice(parent);
            }
            let (left, right) = self.children[begin..].split_at_mut(n_sums);
            let (small, rest) = if *side == Side::Left { (left, right) } else { (right, left) };
            rest.iter_mut().zip(small).for_each(|(rest, small)| *rest -= *small);
        }
        std::mem::swap(&mut self.sums, &mut self.children);
    }

    /// The leaves' values: Newton steps, times the learning rate, made monotone.
    fn end(&mut self, questions: Vec<Question>, totals: &[i64]) -> Grown {
        let depth = questions.len();
        let in_place = |leaf: usize| leaf.reverse_bits() >> (usize::BITS as usize - depth);
        let in_order: Vec<i64> = (0..totals.len()).map(|leaf| totals[in_place(leaf)]).collect();
        let unscaled = |whole: i32, scale: f32| f64::from(whole) / f64::from(scale) * self.rows.unit;
        let weight = |sum: i64| unscaled(hessian(sum), self.scale.hessian) + self.params.l2;
        let step = |sum: i64| -unscaled(gradient(sum), self.scale.gradient) / weight(sum) * self.params.learning_rate;
        let weights: Vec<f64> = in_order.iter().map(|&sum| weight(sum)).collect();
        let mut values: Vec<f64> = in_order.iter().map(|&sum| step(sum)).collect();
        let directions: Vec<Option<Direction>> = questions.iter().map(|question| question.direction).collect();
        make_monotone(&mut values, &weights, &directions);
        let by_place: Vec<f64> = (0..values.len()).map(|leaf| values[in_place(leaf)]).collect();
        let mut cover = vec![0.0; values.len()];
        let of_parts: Vec<Vec<u64>> = self.parts.par_iter_mut().map(|part| part.end_tree(&by_place)).collect();
        for (leaf, cover) in cover.iter_mut().enumerate() {
            *cover = of_parts.iter().map(|of_part| of_part[in_place(leaf)]).sum::<u64>() as f64;
        }
        Grown { questions, values, cover }
    }
}

fn add_parts(parts: &[Part<'_>], n_sums: usize, into: &mut Vec<i64>) {
    into.resize(n_sums, 0);
    for part in parts {
        into.iter_mut().zip(&part.sums).for_each(|(into, sum)| *into += sum);
    }
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
