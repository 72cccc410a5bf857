//! Findings as pages tell them.

use super::Teller;
use super::rich::{Rich, closed, safe};
use crate::base::{Finding, Severity};
use crate::report::view::GroupView;
use crate::report::words::{Words, capitalized};

/// Those that are more than a note, as they come.
pub fn noticed(findings: &[Finding]) -> Vec<&Finding> {
    findings.iter().filter(|finding| finding.severity > Severity::Info).collect()
}

/// "Customers: column “age” holds … (12 rows, first: row 7)."
pub fn finding_line(group: Option<&GroupView>, finding: &Finding, words: &Words) -> Rich {
    let whose = group.map_or(String::new(), |group| format!("{}: ", Teller { group, words }.title()));
    let message = quoted(&without_figures(&finding.message));
    // most messages tell their rows themselves
    let place = match (finding.count, finding.first_row) {
        _ if message.contains("row") => String::new(),
        (Some(n), Some(first)) if n > 1 => {
            format!(" ({} in all, first: row {})", words.integer(n), words.integer(first))
        }
        (_, Some(first)) => format!(" (row {})", words.integer(first)),
        (Some(n), None) if n > 1 => format!(" ({} in all)", words.integer(n)),
        _ => String::new(),
    };
    let message = if whose.is_empty() { capitalized(&message) } else { message };
    let message = safe(&message, 260);
    let message = if place.is_empty() { closed(&message) } else { format!("{message}{place}.") };
    Rich::default().strong(whose).plain(message)
}

/// A message without the statistics that only the analyst reads: "… (AUC 0.99); left out" → "…; left out".
fn without_figures(message: &str) -> String {
    match message.split_once(" (AUC ") {
        Some((before, after)) => format!("{before}{}", after.split_once(')').map_or("", |(_, rest)| rest)),
        None => message.to_owned(),
    }
}

/// Back-ticks in pairs to quotation marks.
pub fn quoted(message: &str) -> String {
    let parts: Vec<&str> = message.split('`').collect();
    let mut text = String::new();
    for (i, part) in parts.iter().enumerate() {
        text.push_str(part);
        if i + 1 < parts.len() {
            text.push(if i % 2 == 0 { '“' } else { '”' });
        }
    }
    text
}
