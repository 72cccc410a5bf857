//! The pages of one stakeholder group: who, why, and whether the scores hold.

use serde::Serialize;

use super::placed::Image;
use crate::report::chart::Chart;
use crate::report::tell::Teller;
use crate::report::tell::fairness::fairness;
use crate::report::tell::rich::{ID_FITS, Rich, band_tone, safe, safe_id};
use crate::report::view::{BandView, PortfolioView, SubjectView};
use crate::report::words::{Words, capitalized};

/// Rows of the table of subjects.
const N_SUBJECTS: usize = 8;
/// Reasons told of each.
const N_REASONS: usize = 2;

#[derive(Serialize)]
pub struct GroupPages {
    heading: String,
    lead: Rich,
    has_money: bool,
    bands: Vec<BandRow>,
    /// What the money column adds up, and what it is not.
    money_note: Option<String>,
    distribution: Option<Image>,
    subjects_heading: String,
    subjects: Vec<SubjectRow>,
    /// Ids are longer than usual.
    has_long_ids: bool,
    subjects_note: String,
    drivers_note: Option<String>,
    drivers: Option<Image>,
    importance: Option<Image>,
    dependence: Option<Image>,
    reliability: Option<Image>,
    rely: Vec<Rich>,
    rates_heading: String,
    rates: Option<Image>,
    rates_note: Option<String>,
    fairness: Vec<Rich>,
    waterfall_heading: String,
    waterfall: Option<Image>,
}

#[derive(Serialize)]
struct BandRow {
    name: String,
    tone: &'static str,
    range: String,
    n: String,
    share: String,
    stake: String,
}

#[derive(Serialize)]
struct SubjectRow {
    id: String,
    score: String,
    range: String,
    band: String,
    tone: &'static str,
    stake: String,
    reasons: Vec<String>,
    /// What would lower the score most cheaply: "Longest wait for an answer from 12 days to 0 days: 89 → 50".
    action: Option<String>,
}

pub fn pages(view: &PortfolioView, charts: &[Vec<Chart>], words: &Words) -> Vec<GroupPages> {
    let none = Vec::new();
    let page = |(i, group)| {
        let teller = Teller { group, words };
        group_pages(view, i, charts.get(i).unwrap_or(&none), &teller)
    };
    view.groups.iter().enumerate().map(page).collect()
}

fn group_pages(view: &PortfolioView, at: usize, charts: &[Chart], teller: &Teller) -> GroupPages {
    let group = teller.group;
    let find = |name: &str| Image::find(charts, at, name);
    let first = group.top.first().map_or(String::new(), |subject| safe(&subject.id, 48));
    let mut rely: Vec<Rich> = teller.ranking().into_iter().chain(teller.calibration()).map(Rich::new).collect();
    rely.extend(teller.reliance());
    rely.push(Rich::new(teller.model()));
    rely.push(Rich::default().muted(teller.tried_on()));
    GroupPages {
        heading: teller.title(),
        lead: teller.lead(view.compared.as_ref()),
        has_money: group.value_at_stake.is_some(),
        bands: bands(teller),
        money_note: money_note(teller),
        distribution: find("score_distribution"),
        subjects_heading: subjects_heading(teller),
        subjects: group.top.iter().take(N_SUBJECTS).map(|subject| subject_row(teller, subject)).collect(),
        has_long_ids: group.top.iter().take(N_SUBJECTS).any(|subject| subject.id.chars().count() > ID_FITS),
        subjects_note: subjects_note(teller),
        drivers_note: teller.drivers_note(),
        drivers: find("drivers"),
        importance: find("importance"),
        dependence: find("dependence"),
        reliability: find("reliability"),
        rely,
        rates_heading: format!("Who is {}, by group", teller.at_risk()),
        rates: find("selection_rates"),
        rates_note: teller.untold(),
        fairness: fairness(teller),
        waterfall_heading: format!("How one score comes about: {} {first}", group.subject),
        waterfall: find("waterfall"),
    }
}

fn bands(teller: &Teller) -> Vec<BandRow> {
    let (group, words) = (teller.group, teller.words);
    let total: usize = group.bands.iter().map(|band| band.n).sum();
    let ends = group.bands.iter().skip(1).map(|band| band.from).chain([100.0]);
    let row = |(band, end): (&BandView, f64)| BandRow {
        name: capitalized(band.band.name()),
        tone: band_tone(band.band),
        range: format!("{} to {}", words.plain(band.from), words.plain(end)),
        n: words.count(band.n),
        share: if total == 0 { String::new() } else { words.percent(band.n as f64 / total as f64) },
        stake: band.value_at_stake.map_or(String::new(), |money| words.money(money)),
    };
    let mut rows: Vec<BandRow> = group.bands.iter().zip(ends).map(row).collect();
    rows.reverse();
    rows
}

fn money_note(teller: &Teller) -> Option<String> {
    let total = teller.group.value_at_stake.and(teller.group.value_total)?;
    Some(format!(
        "At stake: risk times value, added up. The value of all {} together is another figure: {}.",
        teller.group.plural,
        teller.words.money(total)
    ))
}

fn subject_row(teller: &Teller, subject: &SubjectView) -> SubjectRow {
    let words = teller.words;
    let range = match (subject.risk_low, subject.risk_high) {
        (Some(low), Some(high)) => format!("{} to {}", words.score(100.0 * low), words.score(100.0 * high)),
        _ => String::new(),
    };
    SubjectRow {
        id: safe_id(&subject.id),
        score: words.score(subject.score),
        range,
        band: subject.band.name().to_owned(),
        tone: band_tone(subject.band),
        stake: subject.value_at_stake.map_or(String::new(), |money| words.money(money)),
        reasons: subject
            .reasons
            .iter()
            .take(N_REASONS)
            .map(|reason| capitalized(&safe(&reason.sentence, 120)))
            .collect(),
        action: subject.actions.first().map(|action| {
            let what = action.sentence.split_once(": ").map_or(action.sentence.as_str(), |(what, _)| what);
            let scores = format!("{} → {}", words.score(subject.score), words.score(action.score));
            format!("{}: {scores}", capitalized(&safe(what, 120)))
        }),
    }
}

fn subjects_heading(teller: &Teller) -> String {
    let heading = match (teller.is_past(), teller.group.n_selected) {
        (true, _) => "Highest past scores",
        (false, 0) => "Highest scores",
        (false, _) => "Whom to look at first",
    };
    heading.to_owned()
}

fn subjects_note(teller: &Teller) -> String {
    let group = teller.group;
    let shown = group.top.len().min(N_SUBJECTS);
    if shown == 0 {
        return String::new();
    }
    format!(
        "The first {} of {}. Under each score its calibration range{}. All of them are in the table of scores.",
        teller.words.spelled(shown),
        teller.words.counted(group.n_reported, &group.subject, &group.plural),
        if group.top.iter().take(N_SUBJECTS).any(|of| !of.actions.is_empty()) {
            "; after the arrow what would lower it, as the model scores it again"
        } else {
            ""
        }
    )
}
