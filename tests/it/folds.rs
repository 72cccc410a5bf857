//! Folds by their laws: nobody is scored by a model that saw him, his household, his copies, or the future.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use trustrisk::base::Seed;
use trustrisk::base::folds::{Fold, FoldKind, Folds};
use trustrisk::base::population::Population;
use trustrisk::features::deal;
use trustrisk::load::{LeftOut, Table};

const N_FOLDS: usize = 5;
const HORIZON: u32 = 30;

fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 1, 1).unwrap() + Days::new(number)
}

/// A table of which only what folds look at is filled in: (cluster, outcome, day) of each history row.
pub fn table(rows: &[(u32, bool, u64)], timed: bool) -> Table {
    let mut numbers: Vec<u32> = rows.iter().map(|row| row.0).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let cluster: Vec<u32> = rows.iter().map(|row| numbers.binary_search(&row.0).unwrap() as u32).collect();
    Table {
        frame: Default::default(),
        columns: Vec::new(),
        id_name: "id".to_owned(),
        ids: (0..rows.len()).map(|row| row.to_string()).collect(),
        time_name: timed.then(|| "day".to_owned()),
        times: timed.then(|| rows.iter().map(|row| day(row.2)).collect()),
        outcome: rows.iter().map(|row| Some(row.1)).collect(),
        population: vec![Population::History; rows.len()],
        cluster,
        n_clusters: numbers.len(),
        clustered: numbers.len() < rows.len(),
        left_out: LeftOut::default(),
        value: None,
    }
}

fn rows() -> impl Strategy<Value = Vec<(u32, bool, u64)>> {
    prop::collection::vec((0u32..60, prop::bool::weighted(0.3), 0u64..400), 60..300)
}

/// What holds of folds of any kind.
fn check(table: &Table, folds: &Folds) {
    let mut scored = vec![0; table.n_rows()];
    for part in &folds.parts {
        part.test.iter().for_each(|row| scored[*row as usize] += 1);
        assert!(part.test.is_sorted() && part.train.is_sorted());
        let is_tested = |cluster: u32| part.test.iter().any(|row| table.cluster[*row as usize] == cluster);
        assert!(part.train.iter().all(|row| !is_tested(table.cluster[*row as usize])), "a cluster straddles a fold");
    }
    assert!(scored.iter().all(|n| *n <= 1), "a row is scored twice");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_folds_score_every_row_once_and_part_no_cluster(rows in rows(), seed: u64) {
        let table = table(&rows, false);
        let Ok(folds) = deal(&table, N_FOLDS, None, Seed(seed)) else { return Ok(()) };
        check(&table, &folds);
        prop_assert_eq!((folds.kind, folds.parts.len()), (FoldKind::Random, N_FOLDS));
        prop_assert!(folds.of_rows(table.n_rows()).iter().all(Option::is_some));
        let largest = (0..60).map(|c| rows.iter().filter(|row| row.0 == c).count()).max().unwrap();
        let sizes: Vec<usize> = folds.parts.iter().map(|part| part.test.len()).collect();
        prop_assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= largest, "{:?}", sizes);
        for part in &folds.parts {
            prop_assert_eq!(part.train.len() + part.test.len(), table.n_rows());
        }
        prop_assert_eq!(&folds, &deal(&table, N_FOLDS, None, Seed(seed)).unwrap());
    }

    #[test]
    fn folds_in_time_learn_only_from_what_was_known_then(rows in rows(), seed: u64) {
        let table = table(&rows, true);
        let Ok(folds) = deal(&table, N_FOLDS, Some(HORIZON), Seed(seed)) else { return Ok(()) };
        check(&table, &folds);
        prop_assert_eq!(folds.kind, FoldKind::Forward);
        let time = |row: &u32| table.times.as_ref().unwrap()[*row as usize];
        for part in &folds.parts {
            let begin = folds.parts.iter().filter(|other| other.block == part.block);
            let begin = begin.flat_map(|other| &other.test).map(time).min().unwrap();
            let known = part.train.iter().map(|row| time(row) + Days::new(HORIZON.into())).max();
            prop_assert!(known.is_some_and(|known| known <= begin), "block {} looks into the future", part.block);
        }
        let first = table.times.as_ref().unwrap().iter().min().unwrap();
        let of_rows = folds.of_rows(table.n_rows());
        let is_first = |row: usize| table.times.as_ref().unwrap()[row] == *first;
        prop_assert!((0..table.n_rows()).all(|row| !is_first(row) || of_rows[row].is_none()), "the first block has no score");
    }

    #[test]
    fn evidence_in_time_is_what_was_known_of_others_by_brute_force(
        rows in rows(),
        recur: bool,
        horizon in 0u32..120,
        seed: u64,
    ) {
        let own = |(number, row): (usize, &(u32, bool, u64))| (if recur { row.0 } else { number as u32 }, row.1, row.2);
        let rows: Vec<(u32, bool, u64)> = rows.iter().enumerate().map(own).collect();
        let table = table(&rows, true);
        let Ok(folds) = deal(&table, N_FOLDS, Some(horizon), Seed(seed)) else { return Ok(()) };
        let of_rows = folds.of_rows(rows.len());
        let n_hands = if recur { N_FOLDS } else { 1 };
        let parts = &folds.parts;
        let block = |fold: usize| (0..parts.len()).filter(move |other| parts[*other].block == parts[fold].block);
        // hands stand in order within a block; one that lost a fold for want of outcomes tells neither them nor its begin
        let hand = |fold: usize| (block(fold).count() == n_hands).then(|| fold - block(fold).next().unwrap());
        for number in 0..folds.parts.len() {
            let Some(own) = hand(number) else { continue };
            let begin = block(number).flat_map(|other| &parts[other].test).map(|row| rows[*row as usize].2).min().unwrap();
            let used: Vec<u32> =
                (0..folds.parts.len()).flat_map(|other| folds.evidence(number, other).into_owned()).collect();
            for (row, (_, _, time)) in (0u32..).zip(&rows) {
                let earlier = of_rows[row as usize].map(usize::from);
                let Some(other) = earlier.filter(|fold| folds.parts[*fold].block < folds.parts[number].block) else {
                    prop_assert!(!used.contains(&row), "fold {} uses row {}, which no earlier fold scored", number, row);
                    continue;
                };
                let Some(hand) = hand(other) else { continue };
                let expected = time + u64::from(horizon) <= begin && (n_hands == 1 || hand != own);
                let n = used.iter().filter(|used| **used == row).count();
                prop_assert_eq!(n, usize::from(expected), "fold {}, row {}", number, row);
            }
        }
    }

    #[test]
    fn evidence_of_random_folds_is_all_that_others_score(rows in rows(), seed: u64) {
        let table = table(&rows, false);
        let Ok(folds) = deal(&table, N_FOLDS, None, Seed(seed)) else { return Ok(()) };
        for (number, part) in folds.parts.iter().enumerate() {
            let mut used: Vec<u32> = (0..N_FOLDS).flat_map(|other| folds.evidence(number, other).into_owned()).collect();
            used.sort_unstable();
            prop_assert_eq!(&used, &part.train);
        }
    }
}

#[test]
fn folds_share_the_outcomes_though_no_row_chooses_its_fold() {
    let rows: Vec<(u32, bool, u64)> = (0..1000).map(|row| (row, row % 10 == 0, 0)).collect();
    for seed in 0..20 {
        let folds = deal(&table(&rows, false), N_FOLDS, None, Seed(seed)).unwrap();
        for part in &folds.parts {
            let n = part.test.iter().filter(|row| rows[**row as usize].1).count();
            assert!((12..=28).contains(&n), "{n} of 100 outcomes in a fifth of the rows");
        }
    }
}

#[test]
fn of_many_deals_the_most_even_is_kept() {
    // four outcomes in five folds never are in all of them, so that every draw is made; one draw in five parts them
    let rows: Vec<(u32, bool, u64)> = (0..60).map(|row| (row, row % 15 == 0, 0)).collect();
    for seed in 0..30 {
        let folds = deal(&table(&rows, false), N_FOLDS, None, Seed(seed)).unwrap();
        let n = |part: &Fold| part.test.iter().filter(|row| rows[**row as usize].1).count();
        let mut outcomes: Vec<usize> = folds.parts.iter().map(n).collect();
        outcomes.sort_unstable();
        assert_eq!(outcomes, [0, 1, 1, 1, 1], "seed {seed}");
    }
}

#[test]
fn a_model_without_two_folds_sees_both_outcomes_or_none_is_fitted() {
    for n_outcomes in 0..60u32 {
        let rows: Vec<(u32, bool, u64)> = (0..60).map(|row| (row, row < n_outcomes, 0)).collect();
        let dealt = deal(&table(&rows, false), N_FOLDS, None, Seed(u64::from(n_outcomes)));
        let Ok(folds) = dealt else {
            assert!(!(3..=57).contains(&n_outcomes));
            continue;
        };
        assert!((3..=57).contains(&n_outcomes));
        for a in 0..N_FOLDS {
            for b in 0..a {
                let rest = folds.parts[a].train.iter().filter(|row| folds.parts[b].train.contains(row));
                let outcomes: Vec<bool> = rest.map(|row| rows[*row as usize].1).collect();
                assert!(outcomes.contains(&true) && outcomes.contains(&false), "{n_outcomes} outcomes");
            }
        }
    }
    let rows: Vec<(u32, bool, u64)> = (0..60).map(|row| (row, row % 40 == 7, 0)).collect();
    assert_eq!(
        deal(&table(&rows, false), N_FOLDS, None, Seed(1)).unwrap_err().to_string(),
        "the history has 2 outcomes in 60 rows (2 independent subjects with the outcome, 58 without), expected at least \
         3 of either to train and validate\n\
         hint: add older history, or name more levels of the outcome under `adverse`"
    );
}

#[test]
fn too_little_history_is_told() {
    let few = deal(&table(&[(0, true, 0), (1, false, 0)], false), N_FOLDS, None, Seed(1)).unwrap_err();
    assert_eq!(
        few.to_string(),
        "the history has 2 independent subjects, expected at least 5 to train and validate\n\
         hint: add history, or declare a coarser `entity`"
    );
    let rows: Vec<(u32, bool, u64)> = (0..100).map(|row| (row, row % 2 == 0, 7)).collect();
    let one_day = deal(&table(&rows, true), N_FOLDS, None, Seed(1)).unwrap_err();
    assert!(one_day.to_string().starts_with("the history has 1 points in time with history"), "{one_day}");
    let rows: Vec<(u32, bool, u64)> = (0..100).map(|row| (row, row >= 98, row.into())).collect();
    let late = deal(&table(&rows, true), N_FOLDS, Some(0), Seed(1)).unwrap_err();
    assert!(
        late.to_string().starts_with("no block of the history has both outcomes among the rows before it"),
        "{late}"
    );
}
