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

/// Random folds: a split for every pair of folds, in which each of the two learns from the other; pairs of neighbors on
/// a circle first, so that the first [`n_first`] splits ask every fold about two others. In time order: the fold models
/// themselves; a later fold learns from those of their rows that it may use.
pub(super) fn splits(folds: &Folds) -> Vec<Split<'_>> {
    let n = folds.parts.len();
    match folds.kind {
        FoldKind::Random => (1..=n / 2)
            .flat_map(|distance| pairs(n, distance))
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

/// The pairs of `n` folds on a circle that lie so far from each other.
fn pairs(n: usize, distance: usize) -> impl Iterator<Item = (usize, usize)> {
    let begins = if 2 * distance == n { distance } else { n };
    (0..begins).map(move |a| (a, (a + distance) % n)).map(|(a, b)| (a.min(b), a.max(b)))
}

/// How many of the [`splits`] make a first look at a family.
pub(super) fn n_first(folds: &Folds) -> usize {
    n_splits(folds).min(folds.parts.len())
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::base::folds::Fold;

    #[test]
    fn every_pair_of_folds_is_split_off_once_and_a_first_look_is_even() {
        for n in 2..12u32 {
            let part = |fold| Fold { block: 0, test: vec![fold], train: (0..n).filter(|row| *row != fold).collect() };
            let folds = Folds { kind: FoldKind::Random, parts: (0..n).map(part).collect() };
            let splits = splits(&folds);
            assert_eq!(splits.len(), n_splits(&folds));
            let names: BTreeSet<&str> = splits.iter().map(|split| &split.name[..]).collect();
            assert_eq!(names.len(), splits.len());
            let mut n_asked = vec![0; n as usize];
            for asked in splits[..n_first(&folds)].iter().flat_map(|split| &split.asked) {
                if let Some(fold) = asked.by {
                    n_asked[fold] += 1;
                }
            }
            assert!(n_asked.iter().all(|asked| *asked == n_asked[0] && *asked > 0), "{n}: {n_asked:?}");
            for split in &splits {
                let seen = |asked: &Asked<'_>| split.train.contains(&asked.rows[0]) || Some(asked.of) == asked.by;
                assert!(!split.asked.iter().any(seen), "{}", split.name);
            }
        }
    }
}
