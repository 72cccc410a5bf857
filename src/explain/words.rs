//! Every English word of an explanation: another language is another file like this one.

use std::fmt::Write;

use super::actions::Proof;
use super::rules::{Condition, Known, Rule};
use crate::base::design::FeatureKind;

/// "Contract is month-to-month".
pub(super) fn level(label: &str, level: &str) -> String {
    match answer(level) {
        Some(is_true) => truth(label, is_true),
        None => format!("{label} is {}", inner(level)),
    }
}

/// A level by itself: "month-to-month", "yes".
pub(super) fn level_alone(level: &str) -> String {
    answer(level).map_or_else(|| inner(level), |is_true| yes(is_true).to_owned())
}

fn answer(level: &str) -> Option<bool> {
    match level.to_lowercase().as_str() {
        answer @ ("yes" | "no" | "true" | "false") => Some(matches!(answer, "yes" | "true")),
        _ => None,
    }
}

fn yes(is_true: bool) -> &'static str {
    if is_true { "yes" } else { "no" }
}

pub(super) fn truth(label: &str, is_true: bool) -> String {
    format!("{label} ({})", yes(is_true))
}

pub(super) fn unknown(label: &str) -> String {
    format!("{label} is not known")
}

/// "Days late is 3 days", "Last order was 40 days ago".
pub(super) fn number(label: &str, kind: FeatureKind, unit: Option<&str>, number: f64) -> String {
    match kind {
        FeatureKind::Boolean => truth(label, number != 0.0),
        FeatureKind::Date if number < 0.0 => format!("{label} is {}", number_alone(kind, unit, number)),
        FeatureKind::Date => format!("{label} was {}", number_alone(kind, unit, number)),
        _ => format!("{label} is {}", number_alone(kind, unit, number)),
    }
}

/// A number by itself: "3 days", "40 days ago", "yes".
pub(super) fn number_alone(kind: FeatureKind, unit: Option<&str>, number: f64) -> String {
    match (kind, unit) {
        (FeatureKind::Boolean, _) => yes(number != 0.0).to_owned(),
        (FeatureKind::Date, _) if number < 0.0 => format!("{} ahead", days(-number)),
        (FeatureKind::Date, _) => format!("{} ago", days(number)),
        (_, Some(unit)) => format!("{} {}", plain(number), counted(unit, number)),
        (_, None) => plain(number),
    }
}

/// What the value of most others is: "usually 3 days".
pub(super) fn usually(value: &str) -> String {
    format!("usually {value}")
}

pub(super) fn usually_unknown() -> String {
    "usually not known".to_owned()
}

/// Columns that move together with the one that a reason names.
pub(super) fn together(labels: &[&str]) -> String {
    match labels {
        [] => String::new(),
        [first] => format!("with {first}"),
        [first, second] => format!("with {first} and {second}"),
        [first, rest @ ..] => format!("with {first} and {} more", rest.len()),
    }
}

/// A note about a column that a reason does not begin with.
pub(super) fn note_of(label: &str, note: &str) -> String {
    format!("{label}: {note}")
}

pub(super) fn sensitive() -> String {
    "a sensitive feature".to_owned()
}

pub(super) fn stands_in(label: &str) -> String {
    format!("may stand in for {label}")
}

/// "Days late is 3 days (usually 1 day): raises the score by 8.2 points".
pub(super) fn reason(phrase: &str, notes: &[String], points: f64) -> String {
    let notes = notes.join("; ");
    let is_truth = [true, false].into_iter().any(|is_true| phrase.ends_with(&format!("({})", yes(is_true))));
    let mut sentence = match phrase.strip_suffix(')').filter(|_| is_truth) {
        _ if notes.is_empty() => phrase.to_owned(),
        Some(open) => format!("{open}; {notes})"),
        None => format!("{phrase} ({notes})"),
    };
    let verb = if points > 0.0 { "raises" } else { "lowers" };
    // writing to a string cannot fail
    let _ = write!(sentence, ": {verb} the score by {:.1} points", points.abs());
    sentence
}

/// What is usual in a cohort: "usually 6 days (of all 2 days)".
pub(super) fn usual_of(usual: &str, of_all: Option<&str>) -> String {
    let of_all = of_all.filter(|of_all| *of_all != usual);
    let of_all = of_all.map_or_else(String::new, |of_all| format!(" (of all {of_all})"));
    format!("usually {usual}{of_all}")
}

/// "Days late: usually 6 days (of all 2 days); 12.1 points on average, 8.0 more than among all selected".
pub(super) fn cohort(label: &str, usual: Option<&str>, points: f64, difference: f64) -> String {
    let usual = usual.map_or_else(String::new, |usual| format!(": {usual}"));
    let than = if difference > 0.0 { "more" } else { "fewer" };
    let sign = if points < 0.0 { "−" } else { "" };
    let (points, difference) = (points.abs(), difference.abs());
    format!("{label}{usual}; {sign}{points:.1} points on average, {difference:.1} {than} than among all selected")
}

pub(super) fn unknown_alone() -> String {
    "not known".to_owned()
}

/// "Average delay from 4 days to 1 day, Contract from monthly to yearly: the model's score would be 38.0 instead of 62.1
/// (cost 25 EUR)".
pub(super) fn action(changes: &[(&str, String, String)], from: f64, to: f64, cost: Option<(f64, &str)>) -> String {
    let change = |(label, from, to): &(&str, String, String)| format!("{label} from {from} to {to}");
    let changes: Vec<String> = changes.iter().map(change).collect();
    let cost = cost.map_or_else(String::new, |(cost, currency)| format!(" (cost {} {currency})", plain(cost)));
    format!("{}: the model's score would be {to:.1} instead of {from:.1}{cost}", changes.join(", "))
}

/// How well an action is known to be the best.
pub fn proof(proof: Proof) -> String {
    match proof {
        Proof::Optimal => "optimal".to_owned(),
        Proof::BestFound(gap) => format!("best found, gap {}", plain(gap)),
        Proof::NoneExists => "none exists".to_owned(),
    }
}

/// A level inside a sentence: `Month-to-month` loses its capital, `DSL`, `Harbor Island` and `Sales` keep theirs.
fn inner(level: &str) -> String {
    let mut letters = level.chars();
    let Some(first) = letters.next() else {
        return "empty".to_owned();
    };
    let rest = letters.as_str();
    let is_phrase = rest.contains([' ', '-']) && !rest.chars().any(char::is_uppercase);
    if is_phrase { format!("{}{rest}", first.to_lowercase()) } else { level.to_owned() }
}

/// A unit beside its number: of one, the singular of a plural word.
fn counted(unit: &str, number: f64) -> &str {
    let is_word = unit.len() > 2 && unit.chars().all(char::is_alphabetic) && !unit.ends_with("ss");
    unit.strip_suffix('s').filter(|_| is_word && plain(number) == "1").unwrap_or(unit)
}

fn days(number: f64) -> String {
    let number = number.round();
    if (number - 1.0).abs() < 0.5 { "1 day".to_owned() } else { format!("{} days", plain(number)) }
}

/// At most two decimals, thousands separated from 10,000 on.
fn plain(number: f64) -> String {
    let rounded = format!("{number:.2}");
    let rounded = rounded.trim_end_matches('0').trim_end_matches('.');
    let rounded = if rounded == "-0" { "0" } else { rounded };
    let (sign, digits) = rounded.strip_prefix('-').map_or(("", rounded), |digits| ("−", digits));
    let (whole, decimals) = digits.split_once('.').map_or((digits, None), |(whole, decimals)| (whole, Some(decimals)));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && whole.len() > 4 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    decimals.map_or_else(|| format!("{sign}{grouped}"), |decimals| format!("{sign}{grouped}.{decimals}"))
}

/// A column name as a person would write it: `days_late` → "Days late", `MonthlyCharges` → "Monthly charges",
/// `customerID` → "Customer ID".
pub fn humanize(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = vec![String::new()];
    for (place, &letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            words.push(String::new());
            continue;
        }
        let after_lower = place > 0 && letters[place - 1].is_lowercase();
        let before_lower = letters.get(place + 1).is_some_and(|next| next.is_lowercase());
        let after_upper = place > 0 && letters[place - 1].is_uppercase();
        if letter.is_uppercase() && (after_lower || (after_upper && before_lower)) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(letter);
        }
    }
    words.retain(|word| !word.is_empty());
    let is_acronym = |word: &str| {
        word.chars().count() > 1 && word.chars().all(|letter| letter.is_uppercase() || letter.is_numeric())
    };
    let sentence: Vec<String> =
        words.iter().map(|word| if is_acronym(word) { word.clone() } else { word.to_lowercase() }).collect();
    let sentence = sentence.join(" ");
    let mut letters = sentence.chars();
    letters.next().map_or_else(|| name.to_owned(), |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

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
        FeatureKind::Boolean => return truth(label, above.is_some_and(|above| above >= 0.0)),
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
