//! `trustrisk score`: a saved model on a new table.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::arguments::Score;
use super::config::today;
use super::exit;
use super::files::{self, absolute};
use super::terminal::{Terminal, finding_line, grouped};
use crate::base::{Error, Result};
use crate::load::{Duplicates, ReadOptions, Settings, Source};
use crate::pipeline;

/// What the query calls the table.
const SUBJECTS: &str = "subjects";

pub fn score(arguments: &Score, terminal: &Terminal) -> Result<u8> {
    if terminal.json && arguments.out.is_none() {
        return Err(Error::new("`--json` and the scores cannot both go to standard output").hint("`--out scores.csv`"));
    }
    if let Some(out) = &arguments.out {
        let inputs = arguments.tables.iter().chain([&arguments.model]);
        ensure_other(out, inputs)?;
    }
    let progress = terminal.progress();
    let settings = settings(arguments)?;
    let scored = match &arguments.out {
        Some(path) => files::write_through(path, |out| pipeline::score(&arguments.model, &settings, out, &*progress))?,
        None => pipeline::score(&arguments.model, &settings, &mut terminal.data_out(), &*progress)?,
    };
    for finding in &scored.findings {
        terminal.tell(&finding_line(finding, terminal.color));
    }
    let exit = exit::code(&scored.findings, false, 0, &[]);
    if let Some(path) = &arguments.out {
        terminal.tell(&format!("{} subjects scored: `{}`", grouped(scored.n_rows as u64), path.display()));
    }
    if terminal.json {
        let (n_rows, path, findings) = (scored.n_rows, &arguments.out, &scored.findings);
        terminal.object(&json!({ "n_rows": n_rows, "path": path, "findings": findings, "exit": exit }))?;
    }
    Ok(exit)
}

/// The scores must not be written over what they come from.
fn ensure_other<'a>(out: &Path, mut inputs: impl Iterator<Item = &'a PathBuf>) -> Result<()> {
    files::ensure_unsealed(out)?;
    let place = |path: &Path| path.canonicalize().ok();
    match inputs.find(|input| place(out).is_some() && place(out) == place(input)) {
        Some(input) => Err(Error::new(format!("`--out` names `{}`, which is read", input.display()))
            .hint("name another file: `--out scores.csv`")),
        None => Ok(()),
    }
}

/// One source, no outcome: all that is known of the table is typed on the command line.
fn settings(arguments: &Score) -> Result<Settings> {
    let paths = arguments.tables.iter().map(|path| absolute(path)).collect::<Result<_>>()?;
    Ok(Settings {
        stakeholders: SUBJECTS.to_owned(),
        as_of: arguments.as_of.unwrap_or_else(today),
        sources: vec![Source { name: SUBJECTS.to_owned(), paths, options: ReadOptions::default() }],
        sql: arguments.sql.clone(),
        id: arguments.id.clone(),
        time: arguments.time.clone(),
        entity: None,
        outcome: None,
        value: None,
        sensitive: Vec::new(),
        exclude: Vec::new(),
        columns: BTreeMap::new(),
        duplicates: Duplicates::Keep,
        severities: BTreeMap::new(),
    })
}
