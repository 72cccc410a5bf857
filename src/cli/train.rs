//! `trustrisk train`: the models of a portfolio, without scores and pages.

use super::arguments::Train;
use super::exit;
use super::groups::groups;
use super::story::{self, Telling};
use super::summary::Told;
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
    super::files::ensure_unsealed(&arguments.out)?;
    let mut folder = Folder::new(&arguments.out);
    let trained = pipeline::train(&plan, only, &mut folder, &timings)?;
    let any_failed = trained.groups.iter().any(|group| group.error.is_some());
    let exit = exit::code(&trained.findings, any_failed, 0, &plan.fail_on);
    let (groups, stages, findings) = (groups(&trained.groups), timings.stages(), trained.findings.as_slice());
    let (path, seconds) = (super::run::shown(&arguments.out), timings.total());
    let told = Told { run: None, path: Some(&path), already_there: false, findings, stages: &stages, seconds, exit };
    terminal.tell(&story::title_line(&plan.portfolio.name, plan.portfolio.as_of));
    let telling = Telling::new(&plan.portfolio.currency, terminal.color, Severity::Warning, &groups);
    terminal.groups(&groups, &told, &telling)?;
    terminal.tell(&story::result_line(&path, &[]));
    Ok(exit)
}
