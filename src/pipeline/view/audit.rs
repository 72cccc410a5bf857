//! Rates by group, as far as they may be told.

use super::super::audited::Audited;
use super::label;
use crate::audit::verdict::DISPARITY;
use crate::audit::{Changed, Gap, OVERALL, Row, WITHIN, metrics};
use crate::config::Stakeholders;
use crate::report::view::{AuditLine, VerdictChangeView};

/// Metrics whose gap the points of the columns explain.
const DRIVEN: [&str; 2] = ["selection_rate", "mean_risk"];

/// The public rows; hidden groups of a feature stand as one line where they may be told together.
pub(super) fn audit_lines(stakeholders: &Stakeholders, audited: &Audited) -> Vec<AuditLine> {
    let gaps = audited.beyond.public_gaps(&audited.public);
    let label_of = |column: &str| label(stakeholders, column);
    let drivers = |row: &Row| {
        let is_of =
            |gap: &&Gap| (&gap.feature, &gap.group, gap.population) == (&row.feature, &row.group, row.population);
        // points drive who is selected; errors have other causes besides
        let is_found = row.verdict.as_deref() == Some(DISPARITY) && DRIVEN.contains(&row.metric.as_str());
        gaps.iter().filter(|_| is_found).find(is_of).and_then(|gap| gap.sentence(&label_of))
    };
    let audit_line = |row: &Row| AuditLine { drivers: drivers(row), ..audit_line(stakeholders, row) };
    let same = |a: &Row, b: &Row| (&a.metric, &a.feature, a.population) == (&b.metric, &b.feature, b.population);
    let mut pooled: Vec<Option<&Row>> = audited.pooled.iter().map(Some).collect();
    let mut line = |row: &Row| {
        let together = audited.pooled.iter().position(|pooled| row.suppressed && same(pooled, row));
        match together {
            // the first hidden group makes room for all
            Some(at) => pooled[at].take().map(audit_line),
            None => Some(audit_line(row)),
        }
    };
    audited.public.iter().filter(|row| is_of_group(row)).filter_map(&mut line).collect()
}

/// Whether a row tells of one group, outside of strata.
fn is_of_group(row: &Row) -> bool {
    metrics::find(&row.metric).is_some() && row.feature != OVERALL && !row.feature.contains(WITHIN)
}

/// Published verdicts that changed since the compared run.
pub(super) fn changed_verdicts(stakeholders: &Stakeholders, audited: &Audited) -> Vec<VerdictChangeView> {
    let changed = audited.changed.iter().flat_map(|changed| &changed.public);
    let title = |feature: &str| labels(stakeholders, feature).join(" × ");
    let view = |of: &Changed| VerdictChangeView {
        feature: of.feature.split(WITHIN).map(title).collect::<Vec<_>>().join(WITHIN),
        group: of.group.clone(),
        metric: of.metric.clone(),
        population: of.population,
        before: of.before.clone(),
        now: of.now.clone(),
    };
    changed.map(view).collect()
}

/// The labels of the columns that make a feature.
fn labels(stakeholders: &Stakeholders, feature: &str) -> Vec<String> {
    feature.split(" × ").map(|column| label(stakeholders, column)).collect()
}

fn audit_line(stakeholders: &Stakeholders, row: &Row) -> AuditLine {
    let parts = labels(stakeholders, &row.feature);
    let whole = |number: Option<f64>| number.filter(|number| *number >= 0.0).map(|number| number.round() as u64);
    AuditLine {
        n_columns: parts.len(),
        feature: parts.join(" × "),
        group: row.group.clone(),
        metric: row.metric.clone(),
        population: row.population,
        n: row.n,
        numerator: whole(row.numerator),
        denominator: whole(row.denominator),
        value: row.value,
        low: row.low,
        high: row.high,
        ratio: row.ratio,
        ratio_low: row.ratio_low,
        ratio_high: row.ratio_high,
        verdict: row.verdict.clone(),
        disadvantaged: row.disadvantaged.clone(),
        drivers: None,
        reference: row.reference.clone(),
        suppressed: row.suppressed,
    }
}
