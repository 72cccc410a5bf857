//! Weights of rows that make group and outcome independent.

/// Reweighing: the weight of a row of group g with outcome y is P(g) P(y) / P(g, y), its shares counted over the rows
/// given; `member` and `outcomes` have one entry per row.
///
/// The weighted rate of the outcome is then the same in every group that has rows of either outcome, the weights of
/// each group and of each outcome add up to its number of rows, and all weights are above 0. A group with one outcome
/// only keeps that one: its rows weigh P(y) for lack of the others, and the sum falls short by them.
///
/// Kamiran & Calders (2012), Data preprocessing techniques for classification without discrimination, Knowledge and
/// Information Systems 33, section 4.3.
pub fn weights(member: &[u32], outcomes: &[bool]) -> Vec<f64> {
    let n_groups = member.iter().max().map_or(0, |last| *last as usize + 1);
    let mut cells = vec![[0u64; 2]; n_groups];
    let mut of_outcome = [0u64; 2];
    for (group, outcome) in member.iter().zip(outcomes) {
        cells[*group as usize][usize::from(*outcome)] += 1;
        of_outcome[usize::from(*outcome)] += 1;
    }
    let n = member.len().max(1) as f64;
    let weight = |(group, outcome): (&u32, &bool)| {
        let (cell, outcome) = (cells[*group as usize], usize::from(*outcome));
        (cell[0] + cell[1]) as f64 * of_outcome[outcome] as f64 / (n * cell[outcome].max(1) as f64)
    };
    member.iter().zip(outcomes).map(weight).collect()
}

/// The weighted rate of the outcome in each group; `None` where a group has no weight.
pub fn weighted_rate(member: &[u32], outcomes: &[bool], weights: &[f64]) -> Vec<Option<f64>> {
    let n_groups = member.iter().max().map_or(0, |last| *last as usize + 1);
    let mut sums = vec![(0.0, 0.0); n_groups];
    for ((group, outcome), weight) in member.iter().zip(outcomes).zip(weights) {
        let sum = &mut sums[*group as usize];
        sum.0 += if *outcome { *weight } else { 0.0 };
        sum.1 += weight;
    }
    sums.into_iter().map(|(with, all)| (all > 0.0).then(|| with / all)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn weighed_rates_are_equal_and_the_weight_is_that_of_the_rows(
            rows in prop::collection::vec((0u32..4, any::<bool>()), 1..400),
        ) {
            // every group has either outcome at least once
            let all = (0..4).flat_map(|group| [(group, false), (group, true)]);
            let (member, outcomes): (Vec<u32>, Vec<bool>) = rows.into_iter().chain(all).unzip();
            let weights = weights(&member, &outcomes);
            prop_assert!(weights.iter().all(|weight| *weight > 0.0));
            prop_assert!((weights.iter().sum::<f64>() - member.len() as f64).abs() < 1e-9);
            let rate = outcomes.iter().filter(|outcome| **outcome).count() as f64 / outcomes.len() as f64;
            for of_group in weighted_rate(&member, &outcomes, &weights) {
                prop_assert!((of_group.unwrap() - rate).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn the_paper_s_example_has_its_weights() {
        // Kamiran & Calders 2012, table 3: 5 men of whom 4 are hired, 5 women of whom 2 are
        let member = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
        let outcomes = [true, true, true, true, false, false, false, false, true, true];
        let weights = weights(&member, &outcomes);
        assert!((weights[0] - 0.75).abs() < 1e-12 && (weights[4] - 2.0).abs() < 1e-12);
        assert!((weights[5] - 2.0 / 3.0).abs() < 1e-12 && (weights[8] - 1.5).abs() < 1e-12);
    }

    #[test]
    fn a_group_with_one_outcome_keeps_it() {
        let weights = weights(&[0, 0, 1, 1], &[true, false, true, true]);
        assert_eq!(weights, [0.5 * 4.0 * 0.75, 0.5, 0.75, 0.75]);
    }
}
