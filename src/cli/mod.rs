//! The command line: arguments in, an exit code out. One file a subcommand; what is printed is made by functions of
//! plain data in [`story`] and [`summary`].

// the one place that has a clock, an environment and a terminal
#![allow(clippy::disallowed_methods)]

pub mod arguments;
mod audit_table;
mod check;
mod completions;
pub mod config;
pub mod exit;
mod explain;
mod explain_metric;
pub mod explain_model;
mod files;
mod groups;
mod init;
pub mod interrupt;
pub mod progress;
pub mod recorded;
mod report;
mod run;
mod sample;
mod schema;
mod score;
pub mod story;
mod subject_pages;
mod subjects;
pub mod summary;
pub mod terminal;
mod threads;
pub mod timings;
mod train;
mod verify;

use std::process::ExitCode;

use clap::Parser;

use crate::base::Result;
use arguments::{Arguments, Command};
use terminal::Terminal;

/// Reads the arguments, runs the command, and says how it went.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // before anything else: a pool that was started once keeps its size
    threads::limit(arguments.global.threads);
    let terminal = Terminal::new(&arguments.global);
    interrupt::install();
    match dispatch(&arguments, &terminal) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            terminal.error(&error);
            ExitCode::from(exit::FAILED)
        }
    }
}

fn dispatch(arguments: &Arguments, terminal: &Terminal) -> Result<u8> {
    match &arguments.command {
        Command::Init(arguments) => init::init(arguments, terminal),
        Command::Run(arguments) => run::run(arguments, terminal),
        Command::Check(arguments) => check::check(arguments, terminal),
        Command::Train(arguments) => train::train(arguments, terminal),
        Command::Score(arguments) => score::score(arguments, terminal),
        Command::Explain(arguments) => explain::explain(arguments, terminal),
        Command::ExplainModel(arguments) => explain_model::explain_model(arguments, terminal),
        Command::AuditTable(arguments) => audit_table::audit_table(arguments, terminal),
        Command::ExplainMetric(arguments) => explain_metric::explain_metric(arguments, terminal),
        Command::Report(arguments) => report::report(arguments, terminal),
        Command::SubjectPages(arguments) => subject_pages::subject_pages(arguments, terminal),
        Command::Verify(arguments) => verify::verify(arguments, terminal),
        Command::Sample(arguments) => sample::sample(arguments, terminal),
        Command::Schema => schema::schema(terminal),
        Command::Completions { shell } => completions::completions(*shell, terminal),
    }
}
