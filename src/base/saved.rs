//! A model as a file: everything needed to score a row again, readable, and nothing that runs.

mod head;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::attributions::Perturbation;
use super::calibrator::Calibrator;
use super::cuts::Cuts;
use super::design::{FeatureKind, Value};
use super::model::Model;
use super::units::Band;
use super::{Error, Result};

pub use head::Head;

/// The version of the file's layout that this program writes and reads.
pub const FORMAT: u32 = 4;

/// The content of `model.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedModel {
    pub format: u32,
    /// Of the program that trained it.
    pub version: String,
    pub portfolio: String,
    pub stakeholders: String,
    /// The noun in sentences.
    pub subject: String,
    pub as_of: NaiveDate,
    pub seed: u64,
    /// Name of the id column; `None` where the table had none, so that its rows cannot be known again.
    pub id: Option<String>,
    pub time: Option<String>,
    pub value: Option<String>,
    pub outcome: SavedOutcome,
    pub features: Vec<FeatureSchema>,
    /// Hash over names and kinds of the features, in their order.
    pub fingerprint: String,
    /// What was done to the model about gaps between groups; `None`: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mitigation: Option<String>,
    /// What attributions are told against.
    pub attributions: Perturbation,
    pub cuts: Cuts,
    pub selected_from: Band,
    /// For today's subjects.
    pub last: SavedScorer,
    /// For history: fold k is scored by the k-th.
    pub folds: Vec<SavedScorer>,
    /// As in `validation.json`.
    pub validation: serde_json::Value,
}

/// What the model foretells.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SavedOutcome {
    pub column: String,
    /// Levels that are the adverse event.
    pub adverse: Vec<String>,
    /// The other levels; empty: every level that is not adverse.
    pub favorable: Vec<String>,
    pub horizon_days: Option<u32>,
}

/// What the table must hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeatureSchema {
    pub name: String,
    pub label: String,
    pub unit: Option<String>,
    pub kind: FeatureKind,
    /// The usual value in the table that the model was trained on; `None` where nobody had one.
    pub usual: Option<Value>,
    /// Whether reasons must call it a sensitive feature.
    #[serde(default)]
    pub sensitive: bool,
    /// The sensitive feature, as people call it, that reasons must say the column may stand in for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_in_for: Option<String>,
    /// The place of the first feature that says nearly the same; its own where there is none before it.
    pub alike: usize,
}

/// A model with its calibrator and how it was fitted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedScorer {
    pub calibrator: Calibrator,
    /// Rows that the calibrator was chosen and fitted by; 0 where there were too few outcomes to choose.
    pub n_calibration: u64,
    pub tuned: Tuned,
    /// Rows that the fit used, of those it might have used.
    pub n_rows: u64,
    pub n_available: u64,
    pub model: Model,
}

/// How a fit was restrained: the penalty of a logistic regression, the trees of a boosted model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tuned {
    pub name: String,
    pub value: f64,
}

/// The fingerprint of a schema: the first 16 hexadecimal digits of a SHA-256 over its names and kinds.
pub fn fingerprint(features: &[FeatureSchema]) -> String {
    let mut hash = Sha256::new();
    for feature in features {
        hash.update(format!("{}\0{:?}\0", feature.name, feature.kind));
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

impl SavedScorer {
    fn check(&self) -> Result<()> {
        if !self.calibrator.is_whole() || self.calibrator.unit != self.model.margin_unit {
            return Err(Error::new("the model is broken: its calibrator does not rise, or is of another unit")
                .hint("take the `model.json` from the run bundle again"));
        }
        if self.model.margin_unit != self.model.family.margin_unit() {
            let (family, unit) = (self.model.family.name(), self.model.margin_unit);
            return Err(Error::new(format!("the model is broken: `{family}` does not tell {unit:?}"))
                .hint("take the `model.json` from the run bundle again"));
        }
        self.model.check()
    }
}

impl SavedModel {
    /// One for each fold, then the last.
    pub fn scorers(&self) -> impl Iterator<Item = &SavedScorer> {
        self.folds.iter().chain([&self.last])
    }

    /// Reads `model.json`.
    ///
    /// # Errors
    /// The text is no model, of a newer format, or its schema was changed since it was written.
    pub fn parse(text: &str) -> Result<Self> {
        let hint = "give the `model.json` of a run bundle, as `trustrisk run` and `trustrisk train` write it";
        let value: serde_json::Value = serde_json::from_str(text)
            .map_err(|error| Error::new(format!("the model is not readable as JSON: {error}")).hint(hint))?;
        let format = value.get("format").and_then(serde_json::Value::as_u64);
        if format.is_some_and(|format| format > u64::from(FORMAT)) {
            return Err(Error::new(format!(
                "the model has format {}, expected at most {FORMAT}: it was written by a newer version of trustrisk",
                format.unwrap_or_default()
            ))
            .hint("update trustrisk, or train again with this version"));
        }
        if format.is_some_and(|format| format < u64::from(FORMAT)) {
            return Err(Error::new(format!(
                "the model has format {}, expected {FORMAT}: it was written by an older version of trustrisk",
                format.unwrap_or_default()
            ))
            .hint("train again with this version"));
        }
        let model: Self = serde_json::from_value(value)
            .map_err(|error| Error::new(format!("the model is not complete: {error}")).hint(hint))?;
        model.scorers().try_for_each(SavedScorer::check)?;
        if !model.cuts.are_ordered() {
            return Err(Error::new("the model is broken: its cuts are no risks, or out of order").hint(hint));
        }
        if model.features.iter().enumerate().any(|(place, feature)| feature.alike > place) {
            return Err(Error::new("the model is broken: a feature is alike one that comes after it").hint(hint));
        }
        let expected = fingerprint(&model.features);
        if model.fingerprint != expected {
            return Err(Error::new(format!(
                "the model's features do not match its fingerprint `{}` (they give `{expected}`): the file was changed by hand",
                model.fingerprint
            ))
            .hint("take the `model.json` from the run bundle again"));
        }
        Ok(model)
    }
}
