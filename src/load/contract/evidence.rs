//! How well one column alone tells the outcome.

use super::Rows;
use super::cells::{hash, mix};
use crate::base::population::Population;

/// At most so many history rows of each class are looked at.
const CLASS_ROWS: usize = 50_000;
/// A pure end or level may hold this share of the other class.
const IMPURE: f64 = 0.001;
/// A pure end or level counts when chance would make one like it with a probability below e^-20.7 = 1e-9.
const SURPRISE: f64 = 20.7;

/// The history rows that are looked at: all, or for each class a draw that depends on the keys only.
pub struct Draw {
    pub rows: Vec<u32>,
    pub adverse: Vec<bool>,
    /// Two halves by entity or id, so that rows of one subject are in the same half.
    half: Vec<bool>,
    /// History rows for which one drawn row stands: favorable, adverse.
    weight: [f64; 2],
    /// Drawn rows by class.
    n: [usize; 2],
}

impl Draw {
    /// `group_of` names the subject of a row: what must not be in both halves.
    pub fn new(rows: &Rows, group_of: &[u64]) -> Self {
        let class = |row: usize| usize::from(rows.outcome[row] == Some(true));
        let history = || (0..rows.keys.len()).filter(|row| rows.population[*row] == Population::History);
        let mut total = [0usize; 2];
        history().for_each(|row| total[class(row)] += 1);
        let limit = total.map(|n| if n <= CLASS_ROWS { u64::MAX } else { share_of_range(CLASS_ROWS, n) });
        let mut draw = Self { rows: Vec::new(), adverse: Vec::new(), half: Vec::new(), weight: [1.0; 2], n: [0; 2] };
        for row in history() {
            let day = u64::from(rows.keys.day(row).unwrap_or_default().cast_unsigned());
            if mix(hash(rows.keys.ids[row].as_bytes()) ^ mix(day)) > limit[class(row)] {
                continue;
            }
            draw.rows.push(super::keys::row_index(row));
            draw.adverse.push(class(row) == 1);
            draw.half.push(mix(group_of[row] ^ 0x5eed) & 1 == 1);
            draw.n[class(row)] += 1;
        }
        draw.weight = [0, 1].map(|class: usize| super::words::ratio(total[class], draw.n[class]));
        draw
    }

    /// Drawn rows of the rarer class.
    pub fn n_rarer(&self) -> usize {
        self.n[0].min(self.n[1])
    }

    fn total(&self, class: usize) -> f64 {
        self.weight[class] * self.n[class] as f64
    }

    /// Whether a set of drawn rows, `counts` by class, is as good as pure in one class, and by no chance.
    fn purity(&self, counts: [usize; 2]) -> Option<Pure> {
        let weighted = [self.weight[0] * counts[0] as f64, self.weight[1] * counts[1] as f64];
        let class = usize::from(weighted[1] > weighted[0]);
        let share = super::words::ratio(self.n[class], self.n[0] + self.n[1]);
        let surprise = -(counts[class] as f64) * share.ln();
        let pure = weighted[1 - class] <= IMPURE * (weighted[0] + weighted[1]);
        (pure && surprise >= SURPRISE).then(|| Pure {
            adverse: class == 1,
            rows: weighted[0] + weighted[1],
            of_class: weighted[class] / self.total(class),
            limit: 0.0,
        })
    }

    /// Share of all history that some rows are.
    pub fn of_history(&self, rows: f64) -> f64 {
        rows / (self.total(0) + self.total(1))
    }
}

fn share_of_range(part: usize, whole: usize) -> u64 {
    // a share of the whole range of hashes; the last bits do not matter
    (super::words::ratio(part, whole) * u64::MAX as f64) as u64
}

/// Rows that (all but one in a thousand) have one and the same outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pure {
    pub adverse: bool,
    /// History rows.
    pub rows: f64,
    /// Share of the history rows with that outcome.
    pub of_class: f64,
    /// For an end of a number's range: the rows lie beyond this value.
    pub limit: f64,
}

/// What a number's order tells.
#[derive(Debug, Default, Clone, Copy)]
pub struct Order {
    /// The larger of the AUC and its complement; ties count half. 0.5 where a class is missing.
    pub auc: f64,
    pub low: Option<Pure>,
    pub high: Option<Pure>,
}

/// AUC (Mann–Whitney, ties half) of a number among the drawn rows in which it is filled, and its pure ends.
pub fn of_order(values: &[f64], draw: &Draw) -> Order {
    let mut sorted: Vec<(f64, bool)> = draw
        .rows
        .iter()
        .zip(&draw.adverse)
        .map(|(row, adverse)| (values[*row as usize], *adverse))
        .filter(|(value, _)| !value.is_nan())
        .collect();
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let ties: Vec<(f64, [usize; 2])> = sorted
        .chunk_by(|a, b| a.0 == b.0)
        .map(|tie| {
            let adverse = tie.iter().filter(|(_, adverse)| *adverse).count();
            (tie[0].0, [tie.len() - adverse, adverse])
        })
        .collect();
    Order { auc: auc(ties.iter().map(|tie| tie.1)), low: end(ties.iter(), draw), high: end(ties.iter().rev(), draw) }
}

/// AUC of groups in rising order of whatever they are ordered by, each with its favorable and adverse rows.
fn auc(ties: impl Iterator<Item = [usize; 2]>) -> f64 {
    let (mut below, mut adverse, mut wins) = (0.0, 0.0, 0.0);
    for [zeros, ones] in ties {
        let (zeros, ones) = (zeros as f64, ones as f64);
        wins += ones * (below + zeros / 2.0);
        below += zeros;
        adverse += ones;
    }
    if below == 0.0 || adverse == 0.0 {
        return 0.5;
    }
    let auc = wins / (below * adverse);
    auc.max(1.0 - auc)
}

/// The longest pure run from where `ties` begin.
fn end<'a>(ties: impl Iterator<Item = &'a (f64, [usize; 2])>, draw: &Draw) -> Option<Pure> {
    let mut counts = [0usize; 2];
    let mut longest: Option<Pure> = None;
    let mut open = false;
    for (value, tie) in ties {
        if let Some(pure) = longest.as_mut().filter(|_| open) {
            pure.limit = *value;
        }
        open = false;
        counts = [counts[0] + tie[0], counts[1] + tie[1]];
        if let Some(pure) = draw.purity(counts) {
            longest = Some(pure);
            open = true;
        }
    }
    longest.filter(|_| !open)
}

/// What levels tell.
#[derive(Debug, Default, Clone, Copy)]
pub struct ByLevel {
    /// AUC of each drawn row's rate of the outcome, learned at its level from the other half only. 0.5 for nothing.
    pub auc: f64,
    /// All pure levels of the favorable and of the adverse class, together.
    pub pure: [Option<Pure>; 2],
}

/// What the levels tell of the drawn rows. `code_of` gives a level below `n_levels` for a row.
///
/// Rates are smoothed by one row of the class's own mean, so that rare levels do not look telling, and each half of
/// the rows is ranked by rates of the other half, so that many levels do not look telling either.
pub fn of_levels(code_of: impl Fn(u32) -> usize, n_levels: usize, draw: &Draw) -> ByLevel {
    let codes: Vec<usize> = draw.rows.iter().map(|row| code_of(*row)).collect();
    let mut counts = vec![[[0usize; 2]; 2]; n_levels];
    for ((code, adverse), half) in codes.iter().zip(&draw.adverse).zip(&draw.half) {
        counts[*code][usize::from(*half)][usize::from(*adverse)] += 1;
    }
    let base = super::words::ratio(draw.n[1], draw.n[0] + draw.n[1]);
    let rate = |[zeros, ones]: [usize; 2]| (ones as f64 + base) / ((zeros + ones) as f64 + 1.0);
    let mut ranked: Vec<(f64, [usize; 2])> =
        counts.iter().flat_map(|[first, second]| [(rate(*second), *first), (rate(*first), *second)]).collect();
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
    let ties = ranked
        .chunk_by(|a, b| a.0 == b.0)
        .map(|tie| tie.iter().fold([0, 0], |sum: [usize; 2], (_, counts)| [sum[0] + counts[0], sum[1] + counts[1]]));
    let mut pure: [Option<Pure>; 2] = [None, None];
    for [first, second] in &counts {
        if let Some(level) = draw.purity([first[0] + second[0], first[1] + second[1]]) {
            let sum = pure[usize::from(level.adverse)].get_or_insert(Pure { rows: 0.0, of_class: 0.0, ..level });
            sum.rows += level.rows;
            sum.of_class += level.of_class;
        }
    }
    ByLevel { auc: auc(ties), pure }
}
