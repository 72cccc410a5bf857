//! Every verdict that may be told, with counts, interval, test and limits.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::audit::metrics::Metric;
use crate::audit::verdict::{DISPARITY, INSUFFICIENT, NONE_FOUND};
use crate::audit::{Row, metrics, words as figures};
use crate::base::population::Population;
use crate::report::tell::Teller;
use crate::report::tell::fairness::fairness;
use crate::report::tell::rich::{Rich, safe};
use crate::report::view::{Policy, PublicAudit};

/// Ends of the scale of ratios: an eighth and eight times.
const SCALE_MAX: f64 = 8.0;

#[derive(Serialize)]
pub struct Judged {
    policy: Vec<Rich>,
    found: Vec<Rich>,
    tables: Vec<Table>,
    hidden: String,
}

/// All groups of a feature by one metric.
#[derive(Serialize)]
struct Table {
    title: String,
    subtitle: String,
    /// Ends of the shaded band on the scale, 0 to 1; `None` where rows are not compared by ratio.
    band: Option<(f64, f64)>,
    /// Marks below: place and text.
    ticks: Vec<(f64, &'static str)>,
    rows: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    group: String,
    /// "805 of 1,795".
    counts: String,
    value: String,
    /// Ratio or difference with its interval.
    comparison: String,
    /// On the scale: value, low, high, and whether an end lies beyond it.
    plot: Option<Plot>,
    p: String,
    verdict: String,
    tone: &'static str,
    mark: &'static str,
}

#[derive(Serialize)]
struct Plot {
    at: f64,
    from: f64,
    to: f64,
}

/// The verdicts of an audit; `None` where nothing was compared, or nothing may be told.
pub fn judged(audit: &PublicAudit, teller: &Teller, label: &dyn Fn(&str) -> String) -> Option<Judged> {
    let tables = tables(audit, teller, label);
    let n_hidden =
        audit.rows.iter().filter(|row| row.suppressed && audit.policy.limits.contains_key(&row.metric)).count();
    (!tables.is_empty() || n_hidden > 0).then(|| Judged {
        policy: policy(&audit.policy, teller),
        found: fairness(teller),
        tables,
        hidden: hidden(n_hidden, teller),
    })
}

fn hidden(n: usize, teller: &Teller) -> String {
    match n {
        0 => String::new(),
        n => format!(
            "{} of binding figures are not published: their groups are too small, or would give such a group back.",
            teller.words.counted(n, "row", "rows")
        ),
    }
}

/// What verdicts are held against, in sentences.
fn policy(of: &Policy, teller: &Teller) -> Vec<Rich> {
    let words = teller.words;
    let limit = |(name, limit): (&String, &f64)| {
        let title = metrics::find(name).map_or(name.as_str(), |metric| metric.title);
        match metrics::find(name).is_none_or(Metric::is_by_ratio) {
            true => format!("{title} {} to {} times", words.number(*limit, 2), words.number(1.0 / limit, 2)),
            false => format!("{title} within {}", words.number(*limit, 2)),
        }
    };
    let limits: Vec<String> = of.limits.iter().map(limit).collect();
    let reference = match of.reference.as_str() {
        "largest" => "the largest group of each feature".to_owned(),
        "best" => "the group with the best figure, with all pairs counted in".to_owned(),
        "overall" => "all others together".to_owned(),
        named => format!("the group “{}”", safe(named, 40)),
    };
    let correction = match of.correction.as_str() {
        "holm" => {
            "by Holm’s method, over all comparisons of this stakeholder group, so that the chance of a single false alarm among all stays under it"
        }
        "benjamini-hochberg" => {
            "by Benjamini and Hochberg’s method, so that of all alarms at most such a share is expected to be false"
        }
        _ => "not corrected for how many comparisons were looked at",
    };
    let mut told = vec![
        Rich::default().strong("Compared with: ").plain(format!("{reference}. ")).strong("Limits: ").plain(format!("{}.", words.list(&limits))),
        Rich::default().strong("Level: ").plain(format!(
            "{}, {correction}. Intervals of rates hold {} of cases, those of comparisons {}, so that each end is a one-sided test at the level.",
            words.percent(of.significance), words.percent(of.confidence.rates), words.percent(of.confidence.comparisons)
        )),
        Rich::default().strong("Published: ").plain(format!("groups of at least {}, and nothing from which smaller ones follow.", words.integer(of.min_group))),
    ];
    if !of.control.is_empty() {
        let names: Vec<String> = of.control.iter().map(|name| safe(name, 40)).collect();
        told.push(
            Rich::default()
                .strong("Held alike: ")
                .plain(format!("{}, besides the plain comparison.", words.list(&names))),
        );
    }
    told
}

type Key<'a> = (usize, &'a str, Population, &'a str);

/// A table for each feature, population and metric with a verdict: plain features first.
fn tables(audit: &PublicAudit, teller: &Teller, label: &dyn Fn(&str) -> String) -> Vec<Table> {
    let mut by_table: BTreeMap<Key<'_>, Vec<&Row>> = BTreeMap::new();
    let binding =
        audit.rows.iter().filter(|row| audit.policy.limits.contains_key(&row.metric) && row.reference.is_some());
    for row in binding {
        let n_columns = row.feature.split(" × ").count();
        by_table.entry((n_columns, &row.feature, row.population, &row.metric)).or_default().push(row);
    }
    let is_told = |rows: &Vec<&Row>| rows.iter().any(|row| row.verdict.is_some());
    by_table.into_iter().filter(|(_, rows)| is_told(rows)).map(|(key, rows)| table(key, &rows, teller, label)).collect()
}

fn table(
    (_, feature, population, metric): Key<'_>,
    rows: &[&Row],
    teller: &Teller,
    label: &dyn Fn(&str) -> String,
) -> Table {
    let when = match population {
        Population::Today => format!("today’s {}", teller.group.plural),
        _ => format!("past {}", teller.group.plural),
    };
    let title = metrics::find(metric).map_or(metric, |metric| metric.title);
    let is_by_ratio = metrics::find(metric).is_none_or(Metric::is_by_ratio);
    let judged: Vec<&Row> = rows.iter().copied().filter(|row| row.verdict.is_some() || is_reference(row)).collect();
    let scale = Scale::of(&judged);
    let limits = rows.iter().find_map(|row| row.limit_low.zip(row.limit_high)).filter(|_| is_by_ratio);
    Table {
        title: format!("{}: {title}", label(feature)),
        subtitle: format!("of {}", safe(&when, 60)),
        band: limits.map(|(low, high)| (scale.place(low), scale.place(high))),
        ticks: if is_by_ratio { scale.ticks() } else { Vec::new() },
        rows: judged.into_iter().map(|row| line(row, &scale, is_by_ratio)).collect(),
    }
}

fn is_reference(row: &Row) -> bool {
    row.reference.as_deref() == Some(row.group.as_str()) && !row.suppressed
}

fn line(row: &Row, scale: &Scale, is_by_ratio: bool) -> Line {
    let whole = |number: f64| figures::grouped(number.round().max(0.0) as u64);
    let counts = match (row.numerator, row.denominator) {
        (Some(numerator), Some(denominator)) => format!("{} of {}", whole(numerator), whole(denominator)),
        _ => row.n.map_or_else(String::new, figures::grouped),
    };
    let is_reference = is_reference(row);
    let plot = |at: f64| Plot {
        at: scale.place(at),
        from: scale.place(row.ratio_low.unwrap_or(at)),
        to: scale.place(row.ratio_high.unwrap_or(at)),
    };
    let (tone, mark) = match row.verdict.as_deref() {
        Some(DISPARITY) => ("risk", "▲"),
        Some(NONE_FOUND) => ("good", "●"),
        Some(INSUFFICIENT) => ("caution", "○"),
        _ => ("gray", "–"),
    };
    Line {
        group: safe(&row.group, 60),
        counts,
        value: figures::value_between(row),
        comparison: if is_reference { String::new() } else { figures::comparison(row).unwrap_or_default() },
        plot: row.ratio.filter(|ratio| is_by_ratio && *ratio > 0.0).map(plot),
        p: row.p_adjusted.map_or_else(String::new, figures::p),
        verdict: row.verdict.clone().unwrap_or_else(|| "reference".to_owned()),
        tone: if is_reference { "gray" } else { tone },
        mark: if is_reference { "" } else { mark },
    }
}

/// A logarithmic scale of ratios about 1.
struct Scale {
    /// Ratio at its right end; at its left end one by it.
    end: f64,
}

impl Scale {
    /// Wide enough for all intervals, from four times to [`SCALE_MAX`].
    fn of(rows: &[&Row]) -> Self {
        let ends = rows.iter().flat_map(|row| [row.ratio_low, row.ratio_high, row.ratio]).flatten();
        let farthest = ends.filter(|ratio| *ratio > 0.0).map(|ratio| ratio.max(1.0 / ratio)).fold(1.0, f64::max);
        Self { end: if farthest <= 4.0 { 4.0 } else { SCALE_MAX } }
    }

    /// 0 to 1; what lies beyond an end stands on it.
    fn place(&self, ratio: f64) -> f64 {
        let at = ratio.max(1e-9).ln() / self.end.ln();
        f64::midpoint(at.clamp(-1.0, 1.0), 1.0)
    }

    fn ticks(&self) -> Vec<(f64, &'static str)> {
        let all = [(0.125, "⅛"), (0.25, "¼"), (0.5, "½"), (1.0, "1"), (2.0, "2"), (4.0, "4"), (8.0, "8")];
        let fits = |ratio: f64| ratio >= 1.0 / self.end - 1e-9 && ratio <= self.end + 1e-9;
        all.into_iter().filter(|(ratio, _)| fits(*ratio)).map(|(ratio, text)| (self.place(ratio), text)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_have_their_places_on_the_scale() {
        let row = |ratio: f64| Row { ratio: Some(ratio), ..Row::blank("selection_rate", "a", "b", Population::Today) };
        let (near, far) = (row(0.5), row(40.0));
        let scale = Scale::of(&[&near]);
        let places: Vec<f64> = [0.01, 0.25, 0.5, 1.0, 2.0, 9.0].map(|ratio| scale.place(ratio)).to_vec();
        assert_eq!(places, [0.0, 0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(scale.ticks().len(), 5);
        assert_eq!(Scale::of(&[&near, &far]).ticks().len(), 7);
    }
}
