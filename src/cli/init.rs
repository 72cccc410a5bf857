//! `trustrisk init`: a config proposed from tables.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::arguments::Init;
use super::exit;
use super::files::{absolute, write};
use super::terminal::{Terminal, finding_line};
use crate::base::{Error, Progress, Result};
use crate::init::sheets;
use crate::load::read::Read;
use crate::load::{ReadOptions, Source, read};
use crate::{config, init as proposing};

/// Name of the schema beside the config.
const SCHEMA: &str = "config.schema.json";

pub fn init(arguments: &Init, terminal: &Terminal) -> Result<u8> {
    let progress = terminal.progress();
    let tables = arguments.tables.iter().map(|path| look(path, arguments, &*progress)).collect::<Result<Vec<_>>>()?;
    for finding in tables.iter().flat_map(|(_, read)| &read.findings) {
        terminal.tell(&finding_line(finding, terminal.color));
    }
    let proposal = proposing::propose(&tables, SCHEMA)?;
    proposal.summary.iter().for_each(|line| terminal.tell(line));
    match &arguments.out {
        Some(path) => {
            write_new(path, proposal.toml.as_bytes())?;
            write(&beside(path, SCHEMA), config::schema::schema().as_bytes())?;
            terminal.tell(&format!("hint: trustrisk run {}", path.display()));
        }
        None if terminal.json => {}
        None => {
            terminal.data(proposal.toml.as_bytes())?;
            terminal.tell(&format!("hint: trustrisk schema > {SCHEMA}, beside the config: editors complete it then"));
        }
    }
    if terminal.json {
        let (path, toml, summary) = (&arguments.out, &proposal.toml, &proposal.summary);
        terminal.object(&json!({ "path": path, "config": toml, "summary": summary, "exit": exit::FINE }))?;
    }
    Ok(exit::FINE)
}

/// Reads a table, and tells how the config is to call it. `book.xlsx#Orders` is one sheet, unless a file is called so.
fn look(path: &Path, arguments: &Init, progress: &dyn Progress) -> Result<(PathBuf, Read)> {
    let sheet = sheets::split(path).filter(|_| !path.exists());
    let (file, sheet) = sheet.map_or_else(|| (path.to_owned(), None), |(book, sheet)| (book, Some(sheet)));
    let options = ReadOptions { sheet: sheet.clone(), ..ReadOptions::default() };
    let source = Source { name: source_name(path), paths: vec![absolute(&file)?], options };
    let read = read::sources(&[source], &BTreeMap::new(), &[], progress).map_err(|error| as_typed(error, &file))?;
    let folder = arguments.out.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
    let told = if folder.as_os_str().is_empty() { file } else { seen_from(&file, folder)? };
    let told = match sheet {
        Some(sheet) => PathBuf::from(format!("{}#{sheet}", told.display())),
        None => told,
    };
    Ok((told, read))
}

/// An error whose hints name a workbook by the path that was typed, so that they can be typed.
fn as_typed(mut error: Error, file: &Path) -> Error {
    let Some(name) = file.file_name().map(|name| name.to_string_lossy()) else { return error };
    let (from, to) = (format!("init \"{name}#"), format!("init \"{}#", file.display()));
    for hint in error.problems.iter_mut().filter_map(|problem| problem.hint.as_mut()) {
        *hint = hint.replace(&from, &to);
    }
    error
}

/// A name for a table that SQL can say: its file's, in lower case, with `_` for all that is no letter or digit.
fn source_name(path: &Path) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
    let name: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name } else { format!("t_{name}") }
}

/// A path relative to the folder that the config is written to; absolute where it does not lie below.
fn seen_from(path: &Path, folder: &Path) -> Result<PathBuf> {
    let (path, folder) = (absolute(path)?, absolute(folder)?);
    Ok(path.strip_prefix(&folder).map(Path::to_owned).unwrap_or(path))
}

fn beside(path: &Path, name: &str) -> PathBuf {
    path.parent().map_or_else(|| PathBuf::from(name), |folder| folder.join(name))
}

fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    if path.exists() {
        return Err(Error::new(format!("`{}` is there already", path.display()))
            .hint("name another file with `--out FILE`, or remove it first"));
    }
    write(path, bytes)
}
