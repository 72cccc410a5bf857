//! `trustrisk score`: a saved model on a new table.

use serde_json::json;

use super::arguments::Score;
use super::exit;
use super::subjects;
use super::terminal::{Terminal, finding_line, grouped};
use crate::base::Result;
use crate::pipeline;

pub fn score(arguments: &Score, terminal: &Terminal) -> Result<u8> {
    let Score { model, subjects } = arguments;
    let settings = subjects::settings(subjects, model, terminal)?;
    let progress = terminal.progress();
    let scored = subjects::write(subjects, terminal, |out| pipeline::score(model, &settings, out, &*progress))?;
    for finding in &scored.findings {
        terminal.tell(&finding_line(finding, terminal.color));
    }
    let exit = exit::code(&scored.findings, false, 0, &[]);
    if let Some(path) = &subjects.out {
        terminal.tell(&format!("{} subjects scored: `{}`", grouped(scored.n_rows as u64), path.display()));
    }
    if terminal.json {
        let (n_rows, path, findings) = (scored.n_rows, &subjects.out, &scored.findings);
        terminal.object(&json!({ "n_rows": n_rows, "path": path, "findings": findings, "exit": exit }))?;
    }
    Ok(exit)
}
