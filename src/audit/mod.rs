//! Scores and groups to the long audit table.
//!
//! [`audit`] is the whole of it: [`disaggregate`] counts every metric of [`METRICS`] by group, compares and judges;
//! [`publish`] takes out what would tell of single subjects, [`derive`](derive()) tells of all groups of a feature at once,
//! [`pool`] of hidden groups together; [`csv`] writes what is left.
//!
//! Beyond metrics: [`gaps`] says what drives a difference of mean scores, [`proxies`](proxies()) which columns tell groups
//! apart, [`compare_reasons`] whether reasons and actions are fair, [`flips`] what a sensitive feature does that the model
//! uses, and [`scan`] for whom risks are wrong.

mod bins;
mod cells;
mod changed;
mod compare;
mod consistency;
mod control;
mod counted;
mod csv;
pub mod data;
pub mod derive;
mod disaggregate;
mod draw;
mod drivers;
mod echelon;
mod exposure;
mod flip;
mod markdown;
mod measured;
pub mod metrics;
mod middle;
pub mod mitigate;
mod pair;
mod pool;
mod proxies;
mod publish;
mod reasons;
mod reliability;
mod row;
mod schema;
mod scores;
mod slices;
mod sums;
pub mod verdict;
mod whole;
pub mod words;

use std::collections::{BTreeMap, BTreeSet};

pub use bins::{Condition, Of};
pub use cells::{Cell, Subjects};
pub use changed::{Changed, Comparisons, changed, changed_public, withheld};
pub use compare::{OVERALL, REST};
pub use consistency::consistency;
pub use control::WITHIN;
pub use counted::Counted;
pub use csv::csv;
pub use data::{Data, Due, Outcomes, data};
pub use derive::derive;
pub use disaggregate::{CROSSED_MAX, Disaggregated, Link, MISSING, disaggregate};
pub use drivers::{Driver, Gap, GroupPoints, Others, PillarGap, Telling, Who, gaps, public_gaps};
pub use flip::{Flip, Flipped, flips, public_flips};
pub use markdown::{markdown, rank};
pub use metrics::{METRICS, Metric};
pub use pool::pool;
pub use proxies::{AREA_MIN, Fit, Proxies, Proxy, Sample, State, Together, proxies, sample};
pub use publish::publish;
pub use reasons::{Figure, Figures, Told, compare_reasons};
pub use reliability::{Bin, Reliability, publish_reliability};
pub use row::Row;
pub use schema::schema;
pub use scores::Scored;
pub use slices::{Scanned, Slice, Slices, public_slices, scan};

use crate::base::groups::Grouping;
use crate::base::units::Effect;
use crate::base::{Finding, Seed};

/// The policy of the audit.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    pub reference: Reference,
    /// Whether being selected helps, hence which selection rate is best and who is at a disadvantage; `None`: nobody said.
    /// Then the highest is taken for the best, and nobody is called disadvantaged.
    pub effect: Option<Effect>,
    pub significance: f64,
    pub correction: Correction,
    /// Cells with fewer subjects are not published.
    pub min_group: usize,
    /// Legitimate factors to condition on.
    pub control: Vec<String>,
    /// Metric → lowest allowed ratio to the reference (the highest is its inverse), or, for metrics that are no rates,
    /// highest allowed difference.
    pub limits: BTreeMap<String, f64>,
    /// Feature → group → share of the population that the data should be like; the shares of a feature add up to 1.
    pub population: BTreeMap<String, BTreeMap<String, f64>>,
    /// Whether the scoring rate is told.
    pub scoring_rate: bool,
    /// Of the bootstrap.
    pub seed: Seed,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            reference: Reference::Largest,
            effect: None,
            significance: 0.05,
            correction: Correction::Holm,
            min_group: 5,
            control: Vec::new(),
            limits: BTreeMap::new(),
            population: BTreeMap::new(),
            scoring_rate: false,
            seed: Seed(7),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    Largest,
    Best,
    Overall,
    Named(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Correction {
    Holm,
    BenjaminiHochberg,
    None,
}

/// The audit table, complete and as it may be published.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Audit {
    pub rows: Vec<Row>,
    /// The same rows without the numbers of hidden groups; figures of all groups are told of those that are shown.
    pub public: Vec<Row>,
    /// Hidden groups of a feature, told together.
    pub pooled: Vec<Row>,
    /// The reliability curve of every group of history, and those that may be published.
    pub reliability: Vec<Reliability>,
    pub reliability_public: Vec<Reliability>,
    pub findings: Vec<Finding>,
}

/// Audits the scores of some subjects by group: see [`disaggregate`], [`publish`], [`derive`](derive()) and [`pool`].
pub fn audit(subjects: &Subjects, groupings: &[Grouping], control: Option<&Grouping>, settings: &Settings) -> Audit {
    let told = disaggregate(subjects, groupings, control, settings);
    let mut public = publish(&told, settings);
    let pooled = pool(subjects, groupings, &public, settings);
    let key = |row: &Row| (row.population, row.feature.clone(), row.metric.clone(), row.group.clone());
    let hidden: BTreeSet<_> = public.iter().filter(|row| row.suppressed).map(key).collect();
    let is_shown = |of: &Counted, metric: &Metric, group: &str| {
        !hidden.contains(&(of.population, of.feature.clone(), metric.name.to_owned(), group.to_owned()))
    };
    let derived = derive(&told.counted, settings, is_shown);
    public.extend(derived.public);
    let reliability_public = publish_reliability(&told.reliability, &public, settings);
    let Disaggregated { mut rows, findings, reliability, .. } = told;
    rows.extend(derived.rows);
    Audit { rows, public, pooled, reliability, reliability_public, findings }
}
