//! The planted truths of the sample business, found by the engine.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use trustrisk::sample::Measure;

use crate::support::root;

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

#[test]
fn planted_slopes_are_found_with_their_sign_and_size() {
    let mut n = 0;
    let planted = trustrisk::sample::truths().effects;
    let lines = planted.iter().filter(|effect| effect.stakeholders == "customers" && effect.measure == Measure::Number);
    for effect in lines {
        let model = json("customers/model.json");
        let terms = model["last"]["model"]["terms"].as_array().unwrap();
        let Some(term) = terms.iter().find(|term| term["feature"] == effect.column && term["slope"].is_number()) else {
            continue;
        };
        let found = term["slope"].as_f64().unwrap();
        let planted = effect.log_odds;
        eprintln!("{}: planted {planted:.4}, found {found:.4}", effect.column);
        assert!((0.4..1.8).contains(&(found / planted)), "`{}`: planted {planted}, found {found}", effect.column);
        n += 1;
    }
    assert!(n >= 3, "only {n} planted slopes were compared");
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
