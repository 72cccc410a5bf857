//! The auditor's document: what data, what model, which verdicts, where gaps come from, and proof of it all.
//!
//! Figures of the audit are those of `audit_public.json`, which the PDF carries inside.

mod data;
mod gaps;
mod model;
mod remedies;
mod verdicts;

use serde::Serialize;

use super::placed::Image;
use crate::audit::{metrics, verdict};
use crate::base::verdicts::Verdicts;
use crate::report::chart::Chart;
use crate::report::tell::Teller;
use crate::report::tell::fairness::{disparities_told, n_found};
use crate::report::tell::rich::{Rich, safe};
use crate::report::view::{GroupView, PortfolioView, PublicAudit};
use crate::report::words::{Words, capitalized, printable};

/// All that the auditor's template places.
#[derive(Serialize)]
pub struct Auditor {
    headline: String,
    lead: Vec<Rich>,
    /// Group, comparisons, and how they came out.
    verdicts: Vec<[String; 6]>,
    found: Vec<Rich>,
    groups: Vec<Section>,
    glossary: Vec<(String, Vec<Rich>)>,
    attachments: Vec<Attachment>,
    proof: Vec<Rich>,
}

/// One stakeholder group.
#[derive(Serialize)]
struct Section {
    title: String,
    lead: Rich,
    data: data::Data,
    model: model::Card,
    audit: Option<verdicts::Judged>,
    gaps: Option<gaps::Gaps>,
    remedies: Option<remedies::Remedies>,
}

/// A file inside the PDF.
#[derive(Serialize)]
pub struct Attachment {
    /// As the template reads it.
    file: String,
    /// As readers of the PDF see it.
    name: String,
    description: String,
}

/// What the auditor's pages say; `audits` are those of the view's groups, in their order.
pub fn auditor(view: &PortfolioView, audits: &[Option<PublicAudit>], charts: &[Vec<Chart>], words: &Words) -> Auditor {
    let of_groups = || view.groups.iter().zip(audits.iter().map(Option::as_ref));
    let sections = of_groups().enumerate().map(|(at, (group, audit))| {
        let none = Vec::new();
        section(&Teller { group, words }, audit, (at, charts.get(at).unwrap_or(&none)))
    });
    Auditor {
        headline: headline(view, words),
        lead: lead(view, audits.iter().any(Option::is_some)),
        verdicts: view.groups.iter().map(|group| row(group, words)).collect(),
        found: view.groups.iter().flat_map(|group| found(group, words)).collect(),
        groups: sections.collect(),
        glossary: glossary(of_groups()),
        attachments: of_groups()
            .enumerate()
            .filter(|(_, (_, audit))| audit.is_some())
            .map(|(at, (group, _))| attachment(at, group))
            .collect(),
        proof: proof(view),
    }
}

/// What was found, in one sentence that promises nothing more.
fn headline(view: &PortfolioView, words: &Words) -> String {
    let total = Verdicts::total(view.groups.iter().map(|group| group.verdicts));
    let n_found: usize = view.groups.iter().map(n_found).sum();
    let too_little = match total.insufficient_evidence {
        0 => String::new(),
        1 => "; one comparison cannot be judged".to_owned(),
        n => format!("; {} comparisons cannot be judged", words.spelled(n)),
    };
    match (total.comparisons, n_found) {
        (0, 0) => "No comparison of groups can be told.".to_owned(),
        (_, 0) => format!("No disparity is established{too_little}."),
        (_, 1) => format!("One disparity is established{too_little}."),
        (_, n) => format!("{} disparities are established{too_little}.", capitalized(&words.spelled(n))),
    }
}

fn lead(view: &PortfolioView, is_audited: bool) -> Vec<Rich> {
    let compared = view.compared.as_ref().map(|of| format!(" It is compared with run {}.", safe(&of.run, 60)));
    let run = format!("This document belongs to run {}.{}", safe(&view.run, 60), compared.unwrap_or_default());
    let table = "Every figure of the audit is one of the published table that is attached to this file. Groups that are so small \
                 that a figure would point at single people are left out there and here, with those that would give them back; \
                 the complete table stands in audit.json of the run, for those who may see it.";
    [Some(run.as_str()), is_audited.then_some(table)].into_iter().flatten().map(Rich::new).collect()
}

fn row(group: &GroupView, words: &Words) -> [String; 6] {
    let of = group.verdicts;
    let counts = [of.comparisons, of.disparity, of.none_found, of.insufficient_evidence, of.undefined];
    let [comparisons, disparity, none_found, insufficient, undefined] = counts.map(|n| words.count(n));
    [Teller { group, words }.title(), comparisons, disparity, none_found, insufficient, undefined]
}

/// The disparities of a group, one by one.
fn found(group: &GroupView, words: &Words) -> Vec<Rich> {
    let told = disparities_told(&Teller { group, words });
    let whose = Teller { group, words }.title();
    told.into_iter().map(|told| Rich::default().strong(format!("{whose}. ")).plain(told)).collect()
}

fn section(teller: &Teller, audit: Option<&PublicAudit>, (at, charts): (usize, &[Chart])) -> Section {
    let group = teller.group;
    let frontier = Image::find(charts, at, "frontier");
    let label = |column: &str| label(group, column);
    Section {
        title: teller.title(),
        lead: teller.lead(None),
        data: data::data(teller, audit),
        model: model::card(teller, audit, Image::find(charts, at, "reliability")),
        audit: audit.and_then(|audit| verdicts::judged(audit, teller, &label)),
        gaps: audit.and_then(|audit| gaps::gaps(audit, teller, &label)),
        remedies: audit.and_then(|audit| remedies::remedies(audit, teller, frontier, &label)),
    }
}

/// A column, or a crossing of some, as people call it.
fn label(group: &GroupView, feature: &str) -> String {
    let known = |name: &str| group.labels.get(name).cloned().unwrap_or_else(|| name.to_owned());
    let parts: Vec<String> = feature.split(" × ").map(|part| safe(&known(part), 60)).collect();
    parts.join(" × ")
}

fn attachment(at: usize, group: &GroupView) -> Attachment {
    let stem = printable(&group.name);
    Attachment {
        file: attached(at),
        name: format!("{stem}-audit_public.json"),
        description: format!("The published audit of {stem}: every row of the table, its policy, gaps and prices"),
    }
}

/// The name under which the template finds the published audit of a group.
pub fn attached(at: usize) -> String {
    format!("audit-{at}.json")
}

fn proof(view: &PortfolioView) -> Vec<Rich> {
    vec![
        Rich::new(
            "At the foot of each page stands the hash of the run’s results: scores, attributions, validation, audit and model. ",
        ),
        Rich::new("“trustrisk verify” holds every file of the run against its manifest, ")
            .plain("so that whoever has the folder can tell whether these are the figures of that run. Run: ")
            .strong(&view.run)
            .plain("; results: ")
            .exact(&view.results_sha256)
            .plain("."),
    ]
}

/// Metrics that the pages name, and what verdicts mean.
fn glossary<'a>(audits: impl Iterator<Item = (&'a GroupView, Option<&'a PublicAudit>)>) -> Vec<(String, Vec<Rich>)> {
    let audits: Vec<&PublicAudit> = audits.filter_map(|(_, audit)| audit).collect();
    if audits.is_empty() {
        return Vec::new();
    }
    let is_told = |name: &str| audits.iter().any(|audit| audit.rows.iter().any(|row| row.metric == name));
    let metric = |metric: &metrics::Metric| {
        let name = Rich::default().strong(metric.title).plain(": ");
        name.plain(metric.meaning).plain(" ").muted(format!("{}.", metric.definition.trim_end_matches('.')))
    };
    let told = metrics::METRICS.iter().filter(|of| is_told(of.name)).map(metric).collect();
    let meaning = |name: &&str| Rich::default().strong(*name).plain(": ").plain(verdict::meaning(name));
    vec![
        ("What the verdicts mean".to_owned(), verdict::VERDICTS.iter().map(meaning).collect()),
        ("What the figures mean".to_owned(), told),
    ]
}
