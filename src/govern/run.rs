//! The name of a run: what it is a function of, and nothing else.

use std::fmt;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::hash::sha256_text;
use super::manifest::{ComparedWith, Manifest};
use crate::load::SourceFile;

/// Hexadecimal digits of the hash in the name.
const DIGITS: usize = 8;

/// `<as_of>-<first 8 hexadecimal digits of a hash>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunId {
    text: String,
    as_of: NaiveDate,
}

impl RunId {
    /// Reads a run's name back; `None` where the text is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, hash) = text.rsplit_once('-')?;
        let as_of = NaiveDate::parse_from_str(date, "%Y-%m-%d").ok()?;
        let hexadecimal = hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let run = Self::new(as_of, hash);
        (hash.len() == DIGITS && hexadecimal && run.text == text).then_some(run)
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The date that the run looks from.
    pub fn as_of(&self) -> NaiveDate {
        self.as_of
    }

    fn new(as_of: NaiveDate, hash: &str) -> Self {
        Self { text: format!("{}-{hash}", as_of.format("%Y-%m-%d")), as_of }
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// The name of the run that these inputs give.
///
/// Hashed are the date, the version, the settings (which must hold no folders), name and content of every source file
/// in the order given, and the results of the run that is compared with. Paths, clock and thread count do not enter.
pub fn run_id(
    as_of: NaiveDate,
    version: &str,
    settings: &Value,
    files: &[SourceFile],
    compared: Option<&str>,
) -> RunId {
    let sources = files.iter().map(|file| (file.source.as_str(), file.sha256.as_str()));
    named(as_of, version, settings, sources, compared)
}

/// The name that a manifest's own records give: that of its run, unless they were edited.
pub fn recorded_id(manifest: &Manifest) -> RunId {
    let sources = manifest.sources.iter().map(|source| (source.name.as_str(), source.sha256.as_str()));
    let compared = manifest.compared_with.as_ref().map(ComparedWith::identity);
    named(manifest.as_of, &manifest.version, &manifest.settings, sources, compared.as_deref())
}

fn named<'a>(
    as_of: NaiveDate,
    version: &str,
    settings: &Value,
    sources: impl Iterator<Item = (&'a str, &'a str)>,
    compared: Option<&str>,
) -> RunId {
    let sources: Vec<Value> = sources.map(|(source, sha256)| json!({ "source": source, "sha256": sha256 })).collect();
    let inputs = json!({
        "as_of": as_of.format("%Y-%m-%d").to_string(),
        "version": version,
        "settings": settings,
        "sources": sources,
        "compared_with": compared,
    });
    RunId::new(as_of, &sha256_text(&canonical(&inputs))[..DIGITS])
}

/// JSON without spaces and with sorted keys: the same text for the same content, whatever order it was put together in.
pub fn canonical(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(map) => {
            let mut entries: Vec<(&String, &Value)> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            let entries: Vec<String> = entries
                .into_iter()
                .map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), canonical(value)))
                .collect();
            format!("{{{}}}", entries.join(","))
        }
        scalar => scalar.to_string(),
    }
}
