//! What narrowing gaps costs.

use serde::Serialize;

use super::super::placed::Image;
use crate::report::tell::Teller;
use crate::report::tell::rich::safe;
use crate::report::view::{MitigationFigures, PublicAudit};
use crate::report::words::{Words, capitalized};

#[derive(Serialize)]
pub struct Remedies {
    chart: Option<Image>,
    /// What the last column but one counts: found subjects, or money.
    head: [String; 5],
    rows: Vec<[String; 5]>,
    /// Ways that could not be gone, and why; then what must be known of those that could.
    unavailable: Vec<String>,
}

/// The prices of an audit; `None` where nothing was priced.
pub fn remedies(
    audit: &PublicAudit,
    teller: &Teller,
    chart: Option<Image>,
    label: &dyn Fn(&str) -> String,
) -> Option<Remedies> {
    let priced: Vec<&MitigationFigures> =
        audit.mitigations.iter().filter(|of| of.available && of.gaps.is_some()).collect();
    let is_money = priced.iter().any(|of| of.profit.is_some());
    let head = ["Way", "For", "Gap in selection rate", "Lowest ratio", if is_money { "Profit" } else { "Found" }];
    let why = |of: &MitigationFigures| {
        let reason = of.reason.as_deref()?;
        Some(format!("{}: {}", named(of, label), safe(&reason.replace('`', ""), 200)))
    };
    let mut unavailable: Vec<String> = audit.mitigations.iter().filter(|of| !of.available).filter_map(why).collect();
    let warn = |of: &&MitigationFigures| Some(format!("{}: {}.", named(of, label), safe(of.warning.as_deref()?, 240)));
    unavailable.extend(priced.iter().filter_map(warn));
    let is_empty = priced.is_empty() && unavailable.is_empty();
    (!is_empty).then(|| Remedies {
        chart,
        head: head.map(str::to_owned),
        rows: priced.iter().map(|of| row(of, teller.words, label)).collect(),
        unavailable,
    })
}

fn named(of: &MitigationFigures, label: &dyn Fn(&str) -> String) -> String {
    let columns: Vec<String> = of.columns.iter().map(|column| label(column)).collect();
    let name = if of.mitigation == "none" { "as it is".to_owned() } else { of.mitigation.replace('_', " ") };
    let text = match &columns[..] {
        [] => name,
        [one] => format!("{name} {one}"),
        [first, rest @ ..] => format!("{name} {first} and {} more", rest.len()),
    };
    capitalized(&safe(&text, 90))
}

fn row(of: &MitigationFigures, words: &Words, label: &dyn Fn(&str) -> String) -> [String; 5] {
    let gaps = of.gaps.as_ref();
    let percent = |rate: Option<f64>| rate.map_or_else(|| "–".to_owned(), |rate| words.percent(rate));
    let gain = match (of.profit, of.n_found) {
        (Some(profit), _) => words.money(profit),
        (None, Some(n)) => words.integer(n),
        (None, None) => "–".to_owned(),
    };
    let ratio = gaps.and_then(|gaps| gaps.selection_rate_ratio_min);
    [
        named(of, label),
        label(&of.feature),
        percent(gaps.and_then(|gaps| gaps.selection_rate_difference)),
        ratio.map_or_else(|| "–".to_owned(), |ratio| words.number(ratio, 2)),
        gain,
    ]
}
