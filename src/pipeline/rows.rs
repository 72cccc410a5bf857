//! Every row's score, attributions and reasons, block by block: written as tables, summed up for the pages.

mod files;
mod tables;
mod told;

use std::collections::BTreeMap;

use rayon::prelude::*;

use self::files::Files;
pub use self::told::{Told, Top};
use super::judge::Judged;
use crate::base::attributions::{Attributions, Perturbation};
use crate::base::design::Design;
use crate::base::groups::Grouping;
use crate::base::population::Population;
use crate::base::saved::SavedScorer;
use crate::base::{Progress, Result};
use crate::explain::{self, Cohorts, Explainer, Norms, Plan, Reason, Scorer, Wording};
use crate::govern::Outputs;
use crate::load::Table;

/// Rows of a block; fixed, so that sums do not depend on threads.
const BLOCK: usize = 1 << 15;
/// Subjects that pages may list.
const N_TOP: usize = 25;

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
}

/// Explains every scored row and writes `scores.parquet`, `scores.csv`, `attributions.parquet`,
/// `attributions_margin.parquet` and, where columns have pillars, `attributions_pillars.parquet`.
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
    let listed = top_rows(scored);
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
        told.add(scored, &block, &reasons, &wording);
        for (place, &(row, _)) in block.scored.iter().enumerate() {
            if listed.binary_search(&row).is_ok() {
                told.top.push(block.top(place, row, &reasons[place]));
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

/// The rows that pages list, ascending.
fn top_rows(scored: &Scored<'_>) -> Vec<u32> {
    let judged = scored.judged;
    let mut rows = scored.table.rows_of(judged.reported);
    rows.retain(|&row| judged.risk[row as usize].is_some());
    rows.sort_by(|&a, &b| {
        let (a, b) = (a as usize, b as usize);
        let by_risk = judged.risk[b].partial_cmp(&judged.risk[a]).unwrap_or(std::cmp::Ordering::Equal);
        judged.rank[a].cmp(&judged.rank[b]).then(by_risk).then(a.cmp(&b))
    });
    rows.truncate(N_TOP);
    rows.sort_unstable();
    rows
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

    fn top(&self, place: usize, row: u32, reasons: &[Reason]) -> Top {
        let (score, base_score) = (self.attributions.score[place], self.attributions.base_score[place]);
        let named: f64 = reasons.iter().map(|reason| reason.points).sum();
        Top { row, score, base_score, reasons: reasons.to_vec(), rest_points: score - base_score - named }
    }
}
