//! Seconds and AUC of one fit of each family, and how fast its attributions are.
//!
//! `cargo bench -- --fit TABLE.csv [--trees 250] [--threads 1] [--family boosted]…`: one JSON object a family, which
//! `benches/peers/fits.py` sets beside the peers. The table is the generated one (`trustrisk sample --wide`); the first
//! four fifths of its rows train, the rest are held out.
//!
//! `cargo bench -- --growth [--rows 1000]… > benches/results/growth.md`: how seconds grow with rows, and with columns.

use std::fs;
use std::path::Path;
use std::time::Instant;

use serde_json::json;
use trustrisk::base::attributions::Perturbation;
use trustrisk::base::calibrator::Calibrator;
use trustrisk::base::design::Design;
use trustrisk::base::population::Population;
use trustrisk::base::progress::Silent;
use trustrisk::base::units::Family;
use trustrisk::explain::{Explainer, attribute};
use trustrisk::stats::rank::auc;
use trustrisk::{config, features, load, sample, train};

use super::{AS_OF, CONFIG, SEED};

/// Columns of the tables of growth, and rows of the one that grows by columns.
const N_COLUMNS: [usize; 4] = [3, 6, 12, 24];
const ROWS_OF_COLUMNS: usize = 10_000;
/// Fits of each figure of growth; the median counts.
const N_FITS: usize = 3;
/// Rows that are attributed at a time, as the nightly run does.
const BLOCK: usize = 1 << 15;

pub fn run(arguments: &[String]) {
    let threads: usize = value(arguments, "--threads").map_or(1, |threads| threads.parse().unwrap());
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().unwrap();
    match value(arguments, "--fit") {
        Some(table) => fit_all(arguments, Path::new(&table), threads),
        None => growth(arguments, threads),
    }
}

pub fn values(arguments: &[String], name: &str) -> Vec<String> {
    arguments.windows(2).filter(|pair| pair[0] == name).map(|pair| pair[1].clone()).collect()
}

pub fn value(arguments: &[String], name: &str) -> Option<String> {
    values(arguments, name).pop()
}

/// The families asked for.
fn families(arguments: &[String]) -> Vec<Family> {
    let wanted = values(arguments, "--family");
    let is_wanted = |family: &&Family| wanted.is_empty() || wanted.iter().any(|name| name == family.name());
    Family::ALL.iter().filter(is_wanted).copied().collect()
}

/// A table ready to be fitted.
struct Ready {
    design: Design,
    outcome: Vec<Option<bool>>,
    train_rows: Vec<u32>,
    held_out: Vec<u32>,
    settings: train::Settings,
}

impl Ready {
    fn read(path: &Path) -> Self {
        let config = CONFIG.replace("wide.csv", &path.file_name().unwrap().to_string_lossy());
        let plan = config::read(&config, path.parent().unwrap(), AS_OF).unwrap();
        let group = &plan.stakeholders[0];
        let table = load::load(&group.load, &Silent).unwrap().table.unwrap();
        let design = features::build(&table, AS_OF, &group.features).unwrap().design;
        let mut train_rows = table.rows_of(Population::History);
        let held_out = train_rows.split_off(train_rows.len() * 4 / 5);
        let settings = train::Settings { fit_rows_max: usize::MAX, ..group.train.clone() };
        Self { design, outcome: table.outcome, train_rows, held_out, settings }
    }

    fn generated(n_rows: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wide.csv");
        sample::wide_table(n_rows, SEED, &mut fs::File::create(&path).unwrap()).unwrap();
        Self::read(&path)
    }

    /// Seconds and the fitted model.
    fn fit(&self, family: Family, trees: f64) -> (f64, train::Fitted) {
        let restraint = (family == Family::Boosted).then_some(trees);
        #[expect(clippy::disallowed_methods, reason = "a bench measures")]
        let begun = Instant::now();
        let (design, settings) = (&self.design, &self.settings);
        let fitted = train::fit_rows(design, &self.outcome, &self.train_rows, family, restraint, settings, SEED);
        (begun.elapsed().as_secs_f64(), fitted.unwrap())
    }

    /// Rows of the whole table attributed in a second, reading and compiling left out; the median of [`N_FITS`] passes.
    fn attributed_per_second(&self, fitted: &train::Fitted) -> f64 {
        let calibrator = Calibrator::identity(fitted.model.margin_unit);
        let explainer = Explainer::new(&fitted.model, calibrator, Perturbation::default());
        let scorers = [explainer.bind(&self.design).unwrap()];
        let rows: Vec<(u32, u16)> = self.train_rows.iter().chain(&self.held_out).map(|row| (*row, 0)).collect();
        let mut rates: Vec<f64> = (0..N_FITS)
            .map(|_| {
                #[expect(clippy::disallowed_methods, reason = "a bench measures")]
                let begun = Instant::now();
                for rows in rows.chunks(BLOCK) {
                    std::hint::black_box(attribute(&scorers, rows, self.design.features.len()));
                }
                rows.len() as f64 / begun.elapsed().as_secs_f64()
            })
            .collect();
        rates.sort_by(f64::total_cmp);
        rates[N_FITS / 2]
    }

    fn auc(&self, fitted: &train::Fitted) -> Option<f64> {
        let bound = fitted.model.bind(&self.design).unwrap();
        let scores: Vec<f64> = self.held_out.iter().map(|&row| bound.margin(row as usize)).collect();
        let outcomes: Vec<bool> = self.held_out.iter().map(|&row| self.outcome[row as usize] == Some(true)).collect();
        auc(&scores, &outcomes)
    }
}

fn fit_all(arguments: &[String], table: &Path, threads: usize) {
    let trees: f64 = value(arguments, "--trees").map_or(250.0, |trees| trees.parse().unwrap());
    let ready = Ready::read(table);
    for family in families(arguments) {
        let (seconds, fitted) = ready.fit(family, trees);
        let told = json!({
            "family": family.name(),
            "n_rows": ready.train_rows.len() + ready.held_out.len(),
            "n_features": ready.design.features.len(),
            "n_fit": fitted.n_rows,
            "tuned": fitted.tuned,
            "threads": threads,
            "seconds": seconds,
            "auc": ready.auc(&fitted),
            "attributed_rows_per_second": ready.attributed_per_second(&fitted),
        });
        println!("{told}");
    }
}

fn growth(arguments: &[String], threads: usize) {
    let mut n_rows: Vec<usize> = values(arguments, "--rows").iter().map(|rows| rows.parse().unwrap()).collect();
    if n_rows.is_empty() {
        n_rows = vec![1_000, 10_000, 100_000, 1_000_000];
    }
    let families = families(arguments);
    println!("# How seconds of one fit grow\n");
    println!(
        "Generated table, four fifths of its rows, {threads} thread(s), medians of {N_FITS} fits; `(n)`: fitted on n rows.\n"
    );
    header("rows", &families);
    for n in n_rows {
        line(&n.to_string(), &Ready::generated(n), &families);
    }
    println!();
    header("columns", &families);
    let mut ready = Ready::generated(ROWS_OF_COLUMNS);
    let all = ready.design.features.clone();
    for n in N_COLUMNS {
        ready.design.features = all.iter().take(n).cloned().collect();
        line(&n.to_string(), &ready, &families);
    }
}

fn header(what: &str, families: &[Family]) {
    let names: Vec<&str> = families.iter().map(|family| family.name()).collect();
    println!("| {what} | {} |\n|--:|{}", names.join(" | "), "--:|".repeat(names.len()));
}

fn line(label: &str, ready: &Ready, families: &[Family]) {
    let cell = |family: &Family| {
        let mut fits: Vec<(f64, train::Fitted)> = (0..N_FITS).map(|_| ready.fit(*family, 200.0)).collect();
        fits.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (seconds, fitted) = &fits[N_FITS / 2];
        let sampled = if fitted.n_rows < fitted.n_available { format!(" ({})", fitted.n_rows) } else { String::new() };
        format!("{seconds:.3} s{sampled}")
    };
    let cells: Vec<String> = families.iter().map(cell).collect();
    println!("| {label} | {} |", cells.join(" | "));
}
