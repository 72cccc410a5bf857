//! The manifest: what went into a run and what came out, each with its hash.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::MANIFEST;
use super::fault::read_error;
use super::hash::sha256_text;
use super::run::RunId;
use crate::base::{Error, Result};
use crate::load::SourceFile;

/// The content of `manifest.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub run: String,
    /// See [`results_sha256`]: the hash that pages print.
    pub results_sha256: String,
    /// Of this program.
    pub version: String,
    pub as_of: NaiveDate,
    pub seed: u64,
    /// The run that "what changed" refers to.
    pub compared_with: Option<ComparedWith>,
    pub config: ConfigText,
    pub sources: Vec<SourceRecord>,
    /// By path, without this file and those of [`UNSEALED`](super::UNSEALED).
    pub outputs: Vec<OutputRecord>,
    /// The config with every default filled in, and all else that the run's name covers: the groups of `--only`, the
    /// models that were reused, the groups whose tables could not be loaded.
    pub settings: Value,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedWith {
    pub run: String,
    pub results_sha256: String,
}

/// The config as it was written, comments and all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigText {
    pub bytes: u64,
    pub sha256: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRecord {
    /// Name of the source in the config.
    pub name: String,
    /// Relative to the config's folder, with `/` between folders.
    pub path: String,
    pub bytes: u64,
    pub sha256: String,
    pub rows: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputRecord {
    /// Relative to the bundle, with `/` between folders.
    pub path: String,
    pub bytes: u64,
    pub sha256: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
}

/// All of a manifest that the bundle does not know by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct ManifestParts {
    pub version: String,
    pub seed: u64,
    pub compared_with: Option<ComparedWith>,
    pub config: ConfigText,
    pub sources: Vec<SourceRecord>,
    pub settings: Value,
}

impl ComparedWith {
    /// As the run id covers it.
    pub fn identity(&self) -> String {
        format!("{} {}", self.run, self.results_sha256)
    }
}

impl ConfigText {
    pub fn new(text: &str) -> Self {
        Self { bytes: text.len() as u64, sha256: sha256_text(text) }
    }
}

impl SourceRecord {
    /// A file that was read, told from the config's folder.
    pub fn new(file: &SourceFile, config_folder: &Path) -> Self {
        Self {
            name: file.source.clone(),
            path: relative(&file.path, config_folder),
            bytes: file.bytes,
            sha256: file.sha256.clone(),
            rows: file.rows,
        }
    }
}

impl Manifest {
    pub fn new(run: &RunId, parts: ManifestParts, outputs: Vec<OutputRecord>) -> Self {
        Self {
            run: run.to_string(),
            results_sha256: results_sha256(outputs.iter().map(|output| (output.path.as_str(), output.sha256.as_str()))),
            version: parts.version,
            as_of: run.as_of(),
            seed: parts.seed,
            compared_with: parts.compared_with,
            config: parts.config,
            sources: parts.sources,
            outputs,
            settings: parts.settings,
        }
    }

    /// The manifest of a sealed run.
    ///
    /// # Errors
    /// The folder holds none, or it is not one of ours.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(MANIFEST);
        let text = fs::read_to_string(&path).map_err(|error| {
            read_error(&path, &error)
                .hint("name the folder of a finished run, such as `reports/harbor-lane/2026-06-30-3f9a1c20`")
        })?;
        serde_json::from_str(&text)
            .map_err(|error| Error::new(format!("`{}` is not the manifest of a run: {error}", path.display())))
    }
}

/// The hash of a run's results: of the lines `<sha256>  <path>` of its `scores`, `attributions`, `attributions_margin`,
/// `validation`, `audit` and `model` files, of every format, sorted by path. In a run's folder the same digits come from
/// `LC_ALL=C sha256sum $(LC_ALL=C ls */{attributions,attributions_margin,audit,model,scores,validation}.* | LC_ALL=C sort) | sha256sum`.
pub fn results_sha256<'a>(outputs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let results: BTreeMap<&str, &str> = outputs.into_iter().filter(|(path, _)| is_result(path)).collect();
    let lines: String = results.iter().map(|(path, sha256)| format!("{sha256}  {path}\n")).collect();
    sha256_text(&lines)
}

/// Whether a file, by its path in the bundle, is a stakeholder group's result rather than a page about results.
fn is_result(path: &str) -> bool {
    const KINDS: [&str; 6] = ["attributions", "attributions_margin", "audit", "model", "scores", "validation"];
    let Some((_, file)) = path.split_once('/') else { return false };
    file.split_once('.').is_some_and(|(kind, _)| KINDS.contains(&kind))
}

/// A path as seen from a folder; as it is where they share no beginning.
fn relative(path: &Path, folder: &Path) -> String {
    let shared = path.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    if shared == 0 {
        return path.display().to_string();
    }
    let up = folder.components().skip(shared).map(|_| "..".into());
    let down = path.components().skip(shared).map(|part| PathBuf::from(part.as_os_str()));
    let parts: Vec<String> = up.chain(down).map(|part: PathBuf| part.display().to_string()).collect();
    parts.join("/")
}
