//! The terms of the last model as curves that a person can read.

use super::group::Judgement;
use super::view::label;
use crate::base::calibrator::Calibrator;
use crate::base::design::{FeatureKind, Values};
use crate::base::model::{Model, Shape, Term};
use crate::config::Stakeholders;
use crate::report::view::{TermLevelView, TermPointView, TermView};

/// Half of a band of 95 %, in standard errors.
const BAND: f64 = 1.96;

/// Every term, in the order of the model; none for models without terms.
pub fn terms(stakeholders: &Stakeholders, judgement: &Judgement) -> Vec<TermView> {
    let Some(last) = judgement.judged.scorers.last() else { return Vec::new() };
    let of_term = |term: &Term| {
        let feature = judgement.design.features.iter().find(|feature| feature.name == term.feature)?;
        let teller = Teller { model: &last.model, calibrator: last.calibrator, term };
        let words = stakeholders.explain.words.get(&term.feature);
        Some(TermView {
            column: term.feature.clone(),
            label: label(stakeholders, &term.feature),
            unit: match term.kind {
                FeatureKind::Date => Some("days ago".to_owned()),
                _ => words.and_then(|words| words.unit.clone()),
            },
            curve: range(&feature.values).map(|range| teller.curve(range)).unwrap_or_default(),
            levels: teller.levels(),
            truth: Vec::new(),
        })
    };
    last.model.terms.iter().filter_map(of_term).collect()
}

/// Least and greatest known number, where they differ.
fn range(values: &Values) -> Option<(f64, f64)> {
    let Values::Numbers { values, missing } = values else { return None };
    let known = values.iter().enumerate().filter(|(row, _)| missing.get(*row) != Some(&true)).map(|(_, value)| *value);
    let (low, high) = known.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    (low < high).then_some((low, high))
}

struct Teller<'a> {
    model: &'a Model,
    calibrator: Calibrator,
    term: &'a Term,
}

impl Teller<'_> {
    /// By how many points the term alone moves the score from the starting point.
    fn points(&self, value: f64) -> f64 {
        let base = self.model.background.base_margin;
        100.0 * (self.calibrator.value(base + value - self.term.mean) - self.calibrator.value(base))
    }

    fn point(&self, at: f64, value: f64, error: Option<f64>) -> TermPointView {
        let end = |side: f64| error.map(|error| self.points(value + side * BAND * error));
        TermPointView { at, points: self.points(value), low: end(-1.0), high: end(1.0) }
    }

    fn curve(&self, (low, high): (f64, f64)) -> Vec<TermPointView> {
        match &self.term.shape {
            Shape::Line { slope, center, low: from, high: to, .. } => {
                let (from, to) = (low.max(*from), high.min(*to));
                let at = |place: i32| from + (to - from) * f64::from(place) / 40.0;
                (0..=40).map(|place| self.point(at(place), slope * (at(place) - center), None)).collect()
            }
            Shape::Steps { edges, values, errors, .. } => {
                let begins = [low].into_iter().chain(edges.iter().copied());
                let ends = edges.iter().copied().chain([high]);
                let steps = begins.zip(ends).zip(values).enumerate();
                let of_step = |(place, ((begin, end), value)): (usize, ((f64, f64), &f64))| {
                    let point = |at: f64| self.point(at.clamp(low, high), *value, errors.get(place).copied());
                    [point(begin), point(end)]
                };
                steps.flat_map(of_step).collect()
            }
            Shape::Levels { .. } => Vec::new(),
        }
    }

    fn levels(&self) -> Vec<TermLevelView> {
        let Shape::Levels { levels, .. } = &self.term.shape else { return Vec::new() };
        let of_level = |level: &crate::base::model::LevelWeight| {
            let TermPointView { points, low, high, .. } = self.point(0.0, level.weight, level.error);
            TermLevelView { level: level.level.clone(), points, low, high }
        };
        levels.iter().map(of_level).collect()
    }
}
