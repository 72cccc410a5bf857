//! `trustrisk completions`: what a shell needs to complete a command.

use clap::CommandFactory;
use clap_complete::Shell;

use super::arguments::Arguments;
use super::exit;
use super::terminal::Terminal;
use crate::base::Result;

pub fn completions(shell: Shell, terminal: &Terminal) -> Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "trustrisk", &mut script);
    terminal.data(&script)?;
    Ok(exit::FINE)
}
