//! The run as a whole: its name, its pages, its manifest.

use std::path::Path;

use serde_json::Value;

use super::group::Done;
use super::json::write_json;
use super::results::write_charts;
use super::{LoadedGroup, Options, is_wanted, reuse, view};
use crate::base::{Error, Finding, Progress, Result};
use crate::config::{self, Plan};
use crate::govern::manifest::{ConfigText, SourceRecord};
use crate::govern::{self, Bundle, Compare, Compared, ManifestParts, Outputs, RunId};
use crate::load::SourceFile;
use crate::report::chart::{self, Chart};
use crate::report::pdf;
use crate::report::view::{GroupView, PortfolioView};
use crate::report::words::Words;

/// The earlier run that "what changed" refers to.
pub fn compared(plan: &Plan, only: &[String]) -> Result<Option<Compared>> {
    let portfolio = &plan.portfolio;
    let compare = match &portfolio.compare {
        config::Compare::Last => Compare::Last,
        config::Compare::None => Compare::None,
        config::Compare::Run(run) => Compare::Run(run.clone()),
    };
    govern::previous(&portfolio.reports, &portfolio.name, portfolio.as_of, &names(plan, only), &compare)
}

/// The stakeholder groups of this run.
fn names(plan: &Plan, only: &[String]) -> Vec<String> {
    plan.stakeholders.iter().map(|group| group.name.clone()).filter(|name| is_wanted(name, only)).collect()
}

/// All settings that the run's name covers and its manifest records: the config with every default filled in, the groups
/// of `--only` in the config's order, hashes of the models that are reused, and what kept groups from being loaded.
pub fn settings(plan: &Plan, options: &Options<'_>, loaded: &[LoadedGroup<'_>]) -> Value {
    let mut settings = plan.settings.clone();
    let only = names(plan, options.only);
    let mut add = |key: &str, value: Value| {
        if let Some(settings) = settings.as_object_mut() {
            settings.insert(key.to_owned(), value);
        }
    };
    if only.len() < plan.stakeholders.len() {
        add("only", only.into());
    }
    let models = reuse::identity(plan);
    if !models.is_empty() {
        add("models", models.into());
    }
    let folder = format!("{}/", options.config_folder.display());
    let failed = loaded.iter().filter_map(|(group, loaded)| {
        let problems = &loaded.as_ref().err()?.problems;
        let told: Vec<String> = problems.iter().map(|problem| problem.message.replace(&folder, "")).collect();
        Some((group.name.clone(), told.into()))
    });
    let failed: serde_json::Map<String, Value> = failed.collect();
    if !failed.is_empty() {
        add("not_loaded", failed.into());
    }
    settings
}

/// The run's name: a function of settings, sources, version and the compared run.
pub fn run_id(plan: &Plan, settings: &Value, files: &[SourceFile], compared: Option<&Compared>) -> RunId {
    let identity = compared.map(Compared::identity);
    govern::run_id(plan.portfolio.as_of, env!("CARGO_PKG_VERSION"), settings, files, identity.as_deref())
}

/// Renders the pages of a run into its bundle.
pub fn pages(
    plan: &Plan,
    run: &RunId,
    compared: Option<&Compared>,
    groups: &[Done],
    bundle: &mut Bundle,
    progress: &dyn Progress,
) -> Result<()> {
    progress.start(&plan.portfolio.name, "report", None);
    let views: Vec<GroupView> = groups.iter().filter_map(|done| done.view.clone()).collect();
    let charts: Vec<Vec<Chart>> =
        groups.iter().filter(|done| done.view.is_some()).map(|done| done.charts.clone()).collect();
    let failed = groups.iter().filter(|done| done.view.is_none()).flat_map(|done| done.findings.clone());
    let findings: Vec<Finding> = plan.findings.iter().cloned().chain(failed).collect();
    let view = view::portfolio(plan, run.as_str(), bundle.results_sha256(), compared, views, findings);
    write_json(bundle, "findings.json", &plan.findings)?;
    write_json(bundle, view::FILE, &view)?;
    bundle.write("owner.pdf", &pdf::owner(&view, &charts)?)?;
    progress.finish();
    Ok(())
}

/// Prints the pages of a sealed run again.
///
/// # Errors
/// The folder holds no view, or a page cannot be written.
pub fn report(run: &Path, outputs: &mut dyn Outputs, progress: &dyn Progress) -> Result<()> {
    let view: PortfolioView = serde_json::from_str(&govern::read_text(run, view::FILE)?).map_err(|error| {
        Error::new(format!("`{}` of `{}` is not the view of a run: {error}", view::FILE, run.display()))
    })?;
    progress.start(&view.name, "report", None);
    let words = Words::new(&view.locale, &view.currency);
    let charts: Vec<Vec<Chart>> =
        view.groups.iter().map(|group| chart::charts(group, &words)).collect::<Result<_>>()?;
    outputs.write("owner.pdf", &pdf::owner(&view, &charts)?)?;
    for (group, charts) in view.groups.iter().zip(&charts) {
        write_charts(&group.name, charts, outputs)?;
    }
    progress.finish();
    Ok(())
}

/// All that the manifest says of what went in.
pub fn manifest_parts(
    plan: &Plan,
    options: &Options<'_>,
    settings: Value,
    files: &[SourceFile],
    compared: Option<&Compared>,
) -> ManifestParts {
    ManifestParts {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: plan.portfolio.seed.0,
        compared_with: compared.map(Compared::record),
        config: ConfigText::new(options.config_text),
        sources: files.iter().map(|file| SourceRecord::new(file, options.config_folder)).collect(),
        settings,
    }
}
