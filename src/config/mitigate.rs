//! Raw to plan: mitigations.

use super::group::Check;
use super::raw;
use crate::audit::mitigate::{Apply, Columns, Parity, Settings, When};

impl Check<'_, '_> {
    pub(super) fn mitigate(&mut self) -> Settings {
        let raw = &self.raw.mitigate;
        let sensitive: Vec<String> = self.raw.sensitive.iter().map(|one| one.table().column).collect();
        for feature in raw.features.iter().filter(|feature| !sensitive.contains(feature)) {
            let what = format!("`mitigate.features` names `{feature}`, which is not in `sensitive`");
            self.problem(what, format!("add `{feature}` to `sensitive`, or remove it here"));
        }
        Settings {
            price: match raw.price {
                raw::Price::Never => When::Never,
                raw::Price::Disparity => When::Disparity,
                raw::Price::Always => When::Always,
            },
            features: raw.features.clone(),
            columns: match &raw.columns {
                raw::MitigateColumns::Found(raw::Found::Proxies) => Columns::Proxies,
                raw::MitigateColumns::Named(names) if !names.is_empty() => Columns::Named(names.clone()),
                _ => Columns::Drivers,
            },
            apply: self.apply(),
        }
    }

    fn apply(&mut self) -> Apply {
        let raw = &self.raw.mitigate;
        match raw.apply {
            raw::MitigateApply::Nothing => Apply::Nothing,
            raw::MitigateApply::Reweighing => {
                self.family("reweighing", &[raw::Family::Additive, raw::Family::Boosted], "additive");
                Apply::Reweighing(self.one_feature("reweighing"))
            }
            raw::MitigateApply::Dropping => {
                self.some_columns("dropping");
                Apply::Dropping
            }
            raw::MitigateApply::Flattening => {
                self.some_columns("flattening");
                self.family("flattening", &[raw::Family::Additive, raw::Family::Logistic], "additive");
                Apply::Flattening
            }
            raw::MitigateApply::Thresholds => {
                let parity = match raw.parity {
                    raw::Parity::SelectionRate => Parity::SelectionRate,
                    raw::Parity::Capacity => Parity::Capacity,
                    raw::Parity::TruePositiveRate => Parity::TruePositiveRate,
                };
                Apply::Thresholds(self.one_feature("thresholds"), parity)
            }
        }
    }

    fn one_feature(&mut self, applied: &str) -> String {
        let features = &self.raw.mitigate.features;
        if let [feature] = &features[..] {
            return feature.clone();
        }
        let what = format!(
            "`mitigate.apply` is \"{applied}\" and `mitigate.features` names {}, expected one sensitive feature",
            if features.is_empty() { "none".to_owned() } else { features.len().to_string() }
        );
        self.problem(what, "write `features = [\"gender\"]` beside it");
        String::new()
    }

    fn some_columns(&mut self, applied: &str) {
        if !matches!(&self.raw.mitigate.columns, raw::MitigateColumns::Named(names) if !names.is_empty()) {
            let what = format!("`mitigate.apply` is \"{applied}\", but `mitigate.columns` names no column");
            self.problem(what, "write `columns = [\"district\"]` beside it: prices tell which drive the gap");
        }
    }

    fn family(&mut self, applied: &str, can: &[raw::Family], name: &str) {
        if !can.contains(&self.raw.model) {
            let what = format!("`mitigate.apply` is \"{applied}\", which not every family of models can do");
            self.problem(what, format!("write `model = \"{name}\"`"));
        }
    }
}
