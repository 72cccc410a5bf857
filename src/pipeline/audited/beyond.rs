//! What the audit tells beside metrics: what drives gaps, proxies, fairness of reasons and actions, flips, weak slices.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::group::Judgement;
use super::super::rows::Told;
use super::{actions, flip, gaps, proxies, slices};
use crate::audit::{Flip, Gap, Proxies, Row, Slices, Told as ToldReasons, public_flips, public_gaps, public_slices};
use crate::base::groups::Grouping;
use crate::base::population::Population;
use crate::base::{Finding, Result, Seed};
use crate::config::Stakeholders;

/// Empty where there is nothing to tell.
pub struct Beyond {
    seed: Seed,
    pub proxies: Vec<Proxies>,
    pub flips: Vec<Flip>,
    pub gaps: Vec<Gap>,
    pub reasons: Vec<ToldReasons>,
    pub slices: Option<Slices>,
}

impl Beyond {
    /// What is told before any reason, which must say what stands in for what.
    ///
    /// # Errors
    /// A model cannot be fitted or asked.
    pub fn begin(
        stakeholders: &Stakeholders,
        judgement: &Judgement,
        groupings: &[&Grouping],
        seed: Seed,
    ) -> Result<Self> {
        let proxies = proxies::find(stakeholders, judgement, groupings, seed.child("proxies"))?;
        let flips = flip::flip(stakeholders, judgement, groupings)?;
        Ok(Self { seed, proxies, flips, gaps: Vec::new(), reasons: Vec::new(), slices: None })
    }

    /// What is told once every row is explained.
    ///
    /// # Errors
    /// The parts of a gap do not add up to it.
    pub fn finish(
        &mut self,
        stakeholders: &Stakeholders,
        judgement: &Judgement,
        (groupings, rows): (&[&Grouping], &[Row]),
        told: &Told,
    ) -> Result<()> {
        self.gaps = gaps::gaps(stakeholders, judgement, (groupings, rows), told)?;
        self.reasons = actions::compare(stakeholders, judgement, (groupings, rows), told);
        self.slices = slices::scan(stakeholders, judgement, groupings, told, self.seed.child("slices"));
        Ok(())
    }

    /// What was noticed; groups that may not be published are not named.
    pub fn findings(
        &self,
        stakeholders: &Stakeholders,
        told: &Told,
        judgement: &Judgement,
        public: &[Row],
    ) -> Vec<Finding> {
        let hidden = Hidden::new(public);
        let mut found = proxies::findings(stakeholders, judgement, &self.proxies, told, &hidden);
        found.extend(actions::findings(stakeholders, &self.reasons, judgement.judged.reported, &hidden));
        found.extend(slices::findings(stakeholders, self.public_slices(stakeholders).as_ref()));
        found
    }

    fn public_slices(&self, stakeholders: &Stakeholders) -> Option<Slices> {
        let (slices, least) = (self.slices.as_ref()?, stakeholders.audit.min_group);
        Some(public_slices(slices, least, |name| is_sensitive(stakeholders, name)))
    }

    /// What drives the gaps between groups that are not hidden.
    pub fn public_gaps(&self, public: &[Row]) -> Vec<Gap> {
        let hidden = Hidden::new(public);
        public_gaps(&self.gaps, |feature, group, population| hidden.is("n", feature, group, population))
    }

    /// Keys of `audit.json`.
    pub fn complete(&self) -> Value {
        keys(&self.gaps, &self.proxies, &self.reasons, &self.flips, self.slices.as_ref())
    }

    /// Keys of `audit_public.json`: nothing of groups that are hidden there, and no slice that names a sensitive feature.
    pub fn published(&self, stakeholders: &Stakeholders, judged: Population, public: &[Row]) -> Value {
        let hidden = Hidden::new(public);
        let gaps = self.public_gaps(public);
        let proxies: Vec<Proxies> = self.proxies.iter().map(|of| proxies::public(of, &hidden)).collect();
        let least = stakeholders.audit.min_group;
        let few = actions::few(&self.reasons, least);
        let is_told = |of: &&ToldReasons| actions::is_told(of, &hidden, &few, judged);
        let reasons: Vec<ToldReasons> = self.reasons.iter().filter(is_told).cloned().collect();
        let is_hidden = |feature: &str, group: &str| hidden.is("selection_rate", feature, group, judged);
        let flips = public_flips(&self.flips, least, is_hidden);
        keys(&gaps, &proxies, &reasons, &flips, self.public_slices(stakeholders).as_ref())
    }
}

fn keys(gaps: &[Gap], proxies: &[Proxies], reasons: &[ToldReasons], flips: &[Flip], slices: Option<&Slices>) -> Value {
    let mut told = Map::new();
    told.insert("drivers".to_owned(), json!(gaps));
    told.insert("proxies".to_owned(), json!(proxies));
    told.insert("reasons".to_owned(), json!(reasons));
    if !flips.is_empty() {
        told.insert("flip".to_owned(), json!(flips));
    }
    if let Some(slices) = slices {
        told.insert("slices".to_owned(), json!(slices));
    }
    Value::Object(told)
}

fn is_sensitive(stakeholders: &Stakeholders, name: &str) -> bool {
    stakeholders.features.sensitive.iter().any(|of| of.column == name)
}

/// Groups whose rows of a metric are suppressed.
pub struct Hidden<'a>(BTreeSet<(&'a str, &'a str, &'a str, Population)>);

impl<'a> Hidden<'a> {
    pub fn new(public: &'a [Row]) -> Self {
        let key = |row: &'a Row| (&row.metric[..], &row.feature[..], &row.group[..], row.population);
        Self(public.iter().filter(|row| row.suppressed).map(key).collect())
    }

    /// Whether a group's row of a metric is suppressed.
    pub fn is(&self, metric: &str, feature: &str, group: &str, population: Population) -> bool {
        self.0.contains(&(metric, feature, group, population))
    }

    /// Whether it is in history or today.
    pub fn anywhere(&self, metric: &str, feature: &str, group: &str) -> bool {
        [Population::History, Population::Today].iter().any(|population| self.is(metric, feature, group, *population))
    }
}

/// The reference of a feature in a population, as the audit's rows name it.
pub fn reference(rows: &[Row], feature: &str, population: Population) -> Option<String> {
    let of = |row: &&Row| row.metric == "mean_risk" && row.feature == feature && row.population == population;
    rows.iter().filter(of).find_map(|row| row.reference.clone())
}
