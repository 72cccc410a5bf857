//! Attributions of trees against brute force over coalitions, kernel against kernel, and by their laws.

use proptest::prelude::*;
use trustrisk::base::Seed;
use trustrisk::base::attributions::{Attributions, Perturbation};
use trustrisk::base::calibrator::{Calibrator, Kind};
use trustrisk::base::design::{Design, Feature, FeatureKind, MISSING, Values};
use trustrisk::base::model::{Cover, Model, Node, Oblivious, Split, Tree, TreeFeature, Trees};
use trustrisk::base::units::{Family, MarginUnit};
use trustrisk::explain::{
    Explainer, Instructions, Interactions, Kernel, Told, attribute, check_additivity, interactions,
};

/// What tables may round, in margin units.
const ERROR_MAX: f64 = 5e-6;
const N_LEVELS: usize = 7;

/// Chance tied to a name and a place.
pub fn chance(name: &str, place: usize) -> f64 {
    (Seed(23).hash(format!("{name} {place}").as_bytes()) >> 11) as f64 / (1u64 << 53) as f64
}

/// Columns of numbers, every third one of levels, some of each missing.
pub fn design(case: u32, n_rows: usize, n_features: usize) -> Design {
    let column = |column: usize| {
        let draw = |row: usize, what: &str| chance(&format!("{case} {what} {column}"), row);
        let is_missing = |row: usize| column % 2 == 1 && draw(row, "missing") < 0.15;
        if column % 3 == 2 {
            let code =
                |row: usize| if is_missing(row) { MISSING } else { (draw(row, "level") * N_LEVELS as f64) as u32 };
            let values = Values::Levels { codes: (0..n_rows).map(code).collect(), levels: levels() };
            return Feature { name: format!("x{column}"), kind: FeatureKind::Level, values };
        }
        let values = Values::Numbers {
            values: (0..n_rows)
                .map(|row| if is_missing(row) { 0.0 } else { (draw(row, "number") * 40.0).floor() })
                .collect(),
            missing: if column % 2 == 1 { (0..n_rows).map(is_missing).collect() } else { Vec::new() },
        };
        Feature { name: format!("x{column}"), kind: FeatureKind::Number, values }
    };
    Design { n_subjects: n_rows, features: (0..n_features).map(column).collect() }
}

fn levels() -> Vec<String> {
    (0..N_LEVELS).map(|level| format!("level {level}")).collect()
}

/// The model knows all levels but the last.
fn tree_features(n_features: usize) -> Vec<TreeFeature> {
    let feature = |column: usize| TreeFeature {
        feature: format!("x{column}"),
        kind: if column % 3 == 2 { FeatureKind::Level } else { FeatureKind::Number },
        levels: (column % 3 == 2).then(|| levels()[..N_LEVELS - 1].to_vec()),
    };
    (0..n_features).map(feature).collect()
}

fn split(name: &str, place: usize, n_features: usize) -> Split {
    let draw = |what: &str| chance(&format!("{name} {what}"), place);
    let feature = (draw("feature") * n_features as f64) as u16;
    let missing_left = draw("missing") < 0.5;
    if feature % 3 == 2 {
        let left = (0..N_LEVELS as u16 - 1).filter(|level| draw(&format!("level {level}")) < 0.5).collect();
        return Split::Levels { feature, left, missing_left, unseen_left: draw("unseen") < 0.5 };
    }
    Split::Number { feature, at_most: (draw("at") * 39.0).floor() + 0.5, missing_left }
}

/// A tree of at most `depth` questions in a row, grown until `n_splits`; covers count all rows.
fn tree(name: &str, depth: usize, n_splits: usize, design: &Design) -> Tree {
    let n_features = design.features.len();
    let mut nodes = vec![Node::Leaf { leaf: 0.0, cover: 0.0 }];
    let mut open = vec![(0usize, 0usize)];
    let mut n_asked = 0;
    while let Some(place) = (n_asked < n_splits && !open.is_empty())
        .then(|| (chance(&format!("{name} open"), n_asked) * open.len() as f64) as usize)
    {
        let (at, deep) = open.swap_remove(place);
        n_asked += 1;
        let left = nodes.len() as u32;
        nodes[at] = Node::Split { split: split(name, at, n_features), left, right: left + 1, cover: 0.0 };
        for _ in 0..2 {
            if deep + 1 < depth {
                open.push((nodes.len(), deep + 1));
            }
            nodes.push(Node::Leaf { leaf: 0.0, cover: 0.0 });
        }
    }
    for (at, node) in nodes.iter_mut().enumerate() {
        if let Node::Leaf { leaf, .. } = node {
            *leaf = (chance(&format!("{name} leaf"), at) - 0.5) / 4.0;
        }
    }
    let model = model(vec![Tree { nodes: nodes.clone(), ..Tree::default() }], Vec::new(), n_features);
    let bound = model.bind(design).unwrap();
    for row in 0..design.n_subjects {
        let mut at = 0;
        loop {
            let next = match &mut nodes[at] {
                Node::Leaf { cover, .. } => {
                    *cover += 1.0;
                    break;
                }
                Node::Split { left, right, cover, .. } => {
                    *cover += 1.0;
                    if bound.trees[0].splits[at].as_ref().unwrap().goes_left(row) { *left } else { *right }
                }
            };
            at = next as usize;
        }
    }
    Tree { nodes, ..Tree::default() }
}

pub fn oblivious(name: &str, n_splits: usize, design: &Design) -> Oblivious {
    let n_features = design.features.len();
    let leaves: Vec<f64> = (0..1 << n_splits).map(|leaf| (chance(&format!("{name} leaf"), leaf) - 0.5) / 4.0).collect();
    let splits = (0..n_splits).map(|place| split(name, place, n_features)).collect();
    let mut tree = Oblivious { splits, cover: vec![0.0; leaves.len()], leaves };
    let model = model(Vec::new(), vec![tree.clone()], n_features);
    let bound = model.bind(design).unwrap();
    (0..design.n_subjects).for_each(|row| tree.cover[bound.oblivious[0].leaf(row)] += 1.0);
    tree
}

pub fn model(trees: Vec<Tree>, oblivious: Vec<Oblivious>, n_features: usize) -> Model {
    let mut model = Model::empty(Family::Boosted, 0.25, 1);
    model.trees = Trees { features: tree_features(n_features), trees, oblivious, cover: Cover::Rows };
    model
}

/// Several trees of free shape that know all rows as their background.
pub fn forest(case: u32, n_trees: usize, depth: usize, n_splits: usize, design: &Design) -> Model {
    let trees = (0..n_trees).map(|number| tree(&format!("{case} tree {number}"), depth, n_splits, design)).collect();
    let mut model = model(trees, Vec::new(), design.features.len());
    let rows: Vec<u32> = (0..design.n_subjects as u32).collect();
    model.set_background(design, &rows).unwrap();
    model.check().unwrap();
    model
}

fn told(
    model: &Model,
    design: &Design,
    perturbation: Perturbation,
    instructions: Instructions,
    rows: &[u32],
) -> Attributions {
    let calibrator = Calibrator::identity(MarginUnit::LogOdds);
    let explainer = Explainer::with(model, calibrator, Told::Values, perturbation, instructions);
    let scorers = [explainer.bind(design).unwrap()];
    let rows: Vec<(u32, u16)> = rows.iter().map(|row| (*row, 0)).collect();
    let told = attribute(&scorers, &rows, design.features.len());
    check_additivity(&told).unwrap();
    told
}

/// Row `row` of the known columns, everything else of every row.
fn mixed(design: &Design, row: usize, known: usize) -> Design {
    design.rearranged(design.n_subjects, |other, column| if known >> column & 1 == 1 { row } else { other })
}

/// What every coalition is worth against the rows of the design.
fn interventional_game(model: &Model, design: &Design, row: usize) -> Vec<f64> {
    let worth = |known: usize| {
        let mixed = mixed(design, row, known);
        let bound = model.bind(&mixed).unwrap();
        (0..design.n_subjects).map(|other| bound.margin(other)).sum::<f64>() / design.n_subjects as f64
    };
    (0..1 << design.features.len()).map(worth).collect()
}

/// What every coalition is worth by cover.
fn path_game(model: &Model, design: &Design, row: usize) -> Vec<f64> {
    let bound = model.bind(design).unwrap();
    fn value(tree: &trustrisk::base::model::BoundTree<'_>, row: usize, known: usize, at: usize) -> f64 {
        match &tree.tree.nodes[at] {
            Node::Leaf { leaf, .. } => *leaf,
            Node::Split { split, left, right, cover } => {
                let of = |child: &u32| value(tree, row, known, *child as usize);
                let share =
                    |child: &u32| if *cover > 0.0 { tree.tree.nodes[*child as usize].cover() / cover } else { 0.0 };
                if known >> split.feature() & 1 == 1 {
                    of(if tree.splits[at].as_ref().unwrap().goes_left(row) { left } else { right })
                } else {
                    share(left) * of(left) + share(right) * of(right)
                }
            }
        }
    }
    let worth = |known: usize| bound.trees.iter().map(|tree| value(tree, row, known, 0)).sum::<f64>();
    (0..1 << design.features.len()).map(worth).collect()
}

/// Σ over coalitions of the others of size! (n − joining − size)! / (n − joining + 1)! × the difference that all of
/// `joining` make together.
fn index(worth: &[f64], joining: &[usize]) -> f64 {
    let n = worth.len().ilog2() as usize;
    let factorial = |n: usize| (1..=n).map(|i| i as f64).product::<f64>();
    let bits: usize = joining.iter().map(|column| 1usize << column).sum();
    (0..worth.len())
        .filter(|coalition| coalition & bits == 0)
        .map(|coalition| {
            let size = coalition.count_ones() as usize;
            let weight = factorial(size) * factorial(n - joining.len() - size) / factorial(n - joining.len() + 1);
            let difference: f64 = (0..=bits)
                .filter(|part| part & !bits == 0)
                .map(|part| {
                    let sign = if (bits.count_ones() - part.count_ones()).is_multiple_of(2) { 1.0 } else { -1.0 };
                    sign * worth[coalition | part]
                })
                .sum();
            weight * difference
        })
        .sum()
}

fn agree(model: &Model, design: &Design, perturbation: Perturbation, tolerance: f64) {
    let n_features = design.features.len();
    let rows: Vec<u32> = vec![0, 3, 5];
    let ours = told(model, design, perturbation, Instructions::detect(), &rows);
    let pairs = interactions(model, design, &rows, perturbation, Instructions::detect()).unwrap();
    for (place, row) in rows.iter().enumerate() {
        let worth = match perturbation {
            Perturbation::Interventional => interventional_game(model, design, *row as usize),
            Perturbation::PathDependent => path_game(model, design, *row as usize),
        };
        for column in 0..n_features {
            let (ours, theirs) = (ours.margins[[place, column]], index(&worth, &[column]));
            assert!((ours - theirs).abs() < tolerance, "column {column} of row {row}: {ours} is not {theirs}");
        }
        for (first, second) in
            (0..n_features).flat_map(|first| (first + 1..n_features).map(move |second| (first, second)))
        {
            let pair = pairs.pairs.iter().position(|pair| *pair == [first, second]);
            let ours = pair.map_or(0.0, |pair| pairs.values[[place, pair]]);
            let theirs = index(&worth, &[first, second]);
            assert!((ours - theirs).abs() < tolerance, "{first} × {second} of row {row}: {ours} is not {theirs}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn free_trees_against_their_background_are_as_the_definition_says(case in 0u32..10_000, depth in 1usize..7) {
        let design = design(case, 40, 7);
        let model = forest(case, 3, depth, 20, &design);
        agree(&model, &design, Perturbation::Interventional, ERROR_MAX);
    }

    #[test]
    fn free_trees_by_cover_are_as_the_definition_says(case in 0u32..10_000, depth in 1usize..9) {
        let design = design(case, 60, 8);
        let model = forest(case, 3, depth, 40, &design);
        agree(&model, &design, Perturbation::PathDependent, ERROR_MAX);
    }

    #[test]
    fn oblivious_trees_are_as_the_definition_says(case in 0u32..10_000, n_splits in 1usize..8) {
        let design = design(case, 50, 6);
        let trees = (0..3).map(|number| oblivious(&format!("{case} {number}"), n_splits, &design)).collect();
        let model = model(Vec::new(), trees, 6);
        agree(&model, &design, Perturbation::Interventional, ERROR_MAX);
    }

    #[test]
    fn trees_deeper_than_tables_follow_cover_exactly(case in 0u32..10_000) {
        let design = design(case, 60, 11);
        let model = forest(case, 2, 14, 60, &design);
        let deep = model.trees.trees.iter().flat_map(Tree::paths).any(|path| path.columns.len() > 8);
        prop_assume!(deep);
        let explainer = Explainer::new(&model, Calibrator::identity(MarginUnit::LogOdds), Perturbation::Interventional);
        let method = explainer.method();
        prop_assert_eq!((method.kernel, method.perturbation, method.error_max), (Kernel::Quadrature, Perturbation::PathDependent, 0.0));
        let asked = Perturbation::Interventional;
        let pairs = interactions(&model, &design, &[0], asked, Instructions::detect()).unwrap();
        prop_assert_eq!(pairs.perturbation, Perturbation::PathDependent);
        agree(&model, &design, Perturbation::PathDependent, 1e-12);
    }

    #[test]
    fn instructions_blocks_and_threads_change_no_bit(case in 0u32..10_000) {
        let n_rows = 2_500usize;
        let design = design(case, n_rows, 9);
        let free = forest(case, 6, 6, 40, &design);
        let trees = (0..6).map(|number| oblivious(&format!("{case} {number}"), 6, &design)).collect();
        let deep = forest(case, 2, 14, 80, &design);
        for model in [free, model(Vec::new(), trees, 9), deep] {
            let all: Vec<u32> = (0..n_rows as u32).collect();
            let expected = told(&model, &design, Perturbation::Interventional, Instructions::Portable, &all);
            let bits = |told: &Attributions| told.margins.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            for instructions in Instructions::all() {
                let ours = told(&model, &design, Perturbation::Interventional, instructions, &all);
                prop_assert_eq!(bits(&ours), bits(&expected), "{:?}", instructions);
                prop_assert_eq!(&ours.margin, &expected.margin);
            }
            let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
            let alone = pool.install(|| told(&model, &design, Perturbation::Interventional, Instructions::detect(), &all));
            prop_assert_eq!(bits(&alone), bits(&expected));
            // single rows, in another order
            for row in [2_499u32, 0, 1_234] {
                let one = told(&model, &design, Perturbation::Interventional, Instructions::detect(), &[row]);
                let of_row: Vec<u64> = expected.margins.row(row as usize).iter().map(|value| value.to_bits()).collect();
                prop_assert_eq!(bits(&one), of_row);
            }
        }
    }

    #[test]
    fn tables_and_walk_agree(case in 0u32..10_000) {
        let design = design(case, 300, 8);
        let shallow = forest(case, 4, 7, 60, &design);
        let mut deep = shallow.clone();
        // a tree too deep for tables sends all trees to the walk, and says nothing itself
        let nothing = forest(case + 1, 1, 300, 400, &super::attributions::design(case, 300, 30));
        let grown: Vec<Node> = nothing.trees.trees[0].nodes.iter().map(|node| match node {
            Node::Leaf { cover, .. } => Node::Leaf { leaf: 0.0, cover: *cover },
            split => split.clone(),
        }).collect();
        deep.trees.features = tree_features(30);
        deep.trees.trees.push(Tree { nodes: grown, ..Tree::default() });
        deep.trees.trees.iter_mut().for_each(|tree| tree.background.clear());
        let wide = super::attributions::design(case, 300, 30);
        let all: Vec<u32> = (0..300).collect();
        let narrow_features = &wide.features[..8];
        prop_assert_eq!(narrow_features, &design.features[..]);
        let by_tables = told(&shallow, &design, Perturbation::PathDependent, Instructions::detect(), &all);
        let by_walk = told(&deep, &wide, Perturbation::PathDependent, Instructions::detect(), &all);
        for (tables, walk) in by_tables.margins.columns().into_iter().zip(by_walk.margins.columns()) {
            for (tables, walk) in tables.iter().zip(walk) {
                prop_assert!((tables - walk).abs() < ERROR_MAX, "{tables} is not {walk}");
            }
        }
    }

    #[test]
    fn attributions_keep_their_laws(case in 0u32..10_000, slope in 0.3f64..3.0) {
        let design = design(case, 200, 8);
        let model = forest(case, 5, 6, 30, &design);
        let all: Vec<u32> = (0..200).collect();
        let whole = told(&model, &design, Perturbation::Interventional, Instructions::detect(), &all);
        // dummy: a column that no tree asks about
        let mut asked = [false; 8];
        model.trees.trees.iter().flat_map(|tree| &tree.nodes).for_each(|node| {
            if let Node::Split { split, .. } = node { asked[split.feature()] = true; }
        });
        // what closing the sum moves goes to the largest, never to a dummy
        for (column, _) in asked.iter().enumerate().filter(|(_, asked)| !**asked) {
            prop_assert!(whole.margins.column(column).iter().all(|value| *value == 0.0));
        }
        // linearity: trees of two models add up
        let part = |range: std::ops::Range<usize>| {
            let mut part = model.clone();
            part.trees.trees = model.trees.trees[range].to_vec();
            told(&part, &design, Perturbation::Interventional, Instructions::detect(), &all)
        };
        let (first, second) = (part(0..2), part(2..5));
        for (place, value) in whole.margins.indexed_iter() {
            let sum = first.margins[place] + second.margins[place];
            prop_assert!((value - sum).abs() < 3.0 * ERROR_MAX, "{value} is not {sum}");
        }
        // a rising calibrator keeps sign and order
        let calibrator = Calibrator { unit: MarginUnit::LogOdds, kind: Kind::Platt { slope, intercept: 0.2 } };
        let explainer = Explainer::new(&model, calibrator, Perturbation::Interventional);
        let scorers = [explainer.bind(&design).unwrap()];
        let rows: Vec<(u32, u16)> = all.iter().map(|row| (*row, 0)).collect();
        let calibrated = attribute(&scorers, &rows, 8);
        check_additivity(&calibrated).unwrap();
        for (points, margins) in calibrated.points.rows().into_iter().zip(calibrated.margins.rows()) {
            for (a, b) in (0..8).flat_map(|a| (0..8).map(move |b| (a, b))) {
                prop_assert_eq!(points[a] > points[b], margins[a] > margins[b]);
            }
            prop_assert!(points.iter().zip(margins).all(|(points, margin)| points.signum() == margin.signum()));
        }
        // the order of columns does not matter
        let mut turned = design.clone();
        turned.features.reverse();
        let again = told(&model, &turned, Perturbation::Interventional, Instructions::detect(), &all);
        for column in 0..8 {
            prop_assert_eq!(again.margins.column(column), whole.margins.column(7 - column));
        }
    }

    #[test]
    fn interactions_and_values_fit_together(case in 0u32..10_000) {
        let design = design(case, 100, 6);
        let model = forest(case, 4, 5, 25, &design);
        let all: Vec<u32> = (0..100).collect();
        for instructions in Instructions::all() {
            let Interactions { pairs, values, perturbation } =
                interactions(&model, &design, &all, Perturbation::Interventional, instructions).unwrap();
            let portable = interactions(&model, &design, &all, Perturbation::Interventional, Instructions::Portable).unwrap();
            prop_assert_eq!(&values, &portable.values);
            prop_assert!(pairs.is_sorted());
            prop_assert_eq!(perturbation, Perturbation::Interventional);
        }
    }
}

/// Two columns that enter a tree alike get the same.
#[test]
fn columns_that_enter_alike_are_worth_the_same() {
    let values: Vec<f64> = (0..64).map(|row| f64::from(row % 8)).collect();
    let feature = |name: &str| Feature {
        name: name.to_owned(),
        kind: FeatureKind::Number,
        values: Values::Numbers { values: values.clone(), missing: Vec::new() },
    };
    let design = Design { n_subjects: 64, features: vec![feature("x0"), feature("x1")] };
    let split = |feature: u16| Split::Number { feature, at_most: 3.5, missing_left: true };
    let tree = Oblivious {
        splits: vec![split(0), split(1)],
        leaves: vec![0.1, 0.3, 0.3, 0.9],
        cover: vec![32.0, 0.0, 0.0, 32.0],
    };
    let model = model(Vec::new(), vec![tree], 2);
    let all: Vec<u32> = (0..64).collect();
    let told = told(&model, &design, Perturbation::Interventional, Instructions::detect(), &all);
    for margins in told.margins.rows() {
        assert!((margins[0] - margins[1]).abs() < ERROR_MAX, "{margins}");
    }
}

/// More thresholds than a byte holds, and more classes of levels.
#[test]
fn columns_of_many_thresholds_and_levels_get_several_planes() {
    let n_rows = 900usize;
    let names: Vec<String> = (0..600).map(|level| format!("{level:03}")).collect();
    let numbers = Values::Numbers {
        values: (0..n_rows).map(|row| (chance("number", row) * 900.0).floor()).collect(),
        missing: (0..n_rows).map(|row| row % 17 == 3).collect(),
    };
    let codes =
        (0..n_rows).map(|row| if row % 13 == 5 { MISSING } else { (chance("level", row) * 600.0) as u32 }).collect();
    let features = vec![
        Feature { name: "x0".to_owned(), kind: FeatureKind::Number, values: numbers },
        Feature {
            name: "x1".to_owned(),
            kind: FeatureKind::Level,
            values: Values::Levels { codes, levels: names.clone() },
        },
    ];
    let design = Design { n_subjects: n_rows, features };
    let trees: Vec<Oblivious> = (0..500)
        .map(|number| {
            let draw = |what: &str| chance(what, number);
            let left = (0..590u16).filter(|level| chance(&format!("{number}"), usize::from(*level)) < 0.5).collect();
            let splits = vec![
                Split::Number { feature: 0, at_most: number as f64 * 1.7, missing_left: draw("a") < 0.5 },
                Split::Levels { feature: 1, left, missing_left: draw("b") < 0.5, unseen_left: draw("c") < 0.5 },
            ];
            let leaves = (0..4).map(|leaf| chance(&format!("{number} leaf"), leaf) / 10.0).collect();
            Oblivious { splits, leaves, cover: vec![10.0, 20.0, 30.0, 40.0] }
        })
        .collect();
    let mut model = Model::empty(Family::Boosted, 0.0, 100);
    let level_feature =
        TreeFeature { feature: "x1".to_owned(), kind: FeatureKind::Level, levels: Some(names[..590].to_vec()) };
    let number_feature = TreeFeature { feature: "x0".to_owned(), kind: FeatureKind::Number, levels: None };
    model.trees = Trees {
        features: vec![number_feature, level_feature],
        trees: Vec::new(),
        oblivious: trees,
        cover: Cover::Rows,
    };
    model.check().unwrap();
    let all: Vec<u32> = (0..n_rows as u32).collect();
    let bound = model.bind(&design).unwrap();
    for instructions in Instructions::all() {
        let told = told(&model, &design, Perturbation::Interventional, instructions, &all);
        for (row, margin) in told.margin.iter().enumerate() {
            assert_eq!(*margin, bound.margin(row), "row {row}");
        }
    }
}
