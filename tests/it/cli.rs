//! The command line from outside: arguments, streams and exit codes; and what is printed, from plain data.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use trustrisk::base::progress::Silent;
use trustrisk::base::units::Estimate;
use trustrisk::base::{Error, Finding, Progress, Severity};
use trustrisk::cli::exit;
use trustrisk::cli::story::{Group, Telling, group_lines, result_line, story_line, title_line};
use trustrisk::cli::summary::{Told, json_summary};
use trustrisk::cli::terminal::{error_lines, finding_line};
use trustrisk::cli::timings::{StageSeconds, Timings};
use trustrisk::config::FailOn;
use trustrisk::govern::manifest::ConfigText;
use trustrisk::govern::{Bundle, ManifestParts, Outputs, run_id};

use crate::support::trustrisk;

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[track_caller]
fn assert_fails(arguments: &[&str], stderr: &str) {
    let folder = TempDir::new().unwrap();
    let output = trustrisk(folder.path(), arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    assert_eq!(text(&output.stderr), stderr, "{arguments:?}");
}

#[test]
fn schema_is_data_on_standard_output() {
    let folder = TempDir::new().unwrap();
    let output = trustrisk(folder.path(), &["schema"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
    let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(schema["properties"]["portfolio"].is_object());
}

#[test]
fn completions_exist_for_shells() {
    let folder = TempDir::new().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = trustrisk(folder.path(), &["completions", shell]);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        assert!(text(&output.stdout).contains("completions"), "{shell}");
    }
}

#[test]
fn sample_writes_the_same_files_for_the_same_seed() {
    let folder = TempDir::new().unwrap();
    let sample = |out: &str, seed: &str| {
        trustrisk(folder.path(), &["sample", "--out", out, "--subjects", "200", "--seed", seed])
    };
    for (out, seed) in [("one", "7"), ("two", "7"), ("three", "8")] {
        let output = sample(out, seed);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert!(output.stdout.is_empty());
        assert!(text(&output.stderr).contains(&format!("files written to `{out}`")), "{}", text(&output.stderr));
    }
    let files = |out: &str| {
        let mut files: Vec<_> = fs::read_dir(folder.path().join(out)).unwrap().map(|entry| entry.unwrap()).collect();
        files.sort_by_key(std::fs::DirEntry::file_name);
        let content = |file: std::fs::DirEntry| (file.file_name(), fs::read(file.path()).unwrap_or_default());
        files.into_iter().map(content).collect::<Vec<_>>()
    };
    assert!(!files("one").is_empty());
    assert_eq!(files("one"), files("two"));
    assert_ne!(files("one"), files("three"));
    assert_eq!(sample("one", "7").status.code(), Some(0), "the same bytes again do no harm");
    let output = sample("one", "8");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("is there already and holds something else\nhint: "),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn wrong_arguments_are_told_with_exit_code_2() {
    let folder = TempDir::new().unwrap();
    let given: [&[&str]; 5] =
        [&[], &["rum", "x.toml"], &["run"], &["run", "x.toml", "--thread", "2"], &["schema", "--threads", "0"]];
    for arguments in given {
        let output = trustrisk(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
    let near = text(&trustrisk(folder.path(), &["run", "x.toml", "--thread", "2"]).stderr);
    assert!(near.contains("--threads"), "{near}");
}

#[test]
fn a_config_that_cannot_be_read_is_told() {
    assert_fails(
        &["run", "shop.toml"],
        "error: config `shop.toml` does not exist\nhint: `trustrisk init TABLE > shop.toml` makes one from a table\n",
    );
    assert_fails(
        &["--quiet", "check", "."],
        "error: `.` is a folder, expected a config file\nhint: `./trustrisk.toml`\n",
    );
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("customers.csv"), "id\n").unwrap();
    let output = trustrisk(folder.path(), &["run", "customers.csv"]);
    assert_eq!(
        text(&output.stderr),
        "error: `customers.csv` is not a config, expected a `.toml` file\n\
         hint: `trustrisk init customers.csv > trustrisk.toml` makes a config for a table\n"
    );
}

#[test]
fn unknown_groups_are_told_with_the_nearest() {
    let folder = TempDir::new().unwrap();
    let config = "[portfolio]\nname = \"shop\"\nas_of = 2026-06-30\n\n[[stakeholders]]\nname = \"customers\"\nid = \"id\"\n\
                  outcome = { column = \"left\", adverse = [\"yes\"] }\n[stakeholders.sources]\ncustomers = \"customers.csv\"\n";
    fs::write(folder.path().join("shop.toml"), config).unwrap();
    let output = trustrisk(folder.path(), &["check", "shop.toml", "--only", "costumers"]);
    let stderr = text(&output.stderr);
    assert!(stderr.ends_with(
        "error: `--only costumers` is no stakeholder group of the config, expected `customers`\nhint: `--only customers`\n"
    ), "{stderr}");
}

#[test]
fn errors_are_json_on_request() {
    let folder = TempDir::new().unwrap();
    let output = trustrisk(folder.path(), &["run", "shop.toml", "--json"]);
    assert_eq!(output.status.code(), Some(2));
    let object: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(object["exit"], 2);
    assert_eq!(object["errors"][0]["message"], "config `shop.toml` does not exist");
}

#[test]
fn verify_exits_1_on_a_run_that_was_touched() {
    let folder = TempDir::new().unwrap();
    let run = run_id("2026-06-30".parse().unwrap(), "0.1.0", &json!({}), &[], None);
    let mut bundle = Bundle::open(folder.path(), "shop", &run).unwrap();
    bundle.write("customers/scores.csv", b"id\n").unwrap();
    let parts = ManifestParts {
        version: "0.1.0".into(),
        seed: 7,
        compared_with: None,
        config: ConfigText::new(""),
        sources: vec![],
        settings: json!({}),
    };
    let path = bundle.seal(parts).unwrap();
    let arguments = ["verify", path.to_str().unwrap()];
    let output = trustrisk(folder.path(), &arguments);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
    assert!(text(&output.stderr).starts_with(&format!("run `{run}` is intact: 1 files, results ")));
    fs::remove_file(path.join("customers/scores.csv")).unwrap();
    let output = trustrisk(folder.path(), &arguments);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(1), "`customers/scores.csv` is missing\n"));
}

/// The config among the files of the sample business.
fn sample_config(folder: &Path) -> String {
    let output = trustrisk(folder, &["sample", "--out", "data", "--subjects", "3000"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let mut names =
        fs::read_dir(folder.join("data")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    format!("data/{}", names.find(|name| name.ends_with(".toml")).unwrap())
}

fn has_temporary(portfolio: &Path) -> bool {
    let entries = fs::read_dir(portfolio).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with(".tmp-"))
}

#[test]
fn an_interrupt_leaves_nothing_and_exits_130() {
    let folder = TempDir::new().unwrap();
    let config = sample_config(folder.path());
    let mut run = Command::new(env!("CARGO_BIN_EXE_trustrisk"))
        .args(["run", &config, "--reports", "out", "--quiet"])
        .current_dir(folder.path())
        .spawn()
        .unwrap();
    let portfolios =
        || fs::read_dir(folder.path().join("out")).into_iter().flatten().flatten().map(|entry| entry.path());
    let begun = Instant::now();
    while !portfolios().any(|portfolio| has_temporary(&portfolio)) {
        assert!(run.try_wait().unwrap().is_none(), "the run ended without a temporary folder");
        assert!(begun.elapsed() < Duration::from_secs(120), "the run made no temporary folder");
        std::thread::sleep(Duration::from_millis(2));
    }
    Command::new("kill").args(["-INT", &run.id().to_string()]).status().unwrap();
    assert_eq!(run.wait().unwrap().code(), Some(130));
    let left: Vec<_> = portfolios().flat_map(|portfolio| fs::read_dir(portfolio).unwrap()).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn exit_codes_follow_findings_and_fail_on() {
    let warning = [Finding::new("leak", "x")];
    let error = [Finding::new("missing-keys", "x")];
    assert_eq!(exit::code(&[], false, 0, &[FailOn::Warning, FailOn::Disparity]), 0);
    assert_eq!(exit::code(&warning, false, 0, &[]), 0);
    assert_eq!(exit::code(&warning, false, 0, &[FailOn::Warning]), 1);
    assert_eq!(exit::code(&warning, false, 0, &[FailOn::Disparity]), 0);
    assert_eq!(exit::code(&[], false, 1, &[FailOn::Disparity]), 1);
    assert_eq!(exit::code(&error, false, 0, &[]), 2);
    assert_eq!(exit::code(&[], true, 0, &[]), 2);
}

fn customers() -> Group {
    Group {
        name: "customers".into(),
        n_today: 4180,
        n_history: 11902,
        n_columns: 38,
        n_sources: 5,
        family: Some("logistic".into()),
        auc: Estimate { value: Some(0.8456), low: Some(0.8361), high: Some(0.8559) },
        calibration_slope: Some(1.012),
        n_high: Some(312),
        value_at_stake: Some(46_199.7),
        ..Group::default()
    }
}

fn seconds(stage: &str, seconds: f64) -> StageSeconds {
    StageSeconds { stakeholders: "customers".into(), stage: stage.into(), seconds }
}

#[test]
fn the_story_is_aligned() {
    let mut finding =
        Finding::new("mostly-missing", "`coupon_code` is blank in 91 % of rows").count(10_831).first_row(2);
    finding.stakeholders = Some("customers".into());
    let mut note = Finding::new("blank-values", "blank strings were taken as missing");
    note.stakeholders = Some("customers".into());
    let stages = [seconds("load", 0.3), seconds("train", 1.9), seconds("validate", 0.2), seconds("explain", 12.34)];
    let telling = Telling { currency: "EUR", color: false, from: Severity::Warning, name_width: 9 };
    let lines = group_lines(&customers(), &[note, finding], &stages, &telling);
    let expected = [
        "  customers  4,180 today, 11,902 history, 38 columns from 5 sources                     load     0.3 s",
        "             warning: `coupon_code` is blank in 91 % of rows (10,831, first: row 2)",
        "             1 note in findings.json",
        "             logistic, AUC 0.846 (0.836 to 0.856), calibrated (slope 1.01)              train    2.1 s",
        "             312 at high risk, 46,200 EUR at stake                                      explain 12.3 s",
    ];
    assert_eq!(lines, expected);
    assert_eq!(title_line("harbor-lane", "2026-06-30".parse().unwrap()), "harbor-lane, as of 30 June 2026");
    assert_eq!(result_line("reports/a/", &["owner.pdf".into()]), "reports/a/   owner.pdf");
    assert_eq!(result_line("reports/a", &[]), "reports/a/");
}

#[test]
fn long_texts_keep_a_gap_and_failed_groups_say_why() {
    let line = story_line("c", 1, &"x".repeat(80), "load", Some(1.0));
    assert!(line.ends_with("xx  load     1.0 s"), "{line}");
    let error = Error::new("no row has a known outcome").hint("add history");
    let group = Group { name: "staff".into(), error: Some(error), ..Group::default() };
    let telling = Telling { currency: "EUR", color: false, from: Severity::Warning, name_width: 9 };
    let lines = group_lines(&group, &[], &[], &telling);
    assert_eq!(lines, ["  staff      error: no row has a known outcome", "             hint: add history"]);
}

#[test]
fn findings_tell_count_and_row_once() {
    let finding = Finding::new("leak", "`fee` holds 1,200 values").count(1200).first_row(12);
    assert_eq!(finding_line(&finding, false), "warning: `fee` holds 1,200 values (first: row 12)");
    assert_eq!(finding_line(&Finding::new("leak", "`fee`"), true), "\u{1b}[1;33mwarning\u{1b}[0m: `fee`");
    assert_eq!(error_lines(&Error::new("x").hint("y"), false), "error: x\nhint: y\n");
}

#[test]
fn the_summary_has_the_keys_that_scripts_use() {
    let findings = [Finding::new("leak", "x")];
    let stages = [seconds("load", 0.25)];
    let told = Told {
        run: Some("2026-06-30-3f9a1c20"),
        path: Some("reports/shop/2026-06-30-3f9a1c20"),
        already_there: false,
        findings: &findings,
        stages: &stages,
        seconds: 1.5,
        exit: 0,
    };
    let summary = json_summary(&told, &[customers()]);
    let keys: Vec<&String> = summary.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["run", "path", "already_there", "findings", "stakeholders", "seconds", "exit"]);
    let group = &summary["stakeholders"][0];
    assert_eq!(
        (&group["name"], &group["n_today"], &group["n_history"]),
        (&json!("customers"), &json!(4180), &json!(11902))
    );
    assert_eq!((&group["family"], &group["auc"]), (&json!("logistic"), &json!(0.8456)));
    assert_eq!(group["seconds"], json!({ "load": 0.25 }));
    assert_eq!(summary["findings"][0]["code"], "leak");
}

#[test]
fn timings_add_up_the_parts_of_a_stage() {
    let timings = Timings::new(&Silent);
    for stage in ["load", "train", "load"] {
        timings.start("customers", stage, Some(1));
        timings.start("customers", "inner", None);
        timings.advance(1);
        timings.finish();
        timings.finish();
    }
    let stages: Vec<String> = timings.stages().into_iter().map(|stage| stage.stage).collect();
    assert_eq!(stages, ["inner", "load", "train"]);
    assert!(timings.total() >= timings.stages().iter().map(|stage| stage.seconds).fold(0.0, f64::max));
    assert_eq!(timings.to_json(2)["threads"], 2);
}
