//! Columns of extreme size: large means, absurd cells, numbers near the end of the line.

use proptest::prelude::*;
use trustrisk::base::Seed;
use trustrisk::base::attributions::Attributions;
use trustrisk::base::calibrator::Calibrator;
use trustrisk::base::design::{Design, Feature, FeatureKind, Values};
use trustrisk::base::folds::{Fold, FoldKind, Folds};
use trustrisk::base::progress::Silent;
use trustrisk::explain::{Scorer, attribute, check_additivity};
use trustrisk::train::{Settings, Trained, cross_fit};

const N_FOLDS: u32 = 5;

/// A fixed mixing of a number into the unit interval stands in for chance.
fn unit(row: usize, stream: u64) -> f64 {
    let mixed = (row as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15 ^ (stream << 7)).rotate_left(29);
    (mixed.wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 11) as f64 / (1u64 << 53) as f64
}

/// About normal, with mean 0 and standard deviation 1.
fn normal(row: usize, stream: u64) -> f64 {
    (0..12).map(|part| unit(row, 100 * stream + part)).sum::<f64>() - 6.0
}

fn design(columns: &[Vec<f64>]) -> Design {
    let feature = |(number, values): (usize, &Vec<f64>)| Feature {
        name: format!("x{number}"),
        kind: FeatureKind::Number,
        values: Values::Numbers { values: values.clone(), missing: Vec::new() },
    };
    Design { n_subjects: columns[0].len(), features: columns.iter().enumerate().map(feature).collect() }
}

/// Outcomes that follow the sum of some effects.
fn outcomes(effects: &[Vec<f64>]) -> Vec<Option<bool>> {
    let risk = |row: usize| 1.0 / (1.0 + (1.0 - effects.iter().map(|effect| effect[row]).sum::<f64>()).exp());
    (0..effects[0].len()).map(|row| Some(unit(row, 9) < risk(row))).collect()
}

/// Row r is scored by fold r mod 5.
fn train(design: &Design, outcomes: &[Option<bool>], history: &[u32]) -> Trained {
    let part = |own: u32| {
        let (test, train) = history.iter().partition(|row| **row % N_FOLDS == own);
        Fold { block: 0, test, train }
    };
    let folds = Folds { kind: FoldKind::Random, parts: (0..N_FOLDS).map(part).collect() };
    cross_fit(design, outcomes, history, &folds, &Settings::default(), Seed(7), &Silent).unwrap()
}

/// Attributions of all rows by the last model.
fn attributed(design: &Design, trained: &Trained) -> Attributions {
    let model = &trained.last.model;
    let column = |name: &str| design.features.iter().position(|feature| feature.name == name).unwrap();
    let columns = model.terms.iter().map(|term| column(&term.feature)).collect();
    let calibrator = Calibrator::Platt { slope: 1.1, intercept: 0.1 };
    let scorers = [Scorer { model: model.bind(design).unwrap(), calibrator, columns }];
    let rows: Vec<(u32, u16)> = (0..design.n_subjects as u32).map(|row| (row, 0)).collect();
    attribute(&scorers, &rows, design.features.len())
}

fn adds_up(attributions: &Attributions) {
    check_additivity(attributions).unwrap();
    for (place, margins) in attributions.margins.outer_iter().enumerate() {
        let off = margins.sum() + attributions.base_margin[place] - attributions.margin[place];
        assert!(off.abs() < 1e-12, "margins are off by {off:e}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_large_mean_with_a_small_spread_adds_up_and_moves_nothing(
        means in prop::collection::vec((0.0f64..12.0, any::<bool>()), 3),
        stream in 1u64..1000,
    ) {
        let n = 300;
        let spread: Vec<Vec<f64>> = (0..3).map(|k| (0..n).map(|row| normal(row, stream + k)).collect()).collect();
        let outcomes = outcomes(&spread);
        let rows: Vec<u32> = (0..n as u32).collect();
        let moved: Vec<Vec<f64>> = spread
            .iter()
            .zip(&means)
            .map(|(column, (power, negative))| {
                let mean = if *negative { -(10f64.powf(*power)) } else { 10f64.powf(*power) };
                column.iter().map(|value| value + mean).collect()
            })
            .collect();
        let (plain, moved) = (design(&spread), design(&moved));
        let here = attributed(&plain, &train(&plain, &outcomes, &rows));
        let there = attributed(&moved, &train(&moved, &outcomes, &rows));
        adds_up(&here);
        adds_up(&there);
        for (a, b) in here.margin.iter().zip(&there.margin) {
            // numbers near 1e12 are known to 1e-4, and linfa stops at a gradient of 1e-6 a row
            prop_assert!((a - b).abs() < 5e-3, "{a} became {b}");
        }
    }
}

#[test]
fn batches_epochs_and_order_numbers_add_up() {
    let n = 2000;
    let batch: Vec<f64> = (0..n).map(|row| 20_260_001.0 + (5.0 * unit(row, 1)).floor()).collect();
    let epoch: Vec<f64> = (0..n).map(|row| 1_782_777_600.0 + (86_400.0 * unit(row, 2)).floor()).collect();
    let order: Vec<f64> = (0..n).map(|row| 4e12 + (10_000.0 * unit(row, 3)).floor()).collect();
    let effect: Vec<f64> = batch.iter().map(|batch| 0.8 * (batch - 20_260_003.0)).collect();
    let design = design(&[batch, epoch, order]);
    let trained = train(&design, &outcomes(&[effect]), &(0..n as u32).collect::<Vec<_>>());
    adds_up(&attributed(&design, &trained));
    let slope = |name: &str| {
        let term = trained.last.model.terms.iter().find(|term| term.feature == name).unwrap();
        serde_json::to_value(term).unwrap()["slope"].as_f64().unwrap()
    };
    assert!((0.6..1.0).contains(&slope("x0")), "{}", slope("x0"));
}
