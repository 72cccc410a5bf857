//! `trustrisk run`: the nightly run.

use std::path::Path;
use std::time::SystemTime;

use super::arguments::Run;
use super::config::{self, Config};
use super::groups::{groups, name_width};
use super::recorded::{self, Recorded};
use super::story::{self, Telling};
use super::summary::{Told, json_summary};
use super::terminal::Terminal;
use super::timings::Timings;
use super::{exit, interrupt};
use crate::base::{Finding, Result, Severity};
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
    if !finished.already_there {
        note_timings(&finished.path, &timings, terminal);
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
    let any_failed = finished.groups.iter().any(|group| group.error.is_some());
    let told_groups = groups(&finished.groups);
    let Recorded { groups, findings } = if finished.already_there {
        recorded::read(&finished.path)
    } else {
        Recorded { groups: told_groups, findings: finished.findings }
    };
    let exit = exit::code(&findings, any_failed, 0, &plan.fail_on);
    let stages = timings.stages();
    let path = shown(&finished.path);
    if terminal.json {
        let run = Some(finished.run.as_str());
        let (already_there, seconds) = (finished.already_there, timings.total());
        let path = Some(path.as_str());
        let told = Told { run, path, already_there, findings: &findings, stages: &stages, seconds, exit };
        terminal.object(&json_summary(&told, &groups))?;
        return Ok(exit);
    }
    let telling = Telling {
        currency: &plan.portfolio.currency,
        color: terminal.color,
        from: Severity::Warning,
        name_width: name_width(&groups),
    };
    let of_all: Vec<&Finding> = findings.iter().filter(|finding| finding.stakeholders.is_none()).collect();
    for line in story::finding_texts(&of_all, &telling) {
        terminal.tell(&format!("  {line}"));
    }
    if finished.already_there {
        terminal.tell("  these inputs were run before with the same version: the run is there already, and intact");
    }
    for group in &groups {
        let lines = story::group_lines(group, &findings, &stages, &telling);
        lines.iter().for_each(|line| terminal.tell(line));
    }
    terminal.tell(&story::result_line(&path, &recorded::pages(&finished.path)));
    Ok(exit)
}

/// A folder as seen from where the command was typed, if it lies below.
pub fn shown(path: &Path) -> String {
    let absolute = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
    absolute.strip_prefix(&here).unwrap_or(&absolute).display().to_string()
}
