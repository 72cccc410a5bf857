//! What the config may ask for already and this version does not do yet: told, so that nobody relies on it.

use super::raw::{ACTIONS_MAX, Audit, Config, FailOn};
use crate::base::{Finding, Severity};

/// A finding for each key that is read and has no effect.
pub(super) fn findings(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    if config.fail_on.contains(&FailOn::Disparity) {
        let message = "`fail_on` names `disparity`, but groups are counted and not judged yet: it never stops a run";
        let hint = "read the rates in `audit_public.csv`, and write `fail_on = [\"warning\"]`";
        findings.push(Finding::new("not-built", message).severity(Severity::Warning).hint(hint));
    }
    let default = Audit::default();
    let keys = [
        ("control", config.audit.control != default.control),
        ("correction", config.audit.correction != default.correction),
    ];
    for (key, is_set) in keys {
        if is_set {
            let message = format!("`audit.{key}` has no effect yet: groups are counted and not judged");
            findings.push(Finding::new("not-built", message).severity(Severity::Warning).hint("remove the line"));
        }
    }
    let columns = || config.stakeholders.iter().flat_map(|group| group.columns.values());
    let keys = [
        ("actionable", columns().any(|column| column.actionable.is_some()), "no actions are proposed"),
        (
            "actions_max",
            config.stakeholders.iter().any(|group| group.actions_max != ACTIONS_MAX),
            "no actions are proposed",
        ),
    ];
    for (key, is_set, why) in keys {
        if is_set {
            findings.push(Finding::new("not-built", format!("`{key}` has no effect yet: {why}")));
        }
    }
    findings
}
