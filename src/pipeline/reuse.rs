//! An earlier model in place of a new one: `train = "monthly"` or a model by its path.

use std::path::{Path, PathBuf};

use chrono::Datelike;

use super::judge::Judges;
use super::mitigated;
use super::results::outcome;
use crate::base::design::Design;
use crate::base::saved::{SavedModel, SavedOutcome};
use crate::base::{Error, Finding, Result};
use crate::config::{Plan, Stakeholders, TrainPolicy};
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

/// The model that the plan reuses for a stakeholder group; `None` where one is to be trained, and what there is to say of
/// it.
///
/// Monthly: that of the latest sealed run of the same month and an earlier day, unless config or table have outgrown it.
/// A path: a run's folder, or a `model.json` inside one.
///
/// # Errors
/// The model cannot be read, its run no longer says which rows it was trained on, or the model that a path names is of
/// another group, foretells something else or needs other columns.
pub fn find(plan: &Plan, stakeholders: &Stakeholders, design: &Design) -> Result<(Option<Reused>, Option<Finding>)> {
    let name = stakeholders.name.as_str();
    match &plan.portfolio.train {
        TrainPolicy::Always => Ok((None, None)),
        TrainPolicy::Monthly => {
            let reused = match monthly(plan, name).map(|model| of_run(&model)).transpose() {
                Ok(Some(reused)) => reused,
                Ok(None) => return Ok((None, None)),
                Err(error) => return Ok((None, Some(unreadable(&error)))),
            };
            Ok(match reused.misfit(stakeholders, design) {
                None => {
                    let finding = reused.finding();
                    (Some(reused), Some(finding))
                }
                Some(reason) => (None, Some(outgrown(&reused.model, &reason))),
            })
        }
        TrainPolicy::Model(path) => {
            let is_run = path.is_dir();
            let reused = of_run(&if is_run { path.join(name).join("model.json") } else { path.clone() })?;
            let model = &reused.model;
            if model.stakeholders != name {
                let message = format!("`{}` is the model of `{}`, not of `{name}`", path.display(), model.stakeholders);
                let hint = "name the folder of its run, which holds a model of each group, in `train`";
                return Err(Error::new(message).hint(format!("{hint}; or run `--only {}`", model.stakeholders)));
            }
            if let Some(reason) = reused.misfit(stakeholders, design) {
                let message = format!("the model of {} cannot score `{name}`: {reason}", model.as_of);
                return Err(Error::new(message).hint("`train = \"always\"` trains a new one"));
            }
            let finding = reused.finding();
            Ok((Some(reused), Some(finding)))
        }
    }
}

fn unreadable(error: &Error) -> Finding {
    let reason = error.problems.first().map_or("", |problem| problem.message.as_str());
    Finding::new("model-outgrown", format!("this month's model cannot be used, so a new one was trained: {reason}"))
}

fn outgrown(model: &SavedModel, reason: &str) -> Finding {
    let message = format!("the model of {} no longer fits, so a new one was trained: {reason}", model.as_of);
    Finding::new("model-outgrown", message)
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
    let last = folds.iter().flat_map(|folds| folds.values().flatten()).max();
    if let Some(last) = last.filter(|last| usize::from(**last) >= model.folds.len()) {
        let (n, scores) = (model.folds.len(), scores.display());
        let message = format!("`{scores}` names fold {last} of a model with {n} folds: the two are of different runs");
        return Err(Error::new(message).hint("take both from one run, or the model alone to another folder"));
    }
    Ok(Reused { model, folder, folds })
}

/// How what was done to a model about gaps differs from what is asked for now; `None` where it does not.
fn unlike(then: Option<&str>, now: Option<&str>) -> Option<String> {
    match (then, now) {
        (then, now) if then == now => None,
        (Some(then), Some(now)) => {
            Some(format!("it is mitigated in another way ({then}) than the config asks for ({now})"))
        }
        (Some(then), None) => Some(format!("it is mitigated, which the config does not ask for: {then}")),
        (None, now) => Some(format!("it is not mitigated, as the config asks for: {}", now.unwrap_or_default())),
    }
}

impl Reused {
    /// Who of this model's run judges which row.
    pub fn judges(&self, table: &Table) -> Judges {
        Judges::reused(table, &self.model, |row| self.fold(table, row))
    }

    /// Why the model cannot score this table in this sense; `None` where it can.
    fn misfit(&self, stakeholders: &Stakeholders, design: &Design) -> Option<String> {
        if self.model.id.is_none() || stakeholders.load.id.is_none() {
            return Some("without an `id` nobody can tell which rows it was trained on".to_owned());
        }
        let (then, now) = (&self.model.outcome, outcome(stakeholders));
        if *then != now {
            let told = |outcome: &SavedOutcome| {
                let horizon = outcome.horizon_days.map_or(String::new(), |days| format!(" within {days} days"));
                format!("`{}` = {}{horizon}", outcome.column, outcome.adverse.join(" or "))
            };
            return Some(match (told(then), told(&now)) {
                (then, now) if then == now => "the outcome's favorable levels have changed".to_owned(),
                (then, now) => format!("it foretells {then}, the config asks for {now}"),
            });
        }
        if let Some(reason) = unlike(self.model.mitigation.as_deref(), mitigated::of_model(stakeholders).as_deref()) {
            return Some(reason);
        }
        let error = self.model.scorers().find_map(|scorer| scorer.model.bind(design).err())?;
        error.problems.into_iter().next().map(|problem| problem.message)
    }

    pub fn knows_its_rows(&self) -> bool {
        self.folds.is_some() && self.model.id.is_some()
    }

    /// Whether the row was in training: its fold then, `Some(None)` where it was learned from but not scored.
    pub fn fold(&self, table: &Table, row: usize) -> Option<Option<u16>> {
        let time = table.times.as_ref().map(|times| times[row].format("%Y-%m-%d").to_string());
        self.folds.as_ref().filter(|_| self.knows_its_rows())?.get(&(table.ids[row].clone(), time)).copied()
    }

    pub fn finding(&self) -> Finding {
        let day = self.model.as_of;
        let message = format!("no model was trained: that of {day} scored (`{}`)", self.folder.display());
        Finding::new("reused-model", message).hint("`train = \"always\"` trains every night")
    }
}
