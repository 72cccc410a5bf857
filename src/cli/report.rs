//! `trustrisk report`: the pages of a finished run, printed again.

use serde_json::json;

use super::arguments::Report;
use super::files::{ensure_unsealed, run_folder};
use super::terminal::{Terminal, finding_line};
use super::{exit, recorded, story};
use crate::base::{Error, Result};
use crate::govern::{Folder, verify};
use crate::pipeline;

pub fn report(arguments: &Report, terminal: &Terminal) -> Result<u8> {
    let run = run_folder(&arguments.run)?;
    if let Some(difference) = verify::damage(&run)?.first() {
        let shown = run.display();
        return Err(Error::new(format!("run `{shown}` is not what was sealed: {difference}"))
            .hint(format!("`trustrisk verify {shown}` tells all that differs")));
    }
    ensure_unsealed(&arguments.out)?;
    let mut folder = Folder::new(&arguments.out);
    let findings = pipeline::report(&run, &mut folder, &*terminal.progress())?;
    let (path, pages) = (super::run::shown(&arguments.out), recorded::pages(&arguments.out));
    if terminal.json {
        terminal.object(&json!({ "path": path, "pages": pages, "findings": findings, "exit": exit::FINE }))?;
    }
    findings.iter().for_each(|finding| terminal.tell(&finding_line(finding, false)));
    terminal.tell(&story::result_line(&path, &pages));
    Ok(exit::FINE)
}
