//! Ctrl-C, and being told to end: no half result stays.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::exit::INTERRUPTED;

/// The folder to remove; a signal handler has no other way to learn of it.
static FOLDER: Mutex<Option<PathBuf>> = Mutex::new(None);

/// How often removing is tried while the run may still be making files.
const TRIES: u32 = 20;

/// From now on an interrupt removes the registered folder and ends the process.
pub fn install() {
    // fails only where a handler is set already; then that one is right
    let _ = ctrlc::set_handler(|| {
        let folder = FOLDER.lock().unwrap_or_else(PoisonError::into_inner).take();
        let removed = folder.is_some_and(|folder| remove(&folder));
        let kept = if removed { ": nothing of this run was kept" } else { "" };
        // a progress bar may stand on the line; and standard error may be closed
        let clear = if io::stderr().is_terminal() { "\r\u{1b}[2K" } else { "" };
        let _ = writeln!(io::stderr(), "{clear}interrupted{kept}");
        std::process::exit(i32::from(INTERRUPTED));
    });
}

/// Registers the folder to remove until the run is over.
pub fn register(folder: &Path) {
    *FOLDER.lock().unwrap_or_else(PoisonError::into_inner) = Some(folder.to_owned());
}

/// The run is over: there is nothing to remove.
pub fn release() {
    *FOLDER.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

/// Whether it was there, and is gone.
fn remove(folder: &Path) -> bool {
    for _ in 0..TRIES {
        if !folder.exists() {
            return false;
        }
        if fs::remove_dir_all(folder).is_ok() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}
