//! The registry of metrics: names, definitions, docs and tests derive from it.

mod counts;
mod explain;

pub use explain::{Explained, bases, derived, explain, names};
mod scores;
mod whole;

use super::Settings;
use super::cells::Cell;
use super::derive::{PARITIES, Parity};
use super::scores::{Figure, Scored};
use crate::base::population::Population::{self, History, Today};
use crate::base::units::Effect;
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
    /// A figure that is no mean, such as an area: an interval of its own; binding comparison by difference.
    Index,
    /// A figure without an honest interval: its difference is told, and never judged.
    Bare,
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

/// What a higher value of a group says of how readily its subjects are selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selects {
    More,
    Fewer,
    /// Nothing; the better value is the better one.
    Neither,
    /// It depends on who is selected, but does not tell how readily: nobody is called disadvantaged by it.
    Unclear,
}

/// One metric.
#[derive(Clone, Copy)]
pub struct Metric {
    /// Name in files and in the config.
    pub name: &'static str,
    /// Name in front of a person.
    pub title: &'static str,
    /// Formula in words: numerator ÷ denominator.
    pub definition: &'static str,
    /// What it tells, in a sentence for people.
    pub meaning: &'static str,
    /// Where a limit of it comes from.
    pub limit: &'static str,
    pub kind: Kind,
    /// Where it is told.
    pub populations: &'static [Population],
    pub best: Best,
    pub selects: Selects,
    /// The value of a score without fault, where there is one.
    pub neutral: Option<f64>,
    pub disclosure: Disclosure,
    pub measure: Measure,
}

/// How a metric comes from the subjects of a group.
#[derive(Clone, Copy)]
pub enum Measure {
    /// Numerator, denominator and their squares over the subjects of a cell.
    Sums(fn(&Cell) -> Moments),
    /// A function of a cell's counts, undefined where a denominator is 0, and its standard error where rows are independent.
    Counts(fn(&Cell) -> Option<f64>, fn(&Cell) -> Option<f64>),
    /// A figure of the group's scores in their order, with an interval of its own.
    Scores(fn(&Scored) -> Figure),
    /// Likewise of the group's places among all subjects, so that it is known of all together: 1.
    Places(fn(&Scored) -> Figure),
    /// A function of the cells of all groups of a feature: one row for the feature, none for its groups.
    Whole(fn(&[Cell]) -> Option<f64>),
    /// Of all subjects together, by what the audit is not given here: the caller adds the row.
    Elsewhere,
}

impl Metric {
    /// The sums of a cell; `None` where the metric is no ratio of sums.
    pub fn moments(&self, cell: &Cell) -> Option<Moments> {
        match self.measure {
            Measure::Sums(moments) => Some(moments(cell)),
            _ => None,
        }
    }

    /// The value of a cell; `None` where it is undefined, or does not follow from a cell.
    pub fn value(&self, cell: &Cell) -> Option<f64> {
        match self.measure {
            Measure::Sums(moments) => moments(cell).value(),
            Measure::Counts(value, _) => value(cell),
            Measure::Scores(_) | Measure::Places(_) | Measure::Whole(_) | Measure::Elsewhere => None,
        }
    }

    /// Whether the higher of two values is the better one, where being selected has this effect; `None` where neither end
    /// is best.
    pub fn prefers_high(&self, effect: Option<Effect>) -> Option<bool> {
        match self.best {
            Best::Highest => Some(true),
            Best::Lowest => Some(false),
            Best::BySelection => effect.map(|effect| effect == Effect::Benefit),
            Best::Neutral => None,
        }
    }

    /// Whether the group with the higher of two values is the one at an advantage: where the metric tells who is selected
    /// more readily, the effect of being selected decides (a call without cause costs nobody who is called; an
    /// inspection does), else which value is better. `None` where neither is, or nobody said what being selected does.
    pub fn favors_high(&self, effect: Option<Effect>) -> Option<bool> {
        match self.selects {
            Selects::More => effect.map(|effect| effect == Effect::Benefit),
            Selects::Fewer => effect.map(|effect| effect == Effect::Burden),
            Selects::Neither => self.prefers_high(effect),
            Selects::Unclear => None,
        }
    }

    /// Whether groups have figures of it that can be compared.
    pub fn is_by_group(&self) -> bool {
        self.kind != Kind::Count && !matches!(self.measure, Measure::Whole(_) | Measure::Elsewhere)
    }

    /// Whether a limit of it can be judged.
    pub fn is_judged(&self) -> bool {
        self.is_by_group() && self.kind != Kind::Bare
    }

    /// Whether the audit has a row of it for each group of this population.
    pub fn is_told(&self, population: Population, settings: &Settings) -> bool {
        self.populations.contains(&population)
            && (self.kind == Kind::Count || self.is_by_group())
            && (self.name != SCORING_RATE || settings.scoring_rate)
    }

    /// Whether a limit of the metric concerns the ratio to the reference; else the difference.
    pub fn is_by_ratio(&self) -> bool {
        matches!(self.kind, Kind::Rate | Kind::Ratio)
    }
}

/// The metric that is told on request only, and compared with the highest rate.
pub const SCORING_RATE: &str = "scoring_rate";

/// Areas of a group against all others, which are not compared with all: the others have none.
pub const ACROSS: [&str; 2] = ["bpsn_auc", "bnsp_auc"];

const BOTH: &[Population] = &[History, Today];
const PAST: &[Population] = &[History];

/// Every metric, in the order of the table.
pub const METRICS: &[Metric] = &ALL;

const N_METRICS: usize = counts::COUNTS.len() + scores::SCORES.len() + whole::WHOLE.len();
const ALL: [Metric; N_METRICS] = joined(&[counts::COUNTS, scores::SCORES, whole::WHOLE]);

const fn joined(parts: &[&[Metric]]) -> [Metric; N_METRICS] {
    let mut all = [parts[0][0]; N_METRICS];
    let (mut part, mut at) = (0, 0);
    while part < parts.len() {
        let mut place = 0;
        while place < parts[part].len() {
            all[at] = parts[part][place];
            (place, at) = (place + 1, at + 1);
        }
        part += 1;
    }
    all
}

/// The metric of a name.
pub fn find(name: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.name == name)
}

/// Whether a metric looks at risks themselves, not only at who is selected and what happened; those that are not known do.
pub fn looks_at_risk(name: &str) -> bool {
    // two groups that differ in nothing but their risks
    let cell = |risk: f64| Cell {
        counts: [[3, 2, 0], [1, 4, 0]],
        risk,
        risk_squared: risk * risk,
        risk_with_outcome: risk / 2.0,
        squared_error: [risk; 2],
        log_loss: [risk; 2],
        favored: 0,
    };
    let looks = |metric: &Metric| match metric.measure {
        Measure::Sums(moments) => moments(&cell(4.0)) != moments(&cell(6.0)),
        Measure::Counts(value, _) => value(&cell(4.0)) != value(&cell(6.0)),
        // areas and places know the order only
        Measure::Scores(_) => metric.name.contains("calibration"),
        Measure::Places(_) | Measure::Whole(_) | Measure::Elsewhere => false,
    };
    let bases = bases(name);
    bases.is_empty() || bases.into_iter().any(looks)
}

/// The registry as tables in Markdown, for the docs.
pub fn markdown() -> String {
    let mut table =
        String::from("| metric | definition | means | better is | limit | told for |\n|---|---|---|---|---|---|\n");
    for told in METRICS.iter().filter_map(|metric| explain(metric.name)) {
        let Explained { name, title, definition, meaning, direction, limit, populations, .. } = told;
        table += &format!(
            "| `{name}`<br>{title} | {definition} | {meaning} | {direction} | {limit} | {} |\n",
            populations.join(", ")
        );
    }
    table += "\nEach but `n` also with an ending, told of all groups of a feature at once:\n\n";
    table += "| ending | what it is | alike groups have |\n|---|---|---|\n";
    for (ending, meaning, neutral) in derived() {
        let neutral = neutral.map_or_else(|| "–".to_owned(), |neutral| neutral.to_string());
        table += &format!("| `{ending}` | {meaning} | {neutral} |\n");
    }
    table += "\nUnder names of their own:\n\n| name | definition | means | from |\n|---|---|---|---|\n";
    for Parity { name, title, definition, meaning, source, .. } in PARITIES {
        table += &format!("| `{name}`<br>{title} | {definition} | {meaning} | {source} |\n");
    }
    table
}
