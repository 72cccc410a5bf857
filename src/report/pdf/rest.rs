//! The last page: what the numbers rest on, what the words mean, and what they cannot tell.

use serde::Serialize;

use crate::base::units::Family;
use crate::base::{Finding, Severity};
use crate::report::tell::Teller;
use crate::report::tell::fairness::glossary;
use crate::report::tell::findings::finding_line;
use crate::report::tell::rich::{Rich, closed, safe};
use crate::report::view::{GroupView, PortfolioView};
use crate::report::words::{Words, capitalized};

/// Findings told one by one.
const N_FINDINGS: usize = 14;

#[derive(Serialize)]
pub struct Rest {
    /// Group, today, history, outcomes, rate.
    rows: Vec<[String; 5]>,
    terms: Vec<Rich>,
    findings: Vec<Rich>,
    findings_note: String,
    limits: Vec<Rich>,
    contacts: Vec<Rich>,
}

pub fn rest(view: &PortfolioView, words: &Words) -> Rest {
    let told: Vec<_> = all_findings(view).filter(|(_, finding)| finding.severity > Severity::Info).collect();
    let n_info = all_findings(view).count() - told.len();
    Rest {
        rows: view.groups.iter().map(|group| row(group, words)).collect(),
        terms: terms(view, words),
        findings: told.iter().take(N_FINDINGS).map(|(group, finding)| finding_line(*group, finding, words)).collect(),
        findings_note: findings_note(told.len(), n_info, words),
        limits: limits(&view.groups, words),
        contacts: view.groups.iter().filter_map(|group| contact(view, group, words)).collect(),
    }
}

/// Every finding, with the group it belongs to where there are several.
fn all_findings(view: &PortfolioView) -> impl Iterator<Item = (Option<&GroupView>, &Finding)> {
    let is_alone = view.groups.len() == 1;
    let of_group = move |group| move |finding| ((!is_alone).then_some(group), finding);
    let of_groups = view.groups.iter().flat_map(move |group| group.findings.iter().map(of_group(group)));
    view.findings.iter().map(|finding| (None, finding)).chain(of_groups)
}

fn row(group: &GroupView, words: &Words) -> [String; 5] {
    let rate = (group.n_history > 0).then(|| group.n_outcomes as f64 / group.n_history as f64);
    [
        Teller { group, words }.title(),
        words.count(group.n_today),
        words.count(group.n_history),
        words.count(group.n_outcomes),
        rate.map_or("–".to_owned(), |rate| words.percent(rate)),
    ]
}

/// What the words mean that the pages use.
fn terms(view: &PortfolioView, words: &Words) -> Vec<Rich> {
    let mut families: Vec<Family> = view.groups.iter().map(|group| group.validation.family).collect();
    families.sort_unstable();
    families.dedup();
    let term = |name: &str, meaning: &str| Rich::default().strong(name).plain(format!(": {meaning}"));
    let fates = view.groups.iter().filter_map(|group| {
        let teller = Teller { group, words };
        teller.fate().map(|fate| format!("{} {fate}", group.plural))
    });
    let fates: Vec<String> = fates.collect();
    let mut terms = vec![
        term("Score", "of 100 subjects with this score, so many are expected to have the outcome within the horizon."),
        term(
            "Points",
            "by how much a column moves a score up or down from the starting point. Starting point and points add up to \
             the score exactly. They explain the score, not a person's mind, and prove no cause.",
        ),
        term(
            "Starting point",
            "the score of the background against which subjects are compared; it is not the mean score.",
        ),
        term(
            "Calibration range",
            "how far a score may be off, as far as past subjects with similar scores can tell; it is not a 95 % interval.",
        ),
    ];
    if !fates.is_empty() {
        terms.insert(0, term("Outcome", &closed(&words.list(&fates))));
    }
    terms.extend(glossary(&view.groups).iter().map(|(name, meaning)| term(name, &uncapitalized(meaning))));
    terms.extend(families.iter().map(|family| term("Model", model(*family))));
    terms
}

fn uncapitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}

fn model(family: Family) -> &'static str {
    match family {
        Family::Logistic => {
            "logistic regression: each column adds to or takes from the odds of the outcome, independently of the others."
        }
        Family::Tree => {
            "a decision tree: a few questions, one after the other; subjects who give the same answers share a score."
        }
        Family::Additive => {
            "an additive model: each column has a curve that adds to or takes from the odds of the outcome; a few pairs of \
             columns have a table in addition."
        }
        Family::Boosted => {
            "boosted trees: many small trees of questions, each correcting those before it; no single one can be read."
        }
        Family::Forest => "a random forest: the mean of many decision trees; no single one can be read.",
        Family::ExtraTrees => {
            "extremely randomized trees: the mean of many trees cut at random; no single one can be read."
        }
    }
}

fn findings_note(n_told: usize, n_info: usize, words: &Words) -> String {
    let more = n_told.saturating_sub(N_FINDINGS);
    match (more, n_info) {
        (0, 0) if n_told == 0 => "Nothing was noticed.".to_owned(),
        (0, 0) => String::new(),
        (0, n) => format!("{} of less weight in the findings.", capitalized(&words.counted(n, "note", "notes"))),
        (more, n) => format!(
            "{} more, and {} of less weight, in the findings.",
            words.count(more),
            words.counted(n, "note", "notes")
        ),
    }
}

/// What holds of every group is said once.
fn limits(groups: &[GroupView], words: &Words) -> Vec<Rich> {
    let is_shared = |limit: &String| groups.iter().all(|group| group.limits.contains(limit));
    let shared = groups.first().into_iter().flat_map(|group| &group.limits).filter(|limit| is_shared(limit));
    let own = groups.iter().flat_map(|group| {
        let title = Teller { group, words }.title();
        let of_group = group.limits.iter().filter(|limit| !is_shared(limit));
        of_group.map(move |limit| Rich::default().strong(format!("{title}: ")).plain(limit))
    });
    shared.map(Rich::new).chain(own).collect()
}

fn contact(view: &PortfolioView, group: &GroupView, words: &Words) -> Option<Rich> {
    let purpose = group.purpose.as_ref()?;
    let mut told = format!("The scores serve {}", closed(&safe(&purpose.purpose, 120)));
    if let Some(decides) = &purpose.decides {
        told += &format!(" Decisions are made by: {}", closed(&safe(decides, 80)));
    }
    if let Some(contact) = &purpose.contact {
        told += &format!(" To contest a score: {}", closed(&safe(contact, 80)));
    }
    let whose = if view.groups.len() == 1 { String::new() } else { format!("{}. ", Teller { group, words }.title()) };
    Some(Rich::default().strong(whose).plain(told))
}
