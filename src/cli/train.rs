//! `trustrisk train`: the models of a portfolio, without scores and pages.

use super::arguments::Train;
use super::exit;
use super::groups::{groups, name_width};
use super::story::{self, Telling};
use super::summary::{Told, json_summary};
use super::terminal::Terminal;
use super::timings::Timings;
use crate::base::{Result, Severity};
use crate::govern::Folder;
use crate::pipeline;

pub fn train(arguments: &Train, terminal: &Terminal) -> Result<u8> {
    let only = &arguments.portfolio.only;
    let plan = super::config::read(&arguments.portfolio.config, only)?.plan;
    let progress = terminal.progress();
    let timings = Timings::new(&*progress);
    let mut folder = Folder::new(&arguments.out);
    let trained = pipeline::train(&plan, only, &mut folder, &timings)?;
    let any_failed = trained.groups.iter().any(|group| group.error.is_some());
    let exit = exit::code(&trained.findings, any_failed, 0, &plan.fail_on);
    let groups = groups(&trained.groups);
    let (stages, path) = (timings.stages(), super::run::shown(&arguments.out));
    if terminal.json {
        let (seconds, findings, path) = (timings.total(), trained.findings.as_slice(), Some(path.as_str()));
        let told = Told { run: None, path, already_there: false, findings, stages: &stages, seconds, exit };
        terminal.object(&json_summary(&told, &groups))?;
        return Ok(exit);
    }
    let (currency, color) = (plan.portfolio.currency.as_str(), terminal.color);
    let telling = Telling { currency, color, from: Severity::Warning, name_width: name_width(&groups) };
    terminal.tell(&story::title_line(&plan.portfolio.name, plan.portfolio.as_of));
    for group in &groups {
        let lines = story::group_lines(group, &trained.findings, &stages, &telling);
        lines.iter().for_each(|line| terminal.tell(line));
    }
    terminal.tell(&story::result_line(&path, &[]));
    Ok(exit)
}
