//! Rows that belong together: union-find over ids, entities and copies.

use polars::prelude::{DataFrame, PlHashMap};

use super::super::Settings;
use super::{Rows, cells};
use crate::base::Result;

/// Disjoint sets of rows; the smallest row of a set stands for it.
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
}

/// The cluster of each row and their number.
pub struct Clusters {
    pub of_row: Vec<u32>,
    pub n: usize,
    /// Whether ids or entities repeat.
    pub clustered: bool,
}

/// Rows of the same id, of the same entity (where it is filled), and `copies` of one another, chains included.
/// Clusters are numbered in the order in which `order` meets them.
///
/// # Errors
/// polars cannot read what it made itself.
pub fn join(
    frame: &DataFrame,
    rows: &Rows,
    copies: &[Vec<u32>],
    settings: &Settings,
    order: &[u32],
) -> Result<Clusters> {
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
    for group in copies {
        for pair in group.windows(2) {
            sets.join(pair[0], pair[1]);
        }
    }
    let mut number = vec![u32::MAX; rows.keys.len()];
    let mut n = 0u32;
    let of_row = order.iter().map(|row| {
        let root = sets.find(*row) as usize;
        if number[root] == u32::MAX {
            number[root] = n;
            n += 1;
        }
        number[root]
    });
    let of_row = of_row.collect();
    Ok(Clusters { of_row, n: n as usize, clustered })
}
