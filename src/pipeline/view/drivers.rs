//! What moves the scores: of those at risk, by pillar; of all, by column.

use std::collections::BTreeMap;

use super::super::group::Judgement;
use super::super::rows::Told;
use super::label;
use crate::base::units::Pillar;
use crate::config::Stakeholders;
use crate::explain::Sums;
use crate::report::view::{DriverView, FeatureView};

/// Mean points of those at risk minus mean points of all.
fn drive(told: &Told, feature: usize) -> Option<f64> {
    Some(told.at_risk.mean(told.at_risk.points[feature])? - told.all.mean(told.all.points[feature])?)
}

pub(super) fn drivers(stakeholders: &Stakeholders, judgement: &Judgement, told: &Told) -> Vec<DriverView> {
    let mut by_pillar: BTreeMap<Option<Pillar>, f64> = BTreeMap::new();
    for (feature, source) in judgement.design.features.iter().enumerate() {
        let Some(points) = drive(told, feature) else { return Vec::new() };
        *by_pillar.entry(stakeholders.explain.pillar(&source.name)).or_default() += points;
    }
    let bar = |(pillar, points): (Option<Pillar>, f64)| {
        let label = pillar.map_or("unassigned", Pillar::name).to_owned();
        DriverView { label, pillar, points }
    };
    let mut drivers: Vec<DriverView> = by_pillar.into_iter().map(bar).collect();
    drivers.sort_by(|a, b| b.pillar.is_some().cmp(&a.pillar.is_some()).then(b.points.total_cmp(&a.points)));
    let base = |sums: &Sums| sums.mean(sums.base_score).unwrap_or_default();
    let between_folds = base(&told.at_risk) - base(&told.all);
    if between_folds.abs() > 1e-9 {
        drivers.push(DriverView { label: "between folds".to_owned(), pillar: None, points: between_folds });
    }
    drivers
}

pub(super) fn features(stakeholders: &Stakeholders, judgement: &Judgement, told: &Told) -> Vec<FeatureView> {
    let view = |(feature, source): (usize, &crate::base::design::Feature)| FeatureView {
        label: label(stakeholders, &source.name),
        pillar: stakeholders.explain.pillar(&source.name),
        importance: told.all.mean(told.all.size[feature]).unwrap_or_default(),
        drive: drive(told, feature),
    };
    let mut features: Vec<FeatureView> = judgement.design.features.iter().enumerate().map(view).collect();
    features.sort_by(|a, b| b.importance.total_cmp(&a.importance).then_with(|| a.label.cmp(&b.label)));
    features
}
