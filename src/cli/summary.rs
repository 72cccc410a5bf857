//! What `--json` prints.

use serde_json::{Value, json};

use super::story::Group;
use super::timings::StageSeconds;
use crate::base::Finding;

/// What a run was, besides its groups.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// `None` for commands that seal nothing.
    pub run: Option<&'a str>,
    pub path: Option<&'a str>,
    /// Whether the run was there before.
    pub already_there: bool,
    pub findings: &'a [Finding],
    pub stages: &'a [StageSeconds],
    pub seconds: f64,
    pub exit: u8,
}

/// The one object of a run.
pub fn json_summary(told: &Told, groups: &[Group]) -> Value {
    json!({
        "run": told.run,
        "path": told.path,
        "already_there": told.already_there,
        "findings": told.findings,
        "stakeholders": groups.iter().map(|group| group_json(group, told.stages)).collect::<Vec<_>>(),
        "seconds": told.seconds,
        "exit": told.exit,
    })
}

fn group_json(group: &Group, stages: &[StageSeconds]) -> Value {
    let seconds: serde_json::Map<String, Value> = stages
        .iter()
        .filter(|stage| stage.stakeholders == group.name)
        .map(|stage| (stage.stage.clone(), json!(stage.seconds)))
        .collect();
    json!({
        "name": group.name,
        "n_today": group.n_today,
        "n_history": group.n_history,
        "n_columns": group.n_columns,
        "n_sources": group.n_sources,
        "family": group.family,
        "families": group.families.iter().map(|(name, loss)| (name.clone(), json!(loss))).collect::<serde_json::Map<_, _>>(),
        "auc": group.auc.value,
        "auc_low": group.auc.low,
        "auc_high": group.auc.high,
        "calibration_slope": group.calibration_slope,
        "n_high": group.n_high,
        "value_at_stake": group.value_at_stake,
        "n_audited": group.n_audited,
        "verdicts": group.verdicts,
        "error": group.error.as_ref().map(|error| super::terminal::error_json(error)["errors"].clone()),
        "seconds": seconds,
    })
}
