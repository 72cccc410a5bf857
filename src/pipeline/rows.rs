//! Every row's score, attributions and reasons, block by block: written as tables, summed up for the pages.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use rayon::prelude::*;

use super::judge::Judged;
use crate::base::attributions::{Attributions, Perturbation};
use crate::base::design::Design;
use crate::base::population::Population;
use crate::base::saved::SavedScorer;
use crate::base::{Progress, Result};
use crate::explain::{self, Explainer, Norms, Plan, Reason, Scorer, Wording};
use crate::govern::Outputs;
use crate::load::Table;
use crate::report::tables::{Block, Cells, CsvSink, ParquetSink};

/// Rows of a block; fixed, so that sums do not depend on threads.
const BLOCK: usize = 1 << 15;
/// Reasons that have columns of their own.
const N_REASONS: usize = 5;
/// Likewise of actions.
const N_ACTIONS: usize = 3;
/// Subjects that pages may list.
const N_TOP: usize = 25;

/// One stakeholder group with all that scoring it gave.
pub struct Scored<'a> {
    pub name: &'a str,
    pub table: &'a Table,
    pub design: &'a Design,
    pub judged: &'a Judged,
    pub norms: &'a Norms,
    /// By row, what could be done.
    pub plans: &'a BTreeMap<u32, Vec<Plan>>,
    pub settings: &'a explain::Settings,
}

/// A subject for the pages.
pub struct Top {
    pub row: u32,
    pub score: f64,
    pub base_score: f64,
    pub reasons: Vec<Reason>,
    /// Points of all columns that no reason names.
    pub rest_points: f64,
}

/// Sums over the subjects that the run speaks of.
#[derive(Debug, Clone, Default)]
pub struct Sums {
    pub n: usize,
    pub score: f64,
    pub base_score: f64,
    /// Per feature.
    pub points: Vec<f64>,
    /// Per feature, of |points|.
    pub size: Vec<f64>,
}

/// What the pages need of the rows.
pub struct Told {
    pub all: Sums,
    pub at_risk: Sums,
    /// What the points of the worst row are off its score.
    pub additivity_error: f64,
    /// By rank, else by score.
    pub top: Vec<Top>,
}

impl Sums {
    fn new(n_features: usize) -> Self {
        Self { points: vec![0.0; n_features], size: vec![0.0; n_features], ..Self::default() }
    }

    fn add(&mut self, block: &Attributions, place: usize) {
        self.n += 1;
        self.score += block.score[place];
        self.base_score += block.base_score[place];
        for (feature, &points) in block.points.row(place).iter().enumerate() {
            self.points[feature].add_assign(points);
            self.size[feature].add_assign(points.abs());
        }
    }

    /// `None` for an empty sum.
    pub fn mean(&self, sum: f64) -> Option<f64> {
        (self.n > 0).then(|| sum / self.n as f64)
    }
}

/// Explains every scored row and writes `scores.parquet`, `scores.csv`, `attributions.parquet` and
/// `attributions_margin.parquet`.
///
/// # Errors
/// A row's points do not add up to its score, or a file cannot be written.
pub fn write(scored: &Scored<'_>, outputs: &mut dyn Outputs, progress: &dyn Progress) -> Result<Told> {
    // what the disk said is clearer than what a format's writer made of it
    write_tables(scored, outputs, progress).map_err(|error| outputs.failure().unwrap_or(error))
}

fn write_tables(scored: &Scored<'_>, outputs: &mut dyn Outputs, progress: &dyn Progress) -> Result<Told> {
    let judged = scored.judged;
    let explainers = explainers(&judged.scorers, scored.settings.perturbation);
    let scorers = scorers(&explainers, scored.design)?;
    let wording = Wording::new(scored.design, scored.norms, scored.settings);
    let listed = top_rows(scored);
    let n_features = scored.design.features.len();
    let mut told =
        Told { all: Sums::new(n_features), at_risk: Sums::new(n_features), additivity_error: 0.0, top: Vec::new() };
    let path = |file: &str| format!("{}/{file}", scored.name);
    let mut scores = ParquetSink::new(outputs.create(&path("scores.parquet"))?);
    let mut scores_csv = CsvSink::new(outputs.create(&path("scores.csv"))?, false);
    let mut points = ParquetSink::new(outputs.create(&path("attributions.parquet"))?);
    let mut margins = ParquetSink::new(outputs.create(&path("attributions_margin.parquet"))?);
    let printed = |population: &Population| matches!(population, Population::History | Population::Today);
    let rows: Vec<u32> = (0u32..)
        .zip(&scored.table.population)
        .filter(|(_, population)| printed(population))
        .map(|(row, _)| row)
        .collect();
    for rows in rows.chunks(BLOCK).chain(rows.is_empty().then_some(&rows[..])) {
        progress.start(scored.name, "attribute", None);
        let block = explain_block(scored, &scorers, rows);
        told.additivity_error = told.additivity_error.max(explain::check_additivity(&block.attributions)?);
        let (a, b) = rayon::join(
            || points.write(&block.points_table(scored, rows)),
            || margins.write(&block.margins_table(scored, rows)),
        );
        a.and(b)?;
        progress.finish();
        progress.start(scored.name, "tell reasons", None);
        let reasons: Vec<Vec<Reason>> = block
            .scored
            .par_iter()
            .enumerate()
            .map(|(place, &(row, _))| block.reasons(place, row as usize, &wording, scored.settings))
            .collect();
        for (place, &(row, _)) in block.scored.iter().enumerate() {
            if scored.table.population[row as usize] == judged.reported {
                told.all.add(&block.attributions, place);
                if judged.is_selected(row as usize) == Some(true) {
                    told.at_risk.add(&block.attributions, place);
                }
            }
            if listed.binary_search(&row).is_ok() {
                told.top.push(block.top(place, row, &reasons[place]));
            }
        }
        progress.finish();
        progress.start(scored.name, "write scores", None);
        let table = block.score_table(scored, rows, &reasons, &wording);
        let (a, b) = rayon::join(|| scores.write(&table), || scores_csv.write(&table));
        a.and(b)?;
        progress.finish();
        progress.advance(rows.len() as u64);
    }
    let counts = [
        ("scores.parquet", scores.finish()?),
        ("scores.csv", scores_csv.finish()?),
        ("attributions.parquet", points.finish()?),
        ("attributions_margin.parquet", margins.finish()?),
    ];
    counts.into_iter().for_each(|(file, n)| outputs.rows(&path(file), n));
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

fn explain_block(scored: &Scored<'_>, scorers: &[Scorer<'_>], rows: &[u32]) -> Explained {
    let mut with_score = Vec::with_capacity(rows.len());
    let mut place = Vec::with_capacity(rows.len());
    for &row in rows {
        let scorer = scored.judged.scorer[row as usize];
        place.push(scorer.map(|_| with_score.len()));
        with_score.extend(scorer.map(|scorer| (row, scorer)));
    }
    let attributions = explain::attribute(scorers, &with_score, scored.design.features.len());
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

    fn numbers(&self, get: impl Fn(usize) -> f64) -> Cells {
        Cells::Number(self.place.iter().map(|place| place.map(&get)).collect())
    }

    fn score_table(&self, scored: &Scored<'_>, rows: &[u32], reasons: &[Vec<Reason>], wording: &Wording<'_>) -> Block {
        let (table, judged, of) = (scored.table, scored.judged, &self.attributions);
        let each =
            |get: &dyn Fn(usize) -> Option<f64>| Cells::Number(rows.iter().map(|&row| get(row as usize)).collect());
        let value = |row: usize| table.value.as_ref().and_then(|value| value[row]);
        let mut columns = key(scored, rows);
        let mut add = |name: &str, cells: Cells| columns.push((name.to_owned(), cells));
        let is_history = |row: usize| table.population[row] == Population::History;
        add("history", Cells::Flag(rows.iter().map(|&row| Some(is_history(row as usize))).collect()));
        let outcome = |row: usize| table.outcome[row].filter(|_| is_history(row)).map(i64::from);
        add("outcome", Cells::Integer(rows.iter().map(|&row| outcome(row as usize)).collect()));
        let fold = |row: usize| judged.scorer[row].filter(|_| is_history(row)).map(i64::from);
        add("fold", Cells::Integer(rows.iter().map(|&row| fold(row as usize)).collect()));
        add("margin", self.numbers(|place| of.margin[place]));
        add("risk", each(&|row| judged.risk[row]));
        add("risk_low", each(&|row| judged.range[row].map(|range| range.0)));
        add("risk_high", each(&|row| judged.range[row].map(|range| range.1)));
        add("score", self.numbers(|place| of.score[place]));
        let band = |row: usize| judged.risk[row].map(|risk| judged.cuts.band(risk).name().to_owned());
        add("band", Cells::Text(rows.iter().map(|&row| band(row as usize)).collect()));
        add("selected", Cells::Flag(rows.iter().map(|&row| judged.is_selected(row as usize)).collect()));
        add("rank", Cells::Integer(rows.iter().map(|&row| judged.rank[row as usize].map(i64::from)).collect()));
        add("value", each(&value));
        add("value_at_stake", each(&|row| Some(judged.risk[row]? * value(row)?)));
        add("base_score", self.numbers(|place| of.base_score[place]));
        for number in 0..N_REASONS {
            let reason = |place: &Option<usize>| place.and_then(|place| reasons[place].get(number));
            let feature = |reason: &Reason| scored.design.features[reason.feature].name.clone();
            let sentences = self.place.iter().map(|place| reason(place).map(|reason| reason.sentence.clone()));
            add(&format!("reason_{}", number + 1), Cells::Text(sentences.collect()));
            let features = self.place.iter().map(|place| reason(place).map(feature));
            add(&format!("reason_{}_feature", number + 1), Cells::Text(features.collect()));
            let points = self.place.iter().map(|place| reason(place).map(|reason| reason.points));
            add(&format!("reason_{}_points", number + 1), Cells::Number(points.collect()));
        }
        for number in 0..N_ACTIONS {
            let plan = |row: &u32| scored.plans.get(row).and_then(|plans| plans.get(number));
            let numbers = |get: fn(&Plan) -> f64| Cells::Number(rows.iter().map(|row| plan(row).map(get)).collect());
            let sentence = |(row, place): (&u32, &Option<usize>)| {
                let score = of.score[(*place)?];
                Some(wording.action(*row as usize, score, plan(row)?, scored.settings))
            };
            let name = format!("action_{}", number + 1);
            add(&name, Cells::Text(rows.iter().zip(&self.place).map(sentence).collect()));
            add(&format!("{name}_score"), numbers(|plan| plan.score));
            add(&format!("{name}_cost"), numbers(|plan| plan.cost));
            let proofs = rows.iter().map(|row| plan(row).map(|plan| explain::proof(plan.proof)));
            add(&format!("{name}_proof"), Cells::Text(proofs.collect()));
        }
        Block { columns }
    }

    fn points_table(&self, scored: &Scored<'_>, rows: &[u32]) -> Block {
        let of = &self.attributions;
        let head = [
            ("base_score", self.numbers(|place| of.base_score[place])),
            ("score", self.numbers(|place| of.score[place])),
        ];
        self.attribution_table(scored, rows, head, &of.points)
    }

    fn margins_table(&self, scored: &Scored<'_>, rows: &[u32]) -> Block {
        let of = &self.attributions;
        let head = [
            ("base_margin", self.numbers(|place| of.base_margin[place])),
            ("margin", self.numbers(|place| of.margin[place])),
        ];
        self.attribution_table(scored, rows, head, &of.margins)
    }

    fn attribution_table(
        &self,
        scored: &Scored<'_>,
        rows: &[u32],
        head: [(&str, Cells); 2],
        values: &ndarray::Array2<f64>,
    ) -> Block {
        let mut columns = key(scored, rows);
        let taken: Vec<String> = columns
            .iter()
            .map(|(name, _)| name.clone())
            .chain(head.iter().map(|(name, _)| (*name).to_owned()))
            .collect();
        columns.extend(head.into_iter().map(|(name, cells)| (name.to_owned(), cells)));
        for (feature, source) in scored.design.features.iter().enumerate() {
            // a source column that is called like ours keeps its name with a mark
            let name = if taken.contains(&source.name) { format!("{}_", source.name) } else { source.name.clone() };
            columns.push((name, self.numbers(|place| values[[place, feature]])));
        }
        Block { columns }
    }
}

fn key(scored: &Scored<'_>, rows: &[u32]) -> Vec<(String, Cells)> {
    let table = scored.table;
    let ids = rows.iter().map(|&row| Some(table.ids[row as usize].clone())).collect();
    let mut columns = vec![(table.id_name.clone(), Cells::Text(ids))];
    if let (Some(name), Some(times)) = (&table.time_name, &table.times) {
        columns.push((name.clone(), Cells::Date(rows.iter().map(|&row| Some(times[row as usize])).collect())));
    }
    columns
}
