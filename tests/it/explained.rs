//! Explanations from outside: a model trained elsewhere, actions and reasons of a run, and what is told of their quality.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;
use tempfile::TempDir;
use trustrisk::base::attributions::Perturbation;
use trustrisk::base::calibrator::Calibrator;
use trustrisk::base::design::{Design, FeatureKind};
use trustrisk::base::model::{Axis, Model, Oblivious, Pair, Shape, Split, Term, TreeFeature};
use trustrisk::base::progress::Silent;
use trustrisk::base::units::{Family, MarginUnit};
use trustrisk::explain::{Explainer, dependence, strongest};

use crate::support::{SMALL_CONFIG, root, run_in, small_business, trustrisk};

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Rows of a CSV without quotes, by column.
fn columns(csv: &str) -> BTreeMap<String, Vec<String>> {
    let mut lines = csv.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let rows: Vec<Vec<String>> = lines.collect();
    names.into_iter().enumerate().map(|(at, name)| (name, rows.iter().map(|row| row[at].clone()).collect())).collect()
}

#[test]
fn a_model_trained_elsewhere_is_explained_row_by_row() {
    let folder = TempDir::new().unwrap();
    let fixtures = root().join("tests/reference/attributions");
    for file in ["lightgbm.txt", "xgboost.json", "catboost.json", "lightgbm_deep.txt"] {
        let (model, table) = (fixtures.join(file), fixtures.join("table.csv"));
        let (model, table) = (model.to_str().unwrap(), table.to_str().unwrap());
        let output = trustrisk(folder.path(), &["explain-model", model, table, "--out", "points.csv"]);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{told}");
        assert!(told.contains("400 subjects explained: `points.csv`"), "{told}");
        assert_eq!(told.contains("attributions follow the trees' paths"), file.contains("deep"), "{file}: {told}");
        let how = if file.contains("deep") { "path-dependent, by cover" } else { "interventional, against" };
        assert!(told.contains(how), "{told}");
        let written = columns(&fs::read_to_string(folder.path().join("points.csv")).unwrap());
        let number = |name: &str, row: usize| written[name][row].parse::<f64>().unwrap();
        let features: Vec<&String> = written
            .keys()
            .filter(|name| {
                let ours = ["row", "margin", "risk", "score", "base_margin", "base_score", "perturbation"];
                !ours.contains(&name.as_str())
            })
            .collect();
        // which perturbation it was stands beside the numbers
        let perturbation = if file.contains("deep") { "path_dependent" } else { "interventional" };
        assert!(written["perturbation"].iter().all(|told| told == perturbation), "{file}");
        assert!(written["base_margin"].iter().all(|base| base == &written["base_margin"][0]), "{file}");
        assert!(features.len() >= 5, "{features:?}");
        for row in 0..400 {
            let sum: f64 = features.iter().map(|name| number(name, row)).sum();
            let off = sum + number("base_score", row) - number("score", row);
            assert!(off.abs() < 1e-9, "{file}, row {row}: off by {off:e}");
            let risk = 1.0 / (1.0 + (-number("margin", row)).exp());
            assert!((risk - number("risk", row)).abs() < 1e-12);
        }
    }
}

#[test]
fn explain_model_says_what_is_wrong() {
    let folder = TempDir::new().unwrap();
    let fixtures = root().join("tests/reference/attributions");
    let (model, table) = (fixtures.join("lightgbm.txt"), fixtures.join("table.csv"));
    let (model, table) = (model.to_str().unwrap(), table.to_str().unwrap());
    let fails = |arguments: &[&str], expected: &str| {
        let output = trustrisk(folder.path(), arguments);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(expected), "{told}");
    };
    fails(&["explain-model", table, table], "the model is neither LightGBM's text nor JSON");
    fails(&["explain-model", "nothing.txt", table], "`nothing.txt` cannot be read");
    fs::write(folder.path().join("few.csv"), "late,spend,wait,calls,plan,city\n1,2,3,4,monthly,a\n").unwrap();
    fails(&["explain-model", model, "few.csv"], "the model needs column `age`, which the table does not have");
    let header = "late,spend,age,wait,calls,plan,city";
    let other: String = (0..30).map(|row| format!("{row},2,3,4,5,{},a\n", ["p", "q"][row % 2])).collect();
    fs::write(folder.path().join("other.csv"), format!("{header}\n{other}")).unwrap();
    fails(
        &["explain-model", model, "other.csv"],
        "the model knows none of the levels of column `plan` (the table has `p`, the model `monthly`)",
    );
    fails(&["explain-model", model, table, "--json"], "`--json` and the scores cannot both go to standard output");
    let output =
        trustrisk(folder.path(), &["explain-model", model, table, "--json", "--path-dependent", "--out", "p.csv"]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&told["maker"], &told["n_rows"], &told["n_trees"]), (&"LightGBM".into(), &400.into(), &6.into()));
    assert_eq!(told["method"]["perturbation"], "path_dependent");
    assert!(told["importance"]["late"].as_f64().unwrap() > 0.0);
}

const ACTIONABLE: &str = r#"
[stakeholders.columns]
late = { label = "Days late", unit = "days", actionable = { may = "decrease", min = 0, step = 1, cost = 5 } }
plan = { label = "Plan", actionable = { may = "either", cost = 12 } }
"#;

#[test]
fn a_run_proposes_actions_and_tells_of_its_explanations() {
    let folder = small_business(600);
    let config = SMALL_CONFIG.replace(
        "[[stakeholders]]",
        "[[stakeholders]]\nmodel = \"additive\"\nbands = { elevated = 0.1, high = 0.2, critical = 0.6 }",
    );
    let config = format!("{config}{ACTIONABLE}");
    let sealed = run_in(&config, folder.path(), &folder.path().join("reports"), &Silent).unwrap();
    let explanation: Value =
        serde_json::from_str(&fs::read_to_string(sealed.path.join("customers/explanation.json")).unwrap()).unwrap();
    let method = &explanation["method"][0];
    assert_eq!((&method["kernel"], &method["perturbation"]), (&"closed_form".into(), &"interventional".into()));
    assert_eq!(explanation["method"].as_array().unwrap().len(), 6);
    let quality = &explanation["quality"];
    assert!(quality["additivity_error"].as_f64().unwrap() < 1e-9);
    for (name, least) in [("coverage", 0.5), ("stability", 0.3), ("faithfulness", 1.0)] {
        let value = quality[name].as_f64().unwrap();
        assert!(value >= least, "{name}: {value}");
    }
    let first = &explanation["importance"][0];
    assert!(first["low"].as_f64() <= first["points"].as_f64() && first["points"].as_f64() <= first["high"].as_f64());
    let output = trustrisk(folder.path(), &["explain", "--run", sealed.path.to_str().unwrap(), "--json", "C00009"]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(told["subjects"][0]["actions"].is_array(), "{told}");
    // of all subjects: sentences, falling scores, and a proof
    let csv = fs::read_to_string(sealed.path.join("customers/scores.csv")).unwrap();
    let header: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
    for name in ["action_1", "action_1_score", "action_1_cost", "action_1_proof", "action_3_proof"] {
        assert!(header.contains(&name), "{name} of {header:?}");
    }
    let acted: Vec<&str> = csv.lines().filter(|line| line.contains("the model's score would be")).collect();
    assert!(acted.len() > 5, "{}", acted.len());
    for line in acted {
        assert!(line.contains("Days late from ") || line.contains("Plan from "), "{line}");
        assert!(line.contains(" EUR)") && (line.contains(",optimal") || line.contains(",none exists")), "{line}");
    }
    assert!(csv.contains("(usually "), "reasons stand beside what is usual");
}

/// Bands and cohorts are those of the scores, and what is told of them adds up.
#[test]
fn bands_cohorts_and_pillars_add_up() {
    let folder = small_business(3000);
    let config = SMALL_CONFIG.replace(
        "[[stakeholders]]",
        "[[stakeholders]]\nmodel = \"logistic\"\nbands = { elevated = 0.1, high = 0.2, critical = 0.6 }",
    );
    let config = format!(
        "{config}[stakeholders.columns]\nlate = {{ pillar = \"reliability\" }}\nplan = {{ pillar = \"empathy\" }}\n"
    );
    let sealed = run_in(&config, folder.path(), &folder.path().join("reports"), &Silent).unwrap();
    let file = |name: &str| fs::read_to_string(sealed.path.join("customers").join(name)).unwrap();
    let told: Value = serde_json::from_str(&file("explanation.json")).unwrap();
    let scores = columns(&unquoted(&file("scores.csv")));
    let of = |name: &str, wanted: &str| -> Vec<usize> {
        let today = scores["history"].iter().map(|history| history == "false");
        let rows = scores[name].iter().zip(today).enumerate();
        rows.filter(|(_, (value, is_today))| *is_today && *value == wanted).map(|(row, _)| row).collect()
    };
    let mean = |rows: &[usize]| -> f64 {
        rows.iter().map(|row| scores["score"][*row].parse::<f64>().unwrap()).sum::<f64>() / rows.len() as f64
    };
    let adds_up = |profile: &Value| {
        for parts in ["pillars", "columns"] {
            let sum: f64 = profile[parts].as_array().unwrap().iter().map(|part| part["points"].as_f64().unwrap()).sum();
            let off = profile["base_score"].as_f64().unwrap() + sum - profile["score"].as_f64().unwrap();
            assert!(off.abs() < 1e-9, "{parts} of {profile}: off by {off}");
        }
    };
    let profiles = told["profiles"].as_array().unwrap();
    assert!(profiles.len() >= 3, "{profiles:?}");
    for profile in profiles {
        let rows = of("band", profile["band"].as_str().unwrap());
        assert_eq!(profile["n"].as_u64().unwrap() as usize, rows.len());
        assert!((profile["score"].as_f64().unwrap() - mean(&rows)).abs() < 1e-9);
        adds_up(profile);
    }
    let cohorts = told["cohorts"]["cohorts"].as_array().unwrap();
    assert!(cohorts.len() > 1, "{}", told["cohorts"]);
    let selected = of("selected", "true").len();
    assert_eq!(cohorts.iter().map(|cohort| cohort["n"].as_u64().unwrap() as usize).sum::<usize>(), selected);
    for cohort in cohorts {
        let rows = of("cohort", &cohort["cohort"].to_string());
        assert_eq!(cohort["n"].as_u64().unwrap() as usize, rows.len());
        assert!((cohort["score"].as_f64().unwrap() - mean(&rows)).abs() < 1e-9);
        assert!(cohort["reasons"][0]["sentence"].as_str().unwrap().contains(" than among all selected"));
        adds_up(cohort);
    }
    for chart in ["bands", "cohorts", "dependence"] {
        assert!(sealed.path.join(format!("customers/charts/{chart}.png")).exists(), "{chart}");
    }
    let table = trustrisk::load::lookup(&sealed.path.join("customers/attributions_pillars.parquet"), "C00009").unwrap();
    let number = |name: &str| {
        let cell = table[0].iter().find(|(column, _)| column == name).map(|(_, value)| value);
        match cell {
            Some(trustrisk::load::Value::Number(number)) => *number,
            other => panic!("{name}: {other:?}"),
        }
    };
    let sum = number("base_score") + number("empathy") + number("reliability") + number("unassigned");
    assert!((sum - number("score")).abs() < 1e-9);
}

/// A table without the commas that stand inside quotes.
fn unquoted(csv: &str) -> String {
    let parts = csv.split('"').enumerate();
    parts.map(|(place, part)| if place % 2 == 1 { part.replace([',', '\n'], ";") } else { part.to_owned() }).collect()
}

#[test]
fn weak_explanations_are_told() {
    let folder = small_business(400);
    let config = SMALL_CONFIG.replace(
        "[[stakeholders]]",
        "[[stakeholders]]\nmodel = \"logistic\"\nquality = { faithfulness = 1000, coverage = 0.1 }",
    );
    let sealed = run_in(&config, folder.path(), &folder.path().join("reports"), &Silent).unwrap();
    let findings = fs::read_to_string(sealed.path.join("customers/findings.json")).unwrap();
    assert!(findings.contains("weak-explanations") && findings.contains("of what a random order does (limit 1000)"));
}

/// Who somebody is cannot be an action.
#[test]
fn a_sensitive_column_is_not_actionable() {
    let config = format!("{SMALL_CONFIG}[stakeholders.columns]\ngender = {{ actionable = {{ may = \"either\" }} }}\n");
    let folder = small_business(50);
    let told = run_in(&config, folder.path(), &folder.path().join("reports"), &Silent).err().unwrap().to_string();
    assert!(told.contains("column `gender` is in `sensitive` and `actionable`"), "{told}");
}

/// A line, and a pair of which both columns matter only together.
fn planted() -> (Model, Design) {
    let design = crate::attributions::design(3, 900, 6);
    let mut model = Model::empty(Family::Additive, 0.0, 900);
    let line = Shape::Line { slope: 0.05, center: 20.0, fill: 20.0, missing: 0.0, low: 0.0, high: 40.0 };
    let term = |feature: &str, shape| Term { feature: feature.to_owned(), kind: FeatureKind::Number, mean: 0.0, shape };
    model.terms = vec![term("x0", line)];
    let edges = || Axis::Edges(vec![19.5]);
    model.pairs = vec![Pair {
        features: ["x1".to_owned(), "x3".to_owned()],
        axes: [edges(), edges()],
        missing: [false, false],
        values: vec![1.0, -1.0, -1.0, 1.0],
        mean: 0.0,
    }];
    model.check().unwrap();
    (model, design)
}

#[test]
fn effects_of_a_line_are_a_line_and_the_planted_pair_is_the_strongest() {
    let (model, design) = planted();
    let rows: Vec<u32> = (0..900).collect();
    let explainer = Explainer::new(&model, Calibrator::identity(MarginUnit::LogOdds), Perturbation::Interventional);
    let scorer = explainer.bind(&design).unwrap();
    let told = dependence(&scorer, &design, &rows, &[0, 1, 2]).unwrap();
    let line = &told[0];
    assert!(line.bins.len() > 10 && line.bins.iter().map(|bin| bin.n).sum::<usize>() == 900);
    for ends in line.effects.windows(2) {
        let slope = (ends[1].1 - ends[0].1) / (ends[1].0 - ends[0].0);
        assert!((slope - 0.05).abs() < 1e-9, "{slope}");
    }
    // a bin's points rise with it, and lie between its tenth and its ninetieth
    assert!(line.bins.windows(2).all(|bins| bins[0].points < bins[1].points));
    assert!(line.bins.iter().all(|bin| bin.low <= bin.points && bin.points <= bin.high));
    // a column that speaks only with another has no effect of its own, and missing values are a bin of their own
    let paired = &told[1];
    let span = paired.effects.iter().map(|(_, effect)| effect.abs()).fold(0.0, f64::max);
    assert!(span < 0.3, "{span}");
    let missing = paired.bins.last().unwrap();
    assert!(missing.from.is_none() && missing.level.is_none() && missing.n > 50);
    assert!(told[2].bins[0].level.is_some() && told[2].effects.is_empty());
    let found = strongest(&explainer, &design, &rows, 5).unwrap();
    assert_eq!(found.perturbation, Perturbation::Interventional);
    let found = found.pairs;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].features, ["x1", "x3"]);
    assert!(found[0].points > 10.0, "{found:?}");
}

/// An oblivious tree that asks about two columns together, seen by the same measures.
#[test]
fn trees_tell_which_columns_speak_together() {
    let (_, design) = planted();
    let split = |feature: u16| Split::Number { feature, at_most: 19.5, missing_left: true };
    let mut model = Model::empty(Family::Boosted, 0.0, 900);
    let feature =
        |column: usize| TreeFeature { feature: format!("x{column}"), kind: FeatureKind::Number, levels: None };
    model.trees.features = vec![feature(0), feature(1), feature(3)];
    let both =
        Oblivious { splits: vec![split(1), split(2)], leaves: vec![1.0, -1.0, -1.0, 1.0], cover: vec![225.0; 4] };
    let alone = Oblivious { splits: vec![split(0)], leaves: vec![-1.0, 1.0], cover: vec![450.0; 2] };
    model.trees.oblivious = vec![both, alone];
    model.check().unwrap();
    let rows: Vec<u32> = (0..900).collect();
    let explainer = Explainer::new(&model, Calibrator::identity(MarginUnit::LogOdds), Perturbation::Interventional);
    let found = strongest(&explainer, &design, &rows, 5).unwrap();
    assert_eq!(found.perturbation, Perturbation::Interventional);
    let found = found.pairs;
    assert_eq!(found.iter().map(|pair| &pair.features).collect::<Vec<_>>(), [&["x1".to_owned(), "x3".to_owned()]]);
    let scorer = explainer.bind(&design).unwrap();
    let told = dependence(&scorer, &design, &rows, &[0]).unwrap();
    let rise = told[0].effects.last().unwrap().1 - told[0].effects[0].1;
    assert!((rise - 2.0).abs() < 1e-9, "{rise}");
}
