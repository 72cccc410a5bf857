//! An earlier model in place of a new one: `train = "monthly"` or a model by its path.

use std::path::{Path, PathBuf};

use chrono::Datelike;

use super::judge::Judges;
use crate::base::saved::SavedModel;
use crate::base::{Error, Finding, Result};
use crate::config::{Plan, TrainPolicy};
use crate::govern;
use crate::load::{self, Table};

/// A model of an earlier run, and who was in its training.
pub struct Reused {
    pub model: SavedModel,
    /// Its folder, for people.
    folder: PathBuf,
    /// Key of each history row of that run → its fold; `None` where the model stands alone.
    folds: Option<load::Folds>,
}

/// The model that the plan reuses for a stakeholder group; `None` where one is to be trained.
///
/// Monthly: that of the latest sealed run of the same month and an earlier day. A path: a run's folder, or a
/// `model.json` inside one.
///
/// # Errors
/// The model cannot be read, or its run no longer says which rows it was trained on.
pub fn find(plan: &Plan, stakeholders: &str) -> Result<Option<Reused>> {
    match &plan.portfolio.train {
        TrainPolicy::Always => Ok(None),
        TrainPolicy::Monthly => monthly(plan, stakeholders).map(|model| of_run(&model)).transpose(),
        TrainPolicy::Model(path) if path.is_dir() => of_run(&path.join(stakeholders).join("model.json")).map(Some),
        TrainPolicy::Model(path) => Ok(Some(of_run(path)?).filter(|reused| reused.model.stakeholders == stakeholders)),
    }
}

/// What the run's name must cover of the models that it reuses.
pub fn identity(plan: &Plan) -> Vec<String> {
    let path = |stakeholders: &str| match &plan.portfolio.train {
        TrainPolicy::Always => None,
        TrainPolicy::Monthly => monthly(plan, stakeholders),
        TrainPolicy::Model(path) if path.is_dir() => Some(path.join(stakeholders).join("model.json")),
        TrainPolicy::Model(path) => Some(path.clone()),
    };
    let of_group =
        |name: &String| path(name).and_then(|path| govern::sha256_file(&path).ok()).map(|(_, sha256)| sha256);
    plan.stakeholders.iter().filter_map(|group| of_group(&group.name)).collect()
}

fn monthly(plan: &Plan, stakeholders: &str) -> Option<PathBuf> {
    let (folder, today) = (plan.portfolio.reports.join(&plan.portfolio.name), plan.portfolio.as_of);
    let is_of_month =
        |day: chrono::NaiveDate| day < today && (day.year(), day.month()) == (today.year(), today.month());
    let runs = govern::sealed(&folder).into_iter().filter(|run| is_of_month(run.as_of));
    let models = runs.map(|run| (run.as_of, run.run, run.path.join(stakeholders).join("model.json")));
    models.filter(|(_, _, model)| model.is_file()).max().map(|(_, _, model)| model)
}

fn of_run(model: &Path) -> Result<Reused> {
    let reused = read(model)?;
    if reused.folds.is_some() {
        return Ok(reused);
    }
    let message = format!(
        "model `{}` has no `scores.parquet` beside it, so nobody can tell which rows it was trained on",
        model.display()
    );
    Err(Error::new(message).hint("name the `model.json` inside the folder of the run that trained it"))
}

/// Reads a `model.json` and, where it lies in a run, which rows it was trained on.
///
/// # Errors
/// One of the two cannot be read.
pub fn read(model: &Path) -> Result<Reused> {
    let folder = model.parent().unwrap_or(Path::new(".")).to_owned();
    let name = model.file_name().unwrap_or_default().to_string_lossy();
    let text = govern::read_text(&folder, &name).map_err(|error| {
        error.hint("every run holds `<stakeholders>/model.json`, and `trustrisk train CONFIG` writes one")
    })?;
    let model = SavedModel::parse(&text)?;
    let scores = folder.join("scores.parquet");
    let folds = scores.is_file().then(|| load::folds(&scores)).transpose()?;
    Ok(Reused { model, folder, folds })
}

impl Reused {
    /// Who of this model's run judges which row.
    pub fn judges(&self, table: &Table) -> Judges {
        Judges::reused(table, &self.model, |row| self.fold(table, row))
    }

    pub fn knows_its_rows(&self) -> bool {
        self.folds.is_some()
    }

    /// Whether the row was in training: its fold then, `Some(None)` where it was learned from but not scored.
    pub fn fold(&self, table: &Table, row: usize) -> Option<Option<u16>> {
        let time = table.times.as_ref().map(|times| times[row].format("%Y-%m-%d").to_string());
        self.folds.as_ref()?.get(&(table.ids[row].clone(), time)).copied()
    }

    pub fn finding(&self) -> Finding {
        let day = self.model.as_of;
        let message = format!("no model was trained: that of {day} scored (`{}`)", self.folder.display());
        Finding::new("reused-model", message).hint("`train = \"always\"` trains every night")
    }
}
