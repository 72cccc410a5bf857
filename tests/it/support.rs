//! What the tests of the outside share: real tables where they are, configs, and whole runs into temporary folders.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use chrono::NaiveDate;
use trustrisk::base::design::Design;
use trustrisk::base::folds::Folds;
use trustrisk::base::groups::Grouping;
use trustrisk::base::progress::Silent;
use trustrisk::base::units::Family;
use trustrisk::base::{Error, Finding, Progress, Result, Seed};
use trustrisk::config::{self, Plan};
use trustrisk::govern;
use trustrisk::pipeline::{self, GroupSummary, Options};
use trustrisk::train::{self, Evidence, Fitted, Unseen};

/// Runs the command line in a folder.
pub fn trustrisk(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trustrisk")).args(arguments).current_dir(folder).output().unwrap()
}

/// A program that tests look at pages with, installed by `tests/tools/install` where it is missing.
pub fn tool(name: &str) -> PathBuf {
    tools();
    PathBuf::from(name)
}

/// The folder of the Python environment that tests use, with the programs of `tests/tools/install` beside it.
pub fn tools() -> &'static Path {
    static TOOLS: OnceLock<PathBuf> = OnceLock::new();
    TOOLS.get_or_init(|| {
        // beside the builds, so that it is made once
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tools");
        let requirements =
            ["tests/browser/requirements.txt", "notebooks/requirements.txt"].map(|path| root().join(path));
        let made = Command::new(root().join("tests/tools/install")).arg(&folder).args(&requirements).output().unwrap();
        assert!(made.status.success(), "tests/tools/install: {}", String::from_utf8_lossy(&made.stderr));
        folder
    })
}

/// The project's root: cargo tells it to the tests that it runs. (What it told the compiler may be another checkout
/// that shares the folder of builds.)
pub fn root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).expect("tests are run by cargo")
}

/// A real table, or `None` with a printed reason where the folder of real tables is missing.
pub fn shared(path: &str) -> Option<PathBuf> {
    let full = root().join("../shared/data").join(path);
    if full.exists() {
        return Some(full);
    }
    eprintln!("skipped: the real table `{path}` is not on this machine");
    None
}

/// The text of a config under `tests/tables/`.
pub fn table_config(name: &str) -> String {
    fs::read_to_string(root().join("tests/tables").join(name)).unwrap()
}

/// The plan of a config as if it stood in `folder`, with its reports in `reports`.
pub fn plan(text: &str, folder: &Path, reports: &Path) -> Result<Plan> {
    let mut plan = config::read(text, folder, NaiveDate::from_ymd_opt(2026, 6, 30).unwrap())?;
    plan.portfolio.reports = reports.to_owned();
    Ok(plan)
}

/// A run that left something.
pub struct Sealed {
    pub run: String,
    pub path: PathBuf,
    pub already_there: bool,
    pub groups: Vec<GroupSummary>,
    pub findings: Vec<Finding>,
}

/// A whole run of a config that stands in `folder`; where no group could be done, the errors of all.
pub fn run_in(text: &str, folder: &Path, reports: &Path, progress: &dyn Progress) -> Result<Sealed> {
    let plan = plan(text, folder, reports)?;
    let portfolio = plan.portfolio.clone();
    let options = Options { only: &[], config_folder: folder, config_text: text };
    let mut open = |run: &govern::RunId| govern::open(&portfolio.reports, &portfolio.name, run);
    let pipeline::Finished { run, path, already_there, groups, findings } =
        pipeline::run(&plan, &options, &mut open, progress)?;
    match path {
        Some(path) => Ok(Sealed { run, path, already_there, groups, findings }),
        None => Err(Error::all(groups.into_iter().filter_map(|group| group.error)).unwrap_err()),
    }
}

/// A whole run of a config of `tests/tables/`, edited.
pub fn run_table(name: &str, edit: impl Fn(String) -> String, reports: &Path) -> Result<Sealed> {
    run_in(&edit(table_config(name)), &root().join("tests/tables"), reports, &Silent)
}

/// A small table of past and present customers whose outcome depends on `late` and `plan`; rows differ by their number
/// only, so that tests can spoil single cells.
pub fn small_csv(n: usize) -> String {
    let mut text = String::from("id,late,plan,region,gender,revenue,left\n");
    for i in 0..n {
        // a fixed mixing of the row number stands in for chance
        let mixed = (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(17).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let unit = |shift: u32| ((mixed >> shift) & 0xFFFF) as f64 / 65536.0;
        let late = (unit(0) * 10.0).floor();
        let plan = if unit(16) < 0.5 { "monthly" } else { "yearly" };
        let region = ["north", "south", "west"][(unit(5) * 3.0) as usize];
        let gender = if unit(32) < 0.5 { "F" } else { "M" };
        let risk = 1.0 / (1.0 + (2.5 - 0.35 * late - if plan == "monthly" { 1.0 } else { 0.0 }).exp());
        let left = if i % 10 == 9 {
            ""
        } else if unit(44) < risk {
            "yes"
        } else {
            "no"
        };
        text += &format!("C{i:05},{late},{plan},{region},{gender},{:.2},{left}\n", 100.0 + 400.0 * unit(24));
    }
    text
}

/// The config that goes with [`small_csv`] in the same folder.
pub const SMALL_CONFIG: &str = r#"
[portfolio]
name = "small"
as_of = 2026-06-30

[[stakeholders]]
name = "customers"
id = "id"
outcome = { column = "left", adverse = ["yes"], favorable = ["no"], horizon = "90 days", verb = "leave" }
value = "revenue"
sensitive = ["gender"]
sources = { customers = "customers.csv" }
"#;

/// A folder that holds the small table and its config.
pub fn small_business(n: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("customers.csv"), small_csv(n)).unwrap();
    fs::write(folder.path().join("trustrisk.toml"), SMALL_CONFIG).unwrap();
    folder
}

/// Runs the small business in its folder.
pub fn run_small(folder: &Path) -> Result<Sealed> {
    let text = fs::read_to_string(folder.join("trustrisk.toml")).unwrap();
    run_in(&text, folder, &folder.join("reports"), &Silent)
}

/// The error of a run of which one is expected.
pub fn error_of(result: Result<Sealed>) -> Error {
    match result {
        Err(error) => error,
        Ok(finished) => finished.groups.into_iter().find_map(|group| group.error).expect("an error was expected"),
    }
}

/// `scores.csv` of a group as (header, rows).
pub fn scores(run: &Path, group: &str) -> (Vec<String>, Vec<Vec<String>>) {
    table(&run.join(group).join("scores.csv"))
}

/// A CSV without embedded newlines as (header, rows).
pub fn table(path: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let text = fs::read_to_string(path).unwrap();
    let mut records = text.lines().map(fields);
    (records.next().unwrap(), records.collect())
}

/// Fields of one line of CSV without embedded newlines.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                fields.last_mut().unwrap().push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            _ => fields.last_mut().unwrap().push(letter),
        }
    }
    fields
}

/// One column of `scores.csv`.
pub fn column(scores: &(Vec<String>, Vec<Vec<String>>), name: &str) -> Vec<String> {
    let at = scores.0.iter().position(|column| column == name).unwrap_or_else(|| panic!("no column {name}"));
    scores.1.iter().map(|row| row[at].clone()).collect()
}

/// All files of a folder with their bytes, by path.
pub fn bytes(folder: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let mut folders = vec![folder.to_owned()];
    let mut files = std::collections::BTreeMap::new();
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name != "timings.json") {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// A family fitted to every fold and to the whole history.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    pub last: Fitted,
    pub folds: Vec<Fitted>,
    pub calibration: Vec<Unseen>,
}

/// Fits a family, as the pipeline does.
pub fn cross_fit(
    family: Family,
    design: &Design,
    outcome: &[Option<bool>],
    history: &[u32],
    folds: &Folds,
    settings: &train::Settings,
) -> Trained {
    let cluster: Vec<u32> = (0..design.n_subjects as u32).collect();
    let evidence = Evidence { design, outcome, cluster: &cluster, history, folds, weigh: None };
    let fitted = train::cross_fit(&evidence, family, settings, Seed(7), &Silent).unwrap();
    let last = train::fit_last(&evidence, &fitted, settings, Seed(7)).unwrap();
    Trained { last, folds: fitted.folds, calibration: fitted.calibration }
}

/// A feature, or a crossing, from the group of each row; groups in alphabetical order.
pub fn grouping<S: AsRef<str>>(feature: &str, members: &[S]) -> Grouping {
    let mut groups: Vec<String> = members.iter().map(|group| group.as_ref().to_owned()).collect();
    groups.sort();
    groups.dedup();
    let place: BTreeMap<&str, u32> = groups.iter().map(String::as_str).zip(0..).collect();
    let member = members.iter().map(|group| place[group.as_ref()]).collect();
    let columns = feature.split(" × ").map(str::to_owned).collect();
    Grouping { feature: feature.to_owned(), columns, groups, member }
}
