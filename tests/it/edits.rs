//! Terms that somebody changes by hand.

use trustrisk::base::model::{Model, Shape};
use trustrisk::base::units::{Direction, Family};
use trustrisk::train::{Change, Edit, Settings};

use crate::families::{business, fit};

fn edited(family: Family, term: &str, change: Change) -> Model {
    let edits = vec![Edit { term: term.to_owned(), change }];
    fit(family, &Settings { edits, ..Settings::default() }).2.last.model
}

fn steps(model: &Model, term: &str) -> Vec<f64> {
    let term = model.terms.iter().find(|of| of.feature == term).unwrap();
    let Shape::Steps { values, .. } = &term.shape else { panic!("a curve of steps") };
    values.iter().map(|value| value - term.mean).collect()
}

/// The base margin is the mean margin of the background, whatever was edited.
fn base_holds(model: &Model) {
    let (design, _) = business();
    let bound = model.bind(&design).unwrap();
    let mean = (0..design.n_subjects).map(|row| bound.margin(row)).sum::<f64>() / design.n_subjects as f64;
    assert!((mean - model.background.base_margin).abs() < 1e-9);
}

#[test]
fn a_term_is_taken_out() {
    for family in [Family::Additive, Family::Logistic] {
        let model = edited(family, "late", Change::Remove);
        assert!(model.terms.iter().all(|term| term.feature != "late"));
        base_holds(&model);
    }
}

#[test]
fn a_curve_is_capped_and_made_to_go_one_way() {
    let plain = fit(Family::Additive, &Settings::default()).2.last.model;
    assert!(steps(&plain, "late").iter().any(|value| value.abs() > 0.3));
    let capped = edited(Family::Additive, "late", Change::Cap { low: -0.3, high: 0.3 });
    // the cap is about the mean that the term had
    let term = plain.terms.iter().find(|term| term.feature == "late").unwrap();
    let Shape::Steps { values, .. } = &capped.terms.iter().find(|term| term.feature == "late").unwrap().shape else {
        panic!("a curve of steps")
    };
    assert!(values.iter().all(|value| (value - term.mean).abs() <= 0.3 + 1e-12));
    base_holds(&capped);
    let turned = edited(Family::Additive, "late", Change::Monotonize(Direction::Decreasing));
    assert!(steps(&turned, "late").windows(2).all(|pair| pair[0] >= pair[1]));
    base_holds(&turned);
}

#[test]
fn an_edit_of_what_is_not_there_is_an_error() {
    use trustrisk::base::Seed;
    use trustrisk::train;
    let (design, outcome) = business();
    let rows: Vec<u32> = (0..design.n_subjects as u32).collect();
    let fit = |term: &str, family: Family, change: Change| {
        let settings = Settings { edits: vec![Edit { term: term.to_owned(), change }], ..Settings::default() };
        train::fit_rows(&design, &outcome, &rows, family, None, &settings, Seed(1)).unwrap_err().to_string()
    };
    let unknown = fit("lates", Family::Additive, Change::Remove);
    assert!(unknown.contains("names column `lates`") && unknown.contains("is it `late`?"), "{unknown}");
    let levels = fit("plan", Family::Additive, Change::Monotonize(Direction::Increasing));
    assert!(levels.contains("levels have no order"), "{levels}");
    let line = fit("late", Family::Logistic, Change::Cap { low: -1.0, high: 1.0 });
    assert!(line.contains("a line has no values to cap"), "{line}");
}
