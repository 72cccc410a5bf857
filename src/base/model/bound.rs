//! A model with its columns looked up in one design.

use super::column::Lookup;
use super::{BoundOblivious, BoundPair, BoundTerm, BoundTree, Column, Model};
use crate::base::Result;
use crate::base::design::Design;

/// A model bound to a design: what it adds up for each row.
#[derive(Debug, Clone)]
pub struct Bound<'a> {
    pub model: &'a Model,
    pub terms: Vec<BoundTerm<'a>>,
    pub pairs: Vec<BoundPair<'a>>,
    /// The columns that the trees ask about, in the order of [`super::Trees::features`].
    pub columns: Vec<Column<'a>>,
    pub trees: Vec<BoundTree<'a>>,
    pub oblivious: Vec<BoundOblivious<'a>>,
}

impl Model {
    /// Looks the model's columns up in a design by name.
    ///
    /// # Errors
    /// All columns that the model needs and that are missing, or hold levels where the model needs numbers or the
    /// reverse.
    pub fn bind<'a>(&'a self, design: &'a Design) -> Result<Bound<'a>> {
        let mut lookup = Lookup::new(design);
        let terms = self.terms.iter().filter_map(|term| term.bind(&mut lookup)).collect();
        let pairs = self.pairs.iter().filter_map(|pair| pair.bind(&mut lookup)).collect();
        let columns = self.trees.columns(&mut lookup);
        lookup.finish()?;
        let trees = self.trees.trees.iter().map(|tree| BoundTree::new(tree, &columns)).collect();
        let oblivious = self.trees.oblivious.iter().map(|tree| BoundOblivious::new(tree, &columns)).collect();
        Ok(Bound { model: self, terms, pairs, columns, trees, oblivious })
    }
}

impl Bound<'_> {
    /// What term `term` adds to the margin of `row`.
    pub fn term(&self, term: usize, row: usize) -> f64 {
        self.terms[term].value(row)
    }

    /// The additive output of the model for `row`, in its margin unit.
    pub fn margin(&self, row: usize) -> f64 {
        let margin = self.terms.iter().fold(self.model.intercept, |margin, term| margin + term.value(row));
        let margin = self.pairs.iter().fold(margin, |margin, pair| margin + pair.value(row));
        let margin = self.trees.iter().fold(margin, |margin, tree| margin + tree.value(row));
        self.oblivious.iter().fold(margin, |margin, tree| margin + tree.value(row))
    }

    /// Margins of `row` after the first so many oblivious trees, for each of the ascending `ends`.
    pub fn staged_margins(&self, row: usize, ends: &[usize], margins: &mut Vec<f64>) {
        let mut margin = self.terms.iter().fold(self.model.intercept, |margin, term| margin + term.value(row));
        let mut begin = 0;
        for &end in ends {
            let end = end.min(self.oblivious.len());
            margin = self.oblivious[begin.min(end)..end].iter().fold(margin, |margin, tree| margin + tree.value(row));
            margins.push(margin);
            begin = end;
        }
    }
}
