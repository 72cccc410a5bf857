//! Files of a finished run, read back.

use std::fs;
use std::path::Path;

use crate::base::{Error, Result};

/// What every wrong folder is answered with.
const HINT: &str = "name the folder of a finished run, such as `reports/harbor-lane/2026-06-30-3f9a1c20`";

/// The text of a file of a run; the path is relative to the run's folder.
///
/// # Errors
/// The file is not there or not text.
pub fn read_text(run: &Path, path: &str) -> Result<String> {
    let path = run.join(path);
    fs::read_to_string(&path)
        .map_err(|error| Error::new(format!("`{}` cannot be read: {error}", path.display())).hint(HINT))
}

/// The stakeholder groups of a run that left this file, sorted by name.
///
/// # Errors
/// The folder cannot be read, or none of its groups did.
pub fn groups_with(run: &Path, file: &str) -> Result<Vec<String>> {
    let entries = fs::read_dir(run)
        .map_err(|error| Error::new(format!("run `{}` cannot be read: {error}", run.display())).hint(HINT))?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().join(file).is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    if names.is_empty() {
        return Err(Error::new(format!("`{}` holds no group with a `{file}`", run.display())).hint(HINT));
    }
    Ok(names)
}
