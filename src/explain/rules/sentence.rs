//! Rules as English sentences; every English word of a rule stands in this file.

use super::{Condition, Known, Rule};
use crate::base::design::FeatureKind;
use crate::explain::reasons::{days, inner, plain, truth_phrase};

/// "Contract is month-to-month and Tenure is at most 5.5: 71.2 % (8.4 % of all)". `label` tells how a column is called.
pub fn sentence(rule: &Rule, label: &dyn Fn(&str) -> String) -> String {
    let phrases: Vec<String> =
        rule.conditions.iter().map(|condition| phrase(condition, &label(&condition.feature))).collect();
    let who = if phrases.is_empty() { "All".to_owned() } else { listed(&phrases, "and") };
    format!("{who}: {:.1} % ({:.1} % of all)", 100.0 * rule.rate, 100.0 * rule.share)
}

/// "Tenure is above 5 and at most 12 (or not known)".
fn phrase(condition: &Condition, label: &str) -> String {
    let Some(known) = &condition.known else { return format!("{label} is not known") };
    let (phrase, says_missing) = match known {
        Known::Numbers { above: None, at_most: None } => return format!("{label} is known"),
        Known::Levels { excluded, .. } if excluded.is_empty() => return format!("{label} is known"),
        Known::Numbers { above, at_most } => (numbers(label, condition.kind, *above, *at_most), false),
        Known::Levels { allowed, excluded } if allowed.len() <= excluded.len() => {
            (format!("{label} is {}", levels(allowed, "or")), false)
        }
        Known::Levels { excluded, .. } => (format!("{label} is {}", others(excluded)), true),
    };
    match (condition.missing, says_missing) {
        (Some(true), false) => format!("{phrase} (or not known)"),
        (Some(false), true) => format!("{phrase} (and known)"),
        _ => phrase,
    }
}

fn numbers(label: &str, kind: FeatureKind, above: Option<f64>, at_most: Option<f64>) -> String {
    let (verb, above, at_most) = match kind {
        FeatureKind::Boolean => return truth_phrase(label, above.is_some_and(|above| above >= 0.0)),
        FeatureKind::Date => (
            "was",
            above.map(|above| format!("more than {} ago", days(above))),
            at_most.map(|at_most| format!("at most {} ago", days(at_most))),
        ),
        FeatureKind::Number | FeatureKind::Level => (
            "is",
            above.map(|above| format!("above {}", plain(above))),
            at_most.map(|at_most| format!("at most {}", plain(at_most))),
        ),
    };
    let bounds: Vec<String> = above.into_iter().chain(at_most).collect();
    format!("{label} {verb} {}", listed(&bounds, "and"))
}

fn others(excluded: &[String]) -> String {
    match excluded {
        [only] => format!("not {}", inner(only)),
        _ => format!("neither {}", levels(excluded, "nor")),
    }
}

fn levels(levels: &[String], word: &str) -> String {
    listed(&levels.iter().map(|level| inner(level)).collect::<Vec<_>>(), word)
}

/// "a, b and c".
fn listed(items: &[String], word: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(known: Option<Known>, missing: Option<bool>) -> Condition {
        Condition { feature: "x".to_owned(), kind: FeatureKind::Number, known, missing }
    }

    fn numbers(above: Option<f64>, at_most: Option<f64>) -> Option<Known> {
        Some(Known::Numbers { above, at_most })
    }

    fn levels(allowed: &[&str], excluded: &[&str]) -> Option<Known> {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Some(Known::Levels { allowed: names(allowed), excluded: names(excluded) })
    }

    #[test]
    fn every_condition_reads_as_english() {
        let cases = [
            (numbers(None, Some(5.5)), None, "X is at most 5.5"),
            (numbers(Some(5.0), None), Some(false), "X is above 5"),
            (numbers(Some(5.0), Some(12_000.0)), Some(true), "X is above 5 and at most 12,000 (or not known)"),
            (numbers(None, None), Some(false), "X is known"),
            (None, Some(true), "X is not known"),
            (levels(&["Month-to-month"], &["One year", "Two year"]), None, "X is month-to-month"),
            (levels(&["A", "B"], &["C", "D"]), Some(true), "X is A or B (or not known)"),
            (levels(&["A", "B"], &["C"]), Some(true), "X is not C"),
            (levels(&["A", "B", "E"], &["C", "D"]), Some(false), "X is neither C nor D (and known)"),
            (levels(&["A"], &[]), Some(false), "X is known"),
        ];
        for (known, missing, expected) in cases {
            assert_eq!(phrase(&condition(known, missing), "X"), expected);
        }
        let kind = |kind, known| phrase(&Condition { kind, ..condition(known, None) }, "X");
        assert_eq!(kind(FeatureKind::Boolean, numbers(Some(0.5), None)), "X (yes)");
        assert_eq!(kind(FeatureKind::Boolean, numbers(None, Some(0.5))), "X (no)");
        assert_eq!(kind(FeatureKind::Date, numbers(Some(30.0), None)), "X was more than 30 days ago");
    }

    #[test]
    fn a_rule_is_one_sentence() {
        let conditions = vec![condition(numbers(None, Some(5.5)), None), condition(levels(&["A"], &["B"]), None)];
        let rule = Rule { conditions, cover: 84.0, share: 0.084, rate: 0.7116 };
        assert_eq!(sentence(&rule, &str::to_uppercase), "X is at most 5.5 and X is A: 71.2 % (8.4 % of all)");
        let all = Rule { conditions: Vec::new(), cover: 84.0, share: 1.0, rate: 0.25 };
        assert_eq!(sentence(&all, &str::to_owned), "All: 25.0 % (100.0 % of all)");
    }
}
