//! Branch and bound over choices of values.

use super::game::{Choice, Game};
use super::options::Candidates;
use super::{CHANGES_MAX, Proof};
use crate::base::design::Value;

/// When a plan is good enough, and when to stop looking.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    /// The margin to come below.
    pub below: f64,
    /// Margins and bounds that are told in all, for each number of changes: a number, not a time, so that the same inputs
    /// give the same plans.
    pub n_asked: usize,
}

impl Default for Limit {
    fn default() -> Self {
        Self { below: f64::NEG_INFINITY, n_asked: 20_000 }
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
    let stay = vec![0; game.n_columns()];
    let margin = game.margin(&stay);
    let start = Best { choices: stay, cost: 0.0, margin, reaches: margin < limit.below };
    let mut best = start;
    let mut plans: Vec<Found> = Vec::new();
    let mut open = None;
    for n_changes in 1..=CHANGES_MAX.min(game.n_columns()) {
        // what a round with fewer changes did not look at is open still
        let mut search = Search { game, limit, n_asked: 0, open, best: best.clone() };
        search.sets(n_changes);
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
    plans
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
    n_asked: usize,
    /// Least cost, and least margin, of what was not looked at.
    open: Option<(f64, f64)>,
    best: Best,
}

impl Search<'_> {
    /// All sets of exactly so many columns, those that promise most first.
    fn sets(&mut self, n_changes: usize) {
        let mut sets = Vec::new();
        subsets(self.game.n_columns(), n_changes, &mut Vec::new(), &mut sets);
        let mut choices = vec![Choice::Fixed(0); self.game.n_columns()];
        let mut promising: Vec<(f64, Vec<usize>)> = Vec::new();
        for set in sets.into_iter().filter(|set| set.iter().all(|column| self.game.n_choices(*column) > 1)) {
            set.iter().for_each(|column| choices[*column] = Choice::Open);
            promising.push((self.game.bound(&choices), set.clone()));
            set.iter().for_each(|column| choices[*column] = Choice::Fixed(0));
        }
        promising.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
        for (bound, set) in promising {
            let cost: f64 = set.iter().map(|column| self.game.costs[*column][1]).sum();
            if self.promises(bound, cost) {
                self.branch(&set, &mut choices, 0.0);
                set.iter().for_each(|column| choices[*column] = Choice::Fixed(0));
            }
        }
    }

    /// Whether something with this margin and this cost at least might be better than the best.
    fn promises(&self, margin: f64, cost: f64) -> bool {
        if self.best.reaches {
            return margin < self.limit.below && cost < self.best.cost;
        }
        let is_cheaper = margin == self.best.margin && cost < self.best.cost;
        margin < self.limit.below || margin < self.best.margin || is_cheaper
    }

    /// Fixes the columns of `set` one after the other; all others stay.
    fn branch(&mut self, set: &[usize], choices: &mut Vec<Choice>, cost: f64) {
        let [column, rest @ ..] = set else { return };
        rest.iter().for_each(|column| choices[*column] = Choice::Open);
        let rest_cost: f64 = rest.iter().map(|column| self.game.costs[*column][1]).sum();
        for choice in 1..self.game.n_choices(*column) {
            choices[*column] = Choice::Fixed(choice);
            let cost = cost + self.game.costs[*column][choice];
            if self.best.reaches && cost + rest_cost >= self.best.cost {
                // candidates stand by cost
                break;
            }
            let bound = self.game.bound(choices);
            self.n_asked += 1;
            if !self.promises(bound, cost + rest_cost) {
                continue;
            }
            if self.n_asked > self.limit.n_asked {
                let open = self.open.unwrap_or((f64::INFINITY, f64::INFINITY));
                self.open = Some((open.0.min(cost + rest_cost), open.1.min(bound)));
                continue;
            }
            if rest.is_empty() {
                self.take(choices, bound, cost);
            } else {
                self.branch(rest, choices, cost);
                rest.iter().for_each(|column| choices[*column] = Choice::Open);
            }
        }
    }

    /// With every column fixed, the bound is the margin.
    fn take(&mut self, choices: &[Choice], margin: f64, cost: f64) {
        let reaches = margin < self.limit.below;
        let best = &self.best;
        let is_better = match (best.reaches, reaches) {
            (false, true) => true,
            (true, false) => false,
            (true, true) => (cost, margin) < (best.cost, best.margin),
            (false, false) => (margin, cost) < (best.margin, best.cost),
        };
        if is_better {
            let choices = choices.iter().map(|choice| if let Choice::Fixed(choice) = choice { *choice } else { 0 });
            self.best = Best { choices: choices.collect(), cost, margin, reaches };
        }
    }

    fn proof(&self) -> Proof {
        match self.open {
            Some((cost, _)) if self.best.reaches && cost < self.best.cost => Proof::BestFound(self.best.cost - cost),
            Some((_, margin)) if !self.best.reaches => Proof::BestFound((self.best.margin - margin).max(0.0)),
            _ if self.best.reaches => Proof::Optimal,
            _ => Proof::NoneExists,
        }
    }
}

fn subsets(n: usize, size: usize, begun: &mut Vec<usize>, all: &mut Vec<Vec<usize>>) {
    if begun.len() == size {
        all.push(begun.clone());
        return;
    }
    for next in begun.last().map_or(0, |last| last + 1)..n {
        begun.push(next);
        subsets(n, size, begun, all);
        begun.pop();
    }
}
