//! How good the scores of history are, in figures.

use serde::Serialize;

use super::judge::Judged;
use super::mitigated::GroupCuts;
use crate::base::folds::{FoldKind, Folds};
use crate::base::groups::Grouping;
use crate::base::population::Population;
use crate::base::{Progress, Seed};
use crate::calibrate::{self, ReliabilityBin, Validation};
use crate::config::Stakeholders;
use crate::load::Table;
use crate::score::{self, AtCut, Bands, Past, ProfitPoint};
use crate::stats::clusters::Clusters;

/// Bins of the reliability table.
const RELIABILITY_BINS: usize = 10;

/// The figures of cross-fitted risks.
pub struct Validated {
    pub all: Validation,
    /// With folds in time order: the newest block alone, which nothing that scored it had seen.
    pub newest_block: Option<Validation>,
    pub reliability: Vec<ReliabilityBin>,
    pub segments: Vec<SegmentReliability>,
    pub decision: Decision,
}

/// One segment's reliability.
#[derive(Debug, Clone, Serialize)]
pub struct SegmentReliability {
    /// The column.
    pub feature: String,
    #[serde(flatten)]
    pub of: calibrate::Segment,
}

/// What the cut means for past subjects.
#[derive(Debug, Clone, Serialize)]
pub struct Decision {
    pub kind: &'static str,
    /// Lowest risk that is selected: set on today's subjects where it is a capacity's or follows costs, and applied to
    /// the cross-fitted risks of history.
    pub history: AtCut,
    /// Where costs are given: by share acted on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profit: Option<Profit>,
    /// Where every group has a cut of its own: who is selected depends on a sensitive feature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_group: Option<GroupCuts>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Profit {
    /// In the portfolio's currency, per subject.
    pub curve: Vec<ProfitPoint>,
    pub at_cut: ProfitPoint,
    pub statement: &'static str,
}

/// Judges the risks of history.
pub fn validate(
    stakeholders: &Stakeholders,
    table: &Table,
    judged: &Judged,
    folds: Option<&Folds>,
    segments: &[Grouping],
    seed: Seed,
    progress: &dyn Progress,
) -> Validated {
    progress.start(&stakeholders.name, "validate", None);
    let rows = scored_history(table, judged);
    let figures = |rows: &[u32], stream: &str| {
        let (risks, outcomes, clusters) = columns(table, judged, rows);
        calibrate::validate(&risks, &outcomes, clusters.as_deref(), &mut seed.stream(stream))
    };
    let (risks, outcomes, clusters) = columns(table, judged, &rows);
    let newest = folds.filter(|folds| folds.kind == FoldKind::Forward).map(newest_block);
    let validated = Validated {
        all: figures(&rows, "validation"),
        newest_block: newest.map(|rows| figures(&rows, "newest block")),
        reliability: calibrate::reliability(&risks, &outcomes, RELIABILITY_BINS),
        segments: segments
            .iter()
            .flat_map(|grouping| of_segments(grouping, &rows, &risks, &outcomes, clusters.as_deref()))
            .collect(),
        decision: decision(stakeholders, table, judged, &rows, clusters.as_deref()),
    };
    progress.finish();
    validated
}

/// History rows that have a score, in the order of the table.
fn scored_history(table: &Table, judged: &Judged) -> Vec<u32> {
    let mut rows = table.rows_of(Population::History);
    rows.retain(|&row| judged.risk[row as usize].is_some() && table.outcome[row as usize].is_some());
    rows
}

/// Risks, outcomes and, where ids or entities repeat, clusters of rows that have a score.
fn columns(table: &Table, judged: &Judged, rows: &[u32]) -> (Vec<f64>, Vec<bool>, Option<Vec<u32>>) {
    let risks = rows.iter().filter_map(|&row| judged.risk[row as usize]).collect();
    let outcomes = rows.iter().map(|&row| table.outcome[row as usize] == Some(true)).collect();
    let clusters = || rows.iter().map(|&row| table.cluster[row as usize]).collect();
    (risks, outcomes, table.clustered.then(clusters))
}

fn newest_block(folds: &Folds) -> Vec<u32> {
    let newest = folds.parts.iter().map(|part| part.block).max();
    let of_block = folds.parts.iter().filter(|part| Some(part.block) == newest);
    let mut rows: Vec<u32> = of_block.flat_map(|part| part.test.iter().copied()).collect();
    rows.sort_unstable();
    rows
}

/// Every segment that has scored history.
fn of_segments(
    grouping: &Grouping,
    rows: &[u32],
    risks: &[f64],
    outcomes: &[bool],
    clusters: Option<&[u32]>,
) -> Vec<SegmentReliability> {
    let member: Vec<u32> = rows.iter().map(|&row| grouping.member[row as usize]).collect();
    let told = calibrate::reliability_by(risks, outcomes, &member, &grouping.groups, clusters).into_iter();
    told.filter(|of| of.n > 0).map(|of| SegmentReliability { feature: grouping.feature.clone(), of }).collect()
}

fn decision(
    stakeholders: &Stakeholders,
    table: &Table,
    judged: &Judged,
    rows: &[u32],
    clusters: Option<&[u32]>,
) -> Decision {
    let (risks, outcomes, _) = columns(table, judged, rows);
    let selected: Vec<bool> = rows.iter().map(|&row| judged.is_selected(row as usize) == Some(true)).collect();
    let history = score::of_selected(&selected, &outcomes, clusters, judged.selected_from);
    let value = |row: u32| table.value.as_ref().and_then(|value| value[row as usize]);
    let (kind, costs) = match &stakeholders.score.bands {
        Bands::Limits { .. } => ("limits", None),
        Bands::Capacity(_) => ("capacity", None),
        Bands::Costs(costs) => ("costs", Some(costs)),
    };
    let profit = costs.map(|costs| {
        let people = rows.iter().zip(risks.iter().zip(&outcomes));
        let past: Vec<Past> =
            people.map(|(&row, (&risk, &outcome))| Past { risk, outcome, value: value(row) }).collect();
        let clusters = clusters.map(Clusters::new);
        Profit {
            curve: score::profit_curve(&past, costs, clusters.as_ref()),
            at_cut: score::profit_of(&past, &selected, costs, judged.selected_from, clusters.as_ref()),
            statement: score::STATEMENT,
        }
    });
    Decision { kind, history, profit, by_group: judged.by_group.clone() }
}
