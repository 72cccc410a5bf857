//! Rows × trees per second of attributions of one model trained elsewhere.
//!
//! `cargo bench -- --attribute MODEL --table X.f64 [--background N] [--instructions avx2] [--interactions] [--rows N]
//! [--trees N] [--threads 1] [--out VALUES.f64]`: one JSON object, which `benches/peers/attributions.py` sets beside the
//! peers. The table holds f64 numbers row by row, NaN where missing, in the order of the model's columns; the values are
//! written column by column. With `--background N` attributions are told against the last N rows, else along paths.

use std::fs;
use std::time::Instant;

use ndarray::Array2;
use serde_json::json;
use trustrisk::base::attributions::Perturbation;
use trustrisk::base::calibrator::Calibrator;
use trustrisk::base::design::{Design, Feature, FeatureKind, Values};
use trustrisk::base::model::Model;
use trustrisk::explain::{Explainer, Instructions, Told, attribute, interactions};
use trustrisk::train;

use super::fits::value;

/// Passes; the median counts.
const N_PASSES: usize = 5;

pub fn run(arguments: &[String]) {
    let number = |name: &str| value(arguments, name).map(|text| text.parse::<usize>().unwrap());
    let threads = number("--threads").unwrap_or(1);
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().unwrap();
    let mut model =
        train::import(&fs::read_to_string(value(arguments, "--attribute").unwrap()).unwrap()).unwrap().model;
    let n_trees = number("--trees").unwrap_or(usize::MAX);
    model.trees.trees.truncate(n_trees);
    model.trees.oblivious.truncate(n_trees);
    let design = read(&value(arguments, "--table").unwrap(), &model);
    let n_rows = number("--rows").unwrap_or(design.n_subjects).min(design.n_subjects);
    let rows: Vec<u32> = (0..n_rows as u32).collect();
    let instructions = match value(arguments, "--instructions").as_deref() {
        Some("avx2") => Instructions::Avx2,
        Some("portable") => Instructions::Portable,
        _ => Instructions::detect(),
    };
    let begun = now();
    let perturbation = match number("--background") {
        Some(n) => {
            let n_all = design.n_subjects as u32;
            model.set_background(&design, &(n_all - n as u32..n_all).collect::<Vec<u32>>()).unwrap();
            Perturbation::Interventional
        }
        None => Perturbation::PathDependent,
    };
    let background_seconds = begun.elapsed().as_secs_f64();
    let calibrator = Calibrator::identity(model.margin_unit);
    let is_pairs = arguments.iter().any(|argument| argument == "--interactions");
    let told = if is_pairs { Told::Interactions } else { Told::Values };
    let begun = now();
    let explainer = Explainer::with(&model, calibrator, told, perturbation, instructions);
    let compile_seconds = begun.elapsed().as_secs_f64();
    let mut seconds = Vec::new();
    let mut values = Array2::zeros((0, 0));
    for _ in 0..N_PASSES {
        let begun = now();
        values = if is_pairs {
            interactions(&model, &design, &rows, perturbation, instructions).unwrap().values
        } else {
            let scorers = [explainer.bind(&design).unwrap()];
            let rows: Vec<(u32, u16)> = rows.iter().map(|row| (*row, 0)).collect();
            attribute(&scorers, &rows, design.features.len()).margins
        };
        let compiled = if is_pairs { compile_seconds } else { 0.0 };
        seconds.push(begun.elapsed().as_secs_f64() - compiled);
    }
    seconds.sort_by(f64::total_cmp);
    let median = seconds[N_PASSES / 2];
    if let Some(out) = value(arguments, "--out") {
        let bytes: Vec<u8> = values.t().iter().flat_map(|value| value.to_le_bytes()).collect();
        fs::write(out, bytes).unwrap();
    }
    let n_trees = model.trees.trees.len() + model.trees.oblivious.len();
    let method = explainer.method();
    let told = json!({
        "rows": n_rows,
        "trees": n_trees,
        "columns": design.features.len(),
        "threads": threads,
        "instructions": format!("{instructions:?}"),
        "kernel": method.kernel,
        "perturbation": method.perturbation,
        "base_margin": method.base_margin,
        "error_max": method.error_max,
        "background_seconds": background_seconds,
        "compile_seconds": compile_seconds,
        "seconds": median,
        "rate": (n_rows * n_trees) as f64 / median,
        "rate_with_compile": (n_rows * n_trees) as f64 / (median + compile_seconds + background_seconds),
    });
    println!("{told}");
}

#[expect(clippy::disallowed_methods, reason = "a bench measures")]
pub fn now() -> Instant {
    Instant::now()
}

fn read(path: &str, model: &Model) -> Design {
    let bytes = fs::read(path).unwrap();
    let cells: Vec<f64> = bytes.chunks_exact(8).map(|cell| f64::from_le_bytes(cell.try_into().unwrap())).collect();
    let n_columns = model.trees.features.len();
    let n_subjects = cells.len() / n_columns;
    let column = |column: usize| {
        let values: Vec<f64> = (0..n_subjects).map(|row| cells[row * n_columns + column]).collect();
        let missing: Vec<bool> = values.iter().map(|value| value.is_nan()).collect();
        let is_whole = !missing.contains(&true);
        Feature {
            name: model.trees.features[column].feature.clone(),
            kind: FeatureKind::Number,
            values: Values::Numbers { values, missing: if is_whole { Vec::new() } else { missing } },
        }
    };
    Design { n_subjects, features: (0..n_columns).map(column).collect() }
}
