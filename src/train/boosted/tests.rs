//! What boosted trees promise: the same bits whatever the threads and the order of rows, the best question, directions
//! that hold, levels and missing values that go where they should.

use proptest::prelude::*;

use super::gradient::{self, Scale, gradient, hessian};
use super::grow::{Grower, Rows};
use super::layout::Layout;
use super::{BoostedParams, Examples, fit_boosted};
use crate::base::Seed;
use crate::base::calibrator::logistic;
use crate::base::design::{Design, Feature, FeatureKind, MISSING, Values};
use crate::base::model::{Model, Split};
use crate::base::units::Direction;
use crate::train::Settings;
use crate::train::binned::{Binned, BinnedColumn};
use crate::train::learner::margins;

/// Numbers in 0..1 that depend on their place only.
pub(super) fn chance(row: usize, stream: u64) -> f64 {
    (Seed(stream).hash(&(row as u64).to_le_bytes()) >> 11) as f64 / (1u64 << 53) as f64
}

fn numbers(name: &str, values: Vec<f64>, missing: Vec<bool>) -> Feature {
    Feature { name: name.to_owned(), kind: FeatureKind::Number, values: Values::Numbers { values, missing } }
}

fn levels(name: &str, codes: Vec<u32>, n_levels: usize) -> Feature {
    let levels = (0..n_levels).map(|level| format!("level {level}")).collect();
    Feature { name: name.to_owned(), kind: FeatureKind::Level, values: Values::Levels { codes, levels } }
}

/// Three columns of numbers, one of them with missing values that tell, one of levels, one of truth values.
pub(super) fn business(n_rows: usize) -> (Design, Vec<bool>) {
    let column = |stream: u64| (0..n_rows).map(|row| chance(row, stream)).collect::<Vec<f64>>();
    let missing: Vec<bool> = (0..n_rows).map(|row| chance(row, 9) < 0.1).collect();
    let code = |row: usize| if chance(row, 8) < 0.05 { MISSING } else { (chance(row, 4) * 7.0) as u32 };
    let codes: Vec<u32> = (0..n_rows).map(code).collect();
    let flag: Vec<f64> = (0..n_rows).map(|row| f64::from(u8::from(chance(row, 5) < 0.3))).collect();
    let outcome = |row: usize| {
        let level = if codes[row] == MISSING { 1.0 } else { f64::from(codes[row] * 3 % 7) / 3.0 };
        let number = if missing[row] { 2.0 } else { 3.0 * chance(row, 1) };
        chance(row, 7) < logistic(number + 2.0 * chance(row, 2) * flag[row] + level - 4.0)
    };
    let outcomes = (0..n_rows).map(outcome).collect();
    let features = vec![
        numbers("a", column(1), missing.clone()),
        numbers("b", column(2), Vec::new()),
        numbers("c", column(3), Vec::new()),
        levels("level", codes.clone(), 7),
        numbers("flag", flag.clone(), Vec::new()),
    ];
    (Design { n_subjects: n_rows, features }, outcomes)
}

fn fit(design: &Design, outcomes: &[bool], params: &BoostedParams, settings: &Settings) -> Model {
    let rows: Vec<u32> = (0..outcomes.len() as u32).collect();
    let examples = Examples { design, rows: &rows, outcomes, weights: None };
    fit_boosted(&examples, None, params, settings).unwrap()
}

pub(super) fn few(n_trees: usize) -> BoostedParams {
    BoostedParams { n_trees, ..BoostedParams::default() }
}

fn with_threads<T: Send>(n_threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap().install(work)
}

fn mean_loss(margins: &[f64], outcomes: &[bool]) -> f64 {
    let loss = |(margin, outcome): (&f64, &bool)| -logistic(if *outcome { *margin } else { -margin }).ln();
    margins.iter().zip(outcomes).map(loss).sum::<f64>() / outcomes.len() as f64
}

#[test]
fn neither_threads_nor_the_order_of_rows_move_a_bit() {
    let (design, outcomes) = business(30_000);
    let one = with_threads(1, || fit(&design, &outcomes, &few(8), &Settings::default()));
    for n_threads in [1, 2, 5] {
        assert_eq!(one, with_threads(n_threads, || fit(&design, &outcomes, &few(8), &Settings::default())));
    }
    let mut rows: Vec<u32> = (0..30_000).collect();
    rows.sort_by_key(|row| Seed(3).hash(&row.to_le_bytes()));
    let shuffled: Vec<bool> = rows.iter().map(|row| outcomes[*row as usize]).collect();
    let examples = Examples { design: &design, rows: &rows, outcomes: &shuffled, weights: None };
    assert_eq!(one, fit_boosted(&examples, None, &few(8), &Settings::default()).unwrap());
}

/// What the best cut of every number is worth, by exhaustion over all values: sums of (G, H) of leaves left and right.
fn best_by_exhaustion(design: &Design, sums: &[(f64, f64)], leaves: &[usize], l2: f64) -> f64 {
    let mut best = 0f64;
    for feature in &design.features {
        let value = |row: usize| feature.values.number(row).unwrap();
        for cut in 0..sums.len() {
            let mut children = vec![[(0.0, 0.0); 2]; leaves.iter().max().unwrap() + 1];
            for (row, (g, h)) in sums.iter().enumerate() {
                let child = &mut children[leaves[row]][usize::from(value(row) > value(cut))];
                *child = (child.0 + g, child.1 + h);
            }
            best = best.max(children.iter().flatten().map(|(g, h)| g * g / (h + l2)).sum());
        }
    }
    best
}

#[test]
fn the_question_of_every_level_is_the_best_there_is() {
    let (mut design, outcomes) = business(60);
    design.features.truncate(3);
    design.features.remove(0);
    let params = BoostedParams { n_bins: 255, depth: 3, ..few(1) };
    let model = fit(&design, &outcomes, &params, &Settings::default());
    let scale = Scale::of(60);
    let mut pairs = vec![0; 60];
    gradient::pairs(&[model.intercept; 60], &outcomes, None, scale, &mut pairs);
    let sums: Vec<(f64, f64)> = pairs
        .iter()
        .map(|pair| gradient::widen(*pair))
        .map(|sum| (f64::from(gradient(sum)), f64::from(hessian(sum))))
        .collect();
    let l2 = params.l2 * f64::from(scale.hessian);
    let bound = model.bind(&design).unwrap();
    let tree = &bound.oblivious[0];
    let mut leaves = vec![0; 60];
    for (level, split) in tree.splits.iter().enumerate() {
        let best = best_by_exhaustion(&design, &sums, &leaves, l2);
        leaves.iter_mut().enumerate().for_each(|(row, leaf)| *leaf |= usize::from(!split.goes_left(row)) << level);
        let mut found = [(0.0, 0.0); 8];
        leaves.iter().zip(&sums).for_each(|(leaf, (g, h))| found[*leaf] = (found[*leaf].0 + g, found[*leaf].1 + h));
        let found: f64 = found.iter().map(|(g, h)| g * g / (h + l2)).sum();
        assert!((found / best - 1.0).abs() < 1e-5, "level {level}: {found} instead of {best}");
    }
    assert_eq!(tree.splits.len(), 3);
    for (leaf, value) in tree.tree.leaves.iter().enumerate() {
        let of_leaf = || (0..60).filter(|row| leaves[*row] == leaf);
        assert_eq!(tree.tree.cover[leaf], of_leaf().count() as f64);
        let (g, h) = of_leaf().fold((0.0, 0.0), |sum, row| (sum.0 + sums[row].0, sum.1 + sums[row].1));
        let step = -g / f64::from(scale.gradient) / (h / f64::from(scale.hessian) + params.l2);
        assert!((value - params.learning_rate * step).abs() < 1e-12);
    }
}

#[test]
fn trees_learn_and_their_mean_is_the_base_margin() {
    let (design, outcomes) = business(4000);
    let model = fit(&design, &outcomes, &few(60), &Settings::default());
    let rows: Vec<u32> = (0..4000).collect();
    let said = margins(&model, &design, &rows).unwrap();
    assert!((said.iter().sum::<f64>() / 4000.0 - model.background.base_margin).abs() < 1e-9);
    let rate = outcomes.iter().filter(|outcome| **outcome).count() as f64 / 4000.0;
    assert!((logistic(model.intercept) - rate).abs() < 1e-12);
    let nothing = mean_loss(&vec![model.intercept; 4000], &outcomes);
    assert!(mean_loss(&said, &outcomes) < nothing - 0.05, "{} {nothing}", mean_loss(&said, &outcomes));
    for tree in &model.trees.oblivious {
        assert_eq!(tree.cover.iter().sum::<f64>(), 4000.0);
        assert_eq!(tree.leaves.len(), 1 << tree.splits.len());
    }
}

#[test]
fn the_model_says_what_the_trainer_went_by() {
    let (design, outcomes) = business(10_000);
    let rows: Vec<u32> = (0..10_000).collect();
    let params = few(25);
    let model = fit(&design, &outcomes, &params, &Settings::default());
    let binned = Binned::learn(&design, &rows, params.n_bins - 1, &Settings::default());
    let layout = Layout::of(&binned.columns.iter().map(BinnedColumn::n_bins).collect::<Vec<_>>());
    let (codes, directions) = (layout.rows(&binned), vec![None; binned.columns.len()]);
    let intercept = model.intercept;
    let rows_of_fit =
        Rows { binned: &binned, outcomes: &outcomes, weights: None, unit: 1.0, directions: &directions, intercept };
    let mut grower = Grower::new(&rows_of_fit, &params, &layout, &codes);
    for _ in 0..params.n_trees {
        assert!(grower.grow().is_some());
    }
    assert_eq!(grower.margins(), margins(&model, &design, &rows).unwrap());
}

#[test]
fn levels_and_missing_values_go_where_they_belong() {
    let n_rows = 3000;
    let code = |row: usize| if row % 10 == 9 { MISSING } else { (row % 10 % 6) as u32 };
    let missing: Vec<bool> = (0..n_rows).map(|row| row % 7 == 3).collect();
    let number = (0..n_rows).map(|row| chance(row, 1)).collect();
    // levels 1 and 4 and the missing one are bad, and so is a missing number
    let is_bad = |row: usize| [1, 4, MISSING].contains(&code(row)) != missing[row];
    let outcomes: Vec<bool> = (0..n_rows).map(|row| chance(row, 2) < if is_bad(row) { 0.8 } else { 0.1 }).collect();
    let features =
        vec![levels("level", (0..n_rows).map(code).collect(), 7), numbers("number", number, missing.clone())];
    let mut design = Design { n_subjects: n_rows, features };
    let model = fit(&design, &outcomes, &BoostedParams { depth: 2, ..few(1) }, &Settings::default());
    let splits = &model.trees.oblivious[0].splits;
    let good_left = Split::Levels { feature: 0, left: vec![0, 2, 3, 5], missing_left: false, unseen_left: true };
    assert_eq!(splits[0], good_left, "the seventh level never occurs");
    assert_eq!(splits[1], Split::Number { feature: 1, at_most: f64::MAX, missing_left: false });
    // where nothing was missing in the fit, it goes with the more
    let Values::Levels { codes, .. } = &mut design.features[0].values else { panic!("levels") };
    codes.iter_mut().filter(|code| **code == MISSING).for_each(|code| *code = 0);
    let model = fit(&design, &outcomes, &BoostedParams { depth: 1, ..few(1) }, &Settings::default());
    let Split::Levels { left, missing_left, unseen_left, .. } = &model.trees.oblivious[0].splits[0] else {
        panic!("levels")
    };
    assert_eq!((left.as_slice(), missing_left, unseen_left), (&[0, 2, 3, 5][..], &true, &true));
}

#[test]
fn without_anything_to_tell_the_model_is_its_intercept() {
    let (design, outcomes) = business(50);
    for outcome in [false, true] {
        let model = fit(&design, &[outcome; 50], &few(5), &Settings::default());
        assert!(model.trees.is_empty() && model.features().is_empty());
        assert!((logistic(model.intercept) - if outcome { 0.99 } else { 0.01 }).abs() < 0.01);
        assert_eq!(model.background.base_margin, model.intercept);
    }
    for values in [Vec::new(), vec![numbers("same", vec![4.0; 50], Vec::new())]] {
        let model = fit(&Design { n_subjects: 50, features: values }, &outcomes, &few(5), &Settings::default());
        assert!(model.trees.is_empty() && model.background.base_margin == model.intercept);
    }
    let empty = Design { n_subjects: 0, features: Vec::new() };
    assert!(fit(&empty, &[], &few(5), &Settings::default()).intercept.is_finite());
}

#[test]
fn trees_stop_when_they_no_longer_help_others() {
    let (design, outcomes) = business(1500);
    let (rows, others): (Vec<u32>, Vec<u32>) = (0..1500).partition(|row| row % 3 > 0);
    let of = |rows: &[u32]| rows.iter().map(|row| outcomes[*row as usize]).collect::<Vec<bool>>();
    let (learned, held_out) = (of(&rows), of(&others));
    let examples = Examples { design: &design, rows: &rows, outcomes: &learned, weights: None };
    let stop = Examples { design: &design, rows: &others, outcomes: &held_out, weights: None };
    let params = BoostedParams { patience: 5, ..few(500) };
    let stopped = fit_boosted(&examples, Some(&stop), &params, &Settings::default()).unwrap();
    let n_best = stopped.trees.oblivious.len();
    assert!((5..300).contains(&n_best), "{n_best}");
    let loss = |model: &Model| mean_loss(&margins(model, &design, &others).unwrap(), &held_out);
    for n_trees in n_best.saturating_sub(5)..=n_best + 5 {
        let params = BoostedParams { n_trees, ..params.clone() };
        let other = fit_boosted(&examples, None, &params, &Settings::default()).unwrap();
        assert!(loss(&stopped) <= loss(&other));
        assert_eq!(n_trees == n_best, stopped.trees == other.trees);
    }
}

#[test]
fn a_weight_of_two_is_the_row_twice() {
    let (mut design, outcomes) = business(2000);
    for feature in &mut design.features {
        if let Values::Numbers { values, .. } = &mut feature.values {
            // few values, so that rows that come twice move no edge
            values.iter_mut().for_each(|value| *value = (*value * 20.0).round());
        }
    }
    let rows: Vec<u32> = (0..2000).collect();
    let weights: Vec<f64> = (0..2000).map(|row| [0.0, 1.0, 2.0][row % 3]).collect();
    let examples = Examples { design: &design, rows: &rows, outcomes: &outcomes, weights: Some(&weights) };
    let weighted = fit_boosted(&examples, None, &few(10), &Settings::default()).unwrap();
    let repeated: Vec<u32> = rows.iter().flat_map(|&row| vec![row; row as usize % 3]).collect();
    let of_repeated: Vec<bool> = repeated.iter().map(|row| outcomes[*row as usize]).collect();
    let examples = Examples { design: &design, rows: &repeated, outcomes: &of_repeated, weights: None };
    let repeated = fit_boosted(&examples, None, &few(10), &Settings::default()).unwrap();
    assert!((weighted.intercept - repeated.intercept).abs() < 1e-12);
    let said = |model: &Model| margins(model, &design, &rows).unwrap();
    let worst = said(&weighted).iter().zip(said(&repeated)).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(worst < 1e-3, "{worst}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn directions_hold_everywhere(seed in 0..1000u64, n_rows in 50..400usize, depth in 1..7usize) {
        let column = |stream: u64| (0..n_rows).map(|row| chance(row, seed + stream)).collect::<Vec<f64>>();
        let missing = (0..n_rows).map(|row| chance(row, seed + 5) < 0.2).collect();
        let outcomes: Vec<bool> =
            (0..n_rows).map(|row| chance(row, seed) * (1.0 - chance(row, seed + 2)) > chance(row, seed + 3)).collect();
        let features = vec![
            numbers("up", column(0), missing),
            numbers("down", column(1), Vec::new()),
            numbers("free", column(2), Vec::new()),
        ];
        let mut design = Design { n_subjects: n_rows, features };
        let mut settings = Settings::default();
        settings.directions.insert("up".to_owned(), Direction::Increasing);
        settings.directions.insert("down".to_owned(), Direction::Decreasing);
        let model = fit(&design, &outcomes, &BoostedParams { depth, ..few(20) }, &settings);
        for (column, sign) in [(0, 1.0), (1, -1.0)] {
            let mut last: Option<Vec<f64>> = None;
            for step in -1..=20 {
                let kept = design.features[column].clone();
                let everywhere = vec![f64::from(step) / 20.0 + 0.01; n_rows];
                design.features[column] = numbers(&kept.name, everywhere, Vec::new());
                let said = margins(&model, &design, &(0..n_rows as u32).collect::<Vec<_>>()).unwrap();
                design.features[column] = kept;
                if let Some(last) = last {
                    prop_assert!(last.iter().zip(&said).all(|(low, high)| sign * (high - low) >= -1e-12));
                }
                last = Some(said);
            }
        }
    }
}

/// Levels 0 and 1 have many rows, every other one a single row: together they are more than splits can name.
fn many_levels() -> (Design, Vec<bool>) {
    let (n_rows, n_levels) = (90_000usize, 70_002u32);
    let codes: Vec<u32> = (0..n_rows as u32).map(|row| if row < 19_998 { row % 2 } else { row - 19_998 + 2 }).collect();
    // pooled levels are at risk, so that trees ask for them
    let outcomes = (0..n_rows).map(|row| chance(row, 1) < if codes[row] < 2 { 0.2 } else { 0.7 }).collect();
    let codes = codes.into_iter().map(|code| code.min(n_levels - 1)).collect();
    (Design { n_subjects: n_rows, features: vec![levels("level", codes, n_levels as usize)] }, outcomes)
}

#[test]
fn levels_that_splits_cannot_name_go_where_rare_ones_go() {
    let (design, outcomes) = many_levels();
    let model = fit(&design, &outcomes, &few(5), &Settings::default());
    model.check().unwrap();
    assert_eq!(model.trees.features[0].levels.as_ref().map(Vec::len), Some(65_535));
    let bound = model.bind(&design).unwrap();
    let of = |row: usize| bound.margin(row);
    // a pooled level that is named, one that the names have no room for, and one that wrapped round would be `level 0`
    let [named, unnamed, wrapped] = [19_998, 89_000, 19_998 + 65_536 - 2].map(of);
    assert_eq!((named, unnamed), (unnamed, wrapped));
    assert!(of(0) < -0.2 && named > 0.4, "{} {named}", of(0));
}
