//! Families that are compared and not fitted to the end, and what the family that scores is calibrated by.

use std::fs;

use serde_json::Value;
use trustrisk::base::Seed;
use trustrisk::base::population::Population;
use trustrisk::base::progress::Silent;
use trustrisk::base::units::Family;
use trustrisk::sample;
use trustrisk::train::{self, Evidence, Settings};

use crate::support::run_in;
use crate::train::{CONFIG, Wide, wide};

#[test]
fn forests_far_behind_are_passed_over_and_that_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = fs::File::create(folder.path().join("wide.csv")).unwrap();
    sample::wide_table(4000, Seed(7), &mut file).unwrap();
    let run = run_in(CONFIG, folder.path(), &folder.path().join("reports"), &Silent).unwrap();
    let text = fs::read_to_string(run.path.join("customers").join("validation.json")).unwrap();
    let validation: Value = serde_json::from_str(&text).unwrap();
    let of = |family: &str| validation["families"][family].clone();
    let looks: Vec<f64> = Family::ALL.iter().map(|family| of(family.name())["first_look"].as_f64().unwrap()).collect();
    let least = looks.iter().copied().fold(f64::INFINITY, f64::min);
    for family in ["forest", "extra_trees"] {
        let told = of(family)["refused"].as_str().unwrap().to_owned();
        let log_loss = of(family)["first_look"].as_f64().unwrap();
        assert!(told.starts_with("far behind in a first look") && told.contains(&format!("{log_loss:.4}")), "{told}");
        assert!(of(family)["out_of_fold"].is_null() && log_loss > least);
    }
    for family in ["logistic", "tree", "additive", "boosted"] {
        assert!(of(family)["refused"].is_null() && of(family)["out_of_fold"]["log_loss"]["value"].is_f64(), "{family}");
    }
    assert_eq!(run.groups[0].families.iter().filter(|(_, log_loss)| log_loss.is_none()).count(), 2);
}

#[test]
fn closer_evidence_tells_every_other_row_once_and_knows_nothing_of_the_fold() {
    let Wide { mut table, design, folds } = wide(1000);
    // rows of one cluster are told together, so that no model has seen one of them
    (0..folds.parts.len()).for_each(|fold| {
        let rows = &folds.parts[fold].test;
        table.cluster[rows[0] as usize] = table.cluster[rows[1] as usize];
    });
    let history = table.rows_of(Population::History);
    let settings = Settings::default();
    let closer = |outcome: &[Option<bool>], fold: usize| {
        let evidence = Evidence {
            design: &design,
            outcome,
            cluster: &table.cluster,
            history: &history,
            folds: &folds,
            weigh: None,
        };
        let fitted = train::cross_fit(&evidence, Family::Logistic, &settings, Seed(3), &Silent).unwrap();
        train::closer(&evidence, &fitted, fold, &settings, Seed(3)).unwrap().unwrap()
    };
    let mut flipped = table.outcome.clone();
    folds.parts[2].test.iter().step_by(3).for_each(|&row| flipped[row as usize] = flipped[row as usize].map(|is| !is));
    let (before, after) = (closer(&table.outcome, 2), closer(&flipped, 2));
    assert_eq!(before, after);
    assert_ne!(closer(&table.outcome, 1), closer(&flipped, 1));
    let mut told = before.rows.clone();
    told.sort_unstable();
    assert_eq!(told, folds.parts[2].train);
    assert_eq!(before.folds.iter().map(|(fold, _)| *fold).collect::<Vec<_>>(), [0, 1, 3, 4]);
}
