//! The first subjects by rank with all that is known of their scores, and the columns that these are made of.

use rayon::prelude::*;

use super::super::group::Judgement;
use super::super::rows::{Doable, Told, Top};
use super::super::subjects::Single;
use super::label;
use crate::base::design::{Feature, Values};
use crate::base::population::Population;
use crate::config::Stakeholders;
use crate::explain::Reason;
use crate::report::view::{ActionView, ColumnView, ReasonView, SubjectView, ValueView};

pub(super) fn subject(stakeholders: &Stakeholders, judgement: &Judgement, top: &Top) -> SubjectView {
    let Judgement { table, judged, design, .. } = judgement;
    let row = top.row as usize;
    let risk = top.score / 100.0;
    let value = table.value.as_ref().and_then(|value| value[row]);
    let reason = |reason: &Reason| ReasonView {
        sentence: reason.sentence.clone(),
        label: label(stakeholders, &design.features[reason.feature].name),
        points: reason.points,
    };
    let action = |action: &Doable| ActionView {
        sentence: action.sentence.clone(),
        score: action.score,
        cost: action.cost,
        proof: action.proof.clone(),
    };
    SubjectView {
        id: top.name.clone(),
        time: table.times.as_ref().map(|times| times[row]),
        rank: judged.rank[row],
        score: top.score,
        risk_low: judged.range[row].map(|range| range.0),
        risk_high: judged.range[row].map(|range| range.1),
        band: judged.cuts.band(risk),
        selected: judged.is_selected(row) == Some(true),
        selected_because: judged.by_group.as_ref().and_then(|of| of.why(judged.risk[row]?, row, judged.selected_from)),
        value,
        value_at_stake: value.map(|value| risk * value),
        base_score: top.base_score,
        reasons: top.reasons.iter().map(reason).collect(),
        rest_points: top.rest_points,
        actions: top.actions.iter().map(action).collect(),
        points: top.points.clone(),
        values: design.features.iter().map(|feature| known(&feature.values, row)).collect(),
        scorer: top.scorer,
    }
}

/// Today's subjects that have pages of their own.
pub fn singles(stakeholders: &Stakeholders, judgement: &Judgement, told: &Told) -> Vec<Single> {
    let Some(from) = stakeholders.subject_pages else { return Vec::new() };
    let Judgement { table, judged, .. } = judgement;
    let has_page = |top: &&Top| {
        let risk = judged.risk[top.row as usize];
        judged.rank[top.row as usize].is_some() && risk.is_some_and(|risk| judged.cuts.band(risk) >= from)
    };
    let single =
        |top: &Top| Single { id: table.ids[top.row as usize].clone(), view: subject(stakeholders, judgement, top) };
    told.top.iter().filter(has_page).map(single).collect()
}

fn known(values: &Values, row: usize) -> ValueView {
    let level = || values.level(row).map(|level| ValueView::Level(level.to_owned()));
    values.number(row).map(ValueView::Number).or_else(level).unwrap_or(ValueView::Missing(()))
}

/// The columns of the design.
pub(super) fn columns(stakeholders: &Stakeholders, judgement: &Judgement) -> Vec<ColumnView> {
    let rows = |population| judgement.table.rows_of(population);
    let (history, today) = (rows(Population::History), rows(Population::Today));
    let view = |feature: &Feature| {
        let missing = |rows: &[u32]| rows.iter().filter(|row| feature.values.is_missing(**row as usize)).count();
        let (low, high) = ends(feature, &history, &today);
        ColumnView {
            name: feature.name.clone(),
            label: label(stakeholders, &feature.name),
            unit: stakeholders.explain.words.get(&feature.name).and_then(|words| words.unit.clone()),
            pillar: stakeholders.explain.pillar(&feature.name),
            kind: feature.kind,
            low,
            high,
            levels: levels(stakeholders, feature),
            n_missing_history: missing(&history),
            n_missing_today: missing(&today),
        }
    };
    judgement.design.features.par_iter().map(view).collect()
}

/// The least and the greatest known number.
fn ends(feature: &Feature, history: &[u32], today: &[u32]) -> (Option<f64>, Option<f64>) {
    let numbers = || history.iter().chain(today).filter_map(|row| feature.values.number(*row as usize));
    (numbers().min_by(f64::total_cmp), numbers().max_by(f64::total_cmp))
}

/// Known levels; of a sensitive column that models may use those only that enough subjects have.
fn levels(stakeholders: &Stakeholders, feature: &Feature) -> Vec<String> {
    let Values::Levels { codes, levels } = &feature.values else { return Vec::new() };
    let mut counts = vec![0; levels.len()];
    for code in codes {
        if let Some(count) = counts.get_mut(*code as usize) {
            *count += 1;
        }
    }
    let n_min = if stakeholders.explain.sensitive.contains(&feature.name) { stakeholders.audit.min_group } else { 0 };
    let shown = levels.iter().zip(counts).filter(|(_, count)| *count >= n_min);
    let mut levels: Vec<String> = shown.map(|(level, _)| level.clone()).collect();
    levels.sort_unstable();
    levels
}
