//! Each feature's share of a score.

use ndarray::Array2;
use serde::{Deserialize, Serialize};

/// What stands in for a column that is not known (shap's `feature_perturbation`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Perturbation {
    /// The column's value in the background subjects, whatever the other columns are (Janzing, Minorics and Blöbaum 2020).
    #[default]
    Interventional,
    /// Of a tree: both ways of the column's questions, by cover (Lundberg et al. 2020, Algorithm 1). Terms and pairs are
    /// told against the background all the same.
    PathDependent,
}

/// Attributions of a block of rows. For every row that has a score,
/// `points.sum() + base_score = score` and `margins.sum() + base_margin = margin`, to 1e-9.
#[derive(Debug, Clone)]
pub struct Attributions {
    /// n_rows × n_features, in the margin unit of the model.
    pub margins: Array2<f64>,
    /// n_rows × n_features, in points.
    pub points: Array2<f64>,
    /// Output of the model that scored the row.
    pub margin: Vec<f64>,
    /// Mean margin over the background of that model.
    pub base_margin: Vec<f64>,
    /// 100 × calibrated risk.
    pub score: Vec<f64>,
    /// 100 × calibrated risk at the base margin: the starting point.
    pub base_score: Vec<f64>,
}
