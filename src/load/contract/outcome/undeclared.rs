//! Levels of an outcome whose favorable levels the config does not name.

use super::super::super::Outcome;
use super::super::keys::Keys;
use super::super::words;
use super::{Level, Seen, listing};
use crate::base::{Finding, Severity};

/// What people write where they do not know; lower-case, without spaces. Not `none` and `-`, which also say that nothing
/// happened.
const UNKNOWN: [&str; 12] =
    ["unknown", "unk", "notknown", "notavailable", "n/a", "na", "n.a.", "nan", "null", "missing", "?", "undefined"];

/// So many levels are written out in a hint.
const HINTED: usize = 20;

/// Why a level is hardly a favorable one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// It is an adverse level but for case and spaces.
    Spelling,
    /// It reads like a missing value, and there is another level that can be the favorable one.
    Unknown,
}

/// The levels that are not adverse, each with what speaks against its being favorable.
pub fn judge<'a>(outcome: &Outcome, adverse: &[Level], seen: &'a [Seen]) -> Vec<(&'a Seen, Option<Doubt>)> {
    let others = || seen.iter().filter(|seen| !adverse.contains(&seen.level));
    let several = others().any(|other| others().next().is_some_and(|first| first.level != other.level));
    let doubt = |seen: &Seen| {
        let plain = plain(&seen.text);
        if outcome.adverse.iter().any(|level| self::plain(level) == plain) {
            return Some(Doubt::Spelling);
        }
        (several && UNKNOWN.contains(&plain.as_str())).then_some(Doubt::Unknown)
    };
    others().map(|seen| (seen, doubt(seen))).collect()
}

fn plain(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// A warning where there are several such levels, an error where one is in doubt; none for a single one that is not.
pub fn finding(outcome: &Outcome, judged: &[(&Seen, Option<Doubt>)], keys: &Keys) -> Option<Finding> {
    let doubtful: Vec<&Seen> = judged.iter().filter(|(_, doubt)| doubt.is_some()).map(|(seen, _)| *seen).collect();
    let all: Vec<&Seen> = judged.iter().map(|(seen, _)| *seen).collect();
    let several = all.iter().any(|seen| seen.level != all[0].level);
    if !several && doubtful.is_empty() {
        return None;
    }
    let (told, severity) = if doubtful.is_empty() { (all, Severity::Warning) } else { (doubtful, Severity::Error) };
    let column = &outcome.column;
    let message = match severity {
        Severity::Error => format!(
            "outcome `{column}` holds levels that are hardly favorable, and no `favorable` is declared: {}",
            listing(&told)
        ),
        _ => format!(
            "no `favorable` is declared for outcome `{column}`, so every level that is not adverse counts as \
             favorable: {}",
            listing(&told)
        ),
    };
    let first = told.iter().map(|seen| seen.first).min().unwrap_or_default();
    let count = told.iter().map(|seen| seen.count).sum();
    Some(
        Finding::new("outcome-levels", message)
            .severity(severity)
            .column(column.clone())
            .count(count)
            .first_row(keys.number(first))
            .hint(hint(outcome, judged)),
    )
}

/// The line of the config with every level in its place.
fn hint(outcome: &Outcome, judged: &[(&Seen, Option<Doubt>)]) -> String {
    if judged.len() > HINTED {
        return "name the levels that are not the event under `favorable`".to_owned();
    }
    let of = |wanted: Option<Doubt>| {
        judged.iter().filter(move |(_, doubt)| *doubt == wanted).map(|(seen, _)| words::quote(&seen.text))
    };
    let adverse: Vec<String> =
        outcome.adverse.iter().map(|level| words::quote(level)).chain(of(Some(Doubt::Spelling))).collect();
    let favorable: Vec<String> = of(None).collect();
    let horizon = outcome.horizon_days.map(|days| format!(", horizon = \"{days} days\"")).unwrap_or_default();
    let line = format!(
        "`outcome = {{ column = {}, adverse = [{}], favorable = [{}]{horizon} }}`",
        words::quote(&outcome.column),
        adverse.join(", "),
        favorable.join(", ")
    );
    let unknown: Vec<String> = of(Some(Doubt::Unknown)).collect();
    if unknown.is_empty() {
        return line;
    }
    let section = words::section(&outcome.column);
    format!("{line}, and `missing = [{}]` under {section} for what is not known", unknown.join(", "))
}
