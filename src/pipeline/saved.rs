//! A saved model on a new table.

use std::io::Write;
use std::path::Path;

use rayon::prelude::*;

use super::reuse::{self, Reused};
use super::{notice, rows};
use crate::base::attributions::Attributions;
use crate::base::design::{Design, Feature, Values};
use crate::base::model::Model;
use crate::base::saved::{SavedModel, SavedScorer};
use crate::base::{Error, Finding, Progress, Result, Severity};
use crate::explain::{self, ColumnWords, Norms, Reason, Wording};
use crate::features;
use crate::load::{self, ColumnKind, Table};
use crate::report::tables::{Block, Cells, CsvSink};

/// Rows of a block.
const BLOCK: usize = 1 << 15;
const N_REASONS: usize = 3;

/// What scoring a table gave, besides the scores that were written.
pub struct ScoredTable {
    pub n_rows: usize,
    pub findings: Vec<Finding>,
}

/// Scores every row of a table by a `model.json`; no outcome is needed. Id and time are those of the model unless the
/// settings name others. Written as CSV, block by block: key, fold, whether the row was in its model's training, margin,
/// risk, score, band, selected, base score and reasons.
///
/// A row is scored by the last model. Where the model lies in the run that trained it, rows that were in training are
/// known: they are scored by their fold's model, or marked `in_sample` where no model is without them.
///
/// # Errors
/// The model cannot be read, a column that it needs is missing or of another kind, or the table cannot be read.
pub fn score(
    model: &Path,
    settings: &load::Settings,
    out: &mut (dyn Write + Send),
    progress: &dyn Progress,
) -> Result<ScoredTable> {
    let saved = reuse::read(model)?;
    let model = &saved.model;
    let mut settings = settings.clone();
    settings.id = settings.id.or_else(|| model.id.clone());
    settings.time = settings.time.or_else(|| model.time.clone());
    progress.start(&model.stakeholders, "load", None);
    let loaded = load::load(&settings, progress)?;
    progress.finish();
    let mut findings: Vec<Finding> =
        loaded.findings.into_iter().filter(|finding| SCORING.contains(&finding.code.as_str())).collect();
    let Some(mut table) = loaded.table else {
        return Err(super::stop(&findings).unwrap_or_else(|| Error::new("the table cannot be scored")));
    };
    progress.start(&model.stakeholders, "score", Some(table.n_rows() as u64));
    let design = features::design_of(&table, &model.features, settings.as_of)?;
    check_levels(model, &table, &design)?;
    table.forget_cells();
    let whom = Whom::of(&saved, &table);
    findings.extend(whom.finding(saved.knows_its_rows()));
    write(model, &table, &design, &whom, out, progress)?;
    findings.extend(unseen_levels(&model.last.model, &design));
    findings.extend(notice::extreme(&model.last.model.terms, &design));
    findings.extend(common_cut(model));
    progress.finish();
    Ok(ScoredTable { n_rows: table.n_rows(), findings })
}

/// Who scores which row of the table.
struct Whom {
    /// Index into the model's scorers.
    scorer: Vec<u16>,
    /// The fold, where a fold's model scores.
    fold: Vec<Option<u16>>,
    /// Whether the model learned from the row; `None` where that is not known.
    in_sample: Vec<Option<bool>>,
}

impl Whom {
    fn of(saved: &Reused, table: &Table) -> Self {
        let last = u16::try_from(saved.model.folds.len()).unwrap_or(u16::MAX);
        let rows = 0..table.n_rows();
        let found: Vec<Option<Option<u16>>> = rows.into_par_iter().map(|row| saved.fold(table, row)).collect();
        let known = saved.knows_its_rows();
        Self {
            scorer: found.iter().map(|found| found.flatten().unwrap_or(last)).collect(),
            fold: found.iter().map(|found| found.flatten()).collect(),
            in_sample: found.iter().map(|found| known.then_some(*found == Some(None))).collect(),
        }
    }

    fn finding(&self, known: bool) -> Option<Finding> {
        if !known {
            let message = "the model stands alone, so rows that it was trained on are scored as if they were new";
            let hint = "name the `model.json` inside the folder of the run that trained it";
            return Some(Finding::new("in-sample", message).severity(Severity::Info).hint(hint));
        }
        let n = self.in_sample.iter().filter(|in_sample| **in_sample == Some(true)).count();
        let message = format!("{n} rows were in the training of every model that could score them: see `in_sample`");
        (n > 0).then(|| Finding::new("in-sample", message).count(n))
    }
}

fn write(
    model: &SavedModel,
    table: &Table,
    design: &Design,
    whom: &Whom,
    out: &mut (dyn Write + Send),
    progress: &dyn Progress,
) -> Result<()> {
    let explainers = rows::explainers(model.scorers(), model.attributions);
    let scorers = rows::scorers(&explainers, design)?;
    let words = model.features.iter().map(|feature| {
        let words = ColumnWords { label: Some(feature.label.clone()), unit: feature.unit.clone(), pillar: None };
        (feature.name.clone(), words)
    });
    let telling = explain::Settings {
        words: words.collect(),
        sensitive: model.features.iter().filter(|of| of.sensitive).map(|of| of.name.clone()).collect(),
        proxies: model.features.iter().filter_map(|of| Some((of.name.clone(), of.stands_in_for.clone()?))).collect(),
        perturbation: model.attributions,
        n_reasons: N_REASONS,
        ..explain::Settings::default()
    };
    let norms = Norms {
        usual: model.features.iter().map(|feature| feature.usual.clone()).collect(),
        alike: model.features.iter().map(|feature| feature.alike).collect(),
    };
    let wording = Wording::new(design, &norms, &telling);
    let mut sink = CsvSink::new(out, false);
    let rows: Vec<(u32, u16)> = (0u32..).zip(whom.scorer.iter().copied()).collect();
    let mut block = Attributions::default();
    for rows in rows.chunks(BLOCK).chain(rows.is_empty().then_some(&rows[..])) {
        explain::attribute_into(&scorers, rows, design.features.len(), &mut block);
        explain::check_additivity(&block)?;
        let reasons: Vec<Vec<Reason>> = rows
            .par_iter()
            .enumerate()
            .map(|(place, (row, _))| {
                let points = block.points.row(place);
                explain::reasons(&points.to_vec(), *row as usize, &wording, &telling)
            })
            .collect();
        sink.write(&score_table(model, table, whom, rows, &block, &reasons))?;
        progress.advance(rows.len() as u64);
    }
    sink.finish()?;
    Ok(())
}

fn score_table(
    model: &SavedModel,
    table: &Table,
    whom: &Whom,
    rows: &[(u32, u16)],
    block: &Attributions,
    reasons: &[Vec<Reason>],
) -> Block {
    let places = 0..rows.len();
    let row = |place: usize| rows[place].0 as usize;
    let number = |get: &dyn Fn(usize) -> f64| Cells::Known(places.clone().map(get).collect());
    let ids = places.clone().map(|place| Some(table.ids[row(place)].clone())).collect();
    let mut columns = vec![(table.id_name.clone(), Cells::Text(ids))];
    if let (Some(name), Some(times)) = (&table.time_name, &table.times) {
        let times = places.clone().map(|place| Some(times[row(place)])).collect();
        columns.push((name.clone(), Cells::Date(times)));
    }
    let mut add = |name: &str, cells: Cells| columns.push((name.to_owned(), cells));
    add("fold", Cells::Integer(places.clone().map(|place| whom.fold[row(place)].map(i64::from)).collect()));
    add("in_sample", Cells::Flag(places.clone().map(|place| whom.in_sample[row(place)]).collect()));
    let scorers: Vec<&SavedScorer> = model.scorers().collect();
    let risk = |place: usize| scorers[usize::from(rows[place].1)].calibrator.value(block.margin[place]);
    add("margin", number(&|place| block.margin[place]));
    add("risk", number(&risk));
    add("score", number(&|place| block.score[place]));
    let band = |place: usize| Some(model.cuts.band(risk(place)).name().to_owned());
    add("band", Cells::Text(places.clone().map(band).collect()));
    let from = model.cuts.from(model.selected_from);
    add("selected", Cells::Flag(places.clone().map(|place| Some(risk(place) >= from)).collect()));
    add("base_score", number(&|place| block.base_score[place]));
    for k in 0..N_REASONS {
        let reason = |place: usize| reasons[place].get(k).map(|reason| reason.sentence.clone());
        add(&format!("reason_{}", k + 1), Cells::Text(places.clone().map(reason).collect()));
    }
    Block { columns }
}

/// Findings of loading that matter where nothing is trained.
pub(super) const SCORING: &[&str] = &[
    "encoding-guessed",
    "near-names",
    "missing-columns",
    "numbers-in-text",
    "ambiguous-dates",
    "unreadable-dates",
    "excel-errors",
    "no-id",
    "missing-keys",
    "duplicate-keys",
    "missing-times",
    "superseded-rows",
    "late-dates",
];

/// A column of levels in whose place numbers or dates stand, none of which the model knows, has changed its kind.
fn check_levels(model: &SavedModel, table: &Table, design: &Design) -> Result<()> {
    let used = model.last.model.features();
    let problem = |feature: &Feature| {
        let Values::Levels { levels, .. } = &feature.values else { return None };
        let column = table.columns.iter().find(|column| column.name == feature.name)?;
        let given = match column.kind {
            ColumnKind::Number => "numbers",
            ColumnKind::Date => "dates",
            ColumnKind::Boolean => "truth values",
            ColumnKind::Level | ColumnKind::Text => return None,
        };
        let is_known = levels.iter().any(|level| model.last.model.knows(&feature.name, level));
        let is_changed = !levels.is_empty() && !is_known && used.contains(&feature.name.as_str());
        is_changed.then(|| {
            let message =
                format!("column `{}` holds {given}, none of which is a level that the model knows", feature.name);
            Error::new(message).hint("give the column as the table had it that the model was trained on")
        })
    };
    Error::all(design.features.iter().filter_map(problem))
}

/// Where the model's run had a cut for each group: here one holds for all.
fn common_cut(model: &SavedModel) -> Option<Finding> {
    let feature = model.validation["decision"]["by_group"]["feature"].as_str()?;
    let message =
        format!("who is selected by the run of this model depends on `{feature}`, here one cut holds for all");
    Some(Finding::new("group-thresholds", message).column(feature))
}

pub(super) fn unseen_levels(model: &Model, design: &Design) -> Vec<Finding> {
    let of_feature = |feature: &Feature| {
        let Values::Levels { codes, levels } = &feature.values else { return None };
        let is_unseen: Vec<bool> = levels.iter().map(|level| !model.knows(&feature.name, level)).collect();
        let is_new = |code: &&u32| is_unseen.get(**code as usize).copied().unwrap_or(false);
        let n = codes.iter().filter(is_new).count();
        let example = levels.get(*codes.iter().find(is_new)? as usize)?;
        let message = format!(
            "{n} subjects have a level of `{}` that the model never saw (for example `{example}`): it tells nothing of them",
            feature.name
        );
        Some(Finding::new("unseen-levels", message).column(&feature.name).count(n))
    };
    design.features.iter().filter_map(of_feature).collect()
}
