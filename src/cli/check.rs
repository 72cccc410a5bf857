//! `trustrisk check`: what is wrong with the tables, and nothing else.

use super::arguments::Check;
use super::exit;
use super::groups::groups;
use super::story::{self, Telling};
use super::summary::Told;
use super::terminal::Terminal;
use super::timings::Timings;
use crate::base::{Result, Severity};
use crate::pipeline;

pub fn check(arguments: &Check, terminal: &Terminal) -> Result<u8> {
    let only = &arguments.portfolio.only;
    let plan = super::config::read(&arguments.portfolio.config, only)?.plan;
    let progress = terminal.progress();
    let timings = Timings::new(&*progress);
    let checked = pipeline::check(&plan, only, &timings)?;
    let any_failed = checked.groups.iter().any(|group| group.error.is_some());
    let exit = exit::code(&checked.findings, any_failed, 0, &plan.fail_on);
    let (groups, stages, findings) = (groups(&checked.groups), timings.stages(), checked.findings.as_slice());
    let seconds = timings.total();
    let told = Told { run: None, path: None, already_there: false, findings, stages: &stages, seconds, exit };
    terminal.tell(&story::title_line(&plan.portfolio.name, plan.portfolio.as_of));
    let telling = Telling::new(&plan.portfolio.currency, terminal.color, Severity::Info, &groups);
    terminal.groups(&groups, &told, &telling)?;
    Ok(exit)
}
