//! When to stop: once trees no longer help rows that they did not learn from.

use super::Examples;
use crate::base::Result;
use crate::base::model::{Model, Trees};

/// What the trees so far say of the examples that are watched.
pub(super) struct Watch<'a> {
    examples: &'a Examples<'a>,
    margins: Vec<f64>,
    pub n_seen: usize,
    /// After how many trees the mean log loss was least.
    pub n_best: usize,
    best_loss: f64,
}

impl<'a> Watch<'a> {
    pub(super) fn new(examples: &'a Examples<'a>, intercept: f64) -> Self {
        let margins = vec![intercept; examples.rows.len()];
        let mut watch = Self { examples, margins, n_seen: 0, n_best: 0, best_loss: 0.0 };
        watch.best_loss = watch.loss();
        watch
    }

    /// Takes in the model's last tree.
    ///
    /// # Errors
    /// A column does not fit.
    pub(super) fn see(&mut self, model: &Model) -> Result<()> {
        let oblivious = model.trees.oblivious.last().cloned().into_iter().collect();
        let mut last = Model::empty(model.family, 0.0, 0);
        last.trees = Trees { features: model.trees.features.clone(), oblivious, ..Trees::default() };
        let bound = last.bind(self.examples.design)?;
        for (margin, &row) in self.margins.iter_mut().zip(self.examples.rows) {
            *margin += bound.margin(row as usize);
        }
        self.n_seen += 1;
        let loss = self.loss();
        if loss < self.best_loss {
            (self.n_best, self.best_loss) = (self.n_seen, loss);
        }
        Ok(())
    }

    /// Σ weight × ln(1 + e^∓margin).
    fn loss(&self) -> f64 {
        let loss = |(place, (margin, outcome)): (usize, (&f64, &bool))| {
            let wrong = if *outcome { -margin } else { *margin };
            let weight = self.examples.weights.map_or(1.0, |weights| weights[place]);
            weight * (wrong.max(0.0) + (-wrong.abs()).exp().ln_1p())
        };
        self.margins.iter().zip(self.examples.outcomes).enumerate().map(loss).sum()
    }
}
