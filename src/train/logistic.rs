//! Ridge logistic regression by linfa.

use std::collections::{BTreeMap, BTreeSet};

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2};

use super::encode::Encoder;
use super::learner::{Candidates, Learner, Path, Task};
use super::sample;
use crate::base::model::{Model, Shape, Term};
use crate::base::units::{Direction, Family};
use crate::base::{Error, Result, Seed};

/// The gradient of the mean loss at which a fit counts as converged. linfa sums losses, so its tolerance grows with
/// the rows; at 1e-6 a row the loss is within 1e-8 of its minimum for any penalty that we try.
const TOLERANCE_PER_ROW: f64 = 1e-6;
const ITERATIONS_MAX: u64 = 500;

/// Family `logistic`: ridge penalties are compared, each fit beginning where the one before ended.
pub(super) struct Logistic<'a> {
    pub(super) task: Task<'a>,
}

impl Learner for Logistic<'_> {
    fn family(&self) -> Family {
        Family::Logistic
    }

    fn candidates(&self) -> Candidates {
        Candidates { name: "penalty", values: self.task.settings.penalties.clone() }
    }

    fn path(&self, rows: &[u32], seed: Seed) -> Result<Path> {
        let mut start: Option<Vec<f64>> = None;
        let mut models = Vec::new();
        for &penalty in &self.task.settings.penalties {
            let (model, weights) = self.within_directions(rows, penalty, start.as_deref(), seed)?;
            models.push(model);
            start = Some(weights);
        }
        Ok(Path::Models(models))
    }

    fn fit(&self, rows: &[u32], candidate: usize, seed: Seed) -> Result<Model> {
        let penalty = self.task.settings.penalties.get(candidate).copied().unwrap_or(1.0);
        self.within_directions(rows, penalty, None, seed).map(|(model, _)| model)
    }
}

impl Logistic<'_> {
    /// The model, and the weights of the fit without any direction, to begin the next one from. A column whose line would
    /// go against its direction is left flat and the rest is fitted again, until no line does.
    fn within_directions(
        &self,
        rows: &[u32],
        penalty: f64,
        start: Option<&[f64]>,
        seed: Seed,
    ) -> Result<(Model, Vec<f64>)> {
        let (mut model, weights) = self.fit_once(rows, penalty, start, seed, &BTreeSet::new())?;
        let mut flat = BTreeSet::new();
        loop {
            let wrong = against(&model, &self.task.settings.directions);
            if wrong.is_empty() {
                return Ok((model, weights));
            }
            flat.extend(wrong);
            model = self.fit_once(rows, penalty, None, seed, &flat)?.0;
        }
    }

    fn fit_once(
        &self,
        rows: &[u32],
        penalty: f64,
        start: Option<&[f64]>,
        seed: Seed,
        flat: &BTreeSet<String>,
    ) -> Result<(Model, Vec<f64>)> {
        let encoder = Encoder::learn(self.task.design, rows, self.task.settings, flat);
        let small = if start.is_none() { self.small_start(&encoder, rows, penalty, seed)? } else { None };
        let start = start.or(small.as_deref());
        let weights = fit(&encoder.matrix(rows), &self.task.outcomes(rows), penalty, start)?;
        Ok((encoder.model(&weights, rows)?, weights))
    }

    /// Weights to begin from: those of a part of the rows, in the same columns, where there are many rows.
    fn small_start(&self, encoder: &Encoder<'_>, rows: &[u32], penalty: f64, seed: Seed) -> Result<Option<Vec<f64>>> {
        let max = self.task.settings.selection_rows_max;
        if rows.len() <= max || encoder.n_columns() == 0 {
            return Ok(None);
        }
        let few = sample::stratified(rows, self.task.outcome, max, seed.child("start"));
        fit(&encoder.matrix(&few), &self.task.outcomes(&few), penalty, None).map(Some)
    }
}

/// Columns whose line goes against their direction.
fn against(model: &Model, directions: &BTreeMap<String, Direction>) -> Vec<String> {
    let is_wrong = |term: &&Term| match (directions.get(&term.feature), &term.shape) {
        (Some(Direction::Increasing), Shape::Line { slope, .. }) => *slope < 0.0,
        (Some(Direction::Decreasing), Shape::Line { slope, .. }) => *slope > 0.0,
        _ => false,
    };
    model.terms.iter().filter(is_wrong).map(|term| term.feature.clone()).collect()
}

/// Weights, one per column, the intercept last, that minimize Σ log loss + penalty / 2 × |weights without intercept|².
///
/// `start` are weights to begin from. A fit that ends where it began because the line search finds nothing better
/// counts as converged.
fn fit(x: &Array2<f64>, y: &[bool], penalty: f64, start: Option<&[f64]>) -> Result<Vec<f64>> {
    // linfa calls the more frequent class positive, of two equally frequent ones the first
    let n_true = y.iter().filter(|outcome| **outcome).count();
    let first = y.first().copied().unwrap_or_default();
    let sign = if n_true * 2 > y.len() || (n_true * 2 == y.len() && first) { 1.0 } else { -1.0 };
    let targets = Array1::from_iter(y.iter().copied());
    let dataset = DatasetBase::new(x.view(), targets);
    let params = LogisticRegression::default()
        .alpha(penalty)
        .max_iterations(ITERATIONS_MAX)
        .gradient_tolerance(TOLERANCE_PER_ROW * y.len().max(1) as f64);
    let start = start.map_or_else(|| at_the_rate(x.ncols(), n_true, y.len()), <[f64]>::to_vec);
    let warm = params.clone().initial_params(start.iter().map(|weight| sign * weight).collect());
    let fitted = warm
        .fit(&dataset)
        .or_else(|_| params.fit(&dataset))
        .map_err(|error| Error::new(format!("the logistic regression could not be fitted: {error}")))?;
    if fitted.labels().pos.class != (sign > 0.0) {
        return Err(Error::new("the logistic regression told its classes the other way round"));
    }
    Ok(fitted.params().iter().copied().chain([fitted.intercept()]).map(|weight| sign * weight).collect())
}

/// Weights of a model that gives everybody the rate of the outcome.
fn at_the_rate(n_columns: usize, n_true: usize, n: usize) -> Vec<f64> {
    let odds = n_true as f64 / n.saturating_sub(n_true).max(1) as f64;
    let mut weights = vec![0.0; n_columns];
    weights.push(odds.max(f64::MIN_POSITIVE).ln());
    weights
}
