//! The name of a run: what it is a function of, and nothing else.

use std::fmt;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::hash::sha256_text;
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
    let sources: Vec<Value> =
        files.iter().map(|file| json!({ "source": file.source, "sha256": file.sha256 })).collect();
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
