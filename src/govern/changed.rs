//! Whether the sources stood still while they were read.

use super::hash::sha256_file;
use crate::base::{Error, Result};
use crate::load::SourceFile;

/// Holds every source file, as it is now, against what was read.
///
/// # Errors
/// One problem for each file that has changed or gone: figures of such a run would belong to no state of the data.
pub fn ensure_unchanged(files: &[SourceFile]) -> Result<()> {
    Error::all(files.iter().filter_map(changed))
}

fn changed(file: &SourceFile) -> Option<Error> {
    let path = file.path.display();
    let hint = "run again when the export has finished";
    let now = match sha256_file(&file.path) {
        Ok((_, now)) => now,
        Err(error) => {
            let reason = &error.problems[0].message;
            return Some(Error::new(format!("source `{}` has gone during the run: {reason}", file.source)).hint(hint));
        }
    };
    if now == file.sha256 {
        return None;
    }
    let (before, now) = (prefix(&file.sha256), prefix(&now));
    Some(Error::new(format!("`{path}` changed during the run: sha256 was {before}…, is {now}…")).hint(hint))
}

fn prefix(sha256: &str) -> &str {
    sha256.get(..12).unwrap_or(sha256)
}
