//! The screen in a real browser: used as a reader would, and its what-ifs held against the engine.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use chrono::{NaiveDate, TimeDelta};
use serde_json::Value;
use trustrisk::load::{Value as Cell, rows_of};
use trustrisk::report::view::{ColumnView, FeatureView, ValueView};

use crate::pages;
use crate::report::fixture;
use crate::support::{root, tools, trustrisk};

/// Uses a page in a browser, and gives back the what-ifs that were asked there.
pub fn used(page: &Path) -> Vec<Value> {
    let python = tools().join("bin/python");
    let checked =
        Command::new(python).arg(root().join("tests/browser/check.py")).arg(page).arg("--json").output().unwrap();
    let told = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(checked.status.success(), "{}: {told}", page.display());
    serde_json::from_slice(&checked.stdout).unwrap()
}

/// Every what-if as the engine scores it: a row of `features.parquet` with some values changed.
pub fn hold_against_engine(run: &Path, asked: &[Value]) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let mut by_group: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for of in asked {
        by_group.entry(of["group"].as_str().unwrap()).or_default().push(of);
    }
    let manifest: Value = serde_json::from_slice(&fs::read(run.join("manifest.json")).unwrap()).unwrap();
    let as_of = manifest["as_of"].as_str().unwrap();
    let mut n = 0;
    for (group, asked) in by_group {
        let ids: Vec<String> = asked.iter().map(|of| of["id"].as_str().unwrap().to_owned()).collect();
        let rows = rows_of(&run.join(group).join("features.parquet"), &ids).unwrap();
        let model: Value = serde_json::from_slice(&fs::read(run.join(group).join("model.json")).unwrap()).unwrap();
        let is_date = |column: &str| {
            let mut features = model["features"].as_array().unwrap().iter();
            features.any(|feature| feature["name"] == column && feature["kind"] == "date")
        };
        for of in asked {
            // today's row of the subject is its last
            let is_of = |row: &&Vec<(String, Cell)>| row[0].1 == Cell::Text(of["id"].as_str().unwrap().to_owned());
            let row = rows.iter().rev().find(is_of).unwrap();
            let mut row = row.clone();
            for (column, value) in of["changes"].as_object().unwrap() {
                let cell = row.iter_mut().find(|(name, _)| name == column).unwrap();
                cell.1 = match value {
                    // the page counts days before the subject's own time, or before the run's where the table has none
                    Value::Number(days) if is_date(column) => {
                        let time: NaiveDate = of["time"].as_str().unwrap_or(as_of).parse().unwrap();
                        let day = time - TimeDelta::days(days.as_f64().unwrap() as i64);
                        Cell::Text(day.to_string())
                    }
                    Value::Number(number) => Cell::Number(number.as_f64().unwrap()),
                    Value::String(text) => Cell::Text(text.clone()),
                    _ => Cell::Null,
                };
            }
            let score = scored((run, as_of), group, &row, folder.path());
            let there = of["score"].as_f64().unwrap();
            assert!((score - there).abs() < 1e-9, "{group} {of}: the engine says {score}");
            n += 1;
        }
    }
    n
}

/// What the saved model says of one row.
fn scored((run, as_of): (&Path, &str), group: &str, row: &[(String, Cell)], folder: &Path) -> f64 {
    let (table, out) = (folder.join("row.csv"), folder.join("scored.csv"));
    let cell = |cell: &Cell| match cell {
        Cell::Null => String::new(),
        Cell::Text(text) => format!("\"{}\"", text.replace('"', "\"\"")),
        Cell::Number(number) => number.to_string(),
    };
    let line = |of: Vec<String>| of.join(",");
    let head = line(row.iter().map(|(name, _)| cell(&Cell::Text(name.clone()))).collect());
    fs::write(&table, format!("{head}\n{}\n", line(row.iter().map(|(_, value)| cell(value)).collect()))).unwrap();
    let _ = fs::remove_file(&out);
    let model = run.join(group).join("model.json");
    let [model, table, out_text] = [&model, &table, &out].map(|path| path.display().to_string());
    let done = trustrisk(folder, &["score", &model, &table, "--as-of", as_of, "--out", &out_text]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let text = fs::read_to_string(&out).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let at = lines.next().unwrap().iter().position(|name| name == "score").unwrap();
    lines.next().unwrap()[at].parse().unwrap()
}

#[test]
fn the_sample_is_used_in_a_browser_and_its_what_ifs_are_the_engines() {
    let folder = root().join("reports/harbor-lane");
    let run = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).find(|path| path.is_dir()).unwrap();
    let asked = used(&run.join("report.html"));
    assert!(hold_against_engine(&run, &asked) >= 6, "{asked:?}");
}

#[test]
fn what_ifs_of_curves_and_tables_are_the_engines_too() {
    let run = &pages::run().1;
    let asked = used(&run.join("report.html"));
    assert!(hold_against_engine(run, &asked) >= 2, "{asked:?}");
}

#[test]
fn every_state_of_the_screen_works_in_a_browser() {
    let folder = tempfile::tempdir().unwrap();
    let mut wide = fixture::customers();
    wide.features =
        (0..1000).map(|i| FeatureView { label: format!("Column {i}"), ..wide.features[0].clone() }).collect();
    wide.columns = (0..1000)
        .map(|i| ColumnView { name: format!("c{i}"), label: format!("Column {i}"), ..wide.columns[0].clone() })
        .collect();
    for subject in &mut wide.top {
        let points = subject.score - subject.base_score;
        subject.points = (0..1000).map(|i| if i == 7 { points } else { 0.0 }).collect();
        subject.values = (0..1000).map(|i| ValueView::Number(f64::from(i))).collect();
    }
    let mut few = fixture::customers();
    (few.n_today, few.n_reported) = (few.top.len(), few.top.len());
    let views = [
        ("three", fixture::harbor_lane()),
        ("hostile", fixture::alone(fixture::hostile())),
        ("nobody", fixture::alone(fixture::suppliers())),
        ("history", fixture::alone(fixture::history_only())),
        ("wide", fixture::alone(wide)),
        ("few", fixture::alone(few)),
    ];
    for (name, view) in views {
        let page = folder.path().join(format!("{name}.html"));
        let models = vec![Vec::new(); view.groups.len()];
        fs::write(&page, trustrisk::report::html::page(&view, &models).unwrap()).unwrap();
        assert!(used(&page).is_empty(), "{name}: without models there is no what-if");
    }
}
