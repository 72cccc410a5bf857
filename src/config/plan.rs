//! What we will do: the config, checked, with every default filled in.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::NaiveDate;

pub use super::raw::{Actionable, Change, FailOn, Ids, Use};
pub use crate::base::units::Direction;
use crate::base::units::{Band, Pillar};
use crate::base::{Finding, Seed};
use crate::{audit, explain, features, load, score, train};

/// A portfolio and how it is run.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub portfolio: Portfolio,
    /// In the order of the file; names are unique.
    pub stakeholders: Vec<Stakeholders>,
    /// Ascending, each once.
    pub fail_on: Vec<FailOn>,
    /// What the config asks for and this version does not do.
    pub findings: Vec<Finding>,
    /// The config with every default filled in, for the manifest: without the folder of the reports, with source
    /// paths as written, keys in a fixed order.
    pub settings: serde_json::Value,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Portfolio {
    /// Lower-case letters, digits and `-`.
    pub name: String,
    pub title: String,
    pub as_of: NaiveDate,
    /// ISO 4217.
    pub currency: String,
    pub locale: String,
    pub seed: Seed,
    /// Folder of the run bundles, joined with the folder of the config.
    pub reports: PathBuf,
    pub compare: Compare,
    pub train: TrainPolicy,
    /// How pages name single subjects.
    pub ids: Ids,
}

/// The run that "what changed" refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compare {
    Last,
    None,
    /// A run id.
    Run(String),
}

/// When models are fitted anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrainPolicy {
    Always,
    Monthly,
    /// Never: the `model.json` that scores, joined with the folder of the config.
    Model(PathBuf),
}

/// One stakeholder group: the settings of each stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Stakeholders {
    /// Lower-case letters, digits and `-`.
    pub name: String,
    /// The noun in sentences, singular.
    pub subject: String,
    pub words: OutcomeWords,
    pub purpose: Option<Use>,
    /// By column name.
    pub columns: BTreeMap<String, ColumnPlan>,
    pub load: load::Settings,
    pub features: features::Settings,
    pub train: train::Settings,
    pub score: score::Settings,
    pub explain: explain::Settings,
    pub audit: audit::Settings,
    pub mitigate: audit::mitigate::Settings,
    /// At most so many subjects get actions.
    pub actions_max: usize,
    /// Today's subjects from this band on have pages of their own.
    pub subject_pages: Option<Band>,
}

/// How sentences speak of the outcome.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OutcomeWords {
    /// `leave`
    pub verb: Option<String>,
    /// `90 days`, as written.
    pub horizon: Option<String>,
}

/// What the config says of a column, beyond reading it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ColumnPlan {
    pub label: Option<String>,
    pub unit: Option<String>,
    pub pillar: Option<Pillar>,
    pub direction: Option<Direction>,
    pub actionable: Option<Actionable>,
}
