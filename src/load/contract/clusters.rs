//! Rows that belong together: union-find over ids, entities and rows that are alike.

use polars::prelude::{DataFrame, PlHashMap};

use super::super::Settings;
use super::{Rows, cells};
use crate::base::Result;

/// A row is crowded when joining what is alike makes its cluster more than this many times as large.
const CROWD: usize = 5;
/// Where more than this share of the rows is crowded, nothing that is alike is joined.
const CROWDED: f64 = 0.1;

/// Disjoint sets of rows; the smallest row of a set stands for it.
#[derive(Clone)]
struct Sets {
    parent: Vec<u32>,
}

impl Sets {
    fn new(n_rows: u32) -> Self {
        Self { parent: (0..n_rows).collect() }
    }

    fn find(&mut self, row: u32) -> u32 {
        let mut at = row;
        while self.parent[at as usize] != at {
            let up = self.parent[at as usize];
            self.parent[at as usize] = self.parent[up as usize];
            at = self.parent[at as usize];
        }
        at
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        self.parent[a.max(b) as usize] = a.min(b);
    }

    /// For each row the size of its set.
    fn sizes(&mut self) -> Vec<usize> {
        let roots: Vec<usize> = (0u32..).take(self.parent.len()).map(|row| self.find(row) as usize).collect();
        let mut size = vec![0; roots.len()];
        for root in &roots {
            size[*root] += 1;
        }
        roots.into_iter().map(|root| size[root]).collect()
    }
}

/// Which rows belong together.
pub struct Clusters {
    sets: Sets,
    /// Whether ids or entities repeat.
    pub clustered: bool,
    /// Rows that have so many alike that none were joined; 0 where what is alike was joined.
    pub n_crowded: usize,
}

/// Rows of the same id, of the same entity (where it is filled), and groups of rows that are `alike`, chains included.
///
/// Joining what is alike guards against copies: a subject that was exported twice must not help to score itself. Copies
/// come in twos and threes. Where a table has few distinct rows of features, equality says nothing of copies, and
/// joining would be wrong: every fold would be scored by models that never met its levels, folds could not be evened
/// out, and in a table with several rows per id chains would join everything. So where joining makes the clusters of
/// more than a tenth of the rows more than five times as large as ids and entities make them, none are joined. (A table
/// exported five times over is still joined; three columns of three levels, or one row in nine that is all zeros, are
/// not.) The rule looks at features only, so it cannot lean on an outcome.
///
/// # Errors
/// polars cannot read what it made itself.
pub fn join(frame: &DataFrame, rows: &Rows, alike: &[Vec<u32>], settings: &Settings) -> Result<Clusters> {
    let mut sets = Sets::new(super::keys::row_index(rows.keys.len()));
    for pair in rows.keys.order.windows(2).filter(|pair| rows.keys.same_id(pair[0], pair[1])) {
        sets.join(pair[0], pair[1]);
    }
    let mut clustered = rows.keys.repeated;
    if let Some(entity) = settings.entity.as_ref().and_then(|name| frame.column(name).ok()) {
        let blank = entity.is_null();
        let mut first: PlHashMap<u64, u32> = PlHashMap::default();
        for ((row, hash), blank) in (0u32..).zip(cells::hashes(entity)?).zip(blank.iter()) {
            if blank == Some(true) {
                continue;
            }
            let before = *first.entry(hash).or_insert(row);
            clustered |= before != row;
            sets.join(before, row);
        }
    }
    if alike.is_empty() {
        return Ok(Clusters { sets, clustered, n_crowded: 0 });
    }
    let mut joined = sets.clone();
    for pair in alike.iter().flat_map(|group| group.windows(2)) {
        joined.join(pair[0], pair[1]);
    }
    let n_crowded = joined.sizes().iter().zip(sets.sizes()).filter(|(with, without)| **with > CROWD * without).count();
    let crowded = super::words::ratio(n_crowded, rows.keys.len()) > CROWDED;
    Ok(if crowded {
        Clusters { sets, clustered, n_crowded }
    } else {
        Clusters { sets: joined, clustered, n_crowded: 0 }
    })
}

impl Clusters {
    /// The cluster of each row of `order`, and their number. Clusters are numbered in the order in which they are met.
    pub fn numbered(&mut self, order: &[u32]) -> (Vec<u32>, usize) {
        let mut number = vec![u32::MAX; self.sets.parent.len()];
        let mut n = 0u32;
        let of_row = order.iter().map(|row| {
            let root = self.sets.find(*row) as usize;
            if number[root] == u32::MAX {
                number[root] = n;
                n += 1;
            }
            number[root]
        });
        (of_row.collect(), n as usize)
    }
}
