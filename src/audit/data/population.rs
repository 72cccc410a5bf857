//! The declared population, held against the groups that there are.

use super::{MISSING, Settings};
use crate::base::error::nearest;
use crate::base::groups::Grouping;
use crate::base::{Finding, Severity};

/// Groups of the data that the declared population of their feature does not name.
///
/// Where a declared name that no group has is near, it was misspelled, and the stakeholder group stops; otherwise the
/// feature is told without comparison. A declared group that nobody belongs to is no problem: its share is 0.
pub fn undeclared(groupings: &[Grouping], settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    for grouping in groupings {
        let Some(table) = settings.population.get(&grouping.feature) else { continue };
        let idle = || table.keys().filter(|name| !grouping.groups.contains(name)).map(String::as_str);
        for group in grouping.groups.iter().filter(|group| *group != MISSING && !table.contains_key(*group)) {
            findings.push(undeclared_group(&grouping.feature, group, nearest(group, idle())));
        }
    }
    findings
}

fn undeclared_group(feature: &str, group: &str, near: Option<&str>) -> Finding {
    let message = format!("`audit.population` has no share for group `{group}` of `{feature}`");
    let finding = Finding::new("undeclared-group", message).column(feature);
    match near {
        Some(near) => finding.severity(Severity::Error).hint(format!("write \"{group}\" instead of \"{near}\"")),
        None => finding.hint(format!(
            "add \"{group}\" with its share of the population; until then `{feature}` is not compared with it"
        )),
    }
}
