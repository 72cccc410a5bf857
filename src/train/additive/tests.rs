//! Laws that a fit keeps, on tables whose truth is known.

use rand::RngExt;

use super::coarse::Coarse;
use super::model::assemble;
use super::plane::Plane;
use super::*;
use crate::base::design::{Design, Feature, FeatureKind, MISSING, Values};
use crate::base::model::{Axis, Shape, Term};
use crate::base::units::Direction;
use crate::train::Settings;
use crate::train::learner::margins;

/// Three numbers from 0 to 1 (the last is missing now and then) and a level, with outcomes drawn by log-odds.
fn table(n_rows: usize, name: &str, log_odds: impl Fn([f64; 3], u32) -> f64) -> (Design, Vec<Option<bool>>) {
    let mut stream = Seed(11).stream(name);
    let mut columns = vec![Vec::new(); 3];
    let (mut codes, mut missing, mut outcome) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..n_rows {
        let numbers = [stream.random::<f64>(), stream.random::<f64>(), stream.random::<f64>()];
        let level = stream.random_range(0..4u32);
        columns.iter_mut().zip(numbers).for_each(|(column, number)| column.push(number));
        codes.push(if level == 3 { MISSING } else { level });
        missing.push(stream.random_bool(0.1));
        let risk = 1.0 / (1.0 + (-log_odds(numbers, level)).exp());
        outcome.push(Some(stream.random_bool(risk)));
    }
    let levels = ["a", "b", "c"].map(str::to_owned).to_vec();
    let mut features: Vec<Feature> = ["first", "second", "third"]
        .into_iter()
        .zip(columns)
        .map(|(name, values)| {
            let missing = if name == "third" { missing.clone() } else { Vec::new() };
            number(name, values, missing)
        })
        .collect();
    let values = Values::Levels { codes, levels };
    features.push(Feature { name: "level".to_owned(), kind: FeatureKind::Level, values });
    (Design { n_subjects: n_rows, features }, outcome)
}

fn number(name: &str, values: Vec<f64>, missing: Vec<bool>) -> Feature {
    Feature { name: name.to_owned(), kind: FeatureKind::Number, values: Values::Numbers { values, missing } }
}

fn rows(design: &Design) -> Vec<u32> {
    (0..design.n_subjects as u32).collect()
}

fn fit(design: &Design, outcome: &[Option<bool>], settings: &Settings, candidate: usize) -> Model {
    let learner = Additive::new(Task { design, outcome, cluster: &[], weigh: None, settings });
    learner.fit(&rows(design), candidate, Seed(5)).unwrap()
}

fn wave(numbers: [f64; 3], level: u32) -> f64 {
    2.0 * (6.0 * numbers[0]).sin() + f64::from(numbers[1] > 0.6) - 0.5 + 0.4 * f64::from(level)
}

fn xor(numbers: [f64; 3], _: u32) -> f64 {
    let together = if (numbers[0] > 0.5) == (numbers[2] > 0.4) { 1.5 } else { -1.5 };
    together + numbers[1]
}

/// Middle, value and error of the steps of a column from 0 to 1.
fn told(term: &Term) -> Vec<(f64, f64, f64)> {
    let Shape::Steps { edges, values, errors, .. } = &term.shape else { panic!("numbers have steps") };
    let ends: Vec<f64> = [0.0].into_iter().chain(edges.iter().copied()).chain([1.0]).collect();
    ends.windows(2)
        .zip(values)
        .zip(errors)
        .map(|((ends, value), error)| (ends[0].midpoint(ends[1]), *value, *error))
        .collect()
}

#[test]
fn a_planted_curve_is_found_within_its_band() {
    let (design, outcome) = table(8000, "curve", wave);
    let model = fit(&design, &outcome, &Settings::default(), 1);
    let mean =
        |curve: &dyn Fn(f64) -> f64| (0..1000).map(|at| curve((f64::from(at) + 0.5) / 1000.0)).sum::<f64>() / 1000.0;
    let curves: [(usize, &dyn Fn(f64) -> f64); 2] = [(0, &|x| 2.0 * (6.0 * x).sin()), (1, &|x| f64::from(x > 0.6))];
    for (term, curve) in curves {
        let (center, steps) = (mean(curve), told(&model.terms[term]));
        let miss: Vec<f64> = steps.iter().map(|(at, value, _)| value - curve(*at) + center).collect();
        let square = miss.iter().map(|miss| miss * miss).sum::<f64>() / miss.len() as f64;
        assert!(square.sqrt() < 0.2, "{term}: {}", square.sqrt());
        let covered = miss.iter().zip(&steps).filter(|(miss, (_, _, error))| miss.abs() <= 2.0 * error).count();
        assert!(covered * 100 >= steps.len() * 80, "{term}: {covered} of {}", steps.len());
    }
    let Shape::Levels { levels, missing, .. } = &model.terms[3].shape else { panic!("levels have weights") };
    assert!((levels[2].weight - levels[0].weight - 0.8).abs() < 0.25 && *missing > levels[2].weight);
}

#[test]
fn terms_are_centered_and_the_base_margin_is_the_mean() {
    let (design, outcome) = table(3000, "center", xor);
    for candidate in [0, 1] {
        let model = fit(&design, &outcome, &Settings::default(), candidate);
        let bound = model.bind(&design).unwrap();
        let mean = |value: &dyn Fn(usize) -> f64| (0..3000).map(value).sum::<f64>() / 3000.0;
        (0..4).for_each(|term| assert!(mean(&|row| bound.term(term, row)).abs() < 1e-9));
        bound.pairs.iter().for_each(|pair| assert!(mean(&|row| pair.value(row)).abs() < 1e-9));
        assert!((mean(&|row| bound.margin(row)) - model.background.base_margin).abs() < 1e-9);
    }
}

#[test]
fn a_planted_pair_is_found_and_tells_nothing_alone() {
    let (design, outcome) = table(4000, "pair", xor);
    let model = fit(&design, &outcome, &Settings::default(), 0);
    assert!(model.pairs.iter().any(|pair| pair.features == ["first".to_owned(), "third".to_owned()]));
    let bound = model.bind(&design).unwrap();
    for (pair, bound) in model.pairs.iter().zip(&bound.pairs) {
        let [n_first, n_second] = pair.n_bins();
        assert_eq!(pair.values.len(), n_first * n_second);
        let (mut of_first, mut of_second) = (vec![0.0; n_first], vec![0.0; n_second]);
        for (first, second) in (0..4000).map(|row| bound.cell(row).unwrap()) {
            of_first[first] += pair.values[first * n_second + second];
            of_second[second] += pair.values[first * n_second + second];
        }
        assert!(of_first.iter().chain(&of_second).all(|sum| sum.abs() < 1e-9), "{of_first:?} {of_second:?}");
    }
    let loss = |candidate| {
        let model = fit(&design, &outcome, &Settings::default(), candidate);
        let told = margins(&model, &design, &rows(&design)).unwrap();
        told.iter()
            .zip(&outcome)
            .map(|(margin, outcome)| loss::risk_and_loss(*margin, *outcome == Some(true)).1)
            .sum::<f64>()
    };
    assert!(loss(0) < 0.85 * loss(1));
}

#[test]
fn no_pair_is_kept_where_none_is() {
    for name in ["one", "two", "three"] {
        let (design, outcome) = table(3000, name, wave);
        assert!(fit(&design, &outcome, &Settings::default(), 0).pairs.is_empty(), "{name}");
    }
}

#[test]
fn the_model_says_what_the_trainer_said() {
    let (design, outcome) = table(3000, "same", xor);
    let settings = Settings::default();
    let learner =
        Additive::new(Task { design: &design, outcome: &outcome, cluster: &[], weigh: None, settings: &settings });
    let rows = Rows::deal(&rows(&design), &learner.task.outcomes(&rows(&design)), &[], 8, Seed(5));
    let binned = learner.bin(&rows);
    let blocks: Vec<Block<'_>> = binned.columns.iter().map(|column| Block::of(column, None)).collect();
    let problem = Problem { rows: &rows, blocks: &blocks, intercept: rows.log_odds(), pace: &learner.tuning.mains };
    let mains = boost(&problem);
    let pairs = pairs::find(&binned.columns, &problem, &mains, &learner.tuning).unwrap();
    let model = assemble(&binned, problem.intercept, &mains, Some(&pairs));
    let told = margins(&model, &design, &rows.rows).unwrap();
    let of_bags: Vec<Vec<f64>> = (0..8).map(|bag| boost::score(&problem, &mains, bag)).collect();
    let all: Vec<Vec<f64>> = (0..8).map(|bag| pairs.margins(&of_bags, bag, 0..rows.len())).collect();
    for (row, told) in told.iter().enumerate() {
        let mean = all.iter().map(|margins| margins[row]).sum::<f64>() / 8.0;
        assert!((told - mean).abs() < 1e-9, "row {row}: {told} {mean}");
    }
}

#[test]
fn a_direction_holds_everywhere() {
    let (design, outcome) = table(2000, "direction", xor);
    let mut settings = Settings::default();
    settings.directions.insert("first".to_owned(), Direction::Increasing);
    settings.directions.insert("second".to_owned(), Direction::Decreasing);
    let model = fit(&design, &outcome, &settings, 0);
    assert!(told(&model.terms[0]).is_sorted_by(|one, next| one.1 <= next.1));
    assert!(told(&model.terms[1]).is_sorted_by(|one, next| one.1 >= next.1));
    assert!(model.pairs.iter().flat_map(|pair| &pair.features).all(|name| name != "first" && name != "second"));
}

#[test]
fn threads_change_nothing() {
    let (design, outcome) = table(2000, "threads", xor);
    let fit_with = |n_threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| fit(&design, &outcome, &Settings::default(), 0))
    };
    assert_eq!(fit_with(1), fit_with(3));
}

#[test]
fn odd_tables_are_fitted() {
    let (design, outcome) = table(300, "odd", wave);
    let settings = Settings::default();
    let always = vec![Some(true); 300];
    let model = fit(&design, &always, &settings, 0);
    assert!(model.terms.is_empty() && model.intercept > 5.0);

    let single = Design { n_subjects: 300, features: vec![design.features[0].clone()] };
    assert_eq!(fit(&single, &outcome, &settings, 0).terms.len(), 1);
    let missing = number("nothing", vec![0.0; 300], vec![true; 300]);
    let nothing = Design { n_subjects: 300, features: vec![missing] };
    assert!(fit(&nothing, &outcome, &settings, 0).terms.is_empty());

    let learner =
        Additive::new(Task { design: &design, outcome: &outcome, cluster: &[], weigh: None, settings: &settings });
    for n_rows in [0, 1, 2, 3, 9] {
        let few: Vec<u32> = (0..n_rows).collect();
        let Path::Models(models) = learner.path(&few, Seed(1)).unwrap() else { panic!("two models") };
        assert_eq!(models.len(), 2);
        assert!(margins(&models[0], &design, &rows(&design)).unwrap().iter().all(|margin| margin.is_finite()));
    }
}

#[test]
fn rows_of_a_cluster_are_held_out_together() {
    let (rows, cluster): (Vec<u32>, Vec<u32>) = ((0..400).collect(), (0..400).map(|row| row / 3).collect());
    let outcomes: Vec<bool> = (0..400).map(|row| row % 7 == 0).collect();
    let dealt = Rows::deal(&rows, &outcomes, &cluster, 8, Seed(1));
    let bag_of = |row: u32| (0..8).find(|&bag| dealt.rows[dealt.held(bag)].contains(&row)).unwrap();
    assert!((0..400).all(|row| bag_of(row) == bag_of(row / 3 * 3)));
    assert!((0..8).all(|bag| dealt.held(bag).len().abs_diff(50) <= 3));
    let n_clusters = dealt.begins_cluster.iter().filter(|begins| **begins).count();
    assert_eq!(n_clusters, 134);

    let alone = Rows::deal(&rows, &outcomes, &[], 8, Seed(1));
    let n_with = |bag| alone.outcomes[alone.held(bag)].iter().filter(|with| **with).count();
    assert!((0..8).all(|bag| alone.held(bag).len() == 50 && n_with(bag).abs_diff(58 / 8) <= 1));
}

#[test]
fn missing_values_of_a_pair_have_leaves_of_their_own() {
    let coarse =
        |n| Coarse { axis: Axis::Edges(Vec::new()), n, has_missing: true, of_bin: (0..n as u8).collect::<Vec<u8>>() };
    let (first, second) = (coarse(4), coarse(3));
    let codes: Vec<u16> = (0..12).flat_map(|cell| [cell; 5]).collect();
    let plane = Plane::new([&first, &second], codes);
    // by cell: three known values of the first column by two of the second and missing ones, then its missing values
    let effects = [[1.0, 1.0, 2.0], [1.0, -3.0, -4.0], [1.0, -3.0, -4.0], [5.0, 6.0, -7.0]].concat();
    let weighed = plane.weigh(&[0.25; 60], 1.0, 1.0, 0.0);
    let (mut gradient, mut table): (Vec<f32>, Vec<f32>) = (effects.iter().map(|at| 1.25 * at).collect(), vec![0.0; 12]);
    let gain = plane.grow(&weighed, 1.0, &mut gradient, &mut table);
    assert!(table.iter().zip(&effects).all(|(told, effect)| (told - effect).abs() < 1e-5), "{table:?}");
    assert!(gradient.iter().all(|left| left.abs() < 1e-4), "{gradient:?}");
    let explained: f32 = effects.iter().map(|effect| 1.25 * effect * effect).sum();
    assert!((gain - explained).abs() < 1e-3, "{gain} {explained}");
}

#[test]
fn columns_that_are_missing_together_are_a_pair() {
    let (design, _) = table(3000, "blanks", wave);
    let mut stream = Seed(9).stream("blanks");
    let mut blank = |column: usize| {
        let Values::Numbers { values, .. } = &design.features[column].values else { panic!("numbers") };
        let missing: Vec<bool> = values.iter().map(|_| stream.random_bool(0.3)).collect();
        let values = Values::Numbers { values: values.clone(), missing: missing.clone() };
        (Feature { values, ..design.features[column].clone() }, missing)
    };
    let [(first, no_first), (second, no_second)] = [blank(0), blank(1)];
    let outcome: Vec<Option<bool>> = no_first.iter().zip(&no_second).map(|(one, other)| Some(one != other)).collect();
    let blanks = Design { n_subjects: 3000, features: vec![first, second] };
    let model = fit(&blanks, &outcome, &Settings::default(), 0);
    let told = margins(&model, &blanks, &rows(&blanks)).unwrap();
    assert_eq!(model.pairs.len(), 1);
    assert!(told.iter().zip(&outcome).all(|(margin, outcome)| (*margin > 0.0) == (*outcome == Some(true))));
}
