//! How far the explanations of a run can be trusted, in numbers.

use rayon::prelude::*;
use serde::Serialize;

use super::{Norms, Reason, Scorer, Wording, attribute, reasons};
use crate::base::design::Design;
use crate::base::model::Model;
use crate::base::{Result, Seed};
use crate::explain::Settings;
use crate::stats::rank::spearman;

/// Subjects that stability and importance are told by, at most.
pub const STABLE_ROWS: usize = 2_000;
/// Subjects that faithfulness and coverage are told by, at most.
const FAITHFUL_ROWS: usize = 200;
/// Cells, and subjects, that are changed at a time by each thread.
const SWAPPED_CELLS: usize = 1 << 20;
const SWAPPED_SUBJECTS: usize = 20;

/// Below these a run says so.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    pub coverage: f64,
    pub stability: f64,
    pub faithfulness: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { coverage: 0.5, stability: 0.5, faithfulness: 1.0 }
    }
}

/// Mean |points| of a column over some subjects.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Importance {
    pub feature: String,
    /// By the model that scores today's subjects.
    pub points: f64,
    /// Lowest and highest by it and by the models of the folds, each of which learned without a part of history, with a
    /// background of its own; `None` without folds.
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// At most so many of some rows, evenly spaced.
pub fn spaced(rows: &[u32], n_max: usize) -> Vec<u32> {
    rows.iter().step_by(rows.len().div_ceil(n_max).max(1)).copied().collect()
}

/// Importance of every column by the first scorer, with its range over all; the largest first, ties by name. Empty
/// without rows.
pub fn importance(scorers: &[Scorer<'_>], rows: &[u32], design: &Design) -> Vec<Importance> {
    if rows.is_empty() || scorers.is_empty() {
        return Vec::new();
    }
    let sizes: Vec<Vec<f64>> = (0..scorers.len()).map(|scorer| mean_sizes(scorers, scorer, rows, design)).collect();
    let of_feature = |(column, feature): (usize, &crate::base::design::Feature)| {
        let range = || sizes.iter().map(|sizes| sizes[column]);
        let is_ranged = sizes.len() > 1;
        Importance {
            feature: feature.name.clone(),
            points: sizes[0][column],
            low: is_ranged.then(|| range().fold(f64::INFINITY, f64::min)),
            high: is_ranged.then(|| range().fold(0.0, f64::max)),
        }
    };
    let mut all: Vec<Importance> = design.features.iter().enumerate().map(of_feature).collect();
    all.sort_by(|a, b| b.points.total_cmp(&a.points).then_with(|| a.feature.cmp(&b.feature)));
    all
}

fn mean_sizes(scorers: &[Scorer<'_>], scorer: usize, rows: &[u32], design: &Design) -> Vec<f64> {
    let rows: Vec<(u32, u16)> = rows.iter().map(|row| (*row, scorer as u16)).collect();
    let told = attribute(scorers, &rows, design.features.len());
    let mean = |points: ndarray::ArrayView1<'_, f64>| {
        points.iter().map(|points| points.abs()).sum::<f64>() / rows.len() as f64
    };
    told.points.columns().into_iter().map(mean).collect()
}

/// Mean rank correlation (Spearman) between the points of the first scorer and those of every other, over the columns
/// that either of them uses, subject by subject: what a subject would be told by a model that learned from other rows,
/// under another seed, against another background. `None` without others, rows, or where no subject has two such columns.
pub fn stability(scorers: &[Scorer<'_>], rows: &[u32], design: &Design) -> Option<f64> {
    let n_features = design.features.len();
    let told = |scorer: usize| {
        let rows: Vec<(u32, u16)> = rows.iter().map(|row| (*row, scorer as u16)).collect();
        attribute(scorers, &rows, n_features).points
    };
    let first = told(0);
    let correlations: Vec<f64> = (1..scorers.len())
        .flat_map(|other| {
            let other = told(other);
            let pairs: Vec<f64> = first
                .rows()
                .into_iter()
                .zip(other.rows())
                .filter_map(|(a, b)| {
                    let used: Vec<usize> =
                        (0..n_features).filter(|column| a[*column] != 0.0 || b[*column] != 0.0).collect();
                    let pick = |points: ndarray::ArrayView1<'_, f64>| -> Vec<f64> {
                        used.iter().map(|column| points[*column]).collect()
                    };
                    spearman(&pick(a), &pick(b))
                })
                .collect();
            pairs
        })
        .collect();
    (!correlations.is_empty()).then(|| correlations.iter().sum::<f64>() / correlations.len() as f64)
}

/// How much more the margin moves when columns are given to another subject's values in the order of their |points| than
/// in a random order: Σ |change| along the first curve over Σ along the second, both to the end (the deletion curve of
/// Petsiuk, Das and Saenko 2018, "RISE"). Above 1 the reasons name what the model goes by. Over at most 200 subjects.
/// `None` where nothing moves.
///
/// # Errors
/// A column does not fit the model.
pub fn faithfulness(scorer: &Scorer<'_>, rows: &[u32], design: &Design, seed: Seed) -> Result<Option<f64>> {
    let rows = spaced(rows, FAITHFUL_ROWS);
    let model = scorer.model.model;
    let asked = model.features();
    let used: Vec<usize> =
        (0..design.features.len()).filter(|column| asked.contains(&design.features[*column].name.as_str())).collect();
    if rows.is_empty() || used.is_empty() {
        return Ok(None);
    }
    let pairs: Vec<(u32, u16)> = rows.iter().map(|row| (*row, 0)).collect();
    let told = attribute(std::slice::from_ref(scorer), &pairs, design.features.len());
    // by subject and kind of order, when each column is replaced
    let orders: Vec<[Vec<usize>; 2]> = rows
        .par_iter()
        .enumerate()
        .map(|(place, row)| {
            let points = told.points.row(place);
            let mut by_points = used.clone();
            by_points.sort_by(|a, b| points[*b].abs().total_cmp(&points[*a].abs()).then(a.cmp(b)));
            let mut by_chance = used.clone();
            by_chance.sort_by_key(|column| seed.hash(format!("{row} {column}").as_bytes()));
            [by_points, by_chance].map(|order| {
                let mut step = vec![usize::MAX; design.features.len()];
                order.iter().enumerate().for_each(|(at, column)| step[*column] = at);
                step
            })
        })
        .collect();
    let swaps = Swaps { rows: &rows, used: &used, orders: &orders, seed };
    let margins = swaps.margins(model, design)?;
    let mut moved = [0.0; 2];
    for (at, margin) in margins.into_iter().enumerate() {
        let (place, kind, _) = swaps.of(at);
        moved[kind] += (margin - told.margin[place]).abs();
    }
    Ok((moved[1] > 0.0).then(|| moved[0] / moved[1]))
}

/// Subjects whose columns are replaced one after the other, in two orders.
struct Swaps<'a> {
    rows: &'a [u32],
    used: &'a [usize],
    /// By subject and kind of order, when each column is replaced.
    orders: &'a [[Vec<usize>; 2]],
    seed: Seed,
}

impl Swaps<'_> {
    /// Subject, kind of order and step of a changed row.
    fn of(&self, at: usize) -> (usize, usize, usize) {
        let n_steps = self.used.len();
        (at / (2 * n_steps), at / n_steps % 2, at % n_steps)
    }

    /// The row that a changed row has the value of a column from.
    fn source(&self, at: usize, column: usize) -> usize {
        let (place, kind, step) = self.of(at);
        let own = self.rows[place];
        let other = place + 1 + self.seed.hash(&own.to_le_bytes()) as usize % self.rows.len();
        let is_replaced = self.orders[place][kind][column] <= step;
        if is_replaced { self.rows[other % self.rows.len()] as usize } else { own as usize }
    }

    /// Margins of all changed rows, a few subjects at a time, and only of the columns that the model asks about.
    fn margins(&self, model: &Model, design: &Design) -> Result<Vec<f64>> {
        let per_subject = 2 * self.used.len();
        let n_subjects = (SWAPPED_CELLS / (per_subject * self.used.len())).clamp(1, SWAPPED_SUBJECTS);
        let margins = |begin: usize| {
            let n_rows = (self.rows.len() - begin).min(n_subjects) * per_subject;
            let source = |row: usize, column: usize| self.source(begin * per_subject + row, column);
            let changed = design.rearranged_columns(self.used, n_rows, source);
            let bound = model.bind(&changed)?;
            Ok((0..n_rows).map(|row| bound.margin(row)).collect())
        };
        let begins: Vec<usize> = (0..self.rows.len()).step_by(n_subjects).collect();
        let parts: Vec<Vec<f64>> = begins.into_par_iter().map(margins).collect::<Result<_>>()?;
        Ok(parts.concat())
    }
}

/// Share of Σ |points| of a subject that the named reasons cover, what is told together counting together; `None` where
/// nothing has points.
pub fn covered(points: &[f64], named: &[Reason], wording: &Wording<'_>) -> Option<f64> {
    let all: f64 = wording.groups().map(|group| group.iter().map(|column| points[*column]).sum::<f64>().abs()).sum();
    (all > 0.0).then(|| named.iter().map(|reason| reason.points.abs()).sum::<f64>() / all)
}

/// Mean share of Σ |points| that the named reasons cover, over at most 200 subjects; `None` where nobody has points.
pub fn coverage(scorer: &Scorer<'_>, rows: &[u32], design: &Design, norms: &Norms, settings: &Settings) -> Option<f64> {
    let rows = spaced(rows, FAITHFUL_ROWS);
    let wording = Wording::new(design, norms, settings);
    let pairs: Vec<(u32, u16)> = rows.iter().map(|row| (*row, 0)).collect();
    let told = attribute(std::slice::from_ref(scorer), &pairs, design.features.len());
    let shares: Vec<f64> = rows
        .iter()
        .enumerate()
        .filter_map(|(place, row)| {
            let points = told.points.row(place).to_vec();
            covered(&points, &reasons(&points, *row as usize, &wording, settings), &wording)
        })
        .collect();
    (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / shares.len() as f64)
}
