//! Broken `model.json` files: a model or an error, never a panic, and what is read can score.

use std::sync::OnceLock;

use proptest::prelude::*;
use serde_json::Value;
use trustrisk::base::attributions::Perturbation;
use trustrisk::base::design::{Design, Feature, FeatureKind, Values};
use trustrisk::base::saved::SavedModel;
use trustrisk::explain::{Explainer, attribute};

use crate::support::{SMALL_CONFIG, run_in, small_business};
use trustrisk::base::progress::Silent;

/// `model.json` of small runs, one of each kind of model.
fn models() -> &'static [String] {
    static MODELS: OnceLock<Vec<String>> = OnceLock::new();
    MODELS.get_or_init(|| {
        let folder = small_business(400);
        let model = |family: &str| {
            let reports = folder.path().join(family);
            let config = SMALL_CONFIG.replace("[[stakeholders]]", &format!("[[stakeholders]]\nmodel = \"{family}\""));
            let sealed = run_in(&config, folder.path(), &reports, &Silent).unwrap();
            std::fs::read_to_string(sealed.path.join("customers/model.json")).unwrap()
        };
        ["logistic", "tree", "additive", "boosted"].map(model).to_vec()
    })
}

/// A design of the model's columns, and a few rows of each.
fn design(model: &SavedModel) -> Design {
    let n = 5u32;
    let column = |name: &str, kind: FeatureKind| {
        let values = match kind {
            FeatureKind::Level => {
                let levels = ["a", "b"].map(str::to_owned).to_vec();
                Values::Levels { codes: (0..n).map(|row| if row == 4 { u32::MAX } else { row % 2 }).collect(), levels }
            }
            _ => Values::Numbers { values: (0..n).map(f64::from).collect(), missing: vec![false; n as usize] },
        };
        Feature { name: name.to_owned(), kind, values }
    };
    let features = model.features.iter().map(|feature| column(&feature.name, feature.kind)).collect();
    Design { n_subjects: n as usize, features }
}

/// Reads a model and scores with it; whether it was one.
fn survives(text: &str) -> bool {
    let Ok(model) = SavedModel::parse(text) else { return false };
    let design = design(&model);
    for scorer in model.scorers() {
        let explainer = Explainer::new(&scorer.model, scorer.calibrator, Perturbation::default());
        if let Ok(scorer) = explainer.bind(&design) {
            let rows: Vec<(u32, u16)> = (0..5).map(|row| (row, 0)).collect();
            attribute(&[scorer], &rows, design.features.len());
        }
    }
    true
}

/// Every value of a JSON text, by number; calls `change` on one of them.
fn change_at(value: &mut Value, at: &mut usize, change: &dyn Fn(&mut Value)) -> bool {
    if *at == 0 {
        change(value);
        return true;
    }
    *at -= 1;
    match value {
        Value::Array(items) => items.iter_mut().any(|item| change_at(item, at, change)),
        Value::Object(fields) => fields.iter_mut().any(|(_, field)| change_at(field, at, change)),
        _ => false,
    }
}

fn n_values(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(n_values).sum(),
        Value::Object(fields) => fields.values().map(n_values).sum(),
        _ => 0,
    }
}

#[test]
fn whole_models_are_read() {
    for model in models() {
        assert!(survives(model));
    }
}

#[test]
fn nests_of_brackets_are_refused() {
    for open in ["[", "{\"a\":"] {
        assert!(!survives(&open.repeat(200_000)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn broken_bytes_do_not_panic(which in 0usize..4, at in 0.0f64..1.0, length in 0usize..40, byte in 0u8..128) {
        let mut bytes = models()[which].clone().into_bytes();
        let at = (at * bytes.len() as f64) as usize;
        let end = (at + length).min(bytes.len());
        bytes.splice(at..end, [byte]);
        survives(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn cut_files_are_refused(which in 0usize..4, share in 0.0f64..0.999) {
        let text = &models()[which];
        let end = (share * text.len() as f64) as usize;
        prop_assert!(!survives(&String::from_utf8_lossy(&text.as_bytes()[..end])));
    }

    #[test]
    fn other_values_do_not_panic(which in 0usize..4, at in 0.0f64..1.0, what in 0usize..7) {
        let mut value: Value = serde_json::from_str(&models()[which]).unwrap();
        let other = [
            Value::Null,
            Value::from(-1),
            Value::from(u64::MAX),
            Value::from(1e300),
            Value::from("x"),
            Value::Array(Vec::new()),
            Value::Object(serde_json::Map::new()),
        ];
        let mut at = (at * n_values(&value) as f64) as usize;
        change_at(&mut value, &mut at, &|value| *value = other[what].clone());
        survives(&value.to_string());
    }
}
