//! Who some subjects are: their mean points by column and by pillar, and what is usual among them.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use super::Settings;
use super::norms::usual;
use super::quality::spaced;
use crate::base::attributions::Attributions;
use crate::base::design::{Design, Value};
use crate::base::units::Pillar;

/// Subjects that the usual value is told by, at most.
const USUAL_ROWS: usize = 20_000;

/// Sums of attributions in points over some subjects.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sums {
    pub n: usize,
    pub score: f64,
    pub base_score: f64,
    /// By column.
    pub points: Vec<f64>,
    /// By column, of |points|.
    pub size: Vec<f64>,
}

impl Sums {
    pub fn new(n_features: usize) -> Self {
        Self { points: vec![0.0; n_features], size: vec![0.0; n_features], ..Self::default() }
    }

    /// Adds the rows of a block that stand at `places`, each column for itself and in their order, so that threads change
    /// no bit.
    pub fn add(&mut self, block: &Attributions, places: &[usize]) {
        self.n += places.len();
        self.score += places.iter().map(|place| block.score[*place]).sum::<f64>();
        self.base_score += places.iter().map(|place| block.base_score[*place]).sum::<f64>();
        self.points.par_iter_mut().zip(&mut self.size).enumerate().for_each(|(column, (points, size))| {
            let told = block.points.column(column);
            for place in places {
                *points += told[*place];
                *size += told[*place].abs();
            }
        });
    }

    /// `None` for an empty sum.
    pub fn mean(&self, sum: f64) -> Option<f64> {
        (self.n > 0).then(|| sum / self.n as f64)
    }
}

/// Mean figures of some subjects. Base score and all pillars' points add up to the score, and so do base score and all
/// columns' points: folding columns into pillars is the exact sum.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Profile {
    pub n: usize,
    /// Mean score, in points.
    pub score: f64,
    /// Mean starting point.
    pub base_score: f64,
    pub pillars: Vec<PillarPoints>,
    /// In the order of the design.
    pub columns: Vec<ColumnPoints>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PillarPoints {
    /// `None`: columns without a pillar.
    pub pillar: Option<Pillar>,
    /// Mean points.
    pub points: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnPoints {
    pub feature: String,
    /// Mean points.
    pub points: f64,
    /// What is usual among the subjects, by at most 20,000 of them.
    pub usual: Option<Value>,
}

/// The profile of the subjects in `rows`, whose attributions are summed up in `sums`; `None` where nobody is.
pub fn profile(sums: &Sums, rows: &[u32], design: &Design, settings: &Settings) -> Option<Profile> {
    let rows = spaced(rows, USUAL_ROWS);
    let columns: Vec<ColumnPoints> = design
        .features
        .par_iter()
        .zip(&sums.points)
        .map(|(feature, points)| {
            let points = points / sums.n.max(1) as f64;
            ColumnPoints { feature: feature.name.clone(), points, usual: usual(feature, &rows) }
        })
        .collect();
    Some(Profile {
        n: sums.n,
        score: sums.mean(sums.score)?,
        base_score: sums.mean(sums.base_score)?,
        pillars: pillars(&columns, settings),
        columns,
    })
}

/// Pillars in their order, then what has none.
fn pillars(columns: &[ColumnPoints], settings: &Settings) -> Vec<PillarPoints> {
    let mut sums: BTreeMap<(bool, Option<Pillar>), f64> = BTreeMap::new();
    for column in columns {
        let pillar = settings.pillar(&column.feature);
        *sums.entry((pillar.is_none(), pillar)).or_default() += column.points;
    }
    sums.into_iter().map(|((_, pillar), points)| PillarPoints { pillar, points }).collect()
}
