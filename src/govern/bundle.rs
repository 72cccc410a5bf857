//! A run's folder in the making: hashed while it is written, sealed at once or never seen.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use super::fault::{REPORTS, write_error};
use super::hash::hex;
use super::manifest::{Manifest, ManifestParts, OutputRecord, results_sha256};
use super::outputs::Outputs;
use super::run::RunId;
use super::sweep::remove_free;
use super::verify::damage;
use super::{MANIFEST, TEMPORARY, UNSEALED};
use crate::base::{Error, Result};

/// Bytes collected before they are hashed and written.
const BUFFER: usize = 1 << 18;

/// The folder of a run that is not finished. Dropping it removes it.
#[derive(Debug)]
pub struct Bundle {
    run: RunId,
    temporary: PathBuf,
    destination: PathBuf,
    state: Arc<Mutex<State>>,
    rows: BTreeMap<String, u64>,
    sealed: bool,
    /// Tells [`sweep`](super::sweep()) that somebody is at work; `None` where folders cannot be locked.
    _lock: Option<File>,
}

/// What the files that are still open share with their bundle.
#[derive(Debug, Default)]
struct State {
    files: BTreeMap<String, Written>,
    /// Files whose writers are not dropped yet.
    open: BTreeSet<String>,
    failure: Option<Error>,
}

#[derive(Debug, Clone)]
struct Written {
    bytes: u64,
    sha256: String,
}

/// The folder that a run is to be written to.
#[derive(Debug)]
pub enum Opened {
    New(Bundle),
    /// The same inputs were run before; this is what they gave, still intact.
    Existing(PathBuf),
}

/// Opens the folder of a run, or finds that it is there already.
///
/// # Errors
/// As [`existing`] and [`Bundle::open`].
pub fn open(reports: &Path, portfolio: &str, run: &RunId) -> Result<Opened> {
    match existing(reports, portfolio, run)? {
        Some(path) => Ok(Opened::Existing(path)),
        None => Bundle::open(reports, portfolio, run).map(Opened::New),
    }
}

/// The folder of a run that was sealed before, `None` where there is none.
///
/// # Errors
/// The folder is there, but not what was sealed.
pub fn existing(reports: &Path, portfolio: &str, run: &RunId) -> Result<Option<PathBuf>> {
    let path = reports.join(portfolio).join(run.as_str());
    if !path.exists() {
        return Ok(None);
    }
    let reason = match damage(&path) {
        Ok(found) => found.first().map(ToString::to_string),
        Err(error) => error.problems.into_iter().next().map(|problem| problem.message),
    };
    match reason {
        None => Ok(Some(path)),
        Some(reason) => {
            let shown = path.display();
            Err(Error::new(format!("run `{run}` is there already, but it is not what was sealed: {reason}"))
                .hint(format!("move it away and run again: `mv {shown} {shown}.changed`")))
        }
    }
}

/// Adds a file that is not sealed, one of [`UNSEALED`], to a sealed run.
///
/// # Errors
/// The name is none of those, or the file cannot be written.
pub fn note(run: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    if !UNSEALED.contains(&name) {
        return Err(Error::new(format!(
            "`{name}` cannot be added to a sealed run, expected `{}`",
            UNSEALED.join("`, `")
        )));
    }
    let path = run.join(name);
    fs::write(&path, bytes).map_err(|error| write_error(&path, &error, Some(bytes.len() as u64), REPORTS))
}

impl Bundle {
    /// An empty bundle in `<reports>/<portfolio>/.tmp-<run>-<process id>`.
    ///
    /// # Errors
    /// The portfolio's name is not that of a folder, or the folder cannot be made or written.
    pub fn open(reports: &Path, portfolio: &str, run: &RunId) -> Result<Self> {
        if Path::new(portfolio).components().count() != 1 || !is_inside(portfolio) {
            return Err(Error::new(format!("portfolio `{portfolio}` cannot name a folder"))
                .hint("`name = \"harbor-lane\"` under `[portfolio]`"));
        }
        let folder = reports.join(portfolio);
        fs::create_dir_all(&folder).map_err(|error| write_error(&folder, &error, None, REPORTS))?;
        let temporary = folder.join(format!("{TEMPORARY}{run}-{}", std::process::id()));
        let lock = make_locked(&temporary, run)?;
        Ok(Self {
            run: run.clone(),
            destination: folder.join(run.as_str()),
            temporary,
            state: Arc::default(),
            rows: BTreeMap::new(),
            sealed: false,
            _lock: lock,
        })
    }

    pub fn run(&self) -> &RunId {
        &self.run
    }

    /// The folder to remove when the process is interrupted.
    pub fn temp_path(&self) -> &Path {
        &self.temporary
    }

    /// The hash of the results written so far, see [`results_sha256`]; final once
    /// every result is written, so that pages can print it.
    pub fn results_sha256(&self) -> String {
        results_sha256(self.state().files.iter().map(|(path, file)| (path.as_str(), file.sha256.as_str())))
    }

    /// Writes the manifest, makes sure that all is on the disk, and gives the folder its final name. Where another
    /// process has just sealed the same run, this one is dropped in favor of that.
    ///
    /// # Errors
    /// A file could not be written, now or before, or is still being written, or the final name is taken by something
    /// else.
    pub fn seal(mut self, parts: ManifestParts) -> Result<PathBuf> {
        if let Some(failure) = self.failure() {
            return Err(failure);
        }
        let manifest = Manifest::new(&self.run, parts, self.records()?);
        let mut text = serde_json::to_vec_pretty(&manifest)
            .map_err(|error| Error::new(format!("the manifest of run `{}` cannot be written: {error}", self.run)))?;
        text.push(b'\n');
        self.sync()?;
        let path = self.temporary.join(MANIFEST);
        write_synced(&path, &text).map_err(|error| write_error(&path, &error, Some(text.len() as u64), REPORTS))?;
        sync_folder(&self.temporary);
        match fs::rename(&self.temporary, &self.destination) {
            Ok(()) => self.sealed = true,
            Err(error) => self.ensure_sealed_by_another(&error)?,
        }
        self.destination.parent().into_iter().for_each(sync_folder);
        Ok(self.destination.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn records(&self) -> Result<Vec<OutputRecord>> {
        let state = self.state();
        if let Some(path) = state.open.first() {
            return Err(Error::new(format!("`{path}` is still being written, expected a finished file")));
        }
        if let Some(path) = self.rows.keys().find(|path| !state.files.contains_key(*path)) {
            return Err(Error::new(format!("rows of `{path}` were counted, but it was not written")));
        }
        let record = |(path, file): (&String, &Written)| OutputRecord {
            path: path.clone(),
            bytes: file.bytes,
            sha256: file.sha256.clone(),
            rows: self.rows.get(path).copied(),
        };
        Ok(state.files.iter().map(record).collect())
    }

    fn sync(&self) -> Result<()> {
        for (path, file) in &self.state().files {
            let path = self.temporary.join(path);
            let synced = OpenOptions::new().append(true).open(&path).and_then(|file| file.sync_all());
            synced.map_err(|error| write_error(&path, &error, Some(file.bytes), REPORTS))?;
        }
        Ok(())
    }

    fn ensure_sealed_by_another(&self, error: &io::Error) -> Result<()> {
        let portfolio = self.destination.parent().unwrap_or(Path::new("."));
        match existing(portfolio, "", &self.run)? {
            Some(_) => Ok(()),
            None => Err(write_error(&self.destination, error, None, REPORTS)),
        }
    }
}

impl Drop for Bundle {
    fn drop(&mut self) {
        if !self.sealed {
            // nothing can be done where this fails: the next run sweeps it
            let _ = fs::remove_dir_all(&self.temporary);
        }
    }
}

impl Outputs for Bundle {
    fn create(&mut self, path: &str) -> Result<Box<dyn Write + Send>> {
        if !is_inside(path) || path == MANIFEST || UNSEALED.contains(&path) {
            return Err(Error::new(format!("`{path}` cannot be the path of an output")));
        }
        let place = self.temporary.join(path);
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder).map_err(|error| write_error(folder, &error, None, REPORTS))?;
        }
        if place.exists() {
            return Err(Error::new(format!("`{path}` was written before in this run")));
        }
        let file = File::create_new(&place).map_err(|error| write_error(&place, &error, None, REPORTS))?;
        self.state().open.insert(path.to_owned());
        let tee =
            Tee { state: Arc::clone(&self.state), path: path.to_owned(), place, file, hasher: Sha256::new(), bytes: 0 };
        Ok(Box::new(BufWriter::with_capacity(BUFFER, tee)))
    }

    fn rows(&mut self, path: &str, rows: u64) {
        self.rows.insert(path.to_owned(), rows);
    }

    fn failure(&self) -> Option<Error> {
        self.state().failure.clone()
    }
}

/// Hashes what it writes; when dropped, tells the bundle.
struct Tee {
    state: Arc<Mutex<State>>,
    path: String,
    place: PathBuf,
    file: File,
    hasher: Sha256,
    bytes: u64,
}

impl Write for Tee {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.file.write(bytes) {
            Ok(n) => {
                self.hasher.update(&bytes[..n]);
                self.bytes += n as u64;
                Ok(n)
            }
            Err(error) => {
                if error.kind() != io::ErrorKind::Interrupted {
                    let needed = self.bytes + bytes.len() as u64;
                    let failure = write_error(&self.place, &error, Some(needed), REPORTS);
                    self.state.lock().unwrap_or_else(PoisonError::into_inner).failure.get_or_insert(failure);
                }
                Err(error)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Tee {
    fn drop(&mut self) {
        let sha256 = hex(&std::mem::take(&mut self.hasher).finalize());
        let written = Written { bytes: self.bytes, sha256 };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.open.remove(&self.path);
        state.files.insert(std::mem::take(&mut self.path), written);
    }
}

/// Whether a path stays within the folder it is relative to, is plain, and names something.
pub(super) fn is_inside(path: &str) -> bool {
    let plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    plain && !path.is_empty() && !path.contains(['\\', '\0']) && !path.ends_with('/') && !path.contains("//")
}

/// Makes a folder and locks it, so that nobody takes it for stale.
fn make_locked(folder: &Path, run: &RunId) -> Result<Option<File>> {
    loop {
        // one that is free was left by a killed process that had our process id
        if remove_free(folder) || !folder.exists() {
            fs::create_dir(folder).map_err(|error| write_error(folder, &error, None, REPORTS))?;
        } else {
            let message = format!("run `{run}` is being written by somebody else to `{}`", folder.display());
            return Err(Error::new(message).hint("run again when that has finished, or remove that folder"));
        }
        let lock = File::open(folder).and_then(|file| file.lock().map(|()| file)).ok();
        // a sweeper may have come between
        if folder.exists() {
            return Ok(lock);
        }
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes a rename last, where the system can: folders cannot be synced everywhere, and the files are safe already.
fn sync_folder(folder: &Path) {
    if let Ok(file) = File::open(folder) {
        let _ = file.sync_all();
    }
}
