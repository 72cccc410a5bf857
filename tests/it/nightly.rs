//! The whole run from outside: what it promises, on a small table.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use chrono::{Days, NaiveDate};
use trustrisk::base::progress::Silent;
use trustrisk::base::saved::SavedModel;
use trustrisk::base::{Finding, Progress};
use trustrisk::govern;
use trustrisk::load::{Row, Value, lookup};
use trustrisk::pipeline;

use crate::support::{
    SMALL_CONFIG, bytes, column, error_of, run_in, run_small, scores, small_business, small_csv, table, trustrisk,
};

#[test]
fn a_flipped_outcome_does_not_move_its_own_score() {
    let folder = small_business(900);
    let before = run_small(folder.path()).unwrap();
    let before = scores(&before.path, "customers");
    let outcome = column(&before, "outcome");
    let text = fs::read_to_string(folder.path().join("customers.csv")).unwrap();
    for row in [3, 100, 333, 512, 890] {
        assert!(!outcome[row].is_empty() || row % 10 == 9);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let line = &mut lines[row + 1];
        *line = match line.strip_suffix("yes") {
            Some(begin) => format!("{begin}no"),
            None => match line.strip_suffix("no") {
                Some(begin) => format!("{begin}yes"),
                None => continue,
            },
        };
        fs::write(folder.path().join("customers.csv"), lines.join("\n") + "\n").unwrap();
        let after = run_small(folder.path()).unwrap();
        let after = scores(&after.path, "customers");
        assert_ne!(column(&before, "outcome")[row], column(&after, "outcome")[row]);
        for name in ["fold", "margin", "score", "base_score", "risk_low", "risk_high", "reason_1"] {
            assert_eq!(column(&before, name)[row], column(&after, name)[row], "`{name}` of row {row} moved");
        }
        assert_ne!(column(&before, "score"), column(&after, "score"), "the scores of others should have moved");
    }
}

#[test]
fn outcomes_that_were_not_known_when_a_block_began_move_none_of_its_scores() {
    let folder = small_business(1200);
    let file = folder.path().join("customers.csv");
    let begin = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
    let day = |row: usize| begin + Days::new(row as u64 * 6 / 10);
    let horizon = Days::new(90);
    let text = small_csv(1200);
    let lines = text.lines().enumerate().map(|(number, line)| match number {
        0 => format!("day,{line}\n"),
        _ => format!("{},{line}\n", day(number - 1)),
    });
    let text: String = lines.collect();
    fs::write(&file, &text).unwrap();
    let config = SMALL_CONFIG.replace("id = \"id\"", "id = \"id\"\ntime = \"day\"");
    let run = || run_in(&config, folder.path(), &folder.path().join("reports"), &Silent).unwrap();
    let before = scores(&run().path, "customers");
    let fold = column(&before, "fold");
    for block in ["1", "3"] {
        let first = fold.iter().position(|fold| fold == block).unwrap();
        // every fourth, so that scores still go with outcomes
        let is_flipped = |row: usize| row.is_multiple_of(4) && day(row) + horizon > day(first);
        let mut n_earlier = 0;
        let flipped = text.lines().enumerate().map(|(number, line)| {
            let (line, row) = (line.to_owned(), number.wrapping_sub(1));
            if number == 0 || !is_flipped(row) {
                return line + "\n";
            }
            n_earlier += usize::from(row < first && !fold[row].is_empty());
            match (line.strip_suffix("yes"), line.strip_suffix("no")) {
                (Some(begin), _) => format!("{begin}no\n"),
                (_, Some(begin)) => format!("{begin}yes\n"),
                _ => line + "\n",
            }
        });
        fs::write(&file, flipped.collect::<String>()).unwrap();
        assert!(n_earlier > 20, "only {n_earlier} rows of earlier blocks were flipped");
        let after = scores(&run().path, "customers");
        for name in ["fold", "margin", "risk", "risk_low", "risk_high", "base_score", "reason_1"] {
            let (before, after) = (column(&before, name), column(&after, name));
            assert!((0..1200).all(|row| fold[row] != block || before[row] == after[row]), "`{name}` of {block} moved");
        }
        assert_ne!(column(&before, "score"), column(&after, "score"), "the scores of later blocks should have moved");
    }
}

fn number(row: &Row, name: &str) -> f64 {
    match row.iter().find(|(column, _)| column == name) {
        Some((_, Value::Number(number))) => *number,
        other => panic!("`{name}` is {other:?}"),
    }
}

#[test]
fn points_add_up_to_the_printed_score_in_the_files() {
    let folder = small_business(900);
    let run = run_small(folder.path()).unwrap().path.join("customers");
    for i in (0..900).step_by(37) {
        let id = format!("C{i:05}");
        let printed = &lookup(&run.join("scores.parquet"), &id).unwrap()[0];
        for (file, base, total) in
            [("attributions.parquet", "base_score", "score"), ("attributions_margin.parquet", "base_margin", "margin")]
        {
            let row = &lookup(&run.join(file), &id).unwrap()[0];
            let parts: f64 = ["late", "plan", "region", "revenue"].iter().map(|feature| number(row, feature)).sum();
            assert!((parts + number(row, base) - number(row, total)).abs() < 1e-9);
            assert!((number(row, total) - number(printed, total)).abs() < 1e-9);
            assert!(row.iter().all(|(name, _)| name != "gender"), "a sensitive feature is in the model");
        }
        assert!((number(printed, "score") - 100.0 * number(printed, "risk")).abs() < 1e-9);
        assert!(number(printed, "risk_low") <= number(printed, "risk"));
        assert!(number(printed, "risk") <= number(printed, "risk_high"));
    }
}

#[test]
fn the_same_inputs_give_the_same_folder_and_bytes() {
    let (one, two) = (small_business(600), small_business(600));
    let first = run_small(one.path()).unwrap();
    let second = run_small(two.path()).unwrap();
    assert_eq!(first.run, second.run);
    assert_eq!(bytes(&first.path), bytes(&second.path));
    let again = run_small(one.path()).unwrap();
    assert!(again.already_there);
    assert_eq!(again.path, first.path);
}

#[test]
fn one_thread_or_two_give_the_same_bytes() {
    let folder = small_business(600);
    let run = |threads: &str, reports: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_trustrisk"))
            .args(["run", "trustrisk.toml", "--quiet", "--threads", threads, "--reports", reports])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stdout.is_empty());
        bytes(&folder.path().join(reports))
    };
    let (one, two) = (run("1", "one"), run("2", "two"));
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
    for (path, bytes) in &one {
        assert!(two[path] == *bytes, "`{path}` differs");
    }
}

#[test]
fn rows_in_another_order_give_the_same_scores() {
    let (one, two) = (small_business(400), small_business(400));
    let text = small_csv(400);
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    fs::write(two.path().join("customers.csv"), lines.join("\n") + "\n").unwrap();
    let (first, second) = (run_small(one.path()).unwrap(), run_small(two.path()).unwrap());
    assert_eq!(scores(&first.path, "customers"), scores(&second.path, "customers"));
}

/// Spoils a file when the training begins.
struct Spoiler<'a> {
    file: &'a Path,
    done: Mutex<bool>,
}

impl Progress for Spoiler<'_> {
    fn start(&self, _stakeholders: &str, stage: &str, _total: Option<u64>) {
        let mut done = self.done.lock().unwrap();
        if stage == "train" && !*done {
            fs::write(self.file, small_csv(401)).unwrap();
            *done = true;
        }
    }
    fn advance(&self, _steps: u64) {}
    fn finish(&self) {}
}

#[test]
fn a_source_that_changes_during_the_run_stops_it() {
    let folder = small_business(400);
    let file = folder.path().join("customers.csv");
    let was = govern::sha256_file(&file).unwrap().1;
    let spoiler = Spoiler { file: &file, done: Mutex::new(false) };
    let reports = folder.path().join("reports");
    let error = error_of(run_in(SMALL_CONFIG, folder.path(), &reports, &spoiler));
    let short = |sha256: String| sha256[..12].to_owned();
    let (was, is) = (short(was), short(govern::sha256_file(&file).unwrap().1));
    let expected = format!(
        "`{}` changed during the run: sha256 was {was}…, is {is}…\nhint: run again when the export has finished",
        file.display()
    );
    assert_eq!(error.to_string(), expected);
    assert_eq!(fs::read_dir(reports.join("small")).unwrap().count(), 0, "a half result was left");
}

#[test]
fn a_group_that_cannot_be_done_does_not_stop_the_others() {
    let folder = small_business(400);
    let second = r#"
[[stakeholders]]
name = "suppliers"
id = "id"
outcome = { column = "left", adverse = ["gone"], favorable = ["no"] }
sources = { suppliers = "customers.csv" }
"#;
    let text = format!("{SMALL_CONFIG}{second}");
    let finished = run_in(&text, folder.path(), &folder.path().join("reports"), &Silent).unwrap();
    assert_eq!(finished.groups.len(), 2);
    assert!(finished.groups[0].error.is_none());
    assert!(finished.groups[1].error.is_some());
    assert!(finished.path.join("owner.pdf").is_file());
    let findings: Vec<Finding> =
        serde_json::from_slice(&fs::read(finished.path.join("suppliers/findings.json")).unwrap()).unwrap();
    assert!(findings.iter().any(|finding| finding.severity == trustrisk::base::Severity::Error), "{findings:?}");
}

#[test]
fn a_saved_model_scores_a_table_without_outcomes_as_the_run_did() {
    let folder = small_business(500);
    let run = run_small(folder.path()).unwrap().path;
    let printed = scores(&run, "customers");
    let text: String = small_csv(500).lines().map(|line| line.rsplit_once(',').unwrap().0.to_owned() + "\n").collect();
    fs::write(folder.path().join("new.csv"), text).unwrap();
    let output = trustrisk(
        folder.path(),
        &["score", run.join("customers/model.json").to_str().unwrap(), "new.csv", "--out", "scored.csv"],
    );
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let scored = table(&folder.path().join("scored.csv"));
    for name in ["id", "fold", "margin", "risk", "score", "band", "selected", "base_score", "reason_1"] {
        assert_eq!(
            column(&scored, name),
            column(&printed, name),
            "`{name}`: history by its fold's model, today by the last"
        );
    }
    assert!(column(&scored, "in_sample").iter().all(|in_sample| in_sample == "false"));

    let alone = folder.path().join("model.json");
    fs::copy(run.join("customers/model.json"), &alone).unwrap();
    let output = trustrisk(folder.path(), &["score", "model.json", "new.csv", "--out", "scored.csv"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("the model stands alone"));
    let scored = table(&folder.path().join("scored.csv"));
    assert!(column(&scored, "in_sample").iter().all(String::is_empty), "what is not known is not told");
}

#[test]
fn a_saved_model_tells_numbers_that_no_row_of_its_history_comes_near() {
    let folder = small_business(500);
    let run = run_small(folder.path()).unwrap().path;
    let score = |late: &str| {
        let row = format!("id,late,plan,region,gender,revenue\nX1,{late},monthly,north,F,200\n");
        fs::write(folder.path().join("new.csv"), row).unwrap();
        let output = trustrisk(
            folder.path(),
            &["score", run.join("customers/model.json").to_str().unwrap(), "new.csv", "--out", "scored.csv"],
        );
        let scored = table(&folder.path().join("scored.csv"));
        (column(&scored, "score")[0].parse::<f64>().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let ((usual, silent), (absurd, told)) = (score("9"), score("99999"));
    assert!(
        !silent.contains("proportion") && told.contains("in `late` 1 row is out of all proportion (99999)"),
        "{told}"
    );
    assert!(absurd >= usual && absurd < 99.9, "{usual} {absurd}");
}

#[test]
fn a_column_of_another_kind_is_not_scored() {
    let folder = small_business(500);
    let file = folder.path().join("customers.csv");
    // a date and a truth value besides
    let text = fs::read_to_string(&file).unwrap();
    let lines = text.lines().enumerate().map(|(number, line)| match number {
        0 => format!("since,paper,{line}\n"),
        _ => format!("20{:02}-03-{:02},{},{line}\n", number % 20, 1 + number % 28, ["true", "false"][number % 7 % 2]),
    });
    fs::write(&file, lines.collect::<String>()).unwrap();
    let model = run_small(folder.path()).unwrap().path.join("customers/model.json");
    let score = |since: &str, paper: &str, late: &str, plan: &str| {
        let rows = [1, 2].map(|id| format!("X{id},{since},{paper},{late},{plan},north,F,200\n"));
        let text = format!("id,since,paper,late,plan,region,gender,revenue\n{}", rows.concat());
        fs::write(folder.path().join("new.csv"), text).unwrap();
        let output = trustrisk(folder.path(), &["score", model.to_str().unwrap(), "new.csv", "--as-of", "2026-06-30"]);
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    assert!(score("2019-01-05", "true", "3", "monthly").0);
    for (row, told) in [
        (["2019", "true", "3", "monthly"], "column `since` holds numbers, expected dates"),
        (["soon", "true", "3", "monthly"], "column `since` holds text, expected dates"),
        (["2019-01-05", "17", "3", "monthly"], "column `paper` holds numbers, expected truth values"),
        (["2019-01-05", "true", "2024-01-01", "monthly"], "column `late` holds dates, expected numbers"),
        (["2019-01-05", "true", "3", "17.5"], "column `plan` holds numbers, none of which is a level"),
    ] {
        let [since, paper, late, plan] = row;
        let (is_scored, error) = score(since, paper, late, plan);
        assert!(!is_scored && error.contains(told), "{row:?}: {error}");
    }
    // what is missing everywhere has no kind, and new levels are scored
    assert!(score("", "", "", "monthly").0);
    let (is_scored, told) = score("2019-01-05", "true", "3", "daily");
    assert!(is_scored && told.contains("2 subjects have a level of `plan` that the model never saw"), "{told}");
}

#[test]
fn scores_of_another_run_beside_a_model_are_refused() {
    let folder = small_business(400);
    let run = run_small(folder.path()).unwrap().path.join("customers");
    let mut model: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(run.join("model.json")).unwrap()).unwrap();
    model["folds"].as_array_mut().unwrap().truncate(2);
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("model.json"), model.to_string()).unwrap();
    fs::copy(run.join("scores.parquet"), other.join("scores.parquet")).unwrap();
    let output = trustrisk(folder.path(), &["score", "other/model.json", "customers.csv"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && told.contains("the two are of different runs"), "{told}");
}

#[test]
fn too_few_outcomes_leave_the_scores_uncalibrated_and_that_is_told() {
    for (n, is_calibrated) in [(120, false), (500, true)] {
        let folder = small_business(n);
        let run = run_small(folder.path()).unwrap();
        let model = SavedModel::parse(&fs::read_to_string(run.path.join("customers/model.json")).unwrap()).unwrap();
        assert_eq!(model.last.n_calibration > 0, is_calibrated, "{n}");
        assert_eq!(run.findings.iter().all(|finding| finding.code != "not-calibrated"), is_calibrated, "{n}");
        let told = String::from_utf8(trustrisk(folder.path(), &["run", "trustrisk.toml"]).stderr).unwrap();
        assert_eq!(!told.contains(", not calibrated (slope "), is_calibrated, "{told}");
    }
}

#[test]
fn an_explanation_adds_up() {
    let folder = small_business(400);
    let run = run_small(folder.path()).unwrap().path;
    let ids = ["C00009", "C0009", "somebody else"].map(str::to_owned);
    let found = pipeline::explain(&run, &[], &ids).unwrap();
    let [explained] = &found.explanations[..] else { panic!("{:?}", found.explanations) };
    let sum: f64 = explained.shares.iter().map(|share| share.points).sum();
    assert!((explained.base_score + sum - explained.score).abs() < 1e-9);
    let missing = found.missing.unwrap().to_string();
    let expected = "no subject of customers has the id `C0009`\nhint: `C00009`\nno subject of customers has the id `somebody else`\nhint: ids stand in";
    assert!(missing.starts_with(expected), "{missing}");
}
