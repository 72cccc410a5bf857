//! Column names from a header row.

use std::collections::BTreeMap;

use crate::base::error::nearest;
use crate::base::{Error, Finding, Result};

/// The names of a header: line breaks become spaces, blanks are numbered, repeated names get `_2`, `_3`, ….
pub fn names(given: Vec<String>, file: &str, source: &str, findings: &mut Vec<Finding>) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(given.len());
    let taken: Vec<String> = given.iter().map(|name| clean(name)).collect();
    let mut repeats: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (idx, name) in taken.iter().enumerate() {
        let name = if name.is_empty() { format!("column_{}", idx + 1) } else { name.clone() };
        if !names.contains(&name) {
            names.push(name);
            continue;
        }
        let free = (2..=given.len() + 1)
            .map(|n| format!("{name}_{n}"))
            .find(|free| !names.contains(free) && !taken.contains(free));
        let free = free.unwrap_or_else(|| format!("column_{}", idx + 1));
        repeats.entry(name).or_default().push(free.clone());
        names.push(free);
    }
    findings.extend(repeats.iter().map(|(name, free)| repeated(name, free, file, source)));
    names
}

/// `column_1`, `column_2`, …
pub fn numbered(n: usize) -> Vec<String> {
    (1..=n).map(|number| format!("column_{number}")).collect()
}

fn clean(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn repeated(name: &str, free: &[String], file: &str, source: &str) -> Finding {
    let times = if free.len() == 1 { "twice".to_owned() } else { format!("{} times", free.len() + 1) };
    let called = free.iter().map(|free| format!("`{free}`")).collect::<Vec<_>>().join(", ");
    let message =
        format!("column `{name}` stands {times} in the header of `{file}`; the later ones are called {called}");
    let message = if free.len() == 1 { message.replace("the later ones are", "the second is") } else { message };
    let hint = format!("`rename = {{ {} = \"…\" }}`", toml_key(free.first().map_or("", String::as_str)));
    Finding::new("duplicate-header", message).source(source).column(name).count(free.len() + 1).hint(hint)
}

/// Applies `rename` to the names of one file.
///
/// # Errors
/// Two columns end up with the same name.
pub fn rename(names: &mut [String], rename: &BTreeMap<String, String>, file: &str) -> Result<()> {
    for name in names.iter_mut() {
        if let Some(new) = rename.get(name) {
            new.clone_into(name);
        }
    }
    let twice = names.iter().enumerate().find(|(idx, name)| names.iter().skip(idx + 1).any(|other| other == *name));
    let Some((_, name)) = twice.filter(|_| !rename.is_empty()) else {
        return Ok(());
    };
    Err(Error::new(format!("`rename` gives two columns of `{file}` the name `{name}`")).hint("choose another name"))
}

/// # Errors
/// A name to be changed stands in no file.
pub fn check_rename(rename: &BTreeMap<String, String>, seen: &[String], source: &str) -> Result<()> {
    let unknown = rename.keys().filter(|old| !seen.contains(old)).map(|old| {
        let near = nearest(old, seen.iter().map(String::as_str));
        Error::new(format!("`rename` of source `{source}` names column `{old}`, which stands in none of its files"))
            .hint_opt(near.map(|near| format!("did you mean `{near}`?")))
    });
    Error::all(unknown)
}

/// A name as a key in TOML.
pub fn toml_key(name: &str) -> String {
    let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if bare { name.to_owned() } else { toml_text(name) }
}

/// A text as a value in TOML.
pub fn toml_text(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
    format!("\"{}\"", escaped.replace('\r', "\\r"))
}
