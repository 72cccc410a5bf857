//! Which columns stand in for a sensitive feature, and what reasons and findings say of it.

use std::collections::BTreeMap;

use super::super::group::Judgement;
use super::super::rows::Told;
use super::super::view::label;
use super::beyond::Hidden;
use crate::audit::{self, Proxies, Proxy, State};
use crate::base::design::Design;
use crate::base::groups::Grouping;
use crate::base::population::Population;
use crate::base::units::Family;
use crate::base::{Finding, Result, Seed};
use crate::config::Stakeholders;
use crate::train;

/// The model that asks all columns together: the fastest, its restraint the middle one.
const FAMILY: Family = Family::Logistic;

/// How well columns tell the groups of every told feature.
///
/// # Errors
/// A model cannot be fitted.
pub fn find(
    stakeholders: &Stakeholders,
    judgement: &Judgement,
    groupings: &[&Grouping],
    seed: Seed,
) -> Result<Vec<Proxies>> {
    let Judgement { table, design, judged, .. } = judgement;
    let is_audited = |row: &u32| {
        let population = table.population[*row as usize];
        judged.risk[*row as usize].is_some() && matches!(population, Population::History | Population::Today)
    };
    let rows: Vec<u32> = (0..table.n_rows() as u32).filter(is_audited).collect();
    let sample = audit::sample(&rows, &table.cluster, seed);
    let settings = train::Settings::default();
    let fit = |design: &Design, outcome: &[Option<bool>], train: &[u32], test: &[u32]| {
        let fitted = train::fit_rows(design, outcome, train, FAMILY, None, &settings, seed)?;
        let bound = fitted.model.bind(design)?;
        Ok(test.iter().map(|row| bound.margin(*row as usize)).collect())
    };
    audit::proxies(design, groupings, &sample, stakeholders.audit.significance, &fit)
}

/// Columns that stand in for a sensitive feature: of several features the one that they tell best.
pub fn stand_ins(all: &[Proxies]) -> BTreeMap<String, String> {
    let mut best: BTreeMap<&str, (f64, &str)> = BTreeMap::new();
    for of in all {
        for proxy in of.columns.iter().filter(|proxy| proxy.state == State::Proxy) {
            let known = best.entry(&proxy.column).or_insert((proxy.auc, &of.feature));
            if proxy.auc > known.0 {
                *known = (proxy.auc, &of.feature);
            }
        }
    }
    best.into_iter().map(|(column, (_, feature))| (column.to_owned(), feature.to_owned())).collect()
}

/// A finding for every proxy that moves scores: by `points_min` points on average, as much as a reason needs.
pub fn findings(
    stakeholders: &Stakeholders,
    judgement: &Judgement,
    all: &[Proxies],
    told: &Told,
    hidden: &Hidden<'_>,
) -> Vec<Finding> {
    let importance = |column: &str| {
        let place = judgement.design.features.iter().position(|feature| feature.name == column)?;
        told.all.mean(told.all.size[place])
    };
    let finding = |feature: &str, proxy: &Proxy, points: f64| {
        let whom = if hidden.anywhere("n", feature, &proxy.group) {
            "a small group".to_owned()
        } else {
            format!("`{}`", proxy.group)
        };
        let message = format!(
            "`{}` may stand in for `{feature}`: by it alone one of {whom} is ranked above one of the others {:.0} times \
             of 100 (chance: 50), and it moves a score by {points:.1} points on average",
            proxy.column,
            100.0 * proxy.auc,
        );
        let hint = format!(
            "ask whether {} is needed for its own sake; if not, leave it out: `exclude = [\"{}\"]`",
            label(stakeholders, &proxy.column),
            proxy.column
        );
        Finding::new("proxy", message).column(&proxy.column).hint(hint)
    };
    let of_feature = |of: &Proxies| {
        let told = of.columns.iter().filter(|proxy| proxy.state == State::Proxy).filter_map(|proxy| {
            let points = importance(&proxy.column).filter(|points| *points >= stakeholders.explain.points_min)?;
            Some(finding(&of.feature, proxy, points))
        });
        told.collect::<Vec<_>>()
    };
    all.iter().flat_map(of_feature).collect()
}

/// Without hidden groups.
pub fn public(of: &Proxies, hidden: &Hidden<'_>) -> Proxies {
    let is_told = |group: &str| !hidden.anywhere("n", &of.feature, group);
    Proxies {
        columns: of.columns.iter().filter(|proxy| is_told(&proxy.group)).cloned().collect(),
        together: of.together.iter().filter(|of| is_told(&of.group)).cloned().collect(),
        ..of.clone()
    }
}
