//! Who is scored by which model.

use chrono::NaiveDate;
use rand::seq::SliceRandom;

use crate::base::folds::{Fold, FoldKind, Folds};
use crate::base::population::Population;
use crate::base::{Error, Result, Seed};
use crate::load::Table;

/// A fold may hold at most so many times fewer or more outcomes than its share before the deal is drawn again.
const IMBALANCE_MAX: f64 = 0.10;
/// Draws before the best of them is taken.
const DRAWS_MAX: usize = 200;
/// Folds in which either outcome must stand, so that a model that leaves two folds out still sees both.
const FOLDS_WITH_BOTH: usize = 3;

/// Deals the history rows of a table to `n_folds` folds; rows of one cluster stay together.
///
/// Without a time column, clusters are shuffled by the seed and dealt to the fold with the fewest rows, so that
/// sizes are equal. The deal looks at the outcome in one way only: it is drawn again, under the next sub-stream, while
/// some fold's number of outcomes is off its share by more than 10 % and more than two standard deviations, at most
/// 200 times, and of these the most even deal is taken (rerandomization, Morgan and Rubin 2012). Stratifying row by row
/// would let a subject's own outcome decide by whom it is scored.
///
/// With a time column, rows are cut by time into `n_folds + 1` blocks of about equal size. A block is scored by models
/// of the rows before it whose horizon had passed when it began; the first block has no score. Where clusters recur, they
/// are also dealt to `n_folds` hands: the rows of block k in hand j are scored by a model of the earlier rows in the
/// other hands, so that no model has seen the id or entity that it scores.
///
/// # Errors
/// There are fewer clusters (or points in time) than folds, or too few with the outcome, or without it, for a model that
/// leaves two random folds out to see both; fewer folds would not help, as either outcome must be in three.
pub fn deal(table: &Table, n_folds: usize, horizon_days: Option<u32>, seed: Seed) -> Result<Folds> {
    let history = table.rows_of(Population::History);
    let clusters = Clusters::of(table, &history);
    match &table.times {
        None => random(table, &clusters, n_folds, seed),
        Some(times) => forward(table, times, &clusters, n_folds, horizon_days.unwrap_or(0), seed),
    }
}

/// History rows by cluster, clusters in the order of their first row, one after the other.
struct Clusters {
    rows: Vec<u32>,
    /// Where each cluster begins, and after them where the last one ends.
    starts: Vec<usize>,
}

impl Clusters {
    fn of(table: &Table, history: &[u32]) -> Self {
        const NONE: u32 = u32::MAX;
        let cluster = |row: u32| table.cluster[row as usize] as usize;
        let mut first = vec![NONE; table.n_clusters];
        for &row in history.iter().rev() {
            first[cluster(row)] = row;
        }
        let mut rows = history.to_vec();
        rows.sort_unstable_by_key(|&row| (first[cluster(row)], row));
        let begins = |place: &usize| *place == 0 || cluster(rows[*place]) != cluster(rows[*place - 1]);
        let starts = (0..rows.len()).filter(begins).chain([rows.len()]).collect();
        Self { starts, rows }
    }

    fn n(&self) -> usize {
        self.starts.len() - 1
    }

    fn rows(&self, cluster: usize) -> &[u32] {
        &self.rows[self.starts[cluster]..self.starts[cluster + 1]]
    }

    /// Clusters in which some row has, or has not, the outcome.
    fn n_with(&self, table: &Table, outcome: bool) -> usize {
        let has = |&at: &usize| self.rows(at).iter().any(|&row| is_outcome(table, row) == outcome);
        (0..self.n()).filter(has).count()
    }
}

fn is_outcome(table: &Table, row: u32) -> bool {
    table.outcome[row as usize] == Some(true)
}

fn random(table: &Table, clusters: &Clusters, n_folds: usize, seed: Seed) -> Result<Folds> {
    if clusters.n() < n_folds {
        return Err(too_few(clusters.n(), n_folds, "independent subjects"));
    }
    if clusters.n_with(table, true).min(clusters.n_with(table, false)) < FOLDS_WITH_BOTH {
        return Err(too_few_outcomes(table, clusters));
    }
    let mut best: Option<(f64, Vec<Vec<u32>>)> = None;
    for draw in 0..DRAWS_MAX {
        let dealt = deal_once(clusters, n_folds, seed.child(&format!("folds {draw}")));
        let imbalance = imbalance(table, &dealt);
        if best.as_ref().is_none_or(|(least, _)| imbalance < *least) {
            best = Some((imbalance, dealt));
        }
        if imbalance <= 1.0 {
            break;
        }
    }
    match best {
        Some((imbalance, dealt)) if imbalance.is_finite() => {
            Ok(Folds { kind: FoldKind::Random, parts: others_train(dealt) })
        }
        _ => Err(too_few_outcomes(table, clusters)),
    }
}

fn deal_once(clusters: &Clusters, n_folds: usize, seed: Seed) -> Vec<Vec<u32>> {
    let mut order: Vec<usize> = (0..clusters.n()).collect();
    order.shuffle(&mut seed.stream("order"));
    // large clusters first, so that the small ones can even the sizes out
    order.sort_by_key(|&cluster| std::cmp::Reverse(clusters.rows(cluster).len()));
    let mut folds: Vec<Vec<u32>> = vec![Vec::new(); n_folds];
    for cluster in order {
        let smallest = (0..n_folds).min_by_key(|&fold| folds[fold].len()).unwrap_or(0);
        folds[smallest].extend(clusters.rows(cluster));
    }
    for fold in &mut folds {
        fold.sort_unstable();
    }
    folds
}

/// How uneven a deal is: the largest deviation of a fold's number of outcomes from its share, in units of what is
/// allowed, and 1 more for each fold that lacks an outcome; infinite where a model without two folds would lack one. At
/// most 1 is even.
fn imbalance(table: &Table, folds: &[Vec<u32>]) -> f64 {
    let outcomes: Vec<usize> =
        folds.iter().map(|rows| rows.iter().filter(|&&row| is_outcome(table, row)).count()).collect();
    let with = outcomes.iter().filter(|count| **count > 0).count();
    let without = folds.iter().zip(&outcomes).filter(|(rows, count)| **count < rows.len()).count();
    if with.min(without) < FOLDS_WITH_BOTH {
        return f64::INFINITY;
    }
    let n: usize = folds.iter().map(Vec::len).sum();
    let rate = outcomes.iter().sum::<usize>() as f64 / n as f64;
    let deviations = folds.iter().zip(&outcomes).map(|(rows, &count)| {
        let share = rate * rows.len() as f64;
        let deviation = (share * (1.0 - rate)).sqrt();
        (count as f64 - share).abs() / (IMBALANCE_MAX * share).max(2.0 * deviation)
    });
    let n_lacking = 2 * folds.len() - with - without;
    deviations.fold(0.0, f64::max) + n_lacking as f64
}

fn others_train(dealt: Vec<Vec<u32>>) -> Vec<Fold> {
    (0..dealt.len())
        .map(|fold| {
            let mut train: Vec<u32> = dealt
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != fold)
                .flat_map(|(_, rows)| rows)
                .copied()
                .collect();
            train.sort_unstable();
            Fold { block: 0, test: dealt[fold].clone(), train }
        })
        .collect()
}

fn forward(
    table: &Table,
    times: &[NaiveDate],
    clusters: &Clusters,
    n_folds: usize,
    horizon_days: u32,
    seed: Seed,
) -> Result<Folds> {
    let recur = clusters.n() < clusters.rows.len();
    let n_hands = if recur { n_folds } else { 1 };
    if clusters.n() < n_hands {
        return Err(too_few(clusters.n(), n_hands, "independent subjects"));
    }
    let hands = deal_once(clusters, n_hands, seed.child("hands"));
    let mut hand = vec![usize::MAX; table.n_rows()];
    for (number, rows) in hands.iter().enumerate() {
        rows.iter().for_each(|&row| hand[row as usize] = number);
    }
    let blocks = blocks(times, hands.concat(), n_folds + 1);
    if blocks.len() < 2 {
        return Err(too_few(blocks.len(), 2, "points in time with history"));
    }
    let horizon = chrono::Duration::days(i64::from(horizon_days));
    let (mut parts, mut any_known) = (Vec::new(), false);
    for (number, (begin, rows)) in (0u16..).zip(&blocks).skip(1) {
        let known = blocks[..usize::from(number)].iter().flat_map(|(_, rows)| rows).copied();
        let known: Vec<u32> = known.filter(|&row| times[row as usize] + horizon <= *begin).collect();
        any_known |= !known.is_empty();
        for own in 0..n_hands {
            let of_hand = |row: &u32| hand[*row as usize] == own;
            let test: Vec<u32> = rows.iter().copied().filter(of_hand).collect();
            let train: Vec<u32> = known.iter().copied().filter(|row| n_hands == 1 || !of_hand(row)).collect();
            parts.extend(part(table, number, test, train));
        }
    }
    if parts.is_empty() {
        let message = if any_known {
            "no block of the history has both outcomes among the rows before it, so none can be scored".to_owned()
        } else {
            format!(
                "the history is shorter than the horizon of {horizon_days} days, so no block of it can be scored by the rows before it"
            )
        };
        return Err(Error::new(message).hint("add older history, shorten `horizon` in `outcome`, or remove `time`"));
    }
    Ok(Folds { kind: FoldKind::Forward, parts })
}

/// Rows by time, each block with the day on which it begins; a block ends at the first new day after its share is full.
fn blocks(times: &[NaiveDate], mut rows: Vec<u32>, n_blocks: usize) -> Vec<(NaiveDate, Vec<u32>)> {
    rows.sort_unstable_by_key(|&row| (times[row as usize], row));
    let n = rows.len();
    let mut blocks: Vec<(NaiveDate, Vec<u32>)> = Vec::new();
    for (seen, row) in rows.into_iter().enumerate() {
        let time = times[row as usize];
        let is_new_day =
            blocks.last().and_then(|(_, rows)| rows.last()).is_none_or(|&last| times[last as usize] < time);
        if is_new_day && seen * n_blocks >= n * blocks.len() {
            blocks.push((time, Vec::new()));
        }
        if let Some((_, rows)) = blocks.last_mut() {
            rows.push(row);
        }
    }
    blocks
}

/// A fold, where there is something to score and both outcomes to learn from.
fn part(table: &Table, block: u16, mut test: Vec<u32>, mut train: Vec<u32>) -> Option<Fold> {
    test.sort_unstable();
    train.sort_unstable();
    let outcomes = train.iter().filter(|&&row| is_outcome(table, row)).count();
    (!test.is_empty() && outcomes > 0 && outcomes < train.len()).then_some(Fold { block, test, train })
}

fn too_few(given: usize, expected: usize, of_what: &str) -> Error {
    Error::new(format!("the history has {given} {of_what}, expected at least {expected} to train and validate"))
        .hint("add history, or declare a coarser `entity`")
}

fn too_few_outcomes(table: &Table, clusters: &Clusters) -> Error {
    let n_outcomes = clusters.rows.iter().filter(|&&row| is_outcome(table, row)).count();
    Error::new(format!(
        "the history has {n_outcomes} outcome{} in {} rows ({} independent subjects with the outcome, {} without), \
         expected at least {FOLDS_WITH_BOTH} of either to train and validate",
        if n_outcomes == 1 { "" } else { "s" },
        clusters.rows.len(),
        clusters.n_with(table, true),
        clusters.n_with(table, false),
    ))
    .hint("add older history, or name more levels of the outcome under `adverse`")
}
