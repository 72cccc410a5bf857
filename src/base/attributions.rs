//! Each feature's share of a score.

use ndarray::Array2;

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
