//! What vendors see of a design: columns of small whole numbers, and what a question about one means in our words.

use rayon::prelude::*;

use crate::base::model::{Split, TreeFeature};
use crate::train::binned::{Binned, BinnedColumn, Bins};

/// The rows of one fit as whole numbers from 0, so that every threshold of a vendor lies between two bins.
pub(super) struct Coded {
    pub binned: Binned,
    pub columns: Vec<CodedColumn>,
    /// One per row.
    pub outcomes: Vec<bool>,
}

/// One column that may be asked about.
pub(super) struct CodedColumn {
    /// Place in [`Binned::columns`].
    pub source: usize,
    meaning: Meaning,
    /// One per row of the fit.
    pub codes: Vec<u8>,
}

/// What the codes of a column stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// 0 is missing, i + 1 is bin i.
    Order,
    /// 1 is this bin, 0 every other.
    Is(u8),
}

/// "Is the code at most so much?"; what is goes low, the rest high.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Question {
    /// Place in [`Coded::columns`].
    pub column: usize,
    pub at_most: u8,
}

/// A question as a split of ours.
pub(super) struct Asked {
    pub split: Split,
    /// Whether the split's left is the question's low side.
    pub left_is_low: bool,
}

impl Coded {
    /// An ordered column stays one; a column of levels becomes one per bin (rare ones share a bin, missing has its
    /// own), or a single one where it has only two.
    pub(super) fn new(binned: Binned, outcomes: Vec<bool>) -> Self {
        let coded = |(source, column): (usize, &BinnedColumn)| {
            let code = |meaning: Meaning| column.codes.iter().map(|&bin| meaning.code(bin, column.missing())).collect();
            let columns = meanings(column).into_iter();
            columns.map(|meaning| CodedColumn { source, meaning, codes: code(meaning) }).collect::<Vec<_>>()
        };
        let columns = binned.columns.par_iter().enumerate().flat_map_iter(coded).collect();
        Self { binned, columns, outcomes }
    }

    pub(super) fn n_rows(&self) -> usize {
        self.outcomes.len()
    }

    /// Rate of the outcome, drawn towards ½ by one row, so that it is never 0 or 1.
    pub(super) fn rate(&self) -> f64 {
        let n_with = self.outcomes.iter().filter(|with| **with).count();
        (n_with as f64 + 0.5) / (self.n_rows() as f64 + 1.0)
    }

    /// Codes that a column may have.
    #[cfg(test)]
    pub(super) fn n_codes(&self, column: usize) -> usize {
        let column = &self.columns[column];
        if column.meaning == Meaning::Order { self.binned.columns[column.source].n_known + 1 } else { 2 }
    }

    pub(super) fn is_low(&self, question: Question, row: usize) -> bool {
        self.columns[question.column].codes[row] <= question.at_most
    }

    /// The question as a split of the source column, named by its place in [`Binned::columns`]. `low_is_larger` tells where goes what the fit never saw: unseen levels, and missing values of a column that had none.
    pub(super) fn asked(&self, question: Question, low_is_larger: bool) -> Asked {
        let column = &self.columns[question.column];
        let (feature, source) = (column.source as u16, &self.binned.columns[column.source]);
        match (&source.bins, column.meaning) {
            (Bins::Levels { .. }, Meaning::Is(bin)) => level(source, bin, feature, low_is_larger),
            (Bins::Numbers { edges }, _) => number(edges, source, question.at_most, feature, low_is_larger),
            (Bins::Levels { .. }, Meaning::Order) => number(&[], source, question.at_most, feature, low_is_larger),
        }
    }

    /// A source column as the model names it.
    pub(super) fn feature(&self, source: usize) -> TreeFeature {
        self.binned.columns[source].tree_feature()
    }
}

fn meanings(column: &BinnedColumn) -> Vec<Meaning> {
    match (column.is_ordered(), column.n_bins()) {
        (true, _) => vec![Meaning::Order],
        (false, 2) => vec![Meaning::Is(1)],
        (false, n_bins) => (0..n_bins).map(|bin| Meaning::Is(bin as u8)).collect(),
    }
}

impl Meaning {
    fn code(self, bin: u8, missing: Option<u8>) -> u8 {
        match self {
            Self::Order if Some(bin) == missing => 0,
            Self::Order => bin + 1,
            Self::Is(own) => u8::from(bin == own),
        }
    }
}

/// Missing values go with the low side; where they alone are low, the split is "every number".
fn number(edges: &[f64], source: &BinnedColumn, at_most: u8, feature: u16, low_is_larger: bool) -> Asked {
    match usize::from(at_most).checked_sub(1).and_then(|bin| edges.get(bin)) {
        Some(&at_most) => {
            let missing_left = source.has_missing || low_is_larger;
            Asked { split: Split::Number { feature, at_most, missing_left }, left_is_low: true }
        }
        None => Asked { split: Split::Number { feature, at_most: f64::MAX, missing_left: false }, left_is_low: false },
    }
}

/// Left is every level but those of one bin; missing too, unless it is that bin.
fn level(source: &BinnedColumn, bin: u8, feature: u16, low_is_larger: bool) -> Asked {
    let is_left = |own: usize| own != usize::from(bin);
    let missing_left = source.missing().map_or(low_is_larger, |missing| missing != bin);
    let unseen_left = source.unnamed().map_or(low_is_larger, is_left);
    Asked {
        split: Split::Levels { feature, left: source.levels_left(is_left), missing_left, unseen_left },
        left_is_low: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::design::{Design, Feature, FeatureKind, Values};
    use crate::train::vendor::tests;

    fn asked(name: &str, at_most: u8, low_is_larger: bool) -> Vec<Split> {
        let (design, outcome) = tests::design(400, 1);
        let coded = tests::coded(&design, &outcome);
        let is_named = |column: &usize| coded.binned.columns[coded.columns[*column].source].name == name;
        let columns = (0..coded.columns.len()).filter(is_named);
        columns.map(|column| coded.asked(Question { column, at_most }, low_is_larger).split).collect()
    }

    #[test]
    fn missing_numbers_go_low_or_alone() {
        assert_eq!(asked("age", 0, true), [Split::Number { feature: 0, at_most: f64::MAX, missing_left: false }]);
        assert_eq!(asked("age", 2, false), [Split::Number { feature: 0, at_most: 0.375, missing_left: true }]);
    }

    #[test]
    fn what_the_fit_never_saw_goes_with_the_larger_side() {
        assert_eq!(asked("late", 1, true), [Split::Number { feature: 1, at_most: 0.125, missing_left: true }]);
        assert_eq!(asked("late", 1, false), [Split::Number { feature: 1, at_most: 0.125, missing_left: false }]);
        let unseen = |larger: bool| match &asked("city", 0, larger)[0] {
            Split::Levels { unseen_left, .. } => *unseen_left,
            Split::Number { .. } => !larger,
        };
        assert!(unseen(true) && !unseen(false));
    }

    #[test]
    fn levels_that_splits_cannot_name_go_where_rare_ones_go() {
        let n = 70_000u32;
        let codes = (0..n).map(|row| if row < 100 { 0 } else { row }).collect();
        let levels = (0..n).map(|level| format!("level {level}")).collect();
        let values = Values::Levels { codes, levels };
        let features = vec![Feature { name: "level".to_owned(), kind: FeatureKind::Level, values }];
        let design = Design { n_subjects: n as usize, features };
        let outcome: Vec<Option<bool>> = (0..n).map(|row| Some(row % 3 == 0)).collect();
        let coded = tests::coded(&design, &outcome);
        // two bins: the level of many rows, and all others
        assert_eq!((coded.columns.len(), coded.feature(0).levels.map(|levels| levels.len())), (1, Some(65_535)));
        for low_is_larger in [false, true] {
            let asked = coded.asked(Question { column: 0, at_most: 0 }, low_is_larger);
            let left = vec![0];
            assert_eq!(
                asked.split,
                Split::Levels { feature: 0, left, missing_left: low_is_larger, unseen_left: false }
            );
        }
    }

    #[test]
    fn a_column_of_levels_asks_once_per_bin_and_of_two_kinds_once() {
        assert_eq!(asked("city", 0, true).len(), 6, "five levels and missing");
        assert_eq!(asked("plan", 0, true).len(), 3, "two levels and missing");
        let left = |left: Vec<u16>, missing_left| Split::Levels { feature: 5, left, missing_left, unseen_left: true };
        assert_eq!(asked("only", 0, true), [left(vec![0], false)], "known or missing");
    }
}
