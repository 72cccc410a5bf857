//! Cyclic boosting of main effects in the space of sufficient statistics.
//!
//! Rounds of steps need the gradient of every bin only, and a step moves it by rows of the counted [`Curvature`]: a
//! round costs the same for a thousand rows and for a million. The curvature is counted anew when the weights of rows
//! have drifted, and the gradient is taken from the rows anew ever so often, so that errors of the quadratic do not add
//! up: what bags converge to is the exact optimum, whatever the curvature.

use std::ops::Range;

use rayon::prelude::*;

use super::blocks::{Block, Layout};
use super::curvature::Curvature;
use super::loss::{drift, risk_and_loss, together};
use super::rows::Rows;
use super::settings::Pace;
use super::step::{Splitter, Step};

/// Rows that are scored together, so that their margins stay near.
const ROWS_TOGETHER: usize = 1024;
/// Rounds without a look at the rows held out at most, and at least.
const ROUNDS_BLIND: (usize, usize) = (1, 64);
/// Rounds after which the gradient is taken from the rows anew, as a share of all before.
const EXPANSION: f64 = 0.5;
/// Likewise: the share of all weight that may have drifted.
const EXPANSION_DRIFT: f64 = 0.02;
/// The share of all weight that may drift before the curvature is counted anew.
pub(super) const COUNT_DRIFT: f64 = 0.05;

/// What is boosted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Problem<'a> {
    pub rows: &'a Rows,
    pub blocks: &'a [Block<'a>],
    /// The margin that every row begins from.
    pub intercept: f64,
    pub pace: &'a Pace,
}

/// What boosting gives.
#[derive(Debug, Clone)]
pub(super) struct Boosted {
    pub layout: Layout,
    /// For each bag the values of all bins.
    pub values: Vec<Vec<f64>>,
    /// Mean log loss of the rows under the bags that held them out.
    pub loss: f64,
    pub n_rounds: usize,
}

#[derive(Debug, Clone)]
struct Bag {
    number: usize,
    values: Vec<f64>,
    gradient: Vec<f32>,
    /// Sum of log losses over the rows held out.
    loss: f64,
    /// risk × (1 − risk) of the rows held out, times what each counts for.
    weights: Vec<f32>,
    /// Likewise of all rows where the gradient was last taken; 0 for those held out.
    learned: Vec<f32>,
}

/// Counted once for all bags, until weights drift.
struct Quadratic {
    weights: Vec<f32>,
    curvature: Curvature,
    splitters: Vec<Splitter>,
}

/// Boosts all bags side by side until the rows that they hold out are told no better; all stop at the same round.
pub(super) fn boost(problem: &Problem<'_>) -> Boosted {
    let Problem { rows, blocks, pace, .. } = problem;
    let layout = Layout::of(blocks);
    let mut bags: Vec<Bag> = (0..rows.n_bags()).map(|number| Bag::new(number, layout.width())).collect();
    let mut best = Boosted { layout: layout.clone(), values: Vec::new(), loss: f64::INFINITY, n_rounds: 0 };
    let mut quadratic = None;
    let (mut n_rounds, mut next_expansion, mut expanded) = (0, 0, Vec::new());
    loop {
        bags.par_iter_mut().for_each(|bag| bag.judge(problem, &layout));
        let loss = bags.iter().map(|bag| bag.loss).sum::<f64>() / rows.len() as f64;
        if loss < best.loss {
            (best.loss, best.n_rounds) = (loss, n_rounds);
            best.values = bags.iter().map(|bag| bag.values.clone()).collect();
        }
        if pace.is_over(n_rounds, best.n_rounds) {
            return best;
        }
        let weights: Vec<f32> = bags.iter().flat_map(|bag| &bag.weights).copied().collect();
        if n_rounds >= next_expansion || drift(&expanded, &weights) > EXPANSION_DRIFT {
            bags.par_iter_mut().for_each(|bag| bag.expand(problem, &layout));
            next_expansion = n_rounds + (n_rounds as f64 * EXPANSION) as usize;
            expanded = weights;
            quadratic = Some(Quadratic::renew(quadratic, problem, &layout, learned(&bags, rows.len())));
        }
        let n_next = (n_rounds / 8).clamp(ROUNDS_BLIND.0, ROUNDS_BLIND.1);
        if let Some(quadratic) = &quadratic {
            bags.par_iter_mut().for_each(|bag| bag.rounds(n_next, n_rounds, pace, &layout, quadratic));
        }
        n_rounds += n_next;
    }
}

/// Mean weight of each row under the bags that learn from it. Rows held out would seem surer than the rows that the
/// gradient comes from, where a model overfits: steps would be too long, and boosting might never settle.
fn learned(bags: &[Bag], n_rows: usize) -> Vec<f32> {
    let share = 1.0 / (bags.len() - 1) as f32;
    let mut mean = vec![0.0; n_rows];
    for bag in bags {
        mean.iter_mut().zip(&bag.learned).for_each(|(mean, weight)| *mean += share * weight);
    }
    mean
}

/// Margins of rows by the values of a bag.
pub(super) fn score(problem: &Problem<'_>, boosted: &Boosted, bag: usize) -> Vec<f64> {
    let mut margins = vec![problem.intercept; problem.rows.len()];
    for rows in together(0..problem.rows.len(), ROWS_TOGETHER) {
        add_up(problem, &boosted.layout, &boosted.values[bag], rows.clone(), &mut margins[rows]);
    }
    margins
}

fn add_up(problem: &Problem<'_>, layout: &Layout, values: &[f64], rows: Range<usize>, margins: &mut [f64]) {
    margins.fill(problem.intercept);
    for (number, block) in problem.blocks.iter().enumerate() {
        let values = &values[layout.bins(number)];
        let codes = &block.codes[rows.clone()];
        margins.iter_mut().zip(codes).for_each(|(margin, code)| *margin += values[usize::from(*code)]);
    }
}

impl Quadratic {
    /// The one that is there, or one counted anew where weights have drifted.
    fn renew(counted: Option<Self>, problem: &Problem<'_>, layout: &Layout, weights: Vec<f32>) -> Self {
        match counted {
            Some(counted) if drift(&counted.weights, &weights) <= COUNT_DRIFT => counted,
            _ => Self::count(problem, layout, weights),
        }
    }

    fn count(problem: &Problem<'_>, layout: &Layout, weights: Vec<f32>) -> Self {
        let Problem { rows, blocks, pace, .. } = problem;
        let curvature = Curvature::count(blocks, layout, &weights, rows.learned_share());
        let splitter = |(number, block): (usize, &Block<'_>)| {
            let mut counts = vec![0; block.n_bins];
            block.codes.iter().for_each(|code| counts[usize::from(*code)] += 1);
            let weights = &curvature.weights[layout.bins(number)];
            Splitter::new(block.form, weights, &counts, pace.rows_min, pace.ridge as f32)
        };
        let splitters = blocks.iter().enumerate().map(splitter).collect();
        Self { weights, curvature, splitters }
    }
}

impl Bag {
    fn new(number: usize, width: usize) -> Self {
        let (gradient, weights, learned) = (Vec::new(), Vec::new(), Vec::new());
        Self { number, values: vec![0.0; width], gradient, loss: 0.0, weights, learned }
    }

    /// Loss and weights of the rows that the bag holds out.
    fn judge(&mut self, problem: &Problem<'_>, layout: &Layout) {
        let mut buffer = [0.0; ROWS_TOGETHER];
        self.loss = 0.0;
        self.weights.clear();
        for rows in together(problem.rows.held(self.number), ROWS_TOGETHER) {
            let margins = &mut buffer[..rows.len()];
            add_up(problem, layout, &self.values, rows.clone(), margins);
            let told = margins.iter().zip(&problem.rows.outcomes[rows.clone()]).zip(&problem.rows.weights[rows]);
            for ((margin, &outcome), weight) in told {
                let (risk, loss) = risk_and_loss(*margin, outcome);
                self.weights.push(weight * (risk * (1.0 - risk)) as f32);
                self.loss += f64::from(*weight) * loss;
            }
        }
    }

    /// The gradient of every bin, from the rows that the bag learns from, and their weights.
    fn expand(&mut self, problem: &Problem<'_>, layout: &Layout) {
        let mut gradient = vec![0.0; layout.width()];
        self.learned.resize(problem.rows.len(), 0.0);
        let mut buffer = [0.0; ROWS_TOGETHER];
        let learned = problem.rows.learned(self.number).into_iter();
        for rows in learned.flat_map(|rows| together(rows, ROWS_TOGETHER)) {
            let margins = &mut buffer[..rows.len()];
            add_up(problem, layout, &self.values, rows.clone(), margins);
            for (margin, &outcome) in margins.iter_mut().zip(&problem.rows.outcomes[rows.clone()]) {
                *margin = f64::from(u8::from(outcome)) - risk_and_loss(*margin, outcome).0;
            }
            let own = &problem.rows.weights[rows.clone()];
            for ((weight, residual), own) in self.learned[rows.clone()].iter_mut().zip(margins.iter_mut()).zip(own) {
                *weight = own * (residual.abs() * (1.0 - residual.abs())) as f32;
                *residual *= f64::from(*own);
            }
            for (number, block) in problem.blocks.iter().enumerate() {
                let gradient = &mut gradient[layout.bins(number)];
                let codes = &block.codes[rows.clone()];
                margins.iter().zip(codes).for_each(|(residual, code)| gradient[usize::from(*code)] += residual);
            }
        }
        self.gradient = gradient.into_iter().map(|sum| sum as f32).collect();
    }

    /// So many rounds after `before`: a step of every block, then steps of the blocks that promise most.
    fn rounds(&mut self, n: usize, before: usize, pace: &Pace, layout: &Layout, quadratic: &Quadratic) {
        let mut step = Step::default();
        let mut gains = vec![0.0; layout.n_blocks()];
        for round in before..before + n {
            let rate = pace.rate(round);
            for (block, gain) in gains.iter_mut().enumerate() {
                *gain = self.step(block, rate, layout, quadratic, &mut step);
            }
            for _ in 0..pace.n_greedy(gains.len()) {
                let best = most(&gains);
                gains[best] = self.step(best, rate, layout, quadratic, &mut step);
            }
        }
    }

    fn step(&mut self, block: usize, rate: f32, layout: &Layout, quadratic: &Quadratic, step: &mut Step) -> f32 {
        let bins = layout.bins(block);
        quadratic.splitters[block].step(&self.gradient[bins.clone()], rate, bins.start, step);
        self.values[bins].iter_mut().zip(&step.values).for_each(|(value, step)| *value += f64::from(*step));
        quadratic.curvature.follow(&step.patterns, &mut self.gradient);
        step.gain
    }
}

/// The place of the largest; the first of several.
pub(super) fn most(gains: &[f32]) -> usize {
    (1..gains.len()).fold(0, |best, place| if gains[place] > gains[best] { place } else { best })
}
