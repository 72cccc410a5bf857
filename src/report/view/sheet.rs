//! What the workbook lists of every subject.

use chrono::NaiveDate;

use crate::base::units::Band;

/// The reported subjects of a group, by rank, else by score.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SheetView {
    pub rows: Vec<SheetRow>,
    /// Reported subjects that a workbook has no room for.
    pub n_left_out: usize,
}

/// One subject.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetRow {
    /// As pages call it.
    pub id: String,
    pub time: Option<NaiveDate>,
    pub rank: Option<u32>,
    /// In points.
    pub score: f64,
    /// The calibration range, 0 to 1.
    pub risk_low: Option<f64>,
    pub risk_high: Option<f64>,
    pub band: Band,
    pub selected: bool,
    pub value: Option<f64>,
    /// Sentences, by |points|.
    pub reasons: Vec<String>,
    /// The first plan, and the score after it.
    pub action: Option<(String, f64)>,
}
