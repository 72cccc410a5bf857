//! What a run says a second time, in few words, and of what could not be done.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{SMALL_CONFIG, small_business, trustrisk};

fn object(folder: &Path, arguments: &[&str]) -> Value {
    serde_json::from_slice(&trustrisk(folder, arguments).stdout).unwrap()
}

const SECOND: &str = r#"
[[stakeholders]]
name = "suppliers"
id = "id"
outcome = { column = "left", adverse = ["yes"], favorable = ["no"] }
sources = { suppliers = "missing.csv" }
"#;

#[test]
fn a_run_tells_the_same_again() {
    let folder = small_business(400);
    let path = folder.path();
    fs::write(path.join("trustrisk.toml"), format!("{SMALL_CONFIG}{SECOND}")).unwrap();
    let told = || {
        let mut told = object(path, &["run", "trustrisk.toml", "--json"]);
        let map = told.as_object_mut().unwrap();
        let already = map.remove("already_there").unwrap();
        map.remove("seconds");
        for group in map["stakeholders"].as_array_mut().unwrap() {
            group.as_object_mut().unwrap().remove("seconds");
        }
        (already, told)
    };
    let ((first, one), (second, two)) = (told(), told());
    assert_eq!((first, second), (false.into(), true.into()));
    assert_eq!(one["exit"], 2);
    assert_eq!(one, two);
}

#[test]
fn a_group_that_fails_otherwise_is_another_run() {
    let folder = small_business(400);
    let path = folder.path();
    fs::write(path.join("trustrisk.toml"), format!("{SMALL_CONFIG}{SECOND}")).unwrap();
    let run = || object(path, &["run", "trustrisk.toml", "--json"])["run"].clone();
    let missing = run();
    fs::create_dir(path.join("missing.csv")).unwrap();
    assert_ne!(run(), missing);
}

#[test]
fn quiet_still_says_what_failed() {
    let folder = small_business(400);
    let path = folder.path();
    fs::write(path.join("trustrisk.toml"), format!("{SMALL_CONFIG}{SECOND}")).unwrap();
    for command in [
        &["run", "trustrisk.toml", "--quiet"][..],
        &["check", "trustrisk.toml", "--quiet"],
        &["train", "trustrisk.toml", "--quiet"],
    ] {
        let output = trustrisk(path, command);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr.starts_with("error: ") && stderr.matches("error: ").count() == 1, "{command:?}: {stderr}");
    }
    let loud = String::from_utf8(trustrisk(path, &["check", "trustrisk.toml"]).stderr).unwrap();
    assert_eq!(loud.matches("error: ").count(), 1, "{loud}");
}

#[test]
fn where_nothing_could_be_done_the_one_object_still_tells_all() {
    let folder = small_business(400);
    let path = folder.path();
    let table = fs::read_to_string(path.join("customers.csv")).unwrap();
    let again = table.lines().nth(4).unwrap();
    fs::write(path.join("customers.csv"), format!("{table}{again}\n")).unwrap();
    let told = object(path, &["run", "trustrisk.toml", "--json"]);
    assert_eq!((&told["exit"], &told["path"]), (&2.into(), &Value::Null));
    assert_eq!(told["stakeholders"][0]["name"], "customers");
    let codes: Vec<&str> =
        told["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"duplicate-keys"), "{codes:?}");
    assert_eq!(fs::read_dir(path.join("reports/small")).unwrap().count(), 0);
}

#[test]
fn groups_named_in_any_order_are_one_run() {
    let folder = small_business(400);
    let path = folder.path();
    let second = SECOND.replace("missing.csv", "customers.csv");
    fs::write(path.join("trustrisk.toml"), format!("{SMALL_CONFIG}{second}")).unwrap();
    let run = |only: &[&str]| {
        let arguments: Vec<&str> = ["run", "trustrisk.toml", "--json"].iter().chain(only).copied().collect();
        object(path, &arguments)["run"].clone()
    };
    let whole = run(&[]);
    assert_eq!(run(&["--only", "suppliers,customers,suppliers"]), whole);
    assert_ne!(run(&["--only", "customers"]), whole);
}

#[test]
fn nothing_is_written_over_a_sealed_run_or_an_input() {
    let folder = small_business(400);
    let path = folder.path();
    let run = object(path, &["run", "trustrisk.toml", "--json"])["path"].as_str().unwrap().to_owned();
    let model = format!("{run}/customers/model.json");
    let refusals = [
        (vec!["train", "trustrisk.toml", "--out", &run], "which is sealed"),
        (vec!["report", &run, "--out", &run], "which is sealed"),
        (vec!["score", &model, "customers.csv", "--out", "customers.csv"], "which is read"),
        (vec!["sample", "--wide", "customers.csv", "--subjects", "50"], "is there already"),
    ];
    for (arguments, expected) in refusals {
        let output = trustrisk(path, &arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr.contains(expected) && stderr.contains("\nhint: "), "{stderr}");
    }
    assert_eq!(trustrisk(path, &["verify", &run]).status.code(), Some(0));
}
