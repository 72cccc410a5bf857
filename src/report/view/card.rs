//! What a model card says: of what data the model was made, and what was tried.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::base::units::{Estimate, Family};

/// Data and model of a group, for the auditor.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CardView {
    /// Files that were read, in the order of the config.
    pub sources: Vec<SourceView>,
    /// Whether a query made the table of the sources.
    #[serde(default)]
    pub is_queried: bool,
    pub rows: RowsView,
    /// First and last time of history; `None` without times. Likewise of today's subjects.
    pub history: Option<(NaiveDate, NaiveDate)>,
    pub today: Option<(NaiveDate, NaiveDate)>,
    /// Every family that was tried, in order of readability.
    pub families: Vec<FamilyView>,
    /// Why the family that scores was chosen.
    pub choice: Option<String>,
    /// "identity", "platt", "beta": of the last model.
    pub calibrator: Option<String>,
    /// Parts of history that were each scored by a model that had not seen them.
    pub n_folds: usize,
    /// Whether those parts follow one another in time.
    pub is_forward: bool,
    /// The day on which a model that is used again was made.
    pub model_as_of: Option<NaiveDate>,
}

/// A file that went in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceView {
    /// Name of the source in the config.
    pub name: String,
    /// Relative to the config's folder.
    pub path: String,
    pub rows: u64,
    pub bytes: u64,
    pub sha256: String,
}

/// What became of the rows of the checked table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RowsView {
    /// Left out before: without a key or a time, or with a key that stands above.
    #[serde(default)]
    pub without_own_key: usize,
    /// Left out before: equal to another row in all columns but the key.
    #[serde(default)]
    pub duplicates: usize,
    pub table: usize,
    pub history: usize,
    /// Of history, those with a score: without what came before the first fold in time.
    pub history_scored: usize,
    pub today: usize,
    /// The horizon has not passed and the event has not happened.
    pub immature: usize,
    /// The outcome is open, but the subject has a later row.
    pub superseded: usize,
}

/// What a family was worth out of fold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FamilyView {
    pub family: Family,
    pub log_loss: Estimate,
    pub auc: Estimate,
    pub calibration_slope: Estimate,
    /// Why it was not considered, or not to the end.
    pub refused: Option<String>,
}
