//! `audit-table` and `explain-metric` from outside: any scored table, good and bad, and what is printed of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;
use trustrisk::audit::{self, METRICS, metrics};

use crate::cli::text;
use crate::stats::close;
use crate::support::{SMALL_CONFIG, root, run_small, shared, small_business, trustrisk};

/// Exit code, standard output, standard error.
type Said = (Option<i32>, String, String);

fn audit_table(folder: &Path, arguments: &[&str]) -> Said {
    let output = trustrisk(folder, &[&["audit-table"], arguments].concat());
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// What is said of `scored.csv`.
fn said(csv: &str, arguments: &[&str]) -> Said {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("scored.csv"), csv).unwrap();
    audit_table(folder.path(), &[&["scored.csv"], arguments].concat())
}

const USUAL: [&str; 6] = ["--score", "score", "--outcome", "left", "--sensitive", "gender"];

#[track_caller]
fn refused(csv: &str, arguments: &[&str], stderr: &str) {
    let (code, stdout, said) = said(csv, arguments);
    assert_eq!((code, stdout.as_str(), said.as_str()), (Some(2), "", stderr), "{arguments:?}");
}

/// Standard error of a table that is audited all the same.
#[track_caller]
fn noticed(csv: &str, arguments: &[&str], stderr: &str) {
    let (code, stdout, said) = said(csv, &[arguments, &["--format", "csv"]].concat());
    assert_ne!(code, Some(2), "{said}");
    assert!(stdout.starts_with("metric,feature,group,"), "{stdout}");
    assert!(said.starts_with(stderr), "{said}");
}

/// `n` rows: id, score, outcome, gender, age; a score of .05 to .95.
fn scored(n: usize) -> String {
    let mut csv = String::from("id,score,left,gender,age\n");
    for i in 0..n {
        let gender = ["F", "M", "M"][i % 3];
        let left = u8::from(i % 4 == 0 || i % 7 == 0);
        let _ = writeln!(csv, "K{i},{:.2},{left},{gender},{}", 0.05 + 0.1 * ((i * 7 % 10) as f64), 20 + i % 50);
    }
    csv
}

/// The same with a column made anew: row number and old value to new value.
fn with(csv: &str, column: &str, change: impl Fn(usize, &str) -> String) -> String {
    let mut lines = csv.lines();
    let header = lines.next().unwrap();
    let at = header.split(',').position(|name| name == column).unwrap();
    let changed = lines.enumerate().map(|(row, line)| {
        let mut fields: Vec<String> = line.split(',').map(str::to_owned).collect();
        fields[at] = change(row, &fields[at]);
        fields.join(",")
    });
    std::iter::once(header.to_owned()).chain(changed).fold(String::new(), |csv, line| csv + &line + "\n")
}

fn rows(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    let (code, stdout, stderr) = audit_table(folder, &[arguments, &["--format", "json"]].concat());
    assert_ne!(code, Some(2), "{stderr}");
    let object: Value = serde_json::from_str(&stdout).unwrap();
    object["rows"].as_array().unwrap().clone()
}

#[track_caller]
fn row<'a>(rows: &'a [Value], metric: &str, feature: &str, group: &str) -> &'a Value {
    let is_it = |row: &&Value| row["metric"] == metric && row["feature"] == feature && row["group"] == group;
    rows.iter().find(is_it).unwrap_or_else(|| panic!("no {metric} of {feature} {group}"))
}

#[test]
fn rates_of_a_small_table_are_those_that_are_counted() {
    let folder = TempDir::new().unwrap();
    let csv = scored(300);
    fs::write(folder.path().join("scored.csv"), &csv).unwrap();
    let told = rows(folder.path(), &[&["scored.csv"][..], &USUAL].concat());
    let mut counts: BTreeMap<&str, [f64; 4]> = BTreeMap::new();
    for line in csv.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let (is_selected, has_left) = (fields[1].parse::<f64>().unwrap() >= 0.5, fields[2] == "1");
        let of = counts.entry(fields[3]).or_default();
        of[2 * usize::from(has_left) + usize::from(is_selected)] += 1.0;
    }
    for (group, [tn, fp, missed, tp]) in counts {
        let n = tn + fp + missed + tp;
        let expected = [
            ("n", n),
            ("base_rate", (missed + tp) / n),
            ("selection_rate", (fp + tp) / n),
            ("true_positive_rate", tp / (tp + missed)),
            ("false_positive_rate", fp / (fp + tn)),
            ("positive_predictive_value", tp / (tp + fp)),
        ];
        for (metric, value) in expected {
            close(row(&told, metric, "gender", group)["value"].as_f64().unwrap(), value, 1e-12);
        }
    }
}

#[test]
fn formats_tell_the_same_rows() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("scored.csv"), scored(300)).unwrap();
    let usual = [&["scored.csv"][..], &USUAL].concat();
    let told = rows(folder.path(), &usual);
    let (_, csv, _) = audit_table(folder.path(), &[&usual[..], &["--format", "csv"]].concat());
    assert_eq!(csv.lines().count(), told.len() + 1);
    let (_, md, _) = audit_table(folder.path(), &[&usual[..], &["--format", "md"]].concat());
    let value = row(&told, "selection_rate", "gender", "F")["value"].as_f64().unwrap();
    assert!(md.contains(&format!("| {:.1} % (", 100.0 * value)), "{md}");
    let binding = told.iter().filter(|row| !row["verdict"].is_null()).count();
    assert!(binding > 0);
    let of_verdicts = md.split("\n\n").next().unwrap().lines().count();
    assert_eq!(of_verdicts, binding + 2, "{md}");

    let (code, stdout, _) = audit_table(folder.path(), &[&usual[..], &["--out", "audit.csv"]].concat());
    assert_eq!(fs::read_to_string(folder.path().join("audit.csv")).unwrap(), csv);
    assert!(stdout.starts_with("300 rows with outcome\n"), "{stdout}");
    let (same, json, stderr) = audit_table(folder.path(), &[&usual[..], &["--json"]].concat());
    let object: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((same, object["exit"].as_i64(), stderr.as_str()), (code, code.map(i64::from), ""));
    assert_eq!(object["verdicts"].as_object().unwrap().values().filter_map(Value::as_u64).sum::<u64>(), binding as u64);
}

#[test]
fn a_decision_stands_in_for_a_score_and_no_outcome_is_needed() {
    let folder = TempDir::new().unwrap();
    let csv = scored(200).replace("score", "hired");
    let csv = with(&csv, "hired", |row, _| if row % 3 == 1 || row % 5 == 0 { "yes".into() } else { "no".into() });
    fs::write(folder.path().join("scored.csv"), csv).unwrap();
    let told = rows(folder.path(), &["scored.csv", "--selected", "hired", "--sensitive", "gender,age:30:45"]);
    assert!(told.iter().all(|row| row["population"] == "today"));
    let needs_more =
        |row: &&Value| ["base_rate", "mean_risk", "mean_risk_ratio"].contains(&row["metric"].as_str().unwrap());
    assert_eq!(told.iter().find(needs_more), None);
    let groups = |feature: &str| -> Vec<String> {
        let of = told.iter().filter(|row| row["metric"] == "n" && row["feature"] == feature);
        of.map(|row| row["group"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(groups("age"), ["<30", "30–44", "45+"]);
    assert_eq!(groups("gender × age").len(), 6);
    close(row(&told, "selection_rate", "gender", "M")["value"].as_f64().unwrap(), 80.0 / 133.0, 1e-12);
}

#[test]
fn scores_in_points_are_risks_once_their_highest_is_named() {
    let folder = TempDir::new().unwrap();
    let points = with(&scored(200), "score", |_, score| format!("{:.0}", 100.0 * score.parse::<f64>().unwrap()));
    fs::write(folder.path().join("scored.csv"), scored(200)).unwrap();
    fs::write(folder.path().join("points.csv"), points).unwrap();
    let told = rows(folder.path(), &[&["scored.csv"][..], &USUAL].concat());
    let scaled = rows(folder.path(), &[&["points.csv"][..], &USUAL, &["--score-max", "100"]].concat());
    for metric in ["selection_rate", "mean_risk", "calibration_ratio"] {
        let value = |rows: &[Value]| row(rows, metric, "gender", "M")["value"].as_f64().unwrap();
        close(value(&told), value(&scaled), 1e-12);
    }
    let cut = rows(folder.path(), &[&["points.csv"][..], &USUAL, &["--threshold", "50"]].concat());
    assert_eq!(row(&cut, "selection_rate", "gender", "F"), row(&scaled, "selection_rate", "gender", "F"));
    assert!(cut.iter().all(|row| row["metric"] != "mean_risk" && row["metric"] != "calibration_ratio"));
}

#[test]
fn what_is_published_hides_small_groups() {
    let csv = with(&scored(300), "gender", |row, old| if row < 3 { "X".into() } else { old.into() });
    let arguments = [&USUAL[..], &["--format", "json", "--public"]].concat();
    let (_, stdout, _) = said(&csv, &arguments);
    let object: Value = serde_json::from_str(&stdout).unwrap();
    let of_x: Vec<&Value> = object["rows"].as_array().unwrap().iter().filter(|row| row["group"] == "X").collect();
    assert!(!of_x.is_empty() && of_x.iter().all(|row| row["suppressed"] == true && row["value"].is_null()));
    let (_, md, _) = said(&csv, &[&USUAL[..], &["--format", "md", "--public"]].concat());
    assert!(md.contains("| X | – | –"), "{md}");
}

#[test]
fn compas_has_the_published_cells() {
    let Some(table) = shared("compas/compas_for_aequitas.csv") else { return };
    let folder = TempDir::new().unwrap();
    let arguments = [
        table.to_str().unwrap(),
        "--score",
        "score",
        "--outcome",
        "label_value",
        "--sensitive",
        "race,sex,age_cat",
        "--reference",
        "Caucasian",
        "--effect",
        "burden",
    ];
    let told = rows(folder.path(), &arguments);
    let published = [
        ("African-American", [1369, 805, 990, 532], Some(1.912_093)),
        ("Asian", [6, 2, 21, 3], Some(0.370_749)),
        ("Caucasian", [505, 349, 1139, 461], None),
        ("Hispanic", [103, 87, 318, 129], Some(0.915_887)),
        ("Native American", [9, 3, 5, 1], Some(1.598_854)),
        ("Other", [43, 36, 208, 90], Some(0.629_057)),
    ];
    for (group, [tp, fp, tn, missed], ratio) in published {
        let counts = |metric: &str| {
            let row = row(&told, metric, "race", group);
            [row["numerator"].as_u64().unwrap(), row["denominator"].as_u64().unwrap()]
        };
        assert_eq!(counts("true_positive_rate"), [tp, tp + missed], "{group}");
        assert_eq!(counts("false_positive_rate"), [fp, fp + tn], "{group}");
        if let Some(ratio) = ratio {
            close(row(&told, "false_positive_rate", "race", group)["ratio"].as_f64().unwrap(), ratio, 1e-6);
        }
    }
}

#[test]
fn compas_has_the_verdicts_that_its_evidence_allows() {
    let Some(table) = shared("compas/compas_for_aequitas.csv") else { return };
    let folder = TempDir::new().unwrap();
    let arguments = ["--score", "score", "--outcome", "label_value", "--sensitive", "race", "--reference", "Caucasian"];
    let arguments = [&[table.to_str().unwrap()][..], &arguments, &["--limit", "false_positive_rate=0.8"]].concat();
    let told = rows(folder.path(), &arguments);
    let verdict = |group: &str| row(&told, "false_positive_rate", "race", group)["verdict"].clone();
    assert_eq!(verdict("African-American"), "disparity");
    for group in ["Native American", "Asian", "Other"] {
        assert_eq!(verdict(group), "insufficient evidence", "{group}");
    }
    assert!(verdict("Caucasian").is_null());
    let (code, stdout, _) = audit_table(folder.path(), &arguments);
    assert_eq!(code, Some(1));
    assert!(stdout.starts_with("7,214 rows with outcome\n5 binding comparisons: 1 disparity, "), "{stdout}");
    assert!(
        stdout.contains("disparity: false positive rate by race: African-American 44.8 % of 1,795; 1.91 × "),
        "{stdout}"
    );
}

#[test]
fn ricci_is_judged_against_the_limit_and_not_against_equality() {
    let Some(table) = shared("ricci/ricci_race.csv") else { return };
    let folder = TempDir::new().unwrap();
    let table = table.to_str().unwrap().to_owned();
    let by_race = folder.path().join("ricci.csv");
    let csv = fs::read_to_string(&table).unwrap();
    fs::write(&by_race, with(&csv, "Race", |_, race| if race == "White" { "White" } else { "other" }.into())).unwrap();
    let told = rows(folder.path(), &["ricci.csv", "--selected", "Promoted", "--sensitive", "Race"]);
    let other = row(&told, "selection_rate", "Race", "other");
    close(other["value"].as_f64().unwrap(), 0.3, 1e-12);
    close(other["ratio"].as_f64().unwrap(), 0.3 / (41.0 / 68.0), 1e-12);
    assert!((other["p_equal"].as_f64().unwrap() - 0.0015).abs() < 0.0003, "{other}");
    assert!((0.01..0.05).contains(&other["p"].as_f64().unwrap()), "{other}");
}

#[test]
fn verdicts_are_held_against_an_earlier_table() {
    let folder = TempDir::new().unwrap();
    // 60 of 300 and 60 of 300, then 20 of 300 and 100 of 300
    let table = |of_f: usize, of_m: usize| {
        let line = |i: usize| {
            let (gender, of) = if i < 300 { ("F", of_f) } else { ("M", of_m) };
            format!("{gender},{}\n", u8::from(i % 300 < of))
        };
        String::from("gender,chosen\n") + &(0..600).map(line).collect::<String>()
    };
    fs::write(folder.path().join("before.csv"), table(150, 150)).unwrap();
    fs::write(folder.path().join("now.csv"), table(60, 180)).unwrap();
    let audit = |table: &str, more: &[&str]| {
        audit_table(folder.path(), &[&[table, "--selected", "chosen", "--sensitive", "gender"], more].concat())
    };
    assert_eq!(audit("before.csv", &["--out", "before.json"]).0, Some(0));
    let (code, stdout, _) = audit("now.csv", &["--against", "before.json"]);
    assert_eq!(code, Some(1));
    let expected = "1 verdict changed:\n  selection rate today by gender: M: disparity, was none found\n";
    assert!(stdout.ends_with(expected), "{stdout}");
    let (_, json, _) = audit("now.csv", &["--against", "before.json", "--format", "json"]);
    let object: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&object["changed"][0]["before"], &object["changed"][0]["now"]),
        (&"none found".into(), &"disparity".into())
    );
    let (_, stdout, _) = audit("before.csv", &["--against", "before.json"]);
    assert!(stdout.ends_with("no verdict changed\n"), "{stdout}");
    let (code, _, stderr) = audit("now.csv", &["--against", "before.csv"]);
    assert_eq!(code, Some(2));
    assert!(stderr.starts_with("error: `before.csv` is no audit, expected what `--format json` writes: "), "{stderr}");
}

#[test]
fn what_is_hidden_counts_for_the_exit_and_no_change_of_it_is_told() {
    let folder = TempDir::new().unwrap();
    // half of F and of M are chosen; of the 40 X half, then nobody
    let table = |of_x: usize| {
        let line = |i: usize| {
            let (gender, chosen) = match i {
                0..300 => ("F", i.is_multiple_of(2)),
                300..600 => ("M", i.is_multiple_of(2)),
                _ => ("X", i - 600 < of_x),
            };
            format!("{gender},{}\n", u8::from(chosen))
        };
        String::from("gender,chosen\n") + &(0..640).map(line).collect::<String>()
    };
    fs::write(folder.path().join("before.csv"), table(20)).unwrap();
    fs::write(folder.path().join("now.csv"), table(0)).unwrap();
    let audit = |table: &str, more: &[&str]| {
        audit_table(folder.path(), &[&[table, "--selected", "chosen", "--sensitive", "gender"], more].concat())
    };
    assert_eq!(audit("before.csv", &["--out", "before.json"]).0, Some(0));
    let object = |more: &[&str]| {
        let (code, stdout, _) = audit("now.csv", &[&["--against", "before.json", "--json"], more].concat());
        (code, serde_json::from_str::<Value>(&stdout).unwrap())
    };
    let (code, complete) = object(&[]);
    assert_eq!((code, &complete["n_disparities"], &complete["n_unpublished"]), (Some(1), &1.into(), &0.into()));
    assert_eq!((&complete["changed"][0]["group"], &complete["changed"][0]["now"]), (&"X".into(), &"disparity".into()));
    let (code, public) = object(&["--public"]);
    assert_eq!((code, &public["exit"], &public["n_disparities"]), (Some(1), &1.into(), &1.into()));
    // X is hidden, and another group with it
    assert_eq!((&public["n_unpublished"], &public["verdicts"]["disparity"]), (&2.into(), &0.into()));
    assert_eq!(public["changed"], Value::Array(Vec::new()), "what X was is hidden as well");
}

#[test]
fn a_run_counts_every_verdict_and_pages_those_that_are_published() {
    let folder = small_business(400);
    let csv = fs::read_to_string(folder.path().join("customers.csv")).unwrap();
    // of eight never are five selected and five not
    let csv = with(&csv, "gender", |row, old| if row < 8 { "X".into() } else { old.into() });
    fs::write(folder.path().join("customers.csv"), csv).unwrap();
    let config = SMALL_CONFIG.replace("id = \"id\"\n", "id = \"id\"\nmodel = \"logistic\"\n");
    fs::write(folder.path().join("trustrisk.toml"), config).unwrap();
    let run = || -> Value {
        let output = trustrisk(folder.path(), &["run", "trustrisk.toml", "--json"]);
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let told = run();
    let path = folder.path().join(told["path"].as_str().unwrap());
    let read = |file: &str| -> Value { serde_json::from_slice(&fs::read(path.join(file)).unwrap()).unwrap() };
    let n = |file: &str| {
        let audit = read(&format!("customers/{file}"));
        audit["rows"].as_array().unwrap().iter().filter(|row| !row["verdict"].is_null()).count() as u64
    };
    let (all, public) = (n("audit.json"), n("audit_public.json"));
    assert!(public < all, "{public} of {all}");
    let counted = |of: &Value| of["verdicts"]["comparisons"].as_u64();
    assert_eq!(counted(&read("view.json")["groups"][0]), Some(public));
    assert_eq!(counted(&told["stakeholders"][0]), Some(all));
    let again = run();
    assert_eq!((&again["already_there"], counted(&again["stakeholders"][0])), (&true.into(), Some(all)));
}

#[test]
fn a_run_tells_which_verdicts_changed_since_the_compared_one() {
    let folder = small_business(400);
    let run = |as_of: &str, limit: &str| {
        let config = SMALL_CONFIG
            .replace("as_of = 2026-06-30", &format!("as_of = {as_of}"))
            .replace("id = \"id\"\n", "id = \"id\"\nmodel = \"logistic\"\n");
        let config = format!("{config}\n[audit.limits]\nselection_rate = {limit}\n");
        fs::write(folder.path().join("trustrisk.toml"), config).unwrap();
        let path = run_small(folder.path()).unwrap().path.join("customers");
        ["audit.json", "audit_public.json"]
            .map(|file| serde_json::from_str::<Value>(&fs::read_to_string(path.join(file)).unwrap()).unwrap())
    };
    let (before, now) = (run("2026-05-31", "0.8"), run("2026-06-30", "0.01"));
    for (before, now) in before.iter().zip(&now) {
        assert!(before.get("changed").is_none());
        let rows = |audit: &Value| serde_json::from_value::<Vec<audit::Row>>(audit["rows"].clone()).unwrap();
        let expected = audit::changed(&rows(before), &rows(now));
        assert!(!expected.is_empty());
        assert_eq!(now["changed"], serde_json::to_value(expected).unwrap());
    }
}

#[test]
fn groups_are_compared_within_factors_as_well() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("scored.csv"), scored(400)).unwrap();
    let told = rows(folder.path(), &[&["scored.csv"][..], &USUAL, &["--control", "age:30:45"]].concat());
    let within = row(&told, "selection_rate", "gender | age", "F");
    assert_eq!(within["test"], "mantel-haenszel-score");
    assert!(within["ratio"].is_number());
}

#[test]
fn bad_columns_are_told() {
    let good = scored(40);
    refused(
        &good,
        &["--score", "scor", "--outcome", "left", "--sensitive", "gendr"],
        "error: `--score` names column `scor`, which the table does not have\nhint: `--score score`\n\
         error: `--sensitive` names column `gendr`, which the table does not have\nhint: `--sensitive gender`\n",
    );
    refused(
        &good,
        &["--score", "score", "--outcome", "score", "--sensitive", "gender"],
        "error: `--score` and `--outcome` both name column `score`, expected two columns\n\
         hint: name another column with `--outcome`\n",
    );
    refused(
        &good,
        &["--score", "score", "--sensitive", "gender,gender"],
        "error: `--sensitive` names column `gender` twice\nhint: name another column with `--sensitive`\n",
    );
    refused(
        &good,
        &["--score", "score", "--sensitive", "gender:30:45"],
        "error: column `gender` has `bins`, but does not hold numbers\n\
         hint: name it without `:` and numbers behind it\n",
    );
    refused(
        &good,
        &["--score", "score", "--sensitive", "age:45:30"],
        "error: the cut points of `--sensitive age:45:30` do not rise\nhint: `--sensitive age:30:45`\n",
    );
}

#[test]
fn bad_scores_are_told() {
    let good = scored(40);
    let text = with(&good, "score", |row, score| if row == 3 { "n/k".into() } else { score.into() });
    refused(
        &text,
        &USUAL,
        "error: column `score` holds text in 1 row (first: row 5, `n/k`), expected numbers\n\
         hint: `--missing \"n/k\"` if it stands for a missing value\n",
    );
    noticed(
        &text,
        &[&USUAL[..], &["--missing", "n/k"]].concat(),
        "warning: `score` is blank in 1 row, which is left out",
    );
    refused(
        &good,
        &["--score", "gender", "--sensitive", "age:30"],
        "error: column `gender` holds text, expected numbers\nhint: name the column that holds the numbers\n",
    );
    refused(
        &with(&good, "score", |_, _| String::new()),
        &USUAL,
        "error: column `score` has no value in any row, expected scores\n\
         hint: name the column that holds them with `--score`\n",
    );
    let points = with(&good, "score", |_, score| format!("{:.0}", 100.0 * score.parse::<f64>().unwrap()));
    refused(
        &points,
        &USUAL,
        "error: scores `score` go from 5 to 95, expected risks from 0 to 1\n\
         hint: `--score-max 100` if they are points; `--threshold 85` if selected is who has at least so much\n",
    );
    refused(
        &points,
        &[&USUAL[..], &["--score-max", "50"]].concat(),
        "error: scores `score` go from 5 to 95, expected 0 to 50 by `--score-max`\nhint: `--score-max 95`\n",
    );
    let margins = with(&good, "score", |_, score| (score.parse::<f64>().unwrap() * 4.0 - 2.0).to_string());
    refused(
        &margins,
        &USUAL,
        "error: scores `score` go from -1.8 to 1.8, expected risks from 0 to 1\n\
         hint: `--threshold 1.4` if selected is who has at least so much\n",
    );
    noticed(
        &margins,
        &[&USUAL[..], &["--threshold", "-0.5"]].concat(),
        "info: `score` is no risk from 0 to 1, so nothing is told of calibration\n",
    );
}

#[test]
fn a_threshold_that_selects_nobody_or_everybody_is_told() {
    noticed(
        &scored(40),
        &[&USUAL[..], &["--threshold", "0.99"]].concat(),
        "warning: `--threshold 0.99` selects nobody: `score` goes from 0.05 to 0.95, so every selection rate is 0\n\
         hint: `--threshold 0.85`\n",
    );
    noticed(
        &scored(40),
        &[&USUAL[..], &["--threshold", "0.05"]].concat(),
        "warning: `--threshold 0.05` selects everybody: `score` goes from 0.05 to 0.95, so every selection rate is 1\n\
         hint: `--threshold 0.85`\n",
    );
}

#[test]
fn bad_outcomes_are_told() {
    let three = with(&scored(40), "left", |row, _| ["no", "moved", "unknown", "no"][row % 4].into());
    refused(
        &three,
        &USUAL,
        "error: column `left` holds `no` (20 rows), `moved` (10 rows), `unknown` (10 rows), expected two values such as \
         `0` and `1`\nhint: say which of them count: `--adverse \"moved\"`\n",
    );
    noticed(
        &three,
        &[&USUAL[..], &["--adverse", "moved"]].concat(),
        "info: all other values of `left` count as no: `no` (20 rows), `unknown` (10 rows)\n",
    );
    refused(
        &three,
        &[&USUAL[..], &["--adverse", "move"]].concat(),
        "error: column `left` never is `move`, which `--adverse` names; it holds `no` (20 rows), `moved` (10 rows), \
         `unknown` (10 rows)\nhint: `--adverse \"moved\"`\n",
    );
    let open = with(&scored(40), "left", |row, left| if row % 10 == 9 { String::new() } else { left.into() });
    noticed(
        &open,
        &USUAL,
        "warning: the outcome of 4 of 40 rows is not known: the prevalence among them is not either, so they are told \
         apart, as `today` (first: row 11)\n",
    );
    noticed(
        &with(&scored(40), "left", |_, _| String::new()),
        &USUAL,
        "warning: `left` has no value in any of 40 rows: only what needs no outcome is told\n",
    );
}

#[test]
fn bad_groups_are_told() {
    let good = scored(40);
    refused(
        &with(&good, "gender", |_, _| String::new()),
        &USUAL,
        "error: `gender` has no value for any scored subject\nhint: name another column with `--sensitive`\n",
    );
    refused(
        &with(&good, "gender", |_, _| "F".into()),
        &USUAL,
        "error: every scored subject has the same `gender`, `F`, so there is nothing to compare\n\
         hint: name another column with `--sensitive`\n",
    );
    let many = scored(10_000);
    refused(
        &many,
        &["--score", "score", "--sensitive", "id"],
        "error: `id` has 10000 groups, at most 50 are compared\n\
         hint: `--sensitive id:30:45:60` if it is a number; if it names the subjects, `--id id`\n",
    );
    noticed(
        &many,
        &["--score", "score", "--sensitive", "id,gender"],
        "warning: `id` has 10000 groups, at most 50 are compared\n",
    );
    // two identifiers are not crossed: that would be a hundred million cells
    let keyed: String = many.lines().enumerate().fold(String::new(), |csv, (at, line)| {
        csv + line + &if at == 0 { ",card\n".to_owned() } else { format!(",D{at}\n") }
    });
    noticed(
        &keyed,
        &["--score", "score", "--sensitive", "id,card,gender"],
        "warning: `id` has 10000 groups, at most 50 are compared\n\
         hint: `--sensitive id:30:45:60` if it is a number; if it names the subjects, `--id id`\n\
         warning: `card` has 10000 groups, at most 50 are compared\n",
    );
}

#[test]
fn repeated_ids_are_clustered_and_told() {
    let repeated = with(&scored(600), "id", |row, _| format!("K{}", row / 3));
    let arguments = [&USUAL[..], &["--id", "id"]].concat();
    noticed(
        &repeated,
        &arguments,
        "info: `id` repeats: 600 rows are of 200 subjects, so intervals and tests are clustered by it\n\
         hint: if a row was exported twice, keep one: `--sql \"select distinct * from subjects\"`\n",
    );
    let width = |csv: &str, arguments: &[&str]| {
        let (_, stdout, _) = said(csv, &[arguments, &["--format", "json"]].concat());
        let object: Value = serde_json::from_str(&stdout).unwrap();
        let rows = object["rows"].as_array().unwrap().clone();
        let row = row(&rows, "base_rate", "age", "<45").clone();
        row["high"].as_f64().unwrap() - row["low"].as_f64().unwrap()
    };
    // every row three times over tells no more than once
    let copied: String = scored(200)
        .lines()
        .enumerate()
        .fold(String::new(), |csv, (at, line)| csv + &format!("{line}\n").repeat(if at == 0 { 1 } else { 3 }));
    let by_age = ["--score", "score", "--outcome", "left", "--sensitive", "age:45"];
    let (single, copies) = (width(&scored(200), &by_age), width(&copied, &by_age));
    let clustered = width(&copied, &[&by_age[..], &["--id", "id"]].concat());
    assert!(copies < 0.65 * single && (clustered / single - 1.0).abs() < 0.05, "{single} {copies} {clustered}");
}

#[test]
fn too_few_rows_are_told() {
    let header = "id,score,left,gender,age\n";
    refused(
        &format!("{header}K0,0.5,1,F,30\n"),
        &USUAL,
        "error: the table has 1 row, expected at least 2 to compare\n\
         hint: name a table with a row for each subject; `--sql` may have left rows out\n",
    );
    for csv in ["", header] {
        let (code, stdout, stderr) = said(csv, &USUAL);
        assert_eq!((code, stdout.as_str()), (Some(2), ""));
        assert!(stderr.starts_with("error: `scored.csv` ") && stderr.contains("\nhint: "), "{stderr}");
    }
    let (code, _, stderr) =
        said(&scored(40), &[&USUAL[..], &["--sql", "select * from subjects where age > 99"]].concat());
    assert_eq!(code, Some(2));
    assert!(stderr.starts_with("error: the table has no rows, expected at least 2"), "{stderr}");
}

#[test]
fn bad_arguments_are_told() {
    let good = scored(40);
    let refuse = |more: &[&str], stderr: &str| refused(&good, &[&USUAL[..], more].concat(), stderr);
    refuse(
        &["--limit", "selection_rat=0.8,base_rate=2,mean_risk"],
        "error: `--limit` names `selection_rat`, which is no metric that is judged\nhint: `--limit selection_rate=0.8`\n\
         error: `--limit base_rate=2` is no lowest allowed ratio, expected above 0 and at most 1\n\
         hint: `--limit base_rate=0.8`\n\
         error: `--limit mean_risk` has no value\nhint: `--limit mean_risk=0.8`\n",
    );
    refuse(
        &["--significance", "5"],
        "error: `--significance 5` is no level, expected between 0 and 1\nhint: `--significance 0.05`\n",
    );
    refuse(
        &["--out", "audit.txt"],
        "error: `audit.txt` does not tell its format, expected `.json`, `.csv` or `.md`\n\
         hint: `--format json`, `csv` or `md`\n",
    );
    refuse(
        &["--out", "scored.csv"],
        "error: `--out` names `scored.csv`, which is read\nhint: name another file: `--out audit.csv`\n",
    );
    let (code, stdout, stderr) = said(&good, &[&USUAL[..], &["--json", "--format", "csv"]].concat());
    assert_eq!(code, Some(2));
    assert!(stderr.starts_with("error: `--json` and the table cannot both go to standard output\nhint: `--out"));
    assert!(serde_json::from_str::<Value>(&stdout).unwrap()["errors"].is_array());
    let (code, _, _) = said(&good, &["--outcome", "left", "--sensitive", "gender"]);
    assert_eq!(code, Some(2), "neither score nor decision");
}

#[test]
fn every_metric_is_explained() {
    let folder = TempDir::new().unwrap();
    let explain = |arguments: &[&str]| {
        let output = trustrisk(folder.path(), &[&["explain-metric"], arguments].concat());
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, list, _) = explain(&[]);
    assert_eq!(code, Some(0));
    assert!(METRICS.iter().all(|metric| list.contains(&format!("{} ", metric.name))), "{list}");
    let (code, one, _) = explain(&["selection_rate"]);
    assert_eq!(code, Some(0));
    assert!(one.contains("selected subjects ÷ subjects") && one.contains("29 CFR 1607.4(D)"), "{one}");
    let (_, json, _) = explain(&["true_positive_rate_group_min", "--json"]);
    let object: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&object["name"], &object["neutral"]), (&"true_positive_rate_group_min".into(), &Value::Null));
    assert!(object["definition"].as_str().unwrap().starts_with("the lowest value of a group; of each group: selected"));
    assert_eq!(
        explain(&["selection_rates"]),
        (
            Some(2),
            String::new(),
            "error: `selection_rates` is no metric of the audit\nhint: `trustrisk explain-metric selection_rate`\n"
                .into()
        )
    );
    assert!(explain(&["equalized_odds_difference"]).1.contains("Hardt, Price and Srebro 2016"));
    for name in metrics::names() {
        let told = metrics::explain(&name).unwrap_or_else(|| panic!("{name} is not explained"));
        assert_eq!(told.name, name);
        assert!(
            [&told.title, &told.definition, &told.meaning, &told.limit].iter().all(|text| !text.is_empty()),
            "{name}"
        );
    }
}

/// What is generated is committed, and stale is red.
fn committed(name: &str, fresh: impl Fn(&str) -> String) {
    let path = root().join("docs").join(name);
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let fresh = fresh(&kept);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &fresh).unwrap();
    } else {
        assert!(kept == fresh, "docs/{name} is stale: run `UPDATE=1 cargo test --test it audit_table::` and commit it");
    }
}

#[test]
fn the_committed_schema_is_that_of_the_code() {
    committed("audit.schema.json", |_| audit::schema());
}

#[test]
fn the_committed_metrics_are_those_of_the_code() {
    committed("audit.md", |page| {
        let (before, rest) = page.split_once("<!-- metrics:").expect("the page has a place for the metrics");
        let (line, rest) = rest.split_once('\n').unwrap();
        let (_, after) = rest.split_once("<!-- /metrics -->").expect("and an end of it");
        format!("{before}<!-- metrics:{line}\n\n{}\n<!-- /metrics -->{after}", metrics::markdown())
    });
}
