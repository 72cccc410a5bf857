//! Scope and data: what went in, what became of it, what is missing, and who is in it.

use chrono::NaiveDate;
use serde::Serialize;

use super::label;
use crate::base::population::Population;
use crate::report::tell::Teller;
use crate::report::tell::findings::{finding_line, noticed};
use crate::report::tell::rich::{Rich, safe};
use crate::report::view::{ColumnView, PublicAudit, SourceView};

/// Columns with missing values that are listed.
const N_MISSING: usize = 30;

#[derive(Serialize)]
pub struct Data {
    sources: Vec<Source>,
    /// What, and how many rows.
    rows: Vec<[String; 2]>,
    period: Vec<Rich>,
    /// Column, share missing in the past, today.
    missing: Vec<[String; 3]>,
    missing_note: String,
    /// Feature, group, share of the past, share of today's.
    representation: Vec<[String; 4]>,
    findings: Vec<Rich>,
}

#[derive(Serialize)]
struct Source {
    path: String,
    rows: String,
    sha256: String,
}

pub fn data(teller: &Teller, audit: Option<&PublicAudit>) -> Data {
    let group = teller.group;
    let findings = noticed(&group.findings);
    Data {
        sources: group.card.sources.iter().map(|of| source(teller, of)).collect(),
        rows: rows(teller),
        period: period(teller),
        missing: missing(teller),
        missing_note: missing_note(teller),
        representation: audit.map_or_else(Vec::new, |audit| representation(audit, teller)),
        findings: findings.into_iter().map(|of| finding_line(None, of, teller.words)).collect(),
    }
}

fn source(teller: &Teller, of: &SourceView) -> Source {
    Source { path: safe(&of.path, 80), rows: teller.words.integer(of.rows), sha256: of.sha256.clone() }
}

/// What became of the rows: those that are used first, then why the others are not.
fn rows(teller: &Teller) -> Vec<[String; 2]> {
    let group = teller.group;
    let of = group.card.rows;
    let before_the_first = of.history - of.history_scored.min(of.history);
    let other = of.table.saturating_sub(of.history + of.today + of.immature + of.superseded);
    let n_read = of.without_own_key + of.duplicates + of.table;
    let (what, is_other) = match group.card.is_queried {
        true => ("Rows of the query’s result", true),
        false => ("Rows that were read", n_read > of.table),
    };
    let told = [
        (what, if is_other { n_read } else { 0 }, is_other),
        ("Left out: id or time blank, or the same as in a row above", of.without_own_key, false),
        ("Left out: equal to another row in all columns but the key", of.duplicates, false),
        ("Rows of the checked table", of.table, true),
        ("Past, outcome known: train, validate and are audited", of.history, true),
        ("… of them without a score, before the first fold in time", before_the_first, false),
        ("Today’s: scored and acted on", of.today, true),
        ("Left out: the horizon has not passed and the event has not happened", of.immature, false),
        ("Left out: a later row of the same subject is open", of.superseded, false),
        ("Left out for other reasons", other, false),
    ];
    let shown = told.into_iter().filter(|(_, n, always)| *always || *n > 0);
    shown.map(|(what, n, _)| [what.to_owned(), teller.words.count(n)]).collect()
}

fn period(teller: &Teller) -> Vec<Rich> {
    let words = teller.words;
    let span = |what: &str, (first, last): (NaiveDate, NaiveDate)| {
        let days =
            if first == last { words.date(first) } else { format!("{} to {}", words.date(first), words.date(last)) };
        Rich::new(format!("{what}: {days}."))
    };
    let card = &teller.group.card;
    let mut told: Vec<Rich> = card.history.map(|of| span("The past", of)).into_iter().collect();
    told.extend(card.today.map(|of| span("Today’s subjects", of)));
    if told.is_empty() {
        told.push(Rich::new("The table has no times: past and present are taken to be alike."));
    }
    if let Some(horizon) = &teller.group.horizon {
        told.push(Rich::new(format!("The outcome is looked for within {}.", safe(horizon, 40))));
    }
    told
}

/// Columns with missing values, the most first.
fn missing(teller: &Teller) -> Vec<[String; 3]> {
    let (group, words) = (teller.group, teller.words);
    let mut columns: Vec<&ColumnView> = with_missing(teller).collect();
    columns.sort_by_key(|of| std::cmp::Reverse(of.n_missing_history + of.n_missing_today));
    let share = |n: usize, of: usize| match of {
        0 => "–".to_owned(),
        of => format!("{} ({})", words.percent(n as f64 / of as f64), words.count(n)),
    };
    let row = |of: &&ColumnView| {
        [
            safe(&of.label, 60),
            share(of.n_missing_history, group.card.rows.history),
            share(of.n_missing_today, group.card.rows.today),
        ]
    };
    columns.iter().take(N_MISSING).map(row).collect()
}

fn with_missing<'a>(teller: &Teller<'a>) -> impl Iterator<Item = &'a ColumnView> {
    teller.group.columns.iter().filter(|of| of.n_missing_history + of.n_missing_today > 0)
}

fn missing_note(teller: &Teller) -> String {
    let (words, n) = (teller.words, with_missing(teller).count());
    let whole = teller.group.columns.len();
    if n > N_MISSING {
        return format!("{} more columns have missing values.", words.count(n - N_MISSING));
    }
    match whole - n.min(whole) {
        0 => String::new(),
        full => format!("{} no missing value.", words.counted(full, "other column has", "other columns have")),
    }
}

/// Every group's share of the past and of today's.
fn representation(audit: &PublicAudit, teller: &Teller) -> Vec<[String; 4]> {
    let of = |population: Population| audit.data.representation.iter().filter(move |of| of.population == population);
    let has_today = teller.group.card.rows.today > 0;
    let percent =
        |share: Option<f64>| share.map_or_else(|| "not shown".to_owned(), |share| teller.words.percent(share));
    let mut rows = Vec::new();
    for past in of(Population::History) {
        let today = of(Population::Today).find(|today| today.feature == past.feature);
        for (place, group) in past.groups.iter().enumerate() {
            let now = today.and_then(|today| today.groups.iter().find(|now| now.group == group.group));
            let share = now.and_then(|now| now.share);
            let now_shown = if has_today { percent(share) } else { "–".to_owned() };
            let feature = if place == 0 { label(teller.group, &past.feature) } else { String::new() };
            rows.push([feature, safe(&group.group, 40), percent(group.share), now_shown]);
        }
    }
    rows
}
