//! Weak slices of history.

use super::super::group::Judgement;
use super::super::rows::Told;
use super::super::view::label;
use crate::audit::{self, Condition, Of, Scanned, Slice, Slices};
use crate::base::groups::Grouping;
use crate::base::{Finding, Seed};
use crate::config::Stakeholders;

/// Scans the sensitive features and the columns that move scores, the most important first.
pub fn scan(
    stakeholders: &Stakeholders,
    judgement: &Judgement,
    groupings: &[&Grouping],
    told: &Told,
    seed: Seed,
) -> Option<Slices> {
    let Judgement { table, design, judged, .. } = judgement;
    let single: Vec<&Grouping> = groupings.iter().filter(|grouping| grouping.columns.len() == 1).copied().collect();
    let is_grouped = |column: usize| single.iter().any(|grouping| grouping.columns[0] == design.features[column].name);
    let size = |column: &usize| told.all.size[*column];
    let mut columns: Vec<usize> =
        (0..design.features.len()).filter(|column| !is_grouped(*column) && size(column) > 0.0).collect();
    columns.sort_by(|a, b| size(b).total_cmp(&size(a)).then(a.cmp(b)));
    let scanned = Scanned {
        design,
        columns: &columns,
        groupings: &single,
        population: &table.population,
        outcome: &table.outcome,
        risk: &judged.risk,
        cluster: table.clustered.then_some(&table.cluster[..]),
    };
    audit::scan(&scanned, stakeholders.audit.significance, seed)
}

/// A finding for every weak slice.
pub fn findings(stakeholders: &Stakeholders, slices: Option<&Slices>) -> Vec<Finding> {
    let finding = |slice: &Slice| {
        let conditions: Vec<String> = slice.conditions.iter().map(|of| told(stakeholders, of)).collect();
        let message = format!(
            "risks are wrong where {}: {} of {} had the outcome, {:.1} were expected (p {:.3}, allowing for the search)",
            conditions.join(" and "),
            slice.observed,
            slice.n,
            slice.expected,
            slice.p_adjusted
        );
        Finding::new("weak-slice", message)
            .count(slice.n as usize)
            .hint("read the scores of these subjects with care; more history of them, or a column that tells them apart, would help")
    };
    slices.iter().flat_map(|slices| slices.slices.iter().filter(|slice| slice.weak)).map(finding).collect()
}

fn told(stakeholders: &Stakeholders, condition: &Condition) -> String {
    let name = label(stakeholders, &condition.feature);
    match &condition.of {
        Of::Level(level) => format!("{name} is {level}"),
        Of::Numbers { low: Some(low), high: Some(high) } => format!("{name} is from {low} to under {high}"),
        Of::Numbers { low: Some(low), high: None } => format!("{name} is {low} or more"),
        Of::Numbers { low: None, high: Some(high) } => format!("{name} is under {high}"),
        Of::Numbers { low: None, high: None } => format!("{name} is known"),
        Of::Missing(_) => format!("{name} is not known"),
        Of::Rare(_) => format!("{name} is something rare"),
    }
}
