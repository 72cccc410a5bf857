//! What killed runs left behind.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::TEMPORARY;

/// Where locks do not work, a temporary folder untouched for so long is nobody's.
const STALE: Duration = Duration::from_hours(24);

/// Removes the temporary folders of runs of a portfolio that are no longer going on, and names them.
///
/// A run holds a lock on its temporary folder, which the system releases when the process ends, however it ends; unlike
/// a process id it is not confused by containers. Where the file system has no locks, age decides. A folder that
/// cannot be removed stays.
pub fn sweep(reports: &Path, portfolio: &str, now: SystemTime) -> Vec<PathBuf> {
    let entries = fs::read_dir(reports.join(portfolio)).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(TEMPORARY))
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders.retain(|folder| remove_stale(folder, now));
    folders
}

fn remove_stale(folder: &Path, now: SystemTime) -> bool {
    remove_if(folder, || is_old(folder, now))
}

/// Removes a temporary folder that nobody holds a lock on, and says whether it did; never where locks do not work.
pub fn remove_free(folder: &Path) -> bool {
    remove_if(folder, || false)
}

fn remove_if(folder: &Path, without_locks: impl Fn() -> bool) -> bool {
    // the lock is held until the folder is gone, so that two sweepers do not meet
    let file = File::open(folder);
    let stale = match file.as_ref().map(File::try_lock) {
        Ok(Ok(())) => true,
        Ok(Err(TryLockError::WouldBlock)) => false,
        Ok(Err(TryLockError::Error(_))) | Err(_) => without_locks(),
    };
    stale && fs::remove_dir_all(folder).is_ok()
}

fn is_old(folder: &Path, now: SystemTime) -> bool {
    let modified = folder.metadata().and_then(|metadata| metadata.modified());
    modified.ok().and_then(|modified| now.duration_since(modified).ok()).is_some_and(|age| age > STALE)
}
