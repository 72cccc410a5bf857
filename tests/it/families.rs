//! What holds for every family of models.

use std::collections::BTreeMap;

use trustrisk::base::Seed;
use trustrisk::base::attributions::Perturbation;
use trustrisk::base::calibrator::Calibrator;
use trustrisk::base::design::{Design, Feature, FeatureKind, MISSING, Values};
use trustrisk::base::folds::{Fold, FoldKind, Folds};
use trustrisk::base::model::Model;
use trustrisk::base::units::{Direction, Family};
use trustrisk::explain::{Explainer, attribute, check_additivity};
use trustrisk::stats::rank::auc;
use trustrisk::train::{self, Settings};

use crate::support::{Trained, cross_fit};

const N: u32 = 900;

fn chance(name: &str, row: u32) -> f64 {
    (Seed(3).hash(format!("{name} {row}").as_bytes()) >> 11) as f64 / (1u64 << 53) as f64
}

/// Two columns that matter, one with blanks, one of levels, one that is chance.
pub fn business() -> (Design, Vec<Option<bool>>) {
    let number = |name: &str, scale: f64, share_missing: f64| {
        let missing: Vec<bool> = (0..N).map(|row| chance(&format!("{name} missing"), row) < share_missing).collect();
        let values = (0..N).map(|row| (chance(name, row) * scale).round()).collect();
        Feature { name: name.to_owned(), kind: FeatureKind::Number, values: Values::Numbers { values, missing } }
    };
    let codes = (0..N).map(|row| match (chance("plan", row) * 3.2) as u32 {
        3 => MISSING,
        code => code,
    });
    let levels = ["basic", "gold", "plus"].map(str::to_owned).to_vec();
    let plan = Feature {
        name: "plan".to_owned(),
        kind: FeatureKind::Level,
        values: Values::Levels { codes: codes.collect(), levels },
    };
    let design = Design {
        n_subjects: N as usize,
        features: vec![number("late", 12.0, 0.0), number("tenure", 60.0, 0.1), plan, number("noise", 30.0, 0.0)],
    };
    let outcome = (0..N).map(|row| {
        let late = (chance("late", row) * 12.0).round();
        let gold = if design.features[2].values.level(row as usize) == Some("gold") { -1.2 } else { 0.0 };
        let odds = -1.6 + 0.3 * late - 0.03 * (chance("tenure", row) * 60.0).round() + gold;
        Some(chance("outcome", row) < 1.0 / (1.0 + (-odds).exp()))
    });
    let outcome = outcome.collect();
    (design, outcome)
}

pub fn folds() -> Folds {
    let part = |own: u32| {
        let (test, train) = (0..N).partition(|row| row % 3 == own);
        Fold { block: 0, test, train }
    };
    Folds { kind: FoldKind::Random, parts: (0..3).map(part).collect() }
}

pub fn fit(family: Family, settings: &Settings) -> (Design, Vec<Option<bool>>, Trained) {
    let (design, outcome) = business();
    let rows: Vec<u32> = (0..N).collect();
    let trained = cross_fit(family, &design, &outcome, &rows, &folds(), settings);
    (design, outcome, trained)
}

#[test]
fn every_family_finds_what_was_planted() {
    for family in Family::ALL {
        let (design, outcome, trained) = fit(family, &Settings::default());
        let mut aucs = Vec::new();
        for (part, fitted) in folds().parts.iter().zip(&trained.folds) {
            let bound = fitted.model.bind(&design).unwrap();
            let margins: Vec<f64> = part.test.iter().map(|&row| bound.margin(row as usize)).collect();
            let outcomes: Vec<bool> = part.test.iter().map(|&row| outcome[row as usize] == Some(true)).collect();
            aucs.push(auc(&margins, &outcomes).unwrap());
        }
        let mean = aucs.iter().sum::<f64>() / aucs.len() as f64;
        eprintln!("{}: AUC {mean:.3} out of fold, {:?}", family.name(), trained.last.tuned);
        assert!(mean > 0.72, "{}: AUC {mean}", family.name());
        assert_eq!((trained.last.model.family, trained.last.model.margin_unit), (family, family.margin_unit()));
    }
}

#[test]
fn every_family_adds_up_and_its_base_is_the_mean_of_its_background() {
    for family in Family::ALL {
        let (design, _, trained) = fit(family, &Settings::default());
        let model = &trained.last.model;
        let calibrator = Calibrator::identity(family.margin_unit());
        let explainer = Explainer::new(model, calibrator, Perturbation::default());
        let scorers = [explainer.bind(&design).unwrap()];
        let rows: Vec<(u32, u16)> = (0..N).map(|row| (row, 0)).collect();
        let told = attribute(&scorers, &rows, design.features.len());
        check_additivity(&told).unwrap();
        let bound = model.bind(&design).unwrap();
        for (row, margins) in told.margins.outer_iter().enumerate() {
            let off = margins.sum() + told.base_margin[row] - bound.margin(row);
            assert!(off.abs() < 1e-9, "{}: row {row} is off by {off:e}", family.name());
        }
        let mean = told.margin.iter().sum::<f64>() / f64::from(N);
        let base = model.background.base_margin;
        assert!((mean - base).abs() < 1e-9, "{}: the base is {base}, the mean {mean}", family.name());
    }
}

#[test]
fn every_family_is_the_same_with_one_thread_and_two_and_read_again() {
    for family in Family::ALL {
        let in_pool = |n_threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            pool.install(|| fit(family, &Settings::default()).2)
        };
        let text = |trained: &Trained| serde_json::to_string(&trained.last.model).unwrap();
        let (one, two) = (in_pool(1), in_pool(2));
        assert_eq!(text(&one), text(&two), "{}", family.name());
        assert_eq!(one, two);
        let again: Model = serde_json::from_str(&text(&one)).unwrap();
        assert_eq!(again, one.last.model);
        again.check().unwrap();
    }
}

#[test]
fn families_that_can_keep_to_a_direction_do() {
    // against what was planted, so that it binds
    let directions = BTreeMap::from([
        ("late".to_owned(), Direction::Decreasing),
        ("tenure".to_owned(), Direction::Decreasing),
        ("noise".to_owned(), Direction::Increasing),
    ]);
    let settings = Settings { directions: directions.clone(), ..Settings::default() };
    let rows: Vec<u32> = (0..N).collect();
    for family in Family::ALL {
        let (design, _, trained) = fit(family, &settings);
        let found = train::violations(&trained.last.model, &design, &rows, &directions, Seed(1)).unwrap();
        let keeps = train::keeps_directions(family);
        assert!(!keeps || found.is_empty(), "{}: {found:?}", family.name());
        assert!(keeps || found.iter().any(|violation| violation.feature == "late"), "{}", family.name());
    }
}
