//! The story: one line a stage. What joins stages is composed in the folder of the same name.

mod actions;
mod audit_table;
mod audited;
mod calibrated;
mod cohorts;
mod compare;
mod curve;
mod explained;
mod group;
mod history;
mod imported;
mod json;
mod judge;
mod lookup;
mod mitigated;
mod names;
mod naming;
mod notice;
mod picture;
mod print;
mod question;
mod reach;
mod results;
mod reuse;
mod rows;
mod saved;
mod select;
mod sheet;
mod subjects;
mod terms;
mod tried;
mod validated;
mod view;

use std::path::{Path, PathBuf};

use crate::base::units::Family;
use crate::base::verdicts::Verdicts;
use crate::base::{Error, Finding, Progress, Result, Severity};
use crate::calibrate::Validation;
use crate::config::{Plan, Stakeholders};
use crate::govern::{self, Opened, Outputs, RunId};
use crate::load::{self, Loaded, SourceFile};

pub use audit_table::{AuditedTable, Said, Score, TableAudit, audit_table};
pub use audited::rows as audit_rows;
pub use history::Moment;
pub use imported::{ExplainedModel, Question, explain_model};
pub use lookup::{Action, Explained, Explanation, Share, explain};
pub use picture::waterfall;
pub use print::report;
pub use saved::{ScoredTable, score};
pub use subjects::{PrintedSubjects, Wanted, subjects};

/// What a run needs besides its plan.
pub struct Options<'a> {
    /// Stakeholder groups to run; empty: all.
    pub only: &'a [String],
    /// The folder that source paths are written relative to.
    pub config_folder: &'a Path,
    pub config_text: &'a str,
}

/// One stakeholder group in figures.
#[derive(Debug, Clone, Default)]
pub struct GroupSummary {
    pub name: String,
    pub n_today: usize,
    pub n_history: usize,
    pub n_columns: usize,
    pub n_sources: usize,
    pub family: Option<Family>,
    /// Every family that was tried with its log loss out of fold, in order of readability; empty where there was no choice.
    pub families: Vec<(Family, Option<f64>)>,
    /// The family that scores each fold of history; empty where there was no choice.
    pub fold_families: Vec<Family>,
    pub validation: Option<Validation>,
    /// Reported subjects in the bands high and critical; `None` where nothing was scored.
    pub n_high: Option<usize>,
    /// Σ risk × value over the selected.
    pub value_at_stake: Option<f64>,
    /// Rows of the audit table; `None` where nothing was audited.
    pub n_audited: Option<usize>,
    /// How its binding comparisons came out.
    pub verdicts: Verdicts,
    /// Why the group could not be done.
    pub error: Option<Error>,
}

/// A run that was done.
pub struct Finished {
    pub run: String,
    /// Its sealed folder; `None` where no group could be done, so that nothing is left of it.
    pub path: Option<PathBuf>,
    /// The same inputs were run before, and what they gave is intact.
    pub already_there: bool,
    pub groups: Vec<GroupSummary>,
    pub findings: Vec<Finding>,
}

/// What a part of the pipeline gives that seals nothing.
pub struct Partial {
    pub groups: Vec<GroupSummary>,
    pub findings: Vec<Finding>,
}

/// The nightly run: load, train, calibrate, score, explain, audit, report, seal.
///
/// A group that cannot be done is told and left out; the others finish.
///
/// # Errors
/// A result cannot be written, or a source changed meanwhile.
pub fn run(
    plan: &Plan,
    options: &Options<'_>,
    open: &mut dyn FnMut(&RunId) -> Result<Opened>,
    progress: &dyn Progress,
) -> Result<Finished> {
    let compared = print::compared(plan, options.only)?;
    let loaded = load_groups(plan, options.only, progress);
    let (files, settings) = (files(&loaded), print::settings(plan, options, &loaded));
    let run = print::run_id(plan, &settings, &files, compared.as_ref());
    let mut bundle = match open(&run)? {
        Opened::New(bundle) => bundle,
        Opened::Existing(path) => return Ok(already_there(&run, path)),
    };
    let mut groups = Vec::new();
    for (stakeholders, loaded) in loaded {
        groups.push(group::run(plan, stakeholders, loaded, compared.as_ref(), &mut bundle, progress)?);
    }
    if groups.iter().all(|done| done.pages.is_none()) {
        let Partial { groups, findings } = partial(plan, groups);
        return Ok(Finished { run: run.to_string(), path: None, already_there: false, groups, findings });
    }
    let said = print::pages(plan, options, (&run, compared.as_ref()), &mut groups, &mut bundle, progress)?;
    govern::ensure_unchanged(&files)?;
    let path = bundle.seal(print::manifest_parts(plan, options, settings, &files, compared.as_ref()))?;
    let Partial { groups, mut findings } = partial(plan, groups);
    findings.extend(said);
    Ok(Finished { run: run.to_string(), path: Some(path), already_there: false, groups, findings })
}

/// Loads and checks, and nothing else.
///
/// # Errors
/// None of its own: what is wrong with a group stands in its summary.
pub fn check(plan: &Plan, only: &[String], progress: &dyn Progress) -> Result<Partial> {
    let groups = load_groups(plan, only, progress).into_iter();
    Ok(partial(plan, groups.map(|(stakeholders, loaded)| group::checked(stakeholders, loaded)).collect()))
}

/// Trains and validates, and writes `model.json` and `validation.json` of every group.
///
/// # Errors
/// A file cannot be written.
pub fn train(plan: &Plan, only: &[String], outputs: &mut dyn Outputs, progress: &dyn Progress) -> Result<Partial> {
    let mut groups = Vec::new();
    for (stakeholders, loaded) in load_groups(plan, only, progress) {
        groups.push(group::train(plan, stakeholders, loaded, outputs, progress)?);
    }
    Ok(partial(plan, groups))
}

type LoadedGroup<'a> = (&'a Stakeholders, Result<Loaded>);

fn load_groups<'a>(plan: &'a Plan, only: &[String], progress: &dyn Progress) -> Vec<LoadedGroup<'a>> {
    let wanted = plan.stakeholders.iter().filter(|group| is_wanted(&group.name, only));
    wanted
        .map(|stakeholders| {
            progress.start(&stakeholders.name, "load", None);
            let loaded = load::load(&stakeholders.load, progress);
            progress.finish();
            (stakeholders, loaded)
        })
        .collect()
}

fn is_wanted(name: &str, only: &[String]) -> bool {
    only.is_empty() || only.iter().any(|wanted| wanted == name)
}

fn files(loaded: &[LoadedGroup<'_>]) -> Vec<SourceFile> {
    loaded.iter().filter_map(|(_, loaded)| loaded.as_ref().ok()).flat_map(|loaded| loaded.files.clone()).collect()
}

fn already_there(run: &RunId, path: PathBuf) -> Finished {
    Finished { run: run.to_string(), path: Some(path), already_there: true, groups: Vec::new(), findings: Vec::new() }
}

fn partial(plan: &Plan, groups: Vec<group::Done>) -> Partial {
    let mut partial = Partial { groups: Vec::new(), findings: plan.findings.clone() };
    for done in groups {
        partial.findings.extend(done.findings);
        partial.groups.push(done.summary);
    }
    partial
}

/// The first finding that stops a group, as the error that it is.
fn stop(findings: &[Finding]) -> Option<Error> {
    let finding = findings.iter().find(|finding| finding.severity == Severity::Error)?;
    Some(Error::new(finding.message.clone()).hint_opt(finding.hint.clone()))
}
