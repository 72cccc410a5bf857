//! A cut of its own for every group, so that choice is equal; never a lottery.
//!
//! Hardt, Price & Srebro (2016), Equality of opportunity in supervised learning, NeurIPS: parities are reached exactly by
//! cuts per group that are drawn between. Whoever is selected by a draw cannot be told why, so here nothing is drawn:
//! equals of a group are treated alike, and what cannot be reached is the gap that remains.

/// What is to be equal between groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Parity {
    /// Demographic parity: every group is selected at the rate of all as it is, as near as its numbers allow.
    SelectionRate,
    /// Likewise, and in all never more are selected than as it is.
    Capacity,
    /// Equal opportunity: of those with the outcome, every group is selected at the rate of all as it is.
    TruePositiveRate,
}

/// Whom cuts are set on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Person {
    pub risk: f64,
    pub group: u32,
    /// Needed for [`Parity::TruePositiveRate`] only; `None` where it is open.
    pub outcome: Option<bool>,
}

/// Above every risk, so that nobody is selected.
const NOBODY: f64 = 2.0;

/// The lowest risk that is selected in each of `n_groups`, by which `parity` holds between groups of at least
/// `least` people whom it can speak of; the others keep `cut`, the common one.
///
/// Without ties a group's number differs by less than one person from what parity asks. Of people of the same risk and
/// group all are selected or none: the nearer of the two, for a capacity none. A capacity's remainder goes to the
/// groups that miss most, one person each (largest remainders; of equals to the first).
pub fn group_cuts(people: &[Person], n_groups: usize, cut: f64, parity: Parity, least: usize) -> Vec<f64> {
    cuts(people, n_groups, cut, parity, least, 1.0)
}

/// The same, only a `share` of the way: every group's rate lies so far between what it is under the common cut (0) and
/// parity (1).
pub fn on_the_way(
    people: &[Person],
    n_groups: usize,
    cut: f64,
    (parity, share): (Parity, f64),
    least: usize,
) -> Vec<f64> {
    cuts(people, n_groups, cut, parity, least, share)
}

fn cuts(people: &[Person], n_groups: usize, cut: f64, parity: Parity, least: usize, share: f64) -> Vec<f64> {
    let mut risks: Vec<Vec<f64>> = vec![Vec::new(); n_groups];
    for person in people.iter().filter(|person| counts(person, parity)) {
        risks[person.group as usize].push(person.risk);
    }
    risks.iter_mut().for_each(|risks| risks.sort_unstable_by(|a, b| b.total_cmp(a)));
    let is_spoken_of: Vec<bool> = risks.iter().map(|risks| risks.len() >= least.max(1)).collect();
    let selected: Vec<usize> = risks.iter().map(|risks| risks.partition_point(|risk| *risk >= cut)).collect();
    let spoken = || (0..n_groups).filter(|group| is_spoken_of[*group]);
    let n: usize = spoken().map(|group| risks[group].len()).sum();
    let n_selected: usize = spoken().map(|group| selected[group]).sum();
    let rate = n_selected as f64 / n.max(1) as f64;
    let wanted = |group: usize| selected[group] as f64 * (1.0 - share) + rate * risks[group].len() as f64 * share;
    let mut numbers: Vec<usize> = (0..n_groups).map(|group| wanted(group).round() as usize).collect();
    if parity == Parity::Capacity {
        let groups: Vec<usize> = spoken().collect();
        let remainders = largest_remainders(&groups.iter().map(|group| wanted(*group)).collect::<Vec<_>>(), n_selected);
        groups.iter().zip(remainders).for_each(|(group, number)| numbers[*group] = number);
    }
    let may_round_up = parity != Parity::Capacity;
    let of_group = |group: usize| match is_spoken_of[group] {
        true if share == 0.0 => cut,
        true => cut_of(&risks[group], numbers[group], may_round_up),
        false => cut,
    };
    (0..n_groups).map(of_group).collect()
}

/// Whether parity speaks of a person.
fn counts(person: &Person, parity: Parity) -> bool {
    parity != Parity::TruePositiveRate || person.outcome == Some(true)
}

/// Whole numbers that add up to `total` at most, each its wanted one rounded down or up.
fn largest_remainders(wanted: &[f64], total: usize) -> Vec<usize> {
    // what lies a rounding error below a whole number is that number
    let whole = |wanted: f64| (wanted + 1e-9).floor();
    let mut numbers: Vec<usize> = wanted.iter().map(|wanted| whole(*wanted) as usize).collect();
    let left = total.saturating_sub(numbers.iter().sum());
    let mut order: Vec<usize> = (0..wanted.len()).filter(|at| wanted[*at] - whole(wanted[*at]) > 1e-9).collect();
    let remainder = |at: &usize| wanted[*at] - whole(wanted[*at]);
    order.sort_by(|a, b| remainder(b).total_cmp(&remainder(a)).then(a.cmp(b)));
    order.into_iter().take(left).for_each(|at| numbers[at] += 1);
    numbers
}

/// The lowest risk by which, of falling `risks`, so many are selected; where equals stand there, the nearer number.
fn cut_of(risks: &[f64], n: usize, may_round_up: bool) -> f64 {
    let Some(last) = n.checked_sub(1).and_then(|at| risks.get(at)).or_else(|| risks.last().filter(|_| n > 0)) else {
        return NOBODY;
    };
    let above = risks.partition_point(|risk| risk > last);
    let with = risks.partition_point(|risk| risk >= last);
    if with <= n || (may_round_up && with - n <= n - above) {
        return *last;
    }
    above.checked_sub(1).map_or(NOBODY, |at| risks[at])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// People without ties.
    fn people() -> impl Strategy<Value = Vec<Person>> {
        prop::collection::vec((0u32..3, any::<bool>(), 0.0f64..1.0), 20..300).prop_map(|rows| {
            let person = |(at, (group, outcome, risk)): (usize, (u32, bool, f64))| {
                let risk = ((risk * 1000.0).floor() * 300.0 + at as f64) / 300_000.0;
                Person { risk, group, outcome: Some(outcome) }
            };
            rows.into_iter().enumerate().map(person).collect()
        })
    }

    fn tally(people: &[Person], cuts: &[f64], group: u32, parity: Parity) -> (usize, usize) {
        let of_group = || people.iter().filter(move |person| person.group == group && counts(person, parity));
        (of_group().filter(|person| person.risk >= cuts[group as usize]).count(), of_group().count())
    }

    fn rate(people: &[Person], cut: f64, parity: Parity) -> f64 {
        let spoken: Vec<&Person> = people.iter().filter(|person| counts(person, parity)).collect();
        spoken.iter().filter(|person| person.risk >= cut).count() as f64 / spoken.len().max(1) as f64
    }

    proptest! {
        #[test]
        fn parity_is_reached_within_one_person_of_every_group(people in people(), cut in 0.05f64..0.95) {
            for parity in [Parity::SelectionRate, Parity::Capacity, Parity::TruePositiveRate] {
                let cuts = group_cuts(&people, 3, cut, parity, 1);
                let rate = rate(&people, cut, parity);
                for group in 0..3 {
                    let (selected, n) = tally(&people, &cuts, group, parity);
                    prop_assert!((selected as f64 - rate * n as f64).abs() < 1.0, "{parity:?}: {selected} of {n}, {rate}");
                }
                if parity == Parity::Capacity {
                    let n: usize = (0..3).map(|group| tally(&people, &cuts, group, parity).0).sum();
                    prop_assert_eq!(n, people.iter().filter(|person| person.risk >= cut).count());
                }
            }
        }

        #[test]
        fn the_way_to_parity_only_narrows_the_gap(people in people(), cut in 0.05f64..0.95) {
            for parity in [Parity::SelectionRate, Parity::TruePositiveRate] {
                let excess = |share: f64| {
                    let cuts = on_the_way(&people, 3, cut, (parity, share), 1);
                    let rate = rate(&people, cut, parity);
                    (0..3).map(|group| {
                        let (selected, n) = tally(&people, &cuts, group, parity);
                        (selected as f64 - rate * n as f64).abs()
                    }).collect::<Vec<f64>>()
                };
                let mut last = vec![f64::INFINITY; 3];
                for step in 0..=8 {
                    let next = excess(f64::from(step) / 8.0);
                    // every group comes nearer to parity, but for the half person that rounding may take back
                    for (next, last) in next.iter().zip(&last) {
                        prop_assert!(*next <= last.max(0.5) + 1e-9, "{next} after {last}");
                    }
                    last = next;
                }
            }
        }

        #[test]
        fn equals_of_a_group_are_treated_alike_and_a_capacity_is_kept(
            rows in prop::collection::vec((0u32..3, 0u32..6), 10..120), cut in 0u32..6,
        ) {
            let person = |(group, risk): (u32, u32)| Person { risk: f64::from(risk) / 6.0, group, outcome: None };
            let people: Vec<Person> = rows.into_iter().map(person).collect();
            let cut = f64::from(cut) / 6.0;
            let cuts = group_cuts(&people, 3, cut, Parity::Capacity, 1);
            let selected = |of: &dyn Fn(&Person) -> f64| people.iter().filter(|person| person.risk >= of(person)).count();
            prop_assert!(selected(&|person| cuts[person.group as usize]) <= selected(&|_| cut));
        }
    }

    #[test]
    fn too_small_a_group_and_one_without_outcomes_keep_the_common_cut() {
        let person = |(at, group): (usize, u32)| Person { risk: at as f64 / 20.0, group, outcome: Some(group == 0) };
        let people: Vec<Person> = [0, 0, 0, 0, 0, 0, 1, 1, 1, 2].into_iter().enumerate().map(person).collect();
        let cuts = group_cuts(&people, 3, 0.3, Parity::SelectionRate, 3);
        assert!(cuts[0] < 0.3 && cuts[1] > 0.3 && cuts[2] == 0.3);
        let cuts = group_cuts(&people, 3, 0.1, Parity::TruePositiveRate, 1);
        assert!(cuts[1] == 0.1 && cuts[2] == 0.1);
        assert!(group_cuts(&[], 2, 0.4, Parity::Capacity, 1).iter().all(|cut| *cut == 0.4));
    }

    #[test]
    fn nobody_is_selected_where_nobody_is_to_be() {
        assert_eq!(cut_of(&[0.9, 0.8], 0, true), NOBODY);
        assert_eq!(cut_of(&[0.9, 0.8, 0.8, 0.8], 2, false), 0.9);
        assert_eq!(cut_of(&[0.8, 0.8, 0.8, 0.1], 2, true), 0.8);
        assert_eq!(cut_of(&[0.8, 0.8, 0.8, 0.1], 1, true), NOBODY);
    }
}
