//! Trees with cover: what a row adds to the margin is the value of the leaf that it reaches.

use serde::{Deserialize, Serialize};

use super::column::{Column, Lookup};
use crate::base::design::{FeatureKind, MISSING, Value};

/// Levels of a column that splits can name: their places, and how many they are, fit a `u16`.
pub const LEVELS_MAX: usize = u16::MAX as usize;

/// Any number of trees over source columns. Leaf values are final: the weight of a tree is in them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Trees {
    /// The columns that splits name by their place here.
    pub features: Vec<TreeFeature>,
    /// Trees whose nodes split as they like.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trees: Vec<Tree>,
    /// Trees that ask the same question in all nodes of a level.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub oblivious: Vec<Oblivious>,
    #[serde(default)]
    pub cover: Cover,
}

/// What cover counts: who made the trees decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cover {
    /// Rows of the fit: ours, and LightGBM's.
    #[default]
    Rows,
    /// Sums of the rows' second derivatives of the loss: XGBoost's.
    Hessian,
    /// Sums of the rows' weights: CatBoost's.
    Weight,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TreeFeature {
    pub feature: String,
    pub kind: FeatureKind,
    /// Levels of the fit's rows, rare ones included, at most [`LEVELS_MAX`]; `None` for numbers. Splits name them by
    /// their place here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub levels: Option<Vec<String>>,
}

/// A question about one column. A row that it holds for goes left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Split {
    Number {
        feature: u16,
        /// Left is what is at most this.
        at_most: f64,
        missing_left: bool,
    },
    Levels {
        feature: u16,
        /// Ascending.
        left: Vec<u16>,
        missing_left: bool,
        /// Where levels go that the fit never saw: with the larger cover.
        unseen_left: bool,
    },
}

/// A tree; the first node is its root, a node's children come after it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Tree {
    pub nodes: Vec<Node>,
    /// How the background stands at each leaf, in the order of the nodes; empty where nobody looked
    /// ([`super::Model::set_background`]).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub background: Vec<Standing>,
}

/// How a background stands at a leaf: (set of columns, subjects). A column is in the set where all questions of the
/// leaf's path about it are answered as the path goes; bit i is the i-th column that the path asks about. Ascending sets,
/// each with one subject or more: they say whom a hybrid of a subject and a background subject leads to the leaf.
pub type Standing = Vec<(u16, u32)>;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Node {
    Split {
        split: Split,
        left: u32,
        right: u32,
        /// Training weight that reaches the node.
        cover: f64,
    },
    Leaf {
        leaf: f64,
        cover: f64,
    },
}

/// A tree of one question per level: bit l of a leaf's number is set where question l sent the row right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Oblivious {
    pub splits: Vec<Split>,
    /// 2^splits values, in margin units.
    pub leaves: Vec<f64>,
    /// Training rows that reach each leaf.
    pub cover: Vec<f64>,
}

impl Trees {
    pub fn is_empty(&self) -> bool {
        self.trees.is_empty() && self.oblivious.is_empty()
    }

    /// The questions of all trees.
    pub fn splits(&self) -> impl Iterator<Item = &Split> {
        let of_tree = self.trees.iter().flat_map(|tree| &tree.nodes).filter_map(|node| match node {
            Node::Split { split, .. } => Some(split),
            Node::Leaf { .. } => None,
        });
        of_tree.chain(self.oblivious.iter().flat_map(|tree| &tree.splits))
    }

    /// Leaves out features that no question is about.
    pub fn keep_asked(&mut self) {
        let mut asked: Vec<usize> = self.splits().map(Split::feature).collect();
        asked.sort_unstable();
        asked.dedup();
        let of_tree = self.trees.iter_mut().flat_map(|tree| &mut tree.nodes).filter_map(|node| match node {
            Node::Split { split, .. } => Some(split),
            Node::Leaf { .. } => None,
        });
        for split in of_tree.chain(self.oblivious.iter_mut().flat_map(|tree| &mut tree.splits)) {
            let (Split::Number { feature, .. } | Split::Levels { feature, .. }) = split;
            *feature = asked.partition_point(|known| *known < usize::from(*feature)) as u16;
        }
        self.features = asked.iter().map(|feature| self.features[*feature].clone()).collect();
    }

    /// The columns that the trees ask about; none where one does not fit.
    pub(super) fn columns<'a>(&'a self, lookup: &mut Lookup<'a>) -> Vec<Column<'a>> {
        let columns: Vec<Option<Column<'a>>> = self.features.iter().map(|feature| feature.bind(lookup)).collect();
        columns.into_iter().collect::<Option<_>>().unwrap_or_default()
    }
}

impl Node {
    /// Training weight that reaches the node.
    pub fn cover(&self) -> f64 {
        match self {
            Self::Split { cover, .. } | Self::Leaf { cover, .. } => *cover,
        }
    }
}

impl TreeFeature {
    fn bind<'a>(&self, lookup: &mut Lookup<'a>) -> Option<Column<'a>> {
        let expected = if self.levels.is_some() { "text" } else { "numbers" };
        lookup.column(&self.feature, expected, |values| Column::bind(values, self.levels.as_deref()))
    }

    /// Whether the fit's rows had this level; true for numbers.
    pub fn knows(&self, level: &str) -> bool {
        self.levels.as_ref().is_none_or(|levels| levels.iter().any(|known| known == level))
    }
}

impl Split {
    /// Place of the column in [`Trees::features`].
    pub fn feature(&self) -> usize {
        match self {
            Self::Number { feature, .. } | Self::Levels { feature, .. } => usize::from(*feature),
        }
    }

    /// Whether a level, by its place among those of its column, is one of those that go left, which ascend.
    pub fn is_among(left: &[u16], level: usize) -> bool {
        u16::try_from(level).is_ok_and(|level| left.binary_search(&level).is_ok())
    }

    /// Whether a value goes left; `feature` is the split's column.
    pub fn holds(&self, feature: &TreeFeature, value: &Value) -> bool {
        match (self, value) {
            (Self::Number { at_most, .. }, Value::Number(number)) => number <= at_most,
            (Self::Levels { left, unseen_left, .. }, Value::Level(level)) => {
                let known = feature.levels.iter().flatten().position(|known| known == level);
                known.map_or(*unseen_left, |level| Self::is_among(left, level))
            }
            (Self::Number { missing_left, .. } | Self::Levels { missing_left, .. }, _) => *missing_left,
        }
    }

    /// The split, looked up in the columns of a design, in the order of [`Trees::features`].
    pub fn bind<'a>(&self, columns: &[Column<'a>]) -> BoundSplit<'a> {
        let column = &columns[self.feature()];
        match (self, column) {
            (&Self::Number { at_most, missing_left, .. }, &Column::Numbers { values, missing }) => {
                BoundSplit::Number { values, missing, at_most, missing_left }
            }
            (Self::Levels { left, missing_left, unseen_left, .. }, Column::Levels { codes, known }) => {
                let is_left =
                    |known: &Option<u32>| known.map_or(*unseen_left, |level| Self::is_among(left, level as usize));
                BoundSplit::Levels { codes, left: known.iter().map(is_left).collect(), missing_left: *missing_left }
            }
            (Self::Number { missing_left, .. } | Self::Levels { missing_left, .. }, _) => {
                BoundSplit::Missing { left: *missing_left }
            }
        }
    }
}

/// A split looked up in one design.
#[derive(Debug, Clone)]
pub enum BoundSplit<'a> {
    Number {
        values: &'a [f64],
        missing: &'a [bool],
        at_most: f64,
        missing_left: bool,
    },
    Levels {
        codes: &'a [u32],
        left: Vec<bool>,
        missing_left: bool,
    },
    /// The column has no value at all.
    Missing {
        left: bool,
    },
}

impl BoundSplit<'_> {
    pub fn goes_left(&self, row: usize) -> bool {
        match self {
            Self::Number { values, missing, at_most, missing_left } => {
                if !missing.is_empty() && missing[row] {
                    *missing_left
                } else {
                    values[row] <= *at_most
                }
            }
            Self::Levels { codes, left, missing_left } => match codes[row] {
                MISSING => *missing_left,
                code => left[code as usize],
            },
            Self::Missing { left } => *left,
        }
    }
}

/// A tree looked up in one design.
#[derive(Debug, Clone)]
pub struct BoundTree<'a> {
    pub tree: &'a Tree,
    /// One for each node; `None` for leaves.
    pub splits: Vec<Option<BoundSplit<'a>>>,
}

impl<'a> BoundTree<'a> {
    pub(super) fn new(tree: &'a Tree, columns: &[Column<'a>]) -> Self {
        let bind = |node: &Node| match node {
            Node::Split { split, .. } => Some(split.bind(columns)),
            Node::Leaf { .. } => None,
        };
        Self { tree, splits: tree.nodes.iter().map(bind).collect() }
    }

    /// The number of the leaf's node that `row` reaches.
    pub fn leaf(&self, row: usize) -> usize {
        let mut at = 0;
        while let (Node::Split { left, right, .. }, Some(split)) = (&self.tree.nodes[at], &self.splits[at]) {
            at = (if split.goes_left(row) { *left } else { *right }) as usize;
        }
        at
    }

    pub fn value(&self, row: usize) -> f64 {
        match self.tree.nodes[self.leaf(row)] {
            Node::Leaf { leaf, .. } => leaf,
            Node::Split { .. } => 0.0,
        }
    }
}

/// An oblivious tree looked up in one design.
#[derive(Debug, Clone)]
pub struct BoundOblivious<'a> {
    pub tree: &'a Oblivious,
    pub splits: Vec<BoundSplit<'a>>,
}

impl<'a> BoundOblivious<'a> {
    pub(super) fn new(tree: &'a Oblivious, columns: &[Column<'a>]) -> Self {
        Self { tree, splits: tree.splits.iter().map(|split| split.bind(columns)).collect() }
    }

    /// The number of the leaf that `row` reaches.
    pub fn leaf(&self, row: usize) -> usize {
        let right = |(level, split): (usize, &BoundSplit<'_>)| usize::from(!split.goes_left(row)) << level;
        self.splits.iter().enumerate().map(right).sum()
    }

    pub fn value(&self, row: usize) -> f64 {
        self.tree.leaves[self.leaf(row)]
    }
}
