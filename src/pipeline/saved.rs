//! A saved model on a new table.

use crate::base::saved::SavedModel;
use crate::base::{Error, Finding, Progress, Result};
use crate::explain::{self, ColumnWords, Reason, Scorer, Wording};
use crate::features;
use crate::load;
use crate::report::tables::{Block, Cells, CsvSink};

/// Rows of a block.
const BLOCK: usize = 1 << 16;
const N_REASONS: usize = 3;
/// Smaller shares are not told, in points.
const POINTS_MIN: f64 = 0.5;

/// A table with its scores.
pub struct ScoredTable {
    /// Key, margin, risk, score, band, selected, base score and reasons, as CSV.
    pub csv: Vec<u8>,
    pub n_rows: usize,
    pub findings: Vec<Finding>,
}

/// Scores every row of a table by the last model of a `model.json`; no outcome is needed. Id and time are those of the
/// model unless the settings name others.
///
/// # Errors
/// The model cannot be read, a column that it needs is missing or of another kind, or the table cannot be read.
pub fn score(model: &str, settings: &load::Settings, progress: &dyn Progress) -> Result<ScoredTable> {
    let model = SavedModel::parse(model)?;
    let mut settings = settings.clone();
    settings.id = settings.id.or_else(|| (model.id != "row").then(|| model.id.clone()));
    settings.time = settings.time.or_else(|| model.time.clone());
    progress.start(&model.stakeholders, "load", None);
    let loaded = load::load(&settings, progress)?;
    progress.finish();
    let mut findings: Vec<Finding> =
        loaded.findings.into_iter().filter(|finding| SCORING.contains(&finding.code.as_str())).collect();
    let Some(table) = loaded.table else {
        let stop = super::stop(&findings).unwrap_or_else(|| Error::new("the table cannot be scored"));
        return Err(stop);
    };
    progress.start(&model.stakeholders, "score", Some(table.n_rows() as u64));
    let design = features::design_of(&table, &model.features, settings.as_of)?;
    let bound = model.last.model.bind(&design)?;
    let column = |name: &str| design.features.iter().position(|feature| feature.name == name).unwrap_or_default();
    let columns = model.last.model.terms.iter().map(|term| column(&term.feature)).collect();
    let scorers = [Scorer { model: bound, calibrator: model.last.calibrator, columns }];
    let words = model.features.iter().map(|feature| {
        let words = ColumnWords { label: Some(feature.label.clone()), unit: feature.unit.clone(), pillar: None };
        (feature.name.clone(), words)
    });
    let telling = explain::Settings { words: words.collect(), n_reasons: N_REASONS, points_min: POINTS_MIN };
    let wording = Wording::new(&design, &telling);
    let mut csv = Vec::new();
    let mut sink = CsvSink::new(&mut csv, false);
    let rows: Vec<(u32, u16)> = (0u32..).map(|row| (row, 0)).take(table.n_rows()).collect();
    for rows in rows.chunks(BLOCK).chain(rows.is_empty().then_some(&rows[..])) {
        let block = explain::attribute(&scorers, rows, design.features.len());
        explain::check_additivity(&block)?;
        let reasons: Vec<Vec<Reason>> = rows
            .iter()
            .enumerate()
            .map(|(place, (row, _))| {
                let points = block.points.row(place);
                explain::reasons(points.as_slice().unwrap_or_default(), *row as usize, &wording, &telling)
            })
            .collect();
        let number =
            |get: &dyn Fn(usize) -> f64| Cells::Number((0..rows.len()).map(|place| Some(get(place))).collect());
        let ids = rows.iter().map(|(row, _)| Some(table.ids[*row as usize].clone())).collect();
        let mut out = vec![(table.id_name.clone(), Cells::Text(ids))];
        if let (Some(name), Some(times)) = (&table.time_name, &table.times) {
            out.push((name.clone(), Cells::Date(rows.iter().map(|(row, _)| Some(times[*row as usize])).collect())));
        }
        let mut add = |name: &str, cells: Cells| out.push((name.to_owned(), cells));
        add("margin", number(&|place| block.margin[place]));
        add("risk", number(&|place| block.score[place] / 100.0));
        add("score", number(&|place| block.score[place]));
        let risk = |place: usize| block.score[place] / 100.0;
        let band = |place: usize| Some(model.cuts.band(risk(place)).name().to_owned());
        add("band", Cells::Text((0..rows.len()).map(band).collect()));
        let from = model.cuts.from(model.selected_from);
        add("selected", Cells::Flag((0..rows.len()).map(|place| Some(risk(place) >= from)).collect()));
        add("base_score", number(&|place| block.base_score[place]));
        for k in 0..N_REASONS {
            let reason = |place: usize| reasons[place].get(k).map(|reason| reason.sentence.clone());
            add(&format!("reason_{}", k + 1), Cells::Text((0..rows.len()).map(reason).collect()));
        }
        sink.write(&Block { columns: out })?;
        progress.advance(rows.len() as u64);
    }
    sink.finish()?;
    findings.extend(unseen_levels(&model, &design));
    progress.finish();
    Ok(ScoredTable { csv, n_rows: table.n_rows(), findings })
}

/// Findings of loading that matter where nothing is trained.
const SCORING: &[&str] = &[
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

fn unseen_levels(model: &SavedModel, design: &crate::base::design::Design) -> Vec<Finding> {
    let of_term = |term: &crate::base::model::Term| {
        let feature = design.features.iter().find(|feature| feature.name == term.feature)?;
        let is_new = |row: &usize| feature.values.level(*row).is_some_and(|level| !term.knows(level));
        let n = (0..design.n_subjects).filter(is_new).count();
        let example = feature.values.level((0..design.n_subjects).find(is_new)?)?;
        let message = format!(
            "{n} subjects have a level of `{}` that the model never saw (for example `{example}`): it tells nothing of them",
            feature.name
        );
        Some(Finding::new("unseen-levels", message).column(&feature.name).count(n))
    };
    model.last.model.terms.iter().filter_map(of_term).collect()
}
