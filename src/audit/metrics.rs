//! The registry of metrics: names, definitions, docs and tests derive from it.

use super::cells::Cell;
use crate::base::population::Population::{self, History, Today};
use crate::stats::ratio::Moments;

/// What kind of number a metric is, hence its interval and how groups are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number of subjects: no interval, not compared.
    Count,
    /// A share of subjects: Wilson's interval; binding comparison by ratio.
    Rate,
    /// A mean over subjects: Student's interval; binding comparison by difference.
    Mean,
    /// A ratio of sums: interval on the logarithm; binding comparison by ratio.
    Ratio,
    /// A mean that may be negative: Student's interval; compared by difference only.
    Difference,
}

/// Which counts a published value gives away (see [`super::publish`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Disclosure {
    /// The number of subjects.
    Subjects,
    /// The number of outcomes.
    Outcomes,
    /// The number of selected subjects.
    Selections,
    /// The table of outcomes by selection.
    Table,
}

/// Which group counts as best where the reference is `best`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Best {
    Highest,
    Lowest,
    /// Highest where being selected helps, lowest where it harms.
    BySelection,
    /// The one nearest to `neutral`, or, without one, none: the largest group stands in.
    Neutral,
}

/// One metric.
pub struct Metric {
    /// Name in files and in the config.
    pub name: &'static str,
    /// Name in front of a person.
    pub title: &'static str,
    /// Formula in words: numerator ÷ denominator.
    pub definition: &'static str,
    pub kind: Kind,
    /// Where it is told.
    pub populations: &'static [Population],
    pub best: Best,
    /// The value of a score without fault, where there is one.
    pub neutral: Option<f64>,
    pub disclosure: Disclosure,
    /// Numerator, denominator and their squares over the subjects of a cell.
    pub moments: fn(&Cell) -> Moments,
}

const BOTH: &[Population] = &[History, Today];
const PAST: &[Population] = &[History];

/// Every metric, in the order of the table.
pub const METRICS: &[Metric] = &[
    Metric {
        name: "n",
        title: "Subjects",
        definition: "number of scored subjects",
        kind: Kind::Count,
        populations: BOTH,
        best: Best::Neutral,
        neutral: None,
        disclosure: Disclosure::Subjects,
        moments: |cell| Moments { numerator: cell.n() as f64, denominator: 1.0, ..Moments::default() },
    },
    Metric {
        name: "base_rate",
        title: "Base rate",
        definition: "subjects with the outcome ÷ subjects",
        kind: Kind::Rate,
        populations: PAST,
        best: Best::Neutral,
        neutral: None,
        disclosure: Disclosure::Outcomes,
        moments: |cell| rate(cell.outcomes(), cell.n()),
    },
    Metric {
        name: "selection_rate",
        title: "Selection rate",
        definition: "selected subjects ÷ subjects",
        kind: Kind::Rate,
        populations: BOTH,
        best: Best::BySelection,
        neutral: None,
        disclosure: Disclosure::Selections,
        moments: |cell| rate(cell.at(None, true), cell.decided()),
    },
    Metric {
        name: "true_positive_rate",
        title: "True positive rate",
        definition: "selected subjects with the outcome ÷ subjects with the outcome",
        kind: Kind::Rate,
        populations: PAST,
        best: Best::Highest,
        neutral: None,
        disclosure: Disclosure::Table,
        moments: |cell| rate(cell.at(Some(true), true), cell.decided_with(true)),
    },
    Metric {
        name: "false_positive_rate",
        title: "False positive rate",
        definition: "selected subjects without the outcome ÷ subjects without the outcome",
        kind: Kind::Rate,
        populations: PAST,
        best: Best::Lowest,
        neutral: None,
        disclosure: Disclosure::Table,
        moments: |cell| rate(cell.at(Some(false), true), cell.decided_with(false)),
    },
    Metric {
        name: "true_negative_rate",
        title: "True negative rate",
        definition: "subjects not selected without the outcome ÷ subjects without the outcome",
        kind: Kind::Rate,
        populations: PAST,
        best: Best::Highest,
        neutral: None,
        disclosure: Disclosure::Table,
        moments: |cell| rate(cell.at(Some(false), false), cell.decided_with(false)),
    },
    Metric {
        name: "false_negative_rate",
        title: "False negative rate",
        definition: "subjects not selected with the outcome ÷ subjects with the outcome",
        kind: Kind::Rate,
        populations: PAST,
        best: Best::Lowest,
        neutral: None,
        disclosure: Disclosure::Table,
        moments: |cell| rate(cell.at(Some(true), false), cell.decided_with(true)),
    },
    Metric {
        name: "positive_predictive_value",
        title: "Positive predictive value",
        definition: "selected subjects with the outcome ÷ selected subjects",
        kind: Kind::Rate,
        populations: PAST,
        best: Best::Highest,
        neutral: None,
        disclosure: Disclosure::Table,
        moments: |cell| rate(cell.at(Some(true), true), cell.at(None, true)),
    },
    Metric {
        name: "mean_risk",
        title: "Mean risk",
        definition: "sum of risks ÷ subjects",
        kind: Kind::Mean,
        populations: BOTH,
        best: Best::Neutral,
        neutral: None,
        disclosure: Disclosure::Subjects,
        moments: |cell| Moments {
            numerator: cell.risk,
            denominator: cell.n() as f64,
            nn: cell.risk_squared,
            nd: cell.risk,
            dd: cell.n() as f64,
            units: cell.n() as f64,
        },
    },
    Metric {
        name: "calibration_ratio",
        title: "Observed to expected outcomes",
        definition: "subjects with the outcome ÷ sum of risks",
        kind: Kind::Ratio,
        populations: PAST,
        best: Best::Neutral,
        neutral: Some(1.0),
        disclosure: Disclosure::Outcomes,
        moments: |cell| Moments {
            numerator: cell.outcomes() as f64,
            denominator: cell.risk,
            nn: cell.outcomes() as f64,
            nd: cell.risk_with_outcome,
            dd: cell.risk_squared,
            units: cell.n() as f64,
        },
    },
    Metric {
        name: "calibration_in_the_large",
        title: "Calibration in the large",
        definition: "(sum of risks − subjects with the outcome) ÷ subjects",
        kind: Kind::Difference,
        populations: PAST,
        best: Best::Neutral,
        neutral: Some(0.0),
        disclosure: Disclosure::Outcomes,
        moments: |cell| Moments {
            numerator: cell.risk - cell.outcomes() as f64,
            denominator: cell.n() as f64,
            nn: cell.risk_squared - 2.0 * cell.risk_with_outcome + cell.outcomes() as f64,
            nd: cell.risk - cell.outcomes() as f64,
            dd: cell.n() as f64,
            units: cell.n() as f64,
        },
    },
];

/// The metric of a name.
pub fn find(name: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.name == name)
}

/// The registry as a table in Markdown, for the docs.
pub fn markdown() -> String {
    let mut table = String::from("| metric | title | definition | told for |\n|---|---|---|---|\n");
    for metric in METRICS {
        let told = if metric.populations.len() == 2 { "history, today" } else { "history" };
        table += &format!("| `{}` | {} | {} | {told} |\n", metric.name, metric.title, metric.definition);
    }
    table
}

fn rate(numerator: u64, denominator: u64) -> Moments {
    let (numerator, denominator) = (numerator as f64, denominator as f64);
    Moments { numerator, denominator, nn: numerator, nd: numerator, dd: denominator, units: denominator }
}
