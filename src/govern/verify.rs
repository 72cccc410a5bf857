//! Whether a sealed run is still what it was when it was sealed.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::Path;

use super::fault::read_error;
use super::hash::sha256_file;
use super::manifest::{Manifest, OutputRecord, results_sha256};
use super::run::recorded_id;
use super::{MANIFEST, UNSEALED};
use crate::base::Result;

/// One way in which a run's folder is not what its manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    Missing(String),
    Changed {
        path: String,
        expected: String,
        found: String,
    },
    /// A file that the manifest does not know; it touches no result.
    Extra(String),
    /// The manifest does not agree with itself or with the folder's name.
    Manifest(String),
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(path) => write!(out, "`{path}` is missing"),
            Self::Changed { path, expected, found } => {
                write!(out, "`{path}` has changed: sealed as sha256 {expected}, is {found}")
            }
            Self::Extra(path) => write!(out, "`{path}` is not in the manifest"),
            Self::Manifest(text) => write!(out, "`{MANIFEST}` was edited: {text}"),
        }
    }
}

/// Differences between a run's manifest and its files, as sentences; empty when the run is intact.
///
/// # Errors
/// As [`differences`].
pub fn verify(run: &Path) -> Result<Vec<String>> {
    Ok(differences(run)?.iter().map(Difference::to_string).collect())
}

/// Differences between a run's manifest and its files, by path.
///
/// # Errors
/// The manifest or the folder cannot be read.
pub fn differences(run: &Path) -> Result<Vec<Difference>> {
    let manifest = Manifest::read(run)?;
    let mut found = manifest_differences(run, &manifest);
    for output in &manifest.outputs {
        found.extend(output_difference(run, output)?);
    }
    let known: BTreeSet<&str> = manifest.outputs.iter().map(|output| output.path.as_str()).collect();
    let mut files = Vec::new();
    list(run, "", &mut files)?;
    files.retain(|path| !known.contains(path.as_str()) && path != MANIFEST && !UNSEALED.contains(&path.as_str()));
    found.extend(files.into_iter().map(Difference::Extra));
    Ok(found)
}

/// The differences that put results in doubt: all but extra files.
///
/// # Errors
/// As [`differences`].
pub fn damage(run: &Path) -> Result<Vec<Difference>> {
    let mut found = differences(run)?;
    found.retain(|difference| !matches!(difference, Difference::Extra(_)));
    Ok(found)
}

fn manifest_differences(run: &Path, manifest: &Manifest) -> Vec<Difference> {
    let outputs = manifest.outputs.iter().map(|output| (output.path.as_str(), output.sha256.as_str()));
    let results = results_sha256(outputs);
    let mut found = Vec::new();
    if results != manifest.results_sha256 {
        let text = format!("`results_sha256` is {}, its outputs give {results}", manifest.results_sha256);
        found.push(Difference::Manifest(text));
    }
    let (seed, settings) = (manifest.seed, &manifest.settings["portfolio"]["seed"]);
    if settings.as_u64().is_some_and(|settings| settings != seed) {
        found.push(Difference::Manifest(format!("`seed` is {seed}, its settings say {settings}")));
    }
    let named = recorded_id(manifest);
    if named.as_str() != manifest.run {
        let text = format!("`run` is `{}`, its date, version, settings and sources give `{named}`", manifest.run);
        found.push(Difference::Manifest(text));
    }
    let folder = run.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
    if folder.as_deref().is_some_and(|folder| folder != manifest.run) {
        let text = format!("`run` is `{}`, the folder is `{}`", manifest.run, folder.unwrap_or_default());
        found.push(Difference::Manifest(text));
    }
    found
}

fn output_difference(run: &Path, output: &OutputRecord) -> Result<Option<Difference>> {
    let path = run.join(&output.path);
    if !path.is_file() {
        return Ok(Some(Difference::Missing(output.path.clone())));
    }
    let (bytes, sha256) = sha256_file(&path)?;
    if sha256 == output.sha256 && bytes == output.bytes {
        return Ok(None);
    }
    let path = output.path.clone();
    Ok(Some(Difference::Changed { path, expected: output.sha256.clone(), found: sha256 }))
}

/// All files under a folder, sorted, with `/` between folders.
fn list(root: &Path, under: &str, files: &mut Vec<String>) -> Result<()> {
    let folder = root.join(under);
    let fault = |error| read_error(&folder, &error);
    let mut entries = fs::read_dir(&folder).map_err(fault)?.collect::<std::io::Result<Vec<_>>>().map_err(fault)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if under.is_empty() { name } else { format!("{under}/{name}") };
        if entry.file_type().map_err(fault)?.is_dir() {
            list(root, &path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
