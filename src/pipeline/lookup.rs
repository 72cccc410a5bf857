//! Why subjects of a finished run have their scores.

use std::path::Path;

use crate::base::error::nearest;
use crate::base::{Error, Result};
use crate::govern;
use crate::load::{Row, Value, keys, lookup};

const SCORES: &str = "scores.parquet";

/// One scored row of one subject, with all of its points.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    pub stakeholders: String,
    pub id: String,
    pub time: Option<String>,
    pub score: f64,
    pub base_score: f64,
    pub band: String,
    pub reasons: Vec<String>,
    pub actions: Vec<String>,
    /// Per source column, by |points|.
    pub points: Vec<(String, f64)>,
}

/// What was found of the ids that were asked for.
#[derive(Debug, Default)]
pub struct Explained {
    pub explanations: Vec<Explanation>,
    /// Ids that are in no group, or have no score.
    pub missing: Option<Error>,
}

/// Looks the rows of some ids up in the bundle of a run: today's row, or all history rows where there is none.
///
/// # Errors
/// The folder is no run, or a file of it cannot be read.
pub fn explain(run: &Path, only: &[String], ids: &[String]) -> Result<Explained> {
    let groups = groups(run, only)?;
    let (mut explanations, mut missing) = (Vec::new(), Vec::new());
    for id in ids {
        let (mut found, mut unscored) = (Vec::new(), None);
        for group in &groups {
            let (of_group, n_rows) = of_group(run, group, id)?;
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
    Ok(Explained { explanations, missing: Error::all(missing).err() })
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
fn of_group(run: &Path, group: &str, id: &str) -> Result<(Vec<Explanation>, usize)> {
    let scores = lookup(&run.join(group).join(SCORES), id)?;
    let attributions = lookup(&run.join(group).join("attributions.parquet"), id)?;
    let mut rows: Vec<(bool, Explanation)> = scores
        .iter()
        .zip(&attributions)
        .filter_map(|(scores, points)| {
            Some((text(scores, "history")? == "true", explanation(group, id, scores, points)?))
        })
        .collect();
    if rows.iter().any(|(is_history, _)| !is_history) {
        rows.retain(|(is_history, _)| !is_history);
    }
    Ok((rows.into_iter().map(|(_, explanation)| explanation).collect(), scores.len()))
}

fn explanation(group: &str, id: &str, scores: &Row, attributions: &Row) -> Option<Explanation> {
    // key columns, base score and score come before the points
    let first = attributions.iter().position(|(name, _)| name == "score")? + 1;
    let mut points: Vec<(String, f64)> = attributions[first..]
        .iter()
        .filter_map(|(name, value)| match value {
            Value::Number(points) if *points != 0.0 => Some((name.clone(), *points)),
            _ => None,
        })
        .collect();
    points.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then_with(|| a.0.cmp(&b.0)));
    Some(Explanation {
        stakeholders: group.to_owned(),
        id: id.to_owned(),
        time: scores.get(1).filter(|(name, _)| name != "history").and_then(|(name, _)| text(scores, name)),
        score: number(scores, "score")?,
        base_score: number(scores, "base_score")?,
        band: text(scores, "band")?,
        reasons: (1..=5).filter_map(|k| text(scores, &format!("reason_{k}"))).collect(),
        actions: (1..=3).filter_map(|k| text(scores, &format!("action_{k}"))).collect(),
        points,
    })
}

fn number(row: &Row, name: &str) -> Option<f64> {
    row.iter().find(|(column, _)| column == name).and_then(|(_, value)| match value {
        Value::Number(number) => Some(*number),
        _ => None,
    })
}

fn text(row: &Row, name: &str) -> Option<String> {
    row.iter().find(|(column, _)| column == name).and_then(|(_, value)| match value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    })
}
