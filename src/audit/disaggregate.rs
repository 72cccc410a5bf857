//! Every metric by group.

use super::cells::{Cell, Cells, POPULATIONS, Spreads, Subjects, batches, count, meetings, spreads};
use super::compare::{Comparing, OVERALL, Pending, is_left_out, is_named};
use super::control::{self, Strata};
use super::counted::Counted;
use super::measured::Measured;
use super::metrics::{Kind, METRICS, Metric, SCORING_RATE};
use super::middle::Middle;
use super::reliability::{Reliability, curves};
use super::row::Row;
use super::scores::{Scores, score};
use super::verdict::judge;
use super::{Reference, Settings};
use crate::base::Finding;
use crate::base::groups::{GROUPS_MAX, Grouping};
use crate::base::population::Population;

/// More groups of a crossing than this are not compared.
pub const CROSSED_MAX: usize = 150;
/// The group of those whose sensitive feature is not known.
pub const MISSING: &str = "(missing)";

/// The audit table and what was noticed on the way.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Disaggregated {
    /// In the order feature, population, metric, group; first the feature `overall` with its one group.
    pub rows: Vec<Row>,
    /// What was counted, in the order of the rows.
    pub counted: Vec<Counted>,
    /// How the groups of every two told features lie in one another.
    pub links: Vec<Link>,
    pub findings: Vec<Finding>,
    /// Of every group of history, in the order feature, group.
    pub reliability: Vec<Reliability>,
}

/// Which groups of two features share subjects in a population: where a district lies in one region only, the counts of
/// one follow from those of the other, whether or not their crossing is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    pub features: [String; 2],
    pub population: Population,
    pub pairs: Vec<[String; 2]>,
}

/// Tells every metric of [`METRICS`] for every group of every grouping, for history and for today's subjects, compares it
/// with its reference and gives binding comparisons a verdict; a population without audited rows is left out.
///
/// Rates have Wilson's interval, means Student's, the calibration ratio one on its logarithm, at the confidence
/// 1 − `settings.significance`; with clusters all allow for them (rates by the effective number of rows). A zero
/// denominator gives a row whose value is `None`. Features with a single group, without values, or with more than
/// [`GROUPS_MAX`] groups (crossings: [`CROSSED_MAX`]) are left out, with a finding, and so are their crossings. Where
/// there is a `control`, rates are compared within its groups as well, in rows of the feature `gender | region`.
///
/// One sort and a few passes over the rows, O(rows × groupings); the same bits whatever the number of threads.
pub fn disaggregate(
    subjects: &Subjects,
    groupings: &[Grouping],
    control: Option<&Grouping>,
    settings: &Settings,
) -> Disaggregated {
    tell(subjects, groupings, control, settings, true)
}

/// [`disaggregate`] without the figures that need the scores in their order: those are undefined.
pub(super) fn disaggregate_counts(subjects: &Subjects, groupings: &[Grouping], settings: &Settings) -> Disaggregated {
    tell(subjects, groupings, None, settings, false)
}

fn tell(
    subjects: &Subjects,
    groupings: &[Grouping],
    control: Option<&Grouping>,
    settings: &Settings,
    with_scores: bool,
) -> Disaggregated {
    let mut result = Disaggregated::default();
    let all = everybody(subjects);
    let few: Vec<&Grouping> = groupings.iter().filter(|grouping| !has_many(grouping)).chain([&all]).collect();
    let tallies = tally(subjects, &few, settings, with_scores);
    let Some(overall) = tallies.last() else { return result };
    let control = control.filter(|control| {
        result.findings.extend(useless_control(control));
        !control::is_useless(control)
    });
    let told = choose(groupings, &few, &tallies, subjects, settings, &mut result);
    if told.is_empty() {
        result.findings.extend(unknown_reference(groupings, settings));
        return result;
    }
    let mut table = Table { rows: Vec::new(), pending: Vec::new(), others: Vec::new(), settings };
    for today in 0..POPULATIONS.len() {
        result.counted.extend(overall.counted(&all, overall, today, settings));
    }
    result.counted.iter().for_each(|counted| table.tell(counted, None));
    for (grouping, tally) in told {
        result.reliability.extend(tally.scores.iter().flat_map(|scores| curves(grouping, scores)));
        let left_out = result.counted.len();
        let strata = control.map(|control| Strata::count(subjects, grouping, control));
        for today in 0..POPULATIONS.len() {
            let Some(counted) = tally.counted(grouping, overall, today, settings) else { continue };
            table.tell(&counted, strata.as_ref().map(|strata| (strata, today)));
            result.counted.push(counted);
        }
        result.findings.extend(left_out_categories(&result.counted[left_out..], settings));
    }
    let Table { mut rows, pending, others, .. } = table;
    judge(&mut rows, &pending, &others, settings);
    result.rows = rows;
    result.findings.extend(unknown_reference(groupings, settings));
    result
}

/// All rows as one group.
fn everybody(subjects: &Subjects) -> Grouping {
    Grouping {
        feature: OVERALL.to_owned(),
        columns: Vec::new(),
        groups: vec![OVERALL.to_owned()],
        member: vec![0; subjects.population.len()],
    }
}

/// What was counted of one grouping.
struct Tally {
    /// `[2 × group + (0 history, 1 today)]`; likewise below.
    cells: Cells,
    /// `None` where rows are independent; likewise below.
    spread: Option<Spreads>,
    batches: Option<Vec<Cells>>,
    scores: Option<Scores>,
}

fn tally(subjects: &Subjects, groupings: &[&Grouping], settings: &Settings, with_scores: bool) -> Vec<Tally> {
    let middle = Middle::new(subjects, settings);
    let mut spread = spreads(subjects, groupings, &middle).map(Vec::into_iter);
    let mut batches = batches(subjects, groupings, &middle, settings.seed).map(Vec::into_iter);
    let mut scores = with_scores.then(|| score(subjects, groupings, settings).into_iter());
    let tally = |cells: Cells| Tally {
        cells,
        spread: spread.as_mut().and_then(Iterator::next),
        batches: batches.as_mut().and_then(Iterator::next),
        scores: scores.as_mut().and_then(Iterator::next),
    };
    count(subjects, groupings, &middle).into_iter().map(tally).collect()
}

impl Tally {
    /// One population of it; `None` where nobody is in it.
    fn counted(&self, grouping: &Grouping, overall: &Self, today: usize, settings: &Settings) -> Option<Counted> {
        let of = |cells: &Cells| cells.iter().skip(today).step_by(2).copied().collect::<Vec<Cell>>();
        let total = overall.cells.get(today).copied().filter(|total| total.n() > 0)?;
        let confidence = 1.0 - settings.significance;
        let measure = |tally: &Self, group: usize, (number, metric): (usize, &Metric)| {
            let at = 2 * group + today;
            let spread = tally.spread.as_ref().and_then(|spread| spread.of.get(at)).map(|spread| &spread[number]);
            let scored = tally.scores.as_ref().and_then(|scores| scores.get(at));
            Measured::of(metric, &tally.cells[at], scored, spread, confidence)
        };
        let by_group = |of: (usize, &Metric)| (0..grouping.groups.len()).map(|g| measure(self, g, of)).collect();
        let with_rest = settings.reference == Reference::Overall && grouping.feature != OVERALL;
        let rest = |group: usize, (number, metric): (usize, &Metric)| {
            let at = 2 * group + today;
            let spread = self.spread.as_ref().and_then(|spread| spread.rest.get(at)).map(|spread| &spread[number]);
            let scored = self.scores.as_ref().and_then(|scores| scores.get(at));
            let others = total.without(&self.cells[at]);
            Measured::of_rest(metric, &others, scored.and_then(|scored| scored.rest.as_deref()), spread, confidence)
        };
        let rest_by_group = |of: (usize, &Metric)| (0..grouping.groups.len()).map(|g| rest(g, of)).collect();
        let rests = METRICS.iter().enumerate().filter(|_| with_rest).map(rest_by_group).collect();
        Some(Counted {
            feature: grouping.feature.clone(),
            n_columns: grouping.columns.len(),
            population: POPULATIONS[today],
            names: grouping.groups.clone(),
            cells: of(&self.cells),
            total,
            measured: METRICS.iter().enumerate().map(by_group).collect(),
            overall: METRICS.iter().enumerate().map(|of| measure(overall, 0, of)).collect(),
            rests,
            batches: self.batches.as_ref().map(|batches| batches.iter().map(of).collect()),
        })
    }
}

/// The rows that grow.
struct Table<'a> {
    rows: Vec<Row>,
    pending: Vec<Pending>,
    /// p-values of comparisons without a row.
    others: Vec<f64>,
    settings: &'a Settings,
}

impl Table<'_> {
    /// Appends the rows of one feature and population.
    fn tell(&mut self, counted: &Counted, strata: Option<(&Strata, usize)>) {
        let mut conditional = Vec::new();
        for (number, metric) in METRICS.iter().enumerate() {
            if !metric.is_told(counted.population, self.settings) {
                continue;
            }
            let measured = &counted.measured[number];
            let comparing = Comparing {
                counted,
                metric,
                measured,
                rests: counted.rests.get(number).map_or(&[], Vec::as_slice),
                overall: &counted.overall[number],
                settings: self.settings,
            };
            let base = comparing.base().filter(|_| metric.kind != Kind::Count && counted.feature != OVERALL);
            for (group, name) in counted.names.iter().enumerate() {
                let mut row = Row::blank(metric.name, &counted.feature, name, counted.population);
                fill(&mut row, metric, &counted.cells[group], &measured[group]);
                let pending = base.and_then(|base| comparing.compare(&mut row, group, base));
                self.push(row, pending);
                let within =
                    base.zip(strata).and_then(|(base, (strata, today))| strata.compare(&comparing, group, base, today));
                conditional.extend(within);
            }
            let is_picked = self.settings.reference == Reference::Best || metric.name == SCORING_RATE;
            if let Some(base) = base.filter(|_| is_picked) {
                self.others.extend(comparing.p_of_other_pairs(base));
            }
        }
        conditional.into_iter().for_each(|(row, pending)| self.push(row, pending));
    }

    fn push(&mut self, row: Row, pending: Option<Pending>) {
        self.pending.extend(pending.map(|pending| Pending { row: self.rows.len(), ..pending }));
        self.rows.push(row);
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

/// The groupings that are told, with what was counted of them; what is wrong with the others becomes findings.
fn choose<'a>(
    groupings: &'a [Grouping],
    few: &[&'a Grouping],
    tallies: &'a [Tally],
    subjects: &Subjects,
    settings: &Settings,
    result: &mut Disaggregated,
) -> Vec<(&'a Grouping, &'a Tally)> {
    let mut left_out: Vec<&str> = Vec::new();
    let mut told: Vec<(&Grouping, &Tally)> = Vec::new();
    for grouping in groupings {
        let is_plain = grouping.columns.len() == 1;
        let tally = few.iter().position(|other| std::ptr::eq(*other, grouping)).map(|at| &tallies[at]);
        if !is_plain && grouping.columns.iter().any(|column| left_out.contains(&column.as_str())) {
            continue;
        }
        let problem = match tally {
            None => Some(many_groups(grouping)),
            Some(tally) => nothing_to_compare(grouping, &tally.cells),
        };
        if let Some(problem) = problem {
            left_out.extend(grouping.columns.iter().filter(|_| is_plain).map(String::as_str));
            result.findings.push(problem);
            continue;
        }
        let Some(tally) = tally else { continue };
        result.findings.extend(small_groups(grouping, &tally.cells, settings.min_group));
        if is_plain {
            let plain = told.iter().filter(|(other, _)| other.columns.len() == 1);
            result.links.extend(plain.flat_map(|(other, _)| links(subjects, other, grouping)));
        }
        told.push((grouping, tally));
    }
    told
}

fn has_many(grouping: &Grouping) -> bool {
    grouping.groups.len() > if grouping.columns.len() > 1 { CROSSED_MAX } else { GROUPS_MAX }
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

/// Which groups the scoring rate's impact ratio leaves out, where it was asked for.
fn left_out_categories(counted: &[Counted], settings: &Settings) -> Option<Finding> {
    let metric = METRICS.iter().find(|metric| metric.name == SCORING_RATE).filter(|_| settings.scoring_rate)?;
    let is_left_out = |of: &Counted, group: usize| of.cells[group].n() > 0 && is_left_out(of, metric, group);
    let first = counted.first()?;
    let n = (0..first.names.len()).filter(|group| counted.iter().any(|of| is_left_out(of, *group))).count();
    let (feature, noun) = (&first.feature, if n == 1 { "group" } else { "groups" });
    let message = format!(
        "the scoring rate's impact ratio leaves out {n} {noun} of `{feature}`: under 2 % of the subjects, or not known"
    );
    (n > 0).then(|| Finding::new("categories-left-out", message).column(feature).count(n))
}

fn many_groups(grouping: &Grouping) -> Finding {
    let (feature, n) = (&grouping.feature, grouping.groups.len());
    let most = if grouping.columns.len() > 1 { CROSSED_MAX } else { GROUPS_MAX };
    let finding = Finding::new("many-groups", format!("`{feature}` has {n} groups, at most {most} are compared"));
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

fn useless_control(control: &Grouping) -> Option<Finding> {
    let n = control.groups.len();
    let message = match n {
        0 | 1 => format!("`{}` is the same for every subject, so nothing is conditioned on it", control.feature),
        _ => format!("`{}` has {n} strata, so nothing is conditioned on it", control.feature),
    };
    let hint =
        if n < 2 { "take it out of `control`" } else { "cut it with `{ column = \"…\", bins = [30, 45, 60] }`" };
    control::is_useless(control).then(|| Finding::new("control-unused", message).column(&control.feature).hint(hint))
}
