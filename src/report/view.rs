//! What the pages show, as plain structs: filled by the pipeline, read by charts and PDF, and by nothing else.
//!
//! A page needs nothing beyond its view. Labels are those a person reads (never a raw column name where a label
//! exists); all numbers are unrounded, rounding is done where they are written. Undefined is `None`.

mod audit;
mod card;
mod change;
mod published;
mod sheet;
mod subject;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::base::Finding;
use crate::base::population::Population;
use crate::base::units::{Band, Effect, Estimate, Family, Pillar};
use crate::base::verdicts::Verdicts;

pub use audit::{AuditLine, FrontierPointView, FrontierView, VerdictChangeView};
pub use card::{CardView, FamilyView, RowsView, SourceView};
pub use change::{Change, ChangePart, ChangeParts, ChangeView, TodoView};
pub use published::{GapFigures, MitigationFigures, Policy, PublicAudit};
pub use sheet::{SheetRow, SheetView};
pub use subject::{ActionView, ColumnView, ReasonView, SubjectView, SwarmView, ValueView};

/// All that one run has to say.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PortfolioView {
    /// As people write it: "Harbor Lane".
    pub title: String,
    /// As the config writes it: "harbor-lane".
    pub name: String,
    pub as_of: NaiveDate,
    /// ISO 4217 code, e.g. "EUR".
    pub currency: String,
    /// Language tag, e.g. "en".
    pub locale: String,
    /// Run id.
    pub run: String,
    /// Hash of scores, attributions, validation, audit and model, in hexadecimal.
    pub results_sha256: String,
    /// Version of trustrisk.
    pub version: String,
    /// The run that "what changed" refers to.
    pub compared: Option<ComparedView>,
    pub groups: Vec<GroupView>,
    /// Findings that belong to no stakeholder group.
    pub findings: Vec<Finding>,
}

/// The run that this one is compared with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ComparedView {
    pub run: String,
    pub as_of: NaiveDate,
}

/// One stakeholder group. "At risk" means selected: in the band [`GroupView::selected_from`] or above.
///
/// Counts, bands, money, scores, drivers, features and top subjects are those of [`GroupView::population`];
/// validation, precision, recall and reliability are always those of history, by cross-fitted risks.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GroupView {
    /// The stakeholder group: "customers", "suppliers".
    pub name: String,
    /// Singular noun of a row, in lower case: "customer", "delivery".
    pub subject: String,
    /// Its plural: "customers", "deliveries".
    pub plural: String,
    /// What a subject with the outcome does, as an infinitive without "to": "leave", "deliver late".
    pub verb: Option<String>,
    /// "90 days".
    pub horizon: Option<String>,
    /// Whom the figures speak of: today's subjects, or history where the table holds history only.
    pub population: Population,
    pub n_today: usize,
    pub n_history: usize,
    /// Of history, those with the outcome.
    pub n_outcomes: usize,
    /// Columns of the checked table, and the sources that it was made of.
    pub n_columns: usize,
    pub n_sources: usize,
    /// Rows of the complete audit table; `None` where nothing was audited.
    pub n_audited: Option<usize>,
    /// How its binding comparisons came out, of those that are published.
    #[serde(default)]
    pub verdicts: Verdicts,
    /// Metrics with a limit, and the limit.
    #[serde(default)]
    pub binding: BTreeMap<String, f64>,
    /// Subjects of `population` that have a score.
    pub n_reported: usize,
    /// Low to critical; bands that do not exist under the declared cut are absent.
    pub bands: Vec<BandView>,
    /// Subjects at risk.
    pub n_selected: usize,
    pub selected_from: Band,
    pub effect: Effect,
    /// Σ risk × value over those at risk.
    pub value_at_stake: Option<f64>,
    /// Σ value over all reported: another figure than what is at stake.
    pub value_total: Option<f64>,
    /// Over all reported, in points; `None` where nobody is.
    pub mean_score: Option<f64>,
    /// Over those at risk; `None` where nobody is.
    pub mean_score_at_risk: Option<f64>,
    /// Points at risk minus points of all, per pillar, with "unassigned" and where needed "between folds":
    /// they add up to `mean_score_at_risk - mean_score`. Empty where nobody is at risk.
    pub drivers: Vec<DriverView>,
    /// Every source column of the model, most important first.
    pub features: Vec<FeatureView>,
    /// Those to look at first, by rank: as many as a screen can hold; paper shows the first of them.
    pub top: Vec<SubjectView>,
    /// What would take most of what is at stake away, by the first plans of single subjects; the most first.
    #[serde(default)]
    pub todo: Vec<TodoView>,
    /// Every column that the model may use, in the order of the table.
    #[serde(default)]
    pub columns: Vec<ColumnView>,
    /// What people call the columns of the table, by name.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Of what data the model was made, and what was tried.
    #[serde(default)]
    pub card: CardView,
    /// What acting would have brought, by the share acted on; empty without costs.
    #[serde(default)]
    pub profit: Vec<ProfitPointView>,
    /// The same at the cut.
    #[serde(default)]
    pub profit_at_cut: Option<ProfitPointView>,
    /// What narrowing gaps between groups costs; empty where nothing was priced or may be told.
    #[serde(default)]
    pub frontier: Vec<FrontierView>,
    /// The model's terms; none for models that have none.
    #[serde(default)]
    pub terms: Vec<TermView>,
    /// How points depend on the most important columns.
    #[serde(default)]
    pub dependence: Vec<DependenceView>,
    /// Points of a sample of subjects, of the most important columns.
    #[serde(default)]
    pub swarm: Vec<SwarmView>,
    /// Columns that say most together, the strongest first.
    #[serde(default)]
    pub interactions: Vec<InteractionView>,
    /// Of every band in which somebody is, low to critical.
    #[serde(default)]
    pub profiles: Vec<ProfileView>,
    /// Those at risk, parted by why; empty where they do not part.
    #[serde(default)]
    pub cohorts: Vec<CohortView>,
    pub validation: ValidationView,
    /// Of past subjects at risk: how many had the outcome.
    pub precision: Option<RateView>,
    /// Of past subjects with the outcome: how many were at risk.
    pub recall: Option<RateView>,
    /// By ascending predicted risk.
    pub reliability: Vec<ReliabilityBinView>,
    /// Isotonic regression of the outcome on risk, for comparison: corners of its steps as (risk, rate), ascending.
    #[serde(default)]
    pub isotonic: Vec<(f64, f64)>,
    /// Subjects per point of score: `[0, 1), [1, 2), …, [99, 100]`, 100 entries.
    pub score_counts: Vec<u64>,
    /// The audit's selection and outcome metrics, small cells already suppressed.
    pub audit: Vec<AuditLine>,
    /// The declared use.
    pub purpose: Option<PurposeView>,
    /// Against the compared run, where that run has this group.
    pub change: Option<ChangeView>,
    /// Verdicts of the audit that are not those of the compared run, of what both publish.
    #[serde(default)]
    pub changed_verdicts: Vec<VerdictChangeView>,
    /// What this group's numbers cannot tell, each a sentence.
    pub limits: Vec<String>,
    pub findings: Vec<Finding>,
}

/// One band of the score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BandView {
    pub band: Band,
    /// Lowest score of the band, in points.
    pub from: f64,
    pub n: usize,
    /// Σ risk × value over the band.
    pub value_at_stake: Option<f64>,
}

/// One bar of "what lifts those at risk above all".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriverView {
    /// "reliability", "unassigned", "between folds".
    pub label: String,
    pub pillar: Option<Pillar>,
    /// Mean points over those at risk minus mean points over all.
    pub points: f64,
}

/// What one source column does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeatureView {
    pub label: String,
    pub pillar: Option<Pillar>,
    /// Mean |points|.
    pub importance: f64,
    /// Mean points over those at risk minus mean points over all; `None` where nobody is at risk.
    pub drive: Option<f64>,
}

/// How well the scores held on history, out of fold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ValidationView {
    pub family: Family,
    /// The family that foretold best out of fold, where several were tried.
    #[serde(default)]
    pub best_family: Option<Family>,
    /// Families that were compared.
    #[serde(default)]
    pub n_families: usize,
    /// The family that scores each fold of history; empty where there was no choice.
    #[serde(default)]
    pub fold_families: Vec<Family>,
    /// Whether more history would help, where the learning curve says so.
    #[serde(default)]
    pub more_history: Option<bool>,
    /// Past subjects that have a score: with folds in time order fewer than history.
    pub n: usize,
    /// Of these, those with the outcome.
    pub n_outcomes: usize,
    pub auc: Estimate,
    pub average_precision: Estimate,
    pub brier: Estimate,
    pub log_loss: Estimate,
    pub ece: Estimate,
    pub calibration_slope: Estimate,
    pub calibration_intercept: Estimate,
}

/// Profit per past subject, in the portfolio's currency, with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ProfitPointView {
    /// Of past subjects acted on, 0 to 1.
    pub share: f64,
    pub profit: f64,
    pub low: f64,
    pub high: f64,
}

/// What one column alone does to the score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TermView {
    pub column: String,
    pub label: String,
    pub unit: Option<String>,
    /// Of a number, from its least to its greatest value.
    pub curve: Vec<TermPointView>,
    /// Of a column of levels.
    pub levels: Vec<TermLevelView>,
    /// What is true, as (value, points), where that is known: of invented businesses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub truth: Vec<(f64, f64)>,
}

/// A point of a term's curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TermPointView {
    /// The column's value.
    pub at: f64,
    /// By how much it moves the score from the starting point, with a band of 1.96 standard errors where these are known.
    pub points: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// A level of a term; figures as in [`TermPointView`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TermLevelView {
    pub level: String,
    pub points: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// How points depend on one column's value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DependenceView {
    pub label: String,
    pub unit: Option<String>,
    /// Numbers ascending, or levels by falling number of subjects; what is not known last.
    pub bins: Vec<DependenceBinView>,
    /// Accumulated local effects: (value, points from the starting point); none of levels.
    pub effects: Vec<(f64, f64)>,
}

/// Subjects with nearly the same value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DependenceBinView {
    /// Least and greatest number; `None` for levels and where the value is not known.
    pub range: Option<(f64, f64)>,
    /// `None` for numbers and where the value is not known.
    pub level: Option<String>,
    pub n: usize,
    /// Mean points, and the 10th and 90th of 100 subjects.
    pub points: f64,
    pub low: f64,
    pub high: f64,
}

/// How much two columns say together, beyond what each says alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InteractionView {
    pub labels: [String; 2],
    /// Mean |points|.
    pub points: f64,
}

/// Who is in a band: the starting point and all shares add up to the score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProfileView {
    pub band: Band,
    pub n: usize,
    /// Mean, in points; likewise below.
    pub score: f64,
    pub base_score: f64,
    /// By pillar, where columns have pillars; else by column, the others together last.
    pub shares: Vec<(String, f64)>,
}

/// Subjects at risk for the same reasons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CohortView {
    pub n: usize,
    /// Of those at risk, 0 to 1.
    pub share: f64,
    /// Mean, in points.
    pub score: f64,
    pub value_at_stake: Option<f64>,
    /// What sets it apart from all at risk, the largest difference first.
    pub reasons: Vec<CohortReasonView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CohortReasonView {
    pub label: String,
    /// "usually 6 days (of all 2 days)".
    pub usual: Option<String>,
    /// Mean points.
    pub points: f64,
    /// Less those of all at risk.
    pub difference: f64,
}

/// A rate with its counts and 95 % interval, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RateView {
    pub numerator: u64,
    pub denominator: u64,
    pub low: f64,
    pub high: f64,
}

impl RateView {
    /// numerator / denominator; `None` for an empty denominator.
    pub fn value(&self) -> Option<f64> {
        (self.denominator > 0).then(|| self.numerator as f64 / self.denominator as f64)
    }
}

/// One bin of the reliability table; rates 0 to 1, interval of the observed rate (Wilson, 95 %).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReliabilityBinView {
    pub n: u64,
    /// Mean predicted risk.
    pub predicted: f64,
    /// Observed rate of the outcome.
    pub observed: f64,
    pub low: f64,
    pub high: f64,
}

/// What the scores are for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurposeView {
    pub purpose: String,
    /// Who decides.
    pub decides: Option<String>,
    /// Where to contest a score.
    pub contact: Option<String>,
}
