//! The story of a run, a line a stage, made of plain data.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::terminal::{finding_line, grouped};
use super::timings::StageSeconds;
use crate::base::error::Problem;
use crate::base::units::Estimate;
use crate::base::verdicts::Verdicts;
use crate::base::{Error, Finding, Severity};

/// Columns of the text between name and stage.
const TEXT: usize = 75;
/// Slopes of risks that are called calibrated.
const WELL_CALIBRATED: std::ops::RangeInclusive<f64> = 0.9..=1.1;
/// Findings that are told whatever their severity: what somebody asked for and did not see yet.
const ALWAYS_TOLD: [&str; 1] = ["edited-model"];

/// What there is to tell of a stakeholder group.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Group {
    pub name: String,
    pub n_today: usize,
    pub n_history: usize,
    pub n_columns: usize,
    pub n_sources: usize,
    /// Name of the model family; `None` where none was fitted.
    pub family: Option<String>,
    /// Every family that was tried with its log loss out of fold; empty where there was no choice.
    pub families: Vec<(String, Option<f64>)>,
    /// The family that scores each fold of history; empty where there was no choice.
    pub fold_families: Vec<String>,
    pub auc: Estimate,
    pub calibration_slope: Option<f64>,
    /// Subjects in the bands high and critical; `None` where nothing was scored.
    pub n_high: Option<usize>,
    /// Money in the portfolio's currency.
    pub value_at_stake: Option<f64>,
    /// Rows of the audit table; `None` where nothing was audited.
    pub n_audited: Option<usize>,
    /// How its binding comparisons came out.
    pub verdicts: Verdicts,
    /// Why the group could not be done.
    pub error: Option<Error>,
}

/// How a story is told.
#[derive(Debug, Clone, Copy)]
pub struct Telling<'a> {
    pub currency: &'a str,
    pub color: bool,
    /// Lower severities are counted only.
    pub from: Severity,
    /// Columns of the longest group name.
    pub name_width: usize,
}

impl<'a> Telling<'a> {
    pub fn new(currency: &'a str, color: bool, from: Severity, groups: &[Group]) -> Self {
        let name_width = groups.iter().map(|group| group.name.chars().count()).max().unwrap_or(0);
        Self { currency, color, from, name_width }
    }
}

/// `harbor-lane, as of 30 June 2026`
pub fn title_line(portfolio: &str, as_of: NaiveDate) -> String {
    format!("{portfolio}, as of {}", as_of.format("%-d %B %Y"))
}

/// A line of the story: group name (on a group's first line), text, stage and seconds at the right.
pub fn story_line(name: &str, name_width: usize, text: &str, stage: &str, seconds: Option<f64>) -> String {
    let head = format!("  {}  ", padded(name, name_width));
    if stage.is_empty() {
        return format!("{head}{text}").trim_end().to_owned();
    }
    let seconds = seconds.map_or_else(String::new, |seconds| format!(" {seconds:>4.1} s"));
    let gap = if text.chars().count() > TEXT - 2 { "  " } else { "" };
    format!("{head}{}{gap}{stage:<7}{seconds}", padded(text, TEXT)).trim_end().to_owned()
}

/// All lines of a stakeholder group.
pub fn group_lines(group: &Group, findings: &[Finding], seconds: &[StageSeconds], telling: &Telling) -> Vec<String> {
    let mut lines: Vec<(String, &str)> = Vec::new();
    if group.n_today + group.n_history > 0 {
        lines.push((load_text(group), "load"));
    }
    let mut of_group: Vec<&Finding> =
        findings.iter().filter(|finding| finding.stakeholders.as_deref() == Some(&group.name)).collect();
    of_group.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    lines.extend(finding_texts(&of_group, telling).into_iter().map(|text| (text, "")));
    let is_calibrated = of_group.iter().all(|finding| finding.code != "not-calibrated");
    lines.extend(model_text(group, is_calibrated).map(|text| (text, "train")));
    lines.extend(families_texts(group).into_iter().map(|text| (text, "")));
    lines.extend(stake_text(group, telling.currency).map(|text| (text, "explain")));
    lines.extend(group.n_audited.map(|n| (audit_text(n, group.verdicts), "audit")));
    let told = |problem: &Problem| {
        of_group.iter().any(|finding| finding.severity == Severity::Error && finding.message == problem.message)
    };
    let untold = group.error.clone().map(|error| untold(error, told));
    lines.extend(untold.iter().flat_map(|error| error_texts(error, telling.color)).map(|text| (text, "")));
    let mut name = group.name.as_str();
    let mut told = Vec::new();
    for (text, stage) in lines {
        let seconds = seconds_of(&group.name, stage, seconds);
        told.push(story_line(std::mem::take(&mut name), telling.name_width, &text, stage, seconds));
    }
    told
}

/// `reports/harbor-lane/2026-06-30-3f9a1c20/   owner.pdf`
pub fn result_line(path: &str, pages: &[String]) -> String {
    format!("{}/   {}", path.trim_end_matches('/'), pages.join("  ")).trim_end().to_owned()
}

/// Findings as lines: those from a severity up with what can be typed against errors, the rest counted.
pub fn finding_texts(findings: &[&Finding], telling: &Telling) -> Vec<String> {
    let mut texts = Vec::new();
    let is_told = |finding: &Finding| finding.severity >= telling.from || ALWAYS_TOLD.contains(&finding.code.as_str());
    for finding in findings.iter().filter(|finding| is_told(finding)) {
        texts.push(finding_line(finding, telling.color));
        let shows_hint = telling.from == Severity::Info || finding.severity == Severity::Error;
        texts.extend(finding.hint.iter().filter(|_| shows_hint).map(|hint| format!("hint: {hint}")));
    }
    match findings.iter().filter(|finding| !is_told(finding)).count() {
        0 => {}
        1 => texts.push("1 note in findings.json".to_owned()),
        n => texts.push(format!("{n} notes in findings.json")),
    }
    texts
}

fn load_text(group: &Group) -> String {
    let count = |n: usize| grouped(n as u64);
    let sources = if group.n_sources == 1 { "source" } else { "sources" };
    let columns = if group.n_columns == 1 { "column" } else { "columns" };
    let rows = format!("{} today, {} history", count(group.n_today), count(group.n_history));
    // a run that was there before no longer tells of its columns
    if group.n_columns == 0 {
        return rows;
    }
    format!("{rows}, {} {columns} from {} {sources}", count(group.n_columns), count(group.n_sources))
}

fn model_text(group: &Group, is_calibrated: bool) -> Option<String> {
    let family = group.family.as_deref()?;
    let auc = match group.auc {
        Estimate { value: Some(value), low: Some(low), high: Some(high) } => {
            format!("AUC {value:.3} ({low:.3} to {high:.3})")
        }
        Estimate { value: Some(value), .. } => format!("AUC {value:.3}"),
        Estimate { value: None, .. } => "AUC undefined".to_owned(),
    };
    let calibrated = |slope: f64| match is_calibrated {
        false => format!(", not calibrated (slope {slope:.2})"),
        true if WELL_CALIBRATED.contains(&slope) => format!(", calibrated (slope {slope:.2})"),
        true => format!(", calibration slope {slope:.2}"),
    };
    let slope = group.calibration_slope.map_or_else(String::new, calibrated);
    Some(format!("{family}, {auc}{slope}"))
}

/// `log loss: logistic 0.4145, additive 0.4121, boosted 0.4115` and `passed over: forest`, as many to a line as fit.
fn families_texts(group: &Group) -> Vec<String> {
    let tried = group.families.iter().filter_map(|(name, loss)| Some(format!("{name} {:.4}", (*loss)?)));
    let passed_over = group.families.iter().filter(|(_, loss)| loss.is_none()).map(|(name, _)| name.clone());
    listed("log loss: ", tried)
        .chain(listed("passed over: ", passed_over))
        .chain(listed("past scores by ", other_folds(group)))
        .collect()
}

/// Who scores the folds of history, where that is not the one family that scores from now on: `additive 3`, `boosted 2`.
fn other_folds(group: &Group) -> impl Iterator<Item = String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    group.fold_families.iter().for_each(|family| *counts.entry(family).or_default() += 1);
    let differs = counts.keys().any(|family| Some(*family) != group.family.as_deref());
    let told: Vec<String> = counts.into_iter().filter(|_| differs).map(|(name, n)| format!("{name} {n}")).collect();
    told.into_iter()
}

/// Texts after a title, lines below one another.
fn listed(title: &str, texts: impl Iterator<Item = String>) -> std::vec::IntoIter<String> {
    let mut lines: Vec<String> = Vec::new();
    for text in texts {
        match lines.last_mut() {
            Some(line) if line.len() + text.len() + 2 <= TEXT => *line = format!("{line}, {text}"),
            Some(_) => lines.push(format!("{:1$}{text}", "", title.len())),
            None => lines.push(format!("{title}{text}")),
        }
    }
    lines.into_iter()
}

/// `108 comparisons: 1 disparity, 40 none found, 67 insufficient evidence`; figures where nothing is binding.
fn audit_text(n_audited: usize, verdicts: Verdicts) -> String {
    let Verdicts { comparisons, disparity, none_found, insufficient_evidence, undefined } = verdicts;
    if comparisons == 0 {
        return format!("{} figures by group, none with a limit", grouped(n_audited as u64));
    }
    let comparisons = if comparisons == 1 { "1 comparison".to_owned() } else { format!("{comparisons} comparisons") };
    let undefined = if undefined == 0 { String::new() } else { format!(", {undefined} undefined") };
    format!(
        "{comparisons}: {disparity} disparity, {none_found} none found, {insufficient_evidence} insufficient evidence{undefined}"
    )
}

fn stake_text(group: &Group, currency: &str) -> Option<String> {
    let n_high = grouped(group.n_high? as u64);
    Some(match group.value_at_stake {
        Some(value) => format!("{n_high} at high risk, {} {currency} at stake", money(value)),
        None => format!("{n_high} at high risk"),
    })
}

/// What is left of an error when what was told is taken out.
fn untold(mut error: Error, told: impl Fn(&Problem) -> bool) -> Error {
    error.problems.retain(|problem| !told(problem));
    error
}

fn error_texts(error: &Error, color: bool) -> Vec<String> {
    super::terminal::error_lines(error, color).lines().map(str::to_owned).collect()
}

/// Whole units of money; the terminal knows no cents.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn money(value: f64) -> String {
    let sign = if value.round() < 0.0 { "-" } else { "" };
    format!("{sign}{}", grouped(value.round().abs() as u64))
}

/// Seconds of all stages that a line of the story stands for; `None` where none of them ran.
fn seconds_of(group: &str, line: &str, seconds: &[StageSeconds]) -> Option<f64> {
    let stages: &[&str] = match line {
        "load" => &["load"],
        "train" => &["features", "train", "validate"],
        "explain" => &["score", "explain"],
        "audit" => &["audit"],
        _ => &[],
    };
    let of_line = |stage: &&StageSeconds| stage.stakeholders == group && stages.contains(&stage.stage.as_str());
    let found: Vec<f64> = seconds.iter().filter(of_line).map(|stage| stage.seconds).collect();
    (!found.is_empty()).then(|| found.iter().sum())
}

/// Text filled up with spaces to a number of characters.
fn padded(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.chars().count());
    format!("{text}{}", " ".repeat(missing))
}
