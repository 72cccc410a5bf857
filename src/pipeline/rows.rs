//! Every row's score, attributions and reasons, block by block: written as tables, summed up for the pages.

mod files;
mod tables;
mod told;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rayon::prelude::*;

use self::files::Files;
pub use self::told::{Doable, Told, Top};
use super::judge::Judged;
use super::naming::{Naming, Place};
use super::sheet::SHEET_MAX;
use crate::base::attributions::{Attributions, Perturbation};
use crate::base::design::Design;
use crate::base::groups::Grouping;
use crate::base::population::Population;
use crate::base::saved::SavedScorer;
use crate::base::units::Band;
use crate::base::{Progress, Result};
use crate::explain::{self, Cohorts, Explainer, Norms, Plan, Reason, Scorer, Wording};
use crate::govern::Outputs;
use crate::load::Table;

/// Rows of a block; fixed, so that sums do not depend on threads.
const BLOCK: usize = 1 << 15;
/// Subjects that pages may list: at most so many,
const N_TOP: usize = 1_000;
/// of wide tables fewer, so that a page does not get more cells than this,
const N_CELLS: usize = 200_000;
/// but so many at least.
const N_TOP_MIN: usize = 25;
/// Subjects that stand for all in a picture of single ones.
const N_SAMPLE: usize = 400;

/// One stakeholder group with all that scoring it gave.
pub struct Scored<'a> {
    pub name: &'a str,
    pub table: &'a Table,
    pub design: &'a Design,
    pub judged: &'a Judged,
    pub norms: &'a Norms,
    /// Of every scorer.
    pub explainers: &'a [Explainer<'a>],
    /// How the selected part, where they do.
    pub cohorts: Option<&'a Cohorts>,
    /// By row, what could be done.
    pub plans: &'a BTreeMap<u32, Vec<Plan>>,
    pub settings: &'a explain::Settings,
    /// Groupings that the audit tells.
    pub groupings: &'a [&'a Grouping],
    /// What pages call subjects.
    pub naming: &'a Naming<'a>,
    /// Today's subjects from this band on have pages of their own.
    pub pages_from: Option<Band>,
    /// The day that dates are counted to where rows have no time.
    pub as_of: NaiveDate,
}

impl Scored<'_> {
    /// The day that a row's dates are counted to.
    pub fn time_of(&self, row: u32) -> NaiveDate {
        self.table.times.as_ref().and_then(|times| times.get(row as usize)).copied().unwrap_or(self.as_of)
    }

    /// What pages call the subject of a row.
    pub fn name_of(&self, row: u32) -> String {
        let place = match self.judged.rank[row as usize] {
            Some(rank) => Place::Rank(rank),
            None => Place::Row(row + 1),
        };
        self.naming.name(&self.table.ids[row as usize], place)
    }
}

/// Explains every scored row and writes `scores.parquet`, `scores.csv`, `attributions.parquet`,
/// `attributions_margin.parquet`, `features.parquet` and, where columns have pillars, `attributions_pillars.parquet`.
///
/// # Errors
/// A row's points do not add up to its score, or a file cannot be written.
pub fn write(scored: &Scored<'_>, outputs: &mut dyn Outputs, progress: &dyn Progress) -> Result<Told> {
    // what the disk said is clearer than what a format's writer made of it
    write_tables(scored, outputs, progress).map_err(|error| outputs.failure().unwrap_or(error))
}

fn write_tables(scored: &Scored<'_>, outputs: &mut dyn Outputs, progress: &dyn Progress) -> Result<Told> {
    let judged = scored.judged;
    let scorers = scorers(scored.explainers, scored.design)?;
    let wording = Wording::new(scored.design, scored.norms, scored.settings);
    let by_rank = by_rank(scored);
    let listed = top_rows(scored, &by_rank);
    let mut on_sheet = by_rank[..by_rank.len().min(SHEET_MAX)].to_vec();
    on_sheet.sort_unstable();
    let sampled = sampled_rows(scored);
    let mut told = Told::new(scored);
    let mut files = Files::create(scored, outputs)?;
    let printed = |population: &Population| matches!(population, Population::History | Population::Today);
    let rows: Vec<u32> = (0u32..)
        .zip(&scored.table.population)
        .filter(|(_, population)| printed(population))
        .map(|(row, _)| row)
        .collect();
    // the memory of one block's attributions serves the next
    let mut spare = Attributions::default();
    for rows in rows.chunks(BLOCK).chain(rows.is_empty().then_some(&rows[..])) {
        progress.start(scored.name, "attribute", None);
        let block = explain_block(scored, &scorers, rows, spare);
        told.additivity_error = told.additivity_error.max(explain::check_additivity(&block.attributions)?);
        files.write_attributions(&block, scored, rows)?;
        progress.finish();
        progress.start(scored.name, "tell reasons", None);
        let reasons: Vec<Vec<Reason>> = block
            .scored
            .par_iter()
            .enumerate()
            .map(|(place, &(row, _))| block.reasons(place, row as usize, &wording, scored.settings))
            .collect();
        told.add(scored, &block, &reasons, &wording, &on_sheet);
        for (place, &(row, _)) in block.scored.iter().enumerate() {
            if sampled.binary_search(&row).is_ok() {
                told.sample.push((row, block.attributions.points.row(place).to_vec()));
            }
            if listed.binary_search(&row).is_ok() {
                told.top.push(block.top(place, row, &reasons[place], scored, &wording));
            }
        }
        progress.finish();
        progress.start(scored.name, "write scores", None);
        files.write_scores(&block.score_table(scored, rows, &told, &reasons, &wording))?;
        progress.finish();
        progress.advance(rows.len() as u64);
        spare = block.attributions;
    }
    files.finish(scored, outputs)?;
    let place = |row: u32| (judged.rank[row as usize], judged.risk[row as usize]);
    told.top.sort_by(|a, b| {
        let ((rank_a, risk_a), (rank_b, risk_b)) = (place(a.row), place(b.row));
        rank_a
            .cmp(&rank_b)
            .then(risk_b.partial_cmp(&risk_a).unwrap_or(std::cmp::Ordering::Equal))
            .then(a.row.cmp(&b.row))
    });
    Ok(told)
}

/// Saved models, made ready to be attributed.
pub fn explainers<'a>(
    saved: impl IntoIterator<Item = &'a SavedScorer>,
    perturbation: Perturbation,
) -> Vec<Explainer<'a>> {
    let explainer = |saved: &'a SavedScorer| Explainer::new(&saved.model, saved.calibrator, perturbation);
    saved.into_iter().map(explainer).collect()
}

/// Explainers, bound to the columns of a design.
///
/// # Errors
/// A column does not fit its model.
pub fn scorers<'a>(explainers: &'a [Explainer<'a>], design: &'a Design) -> Result<Vec<Scorer<'a>>> {
    explainers.iter().map(|explainer| explainer.bind(design)).collect()
}

/// The reported rows that have a score, by rank, else by falling risk.
fn by_rank(scored: &Scored<'_>) -> Vec<u32> {
    let judged = scored.judged;
    let mut rows = scored.table.rows_of(judged.reported);
    rows.retain(|&row| judged.risk[row as usize].is_some());
    rows.sort_by(|&a, &b| {
        let (a, b) = (a as usize, b as usize);
        let by_risk = judged.risk[b].partial_cmp(&judged.risk[a]).unwrap_or(std::cmp::Ordering::Equal);
        judged.rank[a].cmp(&judged.rank[b]).then(by_risk).then(a.cmp(&b))
    });
    rows
}

/// The rows that pages list, ascending.
fn top_rows(scored: &Scored<'_>, by_rank: &[u32]) -> Vec<u32> {
    let judged = scored.judged;
    let mut rows = by_rank.to_vec();
    let n_top = n_listed(scored.design.features.len());
    let has_page = |row: &u32| {
        let band = judged.risk[*row as usize].map(|risk| judged.cuts.band(risk));
        judged.rank[*row as usize].is_some() && scored.pages_from.is_some_and(|from| band >= Some(from))
    };
    let more: Vec<u32> = rows.iter().skip(n_top).copied().filter(has_page).collect();
    rows.truncate(n_top);
    rows.extend(more);
    rows.sort_unstable();
    rows
}

/// Rows of some of the subjects that the run speaks of, spread evenly over the table.
fn sampled_rows(scored: &Scored<'_>) -> Vec<u32> {
    let mut rows = scored.table.rows_of(scored.judged.reported);
    rows.retain(|&row| scored.judged.risk[row as usize].is_some());
    explain::spaced(&rows, N_SAMPLE)
}

/// How many subjects pages may list, where a subject has so many columns.
pub fn n_listed(n_columns: usize) -> usize {
    (N_CELLS / n_columns.max(1)).clamp(N_TOP_MIN, N_TOP)
}

/// A block of rows; `place` counts its scored rows.
struct Explained {
    /// (row, scorer) of the rows that have a score.
    scored: Vec<(u32, u16)>,
    /// For each row of the block its place among the scored ones.
    place: Vec<Option<usize>>,
    attributions: Attributions,
}

fn explain_block(
    scored: &Scored<'_>,
    scorers: &[Scorer<'_>],
    rows: &[u32],
    mut attributions: Attributions,
) -> Explained {
    let mut with_score = Vec::with_capacity(rows.len());
    let mut place = Vec::with_capacity(rows.len());
    for &row in rows {
        let scorer = scored.judged.scorer[row as usize];
        place.push(scorer.map(|_| with_score.len()));
        with_score.extend(scorer.map(|scorer| (row, scorer)));
    }
    explain::attribute_into(scorers, &with_score, scored.design.features.len(), &mut attributions);
    Explained { scored: with_score, place, attributions }
}

impl Explained {
    fn reasons(&self, place: usize, row: usize, wording: &Wording<'_>, settings: &explain::Settings) -> Vec<Reason> {
        let points = self.attributions.points.row(place);
        explain::reasons(&points.to_vec(), row, wording, settings)
    }

    fn top(&self, place: usize, row: u32, reasons: &[Reason], scored: &Scored<'_>, wording: &Wording<'_>) -> Top {
        let (score, base_score) = (self.attributions.score[place], self.attributions.base_score[place]);
        let named: f64 = reasons.iter().map(|reason| reason.points).sum();
        let action = |plan: &Plan| Doable {
            sentence: wording.action(row as usize, score, plan, scored.settings),
            score: plan.score,
            cost: plan.cost,
            proof: explain::proof(plan.proof),
        };
        Top {
            row,
            name: scored.name_of(row),
            score,
            base_score,
            reasons: reasons.to_vec(),
            rest_points: score - base_score - named,
            actions: scored.plans.get(&row).into_iter().flatten().map(action).collect(),
            points: self.attributions.points.row(place).to_vec(),
            scorer: self.scored[place].1,
        }
    }
}
