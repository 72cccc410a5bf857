//! What the config may ask for already and this version does not do yet: told, so that nobody relies on it.

use super::raw::{Audit, Config, FailOn};
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
    findings
}
