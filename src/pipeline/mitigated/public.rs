//! Prices as they may be published.

use super::Priced;
use crate::audit::Row;
use crate::audit::mitigate::{Gaps, GroupFigures, Mitigation, Parity};
use crate::base::population::Population;

const TRUE_POSITIVES: Mitigation = Mitigation::Thresholds(Parity::TruePositiveRate);

/// Prices without figures by group that would tell of few.
///
/// Groups of a feature are told together or not at all: what is hidden of one must not follow from the others. They are
/// left out, with their gaps, cuts and frontier, where the audit hides one of the feature's groups in `public`, or where
/// fewer than `least` of a group are selected, or not; rates that need outcomes also where fewer than so many of a group
/// stand behind one of them.
pub fn published(priced: &[Priced], public: &[Row], least: usize) -> Vec<Priced> {
    priced.iter().map(|priced| publish(priced, public, least as u64)).collect()
}

fn publish(priced: &Priced, public: &[Row], least: u64) -> Priced {
    let is_hidden = |metrics: &[&str]| {
        let is_history = |row: &&Row| row.population == Population::History;
        let mut of_feature = public.iter().filter(is_history).filter(|row| row.feature == priced.feature);
        of_feature.any(|row| row.suppressed && metrics.contains(&row.metric.as_str()))
    };
    let is_small = |counts: fn(&GroupFigures) -> [u64; 4]| {
        priced.figures.groups.iter().any(|group| counts(group).into_iter().any(|count| count < least))
    };
    let mut told = priced.clone();
    let selections = |of: &GroupFigures| [of.n, of.n, of.n_selected, of.n - of.n_selected];
    let cells = |of: &GroupFigures| {
        let found = of.n_found.unwrap_or(0);
        let missed = of.n_outcomes.unwrap_or(0) - found;
        [found, missed, of.n_selected - found, of.n - of.n_selected - missed]
    };
    if is_hidden(&["n", "selection_rate"]) || is_small(selections) {
        (told.figures.groups, told.figures.gaps) = (Vec::new(), Gaps::default());
        (told.cuts, told.frontier) = (Vec::new(), Vec::new());
        return told;
    }
    if is_hidden(&["base_rate", "true_positive_rate", "false_positive_rate"]) || is_small(cells) {
        for group in &mut told.figures.groups {
            (group.n_outcomes, group.n_found) = (None, None);
            (group.true_positive_rate, group.false_positive_rate) = (None, None);
        }
        told.figures.gaps.true_positive_rate_difference = None;
        told.figures.gaps.false_positive_rate_difference = None;
        // the way to equal selection rates tells nothing of outcomes by group
        if priced.mitigation == TRUE_POSITIVES.name() {
            (told.cuts, told.frontier) = (Vec::new(), Vec::new());
        }
    }
    told
}
