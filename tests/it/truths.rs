//! The planted truths of the sample business, found by the engine.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use trustrisk::base::Seed;
use trustrisk::base::calibrator::Calibrator;
use trustrisk::base::design::Design;
use trustrisk::base::model::Model;
use trustrisk::base::population::Population;
use trustrisk::base::progress::Silent;
use trustrisk::base::units::Family;
use trustrisk::report::view::GroupView;
use trustrisk::sample::Measure;
use trustrisk::{base, config, features, load, report, stats, train};

use crate::support::{root, run_in};

/// The committed run; `committed.rs` holds it against this version and data.
fn run() -> PathBuf {
    fs::read_dir(root().join("reports/harbor-lane")).unwrap().flatten().next().unwrap().path()
}

fn json(path: &str) -> Value {
    serde_json::from_slice(&fs::read(run().join(path)).unwrap()).unwrap()
}

fn group(name: &str) -> Value {
    let view = json("view.json");
    view["groups"].as_array().unwrap().iter().find(|group| group["name"] == name).unwrap().clone()
}

/// The additive model of the customers' history, with the values of its columns.
fn additive_customers() -> (Model, Design, Vec<u32>) {
    let folder = root().join("data");
    let text = fs::read_to_string(folder.join("trustrisk.toml")).unwrap();
    let as_of = chrono::NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();
    let plan = config::read(&text, &folder, as_of).unwrap();
    let group = plan.stakeholders.iter().find(|group| group.name == "customers").unwrap();
    let table = load::load(&group.load, &Silent).unwrap().table.unwrap();
    let design = features::build(&table, as_of, &group.features).unwrap().design;
    let history = table.rows_of(Population::History);
    // the middle restraint: no pairs, as none are planted
    let settings = train::Settings { directions: BTreeMap::new(), ..group.train.clone() };
    let fitted =
        train::fit_rows(&design, &table.outcome, &history, Family::Additive, Some(0.0), &settings, Seed(7)).unwrap();
    (fitted.model, design, history)
}

/// A column's effect in the model: its term at every row of history that has a value, beside the value.
fn term_at_rows(model: &Model, design: &Design, rows: &[u32], column: &str) -> Vec<(f64, f64)> {
    let bound = model.bind(design).unwrap();
    let Some(term) = model.terms.iter().position(|term| term.feature == column) else { return Vec::new() };
    let feature = design.features.iter().find(|feature| feature.name == column).unwrap();
    let told =
        rows.iter().filter_map(|&row| Some((feature.values.number(row as usize)?, bound.term(term, row as usize))));
    told.collect()
}

/// Slope of the least squares line, and correlation.
fn line(points: &[(f64, f64)]) -> (f64, f64) {
    let n = points.len() as f64;
    let (mean_x, mean_y) = (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
    let sum = |f: &dyn Fn(f64, f64) -> f64| points.iter().map(|(x, y)| f(x - mean_x, y - mean_y)).sum::<f64>();
    let (xx, yy, xy) = (sum(&|x, _| x * x), sum(&|_, y| y * y), sum(&|x, y| x * y));
    (xy / xx, xy / (xx * yy).sqrt())
}

#[test]
fn additive_terms_recover_the_planted_shapes() {
    let (model, design, rows) = additive_customers();
    let mut n = 0;
    let planted = trustrisk::sample::truths().effects;
    let lines = planted.iter().filter(|effect| {
        effect.stakeholders == "customers" && matches!(effect.measure, Measure::Number | Measure::NumberAbove(_))
    });
    for effect in lines {
        let points = term_at_rows(&model, &design, &rows, effect.column);
        if points.is_empty() {
            continue;
        }
        let (slope, correlation) = line(&points);
        let planted = effect.log_odds;
        eprintln!("{}: planted {planted:.4}, found {slope:.4}, correlation {correlation:.3}", effect.column);
        assert!((0.4..1.8).contains(&(slope / planted)), "`{}`: planted {planted}, found {slope}", effect.column);
        assert!(correlation * planted.signum() > 0.8, "`{}` is no line: {correlation}", effect.column);
        n += 1;
    }
    assert!(n >= 5, "only {n} planted slopes were compared");
}

/// `cargo test --test it truths -- --ignored` draws `docs/images/terms.png`: the additive model's curves beside what the
/// generator planted.
#[test]
#[ignore = "draws a picture of the docs"]
fn the_curves_are_drawn_beside_what_was_planted() {
    let folder = root().join("data");
    let text = fs::read_to_string(folder.join("trustrisk.toml")).unwrap();
    let text = text.replacen("model = \"auto\"", "model = \"additive\"", 1);
    let reports = tempfile::tempdir().unwrap();
    let sealed = run_in(&text, &folder, reports.path(), &Silent).unwrap();
    let read = |file: &str| -> Value { serde_json::from_slice(&fs::read(sealed.path.join(file)).unwrap()).unwrap() };
    let last = &read("customers/model.json")["last"];
    let calibrator: Calibrator = serde_json::from_value(last["calibrator"].clone()).unwrap();
    let model: Model = serde_json::from_value(last["model"].clone()).unwrap();
    let mut view: GroupView = serde_json::from_value(read("view.json")["groups"][0].clone()).unwrap();
    let base = model.background.base_margin;
    let planted = trustrisk::sample::truths().effects;
    for term in &mut view.terms {
        let lines = planted.iter().filter(|effect| effect.stakeholders == "customers" && effect.column == term.column);
        let Some(effect) = lines
            .clone()
            .find(|effect| matches!(effect.measure, Measure::Number | Measure::NumberAbove(_) | Measure::DaysBefore))
        else {
            continue;
        };
        // a line has no zero of its own: the planted one is drawn through the middle of the curve
        let middle = term.curve.iter().map(|point| point.at).sum::<f64>() / term.curve.len() as f64;
        let level = term.curve.iter().min_by(|a, b| (a.at - middle).abs().total_cmp(&(b.at - middle).abs())).unwrap();
        let odds = |points: f64| stats::loss::logit(calibrator.value(base) + points / 100.0);
        let risk = |at: f64| base::calibrator::logistic(odds(level.points) + effect.log_odds * (at - level.at));
        let points = |at: f64| 100.0 * (risk(at) - calibrator.value(base));
        term.truth = term.curve.iter().map(|point| (point.at, points(point.at))).collect();
    }
    let charts = report::chart::charts(&view, &report::words::Words::new("en", "EUR")).unwrap();
    let chart = charts.iter().find(|chart| chart.name == "terms").unwrap();
    fs::write(root().join("docs/images/terms.png"), &chart.png).unwrap();
}

#[test]
fn late_deliveries_and_waiting_drive_churn_most() {
    let drivers = group("customers")["drivers"].as_array().unwrap().clone();
    let named: Vec<&str> = drivers.iter().filter_map(|driver| driver["label"].as_str()).collect();
    // days late and days waiting, of these two pillars, spread most over the customers
    let first: std::collections::BTreeSet<&str> = named[..2].iter().copied().collect();
    assert_eq!(first, ["empathy", "reliability"].into(), "{named:?}");
    let sum: f64 = drivers.iter().filter_map(|driver| driver["points"].as_f64()).sum();
    let customers = group("customers");
    let gap = customers["mean_score_at_risk"].as_f64().unwrap() - customers["mean_score"].as_f64().unwrap();
    assert!((sum - gap).abs() < 1e-9, "the bars give {sum}, the gap is {gap}");
}

#[test]
fn the_leaks_are_found_and_left_out() {
    for (name, column) in [("customers", "account_closed_reason"), ("employees", "exit_interview_booked")] {
        let findings = json(&format!("{name}/findings.json"));
        let found = findings.as_array().unwrap().iter().any(|f| f["code"] == "leak" && f["column"] == column);
        assert!(found, "the leak `{column}` was not found");
        let model = json(&format!("{name}/model.json"));
        assert!(model["features"].as_array().unwrap().iter().all(|feature| feature["name"] != column));
    }
}

#[test]
fn the_group_behind_the_proxy_is_selected_more_often_and_gender_is_not() {
    let audit = json("customers/audit.json");
    // (rate, rows) of a group in history
    let rate = |group: &str| {
        let is_of =
            |row: &&Value| row["metric"] == "selection_rate" && row["group"] == group && row["population"] == "history";
        let row = audit["rows"].as_array().unwrap().iter().find(is_of);
        let row = row.unwrap_or_else(|| panic!("no selection rate of `{group}`"));
        (row["value"].as_f64().unwrap(), row["n"].as_f64().unwrap())
    };
    // ln of the ratio of two rates, in standard errors (Katz et al. 1978)
    let clearly = |group: &str, reference: &str| {
        let ((p, n), (q, m)) = (rate(group), rate(reference));
        (p / q).ln() / ((1.0 - p) / (p * n) + (1.0 - q) / (q * m)).sqrt()
    };
    assert!(rate("Portuguese").0 / rate("English").0 > 1.25);
    assert!(clearly("Portuguese", "English") > 3.0, "{}", clearly("Portuguese", "English"));
    // some fifty of either gender are selected: a ratio of 1.25 would be noise
    assert!(clearly("M", "F").abs() < 2.0, "{}", clearly("M", "F"));
}

#[test]
fn disparities_concern_the_group_that_one_is_planted_for() {
    let planted = trustrisk::sample::truths().proxy;
    let mut found = Vec::new();
    for name in ["customers", "employees", "suppliers"] {
        let audit = json(&format!("{name}/audit.json"));
        let rows = audit["rows"].as_array().unwrap().iter().filter(|row| row["verdict"] == "disparity");
        found.extend(rows.map(|row| (name, row["group"].as_str().unwrap().to_owned(), row["metric"].clone())));
    }
    assert!(!found.is_empty());
    let concerns = |group: &str| group.split(" × ").any(|part| part == planted.group);
    let others: Vec<_> =
        found.iter().filter(|(name, group, _)| *name != planted.stakeholders || !concerns(group)).collect();
    assert!(others.is_empty(), "nothing is planted for {others:?}");
}

#[test]
fn the_month_of_late_deliveries_is_told() {
    let drift = trustrisk::sample::truths().drift;
    let findings = json("customers/findings.json");
    let shifted: Vec<&str> = findings
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["code"] == "shifted-column")
        .filter_map(|finding| finding["column"].as_str())
        .collect();
    assert!(shifted.contains(&drift.column), "{shifted:?}");
    let unmoved = ["age", "yearly_revenue", "wrong_items", "orders_90", "days_waiting", "refunds_honored"];
    assert!(unmoved.iter().all(|column| !shifted.contains(column)), "{shifted:?}");
}
