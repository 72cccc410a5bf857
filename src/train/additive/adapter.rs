//! The additive family beside linfa's own algorithms.

use linfa::dataset::AsSingleTargets;
use linfa::traits::{Fit, PredictInplace};
use linfa::{DatasetBase, Error, ParamGuard};
use ndarray::{Array1, ArrayBase, Data, Ix2};

use super::{Additive, Tuning};
use crate::base::Seed;
use crate::base::design::{Design, Feature, FeatureKind, Values};
use crate::base::model::Model;
use crate::train::Settings;
use crate::train::learner::{Learner, Task, margins};

/// An additive model with pairs (GA2M, explainable boosting machine) for linfa's datasets: records are numbers with
/// `NaN` where missing, targets are outcomes.
///
/// ```
/// use linfa::prelude::*;
/// use ndarray::{Array1, Array2};
/// use trustrisk::train::AdditiveParams;
///
/// let records = Array2::from_shape_fn((400, 2), |(row, column)| ((row * (7 + column * 4)) % 20) as f64);
/// let targets = Array1::from_shape_fn(400, |row| records[[row, 0]] > 10.0);
/// let dataset = Dataset::new(records, targets);
/// let model = AdditiveParams::default().n_pairs(0).fit(&dataset)?;
/// let right = model.predict(&dataset).iter().zip(dataset.targets()).filter(|(told, is)| told == is).count();
/// assert!(right > 390);
/// # Ok::<(), linfa::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct AdditiveParams(AdditiveValidParams);

/// Parameters that have been checked.
#[derive(Debug, Clone, PartialEq)]
pub struct AdditiveValidParams {
    tuning: Tuning,
    seed: u64,
}

/// A fitted additive model; its columns are named by their place: `"0"`, `"1"` and so on.
#[derive(Debug, Clone, PartialEq)]
pub struct AdditiveModel {
    pub model: Model,
}

impl Default for AdditiveParams {
    /// Up to 60 pairs, 10 bags, 254 bins a column, a first step of .1, seed 0.
    fn default() -> Self {
        Self(AdditiveValidParams { tuning: Tuning::default(), seed: 0 })
    }
}

impl AdditiveParams {
    /// Pairs of columns at most; 0: main effects only.
    #[must_use]
    pub fn n_pairs(mut self, n_pairs: usize) -> Self {
        self.0.tuning.n_pairs = n_pairs;
        self
    }

    /// Bags, each of which holds out as many rows: 2 to 255.
    #[must_use]
    pub fn n_bags(mut self, n_bags: usize) -> Self {
        self.0.tuning.n_bags = n_bags;
        self
    }

    /// Bins of a column at most: 2 to 254.
    #[must_use]
    pub fn n_bins(mut self, n_bins: usize) -> Self {
        self.0.tuning.bins_max = n_bins;
        self
    }

    /// Share of a Newton step that the first trees take: above 0, at most 1.
    #[must_use]
    pub fn learning_rate(mut self, rate: f64) -> Self {
        self.0.tuning.mains.rate = rate;
        self
    }

    /// Decides which rows each bag holds out.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.0.seed = seed;
        self
    }
}

impl ParamGuard for AdditiveParams {
    type Checked = AdditiveValidParams;
    type Error = Error;

    fn check_ref(&self) -> Result<&Self::Checked, Error> {
        let Tuning { n_bags, bins_max, mains, .. } = &self.0.tuning;
        let refuse = |what: &str| Err(Error::Parameters(what.to_owned()));
        if !(2..=255).contains(n_bags) {
            return refuse("n_bags: expected 2 to 255");
        }
        if !(2..=254).contains(bins_max) {
            return refuse("n_bins: expected 2 to 254");
        }
        if !(mains.rate > 0.0 && mains.rate <= 1.0) {
            return refuse("learning_rate: expected a number above 0 and at most 1");
        }
        Ok(&self.0)
    }

    fn check(self) -> Result<Self::Checked, Error> {
        self.check_ref()?;
        Ok(self.0)
    }
}

impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = bool>> Fit<ArrayBase<D, Ix2>, T, Error> for AdditiveValidParams {
    type Object = AdditiveModel;

    /// # Errors
    /// No rows, or not as many targets as records.
    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<AdditiveModel, Error> {
        let outcome: Vec<Option<bool>> = dataset.targets().as_single_targets().iter().copied().map(Some).collect();
        let n_rows = dataset.records().nrows();
        if n_rows != outcome.len() {
            return Err(Error::MismatchedShapes(n_rows, outcome.len()));
        }
        if n_rows == 0 {
            return Err(Error::NotEnoughSamples);
        }
        let design = design(dataset.records());
        let settings = Settings::default();
        let task = Task { design: &design, outcome: &outcome, cluster: &[], weigh: None, settings: &settings };
        let learner = Additive { task, tuning: self.tuning.clone() };
        let rows: Vec<u32> = (0..n_rows as u32).collect();
        let candidate = usize::from(self.tuning.n_pairs == 0);
        let model = learner.fit(&rows, candidate, Seed(self.seed));
        model.map(|model| AdditiveModel { model }).map_err(|error| Error::Parameters(error.to_string()))
    }
}

impl AdditiveModel {
    /// Log-odds of the outcome, one per row; `NaN` for all rows where there are fewer columns than the model needs.
    pub fn margins<D: Data<Elem = f64>>(&self, records: &ArrayBase<D, Ix2>) -> Array1<f64> {
        let rows: Vec<u32> = (0..records.nrows() as u32).collect();
        let told = margins(&self.model, &design(records), &rows);
        told.map_or_else(|_| Array1::from_elem(rows.len(), f64::NAN), Array1::from_vec)
    }

    /// Probabilities of the outcome.
    pub fn probabilities<D: Data<Elem = f64>>(&self, records: &ArrayBase<D, Ix2>) -> Array1<f64> {
        self.margins(records).mapv(|margin| 1.0 / (1.0 + (-margin).exp()))
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<bool>> for AdditiveModel {
    /// Whether the outcome is more likely than not.
    fn predict_inplace<'a>(&'a self, records: &'a ArrayBase<D, Ix2>, targets: &mut Array1<bool>) {
        *targets = self.margins(records).mapv(|margin| margin > 0.0);
    }

    fn default_target(&self, records: &ArrayBase<D, Ix2>) -> Array1<bool> {
        Array1::from_elem(records.nrows(), false)
    }
}

fn design<D: Data<Elem = f64>>(records: &ArrayBase<D, Ix2>) -> Design {
    let feature = |(place, column): (usize, ndarray::ArrayView1<'_, f64>)| {
        let missing: Vec<bool> = column.iter().map(|value| value.is_nan()).collect();
        let values = column.iter().map(|value| if value.is_nan() { 0.0 } else { *value }).collect();
        let missing = if missing.contains(&true) { missing } else { Vec::new() };
        Feature { name: place.to_string(), kind: FeatureKind::Number, values: Values::Numbers { values, missing } }
    };
    let features = records.columns().into_iter().enumerate().map(feature).collect();
    Design { n_subjects: records.nrows(), features }
}
