//! What a group's explanations are told in, and what can be done.

use std::collections::BTreeMap;

use super::raw;
use crate::base::attributions::Perturbation;
use crate::explain;

fn actionable(column: &raw::Column) -> Option<explain::Actionable> {
    let raw = column.actionable.as_ref()?;
    Some(explain::Actionable {
        may: match raw.may {
            raw::Change::Increase => explain::May::Increase,
            raw::Change::Decrease => explain::May::Decrease,
            raw::Change::Either => explain::May::Either,
        },
        min: raw.min,
        max: raw.max,
        step: raw.step.unwrap_or(1.0),
        cost: raw.cost.unwrap_or(1.0),
        is_priced: raw.cost.is_some(),
    })
}

pub(super) fn explain_settings(raw: &raw::Stakeholders, currency: &str) -> explain::Settings {
    let words = |column: &raw::Column| explain::ColumnWords {
        label: column.label.clone(),
        unit: column.unit.clone(),
        pillar: column.pillar,
    };
    explain::Settings {
        words: raw.columns.iter().map(|(name, column)| (name.clone(), words(column))).collect(),
        sensitive: raw.sensitive.iter().map(|one| one.table().column).collect(),
        proxies: BTreeMap::new(),
        actionable: raw.columns.iter().filter_map(|(name, column)| Some((name.clone(), actionable(column)?))).collect(),
        actions_max: raw.actions_max,
        currency: currency.to_owned(),
        perturbation: match raw.attributions {
            raw::Perturbation::Interventional => Perturbation::Interventional,
            raw::Perturbation::PathDependent => Perturbation::PathDependent,
        },
        background_max: raw.background_max,
        limits: explain::Limits {
            coverage: raw.quality.coverage,
            stability: raw.quality.stability,
            faithfulness: raw.quality.faithfulness,
        },
        n_reasons: raw.n_reasons,
        points_min: raw.points_min,
    }
}
