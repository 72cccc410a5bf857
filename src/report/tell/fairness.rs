//! What the audit found, in sentences for people who read no statistics.

use std::collections::BTreeSet;

use super::Teller;
use super::rich::{Rich, safe};
use crate::audit::verdict::DISPARITY;
use crate::audit::{self, metrics};
use crate::base::population::Population;
use crate::report::view::{AuditLine, GroupView, VerdictChangeView};
use crate::report::words::{self, capitalized};

/// Disparities told one by one.
const N_TOLD: usize = 4;

/// The verdicts of a group's audit: how many of each, the disparities in words, and what the others mean.
pub fn fairness(teller: &Teller) -> Vec<Rich> {
    let verdicts = teller.group.verdicts;
    if verdicts.comparisons == 0 {
        return Vec::new();
    }
    let mut told = vec![counted(teller)];
    let found = disparities_told(teller);
    told.extend(found.iter().map(Rich::new));
    let untold = verdicts.disparity.saturating_sub(found.len());
    if untold > 0 {
        let more = if found.is_empty() { "The disparities concern" } else { "The others concern" };
        told.push(Rich::new(format!("{more} groups that are told in the audit’s table only.")));
    }
    told.extend(changed(teller).map(Rich::new));
    if verdicts.insufficient_evidence > 0 {
        let text = "Too little evidence means just that: the groups are too small, or the figures too close to the limits, \
                    to say either. It is no sign of fairness.";
        told.push(Rich::default().muted(text));
    }
    told
}

/// The first disparities that may be told, a sentence or two each.
pub fn disparities_told(teller: &Teller) -> Vec<String> {
    let mut known = BTreeSet::new();
    let tell = |line: &&AuditLine| {
        // where a gap comes from is told once for each group
        let is_new = known.insert((line.feature.clone(), line.group.clone())) && line.n_columns == 1;
        disparity(teller, line, line.drivers.as_deref().filter(|_| is_new))
    };
    disparities(teller.group).iter().take(N_TOLD).map(tell).collect()
}

/// Disparities that were found, those among them that may not be told as well: the finding counts all.
pub fn n_found(group: &GroupView) -> usize {
    let told = group.findings.iter().find(|finding| finding.code == DISPARITY);
    let all = told.map_or(0, |finding| usize::try_from(finding.count.unwrap_or(1)).unwrap_or(usize::MAX));
    all.max(group.verdicts.disparity)
}

/// The first disparity that may be told: "Mother tongue, Portuguese: called at high risk 3.1 times as often as English".
pub fn disparity_in_short(teller: &Teller) -> Option<String> {
    let found = disparities(teller.group);
    let line = found.first()?;
    let name = |text: &str| words::ellipsized(&safe(text, 60), 40);
    let against = name(audit::words::reference(line.reference.as_deref()?));
    let (feature, group) = (name(&line.feature), name(&line.group));
    let ratio = line.ratio?;
    // few people compare by factors below 1
    let times = match teller.words.number(ratio, 1) {
        text if ratio >= 1.0 => format!("{text} times as often as {against}"),
        _ => format!("{} as often as {against}", teller.words.percent(ratio)),
    };
    let verb = teller.group.verb.as_deref();
    let with = verb.map_or_else(|| "with the outcome".to_owned(), |verb| format!("who {verb}"));
    let without = verb.map_or_else(|| "without the outcome".to_owned(), |verb| format!("who do not {verb}"));
    let at_risk = teller.at_risk();
    let what = match line.metric.as_str() {
        "selection_rate" => format!("called {at_risk} {times}"),
        "false_positive_rate" => format!("of those {without}, called {at_risk} {times}"),
        "true_positive_rate" => format!("of those {with}, called {at_risk} {times}"),
        "false_negative_rate" => format!("of those {with}, not called {at_risk} {times}"),
        other => format!("{} {} times that of {against}", lowered(title(other)), teller.words.number(ratio, 2)),
    };
    Some(format!("{feature}, {group}: {what}"))
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

/// "Since the run before, 2 verdicts have changed: Gender, F: selection rate today, now a disparity; …"
fn changed(teller: &Teller) -> Option<String> {
    let changed = &teller.group.changed_verdicts;
    let name = |text: &str| words::ellipsized(&safe(text, 60), 40);
    let told = |verdict: Option<&str>| verdict.map_or("not compared".to_owned(), |verdict| format!("“{verdict}”"));
    let one = |of: &VerdictChangeView| {
        let today = if of.population == Population::Today { " today" } else { "" };
        let (now, before) = (told(of.now.as_deref()), told(of.before.as_deref()));
        let what = lowered(title(&of.metric));
        format!("{}, {}: {what}{today} {now}, was {before}", name(&of.feature), name(&of.group))
    };
    let shown: Vec<String> = changed.iter().take(N_TOLD).map(one).collect();
    let more = changed.len().saturating_sub(N_TOLD);
    let rest = if more > 0 { format!("; and {more} more") } else { String::new() };
    let noun = teller.words.counted(changed.len(), "verdict has changed", "verdicts have changed");
    (!changed.is_empty()).then(|| format!("Since the compared run {noun}: {}{rest}.", shown.join("; ")))
}

/// Disparities that may be told, those of today first, then as the table has them.
fn disparities(group: &GroupView) -> Vec<&AuditLine> {
    let is_found = |line: &&AuditLine| line.verdict.as_deref() == Some(DISPARITY) && !line.suppressed;
    let mut found: Vec<&AuditLine> = group.audit.iter().filter(is_found).collect();
    found.sort_by_key(|line| (line.n_columns, line.population != Population::Today));
    found
}

/// "Gender, F: selection rate 0.62 times that of M today (between 0.51 and 0.74 times), to the disadvantage of F. Of the
/// 6.1 points between F and M, 4.0 come from Contract."
fn disparity(teller: &Teller, line: &AuditLine, drivers: Option<&str>) -> String {
    let words = teller.words;
    let name = |text: &str| words::ellipsized(&safe(text, 60), 40);
    let who = format!("{}, {}", name(&line.feature), name(&line.group));
    let against =
        line.reference.as_deref().map_or_else(|| "the reference".to_owned(), |of| name(audit::words::reference(of)));
    let what = lowered(title(&line.metric));
    let when = if line.population == Population::Today { "today" } else { "in the past" };
    let side = line.disadvantaged.as_deref().map(|side| name(audit::words::side(side)));
    let cost = side.map_or_else(String::new, |side| format!(", to the disadvantage of {side}"));
    let from = drivers.map_or_else(String::new, |drivers| format!(" {}.", capitalized(&safe(drivers, 300))));
    match (line.ratio, line.ratio_low, line.ratio_high) {
        (Some(ratio), Some(low), Some(high)) => format!(
            "{who}: {what} {} times that of {against} {when} (between {} and {} times){cost}.{from}",
            words.number(ratio, 2),
            words.number(low, 2),
            words.number(high, 2)
        ),
        _ => format!("{who}: {what} unlike that of {against} {when}{cost}.{from}"),
    }
}

/// As it stands within a sentence: names of letters stay as they are.
fn lowered(title: &str) -> String {
    let mut letters = title.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            format!("{}{}", first.to_lowercase(), title.get(first.len_utf8()..).unwrap_or_default())
        }
        _ => title.to_owned(),
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
