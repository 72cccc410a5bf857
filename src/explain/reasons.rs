//! Reasons: the largest attributions of a subject as sentences with the subject's own values.
//!
//! Every English word of a reason stands in this file.

use std::fmt::Write;

use super::Settings;
use crate::base::design::{Design, FeatureKind, Values};

/// One reason of one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// Index of the feature in the design.
    pub feature: usize,
    pub points: f64,
    /// "Contract is month-to-month: raises the score by 11.2 points".
    pub sentence: String,
}

/// How the features of one design are worded, made once.
pub struct Wording<'a> {
    design: &'a Design,
    features: Vec<FeatureWording>,
}

struct FeatureWording {
    label: String,
    unit: Option<String>,
    /// The beginning of the sentence for each level.
    levels: Vec<String>,
}

impl<'a> Wording<'a> {
    pub fn new(design: &'a Design, settings: &Settings) -> Self {
        let features = design.features.iter().map(|feature| {
            let words = settings.words.get(&feature.name);
            let label = words.and_then(|words| words.label.clone()).unwrap_or_else(|| humanize(&feature.name));
            let levels = match &feature.values {
                Values::Levels { levels, .. } => levels.iter().map(|level| level_phrase(&label, level)).collect(),
                Values::Numbers { .. } => Vec::new(),
            };
            FeatureWording { label, unit: words.and_then(|words| words.unit.clone()), levels }
        });
        Self { design, features: features.collect() }
    }

    /// How a feature is called in front of a person.
    pub fn label(&self, feature: usize) -> &str {
        &self.features[feature].label
    }

    /// "Contract is month-to-month".
    pub fn phrase(&self, feature: usize, row: usize) -> String {
        let (source, words) = (&self.design.features[feature], &self.features[feature]);
        match &source.values {
            values if values.is_missing(row) => format!("{} is not known", words.label),
            Values::Levels { codes, .. } => words.levels[codes[row] as usize].clone(),
            Values::Numbers { values, .. } => number_phrase(words, source.kind, values[row]),
        }
    }
}

/// At most `settings.n_reasons` reasons, by |points|, raising and lowering both, each at least `settings.points_min`;
/// ties by the order of the columns.
pub fn reasons(points: &[f64], row: usize, wording: &Wording<'_>, settings: &Settings) -> Vec<Reason> {
    let mut order: Vec<usize> =
        (0..points.len()).filter(|&feature| points[feature].abs() >= settings.points_min).collect();
    order.sort_by(|&a, &b| points[b].abs().total_cmp(&points[a].abs()).then(a.cmp(&b)));
    order.truncate(settings.n_reasons);
    let reason = |feature: usize| {
        let mut sentence = wording.phrase(feature, row);
        let verb = if points[feature] > 0.0 { "raises" } else { "lowers" };
        // writing to a string cannot fail
        let _ = write!(sentence, ": {verb} the score by {:.1} points", points[feature].abs());
        Reason { feature, points: points[feature], sentence }
    };
    order.into_iter().map(reason).collect()
}

fn level_phrase(label: &str, level: &str) -> String {
    match level.to_lowercase().as_str() {
        answer @ ("yes" | "no" | "true" | "false") => truth_phrase(label, matches!(answer, "yes" | "true")),
        _ => format!("{label} is {}", inner(level)),
    }
}

pub(super) fn truth_phrase(label: &str, is_true: bool) -> String {
    format!("{label} ({})", if is_true { "yes" } else { "no" })
}

/// A level inside a sentence: `Month-to-month` loses its capital, `DSL`, `Harbor Island` and `Sales` keep theirs.
pub(super) fn inner(level: &str) -> String {
    let mut letters = level.chars();
    let Some(first) = letters.next() else {
        return "empty".to_owned();
    };
    let rest = letters.as_str();
    let is_phrase = rest.contains([' ', '-']) && !rest.chars().any(char::is_uppercase);
    if is_phrase { format!("{}{rest}", first.to_lowercase()) } else { level.to_owned() }
}

fn number_phrase(words: &FeatureWording, kind: FeatureKind, number: f64) -> String {
    let label = &words.label;
    match kind {
        FeatureKind::Boolean => truth_phrase(label, number != 0.0),
        FeatureKind::Date if number < 0.0 => format!("{label} is {} ahead", days(-number)),
        FeatureKind::Date => format!("{label} was {} ago", days(number)),
        _ => match &words.unit {
            Some(unit) => format!("{label} is {} {}", plain(number), counted(unit, number)),
            None => format!("{label} is {}", plain(number)),
        },
    }
}

/// A unit beside its number: of one, the singular of a plural word.
fn counted(unit: &str, number: f64) -> &str {
    let is_word = unit.len() > 2 && unit.chars().all(char::is_alphabetic) && !unit.ends_with("ss");
    unit.strip_suffix('s').filter(|_| is_word && plain(number) == "1").unwrap_or(unit)
}

pub(super) fn days(number: f64) -> String {
    let number = number.round();
    if (number - 1.0).abs() < 0.5 { "1 day".to_owned() } else { format!("{} days", plain(number)) }
}

/// At most two decimals, thousands separated from 10,000 on.
pub(super) fn plain(number: f64) -> String {
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
