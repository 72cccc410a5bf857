//! `trustrisk explain`: lines that add up, labels, pictures, and what earlier runs said.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{SMALL_CONFIG, Sealed, bytes, column, run_small, scores, small_business, small_csv, trustrisk};

const LABELS: &str = "[stakeholders.columns]\nlate = { label = \"Days late\", unit = \"days\" }\n\
                      plan = { label = \"kind of plan\" }\nregion = { label = \"Same name\" }\n\
                      revenue = { label = \"Same name\" }\n";

/// The small business with labels, looked at from a day; its runs lie in `reports/small`.
fn business(n: usize, as_of: &str, config: &str) -> TempDir {
    let folder = small_business(n);
    write_config(folder.path(), as_of, config);
    folder
}

fn write_config(folder: &Path, as_of: &str, config: &str) {
    let whole = SMALL_CONFIG.replace("2026-06-30", as_of).replace("value = ", &format!("{config}value = "));
    fs::write(folder.join("trustrisk.toml"), whole + LABELS).unwrap();
}

fn run(folder: &Path) -> Sealed {
    run_small(folder).unwrap()
}

struct Told {
    exit: Option<i32>,
    out: String,
    err: String,
}

fn explain(folder: &Path, arguments: &[&str]) -> Told {
    let output = trustrisk(folder, &[&["explain", "--run"], arguments].concat());
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Told { exit: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let told = explain(folder, &[arguments, &["--json"]].concat());
    serde_json::from_str(&told.out).unwrap_or_else(|error| panic!("{error}: {} {}", told.out, told.err))
}

/// The last number of a line that is followed by nothing but its bar, in tenths.
fn tenths(line: &str) -> i64 {
    let number = line.trim_end_matches(['█', '▌', '▐', ' ']).rsplit(' ').next().unwrap();
    number.replace('.', "").parse().unwrap_or_else(|_| panic!("{line}"))
}

/// The waterfalls of a text: the lines from each starting point to its score.
fn waterfalls(text: &str) -> Vec<Vec<&str>> {
    let parts = text.split("  Starting point ").skip(1);
    let is_before_score = |line: &&str| !line.starts_with("  Score ");
    parts
        .map(|part| {
            let steps = part.lines().take_while(is_before_score);
            let score = part.lines().find(|line| !is_before_score(line));
            steps.chain(score).collect()
        })
        .collect()
}

#[test]
fn printed_lines_add_up_to_the_printed_score_and_have_labels() {
    let folder = business(400, "2026-06-30", "");
    let run = run(folder.path());
    let shown = run.path.to_str().unwrap();
    let scores = scores(&run.path, "customers");
    let ids: Vec<String> = column(&scores, "id").into_iter().filter(|id| id.ends_with('9')).collect();
    let arguments: Vec<&str> = [shown].into_iter().chain(ids.iter().map(String::as_str)).collect();
    let told = explain(folder.path(), &arguments);
    assert_eq!((told.exit, told.err.as_str()), (Some(0), ""));
    let waterfalls = waterfalls(&told.out);
    assert_eq!(waterfalls.len(), 40);
    for lines in &waterfalls {
        let (score, steps) = lines.split_last().unwrap();
        assert_eq!(steps.iter().map(|line| tenths(line)).sum::<i64>(), tenths(score), "{}", lines.join("\n"));
        assert!(lines.iter().all(|line| line.chars().count() <= 100), "{}", lines.join("\n"));
    }
    assert!(told.out.contains("\n  Days late "), "{}", told.out);
    assert!(told.out.contains("\n  Kind of plan "), "{}", told.out);
    assert!(told.out.contains("\n  Same name (revenue) "), "{}", told.out);
    for name in ["late", "plan", "region", "revenue"] {
        assert!(!told.out.contains(&format!("\n  {name} ")), "{}", told.out);
    }
    assert!(!told.out.contains('\u{1b}') && !told.out.contains("over the runs"), "{}", told.out);
}

#[test]
fn a_model_that_cannot_be_read_leaves_names_and_a_note() {
    let folder = business(400, "2026-06-30", "");
    let run = run(folder.path());
    fs::write(run.path.join("customers/model.json"), "{\"format\": 3}").unwrap();
    let told = explain(folder.path(), &[run.path.to_str().unwrap(), "C00009"]);
    assert_eq!(told.exit, Some(0));
    assert!(told.out.contains("\n  Late ") && !told.out.contains("\n  Days late  "), "{}", told.out);
    let note = "note: columns of customers go by their names: its model has format 3, expected 4\n";
    assert!(told.err.starts_with(note), "{}", told.err);
}

/// The files of the only explanation.
fn pictures(told: &Value) -> [PathBuf; 2] {
    ["svg", "png"].map(|kind| PathBuf::from(told["subjects"][0]["pictures"][kind].as_str().unwrap()))
}

fn assert_pictures(folder: &Path, [svg, png]: &[PathBuf; 2], score: f64) {
    let svg = fs::read_to_string(folder.join(svg)).unwrap();
    assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"), "{svg}");
    assert_eq!(svg.matches("<text ").count(), svg.matches("</text>").count());
    let texts: Vec<&str> = svg.lines().map(str::trim).collect();
    assert!(texts.contains(&format!("{score:.1}").as_str()), "{score}: {svg}");
    assert!(texts.contains(&"Days late"), "{svg}");
    let png = fs::read(folder.join(png)).unwrap();
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    assert_eq!(&png[png.len() - 8..png.len() - 4], b"IEND");
}

#[test]
fn pictures_are_written_and_foreign_files_kept() {
    let folder = business(400, "2026-06-30", "");
    let run = run(folder.path());
    let shown = run.path.to_str().unwrap();
    let told = json(folder.path(), &[shown, "C00009", "--out", "pictures"]);
    let files = pictures(&told);
    assert_pictures(folder.path(), &files, told["subjects"][0]["score"].as_f64().unwrap());
    let name = files[0].file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("customers-c00009-"), "{name}");

    let again = explain(folder.path(), &[shown, "C00009", "--out", "pictures"]);
    assert_eq!((again.exit, again.err.as_str()), (Some(0), "2 files written to `pictures`\n"));
    fs::write(folder.path().join(&files[1]), "somebody's").unwrap();
    let kept = explain(folder.path(), &[shown, "C00009", "--out", "pictures"]);
    assert_eq!(kept.exit, Some(2));
    assert!(kept.err.contains("is there already and holds something else\nhint: name another folder"), "{}", kept.err);
    assert_eq!(fs::read(folder.path().join(&files[1])).unwrap(), b"somebody's");
    let forced = explain(folder.path(), &[shown, "C00009", "--out", "pictures", "--force"]);
    assert_eq!(forced.exit, Some(0), "{}", forced.err);

    let before = bytes(&run.path);
    let inside = run.path.join("pictures");
    let sealed = explain(folder.path(), &[shown, "C00009", "--out", inside.to_str().unwrap()]);
    assert_eq!(sealed.exit, Some(2));
    assert!(sealed.err.contains("which is sealed"), "{}", sealed.err);
    assert_eq!(bytes(&run.path), before);
}

#[test]
fn odd_ids_make_safe_files() {
    let folder = business(400, "2026-06-30", "");
    let odd = [("C00009", "../x"), ("C00019", "a b/c"), ("C00029", "A B/C"), ("C00039", "客户 7"), ("C00049", "..")];
    let table = odd.iter().fold(small_csv(400), |table, (from, to)| table.replace(from, to));
    fs::write(folder.path().join("customers.csv"), table).unwrap();
    let run = run(folder.path());
    let ids: Vec<&str> = odd.iter().map(|(_, id)| *id).collect();
    let arguments = [&[run.path.to_str().unwrap(), "nobody"], &ids[..], &["--out", "a/b"]].concat();
    let told = explain(folder.path(), &arguments);
    assert_eq!(told.exit, Some(2), "one is missing");
    assert!(told.err.ends_with("10 files written to `a/b`\n"), "{}", told.err);
    let files = bytes(&folder.path().join("a/b"));
    assert_eq!(files.len(), 10, "{:?}", files.keys());
    let is_safe = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
    for name in files.keys() {
        assert!(
            name.starts_with("customers-") && name.matches('.').count() == 1 && name.chars().all(is_safe),
            "{name}"
        );
    }
    assert!(!folder.path().join("x").exists() && !folder.path().join("a/x").exists());
}

#[test]
fn history_tells_the_runs_up_to_this_one() {
    let folder = business(400, "2026-03-31", "");
    let path = folder.path();
    let first = run(path);
    write_config(path, "2026-05-31", "model = \"tree\"\n");
    let other = run(path);
    fs::write(path.join("customers.csv"), small_csv(500)).unwrap();
    write_config(path, "2026-06-30", "");
    let this = run(path);
    write_config(path, "2026-07-31", "");
    let later = run(path);
    let runs = path.join("reports/small");
    for (name, manifest) in [("2026-01-31-00000000", "{}"), ("notes", "{}"), (".tmp-1", "{}")] {
        fs::create_dir(runs.join(name)).unwrap();
        fs::write(runs.join(name).join("manifest.json"), manifest).unwrap();
    }
    older(&first.path, &runs.join("2026-02-28-0000000a"));

    let shown = this.path.to_str().unwrap();
    let told = json(path, &[shown, "C00009"]);
    assert_eq!((&told["exit"], told["notes"].as_array().unwrap().len()), (&0.into(), 2), "{told:#}");
    let history = told["subjects"][0]["history"].as_array().unwrap();
    let runs: Vec<&str> = history.iter().map(|moment| moment["run"].as_str().unwrap()).collect();
    assert_eq!(runs, [&first.run, &other.run, &this.run]);
    let days: Vec<&str> = history.iter().map(|moment| moment["as_of"].as_str().unwrap()).collect();
    assert_eq!(days, ["2026-03-31", "2026-05-31", "2026-06-30"]);
    for (moment, run) in history.iter().zip([&first, &other, &this]) {
        let scores = scores(&run.path, "customers");
        let row = column(&scores, "id").iter().position(|id| id == "C00009").unwrap();
        let cell = |name: &str| column(&scores, name)[row].clone();
        assert_eq!(moment["score"].as_f64().unwrap(), cell("score").parse::<f64>().unwrap());
        assert_eq!(moment["band"], cell("band").as_str());
        assert_eq!(moment["reason_points"].as_f64().unwrap(), cell("reason_1_points").parse::<f64>().unwrap());
        assert!(["Days late", "kind of plan", "Same name"].contains(&moment["reason"].as_str().unwrap()));
        assert_eq!(moment["population"], "today");
    }
    assert_eq!(history[1]["family"], "tree");
    assert_eq!(history[1]["same_kind_of_model"], false);
    assert_eq!(history[2]["same_kind_of_model"], true);

    let told = explain(path, &[shown, "C00009"]);
    let table: Vec<&str> = told.out.split("  over the runs\n").nth(1).unwrap().lines().collect();
    assert!(table[0].starts_with(&format!("    {}  ", first.run)), "{}", told.out);
    assert!(table[1].starts_with(&format!("    {}  ", other.run)), "{}", told.out);
    assert!(table[1].ends_with("another model: tree"), "{}", told.out);
    assert!(table[2].starts_with(&format!("    {}  ", this.run)) && table[2].ends_with("this run"), "{}", told.out);
    assert!(!told.out.contains(&later.run), "{}", told.out);
    let notes: Vec<&str> = told.err.lines().collect();
    assert!(notes[0].starts_with("note: run `2026-01-31-00000000` is left out of the history: "), "{}", told.err);
    let format = "note: run `2026-02-28-0000000a` is left out of the history: its model has format 3, expected 4";
    assert_eq!(notes[1..], [format]);

    // an id that only this run knows has no history to print
    let told = explain(path, &[shown, "C00499"]);
    assert!(!told.out.contains("over the runs"), "{}", told.out);
    // from inside its folder, by no name
    let told = json(&this.path, &[".", "C00009"]);
    assert_eq!(told["subjects"][0]["history"].as_array().unwrap().len(), 3);
}

/// A copy of a run as an older version would have left it.
fn older(run: &Path, to: &Path) {
    let name = run.file_name().unwrap().to_str().unwrap();
    fs::create_dir_all(to.join("customers")).unwrap();
    let manifest = fs::read_to_string(run.join("manifest.json")).unwrap();
    let as_older = to.file_name().unwrap().to_str().unwrap();
    fs::write(to.join("manifest.json"), manifest.replace(name, as_older)).unwrap();
    fs::copy(run.join("customers/scores.parquet"), to.join("customers/scores.parquet")).unwrap();
    fs::write(to.join("customers/model.json"), "{\"format\": 3}").unwrap();
}
