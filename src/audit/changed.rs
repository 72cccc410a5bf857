//! Which verdicts are not what they were.

use std::collections::{BTreeMap, BTreeSet};

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

/// Comparisons by metric, feature, group and population.
pub type Comparisons = BTreeSet<(String, String, String, Population)>;

/// Comparisons of which nothing is published: those whose row is suppressed, and those whose verdict was taken out with a
/// hidden reference.
pub fn withheld(complete: &[Row], public: &[Row]) -> Comparisons {
    let told: BTreeSet<_> = public.iter().filter(|row| row.verdict.is_some()).map(key).collect();
    let untold = complete.iter().filter(|row| row.verdict.is_some() && !told.contains(&key(row)));
    let suppressed = public.iter().filter(|row| row.suppressed);
    untold
        .chain(suppressed)
        .map(|row| (row.metric.clone(), row.feature.clone(), row.group.clone(), row.population))
        .collect()
}

/// [`changed`] of two public audits, without comparisons that either withholds: what a verdict was before its row was
/// hidden, or that one was hidden before, is not published either.
pub fn changed_public(before: &[Row], now: &[Row], withheld: &Comparisons) -> Vec<Changed> {
    let mut told = changed(before, now);
    let comparison = |of: &Changed| (of.metric.clone(), of.feature.clone(), of.group.clone(), of.population);
    told.retain(|of| !withheld.contains(&comparison(of)));
    told
}

fn key(row: &Row) -> (&str, &str, &str, Population) {
    (&row.metric, &row.feature, &row.group, row.population)
}

#[cfg(test)]
mod tests {
    use super::{changed, changed_public, withheld};
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

    #[test]
    fn of_what_either_side_withholds_no_change_is_published() {
        let before = rows(&[("A", Some("none found")), ("B", Some("disparity")), ("C", Some("disparity"))]);
        let now = rows(&[("A", Some("disparity")), ("B", Some("none found")), ("C", Some("none found"))]);
        let mut public = now.clone();
        (public[0].verdict, public[0].suppressed) = (None, true);
        // the reference of B is hidden
        public[1].verdict = None;
        let told = changed_public(&before, &public, &withheld(&now, &public));
        assert_eq!(told.iter().map(|of| of.group.as_str()).collect::<Vec<_>>(), ["C"]);
        let back = changed_public(&public, &before, &withheld(&now, &public));
        assert_eq!(back.iter().map(|of| of.group.as_str()).collect::<Vec<_>>(), ["C"]);
        assert_eq!(withheld(&now, &now).len(), 0);
    }
}
