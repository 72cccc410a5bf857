//! The model card: what the scores are for, what was tried, and how well they held on the past.

use serde::Serialize;

use super::super::placed::Image;
use super::label;
use crate::audit::{OVERALL, Row, WITHIN, words as figures};
use crate::base::population::Population;
use crate::base::units::{Effect, Estimate};
use crate::report::tell::Teller;
use crate::report::tell::findings::quoted;
use crate::report::tell::rich::{Rich, closed, safe};
use crate::report::view::{FamilyView, PublicAudit};
use crate::report::words::{Words, capitalized};

/// Figures of single groups that tell whether risks mean the same in each.
const CALIBRATION: [&str; 3] = ["mean_risk", "base_rate", "calibration_in_the_large"];

#[derive(Serialize)]
pub struct Card {
    purpose: Vec<Rich>,
    not_for: Vec<Rich>,
    families: Vec<Family>,
    choice: Vec<Rich>,
    /// Figure, value, interval, what it means.
    validation: Vec<[String; 4]>,
    reliability: Option<Image>,
    /// Feature, group, foretold rate, actual rate, and their difference.
    by_group: Vec<[String; 5]>,
    limits: Vec<Rich>,
}

#[derive(Serialize)]
struct Family {
    name: String,
    log_loss: String,
    auc: String,
    slope: String,
    /// Why it was not compared.
    refused: Option<String>,
}

pub fn card(teller: &Teller, audit: Option<&PublicAudit>, reliability: Option<Image>) -> Card {
    let group = teller.group;
    Card {
        purpose: purpose(teller),
        not_for: not_for(teller),
        families: group.card.families.iter().map(|of| family(of, teller.words)).collect(),
        choice: choice(teller),
        validation: validation(teller),
        reliability,
        by_group: audit.map_or_else(Vec::new, |audit| by_group(audit, teller)),
        limits: group.limits.iter().map(Rich::new).collect(),
    }
}

fn purpose(teller: &Teller) -> Vec<Rich> {
    let group = teller.group;
    let named = |name: &str, text: &str| Rich::default().strong(format!("{name}: ")).plain(closed(&safe(text, 200)));
    let mut told = Vec::new();
    if let Some(of) = &group.purpose {
        told.push(named("Purpose", &of.purpose));
        told.extend(of.decides.as_deref().map(|who| named("Who decides", who)));
        told.extend(of.contact.as_deref().map(|whom| named("To contest a score", whom)));
    } else {
        told.push(Rich::new("The configuration declares no purpose."));
    }
    if let Some(fate) = teller.fate() {
        told.push(named("Outcome", &format!("{} {fate}", group.plural)));
    }
    let effect = match group.effect {
        Effect::Benefit => "it helps those who are selected",
        Effect::Burden => "it burdens those who are selected",
    };
    told.push(named("Being selected", effect));
    told
}

fn not_for(teller: &Teller) -> Vec<Rich> {
    let plural = &teller.group.plural;
    [
        "For a decision about a single person without a human who looks at the case and may overrule it.".to_owned(),
        format!("For {plural} unlike those of the table: other places, other times, another outcome or horizon."),
        "As proof of what causes the outcome, or of what would prevent it.".to_owned(),
        "As proof of fairness: the audit answers for the limits that were set and the groups that are large enough."
            .to_owned(),
    ]
    .map(Rich::new)
    .to_vec()
}

fn family(of: &FamilyView, words: &Words) -> Family {
    Family {
        name: capitalized(of.family.words()),
        log_loss: estimate(of.log_loss, 4, words),
        auc: estimate(of.auc, 3, words),
        slope: estimate(of.calibration_slope, 2, words),
        refused: of.refused.as_ref().map(|why| safe(&format!("not compared: {}", quoted(why)), 200)),
    }
}

/// "0.761 (0.738 to 0.783)".
fn estimate(of: Estimate, decimals: usize, words: &Words) -> String {
    let number = |value: f64| words.number(value, decimals);
    match (of.value, of.low.zip(of.high)) {
        (None, _) => "–".to_owned(),
        (Some(value), None) => number(value),
        (Some(value), Some((low, high))) => format!("{} ({} to {})", number(value), number(low), number(high)),
    }
}

fn choice(teller: &Teller) -> Vec<Rich> {
    let (card, words) = (&teller.group.card, teller.words);
    let mut told: Vec<Rich> = card.choice.iter().map(|why| Rich::new(closed(&capitalized(why)))).collect();
    if card.n_folds > 0 && card.model_as_of.is_none() {
        let how = if card.is_forward {
            "Parts follow one another in time, and each is scored by a model of what came before"
        } else {
            "Each part is scored by a model of the others"
        };
        told.push(Rich::new(format!("History is dealt to {} parts. {how}.", words.spelled(card.n_folds))));
    }
    if let Some(kind) = &card.calibrator {
        told.push(Rich::new(format!("Margins become risks by {}.", calibrator(kind))));
    }
    if let Some(day) = card.model_as_of {
        let text = format!(
            "The model was made on {} and is used again. Past rows that it learned from are scored by the part of it that had \
             not seen them, the first in time not at all; all other rows by the whole.",
            words.date(day)
        );
        told.push(Rich::new(text));
    }
    told
}

fn calibrator(kind: &str) -> &str {
    match kind {
        "identity" => "the model’s own link, which no other calibrator improved upon",
        "platt" => "Platt’s logistic calibration",
        "beta" => "beta calibration",
        other => other,
    }
}

fn validation(teller: &Teller) -> Vec<[String; 4]> {
    let (of, words) = (&teller.group.validation, teller.words);
    let figures = [
        ("AUC", of.auc, 3, "chance that a subject with the outcome has the higher score; 0.5 is a coin"),
        ("Average precision", of.average_precision, 3, "precision, averaged over all cuts"),
        ("Brier score", of.brier, 3, "mean squared error of the risks; lower is better"),
        ("Log loss", of.log_loss, 3, "lower is better"),
        ("Calibration error", of.ece, 3, "mean distance of foretold and actual rates"),
        ("Calibration slope", of.calibration_slope, 2, "1: risks are as far apart as outcomes"),
        ("Calibration intercept", of.calibration_intercept, 2, "0: as many outcomes came as were foretold"),
    ];
    let row = |(name, of, decimals, meaning): (&str, Estimate, usize, &str)| {
        let number = |value: Option<f64>| value.map(|value| words.number(value, decimals));
        let between = number(of.low).zip(number(of.high)).map(|(low, high)| format!("{low} to {high}"));
        let value = number(of.value).unwrap_or_else(|| "–".to_owned());
        [name.to_owned(), value, between.unwrap_or_default(), meaning.to_owned()]
    };
    figures.map(row).to_vec()
}

/// Whether risks mean the same in every group of the plain features.
fn by_group(audit: &PublicAudit, teller: &Teller) -> Vec<[String; 5]> {
    let find = |of: &Row, metric: &str| {
        let is_of = |row: &&Row| row.metric == metric && row.feature == of.feature && row.group == of.group;
        audit.rows.iter().filter(|row| row.population == Population::History && !row.suppressed).find(is_of)
    };
    let mut rows = Vec::new();
    let mut last = None;
    for of in audit.rows.iter().filter(|row| is_plain(row) && row.metric == "n") {
        let [foretold, actual, difference] = CALIBRATION.map(|metric| find(of, metric));
        if foretold.is_none() && actual.is_none() {
            continue;
        }
        let is_new = last.replace(&of.feature) != Some(&of.feature);
        let feature = if is_new { label(teller.group, &of.feature) } else { String::new() };
        let rate = |row: Option<&Row>| between(row, " %", &|rate| teller.words.number(100.0 * rate, 1));
        let points = between(difference, "", &|points| teller.words.points(100.0 * points));
        rows.push([feature, safe(&of.group, 40), rate(foretold), rate(actual), points]);
    }
    rows
}

/// "16.9 % (15.2 to 18.8)".
fn between(row: Option<&Row>, unit: &str, write: &dyn Fn(f64) -> String) -> String {
    let Some((row, value)) = row.and_then(|row| Some((row, row.value?))) else { return figures::UNKNOWN.to_owned() };
    let ends = row.low.zip(row.high).map(|(low, high)| format!(" ({} to {})", write(low), write(high)));
    format!("{}{unit}{}", write(value), ends.unwrap_or_default())
}

fn is_plain(row: &Row) -> bool {
    let is_crossed = row.feature.contains(" × ") || row.feature.contains(WITHIN);
    row.population == Population::History && row.feature != OVERALL && !is_crossed
}
