//! What each column is, what it is for, and which say nothing.

use polars::prelude::DataFrame;

use super::super::{Column, ColumnKind, ColumnSettings, Excluded, Role, Settings};
use super::profile::{Holds, Profile};
use super::{Rows, cells, words};
use crate::base::{Finding, Result};

/// Columns with a larger share of blanks are reported.
const MOSTLY: f64 = 0.9;
/// Texts with a larger share of distinct values look like identifiers.
const IDENTIFIER: f64 = 0.95;
/// Fewer values than this do not show an identifier.
const IDENTIFIER_ROWS: usize = 50;
/// Texts with more levels than this may be free text: long ones, or ones that seldom repeat.
const TEXT_LEVELS: usize = 50;
const TEXT_LENGTH: f64 = 30.0;
const TEXT_DISTINCT: f64 = 0.5;
/// Filled cells within this share of the rows are said to be concentrated.
const CONCENTRATED: f64 = 0.2;

/// Money per subject, row by row; a finding where some of it is negative.
///
/// # Errors
/// polars cannot read what it made itself.
pub fn value(
    frame: &DataFrame,
    rows: &Rows,
    settings: &Settings,
    findings: &mut Vec<Finding>,
) -> Result<Option<Vec<Option<f64>>>> {
    let Some(column) = settings.value.as_ref().and_then(|name| frame.column(name).ok()) else { return Ok(None) };
    let values = cells::numbers(column)?.unwrap_or_default();
    let negative = || values.iter().enumerate().filter(|(_, value)| **value < 0.0);
    if let Some((first, least)) = negative().next() {
        let (name, count, row) = (column.name(), negative().count(), rows.keys.number(first));
        let message = format!(
            "value `{name}` is negative in {} (first: {}, {})",
            words::rows(count),
            rows.keys.place(first),
            words::number(*least)
        );
        findings.push(Finding::new("negative-value", message).column(name.as_str()).count(count).first_row(row).hint(
            format!(
                "if these are not losses, leave them blank in `sql`: `case when \"{name}\" >= 0 then \"{name}\" end`"
            ),
        ));
    }
    Ok(Some(values.into_iter().map(|value| (!value.is_nan()).then_some(value)).collect()))
}

/// Kind and role of every column, in their order, with a finding for each that says nothing.
pub fn judge(profiles: &[Profile], rows: &Rows, settings: &Settings, findings: &mut Vec<Finding>) -> Vec<Column> {
    profiles
        .iter()
        .map(|profile| {
            let said = settings.columns.get(&profile.name);
            let role = declared_role(&profile.name, settings).unwrap_or_else(|| {
                report_blanks(profile, rows, findings);
                let excluded = fault(profile, said, settings);
                if let Some(excluded) = excluded {
                    findings.push(faulty(profile, excluded));
                }
                excluded.map_or(Role::Feature, Role::Excluded)
            });
            let kind = said.and_then(|said| said.kind).unwrap_or_else(|| kind(profile));
            Column { name: profile.name.clone(), kind, role }
        })
        .collect()
}

fn declared_role(name: &str, settings: &Settings) -> Option<Role> {
    let is = |declared: &Option<String>| declared.as_deref() == Some(name);
    if is(&settings.id) {
        return Some(Role::Id);
    }
    if is(&settings.time) {
        return Some(Role::Time);
    }
    if settings.outcome.as_ref().is_some_and(|outcome| outcome.column == name) {
        return Some(Role::Outcome);
    }
    if is(&settings.entity) {
        return Some(Role::Entity);
    }
    settings.exclude.iter().any(|excluded| excluded == name).then_some(Role::Excluded(Excluded::Declared))
}

/// The kind by looking: whole numbers that are 0 and 1 are boolean, texts that are long or seldom repeat are free.
pub fn kind(profile: &Profile) -> ColumnKind {
    match profile.holds {
        Holds::Boolean => ColumnKind::Boolean,
        Holds::Whole if profile.zero_one => ColumnKind::Boolean,
        Holds::Whole | Holds::Decimal => ColumnKind::Number,
        Holds::Date => ColumnKind::Date,
        Holds::Text if is_free(profile) => ColumnKind::Text,
        Holds::Text => ColumnKind::Level,
    }
}

fn is_free(profile: &Profile) -> bool {
    let distinct = words::ratio(profile.n_distinct, profile.n_filled());
    profile.n_distinct > TEXT_LEVELS && (profile.mean_length > TEXT_LENGTH || distinct > TEXT_DISTINCT)
}

/// Why a column is of no use to the model. Sensitive columns are left to the audit, unless there is nothing in them.
fn fault(profile: &Profile, said: Option<&ColumnSettings>, settings: &Settings) -> Option<Excluded> {
    if profile.n_filled() == 0 {
        return Some(Excluded::AllMissing);
    }
    if profile.n_distinct == 1 && profile.n_missing == 0 {
        return Some(Excluded::Constant);
    }
    let kind = said.and_then(|said| said.kind);
    if settings.sensitive.contains(&profile.name) || settings.value.as_ref() == Some(&profile.name) {
        return None;
    }
    let kept = said.is_some_and(|said| said.keep) || kind.is_some_and(|kind| kind != ColumnKind::Text);
    if !kept && looks_like_identifier(profile) {
        return Some(Excluded::Identifier);
    }
    (kind.unwrap_or_else(|| self::kind(profile)) == ColumnKind::Text).then_some(Excluded::FreeText)
}

/// Texts nearly all distinct and short; whole numbers all distinct that are nearly consecutive or named like a key.
///
/// Nearly consecutive: n numbers within a range of less than 2 n. Of n measurements in such a range some would be
/// equal: that none are has a probability below e^(−(n − 1) / 4), for 50 of them 5 in a million. The order of the rows
/// says nothing: a file may be sorted by any column.
fn looks_like_identifier(profile: &Profile) -> bool {
    if profile.n_filled() < IDENTIFIER_ROWS {
        return false;
    }
    match profile.holds {
        Holds::Text => {
            let distinct = words::ratio(profile.n_distinct, profile.n_filled());
            distinct > IDENTIFIER && profile.mean_length <= TEXT_LENGTH
        }
        Holds::Whole => {
            let dense = profile.span.is_some_and(|span| span < 2 * profile.n_filled() as u64);
            profile.unique && (dense || is_key_name(&profile.name))
        }
        _ => false,
    }
}

/// Whether a name says that it is a key: by its first or last word (`ID`, `EmployeeNumber`, `order_no`), by a last word
/// that is somebody's key in one (`customerid`), or by being a number to call.
fn is_key_name(name: &str) -> bool {
    const KEYS: [&str; 6] = ["id", "number", "no", "nr", "key", "code"];
    const OWNERS: [&str; 20] = [
        "account",
        "case",
        "client",
        "contract",
        "customer",
        "employee",
        "invoice",
        "member",
        "order",
        "partner",
        "person",
        "personnel",
        "policy",
        "product",
        "row",
        "staff",
        "subject",
        "supplier",
        "user",
        "vendor",
    ];
    const CALLS: [&str; 4] = ["phone", "telephone", "mobile", "fax"];
    let words = split(name);
    let is_key = |word: &String| KEYS.contains(&word.as_str());
    let is_owned_key =
        |word: &String| OWNERS.iter().any(|owner| word.strip_prefix(owner).is_some_and(|rest| KEYS.contains(&rest)));
    words.first().is_some_and(is_key)
        || words.last().is_some_and(|last| is_key(last) || is_owned_key(last) || CALLS.contains(&last.as_str()))
}

/// Lower-case words of a name, parted at other signs and where a small letter meets a capital.
fn split(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small = false;
    for sign in name.chars() {
        if !sign.is_alphanumeric() || (small && sign.is_uppercase()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| sign.is_alphanumeric()) {
            word.extend(sign.to_lowercase());
        }
        small = sign.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

fn report_blanks(profile: &Profile, rows: &Rows, findings: &mut Vec<Finding>) {
    let (missing, name) = (profile.n_missing, &profile.name);
    let Some((first, last)) = profile.filled else { return };
    if words::ratio(missing, profile.n_rows) <= MOSTLY {
        return;
    }
    let blank = profile.first_missing.unwrap_or_default();
    let stretch = last - first + 1;
    let concentrated = profile.n_filled() > 1 && words::ratio(stretch, profile.n_rows) <= CONCENTRATED;
    let range = format!("; all its values stand from {} to {}", rows.keys.place(first), rows.keys.place(last));
    let message = format!(
        "`{name}` is blank in {} of rows ({}, first: {}){}",
        words::percent(missing, profile.n_rows),
        words::count(missing),
        rows.keys.place(blank),
        if concentrated { range.as_str() } else { "" }
    );
    findings.push(
        Finding::new("mostly-missing", message)
            .column(name.as_str())
            .count(missing)
            .first_row(rows.keys.number(blank))
            .hint(format!("add {} to `exclude`, if blank means nothing", words::quote(name))),
    );
}

fn faulty(profile: &Profile, excluded: Excluded) -> Finding {
    let name = &profile.name;
    let exclude = format!("add {} to `exclude`", words::quote(name));
    let keep = format!("add `keep = true` under {} to use it all the same", words::section(name));
    let (code, message, hint) = match excluded {
        Excluded::AllMissing => ("all-missing", format!("`{name}` has no value in any row"), exclude),
        Excluded::Constant => {
            ("constant-column", format!("`{name}` is `{}` in all rows", profile.first_value()), exclude)
        }
        Excluded::Identifier => {
            let message = if profile.holds == Holds::Text {
                format!(
                    "`{name}` looks like an identifier: {} distinct texts in {}; the model does not use it",
                    words::count(profile.n_distinct),
                    words::rows(profile.n_filled())
                )
            } else {
                format!(
                    "`{name}` looks like an identifier: {}, no number twice; the model does not use it",
                    words::rows(profile.n_filled())
                )
            };
            ("identifier-column", message, keep)
        }
        _ => {
            let message = format!(
                "`{name}` is free text ({} distinct, {:.0} characters on average); the model does not use it",
                words::count(profile.n_distinct),
                profile.mean_length
            );
            ("free-text", message, format!("add `kind = \"level\"` under {} to use it as levels", words::section(name)))
        }
    };
    Finding::new(code, message).column(name.as_str()).count(profile.n_rows).hint(hint)
}
