//! Fairness of reasons and actions, by what was told of every row.

use std::collections::BTreeSet;

use super::super::group::Judgement;
use super::super::rows::Told;
use super::super::view::label;
use super::beyond::{Hidden, reference};
use crate::audit::{Figure, Figures, OVERALL, Row, Told as ToldReasons, compare_reasons};
use crate::base::Finding;
use crate::base::groups::Grouping;
use crate::base::population::Population;
use crate::config::Stakeholders;

/// Every figure of every group of the subjects that the run speaks of.
pub fn compare(
    stakeholders: &Stakeholders,
    judgement: &Judgement,
    (groupings, rows): (&[&Grouping], &[Row]),
    told: &Told,
) -> Vec<ToldReasons> {
    let table = &judgement.table;
    let reported = judgement.judged.reported;
    let confidence = 1.0 - stakeholders.audit.significance;
    let reference = |feature: &str| reference(rows, feature, reported);
    compare_reasons(&figures(told), groupings, &table.cluster, table.n_independent(), &reference, confidence)
}

fn figures(told: &Told) -> Vec<Figures> {
    let share = |is: bool| f64::from(u8::from(is));
    let figures = [
        (Figure::WithAction, told.actions.iter().map(|(row, cost)| (*row, share(cost.is_some()))).collect()),
        (Figure::ActionCost, told.actions.iter().filter_map(|(row, cost)| Some((*row, (*cost)?))).collect()),
        (Figure::Reasons, told.reasons.iter().map(|(row, n, _)| (*row, *n as f64)).collect()),
        (Figure::Coverage, told.reasons.iter().filter_map(|(row, _, share)| Some((*row, (*share)?))).collect()),
    ];
    let told = figures.into_iter().map(|(figure, values): (Figure, Vec<(u32, f64)>)| Figures { figure, values });
    told.filter(|of| !of.values.is_empty()).collect()
}

/// The metric whose hidden rows hide a figure as well.
fn layer(figure: Figure) -> &'static str {
    match figure {
        Figure::WithAction | Figure::ActionCost => "selection_rate",
        Figure::Reasons | Figure::Coverage => "n",
    }
}

/// Whether a figure tells how many of a group have an action.
fn counts(figure: Figure) -> bool {
    matches!(figure, Figure::WithAction | Figure::ActionCost)
}

/// Features of which some group has fewer than `least` subjects with an action, or without: of those nothing is published
/// that counts them, since what is hidden of one group would follow from the others.
pub fn few(all: &[ToldReasons], least: usize) -> BTreeSet<&str> {
    let is_small = |of: &&ToldReasons| {
        let with = (of.value.unwrap_or_default() * of.n as f64).round();
        with.min(of.n as f64 - with) < least as f64
    };
    let shares = all.iter().filter(|of| of.figure == Figure::WithAction);
    shares.filter(is_small).map(|of| of.feature.as_str()).collect()
}

/// Whether a figure may be published: neither its group nor its reference is hidden, and it counts no few.
pub fn is_told(of: &ToldReasons, hidden: &Hidden<'_>, few: &BTreeSet<&str>, reported: Population) -> bool {
    let layer = layer(of.figure);
    let is_reference_hidden = match of.reference.as_str() {
        // all together are a row of their own
        OVERALL => hidden.is(layer, OVERALL, OVERALL, reported),
        reference => hidden.is(layer, &of.feature, reference, reported),
    };
    let is_of_few = counts(of.figure) && few.contains(of.feature.as_str());
    !is_reference_hidden && !hidden.is(layer, &of.feature, &of.group, reported) && !is_of_few
}

/// Groups that are offered actions less often than their reference, by more than chance, where that may be published.
pub fn findings(
    stakeholders: &Stakeholders,
    all: &[ToldReasons],
    reported: Population,
    hidden: &Hidden<'_>,
) -> Vec<Finding> {
    let few = few(all, stakeholders.audit.min_group);
    let is_less = |of: &&ToldReasons| {
        of.figure == Figure::WithAction
            && of.difference.is_some_and(|difference| difference < 0.0)
            && of.p_adjusted.is_some_and(|p| p <= stakeholders.audit.significance)
            && is_told(of, hidden, &few, reported)
    };
    let finding = |of: &ToldReasons| {
        let message = format!(
            "of the selected with {} {}, {:.0} % have an action that would help, {:.0} percentage points fewer than of {}",
            label(stakeholders, &of.feature),
            of.group,
            100.0 * of.value.unwrap_or_default(),
            -100.0 * of.difference.unwrap_or_default(),
            if of.reference == OVERALL { "all together" } else { of.reference.as_str() }
        );
        let hint = "give more columns `actionable`, above all those that set this group apart";
        Finding::new("uneven-actions", message).column(&of.feature).hint(hint)
    };
    all.iter().filter(is_less).map(finding).collect()
}
