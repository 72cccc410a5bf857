//! Columns of extreme size: large means, absurd cells, numbers near the end of the line.

use std::fs;

use proptest::prelude::*;
use trustrisk::base::attributions::{Attributions, Perturbation};
use trustrisk::base::calibrator::{Calibrator, Kind};
use trustrisk::base::design::{Design, Feature, FeatureKind, Values};
use trustrisk::base::folds::{Fold, FoldKind, Folds};
use trustrisk::base::units::{Family, MarginUnit};
use trustrisk::explain::{Explainer, attribute, check_additivity};
use trustrisk::train::Settings;

use crate::support::{Sealed, Trained, column, cross_fit, run_small, scores, small_business};

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
    cross_fit(Family::Logistic, design, outcomes, history, &folds, &Settings::default())
}

/// Attributions of all rows by the last model.
fn attributed(design: &Design, trained: &Trained) -> Attributions {
    let model = &trained.last.model;
    let calibrator = Calibrator { unit: MarginUnit::LogOdds, kind: Kind::Platt { slope: 1.1, intercept: 0.1 } };
    let explainer = Explainer::new(model, calibrator, Perturbation::default());
    let scorers = [explainer.bind(design).unwrap()];
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

/// A column of values 1 to 10 that tells the outcome, with some cells spoilt.
fn spoilt(n: usize, cells: &[(usize, f64)]) -> (Design, Vec<Option<bool>>) {
    let sound: Vec<f64> = (0..n).map(|row| 1.0 + (10.0 * unit(row, 1)).floor().min(9.0)).collect();
    let outcomes = outcomes(&[sound.iter().map(|value| 0.6 * (value - 5.5)).collect()]);
    let mut column = sound;
    cells.iter().for_each(|&(row, value)| column[row] = value);
    (design(&[column]), outcomes)
}

#[test]
fn one_absurd_cell_among_thousands_changes_next_to_nothing() {
    let n = 3000;
    let rows: Vec<u32> = (0..n as u32).collect();
    let (sound, outcomes) = spoilt(n, &[]);
    let expected = attributed(&sound, &train(&sound, &outcomes, &rows)).margin;
    for absurd in [99_999.0, -99_999.0, 1e9, 1e200, -1e300, f64::MAX, f64::MIN] {
        let (design, _) = spoilt(n, &[(1234, absurd)]);
        let trained = train(&design, &outcomes, &rows);
        let attributions = attributed(&design, &trained);
        adds_up(&attributions);
        for (row, (ours, expected)) in attributions.margin.iter().zip(&expected).enumerate() {
            assert!(row == 1234 || (ours - expected).abs() < 0.02, "{absurd:e}: {ours} instead of {expected}");
        }
        let most = expected.iter().fold(0.0f64, |most, margin| most.max(margin.abs()));
        assert!(attributions.margin[1234].abs() < 2.5 * most, "{absurd:e}: {}", attributions.margin[1234]);
        for evidence in &trained.calibration {
            let with = evidence.margins.iter().zip(&evidence.outcomes).filter(|(_, outcome)| **outcome);
            assert!(with.map(|(margin, _)| margin).sum::<f64>() > 0.0, "{absurd:e}: the column tells the outcome");
        }
    }
}

#[test]
fn a_stand_in_that_history_never_had_stands_at_the_end_of_its_range() {
    let n = 2000;
    let history: Vec<u32> = (0..n as u32).collect();
    let (design, outcomes) = spoilt(n + 3, &[(n, 99_999.0), (n + 1, -1.0), (n + 2, 1e300)]);
    let trained = train(&design, &outcomes, &history);
    let attributions = attributed(&design, &trained);
    adds_up(&attributions);
    let (low, high) = attributions.margin[..n]
        .iter()
        .fold((f64::MAX, f64::MIN), |(low, high), margin| (low.min(*margin), high.max(*margin)));
    let half = (high - low) / 2.0;
    for row in [n, n + 2] {
        assert!((attributions.margin[row] - (high + half)).abs() < 1e-9, "half a width beyond what was seen, no more");
    }
    assert!(attributions.margin[n + 1] < low, "a little beyond history is taken as it is");
}

#[test]
fn a_tail_that_grows_step_by_step_is_left_alone() {
    let n = 5000;
    let rows: Vec<u32> = (0..n as u32).collect();
    let money = |sigma: f64| (0..n).map(|row| (sigma * normal(row, 4)).exp()).collect::<Vec<f64>>();
    // nine in ten never had a refund, and nearly all have no ticket
    let refunds: Vec<f64> = (0..n).map(|row| if unit(row, 5) < 0.9 { 0.0 } else { normal(row, 6).exp() }).collect();
    let tickets: Vec<f64> = (0..n).map(|row| (8.0 * unit(row, 7).powi(40)).floor()).collect();
    let columns = [money(1.0), money(1.5), refunds, tickets];
    let design = design(&columns);
    let outcomes = outcomes(&[columns[0].iter().map(|value| 0.2 * value).collect()]);
    let trained = train(&design, &outcomes, &rows);
    for (column, term) in columns.iter().zip(&trained.last.model.terms) {
        let term = serde_json::to_value(term).unwrap();
        let (low, high) = (term["low"].as_f64().unwrap(), term["high"].as_f64().unwrap());
        let beyond = column.iter().filter(|value| **value < low || **value > high).count();
        assert_eq!(beyond, 0, "{}: {beyond} beyond {low} to {high}", term["feature"]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn numbers_of_any_size_give_finite_models_that_add_up(
        powers in prop::collection::vec(-308.0f64..308.0, 40..120),
        negative in prop::collection::vec(any::<bool>(), 120),
        flat: bool,
    ) {
        let n = powers.len();
        let power = |row: usize| if flat { powers[0] } else { powers[row] };
        let sign = |row: usize| if negative[row] { -1.0 } else { 1.0 };
        let column: Vec<f64> = (0..n).map(|row| sign(row) * 10f64.powf(power(row))).collect();
        let design = design(&[column, (0..n).map(|row| normal(row, 8)).collect()]);
        let outcomes: Vec<Option<bool>> = (0..n).map(|row| Some(row % 3 == 0)).collect();
        let trained = train(&design, &outcomes, &(0..n as u32).collect::<Vec<_>>());
        let attributions = attributed(&design, &trained);
        adds_up(&attributions);
        prop_assert!(attributions.score.iter().all(|score| (0.0..=100.0).contains(score)));
        let text = serde_json::to_string(&trained.last.model).unwrap();
        let read: trustrisk::base::model::Model = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(read, trained.last.model);
    }
}

/// Cells of the column `late` of the small business, spoilt.
fn run_spoilt(cells: &[(usize, &str)]) -> (tempfile::TempDir, Sealed) {
    let folder = small_business(2000);
    let file = folder.path().join("customers.csv");
    let mut lines: Vec<String> = fs::read_to_string(&file).unwrap().lines().map(str::to_owned).collect();
    for (row, cell) in cells {
        let mut fields: Vec<&str> = lines[row + 1].split(',').collect();
        fields[1] = cell;
        lines[row + 1] = fields.join(",");
    }
    fs::write(&file, lines.join("\n") + "\n").unwrap();
    let finished = run_small(folder.path()).unwrap();
    (folder, finished)
}

#[test]
fn stand_ins_are_told_and_do_not_decide() {
    let (_sound, sound) = run_spoilt(&[]);
    assert!(sound.findings.iter().all(|finding| finding.code != "extreme-values"), "{:?}", sound.findings);
    // rows 9, 19, … are today's
    let (_spoilt, spoilt) = run_spoilt(&[(20, "99999"), (31, "1e200"), (19, "99999")]);
    assert_eq!(spoilt.groups[0].error, None);
    let told: Vec<_> = spoilt.findings.iter().filter(|finding| finding.code == "extreme-values").collect();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].column.as_deref(), told[0].count), (Some("late"), Some(3)));
    assert_eq!(
        told[0].message,
        "in `late` 3 rows are out of all proportion (the farthest 1e200): the model takes -4.5 to 13.5 as they are, and \
         what lies beyond as the end of that range"
    );
    let hint =
        "if it stands for a value that is not known, add `missing = [\"1e200\"]` under `[stakeholders.columns.late]`";
    assert_eq!(told[0].hint.as_deref(), Some(hint));
    let (before, after) = (scores(&sound.path, "customers"), scores(&spoilt.path, "customers"));
    let score = |table: &_, row: usize| column(table, "score")[row].parse::<f64>().unwrap();
    for row in (0..2000).filter(|row| ![19, 20, 31].contains(row)) {
        assert!((score(&before, row) - score(&after, row)).abs() < 3.0, "row {row}");
    }
    let most = (0..2000).map(|row| score(&before, row)).fold(0.0, f64::max);
    assert!(score(&after, 19) < 99.9, "{} where the most was {most}", score(&after, 19));
    let (_near, near) = run_spoilt(&[(19, "20")]);
    let told: Vec<_> = near.findings.iter().filter(|finding| finding.code == "extreme-values").collect();
    assert_eq!((told.len(), told[0].severity), (1, trustrisk::base::Severity::Info));
    assert!(told[0].message.starts_with("in `late` 1 row is beyond the rows of the fit (20)"), "{}", told[0].message);
}
