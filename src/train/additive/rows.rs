//! The rows of one fit, dealt to bags: every row is held out by one bag.

use std::ops::Range;

use rand::seq::SliceRandom;

use crate::base::Seed;
use crate::train::Weigh;

/// Rows of a fit, those that the first bag holds out first, and so on.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    /// Places in the design.
    pub rows: Vec<u32>,
    pub outcomes: Vec<bool>,
    /// What each row counts for; 1 where rows are not weighed.
    pub weights: Vec<f32>,
    /// Whether a row does not belong with the one before: rows of a cluster follow one another.
    pub begins_cluster: Vec<bool>,
    /// Where the rows that each bag holds out begin, and the number of rows at the end.
    begins: Vec<usize>,
}

impl Rows {
    /// Deals clusters of rows to at most `n_bags`, so that about equally many rows of either outcome are held out by all
    /// (equally many, give or take one, where every row is a cluster). Were rows that belong together dealt apart, those
    /// held out would be told well for their twins' sake, and nothing would stop boosting.
    pub(super) fn deal(rows: &[u32], outcomes: &[bool], cluster: &[u32], n_bags: usize, seed: Seed) -> Self {
        let of = |place: usize| cluster.get(rows[place] as usize).copied().unwrap_or(rows[place]);
        let mut places: Vec<usize> = (0..rows.len()).collect();
        places.sort_by_key(|&place| of(place));
        let clusters = places.chunk_by(|&one, &other| of(one) == of(other));
        let (mut order, mut without): (Vec<&[usize]>, Vec<&[usize]>) =
            clusters.partition(|places| places.iter().any(|&place| outcomes[place]));
        let mut stream = seed.stream("bags");
        order.shuffle(&mut stream);
        without.shuffle(&mut stream);
        order.extend(without);
        let mut bags: Vec<Vec<usize>> = vec![Vec::new(); n_bags.min(order.len()).max(2)];
        for places in order {
            let smallest = (0..bags.len()).min_by_key(|&bag| bags[bag].len()).unwrap_or(0);
            bags[smallest].extend(places);
        }
        let mut begins = vec![0];
        for bag in &bags {
            begins.push(begins.last().unwrap_or(&0) + bag.len());
        }
        let places = bags.concat();
        let before = [None].into_iter().chain(places.iter().map(|&place| Some(of(place))));
        Self {
            rows: places.iter().map(|&place| rows[place]).collect(),
            outcomes: places.iter().map(|&place| outcomes[place]).collect(),
            weights: vec![1.0; places.len()],
            begins_cluster: places.iter().zip(before).map(|(&place, before)| before != Some(of(place))).collect(),
            begins,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn n_bags(&self) -> usize {
        self.begins.len() - 1
    }

    /// The places here of the rows that a bag holds out.
    pub(super) fn held(&self, bag: usize) -> Range<usize> {
        self.begins[bag]..self.begins[bag + 1]
    }

    /// The places here of the rows that a bag learns from.
    pub(super) fn learned(&self, bag: usize) -> [Range<usize>; 2] {
        [0..self.begins[bag], self.begins[bag + 1]..self.len()]
    }

    /// The share of all rows that a bag learns from.
    pub(super) fn learned_share(&self) -> f64 {
        1.0 - 1.0 / self.n_bags() as f64
    }

    pub(super) fn has_both_outcomes(&self) -> bool {
        self.outcomes.iter().any(|outcome| *outcome) && !self.outcomes.iter().all(|outcome| *outcome)
    }

    /// The same rows with weights, as `weigh` tells them of rows of the design.
    pub(super) fn weighed(mut self, weigh: Weigh<'_>) -> Self {
        self.weights = weigh(&self.rows).into_iter().map(|weight| weight as f32).collect();
        self
    }

    /// Log-odds of the outcome's rate, half a row of either outcome added so that they are finite.
    pub(super) fn log_odds(&self) -> f64 {
        let weight = |of: bool| {
            let rows = self.outcomes.iter().zip(&self.weights).filter(|(outcome, _)| **outcome == of);
            rows.map(|(_, weight)| f64::from(*weight)).sum::<f64>()
        };
        ((weight(true) + 0.5) / (weight(false) + 0.5)).ln()
    }
}
