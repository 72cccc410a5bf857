//! One stakeholder group as the user describes it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Source;
use crate::base::Severity;
use crate::base::units::{Band, Direction, Effect, Pillar};
use crate::load::ColumnKind;

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
    /// What the scores are for; required for employees.
    pub r#use: Option<Use>,
    /// At most so many subjects get actions. No effect yet.
    #[serde(default = "actions_max")]
    pub actions_max: usize,
    /// Levels of a column with fewer subjects in history are pooled.
    #[serde(default = "rare_below")]
    pub rare_below: usize,
    /// At most so many levels of a column keep a weight of their own.
    #[serde(default = "levels_max")]
    #[schemars(range(min = 2))]
    pub levels_max: usize,
    /// Reasons per subject, at most.
    #[serde(default = "n_reasons")]
    #[schemars(range(min = 1, max = 5))]
    pub n_reasons: usize,
    /// Smaller shares of a score are not told as reasons, in points.
    #[serde(default = "points_min")]
    #[schemars(range(min = 0))]
    pub points_min: f64,
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

/// A column that is audited: its name, or a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Sensitive {
    /// The column.
    Name(String),
    Table(SensitiveTable),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SensitiveTable {
    /// The column.
    #[schemars(length(min = 1))]
    pub column: String,
    /// Cut points of a number, ascending; bins are closed on the left. Default: groups are the levels.
    #[serde(default)]
    pub bins: Vec<f64>,
    /// Lets the column into the model.
    #[serde(default)]
    pub r#use: bool,
}

impl Sensitive {
    /// The same as a table, with its defaults.
    pub fn table(&self) -> SensitiveTable {
        match self {
            Self::Name(column) => SensitiveTable { column: column.clone(), bins: Vec::new(), r#use: false },
            Self::Table(table) => table.clone(),
        }
    }
}

/// A column by whose levels, or bins, something is told: its name, or a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Segment {
    /// The column.
    Name(String),
    Table(SegmentTable),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentTable {
    /// The column.
    #[schemars(length(min = 1))]
    pub column: String,
    /// Cut points of a number, ascending; bins are closed on the left. Default: segments are the levels.
    #[serde(default)]
    pub bins: Vec<f64>,
}

impl Segment {
    /// The same as a table, with its defaults.
    pub fn table(&self) -> SegmentTable {
        match self {
            Self::Name(column) => SegmentTable { column: column.clone(), bins: Vec::new() },
            Self::Table(table) => table.clone(),
        }
    }
}

/// A change of one term of every model, one of three.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// The column, or two of them: `"tenure × contract"`.
    #[schemars(length(min = 1))]
    pub term: String,
    /// Takes the term out.
    #[serde(default)]
    pub remove: bool,
    /// Lowest and highest value of the term, in the margin's unit (log-odds).
    pub cap: Option<[f64; 2]>,
    /// Makes a term of numbers go one way only.
    pub monotonize: Option<Direction>,
}

/// Model family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    Auto,
    Logistic,
    Tree,
    Additive,
    Boosted,
    Forest,
    ExtraTrees,
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

/// Where the bands begin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum Bands {
    /// By risk, ascending.
    Limits {
        /// Lowest risk that is elevated.
        #[schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1))]
        elevated: f64,
        /// Lowest risk that is high.
        #[schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1))]
        high: f64,
        /// Lowest risk that is critical.
        #[schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1))]
        critical: f64,
    },
    /// By how many can be acted on.
    Capacity {
        /// So many of today's subjects are `high`.
        #[schemars(range(min = 1))]
        capacity: usize,
    },
    /// By what acting costs.
    Costs {
        /// `high` is where acting pays.
        costs: Costs,
    },
}

impl Default for Bands {
    fn default() -> Self {
        Self::Limits { elevated: 0.2, high: 0.5, critical: 0.8 }
    }
}

/// What acting costs and brings, in the portfolio's currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Costs {
    /// Cost of acting on one subject.
    #[schemars(range(min = 0))]
    pub intervention: f64,
    /// Probability that acting averts the outcome.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 1))]
    pub success: f64,
    /// Lost with one outcome. Default: the subject's own `value`.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub outcome: Option<f64>,
}

/// Who is selected, and whether that helps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Selection {
    /// Lowest band that is selected.
    pub from: Band,
    /// Whether being selected helps the subject (a call, an offer) or burdens it (a delisting).
    pub effect: Effect,
}

impl Default for Selection {
    fn default() -> Self {
        Self { from: Band::High, effect: Effect::Benefit }
    }
}

/// What the scores are for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Use {
    /// What is done with the scores, such as `"retention calls"`.
    #[schemars(length(min = 1))]
    pub purpose: String,
    /// The person or role that decides; a score never does.
    #[schemars(length(min = 1))]
    pub decides: String,
    /// Where a subject can ask and object.
    #[schemars(length(min = 1))]
    pub contact: String,
}

/// What is to be known of one column.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// What reports call it. Default: made from the name.
    pub label: Option<String>,
    /// Unit of the values, such as `"days"`.
    pub unit: Option<String>,
    /// The pillar of trust that it belongs to.
    pub pillar: Option<Pillar>,
    /// How the risk may go with the value. `auto` passes over a family that violates it; a named one is told.
    pub direction: Option<Direction>,
    /// Markers of missing values, besides blanks.
    #[serde(default)]
    pub missing: Vec<String>,
    /// What the values are. Default: found by looking.
    pub kind: Option<ColumnKind>,
    /// strftime format of the dates, e.g. `%d.%m.%Y`.
    pub date_format: Option<String>,
    /// Keeps a column that looks like a leak or an identifier.
    #[serde(default)]
    pub keep: bool,
    /// How the subject, or the business, can change the value. No effect yet.
    pub actionable: Option<Actionable>,
}

/// How a value can be changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Actionable {
    /// Which way it can be changed.
    pub may: Change,
    /// Lowest value that can be reached.
    pub min: Option<f64>,
    /// Highest value that can be reached.
    pub max: Option<f64>,
    /// Smallest change. Default: any.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub step: Option<f64>,
    /// Cost of one step (or of one unit), in the portfolio's currency.
    #[schemars(range(min = 0))]
    pub cost: Option<f64>,
}

/// Which way a value can be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    Increase,
    Decrease,
    Either,
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

fn n_reasons() -> usize {
    5
}

fn points_min() -> f64 {
    0.5
}

fn fit_rows_max() -> usize {
    100_000
}
