//! Page one: what is at stake, where to start, why, and how far to rely on it.

use serde::Serialize;

use super::fairness::fairness;
use super::rich::{Image, Rich, band_tone, safe};
use super::tell::Teller;
use crate::report::chart::Chart;
use crate::report::view::{GroupView, PortfolioView, SubjectView};
use crate::report::words::{Words, capitalized, printable};

/// Labels that fit into a headline, in characters.
const HEADLINE_LABEL: usize = 44;
/// Rows under "Start here".
const N_START: usize = 3;

#[derive(Serialize)]
pub struct Cover {
    headline: String,
    lead: Rich,
    cards: Vec<Card>,
    start: Option<Start>,
    why: Option<Why>,
    rely: Rely,
    affected: Affected,
    cannot: Vec<Rich>,
}

/// A stakeholder group at a glance.
#[derive(Serialize)]
struct Card {
    title: String,
    number: String,
    tone: &'static str,
    beside: String,
    stake: Option<String>,
    /// Mark, text, tone.
    change: Option<(&'static str, String, &'static str)>,
    bands: Vec<BandPart>,
}

#[derive(Serialize)]
struct BandPart {
    share: f64,
    tone: &'static str,
    label: String,
}

#[derive(Serialize)]
struct Start {
    heading: String,
    rows: Vec<StartRow>,
}

#[derive(Serialize)]
struct StartRow {
    title: Rich,
    detail: String,
    amount: String,
    unit: String,
}

#[derive(Serialize)]
struct Why {
    note: Option<String>,
    chart: Image,
}

#[derive(Serialize)]
struct Rely {
    /// Full dots of ten.
    dots: Option<usize>,
    text: Vec<Rich>,
    note: String,
}

#[derive(Serialize)]
struct Affected {
    heading: String,
    lines: Vec<Rich>,
    note: String,
}

pub fn cover(view: &PortfolioView, charts: &[Vec<Chart>], words: &Words) -> Cover {
    let at = lead(&view.groups);
    let Some(group) = view.groups.get(at) else { return empty(words) };
    let teller = Teller { group, words };
    let chart = charts.get(at).and_then(|charts| Image::find(charts, at, "drivers"));
    let dots = group.precision.and_then(|rate| rate.value()).map(|value| (10.0 * value).round() as usize);
    Cover {
        headline: headline(group, words),
        lead: teller.lead(view.compared.as_ref()),
        cards: view.groups.iter().map(|group| card(view, &Teller { group, words })).collect(),
        start: start(&teller),
        why: chart.map(|chart| Why { note: teller.drivers_note(), chart }),
        rely: Rely { dots, text: teller.reliance(), note: teller.tried_on() },
        affected: affected(&teller),
        cannot: cannot(group),
    }
}

/// The group that the cover speaks of: most money at stake, then most subjects at risk.
fn lead(groups: &[GroupView]) -> usize {
    let weight = |group: &GroupView| (group.value_at_stake.unwrap_or(0.0), group.n_selected);
    let mut best = 0;
    for (i, group) in groups.iter().enumerate() {
        let (money, n) = weight(group);
        let (best_money, best_n) = groups.get(best).map_or((0.0, 0), weight);
        if money > best_money || (money >= best_money && n > best_n) {
            best = i;
        }
    }
    best
}

/// What most sets those at risk apart, where something does; it names a sign, never a cause.
fn headline(group: &GroupView, words: &Words) -> String {
    let teller = Teller { group, words };
    if group.n_selected == 0 {
        let who = if teller.is_past() { "Nobody scored" } else { "Nobody is" };
        return format!("{who} {}.", teller.at_risk());
    }
    let whose = if teller.is_past() { "sets past" } else { "sets your" };
    let named = group.drivers.iter().filter(|driver| driver.pillar.is_some());
    let top = named.max_by(|a, b| a.points.total_cmp(&b.points));
    let unassigned =
        group.drivers.iter().filter(|driver| driver.label == "unassigned").map(|driver| driver.points).sum::<f64>();
    if let Some(top) = top.filter(|top| top.points > 0.0 && top.points >= unassigned) {
        return format!("{} {whose} {} at risk apart.", capitalized(&top.label), group.plural);
    }
    let driven = group.features.iter().filter(|feature| feature.drive.is_some_and(|drive| drive > 0.0));
    let feature = driven.max_by(|a, b| a.drive.unwrap_or(0.0).total_cmp(&b.drive.unwrap_or(0.0)));
    match feature.filter(|feature| feature.label.chars().count() <= HEADLINE_LABEL) {
        Some(feature) => format!("“{}” {whose} {} at risk apart.", printable(&feature.label), group.plural),
        None if teller.is_past() => {
            format!("{} past {} scored {}.", words.count(group.n_selected), group.plural, teller.at_risk())
        }
        None => {
            let are = if group.n_selected == 1 { "is" } else { "are" };
            let who = words.counted(group.n_selected, &group.subject, &group.plural);
            format!("{who} {are} {}.", teller.at_risk())
        }
    }
}

fn card(view: &PortfolioView, teller: &Teller) -> Card {
    let (group, words) = (teller.group, teller.words);
    let whole = words.count(group.n_reported);
    let beside = match (teller.is_past(), teller.fate()) {
        (true, _) => format!("of {whole} past {} scored {}", group.plural, teller.at_risk()),
        (false, Some(_)) if group.n_selected > 0 => format!("of {whole} {}", teller.prospect()),
        (false, _) => format!("of {whole} {}", teller.at_risk()),
    };
    let stake = group.value_at_stake.map(|money| words.money(money));
    let (change, tone) = change(view, teller);
    Card {
        title: teller.title(),
        number: words.count(group.n_selected),
        tone,
        beside,
        stake,
        change,
        bands: parts(teller),
    }
}

type Change = Option<(&'static str, String, &'static str)>;

/// The change line, and the tone of the big number: what grew is red, what shrank or is nothing is green.
fn change(view: &PortfolioView, teller: &Teller) -> (Change, &'static str) {
    let n = teller.group.n_selected;
    let (Some(text), Some(before)) = (teller.change(view.compared.as_ref()), teller.group.change) else {
        return (None, if n == 0 { "good" } else { "risk" });
    };
    match n.cmp(&before.n_selected_before) {
        std::cmp::Ordering::Greater => (Some(("▲", text, "risk")), "risk"),
        std::cmp::Ordering::Equal => (Some(("●", text, "caution")), if n == 0 { "good" } else { "caution" }),
        std::cmp::Ordering::Less => (Some(("▼", text, "good")), "good"),
    }
}

/// The bands as parts of one bar.
fn parts(teller: &Teller) -> Vec<BandPart> {
    let total: usize = teller.group.bands.iter().map(|band| band.n).sum();
    let part = |band: &crate::report::view::BandView| BandPart {
        share: if total == 0 { 0.0 } else { band.n as f64 / total as f64 },
        tone: band_tone(band.band),
        label: format!("{} {}", teller.words.count(band.n), band.band.name()),
    };
    teller.group.bands.iter().map(part).collect()
}

/// The first of the top subjects; only for today's, since nobody can act on the past.
fn start(teller: &Teller) -> Option<Start> {
    let group = teller.group;
    if teller.is_past() || group.n_selected == 0 || group.top.is_empty() {
        return None;
    }
    let rows: Vec<StartRow> = group
        .top
        .iter()
        .filter(|subject| subject.band >= group.selected_from)
        .take(N_START)
        .map(|s| row(teller, s))
        .collect();
    let who = if rows.len() == 1 {
        format!("this {}", group.subject)
    } else {
        format!("these {} {}", teller.words.spelled(rows.len()), group.plural)
    };
    (!rows.is_empty()).then(|| Start { heading: format!("Start with {who}"), rows })
}

fn row(teller: &Teller, subject: &SubjectView) -> StartRow {
    let words = teller.words;
    let (amount, unit) = match subject.value_at_stake {
        Some(money) => (words.money(money), "at stake".to_owned()),
        None => (words.score(subject.score), "score".to_owned()),
    };
    let title = Rich::default().strong(safe(&subject.id, 48));
    let title = if subject.value_at_stake.is_some() {
        title.muted(format!("   score {}", words.score(subject.score)))
    } else {
        title
    };
    let detail = subject.reasons.first().map_or(String::new(), |reason| safe(&reason.sentence, 110));
    StartRow { title, detail, amount, unit }
}

fn affected(teller: &Teller) -> Affected {
    let heading = format!("Who is {}, by group", teller.at_risk());
    let lines = teller.affected(3);
    if lines.is_empty() {
        let none = "No sensitive feature is declared, so this report cannot tell whether groups are treated alike.";
        return Affected { heading, lines: vec![Rich::new(none)], note: String::new() };
    }
    let mut lines = lines;
    lines.extend(fairness(teller).into_iter().take(1));
    let note = "Rates can differ for good reasons and for bad ones. Groups too small to be told alone are told together with the next, or not at all.".to_owned();
    Affected { heading, lines, note }
}

/// What holds for every score, and what the view adds for this group.
fn cannot(group: &GroupView) -> Vec<Rich> {
    let those =
        group.verb.as_ref().map_or("with the outcome in the past".to_owned(), |_| "whom it happened to".to_owned());
    let mut told = vec![Rich::new(format!(
        "They say who resembles those {those}, not what would have prevented it. \
         No decision about a person may rest on this score alone."
    ))];
    told.extend(group.limits.iter().take(2).map(Rich::new));
    told
}

fn empty(words: &Words) -> Cover {
    Cover {
        headline: "No stakeholder group could be scored.".to_owned(),
        lead: Rich::new(format!("{} groups are reported; the findings say why.", capitalized(&words.spelled(0)))),
        cards: Vec::new(),
        start: None,
        why: None,
        rely: Rely { dots: None, text: Vec::new(), note: String::new() },
        affected: Affected { heading: String::new(), lines: Vec::new(), note: String::new() },
        cannot: Vec::new(),
    }
}
