//! What the audit found, in sentences for people who read no statistics.

use super::rich::{Rich, safe};
use super::tell::Teller;
use crate::audit::metrics;
use crate::audit::verdict::DISPARITY;
use crate::base::population::Population;
use crate::report::view::{AuditLine, GroupView};
use crate::report::words::{self, capitalized};

/// Disparities told one by one.
const N_TOLD: usize = 4;

/// The verdicts of a group's audit: how many of each, the disparities in words, and what the others mean.
pub fn fairness(teller: &Teller) -> Vec<Rich> {
    let verdicts = teller.group.verdicts;
    if verdicts.comparisons == 0 {
        return Vec::new();
    }
    let found = disparities(teller.group);
    let mut told = vec![counted(teller)];
    told.extend(found.iter().take(N_TOLD).map(|line| Rich::new(disparity(teller, line))));
    let untold = verdicts.disparity.saturating_sub(found.len().min(N_TOLD));
    if untold > 0 {
        let more = if found.is_empty() { "The disparities concern" } else { "The others concern" };
        told.push(Rich::new(format!("{more} groups that are told in the audit’s table only.")));
    }
    if verdicts.insufficient_evidence > 0 {
        let text = "Too little evidence means just that: the groups are too small, or the figures too close to the limits, \
                    to say either. It is no sign of fairness.";
        told.push(Rich::default().muted(text));
    }
    told
}

/// "36 comparisons of groups: 1 disparity, 12 with none found, 23 with too little evidence."
fn counted(teller: &Teller) -> Rich {
    let (words, of) = (teller.words, teller.group.verdicts);
    let part = |n: usize, one: &str, many: &str| (n > 0).then(|| words.counted(n, one, many));
    let parts = [
        part(of.none_found, "shows none", "show none"),
        part(of.insufficient_evidence, "has too little evidence", "have too little evidence"),
        part(of.undefined, "has no figure", "have no figure"),
    ];
    let rest: Vec<String> = parts.into_iter().flatten().collect();
    let rest = if rest.is_empty() { String::new() } else { format!("; {}", words.list(&rest)) };
    let found = match of.disparity {
        0 => "no disparity was found".to_owned(),
        n => words.counted(n, "shows a disparity", "show a disparity"),
    };
    let whole = words.counted(of.comparisons, "comparison of groups", "comparisons of groups");
    Rich::new(format!("Of {whole}, ")).strong(found).plain(format!("{rest}."))
}

/// Disparities that may be told, those of today first, then as the table has them.
fn disparities(group: &GroupView) -> Vec<&AuditLine> {
    let is_found = |line: &&AuditLine| line.verdict.as_deref() == Some(DISPARITY) && !line.suppressed;
    let mut found: Vec<&AuditLine> = group.audit.iter().filter(is_found).collect();
    found.sort_by_key(|line| (line.n_columns, line.population != Population::Today));
    found
}

/// "Gender, F: called at high risk 1.6 times as often as M (between 1.3 and 2.1 times; the limits are 0.8 and 1.25)."
fn disparity(teller: &Teller, line: &AuditLine) -> String {
    let words = teller.words;
    let name = |text: &str| words::ellipsized(&safe(text, 60), 40);
    let who = format!("{}, {}", name(&line.feature), name(&line.group));
    let against = match line.reference.as_deref() {
        Some("overall") => "all together".to_owned(),
        Some(reference) => name(reference),
        None => "the reference".to_owned(),
    };
    let what = capitalized(&title(&line.metric).to_lowercase());
    let when = if line.population == Population::Today { "today" } else { "in the past" };
    match (line.ratio, line.ratio_low, line.ratio_high) {
        (Some(ratio), Some(low), Some(high)) => format!(
            "{who}: {} {} times that of {against} {when} (between {} and {} times).",
            what.to_lowercase(),
            words.number(ratio, 2),
            words.number(low, 2),
            words.number(high, 2)
        ),
        _ => format!("{who}: {} unlike that of {against} {when}.", what.to_lowercase()),
    }
}

fn title(metric: &str) -> &str {
    metrics::find(metric).map_or(metric, |metric| metric.title)
}

/// What the binding metrics of some groups and the verdicts mean: names with their meanings.
pub fn glossary(groups: &[GroupView]) -> Vec<(String, String)> {
    let binding: Vec<&str> = groups.iter().flat_map(|group| group.binding.keys().map(String::as_str)).collect();
    let told = metrics::METRICS.iter().filter(|metric| binding.contains(&metric.name));
    let mut terms: Vec<(String, String)> =
        told.map(|metric| (metric.title.to_owned(), metric.meaning.to_owned())).collect();
    if groups.iter().any(|group| group.verdicts.comparisons > 0) {
        let verdict = "a group’s figure lies outside the limits by more than chance explains, with how many were looked at \
                       counted in; “none found”: what chance allows lies inside the limits; “too little evidence”: neither.";
        terms.push(("Disparity".to_owned(), verdict.to_owned()));
    }
    terms
}
