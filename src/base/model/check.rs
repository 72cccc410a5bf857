//! Whether a model that comes from a file is whole: nothing in it may stop or mislead what scores by it.

use std::collections::BTreeSet;

use super::{
    Axis, LEVELS_MAX, Model, Node, Oblivious, PATH_COLUMNS_MAX, Pair, Path, Shape, Split, Standing, Term, Tree,
    TreeFeature, Trees,
};
use crate::base::{Error, Result};

/// Questions of an oblivious tree at most: it has a leaf for every combination of answers.
const SPLITS_MAX: usize = 16;
/// What the largest leaves of all trees may add up to.
const LEAVES_MAX: f64 = 1e100;

impl Model {
    /// # Errors
    /// A number is not finite, a table does not have the size of its axes, or a tree is not one.
    pub fn check(&self) -> Result<()> {
        finite("intercept", &[self.intercept, self.background.base_margin])?;
        self.terms.iter().try_for_each(Term::check)?;
        let names: BTreeSet<&str> = self.terms.iter().map(|term| term.feature.as_str()).collect();
        ensure(names.len() == self.terms.len(), || "a column has two terms".to_owned())?;
        self.pairs.iter().try_for_each(Pair::check)?;
        self.trees.check()
    }
}

fn broken(what: impl std::fmt::Display) -> Error {
    Error::new(format!("the model is broken: {what}")).hint("take the `model.json` from the run bundle again")
}

fn ensure(is_well: bool, what: impl Fn() -> String) -> Result<()> {
    if is_well { Ok(()) } else { Err(broken(what())) }
}

fn finite(what: &str, numbers: &[f64]) -> Result<()> {
    ensure(numbers.iter().all(|number| number.is_finite()), || format!("{what} holds what is no number"))
}

fn ascending(what: &str, edges: &[f64]) -> Result<()> {
    finite(what, edges)?;
    ensure(edges.windows(2).all(|pair| pair[0] < pair[1]), || format!("the edges of {what} do not ascend"))
}

impl Term {
    fn check(&self) -> Result<()> {
        let name = format!("the term of `{}`", self.feature);
        finite(&name, &[self.mean, self.shape.if_missing()])?;
        match &self.shape {
            Shape::Line { slope, center, fill, missing, low, high } => {
                finite(&name, &[*slope, *center, *fill, *missing, *low, *high])?;
                ensure(low <= high, || format!("{name} ends before it begins"))
            }
            Shape::Steps { edges, values, .. } => {
                finite(&name, values)?;
                ascending(&name, edges)?;
                let (n_edges, n_values) = (edges.len(), values.len());
                ensure(n_values == n_edges + 1, || format!("{name} has {n_edges} edges and {n_values} values"))
            }
            Shape::Levels { levels, pooled, unseen, .. } => {
                let weights: Vec<f64> = levels.iter().map(|level| level.weight).chain([*pooled, *unseen]).collect();
                finite(&name, &weights)
            }
        }
    }
}

impl Pair {
    fn check(&self) -> Result<()> {
        let name = format!("the pair of `{}` and `{}`", self.features[0], self.features[1]);
        finite(&name, &self.values)?;
        finite(&name, &[self.mean])?;
        for axis in &self.axes {
            if let Axis::Edges(edges) = axis {
                ascending(&name, edges)?;
            }
        }
        let [n_first, n_second] = self.n_bins();
        ensure(n_first.max(n_second) <= LEVELS_MAX, || format!("{name} has more than 65,535 bins"))?;
        let n_cells = n_first.checked_mul(n_second);
        ensure(n_cells == Some(self.values.len()), || format!("{name} does not have a value for every cell"))
    }
}

impl Trees {
    fn check(&self) -> Result<()> {
        self.trees.iter().try_for_each(|tree| tree.check(self))?;
        self.oblivious.iter().try_for_each(|tree| tree.check(self))?;
        self.check_backgrounds()?;
        self.check_sizes()
    }

    /// All trees know the same background, or none does.
    fn check_backgrounds(&self) -> Result<()> {
        let n_subjects = |tree: &Tree| {
            tree.background.first().map(|standing| standing.iter().map(|(_, n)| u64::from(*n)).sum::<u64>())
        };
        ensure(self.trees.windows(2).all(|pair| n_subjects(&pair[0]) == n_subjects(&pair[1])), || {
            "trees have backgrounds of different sizes".to_owned()
        })?;
        let n_known = self.trees.iter().filter(|tree| !tree.background.is_empty()).count();
        ensure(n_known == 0 || n_known == self.trees.len(), || "not all trees know their background".to_owned())
    }

    /// Levels and columns can be numbered, and leaves can be added up.
    fn check_sizes(&self) -> Result<()> {
        let has_room = |feature: &TreeFeature| feature.levels.as_ref().is_none_or(|levels| levels.len() <= LEVELS_MAX);
        ensure(self.features.iter().all(has_room), || "a column has more than 65,535 levels".to_owned())?;
        let n_columns = self.features.len();
        ensure(n_columns <= usize::from(u16::MAX), || format!("trees over {n_columns} columns, of 65,535 at most"))?;
        let leaf = |node: &Node| if let Node::Leaf { leaf, .. } = node { leaf.abs() } else { 0.0 };
        let of_trees = self.trees.iter().map(|tree| tree.nodes.iter().map(leaf).fold(0.0, f64::max));
        let of_oblivious =
            self.oblivious.iter().map(|tree| tree.leaves.iter().fold(0.0f64, |most, leaf| most.max(leaf.abs())));
        ensure(of_trees.chain(of_oblivious).sum::<f64>() < LEAVES_MAX, || "leaves are out of all proportion".to_owned())
    }

    fn check_split(&self, split: &Split) -> Result<()> {
        let Some(feature) = self.features.get(split.feature()) else {
            return Err(broken(format!("a split asks for column {}, of {}", split.feature(), self.features.len())));
        };
        match (split, &feature.levels) {
            (Split::Number { at_most, .. }, None) => finite("a split", &[*at_most]),
            (Split::Levels { left, .. }, Some(levels)) => {
                let is_known = left.iter().all(|level| usize::from(*level) < levels.len());
                ensure(is_known && left.is_sorted_by(|a, b| a < b), || {
                    format!("a split of `{}` names a level that the model does not have, or one twice", feature.feature)
                })
            }
            _ => Err(broken(format!("a split does not fit the kind of column `{}`", feature.feature))),
        }
    }
}

impl Tree {
    /// Children come after their parent and have no other, so that every way down ends at a leaf.
    fn check(&self, trees: &Trees) -> Result<()> {
        ensure(!self.nodes.is_empty(), || "a tree has no nodes".to_owned())?;
        let mut n_parents = vec![0u8; self.nodes.len()];
        for (at, node) in self.nodes.iter().enumerate() {
            ensure(node.cover().is_finite() && node.cover() >= 0.0, || "a cover is no count".to_owned())?;
            match node {
                Node::Leaf { leaf, .. } => finite("a leaf", &[*leaf])?,
                Node::Split { split, left, right, .. } => {
                    trees.check_split(split)?;
                    for child in [*left as usize, *right as usize] {
                        let is_well = child > at && n_parents.get(child) == Some(&0);
                        ensure(is_well, || format!("node {at} of a tree cannot have node {child} as a child"))?;
                        n_parents[child] = 1;
                    }
                }
            }
        }
        self.check_background()
    }

    /// At every leaf stand the same subjects, in ways that its path knows.
    fn check_background(&self) -> Result<()> {
        if self.background.is_empty() {
            return Ok(());
        }
        let paths = self.paths();
        let n_subjects = |standing: &Standing| standing.iter().map(|(_, n)| u64::from(*n)).sum::<u64>();
        let expected = n_subjects(&self.background[0]);
        let is_well = |(path, standing): (&Path, &Standing)| {
            let n_ways = 1usize << path.columns.len().min(PATH_COLUMNS_MAX);
            let is_known = standing.iter().all(|(set, n)| usize::from(*set) < n_ways && *n > 0)
                && standing.is_sorted_by(|a, b| a.0 < b.0);
            path.columns.len() <= PATH_COLUMNS_MAX && is_known && n_subjects(standing) == expected
        };
        ensure(
            expected > 0 && paths.len() == self.background.len() && paths.iter().zip(&self.background).all(is_well),
            || "the background of a tree does not fit its leaves".to_owned(),
        )
    }
}

impl Oblivious {
    fn check(&self, trees: &Trees) -> Result<()> {
        self.splits.iter().try_for_each(|split| trees.check_split(split))?;
        finite("a leaf", &self.leaves)?;
        finite("a cover", &self.cover)?;
        let is_count = self.cover.iter().all(|cover| *cover >= 0.0) && self.cover.iter().sum::<f64>() > 0.0;
        ensure(is_count, || "a cover is no count".to_owned())?;
        let n_leaves = if self.splits.len() <= SPLITS_MAX { 1usize << self.splits.len() } else { 0 };
        ensure(self.leaves.len() == n_leaves && self.cover.len() == n_leaves, || {
            format!("a tree of {} questions has {} leaves", self.splits.len(), self.leaves.len())
        })
    }
}
