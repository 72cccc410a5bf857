//! Verdicts: an answer to "does the figure lie within the limits", with its price for how many were asked.

use super::compare::Pending;
use super::metrics::find;
use super::row::Row;
use super::{Correction, Settings};
use crate::base::verdicts::Verdicts;
use crate::stats::limits::detectable;
use crate::stats::multiplicity::{benjamini_hochberg, holm};

/// The score test of "within the limits" is rejected at the adjusted level.
pub const DISPARITY: &str = "disparity";
/// The interval lies inside the limits.
pub const NONE_FOUND: &str = "none found";
/// Neither.
pub const INSUFFICIENT: &str = "insufficient evidence";
/// A denominator is 0.
pub const UNDEFINED: &str = "undefined";
/// In the order in which they are told.
pub const VERDICTS: [&str; 4] = [DISPARITY, NONE_FOUND, INSUFFICIENT, UNDEFINED];

/// What a verdict means, in a sentence for people; empty for a name that is none.
pub fn meaning(verdict: &str) -> &'static str {
    match verdict {
        DISPARITY => {
            "a figure lies outside the limits by more than chance explains, with how many comparisons were looked at counted in."
        }
        NONE_FOUND => "what chance allows lies inside the limits.",
        INSUFFICIENT => {
            "neither: the groups are too small, or the figures too close to the limits, to say either. It is no sign of fairness."
        }
        UNDEFINED => "there is nothing to divide by.",
        _ => "",
    }
}

/// Counts the verdicts of a table.
pub fn count(rows: &[Row]) -> Verdicts {
    let mut counts = Verdicts::default();
    for verdict in rows.iter().filter_map(|row| row.verdict.as_deref()) {
        counts.comparisons += 1;
        match verdict {
            DISPARITY => counts.disparity += 1,
            NONE_FOUND => counts.none_found += 1,
            UNDEFINED => counts.undefined += 1,
            _ => counts.insufficient_evidence += 1,
        }
    }
    counts
}

/// The chance with which a disparity that is called detectable would have been found.
const POWER: f64 = 0.8;

/// Gives every binding row its adjusted p and its verdict. `others` are p-values of comparisons that were looked at and
/// have no row.
pub(super) fn judge(rows: &mut [Row], pending: &[Pending], others: &[f64], settings: &Settings) {
    let own = pending.iter().filter_map(|pending| rows[pending.row].p);
    let p: Vec<f64> = own.chain(others.iter().copied()).collect();
    let adjusted = match settings.correction {
        Correction::Holm => holm(&p),
        Correction::BenjaminiHochberg => benjamini_hochberg(&p),
        Correction::None => p.clone(),
    };
    // the level at which the smallest of all p is judged
    let level = match settings.correction {
        Correction::None => settings.significance,
        _ => settings.significance / p.len().max(1) as f64,
    };
    let mut adjusted = adjusted.into_iter();
    for pending in pending {
        let row = &mut rows[pending.row];
        row.p_adjusted = row.p.and_then(|_| adjusted.next());
        row.verdict = Some(verdict(row, pending, settings.significance).to_owned());
        if let (Some((n, reference)), Some(low), Some(high)) = (pending.power, row.limit_low, row.limit_high) {
            [row.detectable_low, row.detectable_high] = detectable(n, reference, (low, high), level, POWER);
        }
        row.disadvantaged = disadvantaged(row, settings);
    }
}

/// The name of the side of a disparity that has the worse figure.
fn disadvantaged(row: &Row, settings: &Settings) -> Option<String> {
    row.verdict.as_deref().filter(|verdict| *verdict == DISPARITY)?;
    let favors_high = find(&row.metric)?.favors_high(settings.effect)?;
    let gap = row.difference.or(row.ratio.map(|ratio| ratio - 1.0)).filter(|gap| *gap != 0.0)?;
    if (gap < 0.0) == favors_high { Some(row.group.clone()) } else { row.reference.clone() }
}

fn verdict(row: &Row, pending: &Pending, significance: f64) -> &'static str {
    let by_ratio = find(&row.metric).is_some_and(super::Metric::is_by_ratio);
    let ends = if by_ratio { (row.ratio_low, row.ratio_high) } else { (row.difference_low, row.difference_high) };
    let is_inside = match ends {
        (Some(low), Some(high)) => row.limit_low.is_none_or(|l| low >= l) && row.limit_high.is_none_or(|h| high <= h),
        _ => false,
    };
    match row.p_adjusted {
        _ if pending.is_undefined => UNDEFINED,
        _ if pending.is_thin => INSUFFICIENT,
        Some(p) if p <= significance => DISPARITY,
        _ if is_inside => NONE_FOUND,
        _ => INSUFFICIENT,
    }
}
