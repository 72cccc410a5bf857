//! Where a run's files go: the one door between those who make bytes and those who keep them.

use std::io::Write;

use crate::base::{Error, Result};

/// Keeps the files of a run.
pub trait Outputs {
    /// A new file; the path is relative to the bundle, its folders are made. The file is kept once the writer is
    /// dropped; what went wrong by then is told by [`Outputs::failure`] and, at the latest, when the bundle is sealed.
    ///
    /// # Errors
    /// The path leaves the bundle or is taken, or the file cannot be made.
    fn create(&mut self, path: &str) -> Result<Box<dyn Write + Send>>;

    /// Notes how many rows the table at this path holds.
    fn rows(&mut self, path: &str, rows: u64);

    /// What went wrong first while writing: clearer than what a format's writer makes of it.
    fn failure(&self) -> Option<Error>;

    /// A new file, filled by a function.
    ///
    /// # Errors
    /// As [`Outputs::create`], what `fill` returns, or what went wrong while writing.
    fn fill(&mut self, path: &str, fill: &mut dyn FnMut(&mut (dyn Write + Send)) -> Result<()>) -> Result<()> {
        let mut file = self.create(path)?;
        let filled = fill(&mut *file);
        drop(file);
        self.failure().map_or(filled, Err)
    }

    /// A new file with these bytes.
    ///
    /// # Errors
    /// As [`Outputs::create`], or the bytes cannot be written.
    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        self.fill(path, &mut |file| {
            file.write_all(bytes).map_err(|error| Error::new(format!("`{path}` cannot be written: {error}")))
        })
    }
}
