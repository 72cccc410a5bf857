//! A plain folder that keeps files: for commands whose output is no sealed run.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::bundle::is_inside;
use super::fault::{OUT, write_error};
use super::outputs::Outputs;
use crate::base::{Error, Result};

/// A folder into which files are written at once, over those of the same name.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    rows: BTreeMap<String, u64>,
    failure: Failure,
}

/// The first error of writing any file, shared with the files that are still open.
type Failure = Arc<Mutex<Option<Error>>>;

impl Folder {
    /// A folder, made when the first file is written.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), rows: BTreeMap::new(), failure: Failure::default() }
    }

    /// Rows of the tables written, by path.
    pub fn table_rows(&self) -> &BTreeMap<String, u64> {
        &self.rows
    }
}

impl Outputs for Folder {
    fn create(&mut self, path: &str) -> Result<Box<dyn Write + Send>> {
        if !is_inside(path) {
            return Err(Error::new(format!("`{path}` cannot be the path of an output")));
        }
        let place = self.path.join(path);
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder).map_err(|error| write_error(folder, &error, None, OUT))?;
        }
        let file = File::create(&place).map_err(|error| write_error(&place, &error, None, OUT))?;
        Ok(Box::new(BufWriter::new(Watched { file, place, bytes: 0, failure: Arc::clone(&self.failure) })))
    }

    fn rows(&mut self, path: &str, rows: u64) {
        self.rows.insert(path.to_owned(), rows);
    }

    fn failure(&self) -> Option<Error> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A file that keeps the first error of writing it.
struct Watched {
    file: File,
    place: PathBuf,
    bytes: u64,
    failure: Failure,
}

impl Write for Watched {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes);
        match &written {
            Ok(n) => self.bytes += *n as u64,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                let needed = self.bytes + bytes.len() as u64;
                let failure = || write_error(&self.place, error, Some(needed), OUT);
                self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(failure);
            }
        }
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
