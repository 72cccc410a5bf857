//! A model trained elsewhere, attributed on a table.

use std::io::Write;

use rand::seq::index;

use super::{names, notice};
use crate::base::attributions::{Attributions, Perturbation};
use crate::base::calibrator::Calibrator;
use crate::base::design::{Design, Feature, FeatureKind, Values};
use crate::base::model::{Model, TreeFeature};
use crate::base::saved::FeatureSchema;
use crate::base::{Error, Finding, Progress, Result, Seed};
use crate::explain::{self, Explainer, Method, Scorer, humanize};
use crate::load::{self, ColumnKind, Table};
use crate::report::tables::{Block, Cells, CsvSink};
use crate::{features, train};

/// Rows of a block.
const BLOCK: usize = 1 << 15;

/// What is asked of a model trained elsewhere.
pub struct Question {
    /// Where the table is.
    pub settings: load::Settings,
    pub perturbation: Perturbation,
    /// Background subjects at most: a seeded sample of the table.
    pub background_max: usize,
    pub seed: Seed,
}

/// What explaining a model gave, besides the attributions that were written.
pub struct ExplainedModel {
    pub maker: &'static str,
    pub n_trees: usize,
    pub n_rows: usize,
    pub method: Method,
    /// Mean |points| by column, the largest first; columns that the model never asks about are left out.
    pub importance: Vec<(String, f64)>,
    pub findings: Vec<Finding>,
}

/// Attributes every row of a table by a model of LightGBM, XGBoost or CatBoost, given as the text of its file. Written as CSV, block by block: key,
/// margin, risk, score, base margin, base score, perturbation and points of each column. Risk is the model's own, not
/// calibrated.
///
/// # Errors
/// The model or the table cannot be read, the model cannot be explained exactly, or a column that it needs is missing or
/// of another kind.
pub fn explain_model(
    text: &str,
    question: &Question,
    out: &mut (dyn Write + Send),
    progress: &dyn Progress,
) -> Result<ExplainedModel> {
    let train::Imported { mut model, maker, findings: of_import } = train::import(text)?;
    progress.start(maker, "load", None);
    let loaded = load::load(&question.settings, progress)?;
    progress.finish();
    let mut findings: Vec<Finding> =
        loaded.findings.into_iter().filter(|finding| super::saved::SCORING.contains(&finding.code.as_str())).collect();
    let Some(table) = loaded.table else {
        return Err(super::stop(&findings).unwrap_or_else(|| Error::new("the table cannot be scored")));
    };
    findings.extend(of_import);
    // columns that no split asks about need not stand in the table
    model.trees.keep_asked();
    name_as_table(&mut model, &table);
    let design = features::design_of(&table, &schema(&model, &table), question.settings.as_of)?;
    check_levels(&model, &design)?;
    findings.extend(super::saved::unseen_levels(&model, &design));
    progress.start(maker, "explain", Some(table.n_rows() as u64));
    if question.perturbation == Perturbation::Interventional {
        let n = table.n_rows();
        let mut stream = question.seed.stream("background");
        let sampled = index::sample(&mut stream, n, question.background_max.min(n));
        let mut rows: Vec<u32> = sampled.into_iter().map(|row| row as u32).collect();
        rows.sort_unstable();
        model.set_background(&design, &rows)?;
    }
    let explainer = Explainer::new(&model, Calibrator::identity(model.margin_unit), question.perturbation);
    let method = explainer.method();
    findings.extend(notice::followed_cover(question.perturbation, &method));
    let names: Vec<&str> = design.features.iter().map(|feature| feature.name.as_str()).collect();
    let mut sizes = vec![0.0; names.len()];
    let scorers = [explainer.bind(&design)?];
    let mut sink = CsvSink::new(out, false);
    let rows: Vec<(u32, u16)> = (0..table.n_rows() as u32).map(|row| (row, 0)).collect();
    for rows in rows.chunks(BLOCK).chain(rows.is_empty().then_some(&rows[..])) {
        let told = explain::attribute(&scorers, rows, names.len());
        explain::check_additivity(&told)?;
        for (size, points) in sizes.iter_mut().zip(told.points.columns()) {
            *size += points.iter().map(|points| points.abs()).sum::<f64>();
        }
        sink.write(&block(&table, &scorers[0], method.perturbation, &names, rows, &told))?;
        progress.advance(rows.len() as u64);
    }
    sink.finish()?;
    progress.finish();
    let n_rows = table.n_rows();
    let mut importance: Vec<(String, f64)> =
        names.iter().zip(&sizes).map(|(name, size)| ((*name).to_owned(), size / n_rows.max(1) as f64)).collect();
    importance.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let n_trees = model.trees.trees.len() + model.trees.oblivious.len();
    Ok(ExplainedModel { maker, n_trees, n_rows, method, importance, findings })
}

/// A column none of whose levels the model knows is another column, or is coded in another way.
fn check_levels(model: &Model, design: &Design) -> Result<()> {
    let problem = |feature: &Feature| {
        let Values::Levels { levels, .. } = &feature.values else { return None };
        let is_strange = !levels.is_empty() && !levels.iter().any(|level| model.knows(&feature.name, level));
        is_strange.then(|| {
            let of_model = model.trees.features.iter().find(|known| known.feature == feature.name);
            let example = of_model.and_then(|known| known.levels.as_ref()?.first().cloned()).unwrap_or_default();
            let message = format!(
                "the model knows none of the levels of column `{}` (the table has `{}`, the model `{example}`)",
                feature.name, levels[0]
            );
            Error::new(message).hint("give the column as the table had it that the model was trained on")
        })
    };
    Error::all(design.features.iter().filter_map(problem))
}

/// LightGBM writes blanks of names as underscores.
fn name_as_table(model: &mut Model, table: &Table) {
    for feature in &mut model.trees.features {
        let is_there = table.columns.iter().any(|column| column.name == feature.feature);
        let written = |name: &str| name.replace(char::is_whitespace, "_");
        let mut alike = table.columns.iter().filter(|column| written(&column.name) == feature.feature);
        if let (false, Some(column), None) = (is_there, alike.next(), alike.next()) {
            feature.feature = column.name.clone();
        }
    }
}

fn schema(model: &Model, table: &Table) -> Vec<FeatureSchema> {
    let is_boolean =
        |name: &str| table.columns.iter().any(|column| column.name == name && column.kind == ColumnKind::Boolean);
    let of_feature = |feature: &TreeFeature| FeatureSchema {
        name: feature.feature.clone(),
        label: humanize(&feature.feature),
        unit: None,
        kind: match feature.kind {
            FeatureKind::Number if is_boolean(&feature.feature) => FeatureKind::Boolean,
            kind => kind,
        },
        usual: None,
        sensitive: false,
        stands_in_for: None,
        alike: 0,
    };
    model.trees.features.iter().map(of_feature).collect()
}

fn block(
    table: &Table,
    scorer: &Scorer<'_>,
    perturbation: Perturbation,
    names: &[&str],
    rows: &[(u32, u16)],
    told: &Attributions,
) -> Block {
    let numbers = |values: &[f64]| Cells::Known(values.to_vec());
    let ids = rows.iter().map(|(row, _)| Some(table.ids[*row as usize].clone())).collect();
    let mut columns = vec![(table.id_name.clone(), Cells::Text(ids))];
    if let (Some(name), Some(times)) = (&table.time_name, &table.times) {
        let times = rows.iter().map(|(row, _)| Some(times[*row as usize])).collect();
        columns.push((name.clone(), Cells::Date(times)));
    }
    let risks: Vec<f64> = told.margin.iter().map(|margin| scorer.calibrator.value(*margin)).collect();
    let of_score = [("margin", &told.margin), ("risk", &risks), ("score", &told.score)];
    let of_base = [("base_margin", &told.base_margin), ("base_score", &told.base_score)];
    for (name, values) in of_score.into_iter().chain(of_base) {
        columns.push((name.to_owned(), numbers(values)));
    }
    // in every row, so that it survives a join
    let perturbation = Cells::Text(vec![Some(perturbation.name().to_owned()); rows.len()]);
    columns.push(("perturbation".to_owned(), perturbation));
    let of_columns = names::beside(columns.iter().map(|(name, _)| name.as_str()), names);
    for (name, points) in of_columns.into_iter().zip(told.points.columns()) {
        columns.push((name, numbers(&points.to_vec())));
    }
    Block { columns }
}
