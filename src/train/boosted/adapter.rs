//! Boosted trees at home beside linfa's own models.

use linfa::dataset::{AsSingleTargets, DatasetBase};
use linfa::error::Error;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, ArrayBase, Data, Ix2};

use super::{BoostedParams, Examples, fit_boosted};
use crate::base::calibrator::logistic;
use crate::base::design::{Design, Feature, FeatureKind, Values};
use crate::base::model::Model;
use crate::train::Settings;

/// Boosted trees of a matrix of numbers: n_rows × n_features, NaN where missing.
#[derive(Debug, Clone, PartialEq)]
pub struct BoostedTrees {
    /// The columns go by the dataset's feature names, else by `0`, `1`, ….
    pub model: Model,
    names: Vec<String>,
}

impl<D, T> Fit<ArrayBase<D, Ix2>, T, Error> for BoostedParams
where
    D: Data<Elem = f64>,
    T: AsSingleTargets<Elem = bool>,
{
    type Object = BoostedTrees;

    /// Fits trees to records, NaN where missing, and targets that say whether the outcome happened. Weights count.
    ///
    /// # Errors
    /// A parameter is out of its range, or there are not as many targets as records.
    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<BoostedTrees, Error> {
        let records = dataset.records();
        let names: Vec<String> = match dataset.feature_names() {
            given if given.len() == records.ncols() => given.to_vec(),
            _ => (0..records.ncols()).map(|column| column.to_string()).collect(),
        };
        let outcomes = dataset.as_single_targets().to_vec();
        let weights: Option<Vec<f64>> = dataset.weights().map(|weights| weights.iter().map(|w| (*w).into()).collect());
        let rows: Vec<u32> = (0..records.nrows() as u32).collect();
        let design = design(records, &names);
        let examples = Examples { design: &design, rows: &rows, outcomes: &outcomes, weights: weights.as_deref() };
        let model = fit_boosted(&examples, None, self, &Settings::default());
        Ok(BoostedTrees { model: model.map_err(|error| Error::Parameters(error.to_string()))?, names })
    }
}

impl BoostedTrees {
    /// Probability of the outcome for every row; a column that is not there counts as missing.
    pub fn predict_probabilities<D: Data<Elem = f64>>(&self, records: &ArrayBase<D, Ix2>) -> Array1<f64> {
        let design = design(records, &self.names);
        match self.model.bind(&design) {
            Ok(bound) => (0..records.nrows()).map(|row| logistic(bound.margin(row))).collect(),
            Err(_) => Array1::from_elem(records.nrows(), logistic(self.model.background.base_margin)),
        }
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<bool>> for BoostedTrees {
    /// Whether the outcome is at least as likely as not.
    fn predict_inplace(&self, records: &ArrayBase<D, Ix2>, targets: &mut Array1<bool>) {
        let probabilities = self.predict_probabilities(records);
        targets.iter_mut().zip(&probabilities).for_each(|(target, probability)| *target = *probability >= 0.5);
    }

    fn default_target(&self, records: &ArrayBase<D, Ix2>) -> Array1<bool> {
        Array1::default(records.nrows())
    }
}

fn design<D: Data<Elem = f64>>(records: &ArrayBase<D, Ix2>, names: &[String]) -> Design {
    let n_subjects = records.nrows();
    let feature = |(column, name): (usize, &String)| {
        let value = |row: usize| records.get([row, column]).copied().filter(|value| value.is_finite());
        let values = (0..n_subjects).map(|row| value(row).unwrap_or_default()).collect();
        let missing = (0..n_subjects).map(|row| value(row).is_none()).collect();
        Feature { name: name.clone(), kind: FeatureKind::Number, values: Values::Numbers { values, missing } }
    };
    Design { n_subjects, features: names.iter().enumerate().map(feature).collect() }
}

#[cfg(test)]
mod tests {
    use linfa::traits::Predict;
    use ndarray::Array2;

    use super::super::tests::{chance, few};
    use super::*;

    #[test]
    fn linfa_fits_and_predicts() {
        let cell =
            |(row, column): (usize, usize)| if row % 9 == column { f64::NAN } else { chance(row, column as u64) };
        let records = Array2::from_shape_fn((600, 3), cell);
        let targets = Array1::from_shape_fn(600, |row| chance(row, 0) + 0.2 * chance(row, 5) > 0.6);
        let trees = few(30).fit(&DatasetBase::new(records.view(), targets.clone())).unwrap();
        let predicted = trees.predict(&records);
        assert!(predicted.iter().zip(&targets).filter(|(a, b)| a == b).count() > 540);
        let probabilities = trees.predict_probabilities(&records);
        assert!(probabilities.iter().zip(&predicted).all(|(probability, is)| (*probability >= 0.5) == *is));
        assert_eq!(trees.model.trees.features[0].feature, "0");
        let wrong = BoostedParams { depth: 12, ..few(3) }.fit(&DatasetBase::new(records, targets));
        assert!(wrong.unwrap_err().to_string().contains("`depth` of the boosted trees is 12, expected 1 to 8"));
    }
}
