//! From a table to a report as a newcomer does it: `init`, then `check` and `run` with what `init` wrote.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::Workbook;
use tempfile::TempDir;

use crate::cli::text;
use crate::support::trustrisk;
use crate::support::{scores, shared};

const N_ROWS: usize = 300;

/// One subject, by its number; the outcome depends on `late` and `plan`.
struct Subject {
    late: u32,
    plan: &'static str,
    gender: &'static str,
    revenue: u32,
    /// `None`: open.
    left: Option<bool>,
}

fn subject(i: usize) -> Subject {
    // a fixed mixing of the row number stands in for chance
    let mixed = (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(17).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let unit = |shift: u32| ((mixed >> shift) & 0xFFFF) as f64 / 65536.0;
    let late = (unit(0) * 10.0) as u32;
    let plan = if unit(16) < 0.5 { "monthly" } else { "yearly" };
    let risk = 1.0 / (1.0 + (2.5 - 0.35 * f64::from(late) - if plan == "monthly" { 1.0 } else { 0.0 }).exp());
    Subject {
        late,
        plan,
        gender: if unit(32) < 0.5 { "F" } else { "M" },
        revenue: 100 + (unit(24) * 4000.0) as u32,
        left: (i % 10 != 9).then_some(unit(44) < risk),
    }
}

fn word(left: Option<bool>) -> &'static str {
    left.map_or("", |left| if left { "yes" } else { "no" })
}

/// A table with one line a subject.
fn table(header: &str, line: impl Fn(usize, Subject) -> String) -> String {
    let mut table = format!("{header}\n");
    for i in 0..N_ROWS {
        let _ = writeln!(table, "{}", line(i, subject(i)));
    }
    table
}

/// A folder with tables, and the config that `init` makes of them: what it says, and what it writes.
struct Proposed {
    folder: TempDir,
    said: String,
    config: String,
}

fn folder(files: &[(&str, String)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn init(folder: TempDir, tables: &[&str]) -> Proposed {
    let arguments: Vec<&str> = ["init"].into_iter().chain(tables.iter().copied()).collect();
    let output = trustrisk(folder.path(), &arguments);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    let config = text(&output.stdout);
    fs::write(folder.path().join("trustrisk.toml"), &config).unwrap();
    Proposed { folder, said, config }
}

impl Proposed {
    fn holds(&self, line: &str) {
        assert!(self.config.contains(line), "no `{line}` in\n{}", self.config);
    }

    /// The finished run, after `check` has accepted the config.
    fn run(&self) -> PathBuf {
        for command in ["check", "run"] {
            let output = trustrisk(self.folder.path(), &[command, "trustrisk.toml"]);
            assert_eq!(output.status.code(), Some(0), "{command}: {}\n{}", text(&output.stderr), self.config);
        }
        only(&only(&self.folder.path().join("reports")))
    }
}

/// The only folder in a folder.
fn only(folder: &Path) -> PathBuf {
    let folders = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let folders: Vec<PathBuf> = folders.collect();
    assert_eq!(folders.len(), 1, "{folders:?}");
    folders[0].clone()
}

/// The values of a column of `scores.csv` by key.
fn column(run: &Path, group: &str, name: &str) -> Vec<(String, String)> {
    let (header, rows) = scores(run, group);
    let at = header.iter().position(|known| known == name).unwrap_or_else(|| panic!("no `{name}` in {header:?}"));
    rows.into_iter().map(|row| (row[0].clone(), row[at].clone())).collect()
}

/// The models as they are written: every feature stands there by name.
fn model(run: &Path, group: &str) -> String {
    fs::read_to_string(run.join(group).join("model.json")).unwrap()
}

#[test]
fn a_german_table() {
    let german = |number: u32| {
        if number < 1000 { number.to_string() } else { format!("{}.{:03}", number / 1000, number % 1000) }
    };
    let line = |i: usize, s: Subject| {
        let left = s.left.map_or("", |left| if left { "ja" } else { "nein" });
        let (gender, revenue) = (if s.gender == "F" { "w" } else { "m" }, german(s.revenue));
        format!("K{i:04};{},{};{};{revenue};{gender};{left}", s.late, i % 10, s.plan)
    };
    let table = table("Kunden-Nr;Verspätung;Vertrag;Umsatz;Geschlecht;gekündigt", line) + ";;;;;\n;;;;;\n";
    let proposed = init(folder(&[("kunden.csv", table)]), &["kunden.csv"]);
    proposed.holds("id = \"Kunden-Nr\"");
    proposed.holds("value = \"Umsatz\"");
    proposed.holds("adverse = [\"ja\"], favorable = [\"nein\"]");
    assert!(!proposed.said.contains("may part"), "{}", proposed.said);
    let values = column(&proposed.run(), "customers", "value");
    assert_eq!(values.len(), N_ROWS, "the lines of delimiters are no subjects");
    for (i, (id, value)) in values.iter().enumerate() {
        let expected = f64::from(subject(i).revenue);
        assert_eq!((id.as_str(), value.parse()), (format!("K{i:04}").as_str(), Ok(expected)));
    }
}

#[test]
fn money_that_may_be_thousands_is_no_value_until_that_is_declared() {
    let line = |i: usize, s: Subject| {
        let revenue = format!("{}.{:03}", 1 + s.revenue / 1000, s.revenue % 1000);
        format!("K{i:04};{};{revenue};{};{}", s.late, s.gender, word(s.left))
    };
    let table = table("customer_id;late;revenue;gender;left", line);
    let mut proposed = init(folder(&[("customers.csv", table)]), &["customers.csv"]);
    assert!(proposed.said.contains("that may part decimals or thousands, left as text"), "{}", proposed.said);
    let mentioned = "# value = \"revenue\"   # named like money, but read as text: see above, and mend that first";
    proposed.holds(mentioned);
    let path = proposed.folder.path().join("trustrisk.toml");
    fs::write(&path, proposed.config.replace(mentioned, "value = \"revenue\"")).unwrap();
    let output = trustrisk(proposed.folder.path(), &["check", "trustrisk.toml"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("hint: add `decimal = \",\"` or `decimal = \".\"` to source `customers`"), "{said}");
    let source = "customers = { path = \"customers.csv\", decimal = \",\" }";
    let config = proposed.config.replace(mentioned, "value = \"revenue\"");
    proposed.config = config.replace("customers = \"customers.csv\"", source);
    proposed.holds(source);
    fs::write(&path, &proposed.config).unwrap();
    let values = column(&proposed.run(), "customers", "value");
    assert_eq!(values[0].1.parse(), Ok(f64::from(1000 + subject(0).revenue)));
}

#[test]
fn a_workbook_with_two_sheets() {
    let folder = TempDir::new().unwrap();
    let mut book = Workbook::new();
    let customers = book.add_worksheet().set_name("Customers").unwrap();
    for (at, name) in (0..).zip(["customer_id", "plan", "gender", "revenue", "left"]) {
        customers.write(0, at, name).unwrap();
    }
    for row in 1..=N_ROWS {
        let (s, at) = (subject(row - 1), u32::try_from(row).unwrap());
        customers.write(at, 0, row as u32).unwrap().write(at, 1, s.plan).unwrap();
        customers.write(at, 2, s.gender).unwrap().write(at, 3, s.revenue).unwrap().write(at, 4, word(s.left)).unwrap();
    }
    let orders = book.add_worksheet().set_name("Late orders").unwrap();
    orders.write(0, 0, "customer_id").unwrap().write(0, 1, "late").unwrap();
    for row in 1..=N_ROWS {
        let at = u32::try_from(row).unwrap();
        orders.write(at, 0, row as u32).unwrap().write(at, 1, subject(row - 1).late).unwrap();
    }
    book.save(folder.path().join("book.xlsx")).unwrap();
    let output = trustrisk(folder.path(), &["init", "book.xlsx"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        text(&output.stderr),
        "error: `book.xlsx` has several sheets: `Customers`, `Late orders`\n\
         hint: `sheet = \"Customers\"` in a config, `trustrisk init \"book.xlsx#Customers\"` for a new one\n"
    );
    fs::create_dir(folder.path().join("data")).unwrap();
    fs::copy(folder.path().join("book.xlsx"), folder.path().join("data/book.xlsx")).unwrap();
    let said = text(&trustrisk(folder.path(), &["init", "data/book.xlsx"]).stderr);
    assert!(said.ends_with("`trustrisk init \"data/book.xlsx#Customers\"` for a new one\n"), "{said}");
    let proposed = init(folder, &["book.xlsx#Customers", "book.xlsx#Late orders"]);
    proposed.holds("customers = { path = \"book.xlsx\", sheet = \"Customers\" }");
    proposed.holds("late_orders = { path = \"book.xlsx\", sheet = \"Late orders\" }");
    let run = proposed.run();
    assert_eq!(scores(&run, "customers").1.len(), N_ROWS);
    assert!(model(&run, "customers").contains("\"late\""));
}

#[test]
fn an_id_that_repeats_is_the_entity() {
    let line = |i: usize, s: Subject| format!("{},{},{},{},{}", 1000 + i / 2, s.late, s.plan, s.gender, word(s.left));
    let table = table("customer_id,late,plan,gender,left", line);
    let proposed = init(folder(&[("customers.csv", table)]), &["customers.csv"]);
    proposed.holds("\nentity = \"customer_id\"   # 300 rows share 150 of them");
    assert!(proposed.said.contains("no id (the row number stands in), entity `customer_id`"), "{}", proposed.said);
    let run = proposed.run();
    let folds = column(&run, "customers", "fold");
    let history: Vec<&(String, String)> = folds.iter().filter(|(_, fold)| !fold.is_empty()).collect();
    assert!(history.len() > 200);
    for pair in folds.chunks(2).filter(|pair| pair.iter().all(|(_, fold)| !fold.is_empty())) {
        assert_eq!(pair[0].1, pair[1].1, "rows of one customer on two sides of a fold");
    }
    assert!(!model(&run, "customers").contains("\"customer_id\""), "the entity is no feature");
}

#[test]
fn an_id_that_repeats_once_is_named_with_its_row() {
    let line =
        |i: usize, s: Subject| format!("C{:04},{},{},{},{}", i.min(N_ROWS - 2), s.late, s.plan, s.gender, word(s.left));
    let table = table("customer_id,late,plan,gender,left", line);
    let proposed = init(folder(&[("customers.csv", table)]), &["customers.csv"]);
    proposed.holds("# id = \"customer_id\"   # 1 row repeats an id, first `C0298` in row 301: ");
    proposed.holds("\nentity = \"customer_id\"");
    proposed.run();
}

#[test]
fn a_third_level_of_the_outcome_is_open() {
    let line = |i: usize, s: Subject| {
        let churn = if i % 10 == 9 { "unknown" } else { word(s.left) };
        format!("C{i:04},{churn},{},{},{}", s.late, s.plan, s.gender)
    };
    let table = table("customer_id,churn,late,plan,gender", line);
    let proposed = init(folder(&[("customers.csv", table)]), &["customers.csv"]);
    proposed.holds("outcome = { column = \"churn\", adverse = [\"yes\"], favorable = [\"no\"]");
    proposed.holds("[stakeholders.columns.churn]\nmissing = [\"unknown\"]");
    proposed.holds("# CHECK the third level: `unknown` (30 rows) is taken as open");
    assert!(proposed.said.contains("check the third level of `churn`: `unknown` (30 rows)"), "{}", proposed.said);
    let today = column(&proposed.run(), "customers", "history").into_iter().filter(|(_, history)| history == "false");
    assert_eq!(today.count(), N_ROWS / 10);
}

#[test]
fn a_protected_column_or_a_date_is_never_the_outcome() {
    let line = |i: usize, s: Subject| format!("C{i:04},2026-0{}-01,{},{}", 1 + i % 2, s.gender, s.late);
    let folder = folder(&[("customers.csv", table("customer_id,since,gender,late_days", line))]);
    let output = trustrisk(folder.path(), &["init", "customers.csv"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    assert_eq!(
        text(&output.stderr),
        "error: no column of `customers.csv` can be the outcome: those with two levels are dates or protected (`since`, `gender`)\n\
         hint: add a column such as `left` with `yes`, `no`, and blank where it is open\n"
    );
}

#[test]
fn names_that_sql_reserves() {
    let line = |i: usize, s: Subject| format!("C{i:04},{},{},{},{}", s.late, s.plan, s.gender, word(s.left));
    let all = table("key,limit,desc,gender,left", line);
    let select = table("key,where,having", |i, s| format!("C{i:04},{},{}", s.revenue, i % 7));
    let proposed = init(folder(&[("all.csv", all), ("select.csv", select)]), &["all.csv", "select.csv"]);
    proposed.holds("from \"all\"");
    let run = proposed.run();
    let group = only(&run);
    assert_eq!(scores(&run, group.file_name().unwrap().to_str().unwrap()).1.len(), N_ROWS);
}

#[test]
fn telco_in_the_two_commands_of_the_readme() {
    let Some(telco) = shared("telco_churn/Telco-Customer-Churn.csv") else { return };
    let folder = TempDir::new().unwrap();
    fs::copy(telco, folder.path().join("customers.csv")).unwrap();
    let config = fs::File::create(folder.path().join("trustrisk.toml")).unwrap();
    let program = env!("CARGO_BIN_EXE_trustrisk");
    let mut init = std::process::Command::new(program);
    let status = init.args(["init", "customers.csv"]).current_dir(folder.path()).stdout(config).status().unwrap();
    assert_eq!(status.code(), Some(0));
    let output = trustrisk(folder.path(), &["run", "trustrisk.toml"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let run = only(&only(&folder.path().join("reports")));
    assert!(run.join("owner.pdf").exists());
    assert_eq!(scores(&run, "customers").1.len(), 7043);
}
