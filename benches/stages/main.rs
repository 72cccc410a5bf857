//! Single stages on a generated table: `cargo bench`. One fit of each family: `fits.rs`. Attributions of one model: `attributions.rs`, `additive.rs`. Audit of a scored table: `audit.rs`. Whole nights beside the peer: `benches/peers/nightly.py`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod additive;
mod attributions;
mod audit;
mod fits;

use std::fs;
use std::hint::black_box;

use chrono::NaiveDate;
use criterion::{Criterion, Throughput, criterion_group};
use trustrisk::base::Seed;
use trustrisk::base::attributions::Perturbation;
use trustrisk::base::calibrator::Calibrator;
use trustrisk::base::population::Population;
use trustrisk::base::progress::Silent;
use trustrisk::base::units::{Family, MarginUnit};
use trustrisk::explain::{Explainer, attribute};
use trustrisk::train::Evidence;
use trustrisk::{config, features, load, sample, train};

const N_ROWS: usize = 20_000;
const SEED: Seed = Seed(7);
const AS_OF: NaiveDate = NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();
const CONFIG: &str = r#"
[portfolio]
name = "wide"
as_of = 2026-06-30

[[stakeholders]]
name = "customers"
id = "customer_id"
outcome = { column = "left", adverse = ["Yes"], favorable = ["No"] }
sensitive = ["gender", "age_band"]
crossings = 2
sources = { customers = "wide.csv" }
"#;

fn stages(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let mut file = fs::File::create(folder.path().join("wide.csv")).unwrap();
    sample::wide_table(N_ROWS, SEED, &mut file).unwrap();
    let plan = config::read(CONFIG, folder.path(), AS_OF).unwrap();
    let group = &plan.stakeholders[0];

    let mut stages = criterion.benchmark_group("stages");
    stages.sample_size(10).throughput(Throughput::Elements(N_ROWS as u64));
    stages.bench_function("load", |bench| bench.iter(|| load::load(&group.load, &Silent).unwrap()));

    let table = load::load(&group.load, &Silent).unwrap().table.unwrap();
    stages.bench_function("features", |bench| {
        bench.iter(|| features::build(&table, AS_OF, &group.features).unwrap());
    });

    let design = features::build(&table, AS_OF, &group.features).unwrap().design;
    let folds = features::deal(&table, 5, None, SEED).unwrap();
    let history = table.rows_of(Population::History);
    let evidence = Evidence {
        design: &design,
        outcome: &table.outcome,
        cluster: &table.cluster,
        history: &history,
        folds: &folds,
        weigh: None,
    };
    let fit = || train::cross_fit(&evidence, Family::Logistic, &group.train, SEED, &Silent).unwrap();
    stages.bench_function("train", |bench| bench.iter(fit));

    let model = train::fit_last(&evidence, &fit(), &group.train, SEED).unwrap().model;
    let explainer = Explainer::new(&model, Calibrator::identity(MarginUnit::LogOdds), Perturbation::default());
    let scorers = [explainer.bind(&design).unwrap()];
    let rows: Vec<(u32, u16)> = history.iter().map(|row| (*row, 0)).collect();
    stages.bench_function("attribute", |bench| {
        bench.iter(|| black_box(attribute(&scorers, &rows, design.features.len())));
    });

    let risk: Vec<Option<f64>> =
        attribute(&scorers, &rows, design.features.len()).score.iter().map(|score| Some(score / 100.0)).collect();
    let selected: Vec<Option<bool>> = risk.iter().map(|risk| risk.map(|risk| risk >= 0.5)).collect();
    let groupings = features::groupings(&table, &group.features).unwrap();
    let subjects = trustrisk::audit::Subjects {
        population: &table.population,
        outcome: &table.outcome,
        risk: &risk,
        selected: &selected,
        cluster: None,
    };
    stages.bench_function("audit", |bench| {
        bench.iter(|| black_box(trustrisk::audit::audit(&subjects, &groupings, None, &group.audit)));
    });
    stages.finish();
}

criterion_group!(benches, stages);

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.iter().any(|argument| argument == "--attribute") {
        attributions::run(&arguments);
        return;
    }
    if arguments.iter().any(|argument| argument == "--audit") {
        audit::run(&arguments);
        return;
    }
    if arguments.iter().any(|argument| argument == "--additive") {
        additive::run(&arguments);
        return;
    }
    if arguments.iter().any(|argument| argument == "--fit" || argument == "--growth") {
        fits::run(&arguments);
        return;
    }
    benches();
    Criterion::default().configure_from_args().final_summary();
}
