//! What the user wrote, key for key.
//!
//! The doc comment of a field is its description in `docs/config.schema.json` and `docs/config.md`; its type and its
//! default are taken from the code. What a value must further obey is checked where the plan is made.

mod columns;
mod decisions;
mod groups;
mod mitigate;
mod model;
mod sources;
mod stakeholders;

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

pub use columns::{Actionable, Change, Column};
pub use decisions::{Bands, Costs, Selection, Use};
pub use groups::{Segment, SegmentTable, Sensitive, SensitiveTable};
pub use mitigate::{Apply as MitigateApply, Found, Mitigate, MitigateColumns, Parity, Price};
pub use model::{Edit, Family, Perturbation, Quality};
pub use sources::{Decimal, Format, Paths, Source, SourceTable};
pub use stakeholders::{ACTIONS_MAX, Duplicates, Outcome, Scalar, Stakeholders};

use crate::audit::{METRICS, Metric};
use crate::base::Severity;
use crate::base::finding::CODES;

/// The config of one portfolio.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// At which a run exits 1. Stands at the top of the file, above the first `[…]`.
    #[serde(default)]
    pub fail_on: Vec<FailOn>,
    /// Finding code → severity, for all stakeholder groups: `error` stops the group, `warning` is reported everywhere.
    #[serde(default)]
    #[schemars(schema_with = "severities")]
    pub severities: BTreeMap<String, Severity>,
    /// The business.
    pub portfolio: Portfolio,
    /// One table per stakeholder group.
    #[schemars(length(min = 1))]
    pub stakeholders: Vec<Stakeholders>,
    /// The policy of the bias audit.
    #[serde(default)]
    pub audit: Audit,
}

/// What makes a run exit 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// A finding of severity `warning` or above.
    Warning,
    /// A verdict `disparity` in the audit.
    Disparity,
}

/// The business and how its runs are made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Portfolio {
    /// Name of the folder of its runs: lower-case letters, digits and `-`.
    #[schemars(length(min = 1))]
    pub name: String,
    /// What reports call the business. Default: the name.
    pub title: Option<String>,
    /// The day the run speaks of: a date, or `"today"` for cron.
    #[serde(default = "today")]
    #[schemars(schema_with = "as_of")]
    pub as_of: String,
    /// ISO 4217 code of all money.
    #[serde(default = "currency")]
    #[schemars(regex(pattern = r"^[A-Z]{3}$"))]
    pub currency: String,
    /// Language of the reports, and how they write dates: `en`, `en-GB`, `en-IE`, `en-AU`, `en-NZ`, `en-CA` or `en-US`; this version writes English.
    #[serde(default = "locale")]
    pub locale: String,
    /// Seed of all chance; the same seed gives the same bytes.
    #[serde(default = "seed")]
    pub seed: u64,
    /// Folder of the run bundles, relative to the config file.
    #[serde(default = "reports")]
    #[schemars(length(min = 1))]
    pub reports: String,
    /// The run that "what changed" refers to: `"last"`, a run id, or `"none"`.
    #[serde(default = "last")]
    #[schemars(length(min = 1))]
    pub compare: String,
    /// When models are fitted anew: `"always"`, `"monthly"`, or never: the path of a `model.json`, relative to the
    /// config file.
    #[serde(default = "always")]
    #[schemars(length(min = 1))]
    pub train: String,
    /// How pages and pictures name single subjects: `plain` by their ids; `pseudonym` by a name that stays the same from
    /// run to run, given beside the id in `scores.csv`; `none` by their places. Tables keep the ids.
    #[serde(default)]
    pub ids: Ids,
}

/// How pages name single subjects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Ids {
    #[default]
    Plain,
    Pseudonym,
    None,
}

/// The policy of the bias audit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// What groups are compared with: `"largest"` group, `"best"` group (all pairs), `"overall"` (a group against the
    /// rest), or the name of a group.
    #[schemars(length(min = 1))]
    pub reference: String,
    /// Level of all tests, between 0 and 1. Rates have intervals at 1 − this, differences and ratios at 1 − twice this:
    /// each of their ends is a one-sided test.
    #[schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1))]
    pub significance: f64,
    /// Correction for the number of binding comparisons of one stakeholder group.
    pub correction: Correction,
    /// Cells with fewer subjects are not published.
    #[schemars(range(min = 1))]
    pub min_group: usize,
    /// Legitimate factors: rates are compared among subjects that are alike in them as well. A column, or a table.
    pub control: Vec<Segment>,
    /// Metric → lowest allowed ratio to the reference group (the highest is its inverse); of metrics that are no rates
    /// the largest allowed difference. The metrics named here are binding: they get verdicts. A table given here
    /// replaces the default as a whole.
    #[schemars(schema_with = "limits")]
    pub limits: BTreeMap<String, f64>,
    /// Sensitive column → group → its share of the population that the data should be like, as
    /// `[audit.population.gender]` with `F = 0.51` and `M = 0.49`: shares that add up to 1, or counts. Without it, shares
    /// of the data are told and not judged.
    pub population: BTreeMap<String, BTreeMap<String, f64>>,
    /// Whether to tell, where stakeholders are employees, staff, applicants or candidates, each group's scoring rate (the
    /// share on the better side of the median score) and its ratio to the highest: computed in the form of New York City
    /// Local Law 144.
    pub scoring_rate: bool,
}

/// How p-values are corrected for the number of comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Correction {
    /// Family-wise error (Holm 1979).
    Holm,
    /// False discovery rate (Benjamini and Hochberg 1995).
    BenjaminiHochberg,
    /// No correction.
    None,
}

impl Default for Audit {
    fn default() -> Self {
        Self {
            reference: "largest".to_owned(),
            significance: 0.05,
            correction: Correction::Holm,
            min_group: 5,
            control: Vec::new(),
            limits: BINDING.into_iter().map(|metric| (metric.to_owned(), 0.8)).collect(),
            population: BTreeMap::new(),
            scoring_rate: false,
        }
    }
}

/// Metrics that are binding by default.
const BINDING: [&str; 3] = ["selection_rate", "true_positive_rate", "false_positive_rate"];

fn as_of(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "anyOf": [{ "type": "string", "const": "today" }, { "type": "string", "format": "date" }] })
}

/// One key for each metric of the registry that is compared.
fn limits(_: &mut SchemaGenerator) -> Schema {
    let compared = METRICS.iter().filter(|metric| metric.is_judged());
    let limit = |metric: &Metric| {
        let schema =
            json_schema!({ "type": "number", "exclusiveMinimum": 0, "maximum": 1, "description": metric.meaning });
        (metric.name.to_owned(), schema.to_value())
    };
    let mut properties: serde_json::Map<_, _> = compared.map(limit).collect();
    let description =
        "Share of a group in the data ÷ its share in `population`, judged where that is declared; 0.8 unless given.";
    let representation =
        json_schema!({ "type": "number", "exclusiveMinimum": 0, "maximum": 1, "description": description });
    properties.insert("representation".to_owned(), representation.to_value());
    json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// The schema of a table of severities: one key for each finding code.
pub(super) fn severities(_: &mut SchemaGenerator) -> Schema {
    let names = [Severity::Info, Severity::Warning, Severity::Error].map(Severity::name);
    let key = |code: &crate::base::finding::Code| {
        let description = format!("{} (by default {}).", code.meaning, code.severity.name());
        let schema = json_schema!({ "type": "string", "enum": names, "description": description });
        (code.code.to_owned(), schema.to_value())
    };
    let properties: serde_json::Map<_, _> = CODES.iter().map(key).collect();
    json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn today() -> String {
    "today".to_owned()
}

fn currency() -> String {
    "EUR".to_owned()
}

fn locale() -> String {
    "en".to_owned()
}

fn seed() -> u64 {
    7
}

fn reports() -> String {
    "reports".to_owned()
}

fn last() -> String {
    "last".to_owned()
}

fn always() -> String {
    "always".to_owned()
}
