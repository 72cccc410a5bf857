//! The run as a whole: its name, its pages, its manifest.

use std::path::Path;

use super::group::Done;
use super::results::{write_charts, write_json};
use super::{Options, reuse, view};
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
pub fn compared(plan: &Plan) -> Result<Option<Compared>> {
    let portfolio = &plan.portfolio;
    let compare = match &portfolio.compare {
        config::Compare::Last => Compare::Last,
        config::Compare::None => Compare::None,
        config::Compare::Run(run) => Compare::Run(run.clone()),
    };
    govern::previous(&portfolio.reports, &portfolio.name, portfolio.as_of, &compare)
}

/// The run's name: a function of settings, sources, version and the compared run.
pub fn run_id(plan: &Plan, only: &[String], files: &[SourceFile], compared: Option<&Compared>) -> RunId {
    let mut settings = plan.settings.clone();
    if let (Some(settings), false) = (settings.as_object_mut(), only.is_empty()) {
        settings.insert("only".to_owned(), only.into());
    }
    let models = reuse::identity(plan);
    if let (Some(settings), false) = (settings.as_object_mut(), models.is_empty()) {
        settings.insert("models".to_owned(), models.into());
    }
    let identity = compared.map(Compared::identity);
    govern::run_id(plan.portfolio.as_of, env!("CARGO_PKG_VERSION"), &settings, files, identity.as_deref())
}

/// A run of which nothing is left is no run.
pub fn ensure_any(groups: &[Done]) -> Result<()> {
    if groups.iter().any(|done| done.view.is_some()) {
        return Ok(());
    }
    Error::all(groups.iter().filter_map(|done| done.summary.error.clone()))
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
    let failed: Vec<Finding> =
        groups.iter().filter(|done| done.view.is_none()).flat_map(|done| done.findings.clone()).collect();
    let view = view::portfolio(plan, run.as_str(), bundle.results_sha256(), compared, views, failed);
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
    files: &[SourceFile],
    compared: Option<&Compared>,
) -> ManifestParts {
    ManifestParts {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: plan.portfolio.seed.0,
        compared_with: compared.map(Compared::record),
        config: ConfigText::new(options.config_text),
        sources: files.iter().map(|file| SourceRecord::new(file, options.config_folder)).collect(),
        settings: plan.settings.clone(),
    }
}
