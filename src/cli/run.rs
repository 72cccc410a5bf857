//! `trustrisk run`: the nightly run.

use std::path::Path;
use std::time::SystemTime;

use super::arguments::Run;
use super::config::{self, Config};
use super::recorded::{self, Recorded};
use super::story::{self, Telling};
use super::summary::Told;
use super::terminal::Terminal;
use super::timings::Timings;
use super::{exit, interrupt};
use crate::base::{Result, Severity};
use crate::config::{Compare, Plan};
use crate::govern::{self, Opened, RunId};
use crate::pipeline::{self, Finished, Options};

pub fn run(arguments: &Run, terminal: &Terminal) -> Result<u8> {
    let only = &arguments.portfolio.only;
    let mut config = config::read(&arguments.portfolio.config, only)?;
    override_plan(&mut config.plan, arguments);
    let portfolio = &config.plan.portfolio;
    terminal.tell(&story::title_line(&portfolio.name, portfolio.as_of));
    govern::sweep(&portfolio.reports, &portfolio.name, SystemTime::now());
    let progress = terminal.progress();
    let timings = Timings::new(&*progress);
    let finished = execute(&config, only, &timings)?;
    if let Some(path) = finished.path.as_deref().filter(|_| !finished.already_there) {
        note_timings(path, &timings, terminal);
    }
    finish(&config.plan, finished, &timings, terminal)
}

fn override_plan(plan: &mut Plan, arguments: &Run) {
    if let Some(reports) = &arguments.reports {
        plan.portfolio.reports.clone_from(reports);
    }
    match arguments.compare.as_deref() {
        None => {}
        Some("last") => plan.portfolio.compare = Compare::Last,
        Some("none") => plan.portfolio.compare = Compare::None,
        Some(run) => plan.portfolio.compare = Compare::Run(run.to_owned()),
    }
}

/// Runs the pipeline; while its folder is temporary, an interrupt removes it.
fn execute(config: &Config, only: &[String], timings: &Timings) -> Result<Finished> {
    let portfolio = &config.plan.portfolio;
    let mut open = |run: &RunId| {
        let opened = govern::open(&portfolio.reports, &portfolio.name, run)?;
        if let Opened::New(bundle) = &opened {
            interrupt::register(bundle.temp_path());
        }
        Ok(opened)
    };
    let options = Options { only, config_folder: &config.folder, config_text: &config.text };
    let finished = pipeline::run(&config.plan, &options, &mut open, timings);
    interrupt::release();
    finished
}

/// The run is sealed by now: that its clock could not be kept is no reason to fail.
fn note_timings(run: &Path, timings: &Timings, terminal: &Terminal) {
    let text = format!("{:#}\n", timings.to_json(rayon::current_num_threads()));
    if let Err(error) = govern::note(run, "timings.json", text.as_bytes()) {
        terminal.tell(&format!("`timings.json` is missing: {error}"));
    }
}

/// Tells how it went, and makes it a number.
fn finish(plan: &Plan, finished: Finished, timings: &Timings, terminal: &Terminal) -> Result<u8> {
    let Finished { run, path, already_there, groups, findings } = finished;
    let recorded = path.as_deref().filter(|_| already_there).map(|path| {
        let names: Vec<&str> = plan.stakeholders.iter().map(|group| group.name.as_str()).collect();
        recorded::read(path, &names)
    });
    let Recorded { groups, findings } =
        recorded.unwrap_or_else(|| Recorded { groups: super::groups::groups(&groups), findings });
    let n_disparities = groups.iter().map(|group| group.verdicts.disparity).sum();
    let any_failed = groups.iter().any(|group| group.error.is_some());
    let exit = exit::code(&findings, any_failed, n_disparities, &plan.fail_on);
    let shown = path.as_deref().map(shown);
    let told = Told {
        run: Some(&run),
        path: shown.as_deref(),
        already_there,
        findings: &findings,
        stages: &timings.stages(),
        seconds: timings.total(),
        exit,
    };
    let telling = Telling::new(&plan.portfolio.currency, terminal.color, Severity::Warning, &groups);
    if already_there {
        terminal.tell("  these inputs were run before with the same version: the run is there already, and intact");
    }
    terminal.groups(&groups, &told, &telling)?;
    terminal.tell(&match (&path, &shown) {
        (Some(path), Some(shown)) => story::result_line(shown, &recorded::pages(path)),
        _ => "no stakeholder group could be done, so nothing was written".to_owned(),
    });
    Ok(exit)
}

/// A folder as seen from where the command was typed, if it lies below.
pub fn shown(path: &Path) -> String {
    let absolute = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
    absolute.strip_prefix(&here).unwrap_or(&absolute).display().to_string()
}
