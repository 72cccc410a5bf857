//! Adapted trees route as their vendors do, whatever the column; the same fit gives the same bytes.

use linfa::DatasetBase;
use linfa::prelude::{Fit, Predict};
use linfa_trees::DecisionTree;
use ndarray::{Array1, Array2};
use proptest::prelude::*;
use rand::RngExt;

use super::coded::{Coded, Question};
use super::grown::Branch;
use super::growth::Growth;
use super::*;
use crate::base::design::{Design, Feature, FeatureKind, MISSING, Values};
use crate::base::model::{BoundTree, Node};
use crate::train::Settings;
use crate::train::learner::{Learner, margins};

/// Every kind of column: numbers with and without missing, levels rare and common, two kinds, constant.
pub(super) fn design(n: usize, seed: u64) -> (Design, Vec<Option<bool>>) {
    let mut stream = Seed(seed).stream("design");
    let mut draws = |n_kinds: u32| -> Vec<u32> { (0..n).map(|_| stream.random_range(0..n_kinds)).collect() };
    let (age, late, spend, plan, city, only) = (draws(60), draws(12), draws(1000), draws(3), draws(40), draws(2));
    let chance = draws(100);
    let numbers = |values: &[u32], missing_from: u32| Values::Numbers {
        values: values.iter().map(|&value| if value < missing_from { f64::from(value) / 4.0 } else { 0.0 }).collect(),
        missing: if missing_from < 1000 { values.iter().map(|&value| value >= missing_from).collect() } else { vec![] },
    };
    let levels = |codes: &[u32], n_levels: u32| Values::Levels {
        codes: codes.iter().map(|&code| if code < n_levels { code } else { MISSING }).collect(),
        levels: (0..n_levels).map(|level| format!("level {level}")).collect(),
    };
    let cities: Vec<u32> = city.iter().map(|&city| if city < 20 { 0 } else { city / 4 - 4 }).collect();
    let outcome = (0..n).map(|row| {
        let risk = 5 + 4 * late[row].min(6) + 20 * u32::from(plan[row] == 1) + 25 * u32::from(age[row] > 52);
        Some(chance[row] < risk)
    });
    let outcome = outcome.collect();
    let feature = |name: &str, kind, values| Feature { name: name.to_owned(), kind, values };
    let features = vec![
        feature("age", FeatureKind::Number, numbers(&age, 53)),
        feature("late", FeatureKind::Number, numbers(&late, 1000)),
        feature("spend", FeatureKind::Number, numbers(&spend, 900)),
        feature("plan", FeatureKind::Level, levels(&plan, 2)),
        feature("city", FeatureKind::Level, levels(&cities, 5)),
        feature("only", FeatureKind::Level, levels(&only, 1)),
        feature("same", FeatureKind::Number, numbers(&vec![8; n], 1000)),
    ];
    (Design { n_subjects: n, features }, outcome)
}

/// All rows of a design as vendors see them.
pub(super) fn coded(design: &Design, outcome: &[Option<bool>]) -> Coded {
    let rows: Vec<u32> = (0..design.n_subjects as u32).collect();
    let outcomes = outcome.iter().map(|outcome| *outcome == Some(true)).collect();
    Coded::new(Binned::learn(design, &rows, BINS_MAX, &Settings::default()), outcomes)
}

fn families<'a>(task: Task<'a>) -> [Box<dyn Learner + 'a>; 3] {
    [Box::new(Tree { task }), Box::new(Forest { task }), Box::new(ExtraTrees { task })]
}

fn models(path: Path) -> Vec<Model> {
    match path {
        Path::Models(models) => models,
        Path::Prefixes { .. } => Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn every_question_parts_the_rows_as_its_split_does(seed in 0u64..1000, n in 150usize..600) {
        let (design, outcome) = design(n, seed);
        let coded = coded(&design, &outcome);
        let n_columns = coded.columns.len();
        let all = (0..n_columns).flat_map(|column| (0..coded.n_codes(column) - 1).map(move |at_most| (column, at_most)));
        let questions: Vec<Question> =
            all.map(|(column, at_most)| Question { column, at_most: at_most as u8 }).collect();
        let branch = |&question: &Question| Branch { question, low: 1, high: 2 };
        let trees: Vec<Grown> =
            questions.iter().map(|question| Grown { nodes: vec![Some(branch(question)), None, None] }).collect();
        let counted = Counted::new(coded, trees);
        let model = counted.model_with(Family::Tree, 1, &|_, node| node as f64);
        let (bound, coded) = (model.bind(&design).unwrap(), self::coded(&design, &outcome));
        for (question, tree) in questions.iter().zip(&bound.trees) {
            for row in 0..n {
                let expected = if coded.is_low(*question, row) { 1.0 } else { 2.0 };
                prop_assert_eq!(tree.value(row), expected, "{:?}", question);
            }
        }
    }

    #[test]
    fn extra_trees_predict_as_their_vendor_does(seed in 0u64..1000) {
        let (design, outcome) = design(500, seed);
        let coded = coded(&design, &outcome);
        let y = coded.outcomes.iter().map(|&with| f64::from(with)).collect();
        let x = extra_trees::matrix(&coded).unwrap();
        let fitted = extra_trees::fit_lot(&x, &y, 10, Seed(seed)).unwrap();
        let expected = fitted.predict(&x).unwrap();
        let (trees, outputs): (Vec<Grown>, Vec<Vec<f64>>) = extra_trees::read(&fitted).unwrap().into_iter().unzip();
        let n_trees = trees.len() as f64;
        let leaf = |tree: usize, node: usize| outputs[tree][node] / n_trees;
        let model = Counted::new(coded, trees).model_with(Family::ExtraTrees, 99, &leaf);
        let rows: Vec<u32> = (0..500).collect();
        for (margin, expected) in margins(&model, &design, &rows).unwrap().iter().zip(expected) {
            prop_assert!((margin - expected).abs() < 1e-9, "{margin} {expected}");
        }
    }

    /// The sides of a node are the votes of the vendor's tree for it: they always differ, so that it never merges them.
    #[test]
    fn linfa_parts_the_rows_of_a_node_as_its_question_does(seed in 0u64..1000, n in 200usize..900) {
        let (design, outcome) = design(n, seed);
        let coded = coded(&design, &outcome);
        let growth = Growth { coded: &coded, depth_max: 5, rare_min: 3, n_asked: usize::MAX, seed: Seed(1) };
        let tree = growth.tree((0..n as u32).collect()).unwrap();
        prop_assert!(tree.nodes.len() > 1);
        let mut reached: Vec<(usize, Vec<u32>)> = vec![(0, (0..n as u32).collect())];
        while let Some((at, rows)) = reached.pop() {
            let Some(branch) = tree.nodes[at] else { continue };
            let columns = growth.columns(&rows, Seed(1));
            let (stump, records) = (growth.stump(&rows, &columns).unwrap(), growth.records(&rows, &columns));
            let votes: Array1<bool> = stump.predict(&records);
            let is_low: Vec<bool> = rows.iter().map(|&row| coded.is_low(branch.question, row as usize)).collect();
            let of_low = is_low.iter().zip(&votes).find(|(low, _)| **low).map(|(_, vote)| *vote).unwrap();
            prop_assert!(is_low.iter().zip(&votes).all(|(low, vote)| (*vote == of_low) == *low));
            let (low, high) = rows.into_iter().zip(is_low).partition::<Vec<_>, _>(|(_, low)| *low);
            let numbers = |side: Vec<(u32, bool)>| side.into_iter().map(|(row, _)| row).collect();
            reached.extend([(branch.low as usize, numbers(low)), (branch.high as usize, numbers(high))]);
        }
    }
}

/// Why trees are grown question by question: in one go, leaves of rates 0.1 and 0.4 are merged, as both vote "no".
#[test]
fn the_vendor_alone_would_merge_leaves_that_vote_alike() {
    let outcomes: Vec<bool> = (0..1000).map(|row| if row < 500 { row % 10 == 0 } else { row % 5 < 2 }).collect();
    let numbers = Values::Numbers { values: (0..1000).map(|row| f64::from(row / 500)).collect(), missing: vec![] };
    let feature = Feature { name: "late".to_owned(), kind: FeatureKind::Number, values: numbers };
    let (design, outcome) =
        (Design { n_subjects: 1000, features: vec![feature] }, outcomes.iter().copied().map(Some).collect::<Vec<_>>());
    let records = Array2::from_shape_fn((1000, 1), |(row, _)| (row / 500) as f64);
    let dataset = DatasetBase::new(records, Array1::from(outcomes));
    let alone = DecisionTree::params().max_depth(Some(3)).fit(&dataset).unwrap();
    assert_eq!(alone.num_leaves(), 1);

    let (rows, settings) = ((0..1000).collect::<Vec<u32>>(), Settings::default());
    let task = Task { design: &design, outcome: &outcome, cluster: &[], weigh: None, settings: &settings };
    let model = Tree { task }.fit(&rows, 0, Seed(1)).unwrap();
    let margins = margins(&model, &design, &[0, 999]).unwrap();
    assert!((margins[0] - 0.1).abs() < 0.002 && (margins[1] - 0.4).abs() < 0.002, "{margins:?}");
}

/// Likewise: the last row of all with `b` = 0 lies on one side of `a`, so that the other side cannot be asked about `b`.
#[test]
fn the_vendor_alone_would_not_ask_every_node_about_every_column() {
    let outcomes: Vec<bool> = (0..1000)
        .map(|row| match (row % 2, row / 2 % 2) {
            (0, 0) => false,
            (0, _) => row % 10 < 6,
            (_, 0) => true,
            (_, _) => row % 10 < 4,
        })
        .collect();
    let records = Array2::from_shape_fn((1000, 2), |(row, column)| ((row >> column) % 2) as f64);
    let alone =
        DecisionTree::params().max_depth(Some(2)).fit(&DatasetBase::new(records, Array1::from(outcomes.clone())));
    assert_eq!(alone.unwrap().num_leaves(), 3);

    let bits = |column: u32| Values::Numbers {
        values: (0..1000).map(|row| f64::from((row >> column) % 2)).collect(),
        missing: vec![],
    };
    let feature =
        |name: &str, column| Feature { name: name.to_owned(), kind: FeatureKind::Boolean, values: bits(column) };
    let design = Design { n_subjects: 1000, features: vec![feature("a", 0), feature("b", 1)] };
    let (outcome, settings) = (outcomes.into_iter().map(Some).collect::<Vec<_>>(), Settings::default());
    let task = Task { design: &design, outcome: &outcome, cluster: &[], weigh: None, settings: &settings };
    let model = Tree { task }.fit(&(0..1000).collect::<Vec<u32>>(), 0, Seed(1)).unwrap();
    assert_eq!(model.trees.trees[0].nodes.len(), 7);
}

#[test]
fn cover_counts_the_rows_and_the_base_margin_is_their_mean() {
    let (design, outcome) = design(700, 3);
    let settings = Settings::default();
    let task = Task { design: &design, outcome: &outcome, cluster: &[], weigh: None, settings: &settings };
    let rows: Vec<u32> = (0..700).filter(|row| row % 7 != 0).collect();
    for learner in families(task) {
        for model in models(learner.path(&rows, Seed(5)).unwrap()) {
            let bound = model.bind(&design).unwrap();
            let margins = margins(&model, &design, &rows).unwrap();
            let mean = margins.iter().sum::<f64>() / rows.len() as f64;
            assert!((mean - model.background.base_margin).abs() < 1e-12);
            assert!(margins.iter().all(|margin| *margin > 0.0 && *margin < 1.0));
            bound.trees.iter().for_each(|tree| check_cover(tree, &rows));
        }
    }
}

fn check_cover(tree: &BoundTree<'_>, rows: &[u32]) {
    let nodes = &tree.tree.nodes;
    let cover = |node: &Node| match node {
        Node::Split { cover, .. } | Node::Leaf { cover, .. } => *cover,
    };
    let mut counts = vec![0.0; nodes.len()];
    rows.iter().for_each(|&row| counts[tree.leaf(row as usize)] += 1.0);
    for at in (0..nodes.len()).rev() {
        if let Node::Split { left, right, .. } = &nodes[at] {
            assert!(*left as usize > at && *right as usize > at);
            counts[at] = counts[*left as usize] + counts[*right as usize];
        }
        assert_eq!(cover(&nodes[at]), counts[at]);
    }
    assert_eq!(cover(&nodes[0]), rows.len() as f64);
}

/// Trees that are meant to change change the numbers below. One thread or two, this process or another (hash maps of the vendors are seeded anew in each): the same bytes.
#[test]
fn the_same_fit_gives_the_same_bytes() {
    let (design, outcome) = design(1500, 8);
    let settings = Settings::default();
    let task = Task { design: &design, outcome: &outcome, cluster: &[], weigh: None, settings: &settings };
    let rows: Vec<u32> = (0..1500).collect();
    let fit = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| families(task).map(|learner| models(learner.path(&rows, Seed(2)).unwrap())))
    };
    let (one, two) = (fit(1), fit(2));
    assert_eq!(one, two);
    let hashes = one.map(|models| Seed(0).hash(serde_json::to_string(&models).unwrap().as_bytes()));
    assert_eq!(hashes, [12047025582975544237, 711047288109788153, 1586755521572775470]);
}

#[test]
fn a_candidate_alone_is_the_candidate_of_the_path() {
    let (design, outcome) = design(600, 9);
    let settings = Settings::default();
    let task = Task { design: &design, outcome: &outcome, cluster: &[], weigh: None, settings: &settings };
    let rows: Vec<u32> = (0..600).collect();
    for learner in families(task) {
        let models = models(learner.path(&rows, Seed(2)).unwrap());
        assert_eq!(models.len(), learner.candidates().values.len());
        for (candidate, model) in models.into_iter().enumerate() {
            assert_eq!(learner.fit(&rows, candidate, Seed(2)).unwrap(), model);
        }
        assert!(learner.fit(&rows, 99, Seed(2)).is_err());
    }
}

#[test]
fn where_nothing_can_be_told_the_model_is_the_overall_rate() {
    let (mut design, outcome) = design(200, 1);
    let settings = Settings::default();
    let rows: Vec<u32> = (0..200).collect();
    let nobody = vec![Some(false); 200];
    for learner in families(Task { design: &design, outcome: &nobody, cluster: &[], weigh: None, settings: &settings })
    {
        let model = learner.fit(&rows, 0, Seed(1)).unwrap();
        assert!(margins(&model, &design, &rows).unwrap().iter().all(|margin| *margin > 0.0 && *margin < 0.02));
    }
    design.features.drain(..6);
    for learner in families(Task { design: &design, outcome: &outcome, cluster: &[], weigh: None, settings: &settings })
    {
        let model = learner.fit(&rows, 0, Seed(1)).unwrap();
        assert!(model.features().is_empty() && model.trees.trees.iter().all(|tree| tree.nodes.len() == 1));
    }
}
