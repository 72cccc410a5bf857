//! Plans against brute force over all choices.

use proptest::prelude::*;

use super::game::Game;
use super::search::{self, Found, Limit};
use super::{Proof, separate};
use crate::base::Seed;

/// Sums of the same numbers in another order.
const SAME: f64 = 1e-9;

/// Numbers in 0..1 that depend on their place only.
fn chance(case: u32, column: usize, choice: usize) -> f64 {
    (Seed(u64::from(case)).hash(format!("{column} {choice}").as_bytes()) >> 11) as f64 / (1u64 << 53) as f64
}

/// Columns of so many values: what they say falls with what they cost, more or less; half of the costs are whole.
fn game(case: u32, n_columns: usize, n_choices: usize, pairs: &[[usize; 2]]) -> Game {
    let single = |column: usize| {
        let slope = chance(case, column, 900) / n_choices as f64;
        let say = |choice: usize| 0.2 * chance(case, column, choice) - slope * choice as f64;
        (0..n_choices).map(say).collect()
    };
    let cost = |column: usize| {
        let step = 0.5 + chance(case, column, 901) * 3.0;
        let step = if column.is_multiple_of(2) { step.ceil() } else { step };
        (0..n_choices).map(|choice| step * choice as f64).collect()
    };
    let say = |[first, second]: [usize; 2], a: usize, b: usize| 0.4 * chance(case, first * 50 + second, a * 1000 + b);
    Game::of_tables((0..n_columns).map(single).collect(), (0..n_columns).map(cost).collect(), pairs, say)
}

/// (cost, margin) of the best plan of at most so many changes, over all that there are.
struct Brute {
    /// By number of changes, the cheapest that comes below.
    cheapest: [Option<f64>; 4],
    /// By number of changes.
    lowest: [f64; 4],
}

fn brute(game: &Game, below: f64) -> Brute {
    let mut brute = Brute { cheapest: [None; 4], lowest: [f64::INFINITY; 4] };
    let n = game.n_columns();
    let mut choices = vec![0; n];
    visit(game, 0, 3, &mut choices, &mut |choices| {
        let n_changes = choices.iter().filter(|choice| **choice > 0).count();
        let cost: f64 = choices.iter().enumerate().map(|(column, choice)| game.costs[column][*choice]).sum();
        let margin = game.margin(choices);
        for at_most in n_changes..4 {
            brute.lowest[at_most] = brute.lowest[at_most].min(margin);
            if margin < below && brute.cheapest[at_most].is_none_or(|cheapest| cost < cheapest) {
                brute.cheapest[at_most] = Some(cost);
            }
        }
    });
    brute
}

fn visit(game: &Game, column: usize, left: usize, choices: &mut Vec<usize>, tell: &mut dyn FnMut(&[usize])) {
    if column == choices.len() {
        return tell(choices);
    }
    visit(game, column + 1, left, choices, tell);
    if left > 0 {
        for choice in 1..game.n_choices(column) {
            choices[column] = choice;
            visit(game, column + 1, left - 1, choices, tell);
        }
        choices[column] = 0;
    }
}

fn n_changes(found: &Found) -> usize {
    found.choices.iter().filter(|choice| **choice > 0).count()
}

/// The plan of at most so many changes that is told.
fn told(plans: &[Found], at_most: usize) -> Option<&Found> {
    plans.iter().rev().find(|found| n_changes(found) <= at_most)
}

fn are_exact(game: &Game, below: f64, plans: &[Found]) {
    let brute = brute(game, below);
    for at_most in 1..=3 {
        match (told(plans, at_most), brute.cheapest[at_most]) {
            (Some(found), Some(cheapest)) => {
                assert!(found.reaches && (found.cost - cheapest).abs() < SAME, "{found:?}: {cheapest}");
                assert_eq!(found.proof, Proof::Optimal);
                assert!((game.margin(&found.choices) - found.margin).abs() < SAME && found.margin < below);
            }
            (Some(found), None) => {
                assert!((found.margin - brute.lowest[at_most]).abs() < SAME, "{found:?}: {}", brute.lowest[at_most]);
                assert_eq!(found.proof, Proof::NoneExists);
            }
            // below already, or nothing lowers it
            (None, _) => assert!(brute.lowest[0] < below || brute.lowest[0] - brute.lowest[at_most] < SAME),
        }
    }
    assert!(plans.windows(2).all(|pair| n_changes(&pair[0]) < n_changes(&pair[1])));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn columns_that_speak_for_themselves_are_exact(
        case in 0u32..100_000, n_columns in 1usize..6, n_choices in 1usize..25, share in 0.0f64..3.0,
    ) {
        let game = game(case, n_columns, n_choices, &[]);
        let below = game.margin(&vec![0; n_columns]) - 0.7 * share;
        are_exact(&game, below, &separate::plans(&game, below));
    }

    #[test]
    fn a_search_that_ends_early_says_how_much_better_a_plan_could_be(
        case in 0u32..100_000, n_columns in 2usize..6, n_choices in 2usize..8, share in 0.0f64..2.0, n_bounds in 0u64..400, n_steps in 1u64..20_000,
    ) {
        let game = game(case, n_columns, n_choices, &[[0, 1]]);
        let below = game.margin(&vec![0; n_columns]) - 0.7 * share;
        let brute = brute(&game, below);
        let plans = search::plans(&game, Limit { below, n_bounds, n_steps });
        for found in &plans {
            let at_most = n_changes(found);
            let gap = if let Proof::BestFound(gap) = found.proof { gap } else { 0.0 };
            prop_assert!(gap >= 0.0);
            if found.reaches {
                prop_assert_ne!(found.proof, Proof::NoneExists);
                prop_assert!(found.cost - gap <= brute.cheapest[at_most].unwrap() + SAME, "{:?}: {:?}", found, brute.cheapest);
            } else {
                prop_assert_ne!(found.proof, Proof::Optimal);
                let is_proven = found.proof == Proof::NoneExists;
                prop_assert!(!is_proven || brute.cheapest[at_most].is_none());
                prop_assert!(found.margin - gap <= brute.lowest[at_most] + SAME, "{:?}: {:?}", found, brute.lowest);
            }
        }
    }

    #[test]
    fn a_search_with_room_enough_is_exact(case in 0u32..100_000, n_choices in 2usize..6, share in 0.0f64..2.0) {
        let game = game(case, 4, n_choices, &[[0, 1], [2, 3]]);
        let below = game.margin(&[0; 4]) - 0.7 * share;
        are_exact(&game, below, &search::plans(&game, Limit::of(below, 1)));
    }
}

/// Of 200 values of each of three columns there are 8 million plans.
#[test]
fn many_values_leave_nothing_open() {
    let game = game(7, 3, 200, &[]);
    let start = game.margin(&[0; 3]);
    for share in [0.4, 0.9, 1.4, 9.0] {
        are_exact(&game, start - share, &separate::plans(&game, start - share));
    }
    let large = self::game(11, 30, 1_000, &[]);
    let start = large.margin(&[0; 30]);
    for share in [0.5, 1.0, 2.0, 9.0] {
        let proofs: Vec<Proof> = separate::plans(&large, start - share).iter().map(|found| found.proof).collect();
        assert!(!proofs.is_empty() && proofs.iter().all(|proof| !matches!(proof, Proof::BestFound(_))), "{proofs:?}");
    }
}

/// Whatever the number of columns, no more bounds are told than there may be.
#[test]
fn the_work_of_a_search_is_bounded() {
    let pairs: Vec<[usize; 2]> = (1..150).map(|second| [second - 1, second]).collect();
    let game = game(3, 150, 12, &pairs);
    let start = game.margin(&[0; 150]);
    for (n_bounds, n_steps) in [(300, u64::MAX), (u64::MAX, 100_000)] {
        // sets of three alone are half a million, a bound looks at some 10,000 nodes
        let limit = Limit { below: start - 9.0, n_bounds, n_steps };
        let (plans, n_told) = search::plans_and_work(&game, limit);
        assert!(plans.iter().any(|found| matches!(found.proof, Proof::BestFound(_))), "{plans:?}");
        assert!(n_told.iter().all(|told| *told <= 300), "{n_told:?}");
    }
}
