//! Every conjunction of at most two conditions, in the table and in its replicates.

use rand::Rng;
use rayon::prelude::*;

use super::super::bins::Of;
use crate::base::Seed;

/// Replicates that say what a search finds where nothing is wrong.
pub const N_REPLICATES: usize = 399;
/// Expected outcomes, and expected subjects without, that a slice and the rest need: below, the statistic is too skewed.
const EXPECTED_MIN: f64 = 5.0;

/// What a second condition costs, as in Akaike's criterion: of slices that are about as far off the plainer one is told.
const PRICE: f64 = 2.0;

/// A column as the search sees it.
pub(super) struct Column {
    pub name: String,
    pub bins: Vec<Of>,
    /// The bin of each row.
    pub codes: Vec<u8>,
}

/// A slice that was looked at.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    /// (column, bin), one or two.
    pub conditions: Vec<(usize, usize)>,
    pub n: u64,
    pub observed: u64,
    pub expected: f64,
    pub statistic: f64,
}

/// All slices, the farthest first, and how far the farthest of each replicate is, ascending.
pub(super) struct Searched {
    pub slices: Vec<Found>,
    pub observed: u64,
    pub expected: f64,
    highest: Vec<f64>,
}

impl Searched {
    /// Share of replicates, the table itself among them, whose farthest slice is at least so far.
    pub fn p(&self, statistic: f64) -> f64 {
        let below = self.highest.partition_point(|highest| *highest < statistic);
        (1 + self.highest.len() - below) as f64 / (1 + self.highest.len()) as f64
    }
}

/// What is searched.
pub(super) struct Scan<'a> {
    columns: &'a [Column],
    risk: &'a [f64],
    outcome: &'a [bool],
    pub design_effect: f64,
}

/// Counts and sums of a slice.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    n: u64,
    observed: u64,
    expected: f64,
    variance: f64,
}

/// Two columns, or one with itself, and the cells of their bins: `[bin of a × bins of b + bin of b]`.
struct Table {
    columns: [usize; 2],
    cells: Vec<Cell>,
}

impl<'a> Scan<'a> {
    pub fn new(columns: &'a [Column], risk: &'a [f64], outcome: &'a [bool], cluster: Option<&[u32]>) -> Self {
        Self { columns, risk, outcome, design_effect: cluster.map_or(1.0, |ids| design_effect(risk, outcome, ids)) }
    }

    /// All rows.
    fn all(&self) -> Cell {
        let expected = self.risk.iter().sum();
        let observed = self.outcome.iter().filter(|outcome| **outcome).count() as u64;
        Cell { n: self.risk.len() as u64, observed, expected, variance: 0.0 }
    }

    /// Looks at every slice; `None` where there is none.
    pub fn search(&self, seed: Seed) -> Option<Searched> {
        let all = self.all();
        let pairs: Vec<[usize; 2]> =
            (0..self.columns.len()).flat_map(|a| (a..self.columns.len()).map(move |b| [a, b])).collect();
        let draws = self.draws(seed);
        let searched: Vec<(Vec<Found>, Vec<f64>)> =
            pairs.into_par_iter().map(|pair| self.look(&self.table(pair), &all, &draws)).collect();
        let mut slices = Vec::new();
        let mut highest = vec![0.0; N_REPLICATES];
        for (found, farthest) in searched {
            slices.extend(found);
            highest.iter_mut().zip(farthest).for_each(|(highest, more): (&mut f64, f64)| *highest = highest.max(more));
        }
        highest.sort_unstable_by(f64::total_cmp);
        // of equally far slices the one with fewer conditions
        slices.sort_by(|a: &Found, b: &Found| {
            let plain = |of: &Found| (of.conditions.len(), of.conditions.clone());
            b.statistic.total_cmp(&a.statistic).then_with(|| plain(a).cmp(&plain(b)))
        });
        (!slices.is_empty()).then_some(Searched { slices, observed: all.observed, expected: all.expected, highest })
    }

    fn place(&self, [a, b]: [usize; 2], row: usize) -> usize {
        let (a, b) = (&self.columns[a], &self.columns[b]);
        usize::from(a.codes[row]) * b.bins.len() + usize::from(b.codes[row])
    }

    fn table(&self, pair: [usize; 2]) -> Table {
        let [a, b] = pair.map(|column| &self.columns[column]);
        let mut cells = vec![Cell::default(); a.bins.len() * b.bins.len()];
        for (row, (risk, outcome)) in self.risk.iter().zip(self.outcome).enumerate() {
            let cell = &mut cells[self.place(pair, row)];
            cell.n += 1;
            cell.observed += u64::from(*outcome);
            cell.expected += risk;
            cell.variance += risk * (1.0 - risk);
        }
        Table { columns: pair, cells }
    }

    /// Outcomes drawn from the risks: `[row × replicates + replicate]`.
    fn draws(&self, seed: Seed) -> Vec<u8> {
        let mut draws = vec![0; self.risk.len() * N_REPLICATES];
        let chunk = 1_024;
        draws.par_chunks_mut(chunk * N_REPLICATES).enumerate().for_each(|(at, draws)| {
            let mut stream = seed.stream(&format!("replicates {at}"));
            for (draws, risk) in draws.chunks_mut(N_REPLICATES).zip(&self.risk[at * chunk..]) {
                let below = (risk * 4_294_967_296.0) as u64;
                for draw in draws {
                    *draw = u8::from(u64::from(stream.next_u32()) < below);
                }
            }
        });
        draws
    }

    /// The slices of two columns, and how far the farthest of them is in each replicate.
    fn look(&self, table: &Table, all: &Cell, draws: &[u8]) -> (Vec<Found>, Vec<f64>) {
        let [a, b] = table.columns;
        let is_looked_at = |cell: &Cell| {
            let is_enough = |n: f64, expected: f64| expected >= EXPECTED_MIN && n - expected >= EXPECTED_MIN;
            is_enough(cell.n as f64, cell.expected) && is_enough((all.n - cell.n) as f64, all.expected - cell.expected)
        };
        let looked_at: Vec<usize> = (0..table.cells.len()).filter(|at| is_looked_at(&table.cells[*at])).collect();
        let mut highest = vec![0.0_f64; N_REPLICATES];
        if looked_at.is_empty() {
            return (Vec::new(), highest);
        }
        let drawn = self.drawn(table, &looked_at, draws);
        let price = if a == b { 0.0 } else { PRICE };
        for (slot, at) in looked_at.iter().enumerate() {
            let cell = &table.cells[*at];
            let drawn = &drawn[slot * N_REPLICATES..(slot + 1) * N_REPLICATES];
            for (highest, drawn) in highest.iter_mut().zip(drawn) {
                *highest = highest.max((f64::from(*drawn) - cell.expected).powi(2) / cell.variance - price);
            }
        }
        let n_bins = self.columns[b].bins.len();
        let found = |at: &usize| {
            let cell = &table.cells[*at];
            let conditions = [(a, at / n_bins), (b, at % n_bins)];
            Found {
                conditions: conditions[..if a == b { 1 } else { 2 }].to_vec(),
                n: cell.n,
                observed: cell.observed,
                expected: cell.expected,
                statistic: (cell.observed as f64 - cell.expected).powi(2) / (cell.variance * self.design_effect)
                    - price,
            }
        };
        (looked_at.iter().map(found).collect(), highest)
    }

    /// Drawn outcomes of the looked-at cells: `[cell × replicates + replicate]`.
    fn drawn(&self, table: &Table, looked_at: &[usize], draws: &[u8]) -> Vec<u16> {
        let mut slot = vec![usize::MAX; table.cells.len()];
        looked_at.iter().enumerate().for_each(|(at, cell)| slot[*cell] = at);
        let mut drawn = vec![0_u16; looked_at.len() * N_REPLICATES];
        for (row, draws) in draws.chunks_exact(N_REPLICATES).enumerate() {
            let slot = slot[self.place(table.columns, row)];
            if slot == usize::MAX {
                continue;
            }
            let sums = &mut drawn[slot * N_REPLICATES..(slot + 1) * N_REPLICATES];
            sums.iter_mut().zip(draws).for_each(|(sum, draw)| *sum += u16::from(*draw));
        }
        drawn
    }
}

/// Σ over clusters of (Σ outcome − risk)² ÷ Σ risk (1 − risk), at least 1.
fn design_effect(risk: &[f64], outcome: &[bool], cluster: &[u32]) -> f64 {
    let rest = risk.iter().zip(outcome).map(|(risk, outcome)| f64::from(u8::from(*outcome)) - risk);
    let sums = crate::stats::clusters::Clusters::new(cluster).sums(rest);
    let variance: f64 = risk.iter().map(|risk| risk * (1.0 - risk)).sum();
    let square: f64 = sums.iter().map(|sum| sum * sum).sum();
    if variance > 0.0 { (square / variance).max(1.0) } else { 1.0 }
}
