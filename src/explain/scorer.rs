//! A model with all that attributing its margins needs, made once for one design.

use super::oblivious::Table;
use super::paths::Paths;
use crate::base::Result;
use crate::base::calibrator::Calibrator;
use crate::base::design::Design;
use crate::base::model::{Bound, Model};

/// A model with its columns looked up, its trees compiled, and the calibrator that goes with it.
pub struct Scorer<'a> {
    pub model: Bound<'a>,
    pub calibrator: Calibrator,
    /// For each term of the model, its column among those of the design; likewise below.
    terms: Vec<usize>,
    pairs: Vec<[usize; 2]>,
    oblivious: Vec<Table>,
    trees: Vec<Paths>,
}

impl<'a> Scorer<'a> {
    /// # Errors
    /// A column does not fit the model.
    pub fn new(model: &'a Model, calibrator: Calibrator, design: &'a Design) -> Result<Self> {
        let bound = model.bind(design)?;
        let column = |name: &str| design.features.iter().position(|feature| feature.name == name).unwrap_or_default();
        let of_trees: Vec<usize> = model.trees.features.iter().map(|feature| column(&feature.feature)).collect();
        Ok(Self {
            calibrator,
            terms: model.terms.iter().map(|term| column(&term.feature)).collect(),
            pairs: model.pairs.iter().map(|pair| [column(&pair.features[0]), column(&pair.features[1])]).collect(),
            oblivious: model.trees.oblivious.iter().map(|tree| Table::new(tree, &of_trees)).collect(),
            trees: model.trees.trees.iter().map(|tree| Paths::new(tree, &of_trees)).collect(),
            model: bound,
        })
    }

    /// Adds each column's attribution to `margins`, in margin units, and returns the margin of `row`.
    pub fn attribute(&self, row: usize, margins: &mut [f64]) -> f64 {
        let model = self.model.model;
        let mut margin = model.intercept;
        for (term, &column) in self.terms.iter().enumerate() {
            let value = self.model.terms[term].value(row);
            margin += value;
            margins[column] += value - model.terms[term].mean;
        }
        for (pair, &[first, second]) in self.pairs.iter().enumerate() {
            let value = self.model.pairs[pair].value(row);
            margin += value;
            let half = (value - model.pairs[pair].mean) / 2.0;
            margins[first] += half;
            margins[second] += half;
        }
        for (tree, paths) in self.model.trees.iter().zip(&self.trees) {
            margin += tree.value(row);
            paths.attribute(tree, row, margins);
        }
        for (tree, table) in self.model.oblivious.iter().zip(&self.oblivious) {
            let leaf = tree.leaf(row);
            margin += tree.tree.leaves[leaf];
            table.attribute(leaf, margins);
        }
        margin
    }
}
