//! Bias of the data, before any model: who is in it, whose values are missing, whose outcome was never seen.

mod missing;
mod population;
mod representation;
mod told;

use rayon::prelude::*;
use serde::Serialize;

pub use missing::Missing;
pub use population::undeclared;
pub use representation::{Representation, Share};

use super::cells::{POPULATIONS, Subjects};
use super::row::Row;
use super::{MISSING, Settings};
use crate::base::design::{Design, Feature, Values};
use crate::base::groups::Grouping;
use crate::base::population::Population;
use crate::stats::multiplicity::holm;

/// The metric whose rows are the base rates.
const BASE_RATE: &str = "base_rate";
/// The metric whose rows count the subjects.
const SUBJECTS: &str = "n";

/// What the data say of the groups: the part `data` of `audit.json`. Told for plain features only, not for crossings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Data {
    /// Who is in it, against the declared population where there is one.
    pub representation: Vec<Representation>,
    /// Rows of the audit table: how often the outcome is, by group, with interval and difference to the reference.
    pub base_rates: Vec<Row>,
    /// Whose values are missing; columns without a missing value are left out.
    pub missing: Vec<Missing>,
    /// Whose outcome is not known.
    pub outcome: Outcome,
    /// Columns that make groups.
    #[serde(skip)]
    grouped: Vec<String>,
}

/// How the outcome was measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    pub column: String,
    /// What these figures can and cannot say.
    pub note: String,
    /// Which rows are meant.
    pub among: Due,
    pub unknown: Vec<Missing>,
}

/// Rows whose outcome could be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Due {
    /// Their horizon has passed.
    HorizonPassed,
    /// They are not the latest row of their subject.
    NotTheLatest,
    /// The table has no times: all rows, so that an open outcome may be one that nobody looked at.
    AllRows,
}

/// Which outcomes are known, and which could be.
#[derive(Debug, Clone, Copy)]
pub struct Outcomes<'a> {
    pub column: &'a str,
    pub among: Due,
    /// By row: whether its outcome could be known by now.
    pub due: &'a [bool],
}

/// Tells what the data say of every plain feature among the rows of the audit table.
///
/// Representation and missing values are counted over the audited subjects, history and today apart. Missing values of
/// a group are held against those of all others: Fisher's exact test; where rows are clustered, the larger of it and of a score test
/// with the sandwich variance over clusters. p is corrected by Holm over all columns, groups and populations; for unknown
/// outcomes over all groups. O(rows × columns with missing values × features).
pub fn data(
    subjects: &Subjects,
    design: &Design,
    groupings: &[Grouping],
    rows: &[Row],
    outcomes: Outcomes,
    settings: &Settings,
) -> Data {
    let is_told =
        |grouping: &&Grouping| grouping.columns.len() == 1 && rows.iter().any(|row| row.feature == grouping.feature);
    let told: Vec<&Grouping> = groupings.iter().filter(is_told).collect();
    let is_base_rate =
        |row: &Row| row.metric == BASE_RATE && told.iter().any(|grouping| grouping.feature == row.feature);
    let audited = POPULATIONS.map(|population| (population, audited(subjects, population)));
    let mut missing: Vec<Missing> = audited
        .iter()
        .flat_map(|(population, rows)| columns(subjects, design, &told, *population, rows, settings))
        .collect();
    correct(&mut missing);
    Data {
        representation: representation::representations(subjects, &audited, &told, settings),
        base_rates: rows.iter().filter(|row| is_base_rate(row)).cloned().collect(),
        missing,
        outcome: unknown(subjects, &told, outcomes, settings),
        grouped: groupings.iter().flat_map(|grouping| grouping.columns.clone()).collect(),
    }
}

/// The audited rows of a population; where rows are clustered, those of a cluster together.
fn audited(subjects: &Subjects, population: Population) -> Vec<u32> {
    let is_audited =
        |row: &u32| subjects.population[*row as usize] == population && subjects.subject(*row as usize).is_some();
    together(subjects, (0..subjects.population.len() as u32).filter(is_audited).collect())
}

fn together(subjects: &Subjects, mut rows: Vec<u32>) -> Vec<u32> {
    if let Some(cluster) = subjects.cluster {
        rows.sort_by_key(|row| cluster.get(*row as usize).copied());
    }
    rows
}

/// Missing values of all columns that have any.
fn columns(
    subjects: &Subjects,
    design: &Design,
    groupings: &[&Grouping],
    population: Population,
    rows: &[u32],
    settings: &Settings,
) -> Vec<Missing> {
    let of_column = |feature: &Feature| -> Vec<Missing> {
        let is_missing = |row: u32| feature.values.is_missing(row as usize);
        let is_complete = matches!(&feature.values, Values::Numbers { missing, .. } if missing.is_empty());
        if is_complete || !rows.iter().any(|row| is_missing(*row)) {
            return Vec::new();
        }
        let of = |grouping: &&Grouping| {
            missing::by_group(grouping, (&feature.name, population), rows, subjects.cluster, &is_missing, settings)
        };
        groupings.iter().filter(|grouping| grouping.columns[0] != feature.name).flat_map(of).collect()
    };
    design.features.par_iter().map(of_column).collect::<Vec<_>>().concat()
}

fn unknown(subjects: &Subjects, groupings: &[&Grouping], outcomes: Outcomes, settings: &Settings) -> Outcome {
    let is_due = |row: &u32| outcomes.due.get(*row as usize).copied().unwrap_or(false);
    let rows = together(subjects, (0..subjects.population.len() as u32).filter(is_due).collect());
    let is_unknown = |row: u32| subjects.outcome.get(row as usize).copied().flatten().is_none();
    let mut unknown = Vec::new();
    if rows.iter().any(|row| is_unknown(*row)) {
        for grouping in groupings {
            let of = (outcomes.column, Population::History);
            unknown.extend(missing::by_group(grouping, of, &rows, subjects.cluster, &is_unknown, settings));
        }
    }
    correct(&mut unknown);
    let note = "the outcome is what was recorded: where being selected, asked or looked at decides whether it is \
                recorded, the figures of a group speak only of those of it who were";
    Outcome { column: outcomes.column.to_owned(), note: note.to_owned(), among: outcomes.among, unknown }
}

fn correct(missing: &mut [Missing]) {
    let known: Vec<usize> = (0..missing.len()).filter(|at| missing[*at].p.is_some()).collect();
    let p: Vec<f64> = known.iter().filter_map(|at| missing[*at].p).collect();
    for (at, adjusted) in known.into_iter().zip(holm(&p)) {
        missing[at].p_adjusted = Some(adjusted);
    }
}
