//! Features to the columns of a linear model, and its weights back to terms of source columns.
//!
//! Numbers are held in their range and standardized; a missing one stands at the median and raises an indicator. Levels get one column each;
//! rare ones share a column, missing is a level of its own, and a feature with two columns keeps only the second.
//! Every column is centered: the intercept bears no penalty, so that this moves nothing but the intercept, and a fit
//! whose columns do not pull at the intercept is found in far fewer steps.

use std::collections::BTreeSet;

use ndarray::{Array2, ShapeBuilder};

use super::Settings;
use super::range::Range;
use crate::base::design::{Design, Feature, MISSING, Values};
use crate::base::model::{LevelWeight, Model, Shape, Term};
use crate::base::units::Family;
use crate::base::{Error, Result};

/// A column that spreads less is constant: a slope per so small a unit would overflow.
const SCALE_MIN: f64 = 1e-290;

/// How each feature becomes columns; learned from the rows of one fit.
pub(super) struct Encoder<'a> {
    design: &'a Design,
    codings: Vec<Coding>,
    n_columns: usize,
    /// Mean of each column over the rows that the coding was learned from.
    means: Vec<f64>,
}

enum Coding {
    /// The feature tells nothing in these rows.
    Nothing,
    Number {
        range: Range,
        center: f64,
        scale: f64,
        indicator: bool,
        first: usize,
    },
    /// The column of each level code and of the missing level; `None` where it has none.
    Levels {
        column: Vec<Option<usize>>,
        rare: Vec<bool>,
        seen: Vec<bool>,
        missing: Option<usize>,
        has_missing: bool,
    },
}

impl<'a> Encoder<'a> {
    /// Learns the coding from `rows` of the design. Numbers of columns in `flat` tell nothing, only whether they are known.
    pub(super) fn learn(design: &'a Design, rows: &[u32], settings: &Settings, flat: &BTreeSet<String>) -> Self {
        let mut n_columns = 0;
        let mut codings = Vec::with_capacity(design.features.len());
        for feature in &design.features {
            codings.push(match &feature.values {
                Values::Numbers { values, .. } => {
                    number_coding(feature, values, rows, flat.contains(&feature.name), &mut n_columns)
                }
                Values::Levels { codes, levels } => level_coding(codes, levels, rows, settings, &mut n_columns),
            });
        }
        let mut encoder = Self { design, codings, n_columns, means: vec![0.0; n_columns] };
        let mut sums = vec![0.0; n_columns];
        encoder.each_cell(rows, |_, column, value| sums[column] += value);
        encoder.means = sums.into_iter().map(|sum| sum / rows.len().max(1) as f64).collect();
        encoder
    }

    pub(super) fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// The encoded rows: n_rows × n_columns, column by column in memory, which is what the gradient reads.
    pub(super) fn matrix(&self, rows: &[u32]) -> Array2<f64> {
        let mut matrix = Array2::zeros((rows.len(), self.n_columns).f());
        for (mut column, mean) in matrix.columns_mut().into_iter().zip(&self.means) {
            column.fill(-mean);
        }
        self.each_cell(rows, |place, column, value| matrix[[place, column]] += value);
        matrix
    }

    /// Visits every cell that is not 0 before centering, as (place among the rows, column, value).
    fn each_cell(&self, rows: &[u32], mut visit: impl FnMut(usize, usize, f64)) {
        for (feature, coding) in self.design.features.iter().zip(&self.codings) {
            for (place, &row) in rows.iter().enumerate() {
                match (coding, &feature.values) {
                    (Coding::Number { range, center, scale, indicator, first }, Values::Numbers { values, .. }) => {
                        let is_missing = feature.values.is_missing(row as usize);
                        let value = if is_missing { range.median } else { range.hold(values[row as usize]) };
                        visit(place, *first, (value - center) / scale);
                        if *indicator && is_missing {
                            visit(place, first + 1, 1.0);
                        }
                    }
                    (Coding::Levels { column, missing, .. }, Values::Levels { codes, .. }) => {
                        let code = codes[row as usize];
                        let hot = if code == MISSING { *missing } else { column[code as usize] };
                        if let Some(hot) = hot {
                            visit(place, hot, 1.0);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// The model of a weight vector (one per column, the intercept last), its background being `rows`.
    ///
    /// What the rows never showed says nothing: a level that was not seen, and a value that is missing where none was,
    /// stand at the term's mean.
    pub(super) fn model(&self, weights: &[f64], rows: &[u32]) -> Result<Model> {
        let Some((&intercept, weights)) = weights.split_last() else {
            return Err(Error::new("the fit gave no weights"));
        };
        let at_zero = intercept - weights.iter().zip(&self.means).map(|(weight, mean)| weight * mean).sum::<f64>();
        let mut model = Model::empty(Family::Logistic, at_zero, rows.len() as u64);
        for (feature, coding) in self.design.features.iter().zip(&self.codings) {
            let shape = match coding {
                Coding::Nothing => continue,
                Coding::Number { range, center, scale, indicator, first } => Shape::Line {
                    slope: weights[*first] / scale,
                    center: *center,
                    fill: range.median,
                    missing: if *indicator { weights[first + 1] } else { 0.0 },
                    low: range.low,
                    high: range.high,
                },
                Coding::Levels { .. } => coding.levels_shape(feature, weights),
            };
            model.terms.push(Term { feature: feature.name.clone(), kind: feature.kind, mean: 0.0, shape });
        }
        self.center(&mut model, rows)?;
        Ok(model)
    }

    /// Fills in the means over the background, and lets what was never seen stand at them.
    fn center(&self, model: &mut Model, rows: &[u32]) -> Result<()> {
        let n = rows.len().max(1) as f64;
        let means: Vec<f64> = {
            let bound = model.bind(self.design)?;
            (0..model.terms.len())
                .map(|term| rows.iter().map(|&row| bound.term(term, row as usize)).sum::<f64>() / n)
                .collect()
        };
        for (term, mean) in model.terms.iter_mut().zip(&means) {
            term.mean = *mean;
            let has_missing = self.has_missing(&term.feature);
            if let Shape::Levels { rare, pooled, missing, unseen, .. } = &mut term.shape {
                *unseen = *mean;
                if !has_missing {
                    *missing = *mean;
                }
                if rare.is_empty() {
                    *pooled = *mean;
                }
            }
        }
        model.background.base_margin = model.intercept + means.iter().sum::<f64>();
        Ok(())
    }

    fn has_missing(&self, name: &str) -> bool {
        self.design
            .features
            .iter()
            .zip(&self.codings)
            .any(|(feature, coding)| feature.name == name && matches!(coding, Coding::Levels { has_missing: true, .. }))
    }
}

impl Coding {
    fn levels_shape(&self, feature: &Feature, weights: &[f64]) -> Shape {
        let weight = |column: Option<usize>| column.map_or(0.0, |column| weights[column]);
        let (Self::Levels { column, rare, seen, missing, .. }, Values::Levels { levels, .. }) = (self, &feature.values)
        else {
            return Shape::Line { slope: 0.0, center: 0.0, fill: 0.0, missing: 0.0, low: 0.0, high: 0.0 };
        };
        let mut known = Vec::new();
        let mut pooled_levels = Vec::new();
        let mut pooled = 0.0;
        for (code, level) in levels.iter().enumerate().filter(|(code, _)| seen[*code]) {
            if rare[code] {
                pooled = weight(column[code]);
                pooled_levels.push(level.clone());
            } else {
                known.push(LevelWeight::new(level, weight(column[code])));
            }
        }
        Shape::Levels { levels: known, rare: pooled_levels, pooled, missing: weight(*missing), unseen: 0.0 }
    }
}

fn number_coding(feature: &Feature, values: &[f64], rows: &[u32], is_flat: bool, n_columns: &mut usize) -> Coding {
    let mut known: Vec<f64> =
        rows.iter().filter(|&&row| !feature.values.is_missing(row as usize)).map(|&row| values[row as usize]).collect();
    let Some(range) = Range::of(&mut known) else { return Coding::Nothing };
    known.iter_mut().for_each(|value| *value = range.hold(*value));
    let indicator = known.len() < rows.len();
    let spread = spread(&known, range.median).filter(|_| !is_flat);
    if spread.is_none() && !indicator {
        return Coding::Nothing;
    }
    let first = *n_columns;
    *n_columns += 1 + usize::from(indicator);
    let constant = Range { low: range.median, high: range.median, ..range };
    let (range, center, scale) = spread.map_or((constant, range.median, 1.0), |(center, scale)| (range, center, scale));
    Coding::Number { range, center, scale, indicator, first }
}

/// Mean and standard deviation, computed about the median, so that a large mean costs no digits of a small spread, and
/// in units of the largest deviation, so that no square overflows. `None` where there is no spread that a model could
/// divide by.
fn spread(values: &[f64], median: f64) -> Option<(f64, f64)> {
    let mean = |sum: f64| sum / values.len().max(1) as f64;
    let center = median + mean(values.iter().map(|value| value - median).sum());
    let unit = values.iter().map(|value| (value - center).abs()).fold(0.0, f64::max);
    let scale = unit * mean(values.iter().map(|value| ((value - center) / unit).powi(2)).sum()).sqrt();
    (scale > (f64::EPSILON * center.abs()).max(SCALE_MIN) && scale.is_finite()).then_some((center, scale))
}

fn level_coding(codes: &[u32], levels: &[String], rows: &[u32], settings: &Settings, n_columns: &mut usize) -> Coding {
    let mut count = vec![0usize; levels.len()];
    let mut n_missing = 0usize;
    for &row in rows {
        match count.get_mut(codes[row as usize] as usize) {
            Some(count) => *count += 1,
            None => n_missing += 1,
        }
    }
    let rare = rare_levels(&count, settings.rare_below, settings.levels_max);
    let n_own = (0..levels.len()).filter(|&code| count[code] > 0 && !rare[code]).count();
    let has_rare = rare.iter().any(|rare| *rare);
    let n_kinds = n_own + usize::from(has_rare) + usize::from(n_missing > 0);
    if n_kinds < 2 {
        return Coding::Nothing;
    }
    let mut kind = 0;
    // of two kinds, the first is the zero of the second's column
    let mut next = || {
        kind += 1;
        (n_kinds > 2 || kind == 2).then(|| {
            *n_columns += 1;
            *n_columns - 1
        })
    };
    let mut column: Vec<Option<usize>> =
        (0..levels.len()).map(|code| if count[code] > 0 && !rare[code] { next() } else { None }).collect();
    if has_rare {
        let shared = next();
        column.iter_mut().zip(&rare).filter(|(_, rare)| **rare).for_each(|(column, _)| *column = shared);
    }
    let missing = if n_missing > 0 { next() } else { None };
    let seen = count.iter().map(|count| *count > 0).collect();
    Coding::Levels { column, rare, seen, missing, has_missing: n_missing > 0 }
}

/// Levels with fewer than `rare_below` rows, and those beyond the `levels_max` most frequent (ties by name).
pub(super) fn rare_levels(count: &[usize], rare_below: usize, levels_max: usize) -> Vec<bool> {
    let mut by_count: Vec<usize> = (0..count.len()).filter(|&code| count[code] > 0).collect();
    by_count.sort_by_key(|&code| (std::cmp::Reverse(count[code]), code));
    let mut rare = vec![false; count.len()];
    for (place, code) in by_count.into_iter().enumerate() {
        rare[code] = count[code] < rare_below || place >= levels_max;
    }
    rare
}
