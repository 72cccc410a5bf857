//! A group in sentences, the same on every page, on paper and on the screen.

pub mod cover;
pub mod fairness;
pub mod findings;
pub mod rich;

use std::collections::BTreeMap;

use self::rich::{Rich, safe};
use crate::base::population::Population;
use crate::base::units::Family;
use crate::report::chart::selection_lines;
use crate::report::view::{ComparedView, GroupView, RateView};
use crate::report::words::{self, Words, capitalized, third_person};

pub struct Teller<'a> {
    pub group: &'a GroupView,
    pub words: &'a Words,
}

impl Teller<'_> {
    pub fn is_past(&self) -> bool {
        self.group.population != Population::Today
    }

    pub fn title(&self) -> String {
        safe(&capitalized(&self.group.name), 40)
    }

    pub fn at_risk(&self) -> &'static str {
        self.words.at_risk(self.group.selected_from)
    }

    /// "leave within 90 days"; `None` where the config names no verb.
    pub fn fate(&self) -> Option<String> {
        let verb = self.group.verb.as_deref()?;
        Some(match &self.group.horizon {
            Some(horizon) => format!("{verb} within {horizon}"),
            None => verb.to_owned(),
        })
    }

    /// "likely to leave within 90 days", "at high risk"; "worth acting on" where costs make the cut. Likely means: more
    /// often than not.
    pub fn prospect(&self) -> String {
        match self.fate() {
            _ if self.is_past() => format!("scored {}", self.at_risk()),
            Some(fate) if self.group.mean_score_at_risk.is_some_and(|score| score >= 50.0) => {
                format!("likely to {fate}")
            }
            _ if !self.group.profit.is_empty() => "worth acting on".to_owned(),
            _ => self.at_risk().to_owned(),
        }
    }

    /// How many are at risk, against the compared run, and the money.
    pub fn lead(&self, compared: Option<&ComparedView>) -> Rich {
        let change = self.change(compared).map_or(String::new(), |change| format!(", {change}"));
        let mut lead = Rich::new(format!("{}{change}.", self.headcount()));
        if let Some(money) = self.group.value_at_stake.filter(|_| self.group.n_selected > 0) {
            let before = compared.and(self.group.change).and_then(|change| change.value_at_stake_before);
            let then = before.map_or(String::new(), |before| format!(" ({} then)", self.words.money(before)));
            let is = if self.is_past() { "was" } else { "is" };
            lead = lead.plain(" ").strong(self.words.money(money)).plain(format!(" {is} at stake{then}."));
        }
        if !self.is_past() {
            return lead;
        }
        lead.plain(format!(" The figures describe {} whose outcome is known, not those of today.", self.group.plural))
    }

    /// "312 of your 4,180 customers are likely to leave within 90 days".
    fn headcount(&self) -> String {
        let (n, whole) = (self.group.n_selected, self.words.count(self.group.n_reported));
        let whole = if self.is_past() {
            format!("{whole} past {}", self.group.plural)
        } else {
            format!("your {whole} {}", self.group.plural)
        };
        match (n, self.is_past()) {
            (0, true) => format!("None of {whole} scored {}", self.at_risk()),
            (0, false) => format!("None of {whole} is {}", self.at_risk()),
            (n, true) => format!("{} of {whole} {}", self.words.count(n), self.prospect()),
            (1, false) => format!("1 of {whole} is {}", self.prospect()),
            (n, false) => format!("{} of {whole} are {}", self.words.count(n), self.prospect()),
        }
    }

    /// "41 more than on 23 June 2026".
    pub fn change(&self, compared: Option<&ComparedView>) -> Option<String> {
        let (change, compared) = (self.group.change?, compared?);
        let date = self.words.date(compared.as_of);
        let (now, before) = (self.group.n_selected, change.n_selected_before);
        Some(match now.cmp(&before) {
            std::cmp::Ordering::Equal => format!("as many as on {date}"),
            std::cmp::Ordering::Greater => format!("{} more than on {date}", self.words.count(now - before)),
            std::cmp::Ordering::Less => format!("{} fewer than on {date}", self.words.count(before - now)),
        })
    }

    /// What the drivers chart shows, in a sentence with its sum.
    pub fn drivers_note(&self) -> Option<String> {
        let (all, at_risk) = (self.group.mean_score?, self.group.mean_score_at_risk?);
        Some(format!(
            "What lifts the {} {} (score {} on average) above all {} ({}): {} points.",
            self.words.count(self.group.n_selected),
            self.at_risk(),
            self.words.number(at_risk, 1),
            self.group.plural,
            self.words.number(all, 1),
            self.words.number(at_risk - all, 1)
        ))
    }

    /// How often the call is right, and how many are found.
    pub fn reliance(&self) -> Vec<Rich> {
        let group = self.group;
        let mut told = vec![match group.precision.as_ref().and_then(|rate| rate.value().map(|value| (rate, value))) {
            Some((rate, value)) => self.precision(rate, value),
            None => Rich::new(format!(
                "No past {} scored {}: how often that call is right cannot be told.",
                group.subject,
                self.at_risk()
            )),
        }];
        if let Some(value) = group.recall.as_ref().and_then(RateView::value) {
            let (base, n) = self.words.out_of(value);
            let who = group.verb.as_ref().map_or("with the outcome".to_owned(), |verb| format!("who {verb}"));
            let named = Rich::new(format!("Of {} {who}, we had named ", self.base(base)));
            told.push(named.strong(self.words.spelled(n)).plain("."));
        }
        told
    }

    fn precision(&self, rate: &RateView, value: f64) -> Rich {
        let (base, n) = self.words.out_of(value);
        let count = self.words.spelled(n);
        let outcome = match self.group.verb.as_deref() {
            Some(verb) if n <= 1 => format!("{count} {}", third_person(verb)),
            Some(verb) => format!("{count} {verb}"),
            None => format!("the call is right for {count}"),
        };
        let told = Rich::new(format!("Of {} {} we call ", self.base(base), self.group.plural))
            .strong(format!("{}, {outcome}", self.at_risk()));
        let out_of = |rate: f64| (rate.clamp(0.0, 1.0) * base as f64).round() as usize;
        let (low, high) = (out_of(rate.low), out_of(rate.high));
        if low == high {
            return told.plain(".");
        }
        told.plain(format!(" (between {} and {}).", self.words.spelled(low), self.words.spelled(high)))
    }

    fn base(&self, base: usize) -> String {
        if base == 10 { "ten".to_owned() } else { "a hundred".to_owned() }
    }

    /// On whom the scores were tried.
    pub fn tried_on(&self) -> String {
        let group = self.group;
        format!(
            "Tried on {}, {} with the outcome, each scored by a model that had not seen them.",
            self.words.counted(
                group.validation.n,
                &format!("past {}", group.subject),
                &format!("past {}", group.plural)
            ),
            self.words.count(group.validation.n_outcomes)
        )
    }

    /// The features of which no group can be told; `None` where all have something to tell.
    pub fn untold(&self) -> Option<String> {
        let lines = selection_lines(self.group);
        let mut features: Vec<String> = lines.iter().map(|line| line.feature.clone()).collect();
        features.dedup();
        features.retain(|feature| lines.iter().filter(|line| line.feature == *feature).all(|line| line.suppressed));
        let named: Vec<String> = features.iter().map(|feature| words::ellipsized(feature, 40)).collect();
        (!named.is_empty()).then(|| {
            format!(
                "Too few {} are {} to tell them apart by {} without pointing at single ones.",
                self.group.plural,
                self.at_risk(),
                self.words.list(&named)
            )
        })
    }

    /// In what the scores are right more often than not, as a game that anyone can picture.
    pub fn ranking(&self) -> Option<String> {
        let auc = self.group.validation.auc;
        let range = match (auc.low, auc.high) {
            (Some(low), Some(high)) => {
                format!(" ({} to {})", self.words.number(100.0 * low, 0), self.words.number(100.0 * high, 0))
            }
            _ => String::new(),
        };
        Some(format!(
            "Of two past {}, one with the outcome and one without, the score tells them apart in {} of 100 cases{range}; \
             a coin would in 50.",
            self.group.plural,
            self.words.number(100.0 * auc.value?, 0)
        ))
    }

    /// Which kind of model scores, and why.
    pub fn model(&self) -> String {
        let validation = &self.group.validation;
        let name = validation.family.words();
        let n = self.words.spelled(validation.n_families);
        let told = match validation.best_family {
            None => format!("{} scores here, as the configuration asks.", capitalized(name)),
            Some(best) if best == validation.family => {
                format!("Of {n} kinds of model that were tried, {name} foretold past outcomes best, and scores here.")
            }
            Some(best) => format!(
                "{} scores here: of {n} kinds of model that were tried, the simplest to read that is not clearly worse \
                 than the best ({}).",
                capitalized(name),
                best.words()
            ),
        };
        let told = format!("{told}{}", self.other_folds().unwrap_or_default());
        match validation.more_history {
            Some(true) => format!("{told} More history would probably make the scores better."),
            Some(false) => format!("{told} More history of the same kind would hardly make the scores better."),
            None => told,
        }
    }

    /// Who scores the past, where that is not everywhere the family that scores from now on.
    fn other_folds(&self) -> Option<String> {
        let validation = &self.group.validation;
        let mut counts: BTreeMap<Family, usize> = BTreeMap::new();
        validation.fold_families.iter().for_each(|family| *counts.entry(*family).or_default() += 1);
        if counts.keys().all(|family| *family == validation.family) {
            return None;
        }
        let told: Vec<String> =
            counts.iter().map(|(family, n)| format!("{} in {}", family.words(), self.words.spelled(*n))).collect();
        Some(format!(
            " The past is scored in {} parts, each by the kind that the other parts spoke for: {}; its figures are theirs.",
            self.words.spelled(validation.fold_families.len()),
            self.words.list(&told)
        ))
    }

    /// How far foretold and actual rates are apart.
    pub fn calibration(&self) -> Option<String> {
        let ece = self.group.validation.ece.value?;
        Some(format!("Foretold and actual rates differ by {} points on average.", self.words.number(100.0 * ece, 1)))
    }
}
