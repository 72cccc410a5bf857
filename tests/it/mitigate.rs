//! What could be done about gaps: prices that hang together with the rest of a run, and what is applied on request.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use trustrisk::audit::mitigate;
use trustrisk::base::Seed;
use trustrisk::base::calibrator::logistic;
use trustrisk::base::progress::Silent;
use trustrisk::base::units::Family;
use trustrisk::train::{self, Evidence, Refit, Settings};

use crate::families::{business, folds};
use crate::support::{Sealed, column, error_of, plan, run_in, scores};

const N: usize = 1500;

/// Women wait longer, and who waits leaves: `wait` drives the gap, `late` and `spend` do not.
fn csv() -> String {
    let mut text = String::from("id,wait,late,spend,gender,revenue,left\n");
    for i in 0..N {
        let unit = |name: &str| (Seed(5).hash(format!("{name} {i}").as_bytes()) >> 11) as f64 / (1u64 << 53) as f64;
        let is_woman = unit("gender") < 0.45;
        let wait = 6.0 * unit("wait") + if is_woman { 3.0 } else { 0.0 };
        let (late, spend) = ((8.0 * unit("late")).floor(), 300.0 * unit("spend"));
        let risk = logistic(-4.0 + 0.5 * wait + 0.2 * late - 0.004 * spend);
        let left = match i % 6 {
            5 => "",
            _ if unit("left") < risk => "yes",
            _ => "no",
        };
        let gender = if is_woman { "F" } else { "M" };
        text +=
            &format!("C{i:05},{wait:.3},{late},{spend:.3},{gender},{:.2},{left}\n", 100.0 + 400.0 * unit("revenue"));
    }
    text
}

fn config(model: &str, keys: &str) -> String {
    format!(
        r#"
[portfolio]
name = "waiting"
as_of = 2026-06-30

[[stakeholders]]
name = "customers"
id = "id"
outcome = {{ column = "left", adverse = ["yes"], favorable = ["no"], verb = "leave" }}
value = "revenue"
sensitive = ["gender"]
model = "{model}"
{keys}
sources = {{ customers = "customers.csv" }}
"#
    )
}

fn run(model: &str, keys: &str) -> (tempfile::TempDir, Sealed) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("customers.csv"), csv()).unwrap();
    let sealed = run_in(&config(model, keys), folder.path(), &folder.path().join("reports"), &Silent).unwrap();
    (folder, sealed)
}

fn json(run: &Path, file: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(run.join("customers").join(file)).unwrap()).unwrap()
}

fn rows(run: &Path) -> Vec<Value> {
    json(run, "audit.json")["mitigations"].as_array().unwrap().clone()
}

#[track_caller]
fn row<'a>(rows: &'a [Value], mitigation: &str) -> &'a Value {
    rows.iter().find(|row| row["mitigation"] == mitigation).unwrap()
}

fn close(a: &Value, b: &Value) -> bool {
    (a.as_f64().unwrap() - b.as_f64().unwrap()).abs() < 1e-12
}

/// Figures of a row are those that the run itself tells of its scores.
fn is_the_run(row: &Value, run: &Path) {
    let validation = json(run, "validation.json");
    for figure in ["auc", "log_loss", "ece", "calibration_slope"] {
        assert!(close(&row[figure], &validation["out_of_fold"][figure]["value"]), "{figure}: {row}");
    }
    let decision = &validation["decision"];
    assert_eq!(row["n_selected"], decision["history"]["n_selected"]);
    assert_eq!(row["n_found"], decision["history"]["n_outcomes"]);
    if decision["profit"].is_object() {
        assert!(close(&row["profit"], &decision["profit"]["at_cut"]["by_outcomes"]["value"]));
    }
}

#[test]
fn prices_hang_together_with_the_run() {
    let costs = "bands = { costs = { intervention = 15, success = 0.5 } }\nmitigate = { price = \"always\" }";
    let (_folder, sealed) = run("additive", costs);
    let rows = rows(&sealed.path);
    assert_eq!(rows.len(), 9);
    let keys = |row: &Value| row.as_object().unwrap().keys().cloned().collect::<BTreeSet<String>>();
    assert!(rows.iter().all(|row| keys(row) == keys(&rows[0]) && row["available"] == true), "{rows:#?}");
    let none = row(&rows, "none");
    is_the_run(none, &sealed.path);
    assert!(none["applied"] == true && rows.iter().filter(|row| row["applied"] == true).count() == 1);
    let gap = |name: &str| row(&rows, name)["gaps"]["mean_risk_difference"].as_f64().unwrap();
    let as_it_is = gap("none");
    assert!(as_it_is > 0.1, "{as_it_is}");
    // what takes out the proxy takes out most of the gap, and costs accuracy
    for name in ["dropping", "residualizing", "flattening"] {
        let columns = row(&rows, name)["columns"].as_array().unwrap();
        assert_eq!(columns[0], "wait", "{name}");
        assert!(gap(name) < as_it_is / 2.0, "{name}: {} after {as_it_is}", gap(name));
        assert!(row(&rows, name)["auc"].as_f64() < none["auc"].as_f64(), "{name}");
    }
    assert!(gap("reweighing") < as_it_is, "{} after {as_it_is}", gap("reweighing"));
    // the term of the proxy goes one way already
    let monotone = row(&rows, "monotonizing");
    assert_eq!(monotone["directions"]["wait"], "increasing");
    assert!((gap("monotonizing") / as_it_is - 1.0).abs() < 0.1, "{} after {as_it_is}", gap("monotonizing"));
    for row in &rows {
        let knows = row["uses_sensitive_at_decision"] == true;
        assert_eq!(knows, row["warning"].is_string());
        let name = row["mitigation"].as_str().unwrap();
        assert_eq!(knows, name.starts_with("thresholds") || name == "residualizing", "{name}");
    }
    // figures by group make up those of all
    for row in &rows {
        let mean = |figure: &str| {
            let weighted = |group: &Value| group["n"].as_f64().unwrap() * group[figure].as_f64().unwrap();
            row["groups"].as_array().unwrap().iter().map(weighted).sum::<f64>() / row["n"].as_f64().unwrap()
        };
        for figure in ["accuracy", "profit"] {
            assert!((mean(figure) - row[figure].as_f64().unwrap()).abs() < 1e-9, "{figure}: {row}");
        }
        assert!(mean("calibration_in_the_large").abs() < 0.1, "{row}");
    }
    let charts = sealed.path.join("customers/charts");
    assert!(charts.join("frontier.png").is_file());
}

#[test]
fn cuts_by_group_reach_parity_within_one_subject() {
    let (_folder, sealed) = run("logistic", "mitigate = { price = \"always\" }");
    let rows = rows(&sealed.path);
    let refused = row(&rows, "reweighing");
    assert!(refused["available"] == false && refused["auc"].is_null(), "{refused}");
    assert!(refused["reason"].as_str().unwrap().starts_with("`logistic` takes no weights of rows"), "{refused}");
    let none = row(&rows, "none");
    let number = |of: &Value, key: &str| of[key].as_f64().unwrap();
    let share = number(none, "n_selected") / number(none, "n");
    let outcomes = none["groups"].as_array().unwrap().iter().map(|group| number(group, "n_outcomes")).sum::<f64>();
    for (name, with, of, rate) in [
        ("thresholds, equal selection rates", "n_selected", "n", share),
        ("thresholds, equal selection rates within the capacity", "n_selected", "n", share),
        ("thresholds, equal true positive rates", "n_found", "n_outcomes", number(none, "n_found") / outcomes),
    ] {
        let row = row(&rows, name);
        for group in row["groups"].as_array().unwrap() {
            let excess = number(group, with) - rate * number(group, of);
            assert!(excess.abs() < 1.0, "{name}: {group}");
        }
        // cuts move nobody's risk
        assert!(close(&row["auc"], &none["auc"]) && close(&row["ece"], &none["ece"]));
        let frontier = row["frontier"].as_array().unwrap();
        let (first, last) = (&frontier[0], &frontier[frontier.len() - 1]);
        assert_eq!((&first["n_selected"], &first["n_found"]), (&none["n_selected"], &none["n_found"]));
        assert_eq!((&last["n_selected"], &last["n_found"]), (&row["n_selected"], &row["n_found"]));
        // the gap narrows all the way, but for a subject of either group that rounding may take back
        let least =
            row["groups"].as_array().unwrap().iter().map(|group| number(group, of)).fold(f64::INFINITY, f64::min);
        for pair in frontier.windows(2) {
            assert!(number(&pair[1], "gap") <= number(&pair[0], "gap") + 1.0 / least, "{name}: {pair:?}");
        }
        if name.ends_with("capacity") {
            assert_eq!(row["n_selected"], none["n_selected"]);
        }
    }
}

#[test]
fn nothing_is_priced_or_applied_unless_asked() {
    let (_folder, sealed) = run("logistic", "mitigate = { price = \"never\" }");
    assert!(rows(&sealed.path).is_empty());
    let scores = scores(&sealed.path, "customers");
    assert!(!scores.0.contains(&"selected_because".to_owned()));
    assert!(json(&sealed.path, "validation.json").get("mitigation").is_none());
    assert!(!sealed.findings.iter().any(|found| ["mitigated-model", "group-thresholds"].contains(&&found.code[..])));
}

#[test]
fn applied_thresholds_change_who_is_selected_and_say_so() {
    let keys = "mitigate = { price = \"always\", features = [\"gender\"], apply = \"thresholds\" }";
    let (_folder, sealed) = run("logistic", keys);
    let scores = scores(&sealed.path, "customers");
    let [ids, history, risks, selected, because] =
        ["id", "history", "risk", "selected", "selected_because"].map(|name| column(&scores, name));
    let genders: std::collections::BTreeMap<String, String> = csv()
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>())
        .map(|fields| (fields[0].to_owned(), fields[4].to_owned()))
        .collect();
    let (mut told, mut n_told) = ([(0.0f64, 0.0f64); 2], 0);
    for row in 0..ids.len() {
        let is_selected = selected[row] == "true";
        let by_common = risks[row].parse::<f64>().unwrap() >= 0.5;
        assert_eq!(because[row].is_empty(), is_selected == by_common, "{}", because[row]);
        if !because[row].is_empty() {
            n_told += 1;
            let gender = &genders[&ids[row]];
            let start = if is_selected { "selected" } else { "not selected" };
            assert!(because[row].starts_with(&format!("{start} because the cut for group {gender} is ")));
            assert!(because[row].contains(" instead of 50"), "{}", because[row]);
        }
        if history[row] == "false" {
            let group = &mut told[usize::from(genders[&ids[row]] == "F")];
            *group = (group.0 + f64::from(u8::from(is_selected)), group.1 + 1.0);
        }
    }
    assert!(n_told > 5, "{n_told}");
    let rate = (told[0].0 + told[1].0) / (told[0].1 + told[1].1);
    assert!(told.iter().all(|(with, n)| (with - rate * n).abs() < 2.0), "{told:?}");
    assert!(sealed.findings.iter().any(|found| found.code == "group-thresholds"));
    let validation = json(&sealed.path, "validation.json");
    assert_eq!(validation["decision"]["by_group"]["feature"], "gender");
    assert!(validation["mitigation"].is_string());
    let rows = rows(&sealed.path);
    assert!(row(&rows, "none")["applied"] == false && row(&rows, EQUAL_RATES)["applied"] == true);
    // the model does not see gender, and yet another gender would decide for some
    let cuts: Vec<f64> = validation["decision"]["by_group"]["cuts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cut| cut.as_f64().unwrap())
        .collect();
    let between = |risk: f64| (risk >= cuts[0]) != (risk >= cuts[1]);
    let flips = json(&sealed.path, "audit.json")["flip"].as_array().unwrap().clone();
    assert_eq!(flips.iter().map(|of| of["group"].as_str().unwrap()).collect::<Vec<_>>(), ["F", "M"]);
    for flip in &flips {
        let of_group = (0..ids.len()).filter(|row| history[*row] == "false" && flip["group"] == genders[&ids[*row]]);
        let of_group: Vec<f64> = of_group.map(|row| risks[row].parse().unwrap()).collect();
        let expected = of_group.iter().filter(|risk| between(**risk)).count() as f64;
        let changed = flip["changed"]["value"].as_f64().unwrap() * of_group.len() as f64;
        // a cut is somebody's risk: the last digit of what was printed may decide of one
        assert!(expected > 1.0 && (changed - expected).abs() < 1.5, "{expected}: {flip}");
        assert_eq!((flip["mean_change"]["value"].as_f64(), flip["max_change"].as_f64()), (Some(0.0), Some(0.0)));
    }
}

#[test]
fn an_applied_change_of_the_model_is_the_model() {
    let keys = "mitigate = { price = \"always\", columns = [\"wait\"], apply = \"dropping\" }";
    let (_folder, sealed) = run("logistic", keys);
    let model = json(&sealed.path, "model.json");
    assert!(!model["features"].as_array().unwrap().iter().any(|feature| feature["name"] == "wait"));
    assert!(model["validation"]["mitigation"].as_str().unwrap().contains("does not see `wait`"));
    assert!(sealed.findings.iter().any(|found| found.code == "mitigated-model"));
    let rows = rows(&sealed.path);
    let (none, dropped) = (row(&rows, "none"), row(&rows, "dropping"));
    is_the_run(dropped, &sealed.path);
    assert!(dropped["applied"] == true && none["applied"] == false);
    assert!(dropped["auc"].as_f64() < none["auc"].as_f64());
}

#[test]
fn proxies_can_be_what_is_taken() {
    let keys = "mitigate = { price = \"always\", columns = \"proxies\" }";
    let (_folder, sealed) = run("logistic", keys);
    let rows = rows(&sealed.path);
    for name in ["dropping", "residualizing", "flattening", "monotonizing"] {
        assert_eq!(row(&rows, name)["columns"], serde_json::json!(["wait"]), "{name}");
    }
}

/// Mitigations of gender, complete and as published, where who has at least the risk `high` is selected.
fn priced(high: f64, apply: &str) -> [Vec<Value>; 2] {
    let bands = format!("bands = {{ elevated = 0.2, high = {high}, critical = 0.95 }}");
    let keys = format!("{bands}\nmitigate = {{ price = \"always\", features = [\"gender\"]{apply} }}");
    let (_folder, sealed) = run("logistic", &keys);
    ["audit.json", "audit_public.json"].map(|file| json(&sealed.path, file)["mitigations"].as_array().unwrap().clone())
}

/// Whether a way tells of a group of which fewer than five are selected, or not.
fn tells_of_few(row: &Value) -> bool {
    let n = |group: &Value, key: &str| group[key].as_u64().unwrap();
    let few = |group: &Value| n(group, "n_selected").min(n(group, "n") - n(group, "n_selected")) < 5;
    row["groups"].as_array().unwrap().iter().any(few)
}

fn n_of(row: &Value, key: &str) -> usize {
    row[key].as_array().unwrap().len()
}

const EQUAL_RATES: &str = "thresholds, equal selection rates";

#[test]
fn what_is_published_tells_no_group_of_few() {
    // hardly any man has so high a risk
    let [complete, public] = priced(0.65, "");
    assert_eq!(public.len(), 9);
    assert!(tells_of_few(row(&complete, "none")) && !tells_of_few(row(&complete, EQUAL_RATES)));
    for row in &public {
        let is_hidden = ["groups", "cuts", "frontier"].iter().all(|key| n_of(row, key) == 0);
        assert!(is_hidden && row["gaps"]["selection_rate_difference"].is_null(), "{row}");
    }
    assert!(row(&public, "none")["auc"].is_f64(), "figures of all are told");
}

#[test]
fn the_way_from_a_cut_that_is_hidden_is_hidden_as_well() {
    let [complete, public] = priced(0.6, ", apply = \"thresholds\"");
    // many of both are selected by the cuts of their own; hardly any man would be by the common one
    assert!(tells_of_few(row(&complete, "none")) && n_of(row(&public, "none"), "groups") == 0);
    let [complete, public] = [row(&complete, EQUAL_RATES), row(&public, EQUAL_RATES)];
    assert!(!tells_of_few(complete) && n_of(public, "groups") == 2, "{complete} {public}");
    assert_eq!((n_of(complete, "cuts"), n_of(complete, "frontier")), (2, 9));
    assert_eq!((n_of(public, "cuts"), n_of(public, "frontier")), (0, 0), "{public}");
}

#[test]
fn the_way_of_large_groups_is_published() {
    let [complete, public] = priced(0.3, "");
    for name in ["thresholds, equal true positive rates", EQUAL_RATES] {
        assert_eq!(row(&public, name), row(&complete, name));
        assert_eq!((n_of(row(&public, name), "cuts"), n_of(row(&public, name), "frontier")), (2, 9));
    }
}

#[test]
fn a_column_that_is_not_there_is_no_mitigation() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("customers.csv"), csv()).unwrap();
    let refused = |keys: &str| {
        let config = config("logistic", &format!("mitigate = {{ {keys} }}"));
        error_of(run_in(&config, folder.path(), &folder.path().join("reports"), &Silent)).to_string()
    };
    let message = "`mitigate.columns` names `wiat`, which the table does not have\nhint: did you mean `wait`?";
    assert_eq!(refused("columns = [\"wiat\", \"late\"], apply = \"dropping\""), message);
    assert!(refused("columns = [\"zzz\"]").ends_with("hint: remove `zzz` from `columns` in `mitigate`"));
}

#[test]
fn what_cannot_be_applied_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |model: &str, keys: &str| {
        let error =
            plan(&config(model, &format!("mitigate = {{ {keys} }}")), folder.path(), folder.path()).unwrap_err();
        error.problems[0].message.clone()
    };
    assert_eq!(
        refused("logistic", "apply = \"thresholds\""),
        "in `customers`: `mitigate.apply` is \"thresholds\" and `mitigate.features` names none, expected one sensitive feature"
    );
    assert_eq!(
        refused("logistic", "apply = \"reweighing\", features = [\"gender\"]"),
        "in `customers`: `mitigate.apply` is \"reweighing\", which not every family of models can do"
    );
    assert_eq!(
        refused("additive", "apply = \"flattening\""),
        "in `customers`: `mitigate.apply` is \"flattening\", but `mitigate.columns` names no column"
    );
    assert_eq!(
        refused("additive", "features = [\"age\"]"),
        "in `customers`: `mitigate.features` names `age`, which is not in `sensitive`"
    );
}

/// Families whose fits of a fold are the same bits whether they were compared before or not.
#[test]
fn a_refit_that_changes_nothing_gives_the_same_folds() {
    let (design, outcome) = business();
    let (folds, settings) = (folds(), Settings::default());
    let cluster: Vec<u32> = (0..outcome.len() as u32).collect();
    let evidence = Evidence {
        design: &design,
        outcome: &outcome,
        cluster: &cluster,
        history: &cluster,
        folds: &folds,
        weigh: None,
    };
    let alike = |rows: &[u32]| vec![1.0; rows.len()];
    for family in [Family::Logistic, Family::Additive, Family::Boosted] {
        let fitted = train::cross_fit(&evidence, family, &settings, Seed(7), &Silent).unwrap();
        let ways: Vec<Refit<'_>> =
            fitted.folds.iter().map(|fold| Refit { design: &design, family, restraint: fold.tuned.value }).collect();
        // a weight of one for every row is no weight
        for weigh in [None, Some(&alike as train::Weigh<'_>)] {
            let again = train::refit(&Evidence { weigh, ..evidence }, &ways, &settings, Seed(7)).unwrap();
            for ((fold, part), again) in fitted.folds.iter().zip(&folds.parts).zip(&again) {
                let bound = fold.model.bind(&design).unwrap();
                let margins: Vec<f64> = part.test.iter().map(|row| bound.margin(*row as usize)).collect();
                assert_eq!(again.out_of_fold.margins, margins, "{}", family.name());
                assert_eq!(again.out_of_fold.rows, part.test);
                // its calibrator learns from every row of the other folds, none of its own
                let mut others = again.calibration.rows.clone();
                others.sort_unstable();
                assert_eq!(others, part.train, "{}", family.name());
            }
        }
    }
}

#[test]
fn weighed_fits_no_longer_tell_groups_apart_by_a_column_that_is_the_group() {
    let (mut design, mut outcome) = business();
    let member: Vec<u32> = (0..outcome.len() as u32).map(|row| u32::from(row % 5 < 2)).collect();
    // the group alone decides, and the model sees nothing but the group
    for (row, outcome) in outcome.iter_mut().enumerate() {
        *outcome = Some((row / 5) % 10 < if member[row] == 1 { 6 } else { 2 });
    }
    design.features.truncate(1);
    if let trustrisk::base::design::Values::Numbers { values, missing } = &mut design.features[0].values {
        *values = member.iter().map(|group| f64::from(*group)).collect();
        missing.clear();
    }
    let (folds, settings) = (folds(), Settings::default());
    let cluster: Vec<u32> = (0..outcome.len() as u32).collect();
    let weigh = |rows: &[u32]| {
        let of = |row: &u32| (member[*row as usize], outcome[*row as usize] == Some(true));
        let (member, outcomes): (Vec<u32>, Vec<bool>) = rows.iter().map(of).unzip();
        mitigate::weights(&member, &outcomes)
    };
    let evidence = Evidence {
        design: &design,
        outcome: &outcome,
        cluster: &cluster,
        history: &cluster,
        folds: &folds,
        weigh: None,
    };
    for family in [Family::Additive, Family::Boosted] {
        let ways = vec![Refit { design: &design, family, restraint: 0.0 }; folds.parts.len()];
        let gap = |weigh| {
            let refitted = train::refit(&Evidence { weigh, ..evidence }, &ways, &settings, Seed(7)).unwrap();
            let told = &refitted[0].out_of_fold;
            let mean = |group: u32| {
                let of_group = told.rows.iter().zip(&told.margins).filter(|(row, _)| member[**row as usize] == group);
                let margins: Vec<f64> = of_group.map(|(_, margin)| *margin).collect();
                margins.iter().sum::<f64>() / margins.len() as f64
            };
            (mean(1) - mean(0)).abs()
        };
        let (plain, weighed) = (gap(None), gap(Some(&weigh)));
        assert!(plain > 1.0 && weighed < 0.01, "{}: {plain} to {weighed}", family.name());
    }
}
