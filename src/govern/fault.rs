//! What the file system says, in words that help.

use std::io::{self, ErrorKind};
use std::path::Path;

use crate::base::Error;

/// An error of writing to a path; `needed` is the number of bytes that the file has to hold at least, where known.
pub fn write_error(path: &Path, error: &io::Error, needed: Option<u64>) -> Error {
    let shown = path.display();
    let folder = path.parent().unwrap_or(path).display();
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            let needed = needed.map_or_else(String::new, |bytes| format!(" needs at least {} bytes and", grouped(bytes)));
            Error::new(format!("the disk is full: `{shown}`{needed} does not fit"))
                .hint("free space, or write elsewhere with `--reports DIR`")
        }
        ErrorKind::PermissionDenied => Error::new(format!("`{shown}` cannot be written: permission denied"))
            .hint(format!("`chmod u+rwx {folder}`, or write elsewhere with `--reports DIR`")),
        ErrorKind::ReadOnlyFilesystem => {
            Error::new(format!("`{shown}` cannot be written: it lies on a read-only file system"))
                .hint("write elsewhere with `--reports DIR`")
        }
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
            Error::new(format!("`{shown}` cannot be written: a file stands where a folder is expected"))
                .hint("move that file, or write elsewhere with `--reports DIR`")
        }
        _ => Error::new(format!("`{shown}` cannot be written: {error}")).hint("write elsewhere with `--reports DIR`"),
    }
}

/// An error of reading from a path.
pub fn read_error(path: &Path, error: &io::Error) -> Error {
    Error::new(format!("`{}` cannot be read: {error}", path.display()))
}

/// A number with its thousands set apart.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
