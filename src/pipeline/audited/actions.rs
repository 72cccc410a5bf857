//! Fairness of reasons and actions, by what was told of every row.

use super::super::group::Judgement;
use super::super::rows::Told;
use super::super::view::label;
use super::beyond::{Hidden, reference};
use crate::audit::{Figure, Figures, Row, Told as ToldReasons, compare_reasons};
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
pub fn layer(figure: Figure) -> &'static str {
    match figure {
        Figure::WithAction | Figure::ActionCost => "selection_rate",
        Figure::Reasons | Figure::Coverage => "n",
    }
}

/// Groups that are offered actions less often than their reference, by more than chance.
pub fn findings(
    stakeholders: &Stakeholders,
    all: &[ToldReasons],
    reported: Population,
    hidden: &Hidden<'_>,
) -> Vec<Finding> {
    let is_less = |of: &&ToldReasons| {
        of.figure == Figure::WithAction
            && of.difference.is_some_and(|difference| difference < 0.0)
            && of.p_adjusted.is_some_and(|p| p <= stakeholders.audit.significance)
            && !hidden.is(layer(of.figure), &of.feature, &of.group, reported)
    };
    let finding = |of: &ToldReasons| {
        let message = format!(
            "of the selected with {} {}, {:.0} % have an action that would help, {:.0} points of percent fewer than of {}",
            label(stakeholders, &of.feature),
            of.group,
            100.0 * of.value.unwrap_or_default(),
            -100.0 * of.difference.unwrap_or_default(),
            of.reference
        );
        let hint = "give more columns `actionable`, above all those that set this group apart";
        Finding::new("uneven-actions", message).column(&of.feature).hint(hint)
    };
    all.iter().filter(is_less).map(finding).collect()
}
