//! Models trained elsewhere: their margins, and their attributions as their makers, shap and woodelf tell them.
//!
//! `tests/reference/make.py` remakes models and numbers. LightGBM, CatBoost and shap compute in double precision; what
//! tables round is at most 5e-6. XGBoost adds in single precision: its numbers hold to about 1e-5. woodelf's tables are in
//! single precision too.

use std::fs;

use serde_json::Value;
use trustrisk::base::attributions::{Attributions, Perturbation};
use trustrisk::base::calibrator::Calibrator;
use trustrisk::base::design::{Design, Feature, FeatureKind, MISSING, Values};
use trustrisk::base::model::Model;
use trustrisk::explain::{Explainer, Instructions, Kernel, attribute, interactions};
use trustrisk::train;

use crate::support::root;

/// What tables may round.
const TABLES: f64 = 5e-6;
/// Both sides in double precision.
const EXACT: f64 = 1e-9;
/// Sums in single precision.
const SINGLE: f64 = 1e-5;

fn folder() -> std::path::PathBuf {
    root().join("tests/reference/attributions")
}

fn read(file: &str) -> String {
    fs::read_to_string(folder().join(file)).unwrap()
}

/// All columns of the table, numbers or levels.
fn design() -> Design {
    let text = read("table.csv");
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    let rows = &lines[1..];
    let column = |(column, name): (usize, &&str)| {
        let cells: Vec<&str> = rows.iter().map(|row| row[column]).collect();
        let is_number = cells.iter().all(|cell| cell.is_empty() || cell.parse::<f64>().is_ok());
        let (kind, values) = if is_number {
            let missing: Vec<bool> = cells.iter().map(|cell| cell.is_empty()).collect();
            let values = cells.iter().map(|cell| cell.parse().unwrap_or(0.0)).collect();
            (FeatureKind::Number, Values::Numbers { values, missing })
        } else {
            let mut levels: Vec<String> = cells.iter().map(|cell| (*cell).to_owned()).collect();
            levels.sort();
            levels.dedup();
            let code = |cell: &&str| levels.iter().position(|level| level == cell).map_or(MISSING, |code| code as u32);
            (FeatureKind::Level, Values::Levels { codes: cells.iter().map(code).collect(), levels: levels.clone() })
        };
        Feature { name: (*name).to_owned(), kind, values }
    };
    Design { n_subjects: rows.len(), features: lines[0].iter().enumerate().map(column).collect() }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn attributed(model: &Model, design: &Design, perturbation: Perturbation, n_told: usize) -> (Attributions, Kernel) {
    let explainer = Explainer::new(model, Calibrator::identity(model.margin_unit), perturbation);
    let scorers = [explainer.bind(design).unwrap()];
    let rows: Vec<(u32, u16)> = (0..n_told as u32).map(|row| (row, 0)).collect();
    let method = explainer.method();
    assert_eq!(method.perturbation, perturbation);
    (attribute(&scorers, &rows, design.features.len()), method.kernel)
}

/// Values of peers have a column for each column of the model, ours for each of the table.
fn compare(file: &str, told: &Attributions, design: &Design, columns: &Value, values: &Value, tolerance: f64) {
    for (row, values) in values.as_array().unwrap().iter().enumerate() {
        for (column, theirs) in columns.as_array().unwrap().iter().zip(numbers(values)) {
            let name = column.as_str().unwrap();
            let at = design.features.iter().position(|feature| feature.name == name).unwrap();
            let ours = told.margins[[row, at]];
            assert!((ours - theirs).abs() < tolerance, "{file}, row {row}, `{name}`: {ours} is not {theirs}");
        }
    }
}

#[test]
fn models_trained_elsewhere_are_attributed_as_their_makers_do() {
    let expected: Value = serde_json::from_str(&read("expected.json")).unwrap();
    let design = design();
    let n_told = expected["n_told"].as_u64().unwrap() as usize;
    for (file, expected) in expected["files"].as_object().unwrap() {
        let imported = train::import(&read(file)).unwrap();
        let is_single = imported.maker == "XGBoost";
        let (told, kernel) = attributed(&imported.model, &design, Perturbation::PathDependent, n_told);
        for (ours, theirs) in told.margin.iter().zip(numbers(&expected["margins"])) {
            let tolerance = if is_single { 1e-6 } else { 1e-12 };
            assert!((ours - theirs).abs() < tolerance, "{file}: margin {ours} is not {theirs}");
        }
        let tolerance = match (is_single, kernel) {
            (true, _) => SINGLE,
            (_, Kernel::Quadrature) => EXACT,
            _ => TABLES,
        };
        assert_eq!(kernel == Kernel::Quadrature, file.contains("deep"), "{file}: {kernel:?}");
        // CatBoost's own values of trees of free shape do not add up to its margins: the fixture leaves them out
        let Some(path) = expected.get("path_dependent") else {
            assert_eq!(file, "catboost_free.json");
            continue;
        };
        compare(file, &told, &design, &expected["columns"], &path["values"], tolerance);
        let off = told.base_margin[0] - path["base_margin"].as_f64().unwrap();
        assert!(off.abs() < tolerance, "{file}: the base is off by {off}");
    }
}

#[test]
fn against_a_background_shap_and_woodelf_say_the_same() {
    let expected: Value = serde_json::from_str(&read("expected.json")).unwrap();
    let (n_told, n_background) =
        (expected["n_told"].as_u64().unwrap() as usize, expected["n_background"].as_u64().unwrap() as u32);
    let file = "lightgbm_numbers.txt";
    let expected = &expected["files"][file];
    let design = design();
    let mut model = train::import(&read(file)).unwrap().model;
    let n = design.n_subjects as u32;
    model.set_background(&design, &(n - n_background..n).collect::<Vec<u32>>()).unwrap();
    let (told, kernel) = attributed(&model, &design, Perturbation::Interventional, n_told);
    assert_eq!(kernel, Kernel::PatternTables);
    let of_shap = &expected["interventional"];
    compare(file, &told, &design, &expected["columns"], &of_shap["values"], TABLES);
    assert!((told.base_margin[0] - of_shap["base_margin"].as_f64().unwrap()).abs() < EXACT);
    compare(file, &told, &design, &expected["columns"], &expected["interventional_woodelf"], TABLES);
    // woodelf tells half of an interaction on either side of the diagonal, as shap does
    let rows: Vec<u32> = (0..n_told as u32).collect();
    let pairs = interactions(&model, &design, &rows, Perturbation::Interventional, Instructions::detect()).unwrap();
    let mut n_compared = 0;
    for (row, theirs) in expected["interactions_woodelf"].as_array().unwrap().iter().enumerate() {
        for (first, theirs) in theirs.as_array().unwrap().iter().enumerate() {
            for (second, theirs) in numbers(theirs).into_iter().enumerate().filter(|(second, _)| *second > first) {
                let pair = pairs.pairs.iter().position(|pair| *pair == [first, second]);
                let ours = pair.map_or(0.0, |pair| pairs.values[[row, pair]]) / 2.0;
                assert!((ours - theirs).abs() < TABLES, "row {row}, {first} × {second}: {ours} is not {theirs}");
                n_compared += usize::from(theirs != 0.0);
            }
        }
    }
    assert!(n_compared > 100, "{n_compared}");
}

#[test]
fn what_cannot_be_said_exactly_is_refused() {
    let refused = |file: &str, from: &str, to: &str| {
        let text = read(file);
        assert!(text.contains(from), "{file} holds no `{from}`");
        train::import(&text.replace(from, to)).unwrap_err().to_string()
    };
    let cases = [
        ("lightgbm.txt", "objective=binary sigmoid:1", "objective=regression", "LightGBM's objective `regression`"),
        (
            "lightgbm.txt",
            "num_tree_per_iteration=1",
            "num_tree_per_iteration=3",
            "LightGBM's model of several outcomes",
        ),
        ("lightgbm.txt", "is_linear=0", "is_linear=1", "LightGBM's linear trees"),
        ("lightgbm.txt", "left_child=1 ", "left_child=0 ", "a tree leads back to itself"),
        (
            "lightgbm.txt",
            "pandas_categorical:[[",
            "pandas_categorical:[[\"x\"], [",
            "there are 3 lists for 2 categorical columns",
        ),
        ("lightgbm.txt", "leaf_value=", "leaf_value=x", "`leaf_value` holds `x"),
        ("xgboost.json", "binary:logistic", "reg:squarederror", "XGBoost's objective `reg:squarederror`"),
        ("xgboost.json", "\"gbtree\"", "\"dart\"", "XGBoost's booster `dart`"),
        ("catboost.json", "Logloss", "RMSE", "CatBoost's loss function `RMSE`"),
        ("catboost.json", "\"FloatFeature\"", "\"OnlineCtr\"", "CatBoost's split `OnlineCtr`"),
        ("catboost.json", "\"leaf_weights\"", "\"weights\"", "a tree has no leaf weights"),
    ];
    for (file, from, to, expected) in cases {
        let told = refused(file, from, to);
        assert!(told.contains(expected), "{told}");
    }
    for (text, expected) in [
        ("{}", "the JSON is neither XGBoost's nor CatBoost's"),
        ("weights 1 2 3", "the model is neither LightGBM's text nor JSON"),
        ("{\"fingerprint\": 1}", "the model is trustrisk's own"),
    ] {
        let told = train::import(text).unwrap_err().to_string();
        assert!(told.contains(expected), "{told}");
    }
}

/// XGBoost keeps the trees that early stopping found useless: `Booster.predict` uses them, `XGBClassifier.predict` does
/// not, and the file tells whose it is.
#[test]
fn trees_beyond_the_best_iteration_count_as_their_maker_counts_them() {
    let text = read("xgboost.json");
    let whole = train::import(&text).unwrap();
    assert!(whole.findings.is_empty());
    let trees = &whole.model.trees.trees;
    let n = trees.len();
    let with = |attributes: Value| {
        let mut value: Value = serde_json::from_str(&text).unwrap();
        value["learner"]["attributes"] = attributes;
        train::import(&value.to_string()).unwrap()
    };
    let booster = with(serde_json::json!({ "best_iteration": "3", "best_score": "0.4" }));
    assert_eq!(booster.model, whole.model);
    let told = &booster.findings[0];
    assert!(told.message.contains(&format!("4 of {n} trees")) && told.code == "stopped-early", "{told:?}");
    assert!(told.hint.as_ref().unwrap().contains("booster[:booster.best_iteration + 1]"));
    let classifier = with(serde_json::json!({ "best_iteration": "3", "scikit_learn": "{}" }));
    assert_eq!(classifier.model.trees.trees, trees[..4]);
    assert_eq!(classifier.findings[0].count, Some(n as u64 - 4));
    // the last is the best, or none is noted
    for attributes in
        [serde_json::json!({ "best_iteration": (n - 1).to_string(), "scikit_learn": "{}" }), serde_json::json!({})]
    {
        assert_eq!(with(attributes), whole);
    }
}

/// Every text that a broken file may be is a model or an error.
#[test]
fn broken_files_are_errors() {
    for file in ["lightgbm.txt", "xgboost.json", "catboost.json", "catboost_free.json"] {
        let text = read(file);
        for part in 1..60 {
            let end = (0..=text.len() * part / 60).rev().find(|end| text.is_char_boundary(*end)).unwrap();
            let _ = train::import(&text[..end]);
            // a number that is another one
            let changed = format!("{}{}{}", &text[..end], part, &text[end..]);
            let _ = train::import(&changed);
        }
    }
}
