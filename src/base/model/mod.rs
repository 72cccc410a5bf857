//! The model's shape, ours whoever fitted it, with its predict.
//!
//! A margin is a sum: the intercept, one term per source column, tables over two columns each, and the leaves that a row
//! reaches in trees. A family uses the parts that it needs: lines and levels (logistic), steps and tables (additive),
//! trees of one kind or the other (tree, forest, extra trees, boosted).

mod background;
mod bound;
mod check;
mod column;
mod pair;
mod path;
mod term;
mod trees;

use serde::{Deserialize, Serialize};

pub use background::PATH_COLUMNS_MAX;
pub use bound::Bound;
pub use column::Column;
pub use pair::{Axis, BoundAxis, BoundPair, Pair};
pub use path::{Path, Step};
pub use term::{BoundTerm, LevelWeight, Shape, Term};
pub use trees::{
    BoundOblivious, BoundSplit, BoundTree, Cover, LEVELS_MAX, Node, Oblivious, Split, Standing, Tree, TreeFeature,
    Trees,
};

use super::units::{Family, MarginUnit};

/// margin = intercept + Σ term(value) + Σ pair(value, value) + Σ leaf(row).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    pub family: Family,
    pub margin_unit: MarginUnit,
    pub intercept: f64,
    /// At most one term per source column, in the order of the training table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<Term>,
    /// Of two source columns each; they carry no effect that a term could carry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pairs: Vec<Pair>,
    #[serde(default, skip_serializing_if = "Trees::is_empty")]
    pub trees: Trees,
    pub background: Background,
}

/// The reference subjects against which attributions are told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Background {
    /// Subjects in the background: those the model was fitted on, or a sample of them.
    pub n_subjects: u64,
    /// Mean margin over the background.
    pub base_margin: f64,
}

impl Model {
    /// A model that tells nothing of anybody yet.
    pub fn empty(family: Family, intercept: f64, n_subjects: u64) -> Self {
        Self {
            family,
            margin_unit: family.margin_unit(),
            intercept,
            terms: Vec::new(),
            pairs: Vec::new(),
            trees: Trees::default(),
            background: Background { n_subjects, base_margin: intercept },
        }
    }

    /// The source columns that the model needs, each once, in no particular order.
    pub fn features(&self) -> Vec<&str> {
        let of_terms = self.terms.iter().map(|term| term.feature.as_str());
        let of_pairs = self.pairs.iter().flat_map(|pair| &pair.features).map(String::as_str);
        let of_trees = self.trees.features.iter().map(|feature| feature.feature.as_str());
        let mut features: Vec<&str> = of_terms.chain(of_pairs).chain(of_trees).collect();
        features.sort_unstable();
        features.dedup();
        features
    }

    /// Whether the model saw this level of a column in training; true for columns of numbers.
    pub fn knows(&self, feature: &str, level: &str) -> bool {
        let term = self.terms.iter().find(|term| term.feature == feature);
        let tree_feature = self.trees.features.iter().find(|known| known.feature == feature);
        term.is_none_or(|term| term.knows(level)) && tree_feature.is_none_or(|known| known.knows(level))
    }
}
