//! `book.xlsx#Orders`: one sheet of a workbook, as it is typed.

use std::path::{Path, PathBuf};

const BOOKS: [&str; 5] = [".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"];

/// A workbook and the name of one of its sheets: what stands before and after the last `#`; `None` where no workbook is
/// named before it, or no sheet after it.
pub fn split(path: &Path) -> Option<(PathBuf, String)> {
    let text = path.to_str()?;
    let (book, sheet) = text.rsplit_once('#')?;
    let is_book = BOOKS.iter().any(|extension| book.to_lowercase().ends_with(extension));
    (is_book && !sheet.is_empty()).then(|| (PathBuf::from(book), sheet.to_owned()))
}

/// What a table is called: its sheet, else its file without the extension.
pub(super) fn stem(path: &Path) -> Option<String> {
    match split(path) {
        Some((_, sheet)) => Some(sheet),
        None => Some(path.file_stem()?.to_string_lossy().into_owned()),
    }
}
