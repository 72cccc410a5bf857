//! Training: what the cap on rows costs, and that fits are what they say.

use std::fs;

use serde_json::Value;
use trustrisk::base::Seed;
use trustrisk::base::design::{Design, Feature, FeatureKind, MISSING, Values};
use trustrisk::base::folds::{Fold, FoldKind, Folds};
use trustrisk::base::population::Population;
use trustrisk::base::progress::Silent;
use trustrisk::base::units::Family;
use trustrisk::load::{self, Table};
use trustrisk::stats::loss::log_loss;
use trustrisk::train::{Settings, Unseen};
use trustrisk::{features, sample};

use crate::stats::{flags, numbers, reference};
use crate::support::{Trained, cross_fit, plan};

pub const CONFIG: &str = r#"
[portfolio]
name = "wide"
as_of = 2026-06-30

[[stakeholders]]
name = "customers"
id = "customer_id"
outcome = { column = "left", adverse = ["Yes"], favorable = ["No"] }
sensitive = ["gender", "age_band"]
sources = { customers = "wide.csv" }
"#;

pub struct Wide {
    pub table: Table,
    pub design: Design,
    pub folds: Folds,
}

pub fn wide(n: usize) -> Wide {
    let folder = tempfile::tempdir().unwrap();
    let mut file = fs::File::create(folder.path().join("wide.csv")).unwrap();
    sample::wide_table(n, Seed(7), &mut file).unwrap();
    let plan = plan(CONFIG, folder.path(), folder.path()).unwrap();
    let group = &plan.stakeholders[0];
    let table = load::load(&group.load, &Silent).unwrap().table.unwrap();
    let design = features::build(&table, plan.portfolio.as_of, &group.features).unwrap().design;
    let folds = features::deal(&table, 5, None, Seed(7)).unwrap();
    Wide { table, design, folds }
}

fn fit(wide: &Wide, fit_rows_max: usize) -> Trained {
    let settings = Settings { fit_rows_max, ..Settings::default() };
    let history = wide.table.rows_of(Population::History);
    cross_fit(Family::Logistic, &wide.design, &wide.table.outcome, &history, &wide.folds, &settings)
}

/// Mean log loss of every row under its fold's model.
fn out_of_fold(wide: &Wide, trained: &Trained) -> f64 {
    let (mut risks, mut outcomes) = (Vec::new(), Vec::new());
    for (part, fitted) in wide.folds.parts.iter().zip(&trained.folds) {
        let bound = fitted.model.bind(&wide.design).unwrap();
        for &row in &part.test {
            risks.push(trustrisk::base::calibrator::logistic(bound.margin(row as usize)));
            outcomes.push(wide.table.outcome[row as usize].unwrap());
        }
    }
    log_loss(&risks, &outcomes, None, 0.95).value.unwrap()
}

#[test]
fn the_cap_on_rows_costs_at_most_half_a_thousandth_of_log_loss() {
    let wide = wide(120_000);
    let capped = fit(&wide, Settings::default().fit_rows_max);
    let whole = fit(&wide, usize::MAX);
    assert_eq!(capped.last.n_rows, Settings::default().fit_rows_max);
    assert_eq!((whole.last.n_rows, whole.last.n_available), (120_000, 120_000));
    let (with, without) = (out_of_fold(&wide, &capped), out_of_fold(&wide, &whole));
    eprintln!("log loss out of fold: {with:.6} with the cap, {without:.6} without, cost {:.6}", with - without);
    assert!(with - without <= 0.0005);
}

/// Two columns and outcomes that follow them, over two years, of customers who come once or again and again.
fn in_time(recur: bool) -> (Table, Design) {
    let chance = |row: u32, stream: u64| (Seed(stream).hash(&row.to_le_bytes()) >> 11) as f64 / (1u64 << 53) as f64;
    let rows: Vec<(u32, bool, u64)> = (0..1500)
        .map(|row| {
            let risk = 1.0 / (1.0 + (3.0 - 3.0 * chance(row, 1) - 2.0 * chance(row, 2)).exp());
            (if recur { row % 300 } else { row }, chance(row, 3) < risk, u64::from(row) / 2)
        })
        .collect();
    let column = |stream: u64| Values::Numbers {
        values: (0..1500).map(|row| chance(row, stream)).collect(),
        missing: Vec::new(),
    };
    let features = vec![feature("a", FeatureKind::Number, column(1)), feature("b", FeatureKind::Number, column(2))];
    (crate::folds::table(&rows, true), Design { n_subjects: 1500, features })
}

#[test]
fn what_was_not_known_when_a_block_began_moves_none_of_its_scores() {
    const HORIZON: u64 = 60;
    for recur in [false, true] {
        let (table, design) = in_time(recur);
        let folds = features::deal(&table, 5, Some(HORIZON as u32), Seed(7)).unwrap();
        let history = table.rows_of(Population::History);
        let fit = |outcome: &[Option<bool>]| {
            cross_fit(Family::Logistic, &design, outcome, &history, &folds, &Settings::default())
        };
        let before = fit(&table.outcome);
        let times = table.times.as_ref().unwrap();
        for block in 2..=5u16 {
            let of_block = || (0..folds.parts.len()).filter(|fold| folds.parts[*fold].block == block);
            let rows = of_block().flat_map(|fold| &folds.parts[fold].test);
            let begin = rows.map(|row| times[*row as usize]).min().unwrap();
            let is_open = |row: usize| times[row] + chrono::Days::new(HORIZON) > begin;
            let earlier = folds.parts.iter().filter(|part| part.block < block).flat_map(|part| &part.test);
            assert!(earlier.filter(|row| is_open(**row as usize)).count() > 100, "nothing to tell apart");
            let flipped = |(row, outcome): (usize, &Option<bool>)| outcome.map(|known| known != is_open(row));
            let after = fit(&table.outcome.iter().enumerate().map(flipped).collect::<Vec<_>>());
            for fold in of_block() {
                assert_eq!(before.folds[fold], after.folds[fold], "the model or penalty of fold {fold} moved");
                assert_eq!(before.calibration[fold], after.calibration[fold], "the evidence of fold {fold} moved");
                assert!(!before.calibration[fold].margins.is_empty());
            }
            assert_ne!(before.last, after.last);
        }
    }
}

#[test]
fn calibration_folds_that_are_too_small_are_taken_together() {
    let mut unseen = Unseen::default();
    for (fold, n) in [(0, 5), (1, 20), (2, 3), (2, 4), (3, 30), (4, 2)] {
        let rows: Vec<u32> = (0..n).collect();
        let margins: Vec<f64> = rows.iter().map(|row| f64::from(*row)).collect();
        unseen.extend(fold, &rows, &margins, &[Some(true), Some(false)].repeat(20));
    }
    assert_eq!(unseen.folds, [(0, 5), (1, 25), (2, 32), (3, 62), (4, 64)]);
    assert_eq!(unseen.parts(0), [0..5, 5..25, 25..32, 32..62, 62..64]);
    assert_eq!(unseen.parts(10), [0..25, 25..64]);
    assert_eq!(unseen.parts(1000), vec![0..64]);
    assert!(Unseen::default().parts(10).is_empty());
}

#[test]
fn terms_center_on_their_background() {
    let wide = wide(2_000);
    let trained = fit(&wide, usize::MAX);
    for (part, fitted) in wide.folds.parts.iter().zip(&trained.folds) {
        let bound = fitted.model.bind(&wide.design).unwrap();
        let mean = part.train.iter().map(|&row| bound.margin(row as usize)).sum::<f64>() / part.train.len() as f64;
        assert!((mean - fitted.model.background.base_margin).abs() < 1e-9);
        assert_eq!(fitted.model.background.n_subjects, part.train.len() as u64);
    }
}

fn levels(texts: &Value) -> Values {
    let texts: Vec<&str> = texts.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    let mut levels: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    levels.sort();
    levels.dedup();
    let codes = texts.iter().map(|text| levels.iter().position(|level| level == text).unwrap() as u32).collect();
    Values::Levels { codes, levels }
}

fn feature(name: &str, kind: FeatureKind, values: Values) -> Feature {
    Feature { name: name.to_owned(), kind, values }
}

#[test]
fn ridge_regression_is_that_of_scikit_learn() {
    let peer = reference("ridge.json");
    let wait = peer["wait"].as_array().unwrap();
    let outcomes: Vec<Option<bool>> = flags(&peer["outcomes"]).into_iter().map(Some).collect();
    let n = u32::try_from(outcomes.len()).unwrap();
    let waits = Values::Numbers {
        values: wait.iter().map(|days| days.as_f64().unwrap_or(0.0)).collect(),
        missing: wait.iter().map(Value::is_null).collect(),
    };
    let design = Design {
        n_subjects: outcomes.len(),
        features: vec![
            feature("wait", FeatureKind::Number, waits),
            feature("age", FeatureKind::Number, Values::Numbers { values: numbers(&peer["age"]), missing: Vec::new() }),
            feature("color", FeatureKind::Level, levels(&peer["color"])),
            feature("member", FeatureKind::Level, levels(&peer["member"])),
        ],
    };
    let rows: Vec<u32> = (0..n).collect();
    let part = |own: u32| {
        let (test, train) = rows.iter().partition(|row| **row % 3 == own);
        Fold { block: 0, test, train }
    };
    let folds = Folds { kind: FoldKind::Random, parts: (0..3).map(part).collect() };
    for fit in peer["fits"].as_array().unwrap() {
        let settings = Settings { penalties: vec![fit["penalty"].as_f64().unwrap()], ..Settings::default() };
        let trained = cross_fit(Family::Logistic, &design, &outcomes, &rows, &folds, &settings);
        let bound = trained.last.model.bind(&design).unwrap();
        for (row, theirs) in numbers(&fit["margins"]).into_iter().enumerate() {
            let ours = bound.margin(row);
            // the gradient at which linfa stops, 1e-6 a row, leaves weights this far from the minimum
            assert!((ours - theirs).abs() < 1e-3, "penalty {}, row {row}: {ours} is not {theirs}", fit["penalty"]);
        }
    }
}

#[test]
fn what_training_never_saw_stands_at_the_mean() {
    let n = 200u32;
    let rows: Vec<u32> = (0..n).collect();
    let outcomes: Vec<Option<bool>> = rows.iter().map(|row| Some(row % 4 == 0 || row % 10 == 3)).collect();
    let mut codes: Vec<u32> = rows.iter().map(|row| u32::from(row % 4 == 0) + u32::from(row % 7 == 0)).collect();
    let mut values: Vec<f64> = rows.iter().map(|row| f64::from(row % 10)).collect();
    let mut missing = vec![false; rows.len()];
    // two more rows that are in no training: an unknown level, and nothing known at all
    codes.extend([3, MISSING]);
    values.extend([3.0, 0.0]);
    missing.extend([false, true]);
    let levels = ["a", "b", "c", "new"].map(str::to_owned).to_vec();
    let design = Design {
        n_subjects: rows.len() + 2,
        features: vec![
            feature("plan", FeatureKind::Level, Values::Levels { codes, levels }),
            feature("late", FeatureKind::Number, Values::Numbers { values, missing }),
        ],
    };
    let part = |own: u32| {
        let (test, train) = rows.iter().partition(|row| **row % 5 == own);
        Fold { block: 0, test, train }
    };
    let folds = Folds { kind: FoldKind::Random, parts: (0..5).map(part).collect() };
    let trained = cross_fit(Family::Logistic, &design, &outcomes, &rows, &folds, &Settings::default());
    let model = trained.last.model;
    let bound = model.bind(&design).unwrap();
    let plan = model.terms.iter().position(|term| term.feature == "plan").unwrap();
    let late = model.terms.iter().position(|term| term.feature == "late").unwrap();
    for row in [200, 201] {
        assert!((bound.term(plan, row) - model.terms[plan].mean).abs() < 1e-12, "an unknown plan tells nothing");
        assert!(bound.margin(row).is_finite());
    }
    let median = bound.term(late, 5);
    assert!((bound.term(late, 201) - median).abs() < 1e-12, "a missing number stands at the median");
}
