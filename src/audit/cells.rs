//! Counting: one pass over the rows, all groupings at once.

use std::ops::Range;

use rayon::prelude::*;

use super::metrics::METRICS;
use super::middle::Middle;
use crate::base::Seed;
use crate::base::groups::Grouping;
use crate::base::population::Population;
use crate::stats::bootstrap;
use crate::stats::clusters::Clusters;
use crate::stats::loss::log_loss_of;
use crate::stats::ratio::Moments;
use crate::stats::sum::blocks;

/// What is audited, one entry per row of the table in each slice. A row is audited if it is history with a known
/// outcome or today's, and its risk is a finite number.
#[derive(Debug, Clone, Copy)]
pub struct Subjects<'a> {
    pub population: &'a [Population],
    pub outcome: &'a [Option<bool>],
    /// `None` where the row has no score.
    pub risk: &'a [Option<f64>],
    pub selected: &'a [Option<bool>],
    /// Rows that share a number are not independent; `None`: all rows are.
    pub cluster: Option<&'a [u32]>,
}

/// The populations that are audited, in the order of the table.
pub(super) const POPULATIONS: [Population; 2] = [Population::History, Population::Today];

/// Subjects of one group and population.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cell {
    /// By outcome (without or still open, with) and selection (no, yes, unknown).
    pub counts: [[u64; 3]; 2],
    /// Σ risk.
    pub risk: f64,
    /// Σ risk².
    pub risk_squared: f64,
    /// Σ risk over subjects with the outcome.
    pub risk_with_outcome: f64,
    /// Σ (risk − outcome)² and its square, over history.
    pub squared_error: [f64; 2],
    /// Σ log loss and its square, over history.
    pub log_loss: [f64; 2],
    /// Subjects on the better side of the median score; 0 where nobody asked.
    pub favored: u64,
}

impl Cell {
    /// Subjects.
    pub fn n(&self) -> u64 {
        self.counts.iter().flatten().sum()
    }

    /// Subjects with the outcome.
    pub fn outcomes(&self) -> u64 {
        self.counts[1].iter().sum()
    }

    /// Subjects of an outcome (`None`: any) that are selected, or are not.
    pub fn at(&self, outcome: Option<bool>, selected: bool) -> u64 {
        let of = |outcome: bool| self.counts[usize::from(outcome)][usize::from(selected)];
        outcome.map_or_else(|| of(false) + of(true), of)
    }

    /// Subjects of which it is known whether they are selected.
    pub fn decided(&self) -> u64 {
        self.decided_with(false) + self.decided_with(true)
    }

    /// Likewise, with or without the outcome.
    pub fn decided_with(&self, outcome: bool) -> u64 {
        self.at(Some(outcome), false) + self.at(Some(outcome), true)
    }

    /// Adds the subjects of another cell.
    pub fn add(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().flatten().zip(other.counts.iter().flatten()) {
            *count += more;
        }
        self.risk += other.risk;
        self.risk_squared += other.risk_squared;
        self.risk_with_outcome += other.risk_with_outcome;
        for power in 0..2 {
            self.squared_error[power] += other.squared_error[power];
            self.log_loss[power] += other.log_loss[power];
        }
        self.favored += other.favored;
    }

    /// The subjects that are not in a part.
    #[must_use]
    pub(super) fn without(&self, part: &Self) -> Self {
        let mut rest = *self;
        for (count, less) in rest.counts.iter_mut().flatten().zip(part.counts.iter().flatten()) {
            *count = count.saturating_sub(*less);
        }
        rest.risk -= part.risk;
        rest.risk_squared -= part.risk_squared;
        rest.risk_with_outcome -= part.risk_with_outcome;
        for power in 0..2 {
            rest.squared_error[power] -= part.squared_error[power];
            rest.log_loss[power] -= part.log_loss[power];
        }
        rest.favored = rest.favored.saturating_sub(part.favored);
        rest
    }

    fn add_subject(&mut self, subject: Subject) {
        self.counts[usize::from(subject.outcome)][usize::from(subject.selected)] += 1;
        self.risk += subject.risk;
        self.risk_squared += subject.risk * subject.risk;
        self.risk_with_outcome += if subject.outcome { subject.risk } else { 0.0 };
        let square = (subject.risk - f64::from(u8::from(subject.outcome))).powi(2);
        self.squared_error[0] += square;
        self.squared_error[1] += square * square;
        self.log_loss[0] += subject.log_loss;
        self.log_loss[1] += subject.log_loss * subject.log_loss;
        self.favored += u64::from(subject.favored);
    }
}

/// One audited row.
#[derive(Clone, Copy)]
pub(super) struct Subject {
    pub row: usize,
    pub today: bool,
    pub outcome: bool,
    /// No, yes, unknown.
    pub selected: u8,
    pub risk: f64,
    log_loss: f64,
    favored: bool,
}

impl Subjects<'_> {
    pub(super) fn subject(&self, row: usize) -> Option<Subject> {
        let risk = (*self.risk.get(row)?).filter(|risk| risk.is_finite())?;
        let (today, outcome) = match self.population.get(row)? {
            Population::History => (false, (*self.outcome.get(row)?)?),
            Population::Today => (true, false),
            Population::Immature | Population::Superseded => return None,
        };
        let selected = self.selected.get(row).copied().flatten().map_or(2, u8::from);
        Some(Subject { row, today, outcome, selected, risk, log_loss: 0.0, favored: false })
    }

    /// All audited rows, in the order of the table.
    pub(super) fn each(&self) -> impl Iterator<Item = Subject> {
        (0..self.population.len()).filter_map(|row| self.subject(row))
    }

    /// The audited ones among some rows, with all that is counted of them.
    fn audited(&self, rows: Range<usize>, middle: &Middle) -> Vec<Subject> {
        let whole = |subject: Subject| Subject {
            log_loss: if subject.today { 0.0 } else { log_loss_of(subject.risk, subject.outcome) },
            favored: middle.favors(subject.today, subject.risk),
            ..subject
        };
        rows.filter_map(|row| self.subject(row)).map(whole).collect()
    }
}

/// Blocks of rows that are counted at a time.
const BLOCKS: usize = 16;

/// The cells of one grouping: `[2 × group + (0 history, 1 today)]`.
pub(super) type Cells = Vec<Cell>;

/// Counts all groupings. Blocks of rows are counted in parallel and added in their order.
pub(super) fn count(subjects: &Subjects, groupings: &[&Grouping], middle: &Middle) -> Vec<Cells> {
    let empty = || groupings.iter().map(|grouping| vec![Cell::default(); 2 * grouping.groups.len()]);
    let count_block = |rows: Range<usize>| -> Vec<Cells> {
        let audited = subjects.audited(rows, middle);
        let count_grouping = |(mut cells, grouping): (Cells, &&Grouping)| {
            for subject in &audited {
                let Some(member) = grouping.member.get(subject.row) else { continue };
                if let Some(cell) = cells.get_mut(2 * *member as usize + usize::from(subject.today)) {
                    cell.add_subject(*subject);
                }
            }
            cells
        };
        empty().zip(groupings).map(count_grouping).collect()
    };
    let mut total: Vec<Cells> = empty().collect();
    // a few blocks at a time: within strata one of them may hold many cells
    for some in blocks(subjects.population.len()).chunks(BLOCKS) {
        let counted: Vec<Vec<Cells>> = some.par_iter().cloned().map(count_block).collect();
        for block in &counted {
            for (cell, more) in total.iter_mut().flatten().zip(block.iter().flatten()) {
                cell.add(more);
            }
        }
    }
    total
}

/// Which groups of two groupings share audited subjects, in history and today: `[a × (groups of b) + b]`.
pub(super) fn meetings(subjects: &Subjects, a: &Grouping, b: &Grouping) -> [Vec<bool>; 2] {
    let mut met = [(); 2].map(|()| vec![false; a.groups.len() * b.groups.len()]);
    for row in 0..subjects.population.len() {
        let Some(subject) = subjects.subject(row) else { continue };
        let (Some(in_a), Some(in_b)) = (a.member.get(row), b.member.get(row)) else { continue };
        if let Some(met) = met[usize::from(subject.today)].get_mut(*in_a as usize * b.groups.len() + *in_b as usize) {
            *met = true;
        }
    }
    met
}

/// The cells of every grouping, counted by batch of clusters: clusters are dealt to at most [`bootstrap::BATCHES`] batches. `None`
/// where rows are independent.
pub(super) fn batches(
    subjects: &Subjects,
    groupings: &[&Grouping],
    middle: &Middle,
    seed: Seed,
) -> Option<Vec<Vec<Cells>>> {
    let dealt = bootstrap::deal(&Clusters::new(subjects.cluster?), &mut seed.stream("batches"));
    let audited = subjects.audited(0..subjects.population.len().min(dealt.index.len()), middle);
    let batched = |grouping: &&Grouping| {
        let mut cells = vec![vec![Cell::default(); 2 * grouping.groups.len()]; dealt.n];
        for subject in &audited {
            let Some(member) = grouping.member.get(subject.row) else { continue };
            let batch = &mut cells[dealt.index[subject.row] as usize];
            if let Some(cell) = batch.get_mut(2 * *member as usize + usize::from(subject.today)) {
                cell.add_subject(*subject);
            }
        }
        cells
    };
    Some(groupings.par_iter().map(batched).collect())
}

/// One entry per metric of the registry.
pub(super) type Spread = [Moments; METRICS.len()];

/// Moments over clusters of one grouping: of every cell, and of all subjects of the population that are not in it.
pub(super) struct Spreads {
    pub of: Vec<Spread>,
    pub rest: Vec<Spread>,
}

/// Sums, for every cell and metric, squares over clusters instead of rows. `None` where rows are independent.
pub(super) fn spreads(subjects: &Subjects, groupings: &[&Grouping], middle: &Middle) -> Option<Vec<Spreads>> {
    let ids = subjects.cluster?;
    let mut audited = subjects.audited(0..subjects.population.len().min(ids.len()), middle);
    audited.par_sort_unstable_by_key(|subject| (ids[subject.row], subject.row));
    Some(groupings.par_iter().map(|grouping| spread(&audited, ids, grouping)).collect())
}

fn spread(audited: &[Subject], ids: &[u32], grouping: &Grouping) -> Spreads {
    let blank = || vec![[Moments::default(); METRICS.len()]; 2 * grouping.groups.len()];
    let (mut of, mut rest) = (blank(), blank());
    let mut whole = [[Moments::default(); METRICS.len()]; POPULATIONS.len()];
    let mut parts: Vec<(usize, Cell)> = Vec::new();
    for cluster in audited.chunk_by(|a, b| ids[a.row] == ids[b.row]) {
        parts.clear();
        for subject in cluster {
            let Some(member) = grouping.member.get(subject.row) else { continue };
            let at = 2 * *member as usize + usize::from(subject.today);
            match parts.iter_mut().find(|part| part.0 == at) {
                Some(part) => part.1.add_subject(*subject),
                None => {
                    let mut cell = Cell::default();
                    cell.add_subject(*subject);
                    parts.push((at, cell));
                }
            }
        }
        let mut total = [Cell::default(); POPULATIONS.len()];
        parts.iter().for_each(|(at, cell)| total[at % 2].add(cell));
        for (whole, total) in whole.iter_mut().zip(&total).filter(|(_, total)| total.n() > 0) {
            add(whole, total);
        }
        for (at, cell) in &parts {
            let (Some(of), Some(rest)) = (of.get_mut(*at), rest.get_mut(*at)) else { continue };
            add(of, cell);
            // what the cluster has outside of the cell, in place of all that it has
            let mut others = Cell::default();
            parts.iter().filter(|other| other.0 != *at && other.0 % 2 == at % 2).for_each(|other| others.add(&other.1));
            let (mut outside, mut all) = ([Moments::default(); METRICS.len()], [Moments::default(); METRICS.len()]);
            add(&mut all, &total[at % 2]);
            if others.n() > 0 {
                add(&mut outside, &others);
            }
            for ((rest, outside), all) in rest.iter_mut().zip(outside).zip(all) {
                *rest = rest.plus(&outside).without(&all);
            }
        }
    }
    for (at, rest) in rest.iter_mut().enumerate() {
        for (rest, whole) in rest.iter_mut().zip(&whole[at % 2]) {
            *rest = whole.plus(rest);
        }
    }
    Spreads { of, rest }
}

/// Adds one cluster to the moments of every metric.
fn add(spread: &mut Spread, cell: &Cell) {
    for (moments, metric) in spread.iter_mut().zip(METRICS) {
        match metric.moments(cell) {
            Some(part) => moments.add(part.numerator, part.denominator),
            // how many clusters there are is worth knowing of every figure
            None => moments.units += 1.0,
        }
    }
}
