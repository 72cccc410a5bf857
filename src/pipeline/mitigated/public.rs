//! Prices as they may be published.

use super::Priced;
use crate::audit::Row;
use crate::audit::mitigate::{Gaps, GroupFigures, Mitigation, Parity};
use crate::base::population::Population;

/// The run as it is.
const AS_IS: &str = "none";
const TRUE_POSITIVES: Mitigation = Mitigation::Thresholds(Parity::TruePositiveRate);

/// What may be told of the groups of a way: each includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shown {
    Nothing,
    /// How many are selected.
    Selections,
    /// Also how many of them, and of the others, had the outcome.
    Outcomes,
}

/// Prices without figures by group that would tell of few.
///
/// Groups of a feature are told together or not at all: what is hidden of one must not follow from the others. They are
/// left out, with their gaps, cuts and frontier, where the audit hides one of the feature's groups in `public`, or where
/// fewer than `least` of a group are selected, or not; rates that need outcomes also where fewer than so many of a group
/// stand behind one of them. Cuts and frontier begin at the common cut, so they are told only where that may be told, too.
pub fn published(priced: &[Priced], public: &[Row], least: usize) -> Vec<Priced> {
    let shown: Vec<Shown> = priced.iter().map(|priced| shown(priced, public, least as u64)).collect();
    let as_is = |of: &Priced| {
        let at = priced.iter().position(|other| other.mitigation == AS_IS && other.feature == of.feature);
        at.map_or(Shown::Nothing, |at| shown[at])
    };
    priced.iter().zip(&shown).map(|(priced, own)| publish(priced, *own, as_is(priced).min(*own))).collect()
}

fn shown(priced: &Priced, public: &[Row], least: u64) -> Shown {
    let is_hidden = |metrics: &[&str]| {
        let is_history = |row: &&Row| row.population == Population::History;
        let mut of_feature = public.iter().filter(is_history).filter(|row| row.feature == priced.feature);
        of_feature.any(|row| row.suppressed && metrics.contains(&row.metric.as_str()))
    };
    let groups = &priced.figures.groups;
    let is_small = |counts: fn(&GroupFigures) -> [u64; 4]| {
        groups.iter().any(|group| counts(group).into_iter().any(|count| count < least))
    };
    let selections = |of: &GroupFigures| [of.n, of.n, of.n_selected, of.n - of.n_selected];
    let cells = |of: &GroupFigures| {
        let found = of.n_found.unwrap_or(0);
        let missed = of.n_outcomes.unwrap_or(0) - found;
        [found, missed, of.n_selected - found, of.n - of.n_selected - missed]
    };
    if groups.is_empty() || is_hidden(&["n", "selection_rate"]) || is_small(selections) {
        return Shown::Nothing;
    }
    match is_hidden(&["base_rate", "true_positive_rate", "false_positive_rate"]) || is_small(cells) {
        true => Shown::Selections,
        false => Shown::Outcomes,
    }
}

/// `own` is what may be told of the way itself, `from_start` of all that lies between the common cut and it.
fn publish(priced: &Priced, own: Shown, from_start: Shown) -> Priced {
    let mut told = priced.clone();
    // the way to equal selection rates tells nothing of outcomes by group
    let needed = if priced.mitigation == TRUE_POSITIVES.name() { Shown::Outcomes } else { Shown::Selections };
    if from_start < needed {
        (told.cuts, told.frontier) = (Vec::new(), Vec::new());
    }
    if own < Shown::Selections {
        (told.figures.groups, told.figures.gaps) = (Vec::new(), Gaps::default());
    }
    if own < Shown::Outcomes {
        told.figures.groups.iter_mut().for_each(without_outcomes);
        told.figures.gaps.true_positive_rate_difference = None;
        told.figures.gaps.false_positive_rate_difference = None;
    }
    told
}

fn without_outcomes(group: &mut GroupFigures) {
    let GroupFigures { group: name, n, n_selected, selection_rate, mean_risk, .. } = std::mem::take(group);
    *group = GroupFigures { group: name, n, n_selected, selection_rate, mean_risk, ..GroupFigures::default() };
}
