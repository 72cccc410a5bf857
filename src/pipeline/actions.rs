//! What could be done about today's subjects in the selected bands.

use std::collections::BTreeMap;

use super::group::Judgement;
use crate::base::population::Population;
use crate::base::{Finding, Result};
use crate::config::Stakeholders;
use crate::explain::{self, Plan};

/// Plans by row, for at most `actions_max` of today's selected subjects, by rank.
///
/// # Errors
/// A plan's score is not what re-scoring gives.
pub fn plans(stakeholders: &Stakeholders, judgement: &Judgement) -> Result<BTreeMap<u32, Vec<Plan>>> {
    let (settings, judged) = (&stakeholders.explain, &judgement.judged);
    let rows = rows(stakeholders, judgement);
    let Some(last) = judged.scorers.last().filter(|_| !rows.is_empty() && !settings.actionable.is_empty()) else {
        return Ok(BTreeMap::new());
    };
    // each subject is to come below the cut that selects it; positive numbers are in the order of their bits
    let mut by_cut: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
    for row in rows {
        by_cut.entry(judged.cut_of(row as usize).to_bits()).or_default().push(row);
    }
    let mut plans = BTreeMap::new();
    for (cut, rows) in by_cut {
        let (model, cut) = (&last.model, f64::from_bits(cut));
        let found = explain::actions(model, last.calibrator, &judgement.design, &rows, cut, &settings.actionable)?;
        plans.extend(rows.into_iter().zip(found));
    }
    Ok(plans)
}

fn rows(stakeholders: &Stakeholders, judgement: &Judgement) -> Vec<u32> {
    let judged = &judgement.judged;
    let mut rows = judgement.table.rows_of(Population::Today);
    rows.retain(|row| judged.is_selected(*row as usize) == Some(true));
    rows.sort_by_key(|row| (judged.rank[*row as usize], *row));
    rows.truncate(stakeholders.explain.actions_max);
    rows
}

/// Columns can be changed, and yet nothing can be done.
pub fn none(stakeholders: &Stakeholders, judgement: &Judgement, plans: &BTreeMap<u32, Vec<Plan>>) -> Option<Finding> {
    let is_idle = !plans.is_empty() && plans.values().all(Vec::is_empty);
    let last = judgement.judged.scorers.last()?;
    let asked = last.model.features();
    let n_used = stakeholders.explain.actionable.keys().filter(|name| asked.contains(&name.as_str())).count();
    let message = if n_used == 0 {
        "no column that can be changed enters the model, so no actions are proposed"
    } else {
        "no allowed change of a column lowers the score of any selected subject, so no actions are proposed"
    };
    is_idle.then(|| Finding::new("no-actions", message))
}
