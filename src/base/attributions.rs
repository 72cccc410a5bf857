//! Each feature's share of a score.

use ndarray::{Array2, ShapeBuilder};
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

impl Perturbation {
    /// As files spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Interventional => "interventional",
            Self::PathDependent => "path_dependent",
        }
    }
}

/// Attributions of a block of rows. For every row that has a score,
/// `points.sum() + base_score = score` and `margins.sum() + base_margin = margin`, to 1e-9.
#[derive(Debug, Clone, Default)]
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
    /// What was missing to the score before the largest attribution took it up, in points.
    pub closed: Vec<f64>,
    /// Where that was more than tables and double precision may round, in the worst row of all: how much was missing,
    /// and how much may be, in margin units.
    pub excess: Option<[f64; 2]>,
}

impl Attributions {
    /// Makes room for so many rows, column by column in memory; what it holds then is of no meaning.
    pub fn resize(&mut self, n_rows: usize, n_features: usize) {
        for matrix in [&mut self.margins, &mut self.points] {
            let (mut cells, _) = std::mem::take(matrix).into_raw_vec_and_offset();
            cells.resize(n_rows * n_features, 0.0);
            let shape = (n_rows, n_features).f();
            *matrix = Array2::from_shape_vec(shape, cells).unwrap_or_else(|_| Array2::zeros(shape));
        }
        for column in [&mut self.margin, &mut self.base_margin, &mut self.score, &mut self.base_score, &mut self.closed]
        {
            column.resize(n_rows, 0.0);
        }
    }
}
