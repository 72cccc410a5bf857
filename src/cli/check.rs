//! `trustrisk check`: what is wrong with the tables, and nothing else.

use super::arguments::Check;
use super::exit;
use super::groups::{groups, name_width};
use super::story::{self, Telling};
use super::summary::{Told, json_summary};
use super::terminal::Terminal;
use super::timings::Timings;
use crate::base::{Finding, Result, Severity};
use crate::pipeline;

pub fn check(arguments: &Check, terminal: &Terminal) -> Result<u8> {
    let only = &arguments.portfolio.only;
    let plan = super::config::read(&arguments.portfolio.config, only)?.plan;
    let progress = terminal.progress();
    let timings = Timings::new(&*progress);
    let checked = pipeline::check(&plan, only, &timings)?;
    let any_failed = checked.groups.iter().any(|group| group.error.is_some());
    let exit = exit::code(&checked.findings, any_failed, 0, &plan.fail_on);
    let groups = groups(&checked.groups);
    let stages = timings.stages();
    if terminal.json {
        let (seconds, findings) = (timings.total(), checked.findings.as_slice());
        let told = Told { run: None, path: None, already_there: false, findings, stages: &stages, seconds, exit };
        terminal.object(&json_summary(&told, &groups))?;
        return Ok(exit);
    }
    let currency = &plan.portfolio.currency;
    let telling = Telling { currency, color: terminal.color, from: Severity::Info, name_width: name_width(&groups) };
    terminal.tell(&story::title_line(&plan.portfolio.name, plan.portfolio.as_of));
    let of_all: Vec<&Finding> = checked.findings.iter().filter(|finding| finding.stakeholders.is_none()).collect();
    for line in story::finding_texts(&of_all, &telling) {
        terminal.tell(&format!("  {line}"));
    }
    for group in &groups {
        let lines = story::group_lines(group, &checked.findings, &stages, &telling);
        lines.iter().for_each(|line| terminal.tell(line));
    }
    Ok(exit)
}
