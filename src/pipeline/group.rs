//! One stakeholder group, from its checked table to its pages' figures.

use std::collections::BTreeMap;

use serde_json::Value;

use super::audited::Audited;
use super::compare::FamilyFigures;
use super::explained::{self, Explained};
use super::json::write_json;
use super::judge::{self, Judged, Judges};
use super::mitigated::{self, Unmitigated};
use super::naming::Naming;
use super::results::{scorers_json, write_charts, write_model, write_results};
use super::rows::{self, Scored, Told};
use super::select::{self, Task, select};
use super::subjects::Single;
use super::validated::{self, Validated};
use super::{GroupSummary, actions, audited, cohorts, notice, reuse, sheet, stop, view};
use crate::audit::{self, verdict};
use crate::base::design::Design;
use crate::base::error::Problem;
use crate::base::folds::Folds;
use crate::base::groups::Grouping;
use crate::base::population::Population;
use crate::base::saved::SavedModel;
use crate::base::units::{Band, Family};
use crate::base::{Error, Finding, Progress, Result};
use crate::calibrate;
use crate::config::{Plan, Stakeholders};
use crate::explain::{self, Norms};
use crate::features;
use crate::govern::{Compared, Outputs};
use crate::load::{Loaded, SourceFile, Table};
use crate::monitor;
use crate::report::chart;
use crate::report::pdf::AuditFile;
use crate::report::view::{GroupView, SheetView};
use crate::report::words::Words;
use crate::train::{Evidence, Weigh};

/// A group that was worked on: its figures, its findings, the files that were read, and what its pages are made of where
/// it could be done.
pub struct Done {
    pub summary: GroupSummary,
    pub findings: Vec<Finding>,
    pub files: Vec<SourceFile>,
    pub pages: Option<Pages>,
}

/// What the pages of a group are made of.
pub struct Pages {
    pub view: GroupView,
    pub charts: Vec<chart::Chart>,
    /// `None` where nothing was audited.
    pub audit: Option<AuditFile>,
    /// Those who have pages of their own.
    pub singles: Vec<Single>,
    /// What the workbook lists.
    pub sheet: SheetView,
    /// The models of all folds, then the last, as `model.json` has them.
    pub models: Vec<Value>,
}

/// A trained and judged group.
pub struct Judgement {
    /// Without its cells: design and groupings hold what was read of them.
    pub table: Table,
    pub design: Design,
    pub groupings: Vec<Grouping>,
    /// Subjects that are alike in what the policy controls for.
    pub control: Option<Grouping>,
    /// Of history and today's subjects.
    pub norms: Norms,
    pub origin: Origin,
    /// What the model would have been made of, where it is mitigated.
    pub unmitigated: Option<Unmitigated>,
    pub judged: Judged,
    pub validated: Validated,
}

/// Where the models of a group come from.
pub enum Origin {
    Trained { folds: Folds, told: Box<select::Told> },
    Reused(Box<SavedModel>),
}

impl Origin {
    /// The families that were compared, each with its log loss out of fold.
    fn families(&self) -> Vec<(Family, Option<f64>)> {
        let Self::Trained { told, .. } = self else { return Vec::new() };
        let loss = |of: &FamilyFigures| {
            of.out_of_fold.as_ref().filter(|_| of.refused.is_none()).and_then(|figures| figures.log_loss.value)
        };
        told.families.iter().filter(|_| told.choice.is_free).map(|of| (of.family, loss(of))).collect()
    }

    /// The family that scores each fold, where there was a choice.
    pub fn fold_families(&self) -> Vec<Family> {
        let Self::Trained { told, .. } = self else { return Vec::new() };
        if told.choice.is_free { told.choice.folds.clone() } else { Vec::new() }
    }
}

/// Runs one group and writes all of its files. What keeps the group from being done is told in its summary; what keeps
/// the bundle from being written stops the run.
pub fn run(
    plan: &Plan,
    stakeholders: &Stakeholders,
    loaded: Result<Loaded>,
    compared: Option<&Compared>,
    outputs: &mut dyn Outputs,
    progress: &dyn Progress,
) -> Result<Done> {
    let (mut done, judgement) = begin(plan, stakeholders, loaded, progress);
    if let Some(judgement) = judgement {
        let seed = plan.portfolio.seed.child(&stakeholders.name).child("audit");
        let (mut audited, found) = audited::audit(stakeholders, &judgement, compared, seed, progress)?;
        tell(stakeholders, found, &mut done.findings);
        done.summary.error = stop(&done.findings);
        if done.summary.error.is_none() {
            let seed = plan.portfolio.seed.child(&stakeholders.name);
            audited.mitigations = mitigated::price(stakeholders, &judgement, audited.found(), seed, progress)?;
            let stakeholders = &audited.with_proxies(stakeholders);
            let (mut told, explained, plans) =
                tell_rows(plan, stakeholders, &judgement, &audited, &mut done.findings, outputs, progress)?;
            tell(stakeholders, audited.finish(stakeholders, &judgement, &told, progress)?, &mut done.findings);
            let audit = write_results(plan, stakeholders, &judgement, &audited, outputs)?;
            let words = Words::new(&plan.portfolio.locale, &plan.portfolio.currency);
            let view = view::group(
                plan,
                stakeholders,
                &judgement,
                &audited,
                (&told, &explained, &plans),
                compared,
                &done.findings,
            );
            progress.start(&stakeholders.name, "draw", None);
            let charts = chart::charts(&view, &words)?;
            write_charts(&stakeholders.name, &charts, outputs)?;
            progress.finish();
            summarize(&mut done.summary, &judgement, &audited, &view);
            let singles = view::singles(stakeholders, &judgement, &told);
            let sheet = sheet::sheet(std::mem::take(&mut told.sheet), view.n_reported);
            let models = scorers_json(&judgement)?;
            done.pages = Some(Pages { view, charts, audit, singles, sheet, models });
        }
    }
    write_json(outputs, &format!("{}/findings.json", stakeholders.name), &done.findings)?;
    Ok(done)
}

/// Trains one group and writes its model and validation.
pub fn train(
    plan: &Plan,
    stakeholders: &Stakeholders,
    loaded: Result<Loaded>,
    outputs: &mut dyn Outputs,
    progress: &dyn Progress,
) -> Result<Done> {
    let (mut done, judgement) = begin(plan, stakeholders, loaded, progress);
    if let Some(judgement) = judgement {
        write_model(plan, stakeholders, &judgement, outputs)?;
        done.summary.family = judgement.judged.family();
        done.summary.families = judgement.origin.families();
        done.summary.fold_families = judgement.origin.fold_families();
        done.summary.validation = Some(judgement.validated.all);
    }
    Ok(done)
}

/// What checking a group says of it.
pub fn checked(stakeholders: &Stakeholders, loaded: Result<Loaded>) -> Done {
    open(stakeholders, loaded).0
}

/// Loads, trains, calibrates and scores. The judgement is `None` where the group cannot be done.
fn begin(
    plan: &Plan,
    stakeholders: &Stakeholders,
    loaded: Result<Loaded>,
    progress: &dyn Progress,
) -> (Done, Option<Judgement>) {
    let (mut done, table) = open(stakeholders, loaded);
    let Some(table) = table else { return (done, None) };
    let judged = judge_group(plan, stakeholders, table, &mut done.findings, progress);
    progress.finish();
    done.summary.error = stop(&done.findings);
    match judged {
        _ if done.summary.error.is_some() => (done, None),
        Ok(judgement) => (done, Some(judgement)),
        Err(error) => {
            fail(&mut done, stakeholders, error);
            (done, None)
        }
    }
}

fn open(stakeholders: &Stakeholders, loaded: Result<Loaded>) -> (Done, Option<Table>) {
    let summary = GroupSummary { name: stakeholders.name.clone(), ..GroupSummary::default() };
    let mut done = Done { summary, findings: Vec::new(), files: Vec::new(), pages: None };
    let loaded = match loaded {
        Ok(loaded) => loaded,
        Err(error) => {
            fail(&mut done, stakeholders, error);
            return (done, None);
        }
    };
    done.files = loaded.files;
    tell(stakeholders, loaded.findings, &mut done.findings);
    done.summary.error = stop(&done.findings);
    let table = loaded.table.filter(|_| done.summary.error.is_none());
    if let Some(table) = &table {
        let count = |population| table.population.iter().filter(|of| **of == population).count();
        done.summary.n_today = count(Population::Today);
        done.summary.n_history = count(Population::History);
        done.summary.n_columns = table.columns.len();
        done.summary.n_sources = stakeholders.load.sources.len();
    }
    (done, table)
}

/// Adds findings to those of the group, with the severities of its config.
fn tell(stakeholders: &Stakeholders, found: Vec<Finding>, findings: &mut Vec<Finding>) {
    findings.extend(found.into_iter().map(|mut finding| {
        finding.stakeholders = Some(stakeholders.name.clone());
        if let Some(severity) = stakeholders.load.severities.get(&finding.code) {
            finding.severity = *severity;
        }
        finding
    }));
}

fn fail(done: &mut Done, stakeholders: &Stakeholders, error: Error) {
    let problem = |problem: &Problem| {
        Finding::new(problem.code.unwrap_or("group-failed"), problem.message.clone()).hint_opt(problem.hint.clone())
    };
    tell(stakeholders, error.problems.iter().map(problem).collect(), &mut done.findings);
    done.summary.error = Some(error);
}

fn judge_group(
    plan: &Plan,
    stakeholders: &Stakeholders,
    mut table: Table,
    findings: &mut Vec<Finding>,
    progress: &dyn Progress,
) -> Result<Judgement> {
    let seed = plan.portfolio.seed.child(&stakeholders.name);
    progress.start(&stakeholders.name, "features", None);
    let mut built = features::build(&table, plan.portfolio.as_of, &stakeholders.features)?;
    tell(stakeholders, built.findings, findings);
    if let Some(error) = stop(findings) {
        return Err(error);
    }
    mitigated::ensure_columns(stakeholders, &built.design, &table)?;
    let unmitigated = mitigated::mitigate_design(stakeholders, &mut built.design);
    let stakeholders = &mitigated::settings_of(stakeholders, &built.design);
    let groupings = features::groupings(&table, &stakeholders.features)?;
    let control = features::control(&table, &stakeholders.features)?;
    tell(stakeholders, audit::data::undeclared(&groupings, &stakeholders.audit), findings);
    if let Some(error) = stop(findings) {
        return Err(error);
    }
    let segments = features::segments(&table, &stakeholders.features)?;
    table.forget_cells();
    let history = table.rows_of(Population::History);
    let (reused, said) = reuse::find(plan, stakeholders, &built.design)?;
    tell(stakeholders, said.into_iter().collect(), findings);
    let (judges, origin) = match reused {
        Some(reused) => (reused.judges(&table), Origin::Reused(Box::new(reused.model))),
        None => {
            let horizon_days = stakeholders.load.outcome.as_ref().and_then(|outcome| outcome.horizon_days);
            let folds = features::deal(&table, stakeholders.train.n_folds, horizon_days, seed)?;
            progress.finish();
            progress.start(&stakeholders.name, "train", None);
            let weigh = mitigated::weighed_by(stakeholders, &groupings)
                .map(|grouping| mitigated::weigh(grouping, &table.outcome));
            let evidence = Evidence {
                design: &built.design,
                outcome: &table.outcome,
                cluster: &table.cluster,
                history: &history,
                folds: &folds,
                weigh: weigh.as_ref().map(|weigh| weigh as Weigh<'_>),
            };
            let selected =
                select(&Task { stakeholders, table: &table, evidence, horizon_days, seed, progress }, findings)?;
            let told = selected.told.clone();
            let judges = Judges::fresh(&table, &folds, selected);
            progress.finish();
            progress.start(&stakeholders.name, "calibrate", None);
            (judges, Origin::Trained { folds, told: Box::new(told) })
        }
    };
    let mut judged = judge::judge(&table, &built.design, judges, &stakeholders.score)?;
    mitigated::part(stakeholders, &groupings, &table, &mut judged);
    tell(stakeholders, mitigated::said(stakeholders).into_iter().collect(), findings);
    progress.finish();
    let (folds, repeats) = match &origin {
        Origin::Trained { folds, told } => (Some(folds), &told.repeats[..]),
        Origin::Reused(_) => (None, &[][..]),
    };
    let mut validated = validated::validate(stakeholders, &table, &judged, folds, &segments, seed, progress);
    validated.all = calibrate::widen(&validated.all, repeats);
    let validation = &validated.all;
    if matches!(origin, Origin::Reused(_)) {
        tell(stakeholders, notice::reversed(validation).into_iter().collect(), findings);
    }
    tell(stakeholders, notice::tied(&stakeholders.score, &table, &judged).into_iter().collect(), findings);
    tell(stakeholders, notice::training(&table, &built.design, &judged, validation), findings);
    tell(stakeholders, monitor::shifts(&built.design, &history, &table.rows_of(Population::Today)), findings);
    let mut known = history;
    known.extend(table.rows_of(Population::Today));
    known.sort_unstable();
    let norms = explain::norms(&built.design, &known);
    Ok(Judgement { table, design: built.design, groupings, control, norms, origin, unmitigated, judged, validated })
}

fn tell_rows(
    plan: &Plan,
    stakeholders: &Stakeholders,
    judgement: &Judgement,
    audited: &Audited,
    findings: &mut Vec<Finding>,
    outputs: &mut dyn Outputs,
    progress: &dyn Progress,
) -> Result<(Told, Explained, BTreeMap<u32, Vec<explain::Plan>>)> {
    let n_rows = judgement.table.n_rows() as u64;
    progress.start(&stakeholders.name, "actions", None);
    let plans = actions::plans(stakeholders, judgement)?;
    tell(stakeholders, actions::none(stakeholders, judgement, &plans).into_iter().collect(), findings);
    progress.finish();
    progress.start(&stakeholders.name, "explain", Some(n_rows));
    let seed = plan.portfolio.seed.child(&stakeholders.name);
    let explainers = rows::explainers(&judgement.judged.scorers, stakeholders.explain.perturbation);
    let cohorts = cohorts::find(judgement, &explainers, seed)?;
    let scored = Scored {
        name: &stakeholders.name,
        table: &judgement.table,
        design: &judgement.design,
        judged: &judgement.judged,
        norms: &judgement.norms,
        explainers: &explainers,
        cohorts: cohorts.as_ref(),
        plans: &plans,
        settings: &stakeholders.explain,
        groupings: &audited.groupings(judgement),
        naming: &Naming::new(&plan.portfolio, stakeholders),
        pages_from: stakeholders.subject_pages,
        as_of: plan.portfolio.as_of,
    };
    let told = rows::write(&scored, outputs, progress)?;
    let explained = explained::explained(stakeholders, judgement, &explainers, (&told, cohorts.as_ref()), seed)?;
    tell(stakeholders, explained.findings(stakeholders.explain.limits), findings);
    write_json(outputs, &format!("{}/explanation.json", stakeholders.name), &explained)?;
    progress.finish();
    Ok((told, explained, plans))
}

fn summarize(summary: &mut GroupSummary, judgement: &Judgement, audited: &Audited, view: &GroupView) {
    summary.family = judgement.judged.family();
    summary.families = judgement.origin.families();
    summary.fold_families = judgement.origin.fold_families();
    summary.validation = Some(judgement.validated.all.clone());
    summary.n_high = Some(view.bands.iter().filter(|band| band.band >= Band::High).map(|band| band.n).sum());
    summary.value_at_stake = view.value_at_stake;
    summary.n_audited = view.n_audited;
    // pages count what is published; whoever runs it, and `fail_on`, must hear of every verdict
    summary.verdicts = verdict::count(&audited.rows);
}
