//! Actions against brute force over every allowed change.

use std::collections::BTreeMap;

use proptest::prelude::*;
use trustrisk::base::calibrator::{Calibrator, Kind};
use trustrisk::base::design::{Design, Feature, FeatureKind, MISSING, Value, Values};
use trustrisk::base::model::{Axis, LevelWeight, Model, Pair, Shape, Term};
use trustrisk::base::units::{Family, MarginUnit};
use trustrisk::explain::{Actionable, May, Plan, Proof, actions};

use crate::attributions::{chance, design, forest, model, oblivious};

const N_ROWS: usize = 40;
/// Sums of the same numbers in another order.
const SAME: f64 = 1e-9;

fn numbers(may: May, min: Option<f64>, max: Option<f64>, step: f64, cost: f64) -> Actionable {
    Actionable { may, min, max, step, cost, is_priced: true }
}

/// Two columns of numbers that go one way, one that goes both, and levels; `x1` has missing values.
fn actionable() -> BTreeMap<String, Actionable> {
    BTreeMap::from([
        ("x0".to_owned(), numbers(May::Decrease, Some(2.0), None, 3.0, 2.0)),
        ("x1".to_owned(), numbers(May::Increase, None, Some(38.0), 4.0, 3.0)),
        ("x2".to_owned(), numbers(May::Either, None, None, 1.0, 7.0)),
        ("x3".to_owned(), numbers(May::Either, None, Some(30.0), 10.0, 5.0)),
    ])
}

/// Everything that a column of a row could be, with its cost; what it is comes first.
fn allowed(feature: &Feature, row: usize, how: &Actionable) -> Vec<(Value, f64)> {
    if feature.values.is_missing(row) {
        return vec![(Value::Missing, 0.0)];
    }
    if let Values::Levels { levels, .. } = &feature.values {
        let own = feature.values.level(row).unwrap();
        // the model does not know the last one
        let others = levels[..levels.len() - 1].iter().filter(|level| level.as_str() != own);
        let own = (Value::Level(own.to_owned()), 0.0);
        return [own].into_iter().chain(others.map(|level| (Value::Level(level.clone()), how.cost))).collect();
    }
    let own = feature.values.number(row).unwrap();
    let mut all = vec![(Value::Number(own), 0.0)];
    // as far as anybody's model sees
    for step in 1..16 {
        let by = f64::from(step) * how.step;
        if how.may != May::Increase && how.min.is_none_or(|min| own - by >= min) {
            all.push((Value::Number(own - by), f64::from(step) * how.cost));
        }
        if how.may != May::Decrease && how.max.is_some_and(|max| own + by <= max) {
            all.push((Value::Number(own + by), f64::from(step) * how.cost));
        }
    }
    all
}

/// (changes, cost, margin) of every allowed combination of at most three changes.
fn all_plans(
    model: &Model,
    design: &Design,
    row: usize,
    actionable: &BTreeMap<String, Actionable>,
) -> Vec<(usize, f64, f64)> {
    let columns: Vec<(usize, Vec<(Value, f64)>)> = design
        .features
        .iter()
        .enumerate()
        .filter_map(|(place, feature)| Some((place, allowed(feature, row, actionable.get(&feature.name)?))))
        .collect();
    let mut choices: Vec<Vec<usize>> = vec![Vec::new()];
    for (_, values) in &columns {
        choices = choices
            .iter()
            .flat_map(|begun| (0..values.len()).map(move |choice| [&begun[..], &[choice]].concat()))
            .filter(|choice| choice.iter().filter(|choice| **choice > 0).count() <= 3)
            .collect();
    }
    let feature = |(place, feature): (usize, &Feature)| {
        let at = columns.iter().position(|(column, _)| *column == place);
        let value = |choice: &Vec<usize>| at.map(|at| columns[at].1[choice[at]].0.clone());
        let values = match &feature.values {
            Values::Numbers { .. } => {
                let number = |choice: &Vec<usize>| match value(choice) {
                    Some(Value::Number(number)) => Some(number),
                    _ => feature.values.number(row),
                };
                let all: Vec<Option<f64>> = choices.iter().map(number).collect();
                Values::Numbers {
                    values: all.iter().map(|number| number.unwrap_or(0.0)).collect(),
                    missing: all.iter().map(Option::is_none).collect(),
                }
            }
            Values::Levels { codes, levels } => {
                let code = |choice: &Vec<usize>| match value(choice) {
                    Some(Value::Level(level)) => levels.iter().position(|known| *known == level).unwrap() as u32,
                    Some(Value::Missing) => MISSING,
                    _ => codes[row],
                };
                Values::Levels { codes: choices.iter().map(code).collect(), levels: levels.clone() }
            }
        };
        Feature { values, ..feature.clone() }
    };
    let changed =
        Design { n_subjects: choices.len(), features: design.features.iter().enumerate().map(feature).collect() };
    let bound = model.bind(&changed).unwrap();
    choices
        .iter()
        .enumerate()
        .map(|(place, choice)| {
            let cost = choice.iter().zip(&columns).map(|(choice, (_, values))| values[*choice].1).sum();
            (choice.iter().filter(|choice| **choice > 0).count(), cost, bound.margin(place))
        })
        .collect()
}

/// The plans are the best there are; returns how many leave the target.
fn are_best(model: &Model, design: &Design, risk: f64) -> usize {
    let calibrator = Calibrator { unit: MarginUnit::LogOdds, kind: Kind::Platt { slope: 1.5, intercept: 0.1 } };
    let actionable = actionable();
    let rows: Vec<u32> = (0..N_ROWS as u32).step_by(7).collect();
    let found = actions(model, calibrator, design, &rows, risk, &actionable).unwrap();
    let mut n_reaching = 0;
    for (row, plans) in rows.iter().zip(&found) {
        let all = all_plans(model, design, *row as usize, &actionable);
        let own = all.iter().find(|(n, _, _)| *n == 0).unwrap().2;
        let mut told: Option<&Plan> = None;
        for n_changes in 1..=3 {
            told = plans.iter().find(|plan| plan.changes.len() == n_changes).or(told);
            let within = || all.iter().filter(|(n, _, _)| *n <= n_changes);
            let reaching = within().filter(|(_, _, margin)| calibrator.value(*margin) < risk);
            let cheapest = reaching.map(|(_, cost, _)| *cost).reduce(f64::min);
            let lowest = within().map(|(_, _, margin)| *margin).fold(own, f64::min);
            match (told, cheapest) {
                // the row is below already, or nothing lowers its score
                (None, _) => assert!(calibrator.value(own) < risk || own - lowest < SAME, "row {row}: {own}, {lowest}"),
                (Some(plan), Some(cost)) => {
                    assert!(
                        calibrator.value(plan.margin) < risk && (plan.cost - cost).abs() < SAME,
                        "row {row}: {plan:?}, {cost}"
                    );
                    assert_eq!(plan.proof, Proof::Optimal);
                    n_reaching += 1;
                }
                (Some(plan), None) => {
                    assert!((plan.margin - lowest).abs() < SAME, "row {row}: {plan:?}, {lowest}");
                    assert_eq!(plan.proof, Proof::NoneExists);
                }
            }
        }
    }
    n_reaching
}

/// Lines, steps, levels and a pair of two columns that can be changed.
fn additive(case: u32) -> Model {
    let mut additive = Model::empty(Family::Additive, 0.3, 40);
    let draw = |what: &str, place: usize| chance(&format!("{case} {what}"), place) - 0.5;
    let term = |feature: &str, kind, shape| Term { feature: feature.to_owned(), kind, mean: 0.0, shape };
    let line =
        Shape::Line { slope: draw("slope", 0) / 5.0, center: 3.0, fill: 0.0, missing: 0.1, low: 1.0, high: 36.0 };
    let edges = |step: f64| (1..7).map(|edge| f64::from(edge) * step).collect::<Vec<f64>>();
    let steps = Shape::Steps {
        edges: edges(6.0),
        values: (0..7).map(|bin| 2.0 * draw("steps", bin)).collect(),
        errors: Vec::new(),
        counts: Vec::new(),
        missing: 0.2,
    };
    let weights = (0..6).map(|level| LevelWeight::new(format!("level {level}"), draw("level", level))).collect();
    let levels = Shape::Levels { levels: weights, rare: Vec::new(), pooled: 0.0, missing: 0.0, unseen: 0.0 };
    additive.terms = vec![
        term("x0", FeatureKind::Number, line),
        term("x1", FeatureKind::Number, steps),
        term("x2", FeatureKind::Level, levels),
    ];
    additive.pairs = vec![Pair {
        features: ["x0".to_owned(), "x3".to_owned()],
        axes: [Axis::Edges(edges(6.0)), Axis::Edges(edges(5.0))],
        missing: [false, true],
        values: (0..7 * 8).map(|cell| 2.0 * draw("cell", cell)).collect(),
        mean: 0.0,
    }];
    additive
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn plans_are_the_best_that_exist(case in 0u32..10_000, risk in 0.3f64..0.6) {
        let design = design(case, N_ROWS, 6);
        let trees: Vec<_> = (0..30).map(|number| oblivious(&format!("{case} {number}"), 5, &design)).collect();
        // no two columns that can be changed speak together
        let alone = Model { pairs: Vec::new(), ..additive(case) };
        for model in [alone, additive(case), forest(case, 12, 5, 20, &design), model(Vec::new(), trees, 6)] {
            model.check().unwrap();
            are_best(&model, &design, risk);
        }
    }
}

#[test]
fn some_plans_reach_their_target() {
    let design = design(5, N_ROWS, 6);
    let n: usize = (0..10).map(|case| are_best(&additive(case), &design, 0.5)).sum();
    assert!(n > 20, "{n}");
}
