//! How far the explanations of a run can be trusted, in numbers.

use rayon::prelude::*;
use serde::Serialize;

use super::{Norms, Scorer, Wording, attribute, reasons};
use crate::base::design::Design;
use crate::base::{Result, Seed};
use crate::explain::Settings;

/// Subjects that stability and importance are told by, at most.
pub const STABLE_ROWS: usize = 2_000;
/// Subjects that faithfulness and coverage are told by, at most.
const FAITHFUL_ROWS: usize = 200;

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
                    let pick =
                        |points: ndarray::ArrayView1<'_, f64>| used.iter().map(|column| points[*column]).collect();
                    spearman(pick(a), pick(b))
                })
                .collect();
            pairs
        })
        .collect();
    (!correlations.is_empty()).then(|| correlations.iter().sum::<f64>() / correlations.len() as f64)
}

/// `None` where one of them does not vary.
fn spearman(a: Vec<f64>, b: Vec<f64>) -> Option<f64> {
    let (a, b) = (ranks(&a), ranks(&b));
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let length = (product(&a, &a) * product(&b, &b)).sqrt();
    (length > 0.0).then(|| product(&a, &b) / length)
}

/// Ranks less their mean; equal values share the middle of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let middle = (values.len() as f64 - 1.0) / 2.0;
    let mut ranks = vec![0.0; values.len()];
    let mut begin = 0;
    for tie in order.chunk_by(|a, b| values[*a] == values[*b]) {
        let rank = begin as f64 + (tie.len() as f64 - 1.0) / 2.0 - middle;
        tie.iter().for_each(|place| ranks[*place] = rank);
        begin += tie.len();
    }
    ranks
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
    let n_steps = used.len();
    let other =
        |place: usize| rows[(place + 1 + seed.hash(&rows[place].to_le_bytes()) as usize % rows.len()) % rows.len()];
    let source = |changed: usize, column: usize| {
        let (place, kind, step) = (changed / (2 * n_steps), changed / n_steps % 2, changed % n_steps);
        let is_replaced = orders[place][kind][column] <= step;
        if is_replaced { other(place) as usize } else { rows[place] as usize }
    };
    let changed = design.rearranged(rows.len() * 2 * n_steps, source);
    let bound = model.bind(&changed)?;
    let mut moved = [0.0; 2];
    for row in 0..changed.n_subjects {
        let place = row / (2 * n_steps);
        moved[row / n_steps % 2] += (bound.margin(row) - told.margin[place]).abs();
    }
    Ok((moved[1] > 0.0).then(|| moved[0] / moved[1]))
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
            // what is told together counts together
            let all: f64 =
                wording.groups().map(|group| group.iter().map(|column| points[*column]).sum::<f64>().abs()).sum();
            let named = reasons(&points, *row as usize, &wording, settings);
            (all > 0.0).then(|| named.iter().map(|reason| reason.points.abs()).sum::<f64>() / all)
        })
        .collect();
    (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / shares.len() as f64)
}
