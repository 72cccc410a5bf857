//! Leaf values of an oblivious tree that follow the directions of its questions, exactly.

use crate::base::units::Direction;

/// Sweeps that pool; what is then still out of order is lifted.
const SWEEPS_MAX: usize = 32;

/// Moves values as little as the directions ask for: where two leaves that differ in one directed question only are out
/// of order, both get their mean, weighted. One such question takes one sweep, which is then the least squares fit; with
/// several, pooling one pair can part another, and what a few sweeps leave is mended by lifting the upper leaf.
/// Several questions about one column need no more: numbers between two cuts differ from those below or above in one
/// question.
pub(super) fn make_monotone(values: &mut [f64], weights: &[f64], directions: &[Option<Direction>]) {
    for _ in 0..SWEEPS_MAX {
        let mut is_done = true;
        for (low, high) in pairs(values.len(), directions) {
            if values[low] > values[high] {
                let weight = weights[low] + weights[high];
                let mean = (values[low] * weights[low] + values[high] * weights[high]) / weight;
                (values[low], values[high]) = (mean, mean);
                is_done = false;
            }
        }
        if is_done {
            return;
        }
    }
    for (low, high) in pairs(values.len(), directions) {
        values[high] = values[high].max(values[low]);
    }
}

/// Pairs of leaves that differ in one directed question, question by question: first the one that may not be above.
fn pairs(n_leaves: usize, directions: &[Option<Direction>]) -> impl Iterator<Item = (usize, usize)> {
    let directed = directions.iter().enumerate().filter_map(|(level, direction)| direction.map(|is| (level, is)));
    directed.flat_map(move |(level, direction)| {
        let lefts = (0..n_leaves).filter(move |leaf| leaf >> level & 1 == 0);
        lefts.map(move |left| match direction {
            Direction::Increasing => (left, left | 1 << level),
            Direction::Decreasing => (left | 1 << level, left),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_question_pools_each_pair_out_of_order() {
        let mut values = [3.0, 1.0, 0.0, 2.0];
        make_monotone(&mut values, &[1.0, 3.0, 1.0, 1.0], &[Some(Direction::Increasing), None]);
        assert_eq!(values, [1.5, 1.5, 0.0, 2.0]);
    }

    proptest! {
        #[test]
        fn values_are_monotone_in_every_directed_question(
            leaves in proptest::collection::vec((-1.0..1.0f64, 0.1..9.0f64), 32),
            directions in proptest::collection::vec(0..3u8, 5),
        ) {
            let (mut values, weights): (Vec<f64>, Vec<f64>) = leaves.into_iter().unzip();
            let direction = |number| [None, Some(Direction::Increasing), Some(Direction::Decreasing)][usize::from(number)];
            let directions: Vec<Option<Direction>> = directions.into_iter().map(direction).collect();
            let before = values.clone();
            make_monotone(&mut values, &weights, &directions);
            for (low, high) in pairs(32, &directions) {
                prop_assert!(values[low] <= values[high]);
            }
            if pairs(32, &directions).all(|(low, high)| before[low] <= before[high]) {
                prop_assert_eq!(before, values);
            }
        }
    }
}
