//! Which models are fitted so that every fold has margins to learn from that know nothing of it.

use std::borrow::Cow;

use crate::base::folds::{FoldKind, Folds};

/// Rows to learn from that leave some folds out, and what the models of these rows are asked.
pub(super) struct Split<'a> {
    pub(super) name: String,
    pub(super) train: Cow<'a, [u32]>,
    pub(super) asked: Vec<Asked<'a>>,
}

/// Rows that a split's models did not see, and who learns from what the models say of them.
pub(super) struct Asked<'a> {
    /// The fold whose penalty and calibrator learn; `None`: the penalty of the last model.
    pub(super) by: Option<usize>,
    /// The fold that the rows belong to.
    pub(super) of: usize,
    pub(super) rows: Cow<'a, [u32]>,
}

/// Random folds: a split for every pair of folds, in which each of the two learns from the other. In time order: the
/// fold models themselves; a later fold learns from those of their rows that it may use.
pub(super) fn splits(folds: &Folds) -> Vec<Split<'_>> {
    let n = folds.parts.len();
    match folds.kind {
        FoldKind::Random => (0..n)
            .flat_map(|a| (a + 1..n).map(move |b| (a, b)))
            .map(|(a, b)| {
                let others = (0..n).filter(|&fold| fold != a && fold != b);
                let mut train: Vec<u32> = others.flat_map(|fold| &folds.parts[fold].test).copied().collect();
                train.sort_unstable();
                let asked = vec![by_fold(folds, a, b), by_fold(folds, b, a), by_last(folds, a), by_last(folds, b)];
                Split { name: format!("without {a} and {b}"), train: Cow::Owned(train), asked }
            })
            .collect(),
        FoldKind::Forward => (0..n)
            .map(|of| {
                let by_folds = (0..n).map(|by| by_fold(folds, by, of)).filter(|asked| !asked.rows.is_empty());
                let asked = by_folds.chain([by_last(folds, of)]).collect();
                Split { name: format!("fold {of}"), train: Cow::Borrowed(&folds.parts[of].train), asked }
            })
            .collect(),
    }
}

/// How many [`splits`] there are.
pub(super) fn n_splits(folds: &Folds) -> usize {
    let n = folds.parts.len();
    match folds.kind {
        FoldKind::Random => n * n.saturating_sub(1) / 2,
        FoldKind::Forward => n,
    }
}

fn by_fold(folds: &Folds, by: usize, of: usize) -> Asked<'_> {
    Asked { by: Some(by), of, rows: folds.evidence(by, of) }
}

fn by_last(folds: &Folds, of: usize) -> Asked<'_> {
    Asked { by: None, of, rows: Cow::Borrowed(&folds.parts[of].test) }
}
