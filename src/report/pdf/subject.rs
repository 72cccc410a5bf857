//! One subject on one page: the score, how it comes about, what could be done, what was known, and how to contest it.

use serde::Serialize;

use crate::base::design::FeatureKind;
use crate::report::tell::Teller;
use crate::report::tell::rich::{Rich, band_tone, closed, safe};
use crate::report::view::{ColumnView, GroupView, PurposeView, SubjectView, ValueView};
use crate::report::words::{Words, capitalized, ellipsized};

/// Columns that have bars of their own.
const N_BARS: usize = 9;
/// Smaller points are told together.
const POINTS_MIN: f64 = 0.05;
/// Known values that are listed.
const N_KNOWN: usize = 36;
/// Letters of a level that a page shows.
const LEVEL: usize = 40;

/// All that the template of a subject places.
#[derive(Serialize)]
pub struct Subject {
    id: String,
    score: String,
    tone: &'static str,
    headline: String,
    meaning: String,
    bars: Vec<Bar>,
    /// Where 0 points are on the scale of the bars, 0 to 1.
    zero: f64,
    note: String,
    actions: Vec<Action>,
    actions_note: String,
    /// Column and value.
    known: Vec<[String; 2]>,
    known_note: String,
    rights: Vec<Rich>,
}

/// A step from the starting point to the score.
#[derive(Serialize)]
struct Bar {
    label: String,
    detail: String,
    points: String,
    /// Ends on a scale that all bars share, 0 to 1.
    from: f64,
    to: f64,
    /// "start", "risk", "good" or "score".
    tone: &'static str,
}

#[derive(Serialize)]
struct Action {
    sentence: String,
    scores: String,
    note: String,
}

/// What the page of a subject says.
pub fn subject(group: &GroupView, subject: &SubjectView, words: &Words) -> Subject {
    let teller = Teller { group, words };
    let (bars, zero) = bars(group, subject, words);
    let (known, known_note) = known(group, subject, words);
    Subject {
        id: safe(&subject.id, 48),
        score: words.score(subject.score),
        tone: band_tone(subject.band),
        headline: headline(&teller, subject),
        meaning: meaning(&teller, subject),
        bars,
        zero,
        note: format!(
            "The points add up exactly to the score. They explain the model’s score, not the {}’s mind.",
            safe(&group.subject, 30)
        ),
        actions: actions(subject, words),
        actions_note: actions_note(subject),
        known,
        known_note,
        rights: rights(group, subject),
    }
}

/// "High risk to leave within 90 days".
fn headline(teller: &Teller, subject: &SubjectView) -> String {
    let band = capitalized(subject.band.name());
    // today's subjects have a rank
    let was = if subject.rank.is_none() { ", as scored on what was known then" } else { "" };
    match teller.fate() {
        Some(fate) => format!("{band} risk to {}{was}", safe(&fate, 60)),
        None => format!("{band} risk{was}"),
    }
}

/// "Of 100 such customers 71 leave; calibration range 62 to 79. All customers: 26 on average."
fn meaning(teller: &Teller, subject: &SubjectView) -> String {
    let (group, words) = (teller.group, teller.words);
    let outcome = group.verb.as_ref().map_or_else(|| "have the outcome".to_owned(), |verb| safe(verb, 40));
    let range = match (subject.risk_low, subject.risk_high) {
        (Some(low), Some(high)) => {
            format!("; calibration range {} to {}", words.score(100.0 * low), words.score(100.0 * high))
        }
        _ => String::new(),
    };
    let all = group.mean_score.map_or_else(String::new, |mean| {
        format!(" All {}: {} on average.", safe(&group.plural, 30), words.score(mean))
    });
    let score = words.score(subject.score);
    let expected = if subject.rank.is_none() { "were expected" } else { "are expected" };
    format!("Of 100 {} with such a score, {score} {expected} to {outcome}{range}.{all}", safe(&group.plural, 30))
}

/// The largest steps by size, the others together, and where they begin and end.
fn bars(group: &GroupView, subject: &SubjectView, words: &Words) -> (Vec<Bar>, f64) {
    let mut steps: Vec<(usize, f64)> = subject.points.iter().copied().enumerate().collect();
    steps.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
    let n_told = steps.iter().take(N_BARS).take_while(|(_, points)| points.abs() >= POINTS_MIN).count();
    let rest = &steps[n_told..];
    let rest_points = subject.score - subject.base_score - steps[..n_told].iter().map(|step| step.1).sum::<f64>();
    let mut told: Vec<(String, String, f64)> = steps[..n_told]
        .iter()
        .filter_map(|(column, points)| {
            let (label, detail) = called(group.columns.get(*column)?, subject.values.get(*column), words);
            Some((label, detail, *points))
        })
        .collect();
    if !rest.is_empty() {
        let n = words.spelled(rest.len());
        let reasons = if rest.len() == 1 { "smaller reason" } else { "smaller reasons" };
        told.push((format!("{} {reasons}", capitalized(&n)), String::new(), rest_points));
    }
    let mut ends = vec![0.0, subject.base_score, subject.score];
    let mut at = subject.base_score;
    for (_, _, points) in &told {
        at += points;
        ends.push(at);
    }
    let (low, high) = ends.iter().fold((0.0, 1.0), |(low, high): (f64, f64), end| (low.min(*end), high.max(*end)));
    let place = |points: f64| (points - low) / (high - low);
    let bar = |label: &str, detail: &str, points: String, ends: (f64, f64), tone| Bar {
        label: label.to_owned(),
        detail: detail.to_owned(),
        points,
        from: place(ends.0.min(ends.1)),
        to: place(ends.0.max(ends.1)),
        tone,
    };
    let mut bars =
        vec![bar("Starting point", "", words.number(subject.base_score, 1), (0.0, subject.base_score), "start")];
    let mut at = subject.base_score;
    for (label, detail, points) in &told {
        let tone = if *points < 0.0 { "good" } else { "risk" };
        bars.push(bar(label, detail, words.points(*points), (at, at + points), tone));
        at += points;
    }
    let called = format!("This {}", safe(&group.subject, 30));
    bars.push(bar(&called, "", words.number(subject.score, 1), (0.0, subject.score), "score"));
    (bars, place(0.0))
}

/// "Longest wait for an answer: 12 days" and its pillar.
fn called(column: &ColumnView, value: Option<&ValueView>, words: &Words) -> (String, String) {
    let value = value.map_or_else(String::new, |value| format!(": {}", told(column, value, words)));
    let detail = column.pillar.map_or_else(String::new, |pillar| capitalized(pillar.name()));
    (safe(&format!("{}{value}", column.label), 110), detail)
}

/// "12 days", "month-to-month", "not known".
fn told(column: &ColumnView, value: &ValueView, words: &Words) -> String {
    match value {
        ValueView::Missing(()) => "not known".to_owned(),
        ValueView::Level(level) => ellipsized(level, LEVEL),
        ValueView::Number(number) if column.kind == FeatureKind::Date => {
            format!("{} ago", words.measured(number.round(), Some("days")))
        }
        ValueView::Number(number) if column.kind == FeatureKind::Boolean => {
            if *number > 0.5 {
                "yes".to_owned()
            } else {
                "no".to_owned()
            }
        }
        ValueView::Number(number) => words.measured(*number, column.unit.as_deref()),
    }
}

fn actions(subject: &SubjectView, words: &Words) -> Vec<Action> {
    let action = |of: &crate::report::view::ActionView| {
        let known = match of.proof.as_str() {
            "optimal" => "; no cheaper way was left out",
            "none exists" => "; so few changes cannot leave the band",
            _ => "",
        };
        Action {
            // what follows the colon stands in its own column
            sentence: capitalized(&safe(
                of.sentence.split_once(": ").map_or(of.sentence.as_str(), |(what, _)| what),
                160,
            )),
            scores: format!("{} → {}", words.score(subject.score), words.score(of.score)),
            note: format!("scored again by the model{known}"),
        }
    };
    subject.actions.iter().map(action).collect()
}

fn actions_note(subject: &SubjectView) -> String {
    if subject.actions.is_empty() {
        return String::new();
    }
    "What the model would say of the same subject with these values. It is no promise that the change would help."
        .to_owned()
}

/// Every column with its value: those that moved the score first.
fn known(group: &GroupView, subject: &SubjectView, words: &Words) -> (Vec<[String; 2]>, String) {
    let mut order: Vec<usize> = (0..group.columns.len().min(subject.values.len())).collect();
    let size = |column: &usize| subject.points.get(*column).copied().unwrap_or(0.0).abs();
    order.sort_by(|a, b| size(b).total_cmp(&size(a)).then(a.cmp(b)));
    let row = |column: &usize| {
        let (column, value) = (&group.columns[*column], &subject.values[*column]);
        [safe(&column.label, 60), safe(&told(column, value, words), 60)]
    };
    let known = order.iter().take(N_KNOWN).map(row).collect();
    let more = order.len().saturating_sub(N_KNOWN);
    let note =
        if more > 0 { format!("{} more columns moved the score less.", words.count(more)) } else { String::new() };
    (known, note)
}

/// Who decides, and how to contest the score.
fn rights(group: &GroupView, subject: &SubjectView) -> Vec<Rich> {
    let mut told: Vec<Rich> = subject.selected_because.iter().map(|why| Rich::new(closed(&capitalized(why)))).collect();
    let Some(PurposeView { purpose, decides, contact }) = &group.purpose else {
        told.push(Rich::new("No decision about a person may rest on this score alone."));
        return told;
    };
    told.push(Rich::default().strong("Purpose. ").plain(closed(&capitalized(&safe(purpose, 120)))));
    if let Some(decides) = decides {
        let who = Rich::default().strong("Who decides. ").plain(closed(&capitalized(&safe(decides, 80))));
        told.push(who.plain(" The score is advice: no decision about a person may rest on it alone."));
    }
    if let Some(contact) = contact {
        let how = format!(
            "Ask {} for a human to look at the case again; say which of the values above is wrong or missing, and quote the run at \
             the foot of this page.",
            safe(contact, 80)
        );
        told.push(Rich::default().strong("To contest it. ").plain(how));
    }
    told
}
