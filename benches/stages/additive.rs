//! Rows per second of attributions of an additive model with thirty columns.
//!
//! `cargo bench -- --additive [--rows N] [--pairs N] [--block N] [--threads 1]`: one JSON object. Twenty-four columns of numbers of up
//! to 256 bins each, four of them missing in a tenth of the rows, and six of eight levels; margins and points are told in
//! blocks of 32,768 rows, as a run does, or of `--block`.

use rand::RngExt;
use serde_json::json;
use trustrisk::base::Seed;
use trustrisk::base::attributions::{Attributions, Perturbation};
use trustrisk::base::calibrator::Calibrator;
use trustrisk::base::design::{Design, Feature, FeatureKind, Values};
use trustrisk::base::model::{Axis, LevelWeight, Model, Pair, Shape, Term};
use trustrisk::base::units::{Family, MarginUnit};
use trustrisk::explain::{Explainer, attribute_into};

use super::attributions::now;
use super::fits::value;

const N_NUMBERS: usize = 24;
const N_LEVELS: usize = 6;
const N_BINS: usize = 256;
const BINS_OF_PAIRS: usize = 32;
/// As `pipeline` does.
const BLOCK: usize = 1 << 15;
const N_PASSES: usize = 9;

pub fn run(arguments: &[String]) {
    let number = |name: &str, or: usize| value(arguments, name).map_or(or, |text| text.parse().unwrap());
    let (n_rows, n_pairs, threads) = (number("--rows", 1_000_000), number("--pairs", 0), number("--threads", 1));
    let n_block = number("--block", BLOCK);
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().unwrap();
    let design = design(n_rows);
    let model = model(&design, n_pairs);
    let explainer = Explainer::new(&model, Calibrator::identity(MarginUnit::LogOdds), Perturbation::default());
    let scorers = [explainer.bind(&design).unwrap()];
    let rows: Vec<(u32, u16)> = (0..n_rows as u32).map(|row| (row, 0)).collect();
    let mut seconds = Vec::new();
    let mut sum: f64 = 0.0;
    for _ in 0..N_PASSES {
        let begun = now();
        let mut told = Attributions::default();
        let mut block = |rows| {
            attribute_into(&scorers, rows, design.features.len(), &mut told);
            told.points[[0, 0]]
        };
        // so that nothing is left out as unused
        sum = rows.chunks(n_block).map(&mut block).sum();
        seconds.push(begun.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    let median = seconds[N_PASSES / 2];
    println!(
        "{}",
        json!({
            "rows": n_rows,
            "columns": design.features.len(),
            "pairs": n_pairs,
            "block": n_block,
            "threads": threads,
            "seconds": median,
            "rate": n_rows as f64 / median,
            "check": sum,
        })
    );
}

fn design(n_rows: usize) -> Design {
    let number = |column: usize| {
        let mut draws = Seed(7).stream(&format!("column {column}"));
        // about normal, every third column skewed
        let mut value = || (0..4).map(|_| draws.random::<f64>() - 0.5).sum::<f64>();
        let bent = |value: f64| if column.is_multiple_of(3) { (2.0 * value).exp() } else { value };
        let values: Vec<f64> = (0..n_rows).map(|_| bent(value())).collect();
        let missing = if column < 4 { (0..n_rows).map(|_| draws.random::<f64>() < 0.1).collect() } else { Vec::new() };
        Feature {
            name: format!("number_{column}"),
            kind: FeatureKind::Number,
            values: Values::Numbers { values, missing },
        }
    };
    let level = |column: usize| {
        let mut draws = Seed(7).stream(&format!("level {column}"));
        let codes = (0..n_rows).map(|_| draws.random_range(0..8u32)).collect();
        Feature {
            name: format!("level_{column}"),
            kind: FeatureKind::Level,
            values: Values::Levels { codes, levels: (0..8).map(|level| format!("level {level}")).collect() },
        }
    };
    Design { n_subjects: n_rows, features: (0..N_NUMBERS).map(number).chain((0..N_LEVELS).map(level)).collect() }
}

/// Bins of about as many rows each.
fn edges(values: &[f64], n_bins: usize) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().step_by(7).copied().collect();
    sorted.sort_by(f64::total_cmp);
    let mut edges: Vec<f64> = (1..n_bins).map(|bin| sorted[bin * sorted.len() / n_bins]).collect();
    edges.dedup();
    edges
}

fn model(design: &Design, n_pairs: usize) -> Model {
    let mut draws = Seed(7).stream("model");
    let mut weight = || draws.random::<f64>() - 0.5;
    let mut model = Model::empty(Family::Additive, -1.0, design.n_subjects as u64);
    for feature in &design.features {
        let shape = match &feature.values {
            Values::Numbers { values, .. } => {
                let edges = edges(values, N_BINS);
                let values = (0..=edges.len()).map(|_| weight()).collect();
                Shape::Steps { edges, values, errors: Vec::new(), counts: Vec::new(), missing: 0.1 }
            }
            Values::Levels { levels, .. } => Shape::Levels {
                levels: levels.iter().map(|level| LevelWeight::new(level, weight())).collect(),
                rare: Vec::new(),
                pooled: 0.0,
                missing: 0.0,
                unseen: 0.0,
            },
        };
        model.terms.push(Term { feature: feature.name.clone(), kind: feature.kind, mean: 0.01, shape });
    }
    let axis = |column: usize| match &design.features[column].values {
        Values::Numbers { values, .. } => Axis::Edges(edges(values, BINS_OF_PAIRS)),
        Values::Levels { .. } => Axis::Edges(Vec::new()),
    };
    for pair in 0..n_pairs {
        let columns = [4 + pair % 10, 14 + (pair + pair / 10) % 10];
        let axes = columns.map(axis);
        let n_cells: usize = axes.iter().map(Axis::n_bins).product();
        model.pairs.push(Pair {
            features: columns.map(|column| design.features[column].name.clone()),
            axes,
            missing: [false; 2],
            mean: 0.0,
            values: (0..n_cells).map(|_| weight()).collect(),
        });
    }
    model
}
