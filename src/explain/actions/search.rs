//! Branch and bound over choices of values, where columns speak together.

use super::game::{Choice, Game};
use super::options::Candidates;
use super::{CHANGES_MAX, Proof};
use crate::base::design::Value;

/// Bounds that are told of a subject at most, for each number of changes.
const BOUNDS_MAX: u64 = 20_000;
/// Columns and nodes that bounds of all subjects look at, at most: minutes of work.
const STEPS_MAX: u64 = 200_000_000_000;

/// When a plan is good enough, and when to stop looking: after numbers of steps, not after a time, so that the same inputs
/// give the same plans.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    /// The margin to come below.
    pub below: f64,
    /// Bounds that are told, for each number of changes; margins are bounds too.
    pub n_bounds: u64,
    /// Columns and nodes that these look at, likewise; the last bound may go beyond.
    pub n_steps: u64,
}

impl Limit {
    /// For each of so many subjects: where they are many, each has its share of what all may take.
    pub(super) fn of(below: f64, n_subjects: usize) -> Self {
        let n_rounds = (n_subjects.max(1) * CHANGES_MAX) as u64;
        Self { below, n_bounds: BOUNDS_MAX, n_steps: STEPS_MAX / n_rounds }
    }
}

/// A plan in words of the game.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    /// By column.
    pub choices: Vec<usize>,
    /// Column of the options, and its value.
    pub changes: Vec<(usize, Value)>,
    pub cost: f64,
    pub margin: f64,
    /// Whether it comes below the limit.
    pub reaches: bool,
    pub proof: Proof,
}

impl Found {
    pub(super) fn with_values(mut self, candidates: &[Candidates]) -> Self {
        let changed = self.choices.iter().enumerate().filter(|(_, choice)| **choice > 0);
        self.changes = changed.map(|(column, choice)| (column, candidates[column].values[*choice].clone())).collect();
        self
    }
}

/// The best plan of at most one, two and three changes, those that are no better than one with fewer left out.
pub(super) fn plans(game: &Game, limit: Limit) -> Vec<Found> {
    plans_and_work(game, limit).0
}

/// Likewise, with the bounds that were told in each round.
pub(super) fn plans_and_work(game: &Game, limit: Limit) -> (Vec<Found>, Vec<u64>) {
    let stay = vec![0; game.n_columns()];
    let margin = game.margin(&stay);
    let start = Best { choices: stay, cost: 0.0, margin, reaches: margin < limit.below };
    let mut best = start;
    let mut plans: Vec<Found> = Vec::new();
    let mut n_bounds = Vec::new();
    let mut open = None;
    for n_changes in 1..=CHANGES_MAX.min(game.n_columns()) {
        // what a round with fewer changes did not look at is open still
        let choices = vec![Choice::Fixed(0); game.n_columns()];
        let mut search = Search { game, limit, n_bounds: 0, n_steps: 0, open, best: best.clone(), choices };
        search.sets(n_changes);
        n_bounds.push(search.n_bounds);
        let proof = search.proof();
        open = search.open;
        let is_better = search.best.choices != best.choices;
        best = search.best;
        if is_better {
            plans.push(Found {
                choices: best.choices.clone(),
                changes: Vec::new(),
                cost: best.cost,
                margin: best.margin,
                reaches: best.reaches,
                proof,
            });
        }
    }
    (plans, n_bounds)
}

#[derive(Debug, Clone, PartialEq)]
struct Best {
    choices: Vec<usize>,
    cost: f64,
    margin: f64,
    reaches: bool,
}

struct Search<'a> {
    game: &'a Game,
    limit: Limit,
    n_bounds: u64,
    n_steps: u64,
    /// Least cost, and least margin, of what was not looked at.
    open: Option<(f64, f64)>,
    best: Best,
    choices: Vec<Choice>,
}

impl Search<'_> {
    /// A margin that no choice of the open columns comes below; `None` where the search has to end.
    fn bound(&mut self) -> Option<f64> {
        if self.n_bounds >= self.limit.n_bounds || self.n_steps >= self.limit.n_steps {
            return None;
        }
        self.n_bounds += 1;
        Some(self.game.bound(&self.choices, &mut self.n_steps))
    }

    /// The bound where the columns of a set are open and all others stay.
    fn bound_of(&mut self, set: &[usize]) -> Option<f64> {
        set.iter().for_each(|column| self.choices[*column] = Choice::Open);
        let bound = self.bound();
        set.iter().for_each(|column| self.choices[*column] = Choice::Fixed(0));
        bound
    }

    /// What changing every column of a set costs at least.
    fn least_cost(&self, set: &[usize]) -> f64 {
        set.iter().map(|column| self.game.costs[*column][1]).sum()
    }

    /// What costs so much at least, and comes to this margin at least, is not looked at.
    fn leave_open(&mut self, cost: f64, margin: f64) {
        if self.promises(margin, cost) {
            let open = self.open.unwrap_or((f64::INFINITY, f64::INFINITY));
            self.open = Some((open.0.min(cost), open.1.min(margin)));
        }
    }

    /// All sets of exactly so many columns, those that promise most first.
    fn sets(&mut self, n_changes: usize) {
        let game = self.game;
        let mut columns: Vec<usize> = (0..game.n_columns()).filter(|column| game.n_choices(*column) > 1).collect();
        if columns.len() < n_changes {
            return;
        }
        // whatever is left open is bounded by what all columns could do together, and by the cheapest of them
        let root = self.bound_of(&columns).unwrap_or(f64::NEG_INFINITY);
        // this one looks at most: no other takes more steps
        let affordable = self.limit.n_bounds.min(self.limit.n_steps / self.n_steps.max(1));
        let mut cheapest = columns.clone();
        cheapest.sort_by(|a, b| game.costs[*a][1].total_cmp(&game.costs[*b][1]));
        let cost = self.least_cost(&cheapest[..n_changes]);
        if self.narrow(&mut columns, n_changes, affordable) {
            self.leave_open(cost, root);
        }
        let mut sets = Vec::new();
        subsets(&columns, n_changes, &mut Vec::new(), &mut sets);
        let mut promising: Vec<(f64, Vec<usize>)> = Vec::new();
        for set in sets {
            let Some(bound) = self.bound_of(&set) else {
                self.leave_open(cost, root);
                break;
            };
            promising.push((bound, set));
        }
        promising.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
        for (bound, set) in promising {
            if self.promises(bound, self.least_cost(&set)) {
                self.branch(&set, 0.0, bound);
                set.iter().for_each(|column| self.choices[*column] = Choice::Fixed(0));
            }
        }
    }

    /// Keeps the columns that promise most by themselves where there are too many sets of them: a quarter of the bounds
    /// that can be afforded for looking at columns, half for sets, the rest for looking into sets. Whether some were left
    /// out.
    fn narrow(&mut self, columns: &mut Vec<usize>, n_changes: usize, affordable: u64) -> bool {
        let sets_max = (affordable / 2).max(1);
        let is_few = |n_columns: usize| n_sets(n_columns, n_changes) <= sets_max;
        if is_few(columns.len()) {
            return false;
        }
        let looked_at = columns.iter().zip(0..affordable / 4).map(|(column, _)| *column);
        let mut alone: Vec<(f64, usize)> =
            looked_at.map(|column| (self.bound_of(&[column]).unwrap_or(f64::INFINITY), column)).collect();
        alone.extend(columns[alone.len()..].iter().map(|column| (f64::INFINITY, *column)));
        alone.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
        let n_kept = (n_changes..columns.len()).rev().find(|n| is_few(*n)).unwrap_or(n_changes);
        *columns = alone[..n_kept].iter().map(|(_, column)| *column).collect();
        columns.sort_unstable();
        true
    }

    /// Whether something with this margin and this cost at least might be better than the best.
    fn promises(&self, margin: f64, cost: f64) -> bool {
        if self.best.reaches {
            return margin < self.limit.below && cost < self.best.cost;
        }
        let is_cheaper = margin == self.best.margin && cost < self.best.cost;
        margin < self.limit.below || margin < self.best.margin || is_cheaper
    }

    /// Fixes the columns of `set` one after the other; all others stay. With all of `set` open the margin does not come
    /// below `above`.
    fn branch(&mut self, set: &[usize], cost: f64, above: f64) {
        let [column, rest @ ..] = set else { return };
        let rest_cost = self.least_cost(rest);
        for choice in 1..self.game.n_choices(*column) {
            rest.iter().for_each(|column| self.choices[*column] = Choice::Open);
            self.choices[*column] = Choice::Fixed(choice);
            let cost = cost + self.game.costs[*column][choice];
            if self.best.reaches && cost + rest_cost >= self.best.cost {
                // candidates stand by cost
                break;
            }
            let Some(bound) = self.bound() else {
                // this choice, and all others that cost more
                self.leave_open(cost + rest_cost, above);
                break;
            };
            if !self.promises(bound, cost + rest_cost) {
                continue;
            }
            if rest.is_empty() {
                self.take(bound, cost);
            } else {
                self.branch(rest, cost, bound);
            }
        }
    }

    /// With every column fixed, the bound is the margin.
    fn take(&mut self, margin: f64, cost: f64) {
        let reaches = margin < self.limit.below;
        let best = &self.best;
        let is_better = match (best.reaches, reaches) {
            (false, true) => true,
            (true, false) => false,
            (true, true) => (cost, margin) < (best.cost, best.margin),
            (false, false) => (margin, cost) < (best.margin, best.cost),
        };
        if is_better {
            let fixed = |choice: &Choice| if let Choice::Fixed(choice) = choice { *choice } else { 0 };
            self.best = Best { choices: self.choices.iter().map(fixed).collect(), cost, margin, reaches };
        }
    }

    /// What was left open when less was known may be of no use by now.
    fn proof(&self) -> Proof {
        match self.open {
            Some((cost, margin)) if self.best.reaches && cost < self.best.cost && margin < self.limit.below => {
                Proof::BestFound(self.best.cost - cost)
            }
            Some((_, margin)) if !self.best.reaches && margin < self.best.margin => {
                Proof::BestFound(self.best.margin - margin)
            }
            _ if self.best.reaches => Proof::Optimal,
            _ => Proof::NoneExists,
        }
    }
}

fn n_sets(n: usize, size: usize) -> u64 {
    (0..size as u64).fold(1, |sets, begun| sets * (n as u64).saturating_sub(begun) / (begun + 1))
}

fn subsets(of: &[usize], size: usize, begun: &mut Vec<usize>, all: &mut Vec<Vec<usize>>) {
    if begun.len() == size {
        all.push(begun.clone());
        return;
    }
    for (place, next) in of.iter().enumerate() {
        begun.push(*next);
        subsets(&of[place + 1..], size, begun, all);
        begun.pop();
    }
}
