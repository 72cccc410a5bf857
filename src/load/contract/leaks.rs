//! Columns that know the outcome: near-copies, and marks that were made after the event.
//!
//! A column is looked at alone, among the history rows (at most 50,000 of either class, drawn by key), in three ways:
//!
//! - *order* of numbers and dates: AUC with ties, and the *pure ends* of the range: the longest stretch from the top
//!   or the bottom in which all but one row in a thousand have one and the same outcome;
//! - *levels* of texts, booleans and numbers of at most 50 values, blank being a level: AUC of rates that were
//!   learned on the other half of the subjects, and the pure levels;
//! - *blanks*: AUC of being blank.
//!
//! An end or level is pure only where a random order would give one as long with a probability below 1e-9. Grades:
//!
//! | grade | rule | what follows |
//! |---|---|---|
//! | strong | an AUC of at least 0.98, by any of the ways | left out of the model |
//! | strong | pure for **both** outcomes, each covering at least 30 % of its class, together at least half of history | left out |
//! | part | a strong leak is a sum of this and other columns (multiple correlation above 0.99999) | warning, kept |
//! | suspicious | an AUC of at least 0.93 | warning, kept |
//! | one-sided | pure for **one** outcome, covering at least 30 % of its class | info, kept |
//!
//! Why these limits: what is written down after the event is sure in both directions (measured on the tables of the
//! tests: IBM's churn score, AUC 0.943, is pure on 57 % of those who left and 73 % of those who stayed; its
//! satisfaction score, AUC 0.950, on 77 % and 57 %; the audit's score, AUC 0.968, on 48 % and 62 %). A rule of the
//! business is sure in one direction only (a discount over 10 is always late: 40 % of the late, AUC 0.697), and
//! an honest predictor in neither (tenure, contract: AUC below 0.77, nothing pure; satisfaction among employees
//! reaches an AUC of 0.91 when cut into levels, with 25 % and 12 % pure). So a one-sided column is told and kept.
//! With fewer than ten rows of either class nothing is called a leak.

use polars::prelude::{Column as Cells, DataFrame, PlHashMap};
use rayon::prelude::*;

use super::super::{Column, Excluded, Role, Settings};
use super::evidence::{ByLevel, Draw, Order, Pure, of_levels, of_order};
use super::profile::{BLANK, Profile};
use super::{Rows, cells, collinear, words};
use crate::base::{Finding, Result, Severity};

const STRONG: f64 = 0.98;
const SUSPICIOUS: f64 = 0.93;
const PURE_OF_CLASS: f64 = 0.3;
const PURE_OF_HISTORY: f64 = 0.5;
const FEWEST: usize = 10;
/// Texts are looked at level by level where a level has at least so many rows on average.
const ROWS_PER_LEVEL: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grade {
    Strong,
    Suspicious,
    OneSided,
}

/// Finds leaks among the columns that are no key, entity or outcome and not excluded by the config; leaves strong
/// ones out of the model unless the config keeps them. Sensitive columns are reported and stay: the audit needs them.
///
/// # Errors
/// polars cannot read what it made itself.
pub fn find(
    frame: &DataFrame,
    profiles: &[Profile],
    rows: &Rows,
    settings: &Settings,
    roles: &mut [Column],
    findings: &mut Vec<Finding>,
) -> Result<()> {
    let draw = Draw::new(rows, &subjects(frame, rows, settings)?);
    if draw.n_rarer() < FEWEST {
        return Ok(());
    }
    let judged: Vec<Option<(Grade, String)>> = frame
        .columns()
        .par_iter()
        .zip(profiles)
        .zip(roles.par_iter())
        .map(|((column, profile), role)| judge(column, profile, role, rows, &draw))
        .collect::<Result<_>>()?;
    let grade_of = |at: usize| judged[at].as_ref().map(|(grade, _)| *grade);
    let strong: Vec<usize> = (0..judged.len()).filter(|at| grade_of(*at) == Some(Grade::Strong)).collect();
    let kept = |name: &String| settings.columns.get(name).is_some_and(|said| said.keep);
    for at in &strong {
        let role = &mut roles[*at];
        if !kept(&role.name) && !settings.sensitive.contains(&role.name) {
            role.role = Role::Excluded(Excluded::Leak);
        }
    }
    let mut whole: Vec<Option<usize>> = vec![None; judged.len()];
    for leak in strong {
        for part in collinear::parts_of(frame, rows, roles, leak)? {
            whole[part].get_or_insert(leak);
        }
    }
    for (at, judgement) in judged.iter().enumerate() {
        let name = &roles[at].name;
        let sensitive = settings.sensitive.contains(name);
        match (judgement, whole[at]) {
            (Some((grade @ (Grade::Strong | Grade::Suspicious), message)), _) | (Some((grade, message)), None) => {
                findings.push(leak(name, *grade, message, kept(name), sensitive));
            }
            (_, Some(leak)) => findings.push(part_of(name, &roles[leak].name)),
            (None, None) => {}
        }
    }
    Ok(())
}

/// What must not be in both halves: the entity where there is one, else the id.
fn subjects(frame: &DataFrame, rows: &Rows, settings: &Settings) -> Result<Vec<u64>> {
    match settings.entity.as_ref().and_then(|name| frame.column(name).ok()) {
        Some(entity) => cells::hashes(entity),
        None => Ok(rows.keys.ids.iter().map(|id| cells::hash(id.as_bytes())).collect()),
    }
}

fn judge(
    column: &Cells,
    profile: &Profile,
    role: &Column,
    rows: &Rows,
    draw: &Draw,
) -> Result<Option<(Grade, String)>> {
    let name = &profile.name;
    let identifier = role.role == Role::Excluded(Excluded::Identifier);
    if !(identifier || role.role == Role::Feature || role.role == Role::Excluded(Excluded::FreeText)) {
        return Ok(None);
    }
    let blank = if profile.n_missing == 0 { 0.5 } else { of_blanks(column, draw) };
    if blank >= STRONG {
        let message = format!("`{name}` tells the outcome by being blank or not (AUC {})", auc_text(blank));
        return Ok(Some((Grade::Strong, message)));
    }
    if identifier {
        return Ok(None);
    }
    let order = order(column, rows, draw)?;
    let levels = levels(column, profile, draw);
    Ok(grade(name, order, levels, blank, draw))
}

fn of_blanks(column: &Cells, draw: &Draw) -> f64 {
    let blank = column.is_null();
    of_levels(|row| usize::from(blank.get(row as usize) == Some(true)), 2, draw).auc
}

/// Dates count as days before the row's own time.
fn order(column: &Cells, rows: &Rows, draw: &Draw) -> Result<Option<Order>> {
    let Some(mut values) = cells::numbers(column)? else { return Ok(None) };
    if let Some(days) = rows.keys.days.as_ref().filter(|_| cells::is_date(column)) {
        for (value, day) in values.iter_mut().zip(days) {
            *value -= f64::from(*day);
        }
    }
    Ok(Some(of_order(&values, draw)))
}

fn levels(column: &Cells, profile: &Profile, draw: &Draw) -> Option<ByLevel> {
    if let Some(levels) = &profile.levels {
        let n = levels.names.len();
        let code = |row: u32| match levels.codes[row as usize] {
            BLANK => n,
            code => usize::from(code),
        };
        return Some(of_levels(code, n + 1, draw));
    }
    let texts = cells::text(column)?;
    if profile.n_distinct * ROWS_PER_LEVEL > profile.n_rows {
        return None;
    }
    let mut known: PlHashMap<Option<&str>, usize> = PlHashMap::default();
    let mut codes: PlHashMap<u32, usize> = PlHashMap::default();
    for row in &draw.rows {
        let next = known.len();
        codes.insert(*row, *known.entry(texts.get(*row as usize)).or_insert(next));
    }
    Some(of_levels(|row| codes.get(&row).copied().unwrap_or_default(), known.len(), draw))
}

fn grade(
    name: &str,
    order: Option<Order>,
    levels: Option<ByLevel>,
    blank: f64,
    draw: &Draw,
) -> Option<(Grade, String)> {
    let order = order.unwrap_or(Order { auc: 0.5, ..Order::default() });
    let levels = levels.unwrap_or(ByLevel { auc: 0.5, ..ByLevel::default() });
    let auc = order.auc.max(levels.auc).max(blank);
    if auc >= STRONG {
        return Some((Grade::Strong, format!("`{name}` nearly repeats the outcome (AUC {})", auc_text(auc))));
    }
    let ends = [order.low, order.high];
    let both =
        both_ways(ends, draw).map(|pair| (pair, true)).or(both_ways(levels.pure, draw).map(|pair| (pair, false)));
    if let Some(([first, second], ordered)) = both {
        let message = format!(
            "`{name}` knows the outcome both ways: {} and {} (AUC {})",
            told(name, &first, true, ordered),
            told(name, &second, false, ordered),
            auc_text(auc)
        );
        return Some((Grade::Strong, message));
    }
    if auc >= SUSPICIOUS {
        let message = format!("`{name}` alone tells the outcome suspiciously well (AUC {})", auc_text(auc));
        return Some((Grade::Suspicious, message));
    }
    one_way(name, ends, levels.pure).map(|message| (Grade::OneSided, message))
}

/// Two pure parts, one of either outcome, that cover enough of their class and of history.
fn both_ways(parts: [Option<Pure>; 2], draw: &Draw) -> Option<[Pure; 2]> {
    let (first, second) = parts[0].zip(parts[1])?;
    let wide = first.of_class >= PURE_OF_CLASS && second.of_class >= PURE_OF_CLASS;
    let most = draw.of_history(first.rows + second.rows) >= PURE_OF_HISTORY;
    (first.adverse != second.adverse && wide && most).then_some([first, second])
}

fn one_way(name: &str, ends: [Option<Pure>; 2], levels: [Option<Pure>; 2]) -> Option<String> {
    let candidates =
        [(ends[0], true, true), (ends[1], false, true), (levels[0], false, false), (levels[1], false, false)];
    let (pure, low, ordered) = candidates
        .into_iter()
        .filter_map(|(pure, low, ordered)| pure.map(|pure| (pure, low, ordered)))
        .find(|(pure, ..)| pure.of_class >= PURE_OF_CLASS)?;
    Some(format!("`{name}` decides some of history: {}", told(name, &pure, low, ordered)))
}

/// `` all 2,647 rows with `discount` above 10 are adverse, 40 % of that kind``.
fn told(name: &str, pure: &Pure, low: bool, ordered: bool) -> String {
    let place = match (ordered, low) {
        (true, true) => format!("with `{name}` below {}", words::number(pure.limit)),
        (true, false) => format!("with `{name}` above {}", words::number(pure.limit)),
        (false, _) => "at some of its levels".to_owned(),
    };
    let kind = if pure.adverse { "adverse" } else { "favorable" };
    let rows = words::rows(pure.rows.round() as usize);
    format!("{rows} {place} are {kind}, {:.0} % of that kind", 100.0 * pure.of_class)
}

/// Three decimals, never rounded up to 1.
fn auc_text(auc: f64) -> String {
    if auc == 1.0 { "1".to_owned() } else { format!("{:.3}", auc.min(0.999)) }
}

fn leak(name: &str, grade: Grade, message: &str, kept: bool, sensitive: bool) -> Finding {
    let out = grade == Grade::Strong && !kept && !sensitive;
    let end = match (out, grade) {
        (true, _) => "; left out of the model",
        (false, Grade::Strong) if sensitive => "; kept, because it is sensitive",
        (false, Grade::Strong) => "; kept, as the config says",
        (false, _) => "; kept",
    };
    let hint = if out {
        format!("add `keep = true` under {} if it is known before the outcome", words::section(name))
    } else {
        format!("add {} to `exclude` if it is known only after the outcome", words::quote(name))
    };
    let finding = Finding::new("leak", format!("{message}{end}")).column(name).hint(hint);
    if grade == Grade::OneSided { finding.severity(Severity::Info) } else { finding }
}

fn part_of(name: &str, leak: &str) -> Finding {
    let message = format!("`{name}` is part of `{leak}`, which knows the outcome and is a sum of such columns; kept");
    let hint = format!("add {} to `exclude` if it is known only after the outcome", words::quote(name));
    Finding::new("leak", message).column(name).hint(hint)
}
