//! Files and folders that the command line names.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::base::error::nearest;
use crate::base::{Error, Result};
use crate::govern::{Folder, MANIFEST, Outputs};

/// Where runs are looked for that are given by name only.
const REPORTS: &str = "reports";

/// The text of a file.
///
/// # Errors
/// It cannot be read, or is no text.
pub fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| Error::new(format!("`{}` cannot be read: {error}", path.display())))
}

/// Writes a file, over one of the same name.
///
/// # Errors
/// The path names no file, or it cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return Err(Error::new(format!("`{}` cannot name a file", path.display())));
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Folder::new(folder).write(name, bytes)
}

/// Writes a file piece by piece, over one of the same name once it is whole: until then under that name with `.part`.
///
/// # Errors
/// The path names no file, or what `fill` says; then nothing is left.
pub fn write_through<T>(path: &Path, fill: impl FnOnce(&mut (dyn Write + Send)) -> Result<T>) -> Result<T> {
    let Some(name) = path.file_name() else {
        return Err(Error::new(format!("`{}` cannot name a file", path.display())));
    };
    let mut part = name.to_owned();
    part.push(".part");
    let part = path.with_file_name(part);
    let failed = |error: std::io::Error| Error::new(format!("`{}` cannot be written: {error}", path.display()));
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut out = BufWriter::new(fs::File::create(&part).map_err(failed)?);
    let filled = fill(&mut out).and_then(|filled| out.flush().map(|()| filled).map_err(failed));
    let done = filled.and_then(|filled| fs::rename(&part, path).map(|()| filled).map_err(failed));
    if done.is_err() {
        // what remains of a file that could not be written is of no use, and the error is told already
        let _ = fs::remove_file(&part);
    }
    done
}

/// Holds sealed runs apart from what commands write.
///
/// # Errors
/// The folder is, or lies in, a finished run.
pub fn ensure_unsealed(folder: &Path) -> Result<()> {
    let whole = absolute(folder)?;
    let Some(run) = whole.ancestors().find(|folder| folder.join(MANIFEST).is_file()) else { return Ok(()) };
    let message = format!("`{}` lies in the finished run `{}`, which is sealed", folder.display(), run.display());
    Err(Error::new(message).hint("name another folder: `--out DIR`"))
}

/// Holds apart what is somebody's work: the same bytes again do no harm, others do.
///
/// # Errors
/// One of the files, given by path below the folder and bytes, is there already and holds something else.
pub fn ensure_free<'a>(folder: &Path, files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<()> {
    let is_taken = |(path, bytes): &(PathBuf, &[u8])| path.exists() && fs::read(path).ok().as_deref() != Some(*bytes);
    match files.into_iter().map(|(path, bytes)| (folder.join(path), bytes)).find(is_taken) {
        None => Ok(()),
        Some((path, _)) => Err(Error::new(format!("`{}` is there already and holds something else", path.display()))
            .hint("name another folder with `--out DIR`, or write over it with `--force`")),
    }
}

/// A path from the root.
///
/// # Errors
/// The path is empty.
pub fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|error| Error::new(format!("`{}` is no path: {error}", path.display())))
}

/// The folder of a finished run, given as such or by its name, which is looked for in `reports/*/`.
///
/// # Errors
/// There is no such run.
pub fn run_folder(run: &Path) -> Result<PathBuf> {
    if run.join(MANIFEST).is_file() {
        return Ok(run.to_owned());
    }
    let runs = finished();
    let is_name = run.components().count() == 1;
    if let Some(folder) = runs.iter().find(|folder| is_name && folder.file_name() == run.file_name()) {
        return Ok(folder.clone());
    }
    let names: Vec<String> = runs.iter().map(|folder| folder.display().to_string()).collect();
    let mut names = names.iter().map(String::as_str);
    let near = nearest(&run.to_string_lossy(), names.clone()).or(names.next_back());
    let hint = near.map_or_else(|| "`trustrisk run CONFIG` makes one".to_owned(), |near| format!("`{near}`"));
    Err(Error::new(format!("`{}` is not the folder of a finished run", run.display())).hint(hint))
}

/// Folders of the runs below `reports`, sorted.
fn finished() -> Vec<PathBuf> {
    let inside = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut runs: Vec<PathBuf> = inside(Path::new(REPORTS)).flat_map(|portfolio| inside(&portfolio)).collect();
    runs.retain(|run| run.join(MANIFEST).is_file());
    runs.sort();
    runs
}
