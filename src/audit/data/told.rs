//! What may be published of the data, and what is worth a finding.

use super::{BASE_RATE, Data, Missing, Outcome, Representation, Row, SUBJECTS, Share};
use crate::audit::verdict::DISPARITY;
use crate::base::Finding;
use crate::base::population::Population;

/// A share that is so many times that of the rest is told: the inverse of four fifths.
const TOLD_FROM: f64 = 1.25;
/// At most so many are named in one sentence.
const NAMED_MAX: usize = 3;

impl Data {
    /// The figures as they may be published, beside the public rows of the audit table.
    ///
    /// A feature is left out of the representation where the number of subjects of one of its groups is hidden, and a
    /// column (or the outcome) of a feature where a group lacks, or has, fewer than `min_group` values: what is left
    /// would give it back. A column that makes groups itself is left out: its missing values are a group, so that they
    /// are cells of a crossing. Of unknown outcomes only shares in percent are published, as their counts could be taken
    /// from those of the table.
    pub fn published(&self, public: &[Row], min_group: usize) -> Self {
        let is_whole = |of: &&Representation| {
            of.groups.iter().all(|share| !is_hidden(public, &of.feature, &share.group, of.population))
        };
        let unknown = publishable(&self.outcome.unknown, public, min_group);
        let mut missing = publishable(&self.missing, public, min_group);
        missing.retain(|of| !self.grouped.contains(&of.column));
        Self {
            representation: self.representation.iter().filter(is_whole).cloned().collect(),
            base_rates: public.iter().filter(|row| self.has_base_rate(row)).cloned().collect(),
            missing,
            outcome: Outcome { unknown: unknown.iter().map(in_percent).collect(), ..self.outcome.clone() },
            grouped: self.grouped.clone(),
        }
    }

    fn has_base_rate(&self, row: &Row) -> bool {
        let is_same = |other: &Row| (&other.feature, &other.group) == (&row.feature, &row.group);
        row.metric == BASE_RATE && self.base_rates.iter().any(is_same)
    }

    /// What is worth telling; groups that may not be published are not named.
    pub fn findings(&self, public: &[Row], significance: f64, min_group: usize) -> Vec<Finding> {
        let mut findings: Vec<Finding> =
            self.representation.iter().filter_map(|of| not_represented(of, public)).collect();
        let more = |missing: &[Missing]| -> Vec<Missing> {
            let is_told = |of: &&Missing| {
                is_more(of, significance)
                    && of.n_missing >= Some(min_group as u64)
                    && !self.grouped.contains(&of.column)
                    && !is_hidden(public, &of.feature, &of.group, of.population)
            };
            missing.iter().filter(is_told).cloned().collect()
        };
        let (missing, unknown) = (more(&self.missing), more(&self.outcome.unknown));
        findings.extend(by_feature(&missing).into_iter().map(missing_by_group));
        findings.extend(by_feature(&unknown).into_iter().map(outcome_by_group));
        findings
    }
}

fn is_hidden(public: &[Row], feature: &str, group: &str, population: Population) -> bool {
    public.iter().any(|row| {
        row.suppressed
            && row.metric == SUBJECTS
            && row.population == population
            && row.feature == feature
            && row.group == group
    })
}

/// Columns of a feature and population of which every group may be told.
fn publishable(missing: &[Missing], public: &[Row], min_group: usize) -> Vec<Missing> {
    let least = min_group as u64;
    let is_small = |of: &Missing| {
        let counts = of.n_missing.zip(of.n).map(|(n_missing, n)| n_missing.min(n - n_missing.min(n)));
        counts.is_none_or(|count| count < least) || is_hidden(public, &of.feature, &of.group, of.population)
    };
    let key = |a: &Missing, b: &Missing| (&a.feature, &a.column, a.population) == (&b.feature, &b.column, b.population);
    let whole = missing.chunk_by(key).filter(|groups| !groups.iter().any(is_small));
    whole.flatten().cloned().collect()
}

fn in_percent(of: &Missing) -> Missing {
    let percent = |share: Option<f64>| share.map(|share| (100.0 * share).round() / 100.0);
    Missing {
        n: None,
        n_missing: None,
        share: percent(of.share),
        share_of_rest: percent(of.share_of_rest),
        low: None,
        high: None,
        p: None,
        p_adjusted: None,
        ..of.clone()
    }
}

fn is_more(of: &Missing, significance: f64) -> bool {
    let more = of.share.zip(of.share_of_rest).is_some_and(|(share, rest)| share > 0.0 && share >= TOLD_FROM * rest);
    more && of.p_adjusted.is_some_and(|p| p < significance)
}

fn by_feature(missing: &[Missing]) -> Vec<Vec<&Missing>> {
    let mut features: Vec<Vec<&Missing>> = Vec::new();
    for of in missing {
        match features.iter_mut().find(|known| known[0].feature == of.feature) {
            Some(known) => known.push(of),
            None => features.push(vec![of]),
        }
    }
    features.iter_mut().for_each(|known| known.sort_by(|a, b| gap(b).total_cmp(&gap(a))));
    features
}

fn gap(of: &Missing) -> f64 {
    of.share.zip(of.share_of_rest).map_or(0.0, |(share, rest)| share - rest)
}

fn percent(share: Option<f64>) -> String {
    format!("{:.0} %", 100.0 * share.unwrap_or(0.0))
}

fn place(population: Population) -> &'static str {
    if population == Population::Today { "today" } else { "in history" }
}

fn not_represented(of: &Representation, public: &[Row]) -> Option<Finding> {
    let is_told = |share: &&Share| {
        share.verdict.as_deref() == Some(DISPARITY) && !is_hidden(public, &of.feature, &share.group, of.population)
    };
    let told: Vec<String> = of
        .groups
        .iter()
        .filter(is_told)
        .map(|share| format!("`{}` {} (declared {})", share.group, percent(share.share), percent(share.declared)))
        .collect();
    let message = format!(
        "`{}` {} is not that of the declared population: {}",
        of.feature,
        place(of.population),
        told.join(", ")
    );
    (!told.is_empty()).then(|| Finding::new("representation", message).column(&of.feature).count(told.len()))
}

fn missing_by_group(missing: Vec<&Missing>) -> Finding {
    let one = |of: &&Missing| {
        let (share, rest) = (percent(of.share), percent(of.share_of_rest));
        format!("`{}` {} for {share} of `{}`, {rest} of the rest", of.column, place(of.population), of.group)
    };
    let feature = &missing[0].feature;
    let message = format!("values are missing more often for a group of `{feature}`: {}", listed(&missing, one));
    Finding::new("missing-by-group", message).column(feature).count(missing.len())
}

fn outcome_by_group(unknown: Vec<&Missing>) -> Finding {
    let one =
        |of: &&Missing| format!("{} of `{}`, {} of the rest", percent(of.share), of.group, percent(of.share_of_rest));
    let (feature, column) = (&unknown[0].feature, &unknown[0].column);
    let message =
        format!("the outcome `{column}` is unknown more often for a group of `{feature}`: {}", listed(&unknown, one));
    Finding::new("outcome-by-group", message).column(feature).count(unknown.len())
}

fn listed(missing: &[&Missing], one: impl Fn(&&Missing) -> String) -> String {
    let named: Vec<String> = missing.iter().take(NAMED_MAX).map(one).collect();
    let more = missing.len() - named.len();
    if more == 0 { named.join("; ") } else { format!("{}; and {more} more", named.join("; ")) }
}
