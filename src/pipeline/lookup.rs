//! Why subjects of a finished run have their scores.

use std::collections::BTreeMap;
use std::path::Path;

use super::history::{self, Moment};
use crate::base::error::nearest;
use crate::base::saved::{FeatureSchema, Head};
use crate::base::{Error, Result};
use crate::explain::humanize;
use crate::govern;
use crate::load::{Row, Value, keys, lookup};

pub(super) const SCORES: &str = "scores.parquet";

/// One scored row of one subject, with all of its points: `base_score + Σ shares.points = score`.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    pub stakeholders: String,
    /// The noun of a row: "customer".
    pub subject: String,
    pub id: String,
    pub time: Option<String>,
    pub score: f64,
    pub base_score: f64,
    pub band: String,
    /// Where a cut of the subject's group decided otherwise than the common one: that it did.
    pub selected_because: Option<String>,
    pub reasons: Vec<String>,
    pub actions: Vec<Action>,
    /// Of every column that moves the score, by |points|.
    pub shares: Vec<Share>,
    /// The subject's score in this run and in those before, by day and name.
    pub history: Vec<Moment>,
}

/// One source column's part of a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    pub column: String,
    /// As people call it; no two of a subject's shares have the same.
    pub label: String,
    pub unit: Option<String>,
    pub points: f64,
}

/// What could be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    pub sentence: String,
    /// How well it is known to be the best: "optimal".
    pub proof: Option<String>,
}

/// What was found of the ids that were asked for.
#[derive(Debug, Default)]
pub struct Explained {
    pub explanations: Vec<Explanation>,
    /// Ids that are in no group, or have no score.
    pub missing: Option<Error>,
    /// What could not be told beside the scores, a sentence each.
    pub notes: Vec<String>,
}

/// Looks the rows of some ids up in the bundle of a run: today's row, or all history rows where there is none; and the
/// ids' scores in the runs beside it.
///
/// # Errors
/// The folder is no run, or a file of it cannot be read.
pub fn explain(run: &Path, only: &[String], ids: &[String]) -> Result<Explained> {
    let groups = groups(run, only)?;
    let (heads, mut notes) = heads(run, &groups);
    let (mut explanations, mut missing) = (Vec::new(), Vec::new());
    for id in ids {
        let (mut found, mut unscored) = (Vec::new(), None);
        for group in &groups {
            let (of_group, n_rows) = of_group(run, group, id, heads.get(group))?;
            unscored = unscored.or((n_rows > 0 && of_group.is_empty()).then_some(group));
            found.extend(of_group);
        }
        if found.is_empty() {
            missing.push(match unscored {
                Some(group) => without_score(group, id),
                None => unknown(run, &groups, id)?,
            });
        }
        explanations.extend(found);
    }
    notes.extend(history::add(run, &heads, &mut explanations));
    Ok(Explained { explanations, missing: Error::all(missing).err(), notes })
}

/// What the groups' models say of themselves, by group; without it a column goes by its name.
fn heads(run: &Path, groups: &[String]) -> (BTreeMap<String, Head>, Vec<String>) {
    let (mut heads, mut notes) = (BTreeMap::new(), Vec::new());
    for group in groups {
        match head(run, group) {
            Ok(head) => {
                heads.insert(group.clone(), head);
            }
            Err(error) => notes.push(format!("columns of {group} go by their names: {}", history::reason(&error))),
        }
    }
    (heads, notes)
}

pub(super) fn head(run: &Path, group: &str) -> Result<Head> {
    Head::parse(&govern::read_text(run, &format!("{group}/model.json"))?)
}

fn without_score(group: &str, id: &str) -> Error {
    Error::new(format!("`{id}` of {group} has no score in this run")).hint(
        "past rows have none where every model has learned from them: those before the first fold in time, for one",
    )
}

fn unknown(run: &Path, groups: &[String], id: &str) -> Result<Error> {
    let mut known = Vec::new();
    for group in groups {
        known.extend(keys(&run.join(group).join(SCORES))?);
    }
    let near = nearest(id, known.iter().map(String::as_str)).map(|near| format!("`{near}`"));
    let hint = near.unwrap_or_else(|| {
        let files: Vec<String> =
            groups.iter().map(|group| format!("`{}`", run.join(group).join("scores.csv").display())).collect();
        format!("ids stand in the first column of {}", files.join(", "))
    });
    Ok(Error::new(format!("no subject of {} has the id `{id}`", groups.join(", "))).hint(hint))
}

fn groups(run: &Path, only: &[String]) -> Result<Vec<String>> {
    let names = govern::groups_with(run, SCORES)?;
    Error::all(only.iter().filter(|wanted| !names.contains(wanted)).map(|wanted| {
        let named: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let message = format!("group `{wanted}` has no scores in `{}`, expected {}", run.display(), named.join(" or "));
        let near = nearest(wanted, names.iter().map(String::as_str)).map(|near| format!("`--only {near}`"));
        Error::new(message).hint_opt(near)
    }))?;
    Ok(names.into_iter().filter(|name| only.is_empty() || only.contains(name)).collect())
}

/// The scored rows of an id, and how many rows it has.
fn of_group(run: &Path, group: &str, id: &str, head: Option<&Head>) -> Result<(Vec<Explanation>, usize)> {
    let scores = lookup(&run.join(group).join(SCORES), id)?;
    let attributions = lookup(&run.join(group).join("attributions.parquet"), id)?;
    let mut rows: Vec<(bool, Explanation)> = scores
        .iter()
        .zip(&attributions)
        .filter_map(|(scores, points)| {
            Some((text(scores, "history")? == "true", explanation(group, id, head, scores, points)?))
        })
        .collect();
    if rows.iter().any(|(is_history, _)| !is_history) {
        rows.retain(|(is_history, _)| !is_history);
    }
    Ok((rows.into_iter().map(|(_, explanation)| explanation).collect(), scores.len()))
}

fn explanation(group: &str, id: &str, head: Option<&Head>, scores: &Row, attributions: &Row) -> Option<Explanation> {
    let action = |k: usize| {
        let sentence = text(scores, &format!("action_{k}"))?;
        Some(Action { sentence, proof: text(scores, &format!("action_{k}_proof")) })
    };
    Some(Explanation {
        stakeholders: group.to_owned(),
        subject: head.map_or_else(|| "subject".to_owned(), |head| head.subject.clone()),
        id: id.to_owned(),
        time: time(scores),
        score: number(scores, "score")?,
        base_score: number(scores, "base_score")?,
        band: text(scores, "band")?,
        selected_because: text(scores, "selected_because"),
        reasons: (1..=5).filter_map(|k| text(scores, &format!("reason_{k}"))).collect(),
        actions: (1..=3).filter_map(action).collect(),
        shares: shares(head, attributions)?,
        history: Vec::new(),
    })
}

/// The points of a row, by size.
fn shares(head: Option<&Head>, attributions: &Row) -> Option<Vec<Share>> {
    // key columns, base score and score come before the points
    let first = attributions.iter().position(|(name, _)| name == "score")? + 1;
    // in the order of the model's features, some of which are called otherwise here
    let features = head.map_or(&[][..], |head| &head.features);
    let mut shares: Vec<Share> = attributions[first..]
        .iter()
        .enumerate()
        .filter_map(|(place, (name, value))| match value {
            Value::Number(points) if *points != 0.0 => Some(share(features.get(place), name, *points)),
            _ => None,
        })
        .collect();
    shares.sort_by(|a, b| b.points.abs().total_cmp(&a.points.abs()).then_with(|| a.column.cmp(&b.column)));
    tell_apart(&mut shares);
    Some(shares)
}

fn share(feature: Option<&FeatureSchema>, column: &str, points: f64) -> Share {
    Share {
        column: column.to_owned(),
        label: feature.map_or_else(|| humanize(column), |feature| feature.label.clone()),
        unit: feature.and_then(|feature| feature.unit.clone()),
        points,
    }
}

/// How people call a column.
pub(super) fn label(head: Option<&Head>, column: &str) -> String {
    let feature = head.and_then(|head| head.feature(column));
    feature.map_or_else(|| humanize(column), |feature| feature.label.clone())
}

/// Columns that are called alike have their names beside their labels.
fn tell_apart(shares: &mut [Share]) {
    let mut called: BTreeMap<String, usize> = BTreeMap::new();
    shares.iter().for_each(|share| *called.entry(share.label.clone()).or_default() += 1);
    for share in shares {
        if called.get(&share.label).is_some_and(|n| *n > 1) {
            share.label = format!("{} ({})", share.label, share.column);
        }
    }
}

/// The row's own time, where the table has times.
pub(super) fn time(scores: &Row) -> Option<String> {
    scores.get(1).filter(|(name, _)| name != "history").and_then(|(name, _)| text(scores, name))
}

pub(super) fn number(row: &Row, name: &str) -> Option<f64> {
    row.iter().find(|(column, _)| column == name).and_then(|(_, value)| match value {
        Value::Number(number) => Some(*number),
        _ => None,
    })
}

pub(super) fn text(row: &Row, name: &str) -> Option<String> {
    row.iter().find(|(column, _)| column == name).and_then(|(_, value)| match value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    })
}
