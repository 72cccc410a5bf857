//! Training: what the cap on rows costs, and that fits are what they say.

use std::fs;

use trustrisk::base::Seed;
use trustrisk::base::design::Design;
use trustrisk::base::folds::Folds;
use trustrisk::base::population::Population;
use trustrisk::base::progress::Silent;
use trustrisk::load::{self, Table};
use trustrisk::stats::loss::log_loss;
use trustrisk::train::{Settings, Trained, cross_fit};
use trustrisk::{features, sample};

use crate::support::plan;

const CONFIG: &str = r#"
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

struct Wide {
    table: Table,
    design: Design,
    folds: Folds,
}

fn wide(n: usize) -> Wide {
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
    cross_fit(&wide.design, &wide.table.outcome, &history, &wide.folds, &settings, Seed(7), &Silent).unwrap()
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
