//! What the workbook lists of every subject: gathered while a run is made, or read from a sealed one.

use std::path::Path;

use super::lookup::{number, text, time};
use super::rows::Scored;
use crate::base::Result;
use crate::base::population::Population;
use crate::base::units::Band;
use crate::explain::{Reason, Wording};
use crate::load::{self, Row, Value};
use crate::report::view::{GroupView, SheetRow, SheetView};

/// Subjects of a sheet at most: more would be slow to open, and stand in `scores.csv`.
pub const SHEET_MAX: usize = 100_000;
/// Reasons that a sheet has columns for.
const N_REASONS: usize = 3;

/// The line of a row.
pub fn row(scored: &Scored<'_>, row: u32, reasons: &[Reason], wording: &Wording<'_>) -> SheetRow {
    let (judged, table, at) = (scored.judged, scored.table, row as usize);
    let risk = judged.risk[at].unwrap_or_default();
    let score = 100.0 * risk;
    let plan = scored.plans.get(&row).and_then(|plans| plans.first());
    SheetRow {
        id: scored.name_of(row),
        time: table.times.as_ref().map(|times| times[at]),
        rank: judged.rank[at],
        score,
        risk_low: judged.range[at].map(|range| range.0),
        risk_high: judged.range[at].map(|range| range.1),
        band: judged.cuts.band(risk),
        selected: judged.is_selected(at) == Some(true),
        value: table.value.as_ref().and_then(|value| value[at]),
        reasons: reasons.iter().take(N_REASONS).map(|reason| reason.sentence.clone()).collect(),
        action: plan.map(|plan| (wording.action(at, score, plan, scored.settings), plan.score)),
    }
}

/// Lines in their order, of so many reported subjects.
pub fn sheet(mut rows: Vec<SheetRow>, n_reported: usize) -> SheetView {
    let rank = |row: &SheetRow| row.rank.unwrap_or(u32::MAX);
    rows.sort_by(|a, b| rank(a).cmp(&rank(b)).then(b.score.total_cmp(&a.score)));
    SheetView { n_left_out: n_reported.saturating_sub(rows.len()), rows }
}

/// The lines of a group of a sealed run.
///
/// # Errors
/// Its `scores.parquet` cannot be read.
pub fn read(run: &Path, group: &GroupView) -> Result<SheetView> {
    let path = run.join(&group.name).join("scores.parquet");
    let named = ["page_name", "rank", "risk", "risk_low", "risk_high", "band", "selected", "value"];
    let numbered = (1..=N_REASONS).map(|k| format!("reason_{k}"));
    let action = ["action_1", "action_1_score"];
    let columns: Vec<String> = named.into_iter().chain(action).map(str::to_owned).chain(numbered).collect();
    let (rows, n) = load::scored(&path, group.population == Population::History, &columns, SHEET_MAX)?;
    Ok(sheet(rows.iter().filter_map(line).collect(), n))
}

fn line(row: &Row) -> Option<SheetRow> {
    let band = text(row, "band")?;
    let id = match row.first()? {
        (_, Value::Text(id)) => id.clone(),
        _ => return None,
    };
    Some(SheetRow {
        id: text(row, "page_name").unwrap_or(id),
        time: time(row).and_then(|time| time.parse().ok()),
        rank: number(row, "rank").map(|rank| rank as u32),
        score: 100.0 * number(row, "risk")?,
        risk_low: number(row, "risk_low"),
        risk_high: number(row, "risk_high"),
        band: Band::ALL.into_iter().find(|known| known.name() == band)?,
        selected: text(row, "selected").as_deref() == Some("true"),
        value: number(row, "value"),
        reasons: (1..=N_REASONS).filter_map(|k| text(row, &format!("reason_{k}"))).collect(),
        action: text(row, "action_1").zip(number(row, "action_1_score")),
    })
}
