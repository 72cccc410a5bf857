//! The chart of one explanation.

use super::lookup::{Explanation, Share};
use crate::base::Result;
use crate::report::chart::{self, Chart, Way};
use crate::report::words::{Words, capitalized};

/// Columns that have bars of their own.
const N_BARS: usize = 15;
/// Smaller points have none.
const LEAST: f64 = 0.05;

/// The waterfall of one subject: its largest columns, all others together.
///
/// # Errors
/// The chart cannot be drawn.
pub fn waterfall(explanation: &Explanation) -> Result<Chart> {
    let is_small = |share: &Share| share.points.abs() < LEAST;
    let n_told = explanation.shares.iter().position(is_small).unwrap_or(explanation.shares.len()).min(N_BARS);
    let (told, others) = explanation.shares.split_at(n_told);
    let mut steps: Vec<(String, f64)> = told.iter().map(|share| (share.label.clone(), share.points)).collect();
    if !others.is_empty() {
        steps.push((chart::others(others.len()), others.iter().map(|share| share.points).sum()));
    }
    let time = explanation.time.as_ref().map_or_else(String::new, |time| format!(", {time}"));
    let way = Way {
        called: capitalized(&format!("{} {}{time}", explanation.subject, explanation.id)),
        base_score: explanation.base_score,
        steps,
        score: explanation.score,
    };
    // no number of it is money
    chart::waterfall(&way, &Words::new("en", ""))
}
