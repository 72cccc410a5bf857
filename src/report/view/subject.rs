//! What pages tell of one subject, and of the columns that its score is made of.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::base::design::FeatureKind;
use crate::base::units::{Band, Pillar};

/// One subject: `base_score + Σ points = base_score + Σ reasons.points + rest_points = score`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubjectView {
    pub id: String,
    /// The row's own time, where the table has times.
    #[serde(default)]
    pub time: Option<NaiveDate>,
    /// 1 first; `None` of past subjects.
    #[serde(default)]
    pub rank: Option<u32>,
    /// In points.
    pub score: f64,
    /// The calibration range, 0 to 1.
    pub risk_low: Option<f64>,
    pub risk_high: Option<f64>,
    pub band: Band,
    #[serde(default)]
    pub selected: bool,
    /// Where a cut of the subject's group decided otherwise than the common one: that it did.
    #[serde(default)]
    pub selected_because: Option<String>,
    pub value: Option<f64>,
    /// Risk × value.
    pub value_at_stake: Option<f64>,
    /// The starting point, in points.
    pub base_score: f64,
    /// By |points|, largest first.
    pub reasons: Vec<ReasonView>,
    /// All other columns together, in points.
    pub rest_points: f64,
    /// What could be done, the fewest changes first.
    #[serde(default)]
    pub actions: Vec<ActionView>,
    /// Of every column of [`super::GroupView::columns`], in points.
    #[serde(default)]
    pub points: Vec<f64>,
    /// What was known: likewise.
    #[serde(default)]
    pub values: Vec<ValueView>,
    /// Which of the saved models gave the score: one of a fold, or the last.
    #[serde(default)]
    pub scorer: u16,
}

/// One column's share of a subject's score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReasonView {
    /// "Contract is month-to-month: raises the score by 11.2 points".
    pub sentence: String,
    /// The column's label.
    pub label: String,
    pub points: f64,
}

/// What could be done about a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionView {
    pub sentence: String,
    /// As the model scores it after the change, in points.
    pub score: f64,
    pub cost: f64,
    /// How well it is known to be the best: "optimal".
    pub proof: String,
}

/// A value as the model read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ValueView {
    Number(f64),
    Level(String),
    Missing(()),
}

/// A column that the model may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnView {
    pub name: String,
    pub label: String,
    pub unit: Option<String>,
    pub pillar: Option<Pillar>,
    pub kind: FeatureKind,
    /// Least and greatest known number; `None` for levels and where nothing is known.
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Known levels, sorted.
    pub levels: Vec<String>,
    /// Rows without a value.
    pub n_missing_history: usize,
    pub n_missing_today: usize,
}

/// A column's points for a sample of subjects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SwarmView {
    pub label: String,
    /// Points, and the value's place among those of the sample, 0 to 1; `None` for levels and where it is not known.
    pub dots: Vec<(f64, Option<f64>)>,
}
