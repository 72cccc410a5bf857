//! Cohorts of the selected: who is selected for the same reasons.

use serde::Serialize;

use super::group::Judgement;
use super::rows::{self, Told};
use crate::base::{Result, Seed};
use crate::config::Stakeholders;
use crate::explain::{self, Cohorts, Explainer, Profile, Wording};

/// Subjects that cohorts are found by, at most.
const ROWS_MAX: usize = 2_000;
/// What is told of a cohort at most.
const N_REASONS: usize = 3;

/// The selected, parted.
#[derive(Debug, Serialize)]
pub struct Parted {
    /// Mean simplified silhouette, −1 to 1.
    clarity: f64,
    pub cohorts: Vec<Cohort>,
}

#[derive(Debug, Serialize)]
pub struct Cohort {
    /// As in the column `cohort` of the scores.
    pub cohort: usize,
    /// Of the selected.
    pub share: f64,
    /// Σ risk × value; `None` without values.
    pub value_at_stake: Option<f64>,
    /// What sets it apart from all selected, the largest difference first.
    pub reasons: Vec<CohortReason>,
    #[serde(flatten)]
    pub profile: Profile,
}

#[derive(Debug, Serialize)]
pub struct CohortReason {
    /// Of columns that say nearly the same, the one that differs most.
    pub feature: String,
    /// Mean points, of all that say nearly the same.
    pub points: f64,
    /// Less those of all selected.
    pub difference: f64,
    /// "usually 6 days (of all 2 days)".
    pub usual: Option<String>,
    pub sentence: String,
}

/// Parts the selected subjects that the run speaks of by the points of their columns; `None` where they do not part.
///
/// # Errors
/// A column does not fit a model.
pub fn find(judgement: &Judgement, explainers: &[Explainer<'_>], seed: Seed) -> Result<Option<Cohorts>> {
    let judged = &judgement.judged;
    let mut rows = judgement.table.rows_of(judged.reported);
    rows.retain(|row| judged.is_selected(*row as usize) == Some(true));
    let sampled: Vec<(u32, u16)> = explain::spaced(&rows, ROWS_MAX)
        .into_iter()
        .filter_map(|row| judged.scorer[row as usize].map(|scorer| (row, scorer)))
        .collect();
    let scorers = rows::scorers(explainers, &judgement.design)?;
    let told = explain::attribute(&scorers, &sampled, judgement.design.features.len());
    Ok(explain::cohorts(&told.points, seed.child("cohorts")))
}

/// What sets each cohort apart.
pub fn tell(stakeholders: &Stakeholders, judgement: &Judgement, told: &Told, cohorts: &Cohorts) -> Parted {
    let wording = Wording::new(&judgement.design, &judgement.norms, &stakeholders.explain);
    let describe = |cohort: usize| describe(stakeholders, judgement, told, &wording, cohort);
    Parted { clarity: cohorts.clarity, cohorts: (0..cohorts.n()).filter_map(describe).collect() }
}

fn describe(
    stakeholders: &Stakeholders,
    judgement: &Judgement,
    told: &Told,
    wording: &Wording<'_>,
    cohort: usize,
) -> Option<Cohort> {
    let (table, judged, settings) = (&judgement.table, &judgement.judged, &stakeholders.explain);
    let rows: Vec<u32> =
        (0u32..).zip(&told.cohort).filter(|(_, of)| of.map(usize::from) == Some(cohort)).map(|(row, _)| row).collect();
    let profile = explain::profile(&told.cohorts[cohort], &rows, &judgement.design, settings)?;
    let mean_of_all = |column: usize| told.at_risk.points[column] / told.at_risk.n.max(1) as f64;
    let differences: Vec<f64> =
        profile.columns.iter().enumerate().map(|(column, of)| of.points - mean_of_all(column)).collect();
    let reason = |group: &Vec<usize>| {
        let sum = |of: &dyn Fn(usize) -> f64| group.iter().map(|column| of(*column)).sum::<f64>();
        let (points, difference) = (sum(&|column| profile.columns[column].points), sum(&|column| differences[column]));
        let size = |column: &usize| differences[*column].abs();
        let leader = group.iter().rev().copied().max_by(|a, b| size(a).total_cmp(&size(b)))?;
        let usual = profile.columns[leader].usual.as_ref().map(|usual| wording.usual_of(leader, usual));
        Some(CohortReason {
            feature: profile.columns[leader].feature.clone(),
            points,
            difference,
            sentence: wording.cohort(leader, usual.as_deref(), points, difference),
            usual,
        })
    };
    let mut reasons: Vec<CohortReason> = wording.groups().filter_map(reason).collect();
    reasons.retain(|reason| reason.difference.abs() >= settings.points_min);
    reasons.sort_by(|a, b| b.difference.abs().total_cmp(&a.difference.abs()));
    reasons.truncate(N_REASONS);
    let at_stake = |values: &Vec<Option<f64>>| {
        rows.iter().filter_map(|&row| Some(judged.risk[row as usize]? * values[row as usize]?)).sum()
    };
    Some(Cohort {
        cohort: cohort + 1,
        share: profile.n as f64 / told.at_risk.n.max(1) as f64,
        value_at_stake: table.value.as_ref().map(at_stake),
        reasons,
        profile,
    })
}
