//! What narrowing gaps costs, as far as it may be told.

use super::super::mitigated::Priced;
use super::label;
use crate::audit::mitigate::{Mitigation, Parity};
use crate::config::Stakeholders;
use crate::report::view::{FrontierPointView, FrontierView};

const AS_IS: &str = "none";
/// What the way itself shows.
const ON_THE_WAY: [&str; 3] =
    [AS_IS, Mitigation::Thresholds(Parity::SelectionRate).name(), Mitigation::Thresholds(Parity::Capacity).name()];

/// One for each feature whose groups may be told together; `published` are prices as they may be published.
pub(super) fn frontiers(stakeholders: &Stakeholders, published: &[Priced]) -> Vec<FrontierView> {
    let of_feature = |as_is: &Priced| {
        let of = || published.iter().filter(move |priced| priced.feature == as_is.feature);
        // gaps on the way to equal true positive rates are others than those that are drawn
        let way = of().find(|priced| ON_THE_WAY.contains(&priced.mitigation) && !priced.frontier.is_empty())?;
        let n = as_is.figures.n.filter(|n| *n > 0)? as f64;
        let gain = |profit: Option<f64>, found: Option<u64>| profit.or(found.map(|found| 100.0 * found as f64 / n));
        let point = |gap: Option<f64>, profit, found| Some(FrontierPointView { gap: gap?, gain: gain(profit, found)? });
        let whole = |of: &Priced| {
            let figures = &of.figures;
            point(figures.gaps.selection_rate_difference, figures.profit, figures.n_found)
        };
        let others = of().filter(|priced| !ON_THE_WAY.contains(&priced.mitigation));
        Some(FrontierView {
            feature: label(stakeholders, &as_is.feature),
            is_money: as_is.figures.profit.is_some(),
            as_is: whole(as_is)?,
            way: way.frontier.iter().filter_map(|step| point(step.gap, step.profit, step.n_found)).collect(),
            others: others.filter_map(|priced| Some((named(stakeholders, priced), whole(priced)?))).collect(),
        })
    };
    published.iter().filter(|priced| priced.mitigation == AS_IS).filter_map(of_feature).collect()
}

fn named(stakeholders: &Stakeholders, priced: &Priced) -> String {
    let columns: Vec<String> = priced.columns.iter().map(|column| label(stakeholders, column)).collect();
    match &columns[..] {
        [] => priced.mitigation.to_owned(),
        [only] => format!("{} {only}", priced.mitigation),
        [first, rest @ ..] => format!("{} {first} and {} more", priced.mitigation, rest.len()),
    }
}
