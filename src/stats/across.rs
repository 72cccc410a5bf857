//! Areas across groups: how one group's positives rank among the negatives of all others, and the reverse.

use super::rank::{Area, Ranking};

/// The two areas of a group across the border to all others (Borkan, Dixon, Sorensen, Thain & Vasserman 2019).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Across {
    /// Positives of all other groups against negatives of the group: background positive, subgroup negative. Low where
    /// the group's negatives are ranked too high.
    pub bpsn: Option<Area>,
    /// Positives of the group against negatives of all other groups: background negative, subgroup positive. Low where
    /// the group's positives are ranked too low.
    pub bnsp: Option<Area>,
}

/// Both areas of every group with the standard error of DeLong, DeLong & Clarke-Pearson (1988), ties counting half.
///
/// One walk over the ranking for all groups together, O(rows + groups), in whole numbers: what other groups' rows pass
/// between two rows of a group is added when the latter comes. `member` is the group of each row, below `n_groups`.
/// `None` where a class is missing; no standard error with fewer than two rows of a class.
pub fn across(ranking: &Ranking, outcomes: &[bool], member: &[u32], n_groups: usize) -> Vec<Across> {
    if outcomes.len() != ranking.n() || member.len() != ranking.n() {
        return vec![Across::default(); n_groups];
    }
    let mut walks = vec![Walk::default(); n_groups];
    let mut below = Count::default();
    let mut touched: Vec<(u32, Count)> = Vec::new();
    for tie in ranking.ties() {
        touched.clear();
        let mut all = Count::default();
        for row in tie {
            let (group, outcome) = (member[*row as usize], outcomes[*row as usize]);
            all.add(outcome);
            match touched.iter_mut().find(|one| one.0 == group) {
                Some(one) => one.1.add(outcome),
                None => touched.push((group, Count::one(outcome))),
            }
        }
        for (group, own) in &touched {
            if let Some(walk) = walks.get_mut(*group as usize) {
                walk.tie(*own, below, all);
            }
        }
        below.positives += all.positives;
        below.negatives += all.negatives;
    }
    walks.iter_mut().map(|walk| walk.end(below)).collect()
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    positives: u64,
    negatives: u64,
}

impl Count {
    fn one(outcome: bool) -> Self {
        let mut count = Self::default();
        count.add(outcome);
        count
    }

    fn add(&mut self, outcome: bool) {
        self.positives += u64::from(outcome);
        self.negatives += u64::from(!outcome);
    }

    fn less(self, other: Self) -> Self {
        Self { positives: self.positives - other.positives, negatives: self.negatives - other.negatives }
    }
}

/// Placements of some rows among the rows below them of the other class, twice, so that a tie counts 1.
#[derive(Debug, Clone, Copy, Default)]
struct Placements {
    sum: u128,
    squares: u128,
}

impl Placements {
    fn add(&mut self, rows: u64, twice: u64) {
        let moment = u128::from(rows) * u128::from(twice);
        self.sum += moment;
        self.squares += moment * u128::from(twice);
    }

    /// The part of the variance of the area that comes from `rows` rows, each against `others`.
    fn variance(&self, rows: u64, others: u64) -> f64 {
        let (n, scale) = (rows as f64, 2.0 * others as f64);
        let square = u128::from(rows) * self.squares - self.sum * self.sum;
        square as f64 / (scale * scale * n * n * (n - 1.0))
    }
}

/// What one group has seen of the ranking.
#[derive(Debug, Clone, Default)]
struct Walk {
    own: Count,
    /// Rows of other groups that have been placed among the group's.
    others: Count,
    /// Of the group's rows among those of others, by the class of the group's row.
    positives: Placements,
    negatives: Placements,
    /// Of others' rows among the group's.
    other_positives: Placements,
    other_negatives: Placements,
}

impl Walk {
    fn tie(&mut self, own: Count, below: Count, all: Count) {
        let others_below = below.less(self.own);
        self.catch_up(others_below);
        let level = all.less(own);
        self.positives.add(own.positives, 2 * others_below.negatives + level.negatives);
        self.negatives.add(own.negatives, 2 * others_below.positives + level.positives);
        self.other_positives.add(level.positives, 2 * self.own.negatives + own.negatives);
        self.other_negatives.add(level.negatives, 2 * self.own.positives + own.positives);
        self.others = below.less(self.own);
        self.others.positives += level.positives;
        self.others.negatives += level.negatives;
        self.own.positives += own.positives;
        self.own.negatives += own.negatives;
    }

    /// Places others' rows that came since the group's last.
    fn catch_up(&mut self, others_below: Count) {
        let since = others_below.less(self.others);
        self.other_positives.add(since.positives, 2 * self.own.negatives);
        self.other_negatives.add(since.negatives, 2 * self.own.positives);
    }

    fn end(&mut self, all: Count) -> Across {
        let others = all.less(self.own);
        self.catch_up(others);
        let area = |of: &Placements, positives: u64, against: &Placements, negatives: u64| {
            let pairs = 2.0 * positives as f64 * negatives as f64;
            let error = (positives > 1 && negatives > 1)
                .then(|| (of.variance(positives, negatives) + against.variance(negatives, positives)).sqrt());
            (pairs > 0.0).then(|| Area { value: of.sum as f64 / pairs, error })
        };
        Across {
            bpsn: area(&self.other_positives, others.positives, &self.negatives, self.own.negatives),
            bnsp: area(&self.positives, self.own.positives, &self.other_negatives, others.negatives),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::rank::area_ranked;

    /// The area of some rows picked from the others.
    fn picked(scores: &[f64], outcomes: &[bool], pick: impl Fn(usize) -> bool) -> Option<Area> {
        let rows: Vec<usize> = (0..scores.len()).filter(|row| pick(*row)).collect();
        let scores: Vec<f64> = rows.iter().map(|row| scores[*row]).collect();
        let outcomes: Vec<bool> = rows.iter().map(|row| outcomes[*row]).collect();
        area_ranked(&Ranking::new(&scores).unwrap(), &outcomes, None)
    }

    fn agrees(a: Option<Area>, b: Option<Area>) -> bool {
        let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
        match (a, b) {
            (Some(a), Some(b)) => {
                near(a.value, b.value)
                    && a.error.is_some() == b.error.is_some()
                    && a.error.zip(b.error).is_none_or(|(a, b)| near(a, b))
            }
            (a, b) => a.is_none() && b.is_none(),
        }
    }

    proptest! {
        #[test]
        fn one_walk_gives_what_picking_rows_gives(
            rows in prop::collection::vec((0..9_u8, any::<bool>(), 0..4_u32), 1..40),
        ) {
            let scores: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
            let outcomes: Vec<bool> = rows.iter().map(|row| row.1).collect();
            let member: Vec<u32> = rows.iter().map(|row| row.2).collect();
            let walked = across(&Ranking::new(&scores).unwrap(), &outcomes, &member, 4);
            for group in 0..4 {
                let own = |row: usize| member[row] == group;
                let bpsn = picked(&scores, &outcomes, |row| own(row) != outcomes[row]);
                let bnsp = picked(&scores, &outcomes, |row| own(row) == outcomes[row]);
                prop_assert!(agrees(walked[group as usize].bpsn, bpsn), "{:?} {bpsn:?}", walked[group as usize]);
                prop_assert!(agrees(walked[group as usize].bnsp, bnsp), "{:?} {bnsp:?}", walked[group as usize]);
            }
        }
    }
}
