//! A table that is scored without a config, and where its scores go.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::arguments::Subjects;
use super::config::today;
use super::files::{self, absolute};
use super::terminal::Terminal;
use crate::base::{Error, Result};
use crate::load::{Duplicates, ReadOptions, Settings, Source};

/// What the query calls the table.
const SUBJECTS: &str = "subjects";

/// One source, no outcome: all that is known of the table is typed on the command line.
///
/// # Errors
/// The scores would go where something else does.
pub fn settings(arguments: &Subjects, model: &PathBuf, terminal: &Terminal) -> Result<Settings> {
    if terminal.json && arguments.out.is_none() {
        return Err(Error::new("`--json` and the scores cannot both go to standard output").hint("`--out scores.csv`"));
    }
    if let Some(out) = &arguments.out {
        ensure_other(out, arguments.tables.iter().chain([model]))?;
    }
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

/// Writes to the file that was named, else to standard output.
///
/// # Errors
/// What `fill` says, or the file cannot be written.
pub fn write<T>(
    arguments: &Subjects,
    terminal: &Terminal,
    fill: impl FnOnce(&mut (dyn Write + Send)) -> Result<T>,
) -> Result<T> {
    match &arguments.out {
        Some(path) => files::write_through(path, fill),
        None => fill(&mut terminal.data_out()),
    }
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
