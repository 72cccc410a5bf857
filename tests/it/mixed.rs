//! Tables with dates, truth values, gaps, copies and a query, through all pages: in the run, printed again, and one by one.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use calamine::{Reader, Xlsx};

use crate::pages::{subject_pages, text_of};
use crate::screen::{hold_against_engine, used};
use crate::support::{run_small, trustrisk};

const CONFIG: &str = r#"
[portfolio]
name = "mixed"
as_of = 2026-06-30
currency = "EUR"

[severities]
missing-keys = "warning"
duplicate-keys = "warning"

[[stakeholders]]
name = "customers"
id = "id"
outcome = { column = "left", adverse = ["yes"], favorable = ["no"], verb = "leave" }
value = "revenue"
sensitive = ["gender"]
sources = { customers = "customers.csv" }
sql = "select * from customers where id is null or id <> 'test'"
duplicates = "drop"
model = "additive"
subject_pages = "high"

[stakeholders.columns.loyal]
label = "Loyalty card"
actionable = { may = "increase", min = 0, max = 1, step = 1, cost = 1 }
"#;

/// Subjects without a loyalty card and long without an order leave more often; every tenth subject's outcome is open.
fn table(n: usize, has_today: bool) -> String {
    let mut text = String::from("id,last_order,loyal,calls,plan,gender,revenue,left\n");
    for i in 0..n {
        let mixed = (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(17).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let unit = |shift: u32| ((mixed >> shift) & 0xFFFF) as f64 / 65536.0;
        let days = (unit(0) * 300.0).floor();
        let day = chrono::NaiveDate::from_ymd_opt(2026, 6, 29).unwrap() - chrono::TimeDelta::days(days as i64);
        let loyal = unit(16) < 0.5;
        let calls = if unit(9) < 0.1 { String::new() } else { format!("{}", (unit(3) * 6.0).floor()) };
        let plan = ["basic", "plus", ""][(unit(5) * 3.0) as usize];
        let gender = if unit(32) < 0.5 { "F" } else { "M" };
        let risk = 1.0 / (1.0 + (2.2 - 0.012 * days - if loyal { 0.0 } else { 1.8 }).exp());
        let left = match (i % 10 == 9 && has_today, unit(44) < risk) {
            (true, _) => "",
            (_, true) => "yes",
            _ => "no",
        };
        let of =
            |id: &str| format!("{id},{day},{loyal},{calls},{plan},{gender},{:.2},{left}\n", 100.0 + 400.0 * unit(24));
        text += &of(&format!("C{i:05}"));
        if i % 50 == 0 {
            text += &of(&format!("D{i:05}"));
        }
    }
    // one that the query takes out, one without an id, and one whose id stands above
    for id in ["test", "", "C00001"] {
        writeln!(text, "{id},2026-01-01,true,1,basic,F,1.00,no").unwrap();
    }
    text
}

fn run(has_today: bool) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("customers.csv"), table(1200, has_today)).unwrap();
    fs::write(folder.path().join("trustrisk.toml"), CONFIG).unwrap();
    let run = run_small(folder.path()).unwrap().path;
    (folder, run)
}

fn command(folder: &Path, arguments: &[&str]) {
    let done = trustrisk(folder, arguments);
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// All files below a folder, relative to it.
fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(files(&entry).into_iter().map(|file| Path::new(entry.file_name().unwrap()).join(file)));
        } else {
            found.insert(PathBuf::from(entry.file_name().unwrap()));
        }
    }
    found
}

/// Prints all pages of the run again and holds each file against the run's own; how many there were.
pub fn hold_printed_again(folder: &Path, run: &Path) -> usize {
    command(folder, &["report", &run.display().to_string(), "--out", "again"]);
    let again = folder.join("again");
    let printed = files(&again);
    for file in &printed {
        assert!(
            fs::read(run.join(file)).unwrap() == fs::read(again.join(file)).unwrap(),
            "{} is another",
            file.display()
        );
    }
    printed.len()
}

#[test]
fn dates_truths_and_copies_go_through_all_pages() {
    let (folder, run) = run(true);
    let folder = folder.path();
    assert!(hold_printed_again(folder, &run) > 20);

    command(folder, &["subjects", &run.display().to_string(), "--band", "high", "--out", "asked"]);
    let (there, asked) = (run.join("customers/subjects"), folder.join("asked/customers/subjects"));
    let names = subject_pages(&there);
    assert!(!names.is_empty());
    assert_eq!(names, subject_pages(&asked));
    for name in &names {
        assert!(fs::read(there.join(name)).unwrap() == fs::read(asked.join(name)).unwrap(), "{name}");
    }
    let pages: Vec<String> = names.iter().map(|name| text_of(&there.join(name))).collect();
    assert!(
        pages.iter().all(|page| page.contains("Loyalty card") && !page.contains("true") && !page.contains("false"))
    );
    assert!(pages.iter().any(|page| page.contains("Loyalty card: no")), "{}", pages[0]);

    let owner = text_of(&run.join("owner.pdf"));
    assert!(owner.contains("Change “Loyalty card” to yes for "), "{owner}");
    let audit = text_of(&run.join("audit.pdf"));
    for part in [
        // what the query took out is told by the difference to the file's rows
        "customers.csv 1,227",
        "Rows of the query’s result 1,226",
        "Left out: id or time blank, or the same as in a row above 2",
        "Left out: equal to another row in all columns but the key 24",
        "Rows of the checked table 1,200",
    ] {
        assert!(audit.contains(part), "{part}: {audit}");
    }

    let asked = used(&run.join("report.html"));
    assert!(asked.iter().any(|of| of["changes"].get("loyal").is_some()), "a truth value was changed: {asked:?}");
    assert!(hold_against_engine(&run, &asked) >= 4);
}

#[test]
fn a_past_without_a_present_goes_through_all_pages() {
    let (folder, run) = run(false);
    let folder = folder.path();
    assert!(hold_printed_again(folder, &run) > 20);
    assert!(!run.join("customers/subjects").exists(), "nobody of the past has a page unless asked for");
    let run_text = run.display().to_string();
    command(folder, &["subjects", &run_text, "C00000", "C00007", "--out", "asked"]);
    let asked = folder.join("asked/customers/subjects");
    let names = subject_pages(&asked);
    assert_eq!(names.len(), 2);
    for name in names {
        let page = text_of(&asked.join(&name));
        assert!(page.contains("Loyalty card") && page.contains("Starting point"), "{page}");
    }
    let mut book: Xlsx<_> = calamine::open_workbook(run.join("report.xlsx")).unwrap();
    let sheet = book.worksheet_range("Customers").unwrap();
    assert_eq!(sheet.height() - 4, 1200, "every past subject is listed");
    let scores: Vec<f64> = (4..sheet.height())
        .map(|line| (0..sheet.width()).find_map(|at| sheet.get((line, at)).and_then(as_score)).unwrap())
        .collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "by falling score where nobody has a rank");
    let audit = text_of(&run.join("audit.pdf"));
    assert!(audit.contains("Today’s: scored and acted on 0"), "{audit}");
    assert!(!audit.contains("not shown"), "{audit}");
}

/// The first number of a line of a sheet without ranks is its score.
fn as_score(cell: &calamine::Data) -> Option<f64> {
    match cell {
        calamine::Data::Float(score) => Some(*score),
        _ => None,
    }
}
