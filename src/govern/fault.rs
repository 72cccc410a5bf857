//! What the file system says, in words that help.

use std::io::{self, ErrorKind};
use std::path::Path;

use crate::base::Error;

/// What to type to write a run elsewhere.
pub const REPORTS: &str = "--reports DIR";
/// What to type to write other files elsewhere.
pub const OUT: &str = "--out DIR";

/// An error of writing to a path; `needed` is the number of bytes that the file has to hold at least, where known, and
/// `elsewhere` what to type to write to another place.
pub fn write_error(path: &Path, error: &io::Error, needed: Option<u64>, elsewhere: &str) -> Error {
    let shown = path.display();
    let folder = path.parent().unwrap_or(path).display();
    let hint = format!("write elsewhere with `{elsewhere}`");
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            let needed = needed.map_or_else(String::new, |bytes| format!(" needs at least {bytes} bytes and"));
            Error::new(format!("the disk is full: `{shown}`{needed} does not fit"))
                .hint(format!("free space, or {hint}"))
        }
        ErrorKind::PermissionDenied => Error::new(format!("`{shown}` cannot be written: permission denied"))
            .hint(format!("`chmod u+rwx {folder}`, or {hint}")),
        ErrorKind::ReadOnlyFilesystem => {
            Error::new(format!("`{shown}` cannot be written: it lies on a read-only file system")).hint(hint)
        }
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
            Error::new(format!("`{shown}` cannot be written: a file stands where a folder is expected"))
                .hint(format!("move that file, or {hint}"))
        }
        _ => Error::new(format!("`{shown}` cannot be written: {error}")).hint(hint),
    }
}

/// An error of reading from a path.
pub fn read_error(path: &Path, error: &io::Error) -> Error {
    Error::new(format!("`{}` cannot be read: {error}", path.display()))
}
