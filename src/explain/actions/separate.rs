//! The best plans where every column that can be changed speaks for itself: always exact.
//!
//! The margin falls by the sum of what the changes gain. Of a column only those values matter that gain more than all
//! cheaper ones. They stand by cost in one list, and beside each stand the three columns that gain most with what is in
//! the list so far: so it is seen at once whether a change can be completed by cheaper ones, and the cheapest that
//! completes it is found by halving. Three changes of columns with n values in all take n² such looks at most, and far
//! fewer where what a change costs says how much it can gain.

use std::collections::BTreeMap;

use super::game::Game;
use super::search::Found;
use super::{CHANGES_MAX, Proof};

/// Where a margin comes below its limit by less than this share of its parts, that may be rounding.
const ROUNDING: f64 = 1e-12;
/// What efficiencies may be off.
const SLACK: f64 = 1e-9;

/// A value that a column can be changed to.
#[derive(Debug, Clone, Copy)]
struct Item {
    column: usize,
    choice: usize,
    cost: f64,
    /// Above 0.
    gain: f64,
}

/// Columns with what they gain, the largest first; a column that is none gains nothing.
type Top = [(f64, usize); CHANGES_MAX];
const NONE: usize = usize::MAX;

/// The best plan of at most one, two and three changes whose margin comes below `below`, else the one that lowers it most;
/// those that are no better than one with fewer left out.
pub(super) fn plans(game: &Game, below: f64) -> Vec<Found> {
    let start = game.margin(&vec![0; game.n_columns()]);
    let list = List::of(game);
    let need = start - below + ROUNDING * game.size();
    if start < below {
        return Vec::new();
    }
    let mut best: Option<Best> = None;
    let mut plans: Vec<Found> = Vec::new();
    for n_changes in 1..=CHANGES_MAX {
        let before = best.as_ref().map(|best| best.cost);
        list.complete(&mut Vec::new(), list.items.len(), need, n_changes, &mut best);
        let (items, proof) = match &best {
            Some(best) if Some(best.cost) != before => (best.items.clone(), Proof::Optimal),
            Some(_) => continue,
            None => (list.most(n_changes), Proof::NoneExists),
        };
        if items.len() == n_changes {
            plans.push(list.found(game, &items, proof));
        }
    }
    plans
}

/// The cheapest plan so far that comes below.
struct Best {
    cost: f64,
    /// Places in the list.
    items: Vec<usize>,
}

/// All values that may be of use, by cost.
struct List {
    items: Vec<Item>,
    /// By place, the columns that gain most with the items up to and including it.
    tops: Vec<Top>,
    /// The columns that gain most for what they cost.
    efficient: Top,
}

impl List {
    fn of(game: &Game) -> Self {
        let mut items: Vec<Item> = (0..game.n_columns()).flat_map(|column| useful(game, column)).collect();
        items.sort_by(|a, b| {
            a.cost
                .total_cmp(&b.cost)
                .then(b.gain.total_cmp(&a.gain))
                .then((a.column, a.choice).cmp(&(b.column, b.choice)))
        });
        let (mut top, mut efficient) = ([(0.0, NONE); CHANGES_MAX], [(0.0, NONE); CHANGES_MAX]);
        let mut tops = Vec::with_capacity(items.len());
        for item in &items {
            raise(&mut top, item.gain, item.column);
            raise(&mut efficient, item.gain / item.cost, item.column);
            tops.push(top);
        }
        Self { items, tops, efficient }
    }

    /// What `n` other columns than those of `chosen` gain at most with the items before `end`.
    fn most_of_others(&self, end: usize, chosen: &[usize], n: usize) -> f64 {
        let Some(top) = end.checked_sub(1).map(|last| &self.tops[last]) else { return 0.0 };
        self.others(top, chosen).take(n).map(|(gain, _)| gain).sum()
    }

    fn others<'a>(&'a self, top: &'a Top, chosen: &'a [usize]) -> impl Iterator<Item = &'a (f64, usize)> {
        top.iter().filter(|(_, column)| !chosen.iter().any(|place| self.items[*place].column == *column))
    }

    /// Adds exactly so many changes that stand before `end` to those chosen, so that they gain more than `need` together:
    /// the one that stands last first.
    fn complete(&self, chosen: &mut Vec<usize>, end: usize, need: f64, n_changes: usize, best: &mut Option<Best>) {
        let cost: f64 = chosen.iter().map(|place| self.items[*place].cost).sum();
        let is_enough = |end: usize| self.most_of_others(end, chosen, n_changes) > need;
        let first = first_end(end, is_enough);
        if n_changes == 1 {
            // the first that is enough is the cheapest
            if let Some(place) = first.checked_sub(1).filter(|_| first <= end)
                && best.as_ref().is_none_or(|best| cost + self.items[place].cost < best.cost)
            {
                let items = chosen.iter().copied().chain([place]).collect();
                *best = Some(Best { cost: cost + self.items[place].cost, items });
            }
            return;
        }
        for place in first.saturating_sub(1)..end {
            let item = self.items[place];
            let left = best.as_ref().map_or(f64::INFINITY, |best| best.cost - cost - item.cost);
            if left <= 0.0 {
                break;
            }
            if chosen.iter().any(|other| self.items[*other].column == item.column) {
                continue;
            }
            let missing = need - item.gain;
            if missing < 0.0 {
                // fewer changes are enough
                continue;
            }
            chosen.push(place);
            let efficiency = self.others(&self.efficient, chosen).next().map_or(0.0, |(efficiency, _)| *efficiency);
            let is_affordable = left == f64::INFINITY || missing < efficiency * left * (1.0 + SLACK);
            if is_affordable && self.most_of_others(place, chosen, n_changes - 1) > missing {
                self.complete(chosen, place, missing, n_changes - 1, best);
            }
            chosen.pop();
        }
    }

    /// The changes of so many columns that gain most, of equal ones the cheapest; fewer where there are no more.
    fn most(&self, n_changes: usize) -> Vec<usize> {
        // of every column the last value gains most, and costs most
        let mut of_column: BTreeMap<usize, usize> = BTreeMap::new();
        self.items.iter().enumerate().for_each(|(place, item)| _ = of_column.insert(item.column, place));
        let mut last: Vec<usize> = of_column.into_values().collect();
        last.sort_by(|a, b| self.items[*b].gain.total_cmp(&self.items[*a].gain).then(a.cmp(b)));
        last.truncate(n_changes);
        last
    }

    fn found(&self, game: &Game, items: &[usize], proof: Proof) -> Found {
        let mut choices = vec![0; game.n_columns()];
        items.iter().for_each(|place| choices[self.items[*place].column] = self.items[*place].choice);
        let changed = choices.iter().enumerate().filter(|(_, choice)| **choice > 0);
        Found {
            cost: changed.map(|(column, choice)| game.costs[column][*choice]).sum(),
            margin: game.margin(&choices),
            reaches: proof == Proof::Optimal,
            changes: Vec::new(),
            choices,
            proof,
        }
    }
}

/// The choices of a column that gain more than all that cost no more, by cost.
fn useful(game: &Game, column: usize) -> Vec<Item> {
    let mut choices: Vec<usize> = (1..game.n_choices(column)).collect();
    let cost = |choice: usize| game.costs[column][choice];
    choices.sort_by(|a, b| {
        cost(*a).total_cmp(&cost(*b)).then(game.gain(column, *b).total_cmp(&game.gain(column, *a))).then(a.cmp(b))
    });
    let mut most = 0.0;
    choices.retain(|choice| {
        let gains_more = game.gain(column, *choice) > most;
        most = game.gain(column, *choice).max(most);
        gains_more
    });
    let item = |choice: usize| Item { column, choice, cost: cost(choice), gain: game.gain(column, choice) };
    choices.into_iter().map(item).collect()
}

/// Lets a column gain so much, if that is more than it does.
fn raise(top: &mut Top, gain: f64, column: usize) {
    let known = top.iter().position(|(_, known)| *known == column);
    let last = known.unwrap_or(top.len() - 1);
    if gain > top[last].0 {
        top[last] = (gain, column);
        top[..=last].sort_by(|a, b| b.0.total_cmp(&a.0));
    }
}

/// The first of 1..=`end` for which something holds that holds from then on; beyond `end` where there is none.
fn first_end(end: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut begin, mut beyond) = (1, end + 1);
    while begin < beyond {
        let middle = usize::midpoint(begin, beyond);
        if holds(middle) {
            beyond = middle;
        } else {
            begin = middle + 1;
        }
    }
    begin
}
