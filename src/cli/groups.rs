//! From the pipeline's summaries to what is told of them: the one place that knows both.

use super::story::Group;
use crate::pipeline::GroupSummary;

/// The groups of a run in the order of the config.
pub fn groups(summaries: &[GroupSummary]) -> Vec<Group> {
    summaries.iter().map(group).collect()
}

fn group(summary: &GroupSummary) -> Group {
    let validation = summary.validation.as_ref();
    Group {
        name: summary.name.clone(),
        n_today: summary.n_today,
        n_history: summary.n_history,
        n_columns: summary.n_columns,
        n_sources: summary.n_sources,
        family: summary.family.map(|family| family.name().to_owned()),
        families: summary.families.iter().map(|(family, loss)| (family.name().to_owned(), *loss)).collect(),
        fold_families: summary.fold_families.iter().map(|family| family.name().to_owned()).collect(),
        auc: validation.map(|validation| validation.auc).unwrap_or_default(),
        calibration_slope: validation.and_then(|validation| validation.calibration_slope.value),
        n_high: summary.n_high,
        value_at_stake: summary.value_at_stake,
        n_audited: summary.n_audited,
        verdicts: summary.verdicts,
        error: summary.error.clone(),
    }
}
