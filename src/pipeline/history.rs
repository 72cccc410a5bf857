//! A subject over the runs of its portfolio: what each of them said of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use rayon::prelude::*;

use super::lookup::{self, Explanation, SCORES};
use crate::base::saved::Head;
use crate::base::units::Family;
use crate::base::{Error, Result};
use crate::govern::{self, Manifest};
use crate::load::Row;

/// One run's score of a subject: that of its latest row, which is today's or, where the run has none, a past one.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    pub run: String,
    pub as_of: NaiveDate,
    /// Whether it is the run that was asked about.
    pub is_this: bool,
    /// The row's own time, where the table has times.
    pub time: Option<String>,
    /// Whether the row's outcome was known, so that a model that had not seen it scored it.
    pub is_past: bool,
    pub score: f64,
    pub band: String,
    /// Label and points of the first reason; `None` where no reason is large enough to be told.
    pub reason: Option<(String, f64)>,
    pub family: Family,
    /// The day that the model was trained for.
    pub model_as_of: NaiveDate,
    /// Whether the model is of the same family, for the same columns, as that of the run that was asked about; `None`
    /// where that one cannot be read.
    pub is_like: Option<bool>,
}

/// A run and where it lies; an error where it cannot be read.
struct Past {
    run: String,
    as_of: NaiveDate,
    folder: Result<PathBuf>,
}

/// A stakeholder group and an id.
type Key = (String, String);

/// Adds their history to explanations, and says which runs are left out of it. `heads` are those of the run's models.
pub fn add(run: &Path, heads: &BTreeMap<String, Head>, explanations: &mut [Explanation]) -> Vec<String> {
    if explanations.is_empty() {
        return Vec::new();
    }
    let this = match Manifest::read(run) {
        Ok(this) => this,
        Err(error) => return vec![format!("earlier runs are not told: {}", reason(&error))],
    };
    let key = |explanation: &Explanation| (explanation.stakeholders.clone(), explanation.id.clone());
    let mut told: BTreeMap<Key, Vec<Moment>> = explanations.iter().map(|of| (key(of), Vec::new())).collect();
    let keys: Vec<Key> = told.keys().cloned().collect();
    let pasts = pasts(run, &this);
    let read: Vec<Result<Vec<(Key, Moment)>>> =
        pasts.par_iter().map(|past| moments(past, &keys, &this.run, heads)).collect();
    let mut notes = Vec::new();
    for (past, read) in pasts.iter().zip(read) {
        match read {
            Ok(moments) => moments.into_iter().for_each(|(key, moment)| told.entry(key).or_default().push(moment)),
            Err(error) => notes.push(format!("run `{}` is left out of the history: {}", past.run, reason(&error))),
        }
    }
    for explanation in explanations {
        explanation.history = told.get(&key(explanation)).cloned().unwrap_or_default();
    }
    notes
}

/// The run and those beside it that do not look from a later day, by day and name.
fn pasts(run: &Path, this: &Manifest) -> Vec<Past> {
    let portfolio = run.canonicalize().ok().and_then(|run| run.parent().map(Path::to_owned));
    let listed = govern::listed(&portfolio.unwrap_or_else(|| run.join("..")));
    let past = |(id, run): (govern::RunId, Result<govern::Compared>)| Past {
        run: id.to_string(),
        as_of: id.as_of(),
        folder: run.map(|run| run.path),
    };
    let mut pasts: Vec<Past> = listed.into_iter().map(past).collect();
    pasts.retain(|past| past.as_of <= this.as_of && past.run != this.run);
    pasts.push(Past { run: this.run.clone(), as_of: this.as_of, folder: Ok(run.to_owned()) });
    pasts.sort_by(|a, b| (a.as_of, &a.run).cmp(&(b.as_of, &b.run)));
    pasts
}

/// What a run says of those subjects that it scored.
fn moments(past: &Past, keys: &[Key], this: &str, heads: &BTreeMap<String, Head>) -> Result<Vec<(Key, Moment)>> {
    let folder = past.folder.as_ref().map_err(Clone::clone)?;
    let mut moments = Vec::new();
    for key in keys {
        let (group, id) = key;
        let Some(row) = row(&folder.join(group).join(SCORES), id)? else { continue };
        let head = lookup::head(folder, group)?;
        let is_like = heads.get(group).map(|own| own.is_like(&head));
        moments.push((key.clone(), moment(past, &row, &head, past.run == this, is_like)?));
    }
    Ok(moments)
}

/// The latest scored row of an id: today's, else the last past one.
fn row(scores: &Path, id: &str) -> Result<Option<Row>> {
    if !scores.is_file() {
        return Ok(None);
    }
    let mut rows = crate::load::lookup(scores, id)?;
    if let Some(missing) = rows.first().and_then(missing) {
        return Err(Error::new(format!("its scores have no column `{missing}`")));
    }
    rows.retain(|row| lookup::number(row, "score").is_some());
    Ok(rows.into_iter().max_by_key(|row| !is_past(row)))
}

fn missing(row: &Row) -> Option<&'static str> {
    let has = |name: &&str| row.iter().any(|(column, _)| column == name);
    ["history", "score", "band", "reason_1_feature", "reason_1_points"].into_iter().find(|name| !has(name))
}

fn is_past(row: &Row) -> bool {
    lookup::text(row, "history").is_some_and(|history| history == "true")
}

fn moment(past: &Past, row: &Row, head: &Head, is_this: bool, is_like: Option<bool>) -> Result<Moment> {
    let lacks = |what: &str| Error::new(format!("a scored row of it has no {what}"));
    let first = lookup::text(row, "reason_1_feature").zip(lookup::number(row, "reason_1_points"));
    Ok(Moment {
        run: past.run.clone(),
        as_of: past.as_of,
        is_this,
        time: lookup::time(row),
        is_past: is_past(row),
        score: lookup::number(row, "score").ok_or_else(|| lacks("score"))?,
        band: lookup::text(row, "band").ok_or_else(|| lacks("band"))?,
        reason: first.map(|(column, points)| (lookup::label(Some(head), &column), points)),
        family: head.family(),
        model_as_of: head.as_of,
        is_like,
    })
}

/// What an error says, without its hints.
pub fn reason(error: &Error) -> &str {
    error.problems.first().map_or("", |problem| problem.message.as_str())
}
