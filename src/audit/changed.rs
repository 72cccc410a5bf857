//! Which verdicts are not what they were.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::row::Row;
use super::schema;
use crate::base::population::Population;

/// A comparison whose verdict is another than before; `None` where there was, or is, none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Changed {
    #[schemars(schema_with = "schema::metric")]
    pub metric: String,
    pub feature: String,
    pub group: String,
    pub population: Population,
    #[schemars(schema_with = "schema::verdict")]
    pub before: Option<String>,
    #[schemars(schema_with = "schema::verdict")]
    pub now: Option<String>,
}

/// The comparisons of two audits whose verdicts differ, appeared or went: those of `now` in its order, then those that
/// went in the order of `before`. A group that was the reference and is one no more appears, the other way round it goes.
pub fn changed(before: &[Row], now: &[Row]) -> Vec<Changed> {
    let earlier: BTreeMap<_, &String> =
        before.iter().filter_map(|row| Some((key(row), row.verdict.as_ref()?))).collect();
    let later: BTreeMap<_, &String> = now.iter().filter_map(|row| Some((key(row), row.verdict.as_ref()?))).collect();
    let of_now = now.iter().filter(|row| row.verdict.is_some());
    let went = before.iter().filter(|row| row.verdict.is_some() && !later.contains_key(&key(row)));
    of_now
        .chain(went)
        .map(|row| Changed {
            metric: row.metric.clone(),
            feature: row.feature.clone(),
            group: row.group.clone(),
            population: row.population,
            before: earlier.get(&key(row)).map(|verdict| (*verdict).clone()),
            now: later.get(&key(row)).map(|verdict| (*verdict).clone()),
        })
        .filter(|changed| changed.before != changed.now)
        .collect()
}

fn key(row: &Row) -> (&str, &str, &str, Population) {
    (&row.metric, &row.feature, &row.group, row.population)
}

#[cfg(test)]
mod tests {
    use super::changed;
    use crate::audit::Row;
    use crate::base::population::Population::Today;

    fn rows(of: &[(&str, Option<&str>)]) -> Vec<Row> {
        let row = |(group, verdict): &(&str, Option<&str>)| Row {
            verdict: verdict.map(str::to_owned),
            ..Row::blank("selection_rate", "gender", group, Today)
        };
        of.iter().map(row).collect()
    }

    #[test]
    fn what_differs_appears_or_goes_is_told_once() {
        let before =
            rows(&[("A", None), ("B", Some("disparity")), ("C", Some("none found")), ("D", Some("undefined"))]);
        let now = rows(&[("A", Some("none found")), ("B", Some("none found")), ("C", Some("none found")), ("D", None)]);
        let told: Vec<(String, Option<String>, Option<String>)> =
            changed(&before, &now).into_iter().map(|of| (of.group, of.before, of.now)).collect();
        let said = |verdict: &str| Some(verdict.to_owned());
        assert_eq!(
            told,
            [
                ("A".to_owned(), None, said("none found")),
                ("B".to_owned(), said("disparity"), said("none found")),
                ("D".to_owned(), said("undefined"), None),
            ]
        );
        assert!(changed(&now, &now).is_empty());
    }
}
