//! Numbers that other numbers determine.

use polars::prelude::{Column as Cells, DataFrame};

use super::super::{Column, ColumnKind, Excluded, Role};
use super::{Rows, cells, words};
use crate::base::{Finding, Result};

/// At most so many rows are looked at.
const SAMPLE_ROWS: usize = 2_000;
/// Rows a column at least, so that nothing fits by having many columns.
const ROWS_PER_COLUMN: usize = 10;
/// Residual over length below which a column is determined exactly.
const EXACT: f64 = 1e-8;
/// Multiple correlation above which it is determined up to rounding: √(1 − 0.99999²).
const ROUNDED: f64 = 0.004_472_124;
/// Standardized weight above which a column takes part.
const TAKES_PART: f64 = 1e-3;

/// A column of the sample: centered, of length 1, blanks at the mean.
struct Unit {
    at: usize,
    values: Vec<f64>,
    scale: f64,
}

/// A column as a weighted sum of others.
struct Sum {
    /// Column and standardized weight, by falling size.
    parts: Vec<(usize, f64)>,
    residual: f64,
}

/// Reports numeric columns that those before them determine, exactly or up to rounding (multiple correlation above
/// 0.99999), on at most 2,000 rows drawn by key, by Gram–Schmidt in the order of the columns, done twice.
///
/// # Errors
/// polars cannot read what it made itself.
pub fn find(frame: &DataFrame, rows: &Rows, roles: &[Column], findings: &mut Vec<Finding>) -> Result<()> {
    let sample = sample(rows);
    let units = units(frame, roles, &sample, |role| role == &Role::Feature)?;
    if units.len() * ROWS_PER_COLUMN > sample.len() {
        return Ok(());
    }
    let mut basis = Basis::default();
    for unit in &units {
        let sum = basis.explain(&unit.values);
        if sum.residual > ROUNDED {
            basis.add(unit);
        } else if !sum.parts.is_empty() {
            findings.push(report(unit, &sum, &units, roles));
        }
    }
    Ok(())
}

/// The columns whose weighted sum the column `leak` is (multiple correlation above 0.99999); none where it is not.
///
/// # Errors
/// polars cannot read what it made itself.
pub fn parts_of(frame: &DataFrame, rows: &Rows, roles: &[Column], leak: usize) -> Result<Vec<usize>> {
    if roles[leak].kind != ColumnKind::Number {
        return Ok(Vec::new());
    }
    let sample = sample(rows);
    let units = units(frame, roles, &sample, |role| matches!(role, Role::Feature | Role::Excluded(Excluded::Leak)))?;
    let is_other = |unit: &&Unit| roles[unit.at].role == Role::Feature && unit.at != leak;
    let Some(target) = units.iter().find(|unit| unit.at == leak) else { return Ok(Vec::new()) };
    if units.len() * ROWS_PER_COLUMN > sample.len() {
        return Ok(Vec::new());
    }
    let mut basis = Basis::default();
    for unit in units.iter().filter(is_other) {
        if basis.explain(&unit.values).residual > EXACT {
            basis.add(unit);
        }
    }
    let sum = basis.explain(&target.values);
    if sum.residual > ROUNDED {
        return Ok(Vec::new());
    }
    let mut parts: Vec<usize> = sum.parts.into_iter().map(|(at, _)| at).collect();
    parts.sort_unstable();
    Ok(parts)
}

/// Rows with the smallest hashes of their keys.
fn sample(rows: &Rows) -> Vec<u32> {
    let n = rows.keys.len();
    let mut all: Vec<(u64, u32)> = (0u32..)
        .zip(&rows.keys.ids)
        .map(|(row, id)| {
            let day = u64::from(rows.keys.day(row as usize).unwrap_or_default().cast_unsigned());
            (cells::mix(cells::hash(id.as_bytes()) ^ day), row)
        })
        .collect();
    if n > SAMPLE_ROWS {
        all.select_nth_unstable(SAMPLE_ROWS);
        all.truncate(SAMPLE_ROWS);
    }
    all.sort_unstable();
    all.into_iter().map(|(_, row)| row).collect()
}

fn units(frame: &DataFrame, roles: &[Column], sample: &[u32], wanted: impl Fn(&Role) -> bool) -> Result<Vec<Unit>> {
    let is_number = |role: &Column| matches!(role.kind, ColumnKind::Number | ColumnKind::Boolean);
    let mut units = Vec::new();
    for (at, (column, role)) in frame.columns().iter().zip(roles).enumerate() {
        if is_number(role) && wanted(&role.role) {
            units.extend(unit(at, column, sample)?);
        }
    }
    Ok(units)
}

/// `None` for text, and where the sample has a single value.
fn unit(at: usize, column: &Cells, sample: &[u32]) -> Result<Option<Unit>> {
    let picked: polars::prelude::IdxCa = sample.iter().map(|row| Some(*row)).collect();
    let picked = column.take(&picked).map_err(|error| cells::broken(&error))?;
    let Some(mut values) = cells::numbers(&picked)? else { return Ok(None) };
    let filled = values.iter().filter(|value| !value.is_nan()).count();
    if filled == 0 {
        return Ok(None);
    }
    let mean = values.iter().filter(|value| !value.is_nan()).sum::<f64>() / filled as f64;
    for value in &mut values {
        *value = if value.is_nan() { 0.0 } else { *value - mean };
    }
    let scale = dot(&values, &values).sqrt();
    if scale <= EXACT * mean.abs().max(f64::MIN_POSITIVE) * (filled as f64).sqrt() {
        return Ok(None);
    }
    values.iter_mut().for_each(|value| *value /= scale);
    Ok(Some(Unit { at, values, scale }))
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Independent columns, made orthonormal, and how each is made of them.
#[derive(Default)]
struct Basis {
    at: Vec<usize>,
    directions: Vec<Vec<f64>>,
    /// Row k: the weights of direction 0…k in column k.
    triangle: Vec<Vec<f64>>,
}

impl Basis {
    /// What is left of a column beyond the basis, and its weights on the directions.
    fn project(&self, values: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let mut rest = values.to_vec();
        let mut weights = vec![0.0; self.directions.len()];
        for _ in 0..2 {
            for (weight, direction) in weights.iter_mut().zip(&self.directions) {
                let share = dot(&rest, direction);
                *weight += share;
                rest.iter_mut().zip(direction).for_each(|(rest, d)| *rest -= share * d);
            }
        }
        (rest, weights)
    }

    fn add(&mut self, unit: &Unit) {
        let (mut rest, mut weights) = self.project(&unit.values);
        let length = dot(&rest, &rest).sqrt();
        rest.iter_mut().for_each(|value| *value /= length);
        weights.push(length);
        self.at.push(unit.at);
        self.directions.push(rest);
        self.triangle.push(weights);
    }

    /// The best weighted sum of the basis' columns for a column of length 1.
    fn explain(&self, values: &[f64]) -> Sum {
        let (rest, mut weights) = self.project(values);
        for k in (0..weights.len()).rev() {
            weights[k] /= self.triangle[k][k];
            for j in 0..k {
                weights[j] -= weights[k] * self.triangle[k][j];
            }
        }
        let mut parts: Vec<(usize, f64)> =
            self.at.iter().copied().zip(weights).filter(|(_, weight)| weight.abs() >= TAKES_PART).collect();
        parts.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then_with(|| a.0.cmp(&b.0)));
        Sum { parts, residual: dot(&rest, &rest).sqrt() }
    }
}

fn report(unit: &Unit, sum: &Sum, units: &[Unit], roles: &[Column]) -> Finding {
    let name = &roles[unit.at].name;
    let how = if sum.residual <= EXACT { "exactly" } else { "up to rounding" };
    let others: Vec<&str> = sum.parts.iter().map(|(at, _)| roles[*at].name.as_str()).collect();
    let message = match sum.parts.as_slice() {
        [(at, weight)] => {
            let scale = units.iter().find(|other| other.at == *at).map_or(1.0, |other| other.scale);
            let factor = weight * unit.scale / scale;
            format!("`{name}` rises by {} for each unit of `{}`, {how}", rounded(factor), others[0])
        }
        _ => format!("`{name}` is a weighted sum of {}, {how}", words::list(&others, 5)),
    };
    Finding::new("collinear", message)
        .column(name.as_str())
        .hint(format!("add {} to `exclude`: it tells nothing new", words::quote(name)))
}

/// Four significant digits.
fn rounded(number: f64) -> String {
    let digits = 3 - number.abs().max(f64::MIN_POSITIVE).log10().floor() as i32;
    let power = 10f64.powi(digits);
    words::number((number * power).round() / power)
}
