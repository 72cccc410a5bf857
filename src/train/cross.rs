//! The final model, the fold models, and margins of subjects that a model did not see.
//!
//! Calibrating fold k needs margins of the other folds by models that saw neither them nor fold k: were the models of
//! the other folds used, each would have learned from fold k, and a subject's own outcome would come back through the
//! calibrator. So every pair of folds gets a model of its own that saw neither. The same models choose fold k's
//! penalty. With folds in time order, the earlier blocks serve instead.

use rayon::prelude::*;

use super::encode::Encoder;
use super::{Settings, logistic, sample};
use crate::base::design::Design;
use crate::base::folds::{FoldKind, Folds};
use crate::base::model::Model;
use crate::base::{Progress, Result, Seed};

/// A fitted model and what it was fitted on.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    pub model: Model,
    pub penalty: f64,
    /// Rows that the fit used.
    pub n_rows: usize,
    /// Rows that it might have used.
    pub n_available: usize,
}

/// Margins of rows that the model did not see, with their outcomes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Unseen {
    pub margins: Vec<f64>,
    pub outcomes: Vec<bool>,
}

/// What training gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// The model of the whole history, for today's subjects.
    pub last: Fitted,
    /// One per fold.
    pub folds: Vec<Fitted>,
    /// For each fold, what its calibrator may learn from: rows of other folds, by models that saw neither these rows
    /// nor the fold.
    pub calibration: Vec<Unseen>,
    /// Every penalty tried with its mean log loss out of fold.
    pub penalties: Vec<(f64, f64)>,
}

/// Fits one model per fold and one on all history.
///
/// `outcome` has one entry per row of the design, `history` are the rows whose outcome counts. The penalty of a fold minimizes the log loss of models that did not
/// see the fold; the last model's, that of all of them (ties: the larger penalty).
///
/// # Errors
/// A fit fails.
pub fn cross_fit(
    design: &Design,
    outcome: &[Option<bool>],
    history: &[u32],
    folds: &Folds,
    settings: &Settings,
    seed: Seed,
    progress: &dyn Progress,
) -> Result<Trained> {
    let trainer = Trainer { design, outcome, settings, progress };
    let splits = splits(folds);
    let compared: Vec<Compared> =
        splits.par_iter().map(|split| trainer.compare(split, folds, seed.child(&split.name))).collect::<Result<_>>()?;
    let all = || compared.iter().zip(&splits).flat_map(|(compared, split)| compared.losses.iter().zip(&split.tests));
    let best = |losses: &mut dyn Iterator<Item = &Vec<f64>>| best_penalty(&settings.penalties, losses);
    let last_penalty = best(&mut all().map(|(losses, _)| losses));
    let penalties: Vec<f64> = (0..folds.parts.len())
        .map(|fold| {
            let mut unseen = compared.iter().zip(&splits).filter(|(_, split)| split.leaves_out(fold)).flat_map(
                |(compared, split)| {
                    compared
                        .losses
                        .iter()
                        .zip(&split.tests)
                        .filter(|(_, test)| **test != fold)
                        .map(|(losses, _)| losses)
                },
            );
            best(&mut unseen)
        })
        .collect();
    let mut jobs: Vec<(&[u32], f64, String)> = vec![(history, last_penalty, "last".to_owned())];
    jobs.extend((0..).zip(&folds.parts).map(|(fold, part)| (&part.train[..], penalties[fold], format!("fold {fold}"))));
    let mut fitted: Vec<Fitted> = jobs
        .par_iter()
        .map(|(rows, penalty, name)| trainer.fit(rows, settings.fit_rows_max, *penalty, seed.child(name)))
        .collect::<Result<_>>()?;
    let last = fitted.remove(0);
    let calibration = trainer.calibration(&splits, &compared, folds, &penalties, &fitted, seed)?;
    Ok(Trained {
        last,
        folds: fitted,
        calibration,
        penalties: mean_losses(&settings.penalties, all().map(|(losses, _)| losses)),
    })
}

/// Steps that [`cross_fit`] takes, for a progress bar: it compares penalties on every split and fits every model.
pub fn n_steps(folds: &Folds) -> u64 {
    (splits(folds).len() + folds.parts.len() + 1) as u64
}

/// Rows to learn from that leave some folds out, and the folds to test on.
struct Split {
    name: String,
    train: Vec<u32>,
    tests: Vec<usize>,
    /// Folds about which models of this split know nothing.
    ignorant_of: Vec<usize>,
}

impl Split {
    /// Whether a model of this split saw nothing of the fold, nor does any fold that it is tested on.
    fn leaves_out(&self, fold: usize) -> bool {
        self.ignorant_of.contains(&fold)
    }
}

fn splits(folds: &Folds) -> Vec<Split> {
    let n = folds.parts.len();
    match folds.kind {
        FoldKind::Random => (0..n)
            .flat_map(|a| (a + 1..n).map(move |b| (a, b)))
            .map(|(a, b)| {
                let others = (0..n).filter(|&fold| fold != a && fold != b);
                let mut train: Vec<u32> = others.flat_map(|fold| &folds.parts[fold].test).copied().collect();
                train.sort_unstable();
                Split { name: format!("without {a} and {b}"), train, tests: vec![a, b], ignorant_of: vec![a, b] }
            })
            .collect(),
        FoldKind::Forward => (0..n)
            .map(|fold| Split {
                name: format!("fold {fold}"),
                train: folds.parts[fold].train.clone(),
                tests: vec![fold],
                ignorant_of: (0..n).filter(|&later| folds.parts[later].block > folds.parts[fold].block).collect(),
            })
            .collect(),
    }
}

/// Mean log loss of one split: per tested fold, per penalty.
struct Compared {
    losses: Vec<Vec<f64>>,
    /// The models, where the comparison used all rows, so that they need not be fitted again.
    models: Option<Vec<Model>>,
}

struct Trainer<'a> {
    design: &'a Design,
    outcome: &'a [Option<bool>],
    settings: &'a Settings,
    progress: &'a dyn Progress,
}

impl Trainer<'_> {
    fn compare(&self, split: &Split, folds: &Folds, seed: Seed) -> Result<Compared> {
        let max = self.settings.selection_rows_max;
        let rows = sample::stratified(&split.train, self.outcome, max, seed);
        let tests: Vec<Vec<u32>> = split
            .tests
            .iter()
            .map(|&fold| sample::stratified(&folds.parts[fold].test, self.outcome, max, seed))
            .collect();
        let mut losses = vec![Vec::new(); tests.len()];
        let mut models = Vec::new();
        let encoder = Encoder::learn(self.design, &rows, self.settings);
        let (x, y) = (encoder.matrix(&rows), self.outcomes(&rows));
        let mut start: Option<Vec<f64>> = None;
        for &penalty in &self.settings.penalties {
            let weights = logistic::fit(&x, &y, penalty, start.as_deref())?;
            let model = encoder.model(&weights, &rows)?;
            for (losses, test) in losses.iter_mut().zip(&tests) {
                losses.push(self.log_loss(&model, test)?);
            }
            models.push(model);
            start = Some(weights);
        }
        self.progress.advance(1);
        Ok(Compared { losses, models: (rows.len() == split.train.len()).then_some(models) })
    }

    fn fit(&self, rows: &[u32], max: usize, penalty: f64, seed: Seed) -> Result<Fitted> {
        let used = sample::stratified(rows, self.outcome, max, seed);
        let encoder = Encoder::learn(self.design, &used, self.settings);
        let start = self.small_start(&encoder, &used, penalty, seed)?;
        let weights = logistic::fit(&encoder.matrix(&used), &self.outcomes(&used), penalty, start.as_deref())?;
        self.progress.advance(1);
        Ok(Fitted { model: encoder.model(&weights, &used)?, penalty, n_rows: used.len(), n_available: rows.len() })
    }

    /// Weights to begin from: those of a tenth of the rows, in the same columns, where there are many rows.
    fn small_start(&self, encoder: &Encoder, rows: &[u32], penalty: f64, seed: Seed) -> Result<Option<Vec<f64>>> {
        if rows.len() <= self.settings.selection_rows_max || encoder.n_columns() == 0 {
            return Ok(None);
        }
        let few = sample::stratified(rows, self.outcome, self.settings.selection_rows_max, seed.child("start"));
        logistic::fit(&encoder.matrix(&few), &self.outcomes(&few), penalty, None).map(Some)
    }

    /// For each fold the margins that its calibrator learns from.
    fn calibration(
        &self,
        splits: &[Split],
        compared: &[Compared],
        folds: &Folds,
        penalties: &[f64],
        fitted: &[Fitted],
        seed: Seed,
    ) -> Result<Vec<Unseen>> {
        let needed = self.pair_models(splits, compared, folds, penalties, seed)?;
        let mut jobs: Vec<(usize, usize, &Model)> = Vec::new();
        for (fold, penalty) in penalties.iter().enumerate() {
            for (number, split) in splits.iter().enumerate().filter(|(_, split)| split.leaves_out(fold)) {
                for &test in split.tests.iter().filter(|test| **test != fold) {
                    let pair = needed.iter().find(|(split, fitted_at, _)| *split == number && fitted_at == penalty);
                    jobs.push((fold, test, pair.map_or(&fitted[test].model, |(_, _, model)| model)));
                }
            }
        }
        let served: Vec<Unseen> = jobs
            .par_iter()
            .map(|(_, test, model)| self.unseen(model, &folds.parts[*test].test))
            .collect::<Result<_>>()?;
        let mut calibration = vec![Unseen::default(); folds.parts.len()];
        for ((fold, _, _), unseen) in jobs.into_iter().zip(served) {
            calibration[fold].margins.extend(unseen.margins);
            calibration[fold].outcomes.extend(unseen.outcomes);
        }
        Ok(calibration)
    }

    /// The models of pairs of folds at the penalties of their folds, as (split, penalty, model); none with folds in
    /// time order, where the fold models serve.
    fn pair_models(
        &self,
        splits: &[Split],
        compared: &[Compared],
        folds: &Folds,
        penalties: &[f64],
        seed: Seed,
    ) -> Result<Vec<(usize, f64, Model)>> {
        if folds.kind == FoldKind::Forward {
            return Ok(Vec::new());
        }
        let mut needed: Vec<(usize, f64)> = Vec::new();
        for (number, split) in splits.iter().enumerate() {
            for fold in &split.tests {
                if !needed.contains(&(number, penalties[*fold])) {
                    needed.push((number, penalties[*fold]));
                }
            }
        }
        needed
            .par_iter()
            .map(|&(number, penalty)| {
                let place = self.settings.penalties.iter().position(|tried| tried.total_cmp(&penalty).is_eq());
                let ready = compared[number].models.as_ref().zip(place).and_then(|(models, place)| models.get(place));
                let model = match ready {
                    Some(model) => model.clone(),
                    None => {
                        self.fit(
                            &splits[number].train,
                            self.settings.calibration_rows_max,
                            penalty,
                            seed.child(&splits[number].name),
                        )?
                        .model
                    }
                };
                Ok((number, penalty, model))
            })
            .collect()
    }

    fn unseen(&self, model: &Model, rows: &[u32]) -> Result<Unseen> {
        let bound = model.bind(self.design)?;
        let margins = rows.iter().map(|&row| bound.margin(row as usize)).collect();
        Ok(Unseen { margins, outcomes: self.outcomes(rows) })
    }

    fn outcomes(&self, rows: &[u32]) -> Vec<bool> {
        rows.iter().map(|&row| self.outcome[row as usize] == Some(true)).collect()
    }

    /// Mean of ln(1 + e^∓margin) over the rows.
    fn log_loss(&self, model: &Model, rows: &[u32]) -> Result<f64> {
        let bound = model.bind(self.design)?;
        let loss = |row: u32| {
            let margin = bound.margin(row as usize);
            let wrong = if self.outcome[row as usize] == Some(true) { -margin } else { margin };
            wrong.max(0.0) + (-wrong.abs()).exp().ln_1p()
        };
        Ok(rows.iter().map(|&row| loss(row)).sum::<f64>() / rows.len().max(1) as f64)
    }
}

/// The penalty with the least mean loss; the middle one where nothing was compared.
fn best_penalty(penalties: &[f64], losses: &mut dyn Iterator<Item = &Vec<f64>>) -> f64 {
    let means = mean_losses(penalties, losses);
    let default = penalties.get(penalties.len() / 3).copied().unwrap_or(1.0);
    means.into_iter().rev().min_by(|a, b| a.1.total_cmp(&b.1)).map_or(default, |best| best.0)
}

fn mean_losses<'a>(penalties: &[f64], losses: impl Iterator<Item = &'a Vec<f64>>) -> Vec<(f64, f64)> {
    let mut sums = vec![0.0; penalties.len()];
    let mut n = 0.0;
    for losses in losses {
        sums.iter_mut().zip(losses).for_each(|(sum, loss)| *sum += loss);
        n += 1.0;
    }
    penalties.iter().zip(sums).filter(|_| n > 0.0).map(|(penalty, sum)| (*penalty, sum / n)).collect()
}
