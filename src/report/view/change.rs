//! What changed since the compared run, and what to do first.

use serde::{Deserialize, Serialize};

/// The compared run's figures.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ChangeView {
    pub n_selected_before: usize,
    pub value_at_stake_before: Option<f64>,
    /// Where the change comes from; `None` where the earlier model cannot be asked.
    #[serde(default)]
    pub parts: Option<ChangeParts>,
}

/// Five parts that add up to the change of those at risk, and of what is at stake with them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ChangeParts {
    /// Subjects who are new, as the earlier model scores them.
    pub came: ChangePart,
    /// Subjects who are no longer there: never above 0.
    pub left: ChangePart,
    /// What is known of the others, scored by the earlier model now and then.
    pub data: ChangePart,
    /// The model: all of today's subjects, scored by this model and by the earlier one, cut as then.
    pub model: ChangePart,
    /// Where the cut lies: by this model, cut as now and as then; `None` where it is told with the model.
    #[serde(default)]
    pub cut: Option<ChangePart>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ChangePart {
    /// Subjects at risk, more or fewer.
    pub n: i64,
    /// Σ risk × value of them; `None` without values.
    pub value_at_stake: Option<f64>,
}

/// A change of one column that would take most of what is at stake away, as the model scores it: no promise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TodoView {
    /// The column's.
    pub label: String,
    pub unit: Option<String>,
    pub change: Change,
    /// Subjects at risk whose cheapest plan is this change alone.
    pub n: usize,
    /// Of the one in the middle: the value now, and after the change; `None` for levels.
    pub from: Option<f64>,
    pub to: Option<f64>,
    /// Mean scores.
    pub score_before: f64,
    pub score_after: f64,
    /// Σ (risk before − risk after).
    pub outcomes_fewer: f64,
    /// Σ (risk before − risk after) × value; `None` without values.
    pub value_less: Option<f64>,
}

/// Which way a column is changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Up,
    Down,
    /// To a level.
    To(String),
}
