//! Every metric by group.

use super::cells::{POPULATIONS, Spreads, Subjects, count, meetings, spreads};
use super::compare::{Groups, is_named};
use super::measured::Measured;
use super::metrics::{Kind, METRICS, Metric};
use super::row::Row;
use super::{Cell, Reference, Settings};
use crate::base::Finding;
use crate::base::groups::Grouping;
use crate::base::population::Population;

/// More groups than this are not compared.
pub const GROUPS_MAX: usize = 50;
/// The group of those whose sensitive feature is not known.
pub const MISSING: &str = "(missing)";

/// The audit table and what was noticed on the way.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Disaggregated {
    /// In the order feature, population, metric, group.
    pub rows: Vec<Row>,
    /// How the groups of every two told features lie in one another.
    pub links: Vec<Link>,
    pub findings: Vec<Finding>,
}

/// Which groups of two features share subjects in a population: where a district lies in one region only, the counts of
/// one follow from those of the other, whether or not their crossing is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    pub features: [String; 2],
    pub population: Population,
    pub pairs: Vec<[String; 2]>,
}

/// Tells every metric of [`METRICS`] for every group of every grouping, for history and for today's subjects; a
/// population without audited rows is left out.
///
/// Rates have Wilson's interval, means Student's, the calibration ratio one on its logarithm, at the confidence
/// 1 − `settings.significance`; with clusters all allow for them (rates by the effective number of rows). A zero
/// denominator gives a row whose value is `None`. Features with a single group, without values, or with more than
/// [`GROUPS_MAX`] groups are left out, with a finding, and so are their crossings.
///
/// One pass over the rows, O(rows × groupings); the same bits whatever the number of threads.
pub fn disaggregate(subjects: &Subjects, groupings: &[Grouping], settings: &Settings) -> Disaggregated {
    let mut result = Disaggregated::default();
    let few: Vec<&Grouping> = groupings.iter().filter(|grouping| grouping.groups.len() <= GROUPS_MAX).collect();
    let counted = count(subjects, &few);
    let spread = spreads(subjects, &few);
    let mut left_out: Vec<&str> = Vec::new();
    let mut told: Vec<&Grouping> = Vec::new();
    for grouping in groupings {
        let at = few.iter().position(|other| std::ptr::eq(*other, grouping));
        let Some((at, cells)) = at.and_then(|at| Some((at, counted.get(at)?))) else {
            result.findings.push(many_groups(grouping));
            left_out.extend(grouping.columns.iter().filter(|_| grouping.columns.len() == 1).map(String::as_str));
            continue;
        };
        if grouping.columns.len() > 1 && grouping.columns.iter().any(|column| left_out.contains(&column.as_str())) {
            continue;
        }
        if let Some(finding) = nothing_to_compare(grouping, cells) {
            left_out.extend(grouping.columns.iter().filter(|_| grouping.columns.len() == 1).map(String::as_str));
            result.findings.push(finding);
            continue;
        }
        result.findings.extend(small_groups(grouping, cells, settings.min_group));
        let spread = spread.as_ref().and_then(|spread| spread.get(at));
        for today in 0..POPULATIONS.len() {
            tell(grouping, cells, spread, today, settings, &mut result.rows);
        }
        if grouping.columns.len() == 1 {
            result.links.extend(told.iter().flat_map(|other| links(subjects, other, grouping)));
            told.push(grouping);
        }
    }
    result.findings.extend(unknown_reference(groupings, settings));
    result
}

fn links(subjects: &Subjects, a: &Grouping, b: &Grouping) -> Vec<Link> {
    let pair = |at: usize| [a.groups[at / b.groups.len()].clone(), b.groups[at % b.groups.len()].clone()];
    let met = meetings(subjects, a, b).into_iter().zip(POPULATIONS);
    met.map(|(met, population)| Link {
        features: [a.feature.clone(), b.feature.clone()],
        population,
        pairs: (0..met.len()).filter(|at| met[*at]).map(pair).collect(),
    })
    .collect()
}

/// Appends the rows of one grouping and population.
fn tell(
    grouping: &Grouping,
    cells: &[Cell],
    spread: Option<&Spreads>,
    today: usize,
    settings: &Settings,
    rows: &mut Vec<Row>,
) {
    let cells: Vec<Cell> = cells.iter().skip(today).step_by(2).copied().collect();
    let mut total = Cell::default();
    cells.iter().for_each(|cell| total.add(cell));
    if total.n() == 0 {
        return;
    }
    let population = POPULATIONS[today];
    let groups = Groups { names: &grouping.groups, feature: &grouping.feature, cells, total };
    for (number, metric) in METRICS.iter().enumerate().filter(|(_, m)| m.populations.contains(&population)) {
        for (group, (name, cell)) in grouping.groups.iter().zip(&groups.cells).enumerate() {
            let mut row = Row::blank(metric.name, &grouping.feature, name, population);
            let clustered = spread.and_then(|spread| spread.get(2 * group + today)).map(|spread| &spread[number]);
            let measured = Measured::of(metric, cell, clustered, 1.0 - settings.significance);
            fill(&mut row, metric, cell, &measured);
            groups.compare(&mut row, metric, group, settings, spread.is_none());
            rows.push(row);
        }
    }
}

/// Fills in counts, value and interval.
fn fill(row: &mut Row, metric: &Metric, cell: &Cell, measured: &Measured) {
    row.n = Some(cell.n());
    row.value = measured.value;
    row.low = measured.low;
    row.high = measured.high;
    if metric.kind != Kind::Count {
        let sums = metric.moments(cell);
        row.numerator = sums.map(|sums| sums.numerator);
        row.denominator = sums.map(|sums| sums.denominator);
    }
}

fn many_groups(grouping: &Grouping) -> Finding {
    let (feature, n) = (&grouping.feature, grouping.groups.len());
    let finding = Finding::new("many-groups", format!("`{feature}` has {n} groups, at most {GROUPS_MAX} are compared"));
    let hint = match &grouping.columns[..] {
        [column] => {
            format!("cut it with `{{ column = \"{column}\", bins = [30, 45, 60] }}`, or pool its levels in `sql`")
        }
        _ => "set `crossings = 1`, or use wider bins".to_owned(),
    };
    finding.column(feature).count(n).hint(hint)
}

fn nothing_to_compare(grouping: &Grouping, cells: &[Cell]) -> Option<Finding> {
    let feature = &grouping.feature;
    let mut present = grouping.groups.iter().zip(cells.chunks(2)).filter(|(_, both)| both.iter().any(|c| c.n() > 0));
    let only = present.next();
    if present.next().is_some() {
        return None;
    }
    let finding = match only {
        Some((group, _)) if group != MISSING => Finding::new(
            "one-group",
            format!("every scored subject has the same `{feature}`, `{group}`, so there is nothing to compare"),
        ),
        _ => Finding::new("sensitive-missing", format!("`{feature}` has no value for any scored subject")),
    };
    Some(finding.column(feature))
}

fn small_groups(grouping: &Grouping, cells: &[Cell], min_group: usize) -> Option<Finding> {
    let is_small = |cell: &Cell| cell.n() > 0 && (cell.n() as usize) < min_group;
    let n = cells.chunks(2).filter(|both| both.iter().any(is_small)).count();
    let noun = if n == 1 { "group of" } else { "groups of" };
    let message = format!("{n} {noun} `{}` with fewer than {min_group} subjects, not published", grouping.feature);
    (n > 0).then(|| Finding::new("small-groups", message).column(&grouping.feature).count(n))
}

fn unknown_reference(groupings: &[Grouping], settings: &Settings) -> Option<Finding> {
    let Reference::Named(name) = &settings.reference else { return None };
    let known = groupings.iter().any(|g| g.groups.iter().any(|group| is_named(&g.feature, group, name)));
    let example = groupings.iter().find_map(|g| Some(format!("{}={}", g.feature, g.groups.first()?)));
    let message = format!("no group is called `{name}`, so each group is compared with the largest of its feature");
    (!known).then(|| Finding {
        hint: example.map(|example| format!("name one, for example `reference = \"{example}\"`")),
        ..Finding::new("unknown-reference", message)
    })
}
