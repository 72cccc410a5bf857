//! The values that each column of a subject could have.

use std::collections::BTreeMap;

use super::{Actionable, May};
use crate::base::design::{Design, FeatureKind, Value, Values};
use crate::base::model::{Axis, Model, Shape, Split};

/// What sums of steps may be off.
const SLACK: f64 = 1e-9;
/// Steps of a column at most; beyond, they are thinned evenly.
const STEPS_MAX: usize = 1_000;

/// The columns that can be changed and that the model asks about.
pub(super) struct Options<'a> {
    pub columns: Vec<Column<'a>>,
    design: &'a Design,
}

/// A column that can be changed.
pub(super) struct Column<'a> {
    /// In the design.
    pub place: usize,
    pub name: &'a str,
    how: &'a Actionable,
    /// Numbers between which the model sees no difference: what is at most an edge and above the one before. `None` where
    /// it sees every difference.
    edges: Option<Vec<f64>>,
    /// Levels that the model knows and the table has.
    levels: Vec<String>,
}

/// The first value is the subject's own and costs nothing; then all others with their cost, cheapest first.
pub(super) struct Candidates {
    pub values: Vec<Value>,
    pub costs: Vec<f64>,
}

impl<'a> Options<'a> {
    pub(super) fn new(model: &'a Model, design: &'a Design, actionable: &'a BTreeMap<String, Actionable>) -> Self {
        let asked = model.features();
        let column = |(place, feature): (usize, &'a crate::base::design::Feature)| {
            // a day in the past stays where it is
            let is_open = feature.kind != FeatureKind::Date && asked.contains(&feature.name.as_str());
            let how = actionable.get(&feature.name).filter(|_| is_open)?;
            let levels = match &feature.values {
                Values::Levels { levels, .. } => {
                    levels.iter().filter(|level| model.knows(&feature.name, level)).cloned().collect()
                }
                Values::Numbers { .. } => Vec::new(),
            };
            Some(Column { place, name: &feature.name, how, edges: edges(model, &feature.name), levels })
        };
        Self { columns: design.features.iter().enumerate().filter_map(column).collect(), design }
    }

    /// What each column of a row could be.
    pub(super) fn of(&self, row: usize) -> Vec<Candidates> {
        let own = |column: &Column<'_>| {
            let values = &self.design.features[column.place].values;
            match (values.number(row), values.level(row)) {
                (Some(number), _) => Value::Number(number),
                (_, Some(level)) => Value::Level(level.to_owned()),
                _ => Value::Missing,
            }
        };
        self.columns.iter().map(|column| column.candidates(own(column))).collect()
    }
}

impl Column<'_> {
    fn candidates(&self, own: Value) -> Candidates {
        let others: Vec<(Value, f64)> = match &own {
            Value::Missing => Vec::new(),
            Value::Level(own) => {
                let others = self.levels.iter().filter(|level| *level != own);
                others.map(|level| (Value::Level(level.clone()), self.how.cost)).collect()
            }
            Value::Number(number) => self.numbers(*number),
        };
        let (values, costs): (Vec<Value>, Vec<f64>) = [(own, 0.0)].into_iter().chain(others).unzip();
        Candidates { values, costs }
    }

    /// Of steps that the model cannot tell apart the nearest; never those that it cannot tell from none.
    fn numbers(&self, own: f64) -> Vec<(Value, f64)> {
        let mut numbers: Vec<(f64, f64)> = Vec::new();
        for (sign, end) in [(-1.0, self.how.min), (1.0, self.how.max)] {
            let is_allowed = match self.how.may {
                May::Either => true,
                May::Decrease => sign < 0.0,
                May::Increase => sign > 0.0,
            };
            if !is_allowed {
                continue;
            }
            // without an end, as far as the model sees
            let end = end.or_else(|| {
                let edges = self.edges.as_ref()?;
                if sign < 0.0 {
                    edges.first().map(|edge| edge - self.how.step)
                } else {
                    edges.last().map(|edge| edge + self.how.step)
                }
            });
            let Some(end) = end else { continue };
            let n_steps = ((end - own) * sign / self.how.step + 1e-9).floor().clamp(0.0, 1e9) as usize;
            let stride = n_steps.div_ceil(STEPS_MAX).max(1);
            let mut seen = self.bin(own);
            for step in (1..=n_steps).step_by(stride).chain((stride > 1).then_some(n_steps)) {
                let number = own + sign * step as f64 * self.how.step;
                let bin = self.bin(number);
                let is_reachable = self.how.min.is_none_or(|min| number >= min - SLACK)
                    && self.how.max.is_none_or(|max| number <= max + SLACK);
                if !is_reachable {
                    continue;
                }
                if bin.is_none() || bin != seen {
                    numbers.push((number, step as f64 * self.how.cost));
                    seen = bin;
                }
            }
        }
        numbers.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.total_cmp(&b.0)));
        numbers.into_iter().map(|(number, cost)| (Value::Number(number), cost)).collect()
    }

    fn bin(&self, number: f64) -> Option<usize> {
        self.edges.as_ref().map(|edges| edges.partition_point(|edge| *edge < number))
    }
}

/// Where the model sees a difference between numbers of a column; `None` where it sees every one.
fn edges(model: &Model, name: &str) -> Option<Vec<f64>> {
    let mut edges = Vec::new();
    for term in model.terms.iter().filter(|term| term.feature == name) {
        match &term.shape {
            Shape::Line { .. } => return None,
            Shape::Steps { edges: of_term, .. } => edges.extend(of_term),
            Shape::Levels { .. } => {}
        }
    }
    for pair in &model.pairs {
        for (feature, axis) in pair.features.iter().zip(&pair.axes) {
            if let (true, Axis::Edges(of_pair)) = (feature == name, axis) {
                edges.extend(of_pair);
            }
        }
    }
    for split in model.trees.splits() {
        if let Split::Number { feature, at_most, .. } = split
            && model.trees.features[usize::from(*feature)].feature == name
        {
            edges.push(*at_most);
        }
    }
    edges.sort_by(f64::total_cmp);
    edges.dedup();
    Some(edges)
}
