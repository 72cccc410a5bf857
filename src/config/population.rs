//! The declared population: shares or counts by feature and group.

use std::collections::BTreeMap;

use super::check::Problems;
use super::raw;
use crate::base::error::nearest;

/// Shares may add up to 1 but for so much: they are written rounded.
const ROUNDING: f64 = 0.01;

/// The shares of every feature, which then add up to 1.
pub(super) fn population(raw: &raw::Config, problems: &mut Problems) -> BTreeMap<String, BTreeMap<String, f64>> {
    let sensitive: Vec<String> =
        raw.stakeholders.iter().flat_map(|group| &group.sensitive).map(|one| one.table().column).collect();
    for feature in raw.audit.population.keys().filter(|feature| !sensitive.contains(feature)) {
        let hint = match nearest(feature, sensitive.iter().map(String::as_str)) {
            Some(near) => format!("write `[audit.population.{near}]`"),
            None => format!("add \"{feature}\" to `sensitive` of a stakeholder group, or remove the table"),
        };
        problems.push(format!("`audit.population.{feature}` is not the table of a sensitive column"), hint);
    }
    let tables = raw.audit.population.iter();
    tables.filter_map(|(feature, table)| Some((feature.clone(), shares(feature, table, problems)?))).collect()
}

/// Shares as they are, or from counts.
fn shares(feature: &str, table: &BTreeMap<String, f64>, problems: &mut Problems) -> Option<BTreeMap<String, f64>> {
    let key = format!("audit.population.{feature}");
    let total: f64 = table.values().sum();
    let are_shares = (total - 1.0).abs() <= ROUNDING;
    let are_counts = total > 1.0 && table.values().all(|count| count.fract() == 0.0);
    if table.len() < 2 {
        problems
            .push(format!("`{key}` has fewer than two groups"), "name every group of the population with its share");
    } else if let Some((group, share)) = table.iter().find(|(_, share)| **share <= 0.0 || !share.is_finite()) {
        let message = format!("`{key}` gives group `{group}` the share {share}, expected more than 0");
        problems.push(message, "remove the group, or write its share");
    } else if !are_shares && !are_counts {
        let message = format!("the shares of `{key}` add up to {}, expected 1", (1e6 * total).round() / 1e6);
        problems.push(message, "write shares that add up to 1, or counts of people as whole numbers");
    } else {
        return Some(table.iter().map(|(group, share)| (group.clone(), share / total)).collect());
    }
    None
}
