//! An audit as sentences.

use super::super::terminal::{Look, grouped, paint};
use crate::audit::metrics::find;
use crate::audit::verdict::{DISPARITY, NONE_FOUND, VERDICTS};
use crate::audit::{Changed, Row, rank, words};
use crate::base::population::Population;
use crate::pipeline::AuditedTable;

/// Comparisons at most that are told beside those of a disparity.
const MOST: usize = 12;
/// How often each verdict was given, in the order in which they are told.
pub fn counts(rows: &[Row]) -> Vec<(&'static str, usize)> {
    let of = |verdict: &str| rows.iter().filter(|row| row.verdict.as_deref() == Some(verdict)).count();
    VERDICTS.into_iter().map(|verdict| (verdict, of(verdict))).collect()
}

/// Binding comparisons that are not `none found`: disparities first, plain features before crossings.
pub fn told(rows: &[Row]) -> Vec<&Row> {
    let is_told = |row: &&Row| row.verdict.as_deref().is_some_and(|verdict| verdict != NONE_FOUND);
    let mut told: Vec<&Row> = rows.iter().filter(is_told).collect();
    told.sort_by_key(|row| (rank(row), row.feature.matches(" × ").count()));
    told
}

/// What was audited, how many of each verdict, and a sentence for what is not `none found`.
pub fn story(audited: &AuditedTable, changed: Option<&[Changed]>, look: Look) -> String {
    let AuditedTable { n_rows, n_history, n_today, rows, .. } = audited;
    let mut lines = vec![match (n_history, n_today) {
        (0, _) => format!("{} rows without outcome", grouped(*n_rows as u64)),
        (_, 0) => format!("{} rows with outcome", grouped(*n_rows as u64)),
        _ => format!("{} rows with outcome, {} without", grouped(*n_history as u64), grouped(*n_today as u64)),
    }];
    let n_binding = rows.iter().filter(|row| row.verdict.is_some()).count();
    if n_binding == 0 {
        lines.push("no comparison is binding, so there is no verdict".to_owned());
    } else {
        let counted = counts(rows).into_iter().filter(|(_, n)| *n > 0);
        let counted: Vec<String> = counted.map(|(verdict, n)| format!("{} {verdict}", grouped(n as u64))).collect();
        let noun = if n_binding == 1 { "comparison" } else { "comparisons" };
        lines.push(format!("{} binding {noun}: {}", grouped(n_binding as u64), counted.join(", ")));
    }
    lines.extend(unpublished(audited));
    let (disparities, others): (Vec<&Row>, Vec<&Row>) = told(rows).into_iter().partition(|row| rank(row) == 0);
    lines.extend(disparities.iter().map(|row| sentence(row, look)));
    lines.extend(others.iter().take(MOST).map(|row| sentence(row, look)));
    if others.len() > MOST {
        lines.push(format!("  and {} more that are not `{NONE_FOUND}`", grouped((others.len() - MOST) as u64)));
    }
    let mut text = lines.join("\n") + "\n";
    if let Some(changed) = changed {
        text += &changes(changed);
    }
    text
}

/// What the public form leaves out of the verdicts, and whether a disparity is among it: silence is not fairness.
fn unpublished(audited: &AuditedTable) -> Option<String> {
    let shown = audited.rows.iter().filter(|row| row.verdict.as_deref() == Some(DISPARITY)).count();
    let hidden = audited.n_disparities.saturating_sub(shown);
    let noun = if audited.n_unpublished == 1 { "comparison is" } else { "comparisons are" };
    let among = match hidden {
        0 => String::new(),
        n => format!(", {} of them a disparity: see the complete table", grouped(n as u64)),
    };
    (audited.n_unpublished > 0).then(|| {
        format!("{} binding {noun} of groups too small to be published{among}", grouped(audited.n_unpublished as u64))
    })
}

/// `disparity: false positive rate, race: African-American 44.8 % of 1,795, Caucasian 1.91 × (1.73 to 2.11) …`
fn sentence(row: &Row, look: Look) -> String {
    let verdict = row.verdict.as_deref().unwrap_or_default();
    let color = if rank(row) == 0 { "1;31" } else { "33" };
    let of = row.denominator.filter(|of| of.fract() == 0.0).map(|of| format!(" of {}", grouped(of as u64)));
    let mut parts = vec![format!("{} {}{}", row.group, words::value(row), of.unwrap_or_default())];
    if let Some(comparison) = words::comparison(row) {
        let against = words::reference(row.reference.as_deref().unwrap_or_default());
        let held = words::limits(row).map_or_else(String::new, |limits| format!(", allowed {limits}"));
        parts.push(format!("{comparison} against {against}{held}"));
    }
    parts.extend(row.p_adjusted.map(|p| format!("adjusted p {}", words::p(p))));
    parts.extend(row.disadvantaged.as_ref().map(|side| format!("to the disadvantage of {}", words::side(side))));
    format!(
        "  {}: {}: {}",
        paint(verdict, color, look.color),
        what(&row.metric, &row.feature, row.population),
        parts.join("; ")
    )
}

/// Verdicts that changed, a line each.
pub fn changes(changed: &[Changed]) -> String {
    if changed.is_empty() {
        return "no verdict changed\n".to_owned();
    }
    let noun = if changed.len() == 1 { "verdict" } else { "verdicts" };
    let line = |of: &Changed| {
        let side = |verdict: &Option<String>| verdict.clone().unwrap_or_else(|| "not compared".to_owned());
        let what = what(&of.metric, &of.feature, of.population);
        format!("  {what}: {}: {}, was {}\n", of.group, side(&of.now), side(&of.before))
    };
    let lines: String = changed.iter().map(line).collect();
    format!("{} {noun} changed:\n{lines}", grouped(changed.len() as u64))
}

fn what(metric: &str, feature: &str, population: Population) -> String {
    let title = find(metric).map_or_else(|| metric.replace('_', " "), |metric| metric.title.to_lowercase());
    let today = if population == Population::Today { " today" } else { "" };
    format!("{title}{today} by {feature}")
}
