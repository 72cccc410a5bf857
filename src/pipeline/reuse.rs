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
    /// The run's folder, for people.
    folder: PathBuf,
    /// Key of each history row of that run → its fold.
    folds: load::Folds,
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
        TrainPolicy::Monthly => monthly(plan, stakeholders).map(|model| read(&model)).transpose(),
        TrainPolicy::Model(path) if path.is_dir() => read(&path.join(stakeholders).join("model.json")).map(Some),
        TrainPolicy::Model(path) => Ok(Some(read(path)?).filter(|reused| reused.model.stakeholders == stakeholders)),
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

fn read(path: &Path) -> Result<Reused> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Error::new(format!("model `{}` cannot be read: {error}", path.display())).hint("`train = \"always\"`")
    })?;
    let model = SavedModel::parse(&text)?;
    let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
    let scores = folder.join("scores.parquet");
    if !scores.is_file() {
        return Err(Error::new(format!(
            "model `{}` has no `scores.parquet` beside it, so nobody can tell which rows it was trained on",
            path.display()
        ))
        .hint("name the `model.json` inside the folder of the run that trained it"));
    }
    Ok(Reused { folds: load::folds(&scores)?, model, folder })
}

impl Reused {
    /// Who of this model's run judges which row.
    pub fn judges(&self, table: &Table) -> Judges {
        Judges::reused(table, &self.model, |row| {
            let time = table.times.as_ref().map(|times| times[row].format("%Y-%m-%d").to_string());
            self.folds.get(&(table.ids[row].clone(), time)).copied()
        })
    }

    pub fn finding(&self) -> Finding {
        let day = self.model.as_of;
        let message = format!("no model was trained: that of {day} scored (`{}`)", self.folder.display());
        Finding::new("reused-model", message).hint("`train = \"always\"` trains every night")
    }
}
