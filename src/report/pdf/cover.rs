//! Page one: what is at stake, where to start, why, and how far to rely on it.

use serde::Serialize;

use super::placed::Image;
use crate::report::chart::Chart;
use crate::report::tell::Teller;
use crate::report::tell::cover::{First, Marked, causes, fair, first, headline, lead};
use crate::report::tell::rich::{Rich, band_tone};
use crate::report::view::{GroupView, PortfolioView};
use crate::report::words::{RESEMBLES, Words, capitalized};

#[derive(Serialize)]
pub struct Cover {
    headline: String,
    lead: Rich,
    /// Where the change since the compared run comes from.
    causes: Option<String>,
    cards: Vec<Card>,
    first: Option<First>,
    why: Option<Why>,
    rely: Rely,
    fair: Vec<Marked>,
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

pub fn cover(view: &PortfolioView, charts: &[Vec<Chart>], words: &Words) -> Cover {
    let at = lead(&view.groups);
    let Some(group) = view.groups.get(at) else { return empty(words) };
    let teller = Teller { group, words };
    let chart = charts.get(at).and_then(|charts| Image::find(charts, at, "drivers"));
    let dots = group.precision.and_then(|rate| rate.value()).map(|value| (10.0 * value).round() as usize);
    Cover {
        headline: headline(group, words),
        lead: teller.lead(view.compared.as_ref()),
        causes: causes(&teller),
        cards: view.groups.iter().map(|group| card(view, &Teller { group, words })).collect(),
        first: first(view, words),
        why: chart.map(|chart| Why { note: teller.drivers_note(), chart }),
        rely: Rely { dots, text: teller.reliance(), note: teller.tried_on() },
        fair: fair(&view.groups, words),
        cannot: cannot(group),
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

/// What holds for every score, and what the view adds for this group.
fn cannot(group: &GroupView) -> Vec<Rich> {
    let those =
        group.verb.as_ref().map_or("with the outcome in the past".to_owned(), |_| "whom it happened to".to_owned());
    let mut told = vec![Rich::new(format!(
        "They say who resembles those {those}, not what would have prevented it. \
         No decision about a person may rest on this score alone."
    ))];
    // what every score cannot tell has just been said
    told.extend(group.limits.iter().filter(|limit| *limit != RESEMBLES).take(2).map(Rich::new));
    told
}

fn empty(words: &Words) -> Cover {
    Cover {
        headline: "No stakeholder group could be scored.".to_owned(),
        lead: Rich::new(format!("{} groups are reported; the findings say why.", capitalized(&words.spelled(0)))),
        cards: Vec::new(),
        causes: None,
        first: None,
        why: None,
        rely: Rely { dots: None, text: Vec::new(), note: String::new() },
        fair: Vec::new(),
        cannot: Vec::new(),
    }
}
