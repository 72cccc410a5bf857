//! What was typed to what is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::super::arguments::{self, AuditTable};
use super::super::config::today;
use super::super::files::{absolute, ensure_unsealed};
use crate::audit::{self, metrics};
use crate::base::error::nearest;
use crate::base::units::Effect;
use crate::base::{Error, Result};
use crate::config::raw;
use crate::features::{self, Segment, Sensitive};
use crate::init::sheets;
use crate::load::{Duplicates, ReadOptions, Settings, Source};
use crate::pipeline::{Said, Score, TableAudit};

/// What the query calls the table.
const SUBJECTS: &str = "subjects";

/// The question that the arguments ask.
///
/// # Errors
/// Every argument that is out of range or names what does not exist, at once.
pub fn asked(arguments: &AuditTable) -> Result<TableAudit> {
    let checks = [level(arguments.significance), maximum(arguments.score_max), finite(arguments.threshold)];
    let (settings, audit) = (settings(arguments), audit(arguments));
    let sensitive = columns(&arguments.sensitive, "--sensitive");
    let errors = checks.into_iter().filter_map(Result::err);
    let (settings, audit, sensitive) = match (settings, audit, sensitive) {
        (Ok(settings), Ok(audit), Ok(sensitive)) => {
            Error::all(errors)?;
            (settings, audit, sensitive)
        }
        (settings, audit, sensitive) => {
            let more = [settings.err(), audit.err(), sensitive.err()].into_iter().flatten();
            return Err(Error { problems: errors.chain(more).flat_map(|error| error.problems).collect() });
        }
    };
    let said = |column: &Option<String>, yes: &[String]| {
        column.as_ref().map(|column| Said { column: column.clone(), yes: yes.to_vec() })
    };
    let score =
        |column: &String| Score { column: column.clone(), max: arguments.score_max, threshold: arguments.threshold };
    Ok(TableAudit {
        settings,
        score: arguments.score.as_ref().map(score),
        selected: said(&arguments.selected, &arguments.selected_values),
        outcome: said(&arguments.outcome, &arguments.adverse),
        groups: features::Settings {
            sensitive: sensitive.into_iter().map(|(column, bins)| Sensitive { column, bins, used: false }).collect(),
            crossings: usize::from(arguments.crossings),
            segments: Vec::new(),
            control: columns(&arguments.control, "--control")?
                .into_iter()
                .map(|(column, bins)| Segment { column, bins })
                .collect(),
        },
        audit,
        is_public: arguments.public,
    })
}

fn settings(arguments: &AuditTable) -> Result<Settings> {
    let (mut paths, mut found) = (Vec::new(), BTreeSet::new());
    for table in &arguments.tables {
        let split = sheets::split(table).filter(|_| !table.exists());
        let (file, sheet) = split.map_or_else(|| (table.clone(), None), |(book, sheet)| (book, Some(sheet)));
        paths.push(absolute(&file)?);
        found.extend(sheet);
    }
    if found.len() > 1 {
        return Err(Error::new("the tables are several sheets, expected one").hint("name one sheet: `book.xlsx#Sheet`"));
    }
    let options =
        ReadOptions { sheet: found.into_iter().next(), missing: arguments.missing.clone(), ..ReadOptions::default() };
    Ok(Settings {
        stakeholders: SUBJECTS.to_owned(),
        as_of: today(),
        sources: vec![Source { name: SUBJECTS.to_owned(), paths, options }],
        sql: arguments.sql.clone(),
        id: arguments.id.clone(),
        time: None,
        entity: arguments.entity.clone(),
        outcome: None,
        value: None,
        sensitive: Vec::new(),
        exclude: Vec::new(),
        columns: BTreeMap::new(),
        duplicates: Duplicates::Keep,
        severities: BTreeMap::new(),
    })
}

fn audit(arguments: &AuditTable) -> Result<audit::Settings> {
    Ok(audit::Settings {
        reference: match arguments.reference.as_str() {
            "largest" => audit::Reference::Largest,
            "best" => audit::Reference::Best,
            "overall" => audit::Reference::Overall,
            group => audit::Reference::Named(group.to_owned()),
        },
        effect: arguments.effect.map(|effect| match effect {
            arguments::Effect::Benefit => Effect::Benefit,
            arguments::Effect::Burden => Effect::Burden,
        }),
        significance: arguments.significance,
        correction: match arguments.correction {
            arguments::Correction::Holm => audit::Correction::Holm,
            arguments::Correction::BenjaminiHochberg => audit::Correction::BenjaminiHochberg,
            arguments::Correction::None => audit::Correction::None,
        },
        min_group: arguments.min_group as usize,
        control: columns(&arguments.control, "--control")?.into_iter().map(|(column, _)| column).collect(),
        limits: limits(&arguments.limit)?,
        ..audit::Settings::default()
    })
}

/// `metric=value` each; those of the config where none is given.
fn limits(given: &[String]) -> Result<BTreeMap<String, f64>> {
    match given {
        [] => return Ok(raw::Audit::default().limits),
        [none] if none == "none" => return Ok(BTreeMap::new()),
        _ => {}
    }
    let (mut limits, mut errors) = (BTreeMap::new(), Vec::new());
    for text in given {
        match limit(text) {
            Ok((metric, value)) => {
                limits.insert(metric, value);
            }
            Err(error) => errors.push(error),
        }
    }
    Error::all(errors)?;
    Ok(limits)
}

fn judged() -> impl Iterator<Item = &'static metrics::Metric> {
    metrics::METRICS.iter().filter(|metric| metric.is_judged())
}

fn limit(text: &str) -> Result<(String, f64)> {
    let Some((name, value)) = text.split_once('=') else {
        return Err(Error::new(format!("`--limit {text}` has no value")).hint(format!("`--limit {text}=0.8`")));
    };
    let Some(metric) = metrics::find(name).filter(|metric| metric.is_judged()) else {
        let near = nearest(name, judged().map(|metric| metric.name));
        let hint = near.map_or_else(
            || "`trustrisk explain-metric` lists all".to_owned(),
            |near| format!("`--limit {near}={value}`"),
        );
        return Err(Error::new(format!("`--limit` names `{name}`, which is no metric that is judged")).hint(hint));
    };
    let is_in_range = |limit: &f64| *limit > 0.0 && *limit <= 1.0;
    let what = if metric.is_by_ratio() { "lowest allowed ratio" } else { "highest allowed difference" };
    match value.parse::<f64>().ok().filter(is_in_range) {
        Some(limit) => Ok((name.to_owned(), limit)),
        None => Err(Error::new(format!("`--limit {text}` is no {what}, expected above 0 and at most 1"))
            .hint(format!("`--limit {name}={}`", if metric.is_by_ratio() { "0.8" } else { "0.1" }))),
    }
}

/// `age:30:45:60` is a column and its cut points.
fn columns(given: &[String], option: &str) -> Result<Vec<(String, Vec<f64>)>> {
    let one = |text: &String| {
        let (mut column, mut bins) = (text.as_str(), Vec::new());
        while let Some((rest, cut)) = column.rsplit_once(':') {
            let Some(cut) = cut.parse::<f64>().ok().filter(|cut| cut.is_finite()) else { break };
            bins.insert(0, cut);
            column = rest;
        }
        if bins.windows(2).any(|pair| pair[0] >= pair[1]) {
            bins.sort_by(f64::total_cmp);
            bins.dedup();
            let cuts: Vec<String> = bins.iter().map(f64::to_string).collect();
            return Err(Error::new(format!("the cut points of `{option} {text}` do not rise"))
                .hint(format!("`{option} {column}:{}`", cuts.join(":"))));
        }
        Ok((column.to_owned(), bins))
    };
    given.iter().map(one).collect()
}

fn level(significance: f64) -> Result<()> {
    if significance > 0.0 && significance < 1.0 {
        return Ok(());
    }
    Err(Error::new(format!("`--significance {significance}` is no level, expected between 0 and 1"))
        .hint("`--significance 0.05`"))
}

fn maximum(score_max: Option<f64>) -> Result<()> {
    match score_max.filter(|max| !(max.is_finite() && *max > 0.0)) {
        None => Ok(()),
        Some(max) => {
            Err(Error::new(format!("`--score-max {max}` is no highest score, expected above 0"))
                .hint("`--score-max 100`"))
        }
    }
}

fn finite(threshold: Option<f64>) -> Result<()> {
    match threshold.filter(|threshold| !threshold.is_finite()) {
        None => Ok(()),
        Some(threshold) => Err(Error::new(format!("`--threshold {threshold}` is no number")).hint("`--threshold 0.5`")),
    }
}

/// What is read must not be written over.
pub fn ensure_other(out: &Path, arguments: &AuditTable) -> Result<()> {
    ensure_unsealed(out)?;
    let place = |path: &Path| path.canonicalize().ok();
    match arguments.tables.iter().find(|input| place(out).is_some() && place(out) == place(input)) {
        Some(input) => Err(Error::new(format!("`--out` names `{}`, which is read", input.display()))
            .hint("name another file: `--out audit.csv`")),
        None => Ok(()),
    }
}
