//! The run as a whole: its name, its pages, its manifest.

use std::path::Path;

use serde_json::Value;

use super::group::Done;
use super::json::{write_compact, write_json};
use super::results::{PUBLIC_AUDIT, audit_file, write_charts};
use super::{LoadedGroup, Options, is_wanted, reuse, sheet, subjects, view};
use crate::base::{Error, Finding, Progress, Result};
use crate::config::{self, Ids, Plan};
use crate::govern::manifest::{ConfigText, SourceRecord};
use crate::govern::{self, Bundle, Compare, Compared, ManifestParts, Outputs, RunId};
use crate::load::SourceFile;
use crate::report::chart::{self, Chart};
use crate::report::pdf::{self, AuditFile};
use crate::report::view::{GroupView, PortfolioView, PublicAudit, SheetView, SourceView};
use crate::report::words::Words;
use crate::report::{html, workbook};

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

/// Renders the pages of a run into its bundle, and tells what could not be kept of their promises; takes what pages are made
/// of out of `groups`.
pub fn pages(
    plan: &Plan,
    options: &Options<'_>,
    (run, compared): (&RunId, Option<&Compared>),
    groups: &mut [Done],
    bundle: &mut Bundle,
    progress: &dyn Progress,
) -> Result<Vec<Finding>> {
    progress.start(&plan.portfolio.name, "report", None);
    let failed = groups.iter().filter(|done| done.pages.is_none()).flat_map(|done| done.findings.clone());
    // what keeps a group from being done may name its subjects
    let is_named = plan.portfolio.ids == Ids::Plain;
    let failed = failed.map(|finding| if is_named { finding } else { nameless(&finding) });
    let findings: Vec<Finding> = plan.findings.iter().cloned().chain(failed).collect();
    let view = view::portfolio(plan, run.as_str(), bundle.results_sha256(), compared, findings);
    let mut material =
        Material { view, charts: Vec::new(), audits: Vec::new(), sheets: Vec::new(), models: Vec::new() };
    let mut singles = Vec::new();
    for done in groups {
        let Some(mut pages) = done.pages.take() else { continue };
        pages.view.card.sources = sources(&done.files, options);
        material.view.groups.push(pages.view);
        material.charts.push(pages.charts);
        material.audits.push(pages.audit);
        material.sheets.push(pages.sheet);
        material.models.push(pages.models);
        singles.push(pages.singles);
    }
    write_compact(bundle, view::FILE, &material.view)?;
    let mut said = print(&material, bundle)?;
    progress.finish();
    for (at, singles) in singles.iter().enumerate().filter(|(_, singles)| !singles.is_empty()) {
        said.extend(subjects::print(&material.view, at, singles, bundle, progress)?);
    }
    let told: Vec<&Finding> = plan.findings.iter().chain(&said).collect();
    write_json(bundle, "findings.json", &told)?;
    Ok(said)
}

/// A finding of a group that could not be done, without what it says of single rows.
fn nameless(finding: &Finding) -> Finding {
    let whose = finding.stakeholders.as_deref().unwrap_or("the run");
    let message = format!("{whose}: {}, see its findings", finding.code.replace('-', " "));
    Finding { message, count: None, first_row: None, hint: None, ..finding.clone() }
}

fn sources(files: &[SourceFile], options: &Options<'_>) -> Vec<SourceView> {
    let source = |file: &SourceFile| {
        let SourceRecord { name, path, bytes, sha256, rows } = SourceRecord::new(file, options.config_folder);
        SourceView { name, path, rows, bytes, sha256 }
    };
    files.iter().map(source).collect()
}

/// What all pages of a run are made of, by group.
struct Material {
    view: PortfolioView,
    charts: Vec<Vec<Chart>>,
    audits: Vec<Option<AuditFile>>,
    sheets: Vec<SheetView>,
    models: Vec<Vec<Value>>,
}

/// Every page of a run.
fn print(material: &Material, outputs: &mut dyn Outputs) -> Result<Vec<Finding>> {
    let Material { view, charts, audits, sheets, models } = material;
    outputs.write("report.html", &html::page(view, models)?)?;
    let read: Vec<Option<&PublicAudit>> = audits.iter().map(|of| of.as_ref().map(|of| &of.audit)).collect();
    outputs.write("report.xlsx", &workbook::workbook(view, sheets, &read)?)?;
    let words = Words::new(&view.locale, &view.currency);
    for chart in chart::of_all(view, &words)? {
        outputs.write(&format!("{}.svg", chart.name), chart.svg.as_bytes())?;
        outputs.write(&format!("{}.png", chart.name), &chart.png)?;
    }
    let mut said = Vec::new();
    for (name, printed) in
        [("owner.pdf", pdf::owner(view, charts)?), ("audit.pdf", pdf::auditor(view, audits, charts)?)]
    {
        outputs.write(name, &printed.bytes)?;
        said.extend(printed.plain_because.map(|why| {
            let message =
                format!("`{name}` is a plain PDF, neither archival (PDF/A-3) nor accessible (PDF/UA-1): {why}");
            Finding::new("plain-pdf", message)
        }));
    }
    Ok(said)
}

/// Prints the pages of a sealed run again, and tells what could not be kept of their promises.
///
/// # Errors
/// The folder holds no view, or a page cannot be written.
pub fn report(run: &Path, outputs: &mut dyn Outputs, progress: &dyn Progress) -> Result<Vec<Finding>> {
    let view = read_view(run)?;
    progress.start(&view.name, "report", None);
    let words = Words::new(&view.locale, &view.currency);
    let charts: Vec<Vec<Chart>> =
        view.groups.iter().map(|group| chart::charts(group, &words)).collect::<Result<_>>()?;
    let audit = |group: &GroupView| {
        let text = govern::read_text(run, &format!("{}/{PUBLIC_AUDIT}", group.name))?;
        audit_file(text.into_bytes())
    };
    let models = |group: &GroupView| {
        let text = govern::read_text(run, &format!("{}/model.json", group.name))?;
        let mut saved: Value = serde_json::from_str(&text)
            .map_err(|error| Error::new(format!("`model.json` of `{}` is no model: {error}", group.name)))?;
        let mut models: Vec<Value> = saved["folds"].as_array().cloned().unwrap_or_default();
        models.push(saved["last"].take());
        Ok(models)
    };
    let audits = view.groups.iter().map(audit).collect::<Result<_>>()?;
    let sheets = view.groups.iter().map(|group| sheet::read(run, group)).collect::<Result<_>>()?;
    let models = view.groups.iter().map(models).collect::<Result<_>>()?;
    let material = Material { view, charts, audits, sheets, models };
    let said = print(&material, outputs)?;
    for (group, charts) in material.view.groups.iter().zip(&material.charts) {
        write_charts(&group.name, charts, outputs)?;
    }
    progress.finish();
    Ok(said)
}

/// What the pages of a sealed run show.
///
/// # Errors
/// The folder holds no view.
pub fn read_view(run: &Path) -> Result<PortfolioView> {
    serde_json::from_str(&govern::read_text(run, view::FILE)?).map_err(|error| {
        Error::new(format!("`{}` of `{}` is not the view of a run: {error}", view::FILE, run.display()))
    })
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
