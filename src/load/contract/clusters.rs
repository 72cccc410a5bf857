//! Rows that belong together: union-find over ids, entities and rows that are alike.

use std::collections::BTreeSet;

use polars::prelude::{DataFrame, PlHashMap};

use super::super::Settings;
use super::{Rows, cells};
use crate::base::Result;

/// A row is crowded when joining what is alike makes its cluster more than this many times as large.
const CROWD: usize = 5;
/// Where more than this share of the rows is crowded, the rows that make the crowds are not joined.
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

    /// These sets with the rows of each group joined.
    fn with<'a>(&self, groups: impl Iterator<Item = &'a Vec<u32>>) -> Self {
        let mut joined = self.clone();
        for pair in groups.flat_map(|group| group.windows(2)) {
            joined.join(pair[0], pair[1]);
        }
        joined
    }

    /// How many sets some rows are of.
    fn n_among(&self, rows: &[u32]) -> usize {
        let root = |row: &u32| {
            let mut at = *row;
            while self.parent[at as usize] != at {
                at = self.parent[at as usize];
            }
            at
        };
        rows.iter().map(root).collect::<BTreeSet<u32>>().len()
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
    /// Whether a row has so many alike that they were not joined; empty where all that is alike was joined.
    crowded: Vec<bool>,
}

/// Rows of the same id, of the same entity (where it is filled), and groups of rows that are `alike`, chains included.
///
/// Joining what is alike guards against copies: a subject that was exported twice must not help to score itself. Copies
/// come in twos and threes. Where a table has few distinct rows of features, equality says nothing of copies, and
/// joining would be wrong: every fold would be scored by models that never met its levels, folds could not be evened
/// out, and in a table with several rows per id chains would join everything. So where joining makes the clusters of
/// more than a tenth of the rows more than five times as large as ids and entities make them, those that make the crowds
/// are not joined: more than five subjects that are alike, and what would still chain into such a crowd. (A table
/// exported five times over is still joined; three columns of three levels, or one row in nine that is all zeros, are
/// not, and copies beside them are.) The rule looks at features only, so it cannot lean on an outcome.
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
        return Ok(Clusters { sets, clustered, crowded: Vec::new() });
    }
    let joined = sets.with(alike.iter());
    let n_crowded = crowds(&joined, &sets).into_iter().filter(|crowded| *crowded).count();
    if super::words::ratio(n_crowded, rows.keys.len()) <= CROWDED {
        return Ok(Clusters { sets: joined, clustered, crowded: Vec::new() });
    }
    let few: Vec<&Vec<u32>> = alike.iter().filter(|group| sets.n_among(group) <= CROWD).collect();
    let chained = crowds(&sets.with(few.iter().copied()), &sets);
    let copies: Vec<&Vec<u32>> =
        few.into_iter().filter(|group| !group.iter().any(|row| chained[*row as usize])).collect();
    let mut crowded = vec![false; rows.keys.len()];
    alike.iter().flatten().for_each(|row| crowded[*row as usize] = true);
    copies.iter().copied().flatten().for_each(|row| crowded[*row as usize] = false);
    Ok(Clusters { sets: sets.with(copies.into_iter()), clustered, crowded })
}

/// For each row whether its set is more than [`CROWD`] times as large as before.
fn crowds(joined: &Sets, before: &Sets) -> Vec<bool> {
    joined.clone().sizes().iter().zip(before.clone().sizes()).map(|(with, without)| *with > CROWD * without).collect()
}

impl Clusters {
    /// Rows that were not joined to those that are alike.
    pub fn n_crowded(&self) -> usize {
        self.crowded.iter().filter(|crowded| **crowded).count()
    }

    pub fn is_crowded(&self, row: u32) -> bool {
        self.crowded.get(row as usize).copied().unwrap_or(false)
    }

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
