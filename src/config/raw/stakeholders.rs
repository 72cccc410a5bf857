//! One stakeholder group as the user describes it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Bands, Column, Edit, Family, Mitigate, Perturbation, Quality, Segment, Selection, Sensitive, Source, Use};
use crate::base::Severity;
use crate::base::units::Band;

/// One stakeholder group: who, from which tables, with which outcome, and what is done with the scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stakeholders {
    /// Name of the group and of its folder: lower-case letters, digits and `-`.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The noun in sentences. Default: the name without its last `s`.
    pub subject: Option<String>,
    /// Column that names a subject. Default: the row number, with a finding.
    pub id: Option<String>,
    /// Column with the date of a row; then the key is (id, time), and folds expand forward.
    pub time: Option<String>,
    /// Column of what never straddles folds, such as a household; intervals are clustered by it.
    pub entity: Option<String>,
    /// The adverse event.
    pub outcome: Outcome,
    /// Column with the money per subject.
    pub value: Option<String>,
    /// Columns that are audited; they enter the model only with `use = true`.
    #[serde(default)]
    pub sensitive: Vec<Sensitive>,
    /// Highest number of sensitive features in one crossing: 1 for none.
    #[serde(default = "crossings")]
    #[schemars(range(min = 1, max = 3))]
    pub crossings: usize,
    /// Columns that neither model nor audit may see.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Model family; `auto` compares all, and takes the most readable one that is not clearly worse than the best.
    #[serde(default = "auto")]
    pub model: Family,
    /// Changes of a model's terms, made by hand; they need `model = "additive"` or `"logistic"`.
    #[serde(default)]
    pub edits: Vec<Edit>,
    /// Columns by whose levels it is told how well scores are calibrated.
    #[serde(default)]
    pub segments: Vec<Segment>,
    /// How often folds are dealt anew to see how far figures depend on the deal; the first deal prints.
    #[serde(default = "repeats")]
    #[schemars(range(min = 1, max = 20))]
    pub repeats: usize,
    /// What is done with copies: `together` keeps rows alike in all features on one side of a fold (unless so many are
    /// that it is for want of levels, not by copying), `drop` takes rows out that equal another in all columns but the
    /// key.
    #[serde(default = "together")]
    pub duplicates: Duplicates,
    /// Where the bands begin, as risk between 0 and 1; or how many can be acted on; or what acting costs. The latter
    /// two make one cut, named `high`.
    #[serde(default)]
    pub bands: Bands,
    /// Who is selected, and whether that helps.
    #[serde(default)]
    pub selection: Selection,
    /// What could be done about gaps between groups, with its price; nothing is applied unless `apply` says so.
    #[serde(default)]
    pub mitigate: Mitigate,
    /// What the scores are for; required for employees.
    pub r#use: Option<Use>,
    /// At most so many of today's subjects in the selected bands get actions, by rank.
    #[serde(default = "actions_max")]
    pub actions_max: usize,
    /// A page of its own for each of today's subjects in this band or above, in `subjects/` of the run; without it pages are
    /// printed when asked for by `trustrisk subjects`.
    pub subject_pages: Option<Band>,
    /// Levels of a column with fewer subjects in history are pooled.
    #[serde(default = "rare_below")]
    pub rare_below: usize,
    /// At most so many levels of a column keep a weight of their own.
    #[serde(default = "levels_max")]
    #[schemars(range(min = 2))]
    pub levels_max: usize,
    /// What stands in for a column that is not known, when trees are attributed: its value in background subjects, or both ways of the trees' questions by cover.
    #[serde(default)]
    pub attributions: Perturbation,
    /// Background subjects of trees of free shape, at most: a seeded sample of those that a model was fitted on. Other families know all of them.
    #[serde(default = "background_max")]
    #[schemars(range(min = 1))]
    pub background_max: usize,
    /// Reasons per subject, at most.
    #[serde(default = "n_reasons")]
    #[schemars(range(min = 1, max = 5))]
    pub n_reasons: usize,
    /// Smaller shares of a score are not told as reasons, in points.
    #[serde(default = "points_min")]
    #[schemars(range(min = 0))]
    pub points_min: f64,
    /// Below these, explanations are told to be weak.
    #[serde(default)]
    pub quality: Quality,
    /// Trees of a boosted model. Default: as many as do best out of fold.
    #[schemars(range(min = 1, max = 5000))]
    pub trees: Option<usize>,
    /// Above so many rows the final fit uses a seeded stratified sample of this size.
    #[serde(default = "fit_rows_max")]
    #[schemars(range(min = 1000))]
    pub fit_rows_max: usize,
    /// The query that makes one row per key out of the sources, in SQL; required with several sources.
    pub sql: Option<String>,
    /// Source name → file, list of files, or table.
    pub sources: BTreeMap<String, Source>,
    /// Column name → what is to be known of it.
    #[serde(default)]
    pub columns: BTreeMap<String, Column>,
    /// Finding code → severity, for this stakeholder group; goes before the table at the top of the file.
    #[serde(default)]
    #[schemars(schema_with = "super::severities")]
    pub severities: BTreeMap<String, Severity>,
}

/// The adverse event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Column that tells it; blank where it is open.
    #[schemars(length(min = 1))]
    pub column: String,
    /// Levels that are the adverse event.
    pub adverse: Vec<Scalar>,
    /// The other levels. Default: every level that is not adverse; where given, any further level is a finding.
    #[serde(default)]
    pub favorable: Vec<Scalar>,
    /// Time within which the event counts, such as `"90 days"`, `"12 weeks"`, `"6 months"` or `"1 year"`.
    pub horizon: Option<String>,
    /// The verb in sentences, such as `"leave"`.
    pub verb: Option<String>,
}

/// A level: text, a number, true or false; compared by value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Scalar {
    Text(String),
    Whole(i64),
    Number(f64),
    Truth(bool),
}

impl Scalar {
    /// The level as text.
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Whole(number) => number.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Truth(truth) => truth.to_string(),
        }
    }
}

/// What is done with duplicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Duplicates {
    /// They stay on one side of a fold.
    Together,
    /// Only the first is kept.
    Drop,
    /// Nothing.
    Keep,
}

fn crossings() -> usize {
    2
}

fn auto() -> Family {
    Family::Auto
}

fn together() -> Duplicates {
    Duplicates::Together
}

/// By default.
pub const ACTIONS_MAX: usize = 10_000;

fn actions_max() -> usize {
    ACTIONS_MAX
}

fn repeats() -> usize {
    1
}

fn rare_below() -> usize {
    20
}

fn levels_max() -> usize {
    50
}

fn background_max() -> usize {
    1000
}

fn n_reasons() -> usize {
    5
}

fn points_min() -> f64 {
    0.5
}

fn fit_rows_max() -> usize {
    100_000
}
