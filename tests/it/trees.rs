//! Trees in the one representation: predictions, and attributions against brute force over coalitions.

use proptest::prelude::*;
use trustrisk::base::Seed;
use trustrisk::base::attributions::Perturbation;
use trustrisk::base::calibrator::Calibrator;
use trustrisk::base::design::{Design, Feature, FeatureKind, MISSING, Values};
use trustrisk::base::model::{Model, Node, Oblivious, Split, Tree, TreeFeature, Trees};
use trustrisk::base::units::{Family, MarginUnit};
use trustrisk::explain::{Explainer, attribute};

const N_ROWS: usize = 60;
const N_FEATURES: usize = 4;
/// What tables may round.
const EXACT: f64 = 5e-6;

/// Chance tied to a name and a place.
fn chance(name: &str, place: usize) -> f64 {
    (Seed(11).hash(format!("{name} {place}").as_bytes()) >> 11) as f64 / (1u64 << 53) as f64
}

/// Three columns of numbers, some missing, and one of levels.
fn design(case: u32) -> Design {
    let number = |column: usize| {
        let name = format!("{case} column {column}");
        let values = (0..N_ROWS).map(|row| (chance(&name, row) * 6.0).floor()).collect();
        let missing = (0..N_ROWS).map(|row| column == 1 && chance(&name, row + 1000) < 0.2).collect();
        feature(column, FeatureKind::Number, Values::Numbers { values, missing })
    };
    let codes = (0..N_ROWS).map(|row| match (chance(&format!("{case} level"), row) * 4.0) as u32 {
        3 => MISSING,
        code => code,
    });
    let levels = ["a", "b", "c"].map(str::to_owned).to_vec();
    let mut features: Vec<Feature> = (0..3).map(number).collect();
    features.push(feature(3, FeatureKind::Level, Values::Levels { codes: codes.collect(), levels }));
    Design { n_subjects: N_ROWS, features }
}

fn feature(column: usize, kind: FeatureKind, values: Values) -> Feature {
    Feature { name: format!("x{column}"), kind, values }
}

fn tree_features() -> Vec<TreeFeature> {
    let of_column = |column: usize| TreeFeature {
        feature: format!("x{column}"),
        kind: if column == 3 { FeatureKind::Level } else { FeatureKind::Number },
        levels: (column == 3).then(|| ["c", "a", "b"].map(str::to_owned).to_vec()),
    };
    (0..N_FEATURES).map(of_column).collect()
}

fn split(case: u32, place: usize) -> Split {
    let draw = |what: &str| chance(&format!("{case} {what}"), place);
    let feature = (draw("feature") * 4.0) as u16;
    let missing_left = draw("missing") < 0.5;
    if feature == 3 {
        let left = (0..3).filter(|level| draw(&format!("level {level}")) < 0.5).collect();
        return Split::Levels { feature, left, missing_left, unseen_left: false };
    }
    Split::Number { feature, at_most: (draw("at") * 5.0).floor() + 0.5, missing_left }
}

/// An oblivious tree with the covers of all rows.
fn oblivious(case: u32, n_splits: usize, design: &Design) -> Oblivious {
    let leaves: Vec<f64> = (0..1 << n_splits).map(|leaf| chance(&format!("{case} leaf"), leaf) - 0.5).collect();
    let splits = (0..n_splits).map(|place| split(case, place)).collect();
    let mut tree = Oblivious { splits, cover: vec![0.0; leaves.len()], leaves };
    let model = model(Vec::new(), vec![tree.clone()]);
    let bound = model.bind(design).unwrap();
    (0..N_ROWS).for_each(|row| tree.cover[bound.oblivious[0].leaf(row)] += 1.0);
    tree
}

/// A tree of three levels, the covers of all rows.
fn tree(case: u32, design: &Design) -> Tree {
    let mut nodes = Vec::new();
    for at in 0..15usize {
        nodes.push(if at < 7 {
            let (left, right) = (2 * at as u32 + 1, 2 * at as u32 + 2);
            Node::Split { split: split(case, 100 + at), left, right, cover: 0.0 }
        } else {
            Node::Leaf { leaf: chance(&format!("{case} node"), at) - 0.5, cover: 0.0 }
        });
    }
    let model = model(vec![Tree { nodes: nodes.clone(), ..Tree::default() }], Vec::new());
    let bound = model.bind(design).unwrap();
    for row in 0..N_ROWS {
        let mut at = bound.trees[0].leaf(row);
        loop {
            match &mut nodes[at] {
                Node::Split { cover, .. } | Node::Leaf { cover, .. } => *cover += 1.0,
            }
            if at == 0 {
                break;
            }
            at = (at - 1) / 2;
        }
    }
    Tree { nodes, ..Tree::default() }
}

fn model(trees: Vec<Tree>, oblivious: Vec<Oblivious>) -> Model {
    let mut model = Model::empty(Family::Boosted, 0.25, N_ROWS as u64);
    model.trees = Trees { features: tree_features(), trees, oblivious, ..Trees::default() };
    model
}

/// Shapley values of a game over the columns, by its definition.
fn shapley(game: impl Fn(usize) -> f64) -> Vec<f64> {
    let factorial = |n: usize| (1..=n).product::<usize>() as f64;
    let worth: Vec<f64> = (0..1 << N_FEATURES).map(game).collect();
    let of_column = |column: usize| {
        let others = (0..1usize << N_FEATURES).filter(|set| set >> column & 1 == 0);
        let share = |set: usize| {
            let size = set.count_ones() as usize;
            let weight = factorial(size) * factorial(N_FEATURES - size - 1) / factorial(N_FEATURES);
            weight * (worth[set | 1 << column] - worth[set])
        };
        others.map(share).sum()
    };
    (0..N_FEATURES).map(of_column).collect()
}

/// The value of a tree where columns in `known` are the row's and others go both ways by cover.
fn by_cover(tree: &Tree, directions: &[Option<bool>], known: usize, at: usize) -> f64 {
    match &tree.nodes[at] {
        Node::Leaf { leaf, .. } => *leaf,
        Node::Split { split, left, right, cover } => {
            let (left, right) = (*left as usize, *right as usize);
            if known >> split.feature() & 1 == 1 {
                let next = if directions[at] == Some(true) { left } else { right };
                return by_cover(tree, directions, known, next);
            }
            let share = |child: usize| {
                let share = if *cover > 0.0 { tree.nodes[child].cover() / cover } else { 0.0 };
                share * by_cover(tree, directions, known, child)
            };
            share(left) + share(right)
        }
    }
}

/// A design whose rows are all pairs of a row and a background row, columns in `known` from the one.
fn mixed(design: &Design, row: usize, known: usize) -> Design {
    let pick = |(column, feature): (usize, &Feature)| {
        let source = |other: usize| if known >> column & 1 == 1 { row } else { other };
        let values = match &feature.values {
            Values::Numbers { values, missing } => Values::Numbers {
                values: (0..N_ROWS).map(|other| values[source(other)]).collect(),
                missing: (0..N_ROWS).map(|other| missing[source(other)]).collect(),
            },
            Values::Levels { codes, levels } => Values::Levels {
                codes: (0..N_ROWS).map(|other| codes[source(other)]).collect(),
                levels: levels.clone(),
            },
        };
        Feature { values, ..feature.clone() }
    };
    Design { n_subjects: N_ROWS, features: design.features.iter().enumerate().map(pick).collect() }
}

/// Attributions of a row by tables, and by a walk where cover is followed.
fn attributions(model: &Model, design: &Design, row: usize, perturbation: Perturbation) -> Vec<f64> {
    let explainer = Explainer::new(model, Calibrator::identity(MarginUnit::LogOdds), perturbation);
    let scorers = [explainer.bind(design).unwrap()];
    let told = attribute(&scorers, &[(row as u32, 0)], design.features.len());
    let expected = model.bind(design).unwrap().margin(row);
    assert_eq!(told.margin[0], expected);
    assert!((told.margins.sum() + told.base_margin[0] - expected).abs() < 1e-12);
    told.margins.iter().copied().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn an_oblivious_tree_is_attributed_as_its_definition_says(case in 0u32..10_000, n_splits in 1usize..6) {
        let design = design(case);
        let model = model(Vec::new(), vec![oblivious(case, n_splits, &design)]);
        for row in [0, 7, 31] {
            let game = |known: usize| {
                let mixed = mixed(&design, row, known);
                let bound = model.bind(&mixed).unwrap();
                (0..N_ROWS).map(|other| bound.margin(other)).sum::<f64>() / N_ROWS as f64
            };
            for (ours, theirs) in attributions(&model, &design, row, Perturbation::Interventional).iter().zip(shapley(game)) {
                prop_assert!((ours - theirs).abs() < EXACT, "{ours} is not {theirs}");
            }
        }
    }

    #[test]
    fn a_tree_is_attributed_along_its_paths(case in 0u32..10_000) {
        let design = design(case);
        let tree = tree(case, &design);
        let model = model(vec![tree.clone()], Vec::new());
        let bound = model.bind(&design).unwrap();
        for row in [0, 7, 31] {
            let directions: Vec<Option<bool>> =
                bound.trees[0].splits.iter().map(|split| split.as_ref().map(|split| split.goes_left(row))).collect();
            let theirs = shapley(|known| by_cover(&tree, &directions, known, 0));
            for (ours, theirs) in attributions(&model, &design, row, Perturbation::PathDependent).iter().zip(theirs) {
                prop_assert!((ours - theirs).abs() < EXACT, "{ours} is not {theirs}");
            }
        }
    }
}

/// shap, `test_tree.py::test_consistency_approximate`: y = 80 where both columns are 1.
#[test]
fn the_and_tree_is_attributed_as_shap_does() {
    let column = |column: usize| {
        let values = (0..4).map(|row| f64::from(row >> (1 - column as u32) & 1)).collect();
        feature(column, FeatureKind::Number, Values::Numbers { values, missing: Vec::new() })
    };
    let design = Design { n_subjects: 4, features: (0..2).map(column).collect() };
    let split = |feature: u16| Split::Number { feature, at_most: 0.5, missing_left: true };
    let and = Oblivious { splits: vec![split(0), split(1)], leaves: vec![0.0, 0.0, 0.0, 80.0], cover: vec![1.0; 4] };
    let node = |at: usize, feature: u16| Node::Split {
        split: split(feature),
        left: 2 * at as u32 + 1,
        right: 2 * at as u32 + 2,
        cover: if at == 0 { 4.0 } else { 2.0 },
    };
    let leaf = |leaf: f64| Node::Leaf { leaf, cover: 1.0 };
    let expected = [[-10.0, -10.0], [-30.0, 10.0], [10.0, -30.0], [30.0, 30.0]];
    for first in [0, 1] {
        let nodes =
            vec![node(0, first), node(1, 1 - first), node(2, 1 - first), leaf(0.0), leaf(0.0), leaf(0.0), leaf(80.0)];
        for (trees, oblivious) in
            [(vec![Tree { nodes, ..Tree::default() }], Vec::new()), (Vec::new(), vec![and.clone()])]
        {
            let mut model = model(trees, oblivious);
            model.trees.features.truncate(2);
            for (row, expected) in expected.iter().enumerate() {
                let ours = attributions(&model, &design, row, Perturbation::Interventional);
                for (ours, theirs) in ours.iter().zip(expected) {
                    assert!((ours - theirs).abs() < EXACT, "row {row}: {ours} is not {theirs}");
                }
            }
        }
    }
}

#[test]
fn broken_trees_are_refused() {
    let design = design(1);
    let whole = model(vec![tree(1, &design)], vec![oblivious(1, 3, &design)]);
    whole.check().unwrap();
    let broken = |change: &dyn Fn(&mut Model)| {
        let mut model = whole.clone();
        change(&mut model);
        model.check().unwrap_err().to_string()
    };
    let looped = broken(&|model| {
        if let Node::Split { left, .. } = &mut model.trees.trees[0].nodes[3] {
            *left = 0;
        }
    });
    assert!(looped.contains("node 3 of a tree cannot have node 0 as a child"), "{looped}");
    let short = broken(&|model| model.trees.oblivious[0].leaves.truncate(5));
    assert!(short.contains("a tree of 3 questions has 5 leaves"), "{short}");
    let unknown = broken(&|model| model.trees.features.truncate(1));
    assert!(unknown.contains("a split asks for column"), "{unknown}");
    let infinite = broken(&|model| model.trees.oblivious[0].leaves[2] = f64::INFINITY);
    assert!(infinite.contains("a leaf holds what is no number"), "{infinite}");
}
