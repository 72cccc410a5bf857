//! A model as it stands for one subject: what its margin would be by choices of values, everything else as it is.
//!
//! What no choice touches is a constant, what one column's choice touches is a number for each of its values, and only
//! what several columns touch together is asked anew: pairs of which both columns can be changed, and trees, cut down to
//! the questions that a choice can answer differently.

use super::options::{Candidates, Options};
use crate::base::model::{Bound, Node, Oblivious, Split, Tree, TreeFeature};

/// A margin as a function of choices: `choice[column]` is the place of a value among the column's candidates.
pub(super) struct Game {
    constant: f64,
    /// By column, by choice.
    singles: Vec<Vec<f64>>,
    /// By column the least of its singles.
    least: Vec<f64>,
    parts: Vec<Part>,
    /// By column, by choice.
    pub costs: Vec<Vec<f64>>,
}

/// What several columns say together.
pub(super) struct Part {
    nodes: Vec<Small>,
    /// The columns that are asked about, ascending.
    columns: Vec<usize>,
}

/// A node of a tree that has been cut down.
enum Small {
    Leaf(f64),
    /// By choice of the column, whether it goes left.
    Ask {
        column: usize,
        goes_left: Vec<bool>,
        left: usize,
        right: usize,
    },
}

/// What is known of a column's choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    Fixed(usize),
    /// Any of its values.
    Open,
}

impl Game {
    pub(super) fn new(bound: &Bound<'_>, options: &Options<'_>, candidates: &[Candidates], row: usize) -> Self {
        let model = bound.model;
        let mut game = Self {
            constant: model.intercept,
            singles: candidates.iter().map(|of| vec![0.0; of.values.len()]).collect(),
            least: Vec::new(),
            parts: Vec::new(),
            costs: candidates.iter().map(|of| of.costs.clone()).collect(),
        };
        let column = |name: &str| options.columns.iter().position(|column| column.name == name);
        for (term, bound) in model.terms.iter().zip(&bound.terms) {
            match column(&term.feature) {
                None => game.constant += bound.value(row),
                Some(column) => {
                    let values = candidates[column].values.iter().map(|value| term.at(value));
                    game.singles[column].iter_mut().zip(values).for_each(|(single, value)| *single += value);
                }
            }
        }
        for (pair, bound) in model.pairs.iter().zip(&bound.pairs) {
            let columns = [column(&pair.features[0]), column(&pair.features[1])];
            let own = bound.bins(row);
            let bin = |axis: usize, choice: usize| match columns[axis] {
                Some(column) => pair.bin(axis, &candidates[column].values[choice]),
                None => own[axis],
            };
            match columns {
                [None, None] => game.constant += bound.value(row),
                [Some(column), None] => game.add_single(column, |choice| pair.cell(bin(0, choice), own[1])),
                [None, Some(column)] => game.add_single(column, |choice| pair.cell(own[0], bin(1, choice))),
                [Some(first), Some(second)] => {
                    let n = [candidates[first].values.len(), candidates[second].values.len()];
                    game.parts.push(Part::table([first, second], n, |a, b| pair.cell(bin(0, a), bin(1, b))));
                }
            }
        }
        let cut = Cut { bound, features: &model.trees.features, candidates, column: &column };
        for (number, tree) in model.trees.trees.iter().enumerate() {
            game.add_part(cut.tree(tree, number, row));
        }
        for (number, tree) in model.trees.oblivious.iter().enumerate() {
            game.add_part(cut.oblivious(tree, number, row));
        }
        let least = |single: &Vec<f64>| single.iter().copied().fold(f64::INFINITY, f64::min);
        game.least = game.singles.iter().map(least).collect();
        game
    }

    fn add_single(&mut self, column: usize, value: impl Fn(usize) -> f64) {
        self.singles[column].iter_mut().enumerate().for_each(|(choice, single)| *single += value(choice));
    }

    fn add_part(&mut self, part: Part) {
        match part.columns[..] {
            [] => self.constant += part.value(&[]),
            [column] => {
                let mut choices = vec![0; self.singles.len()];
                for choice in 0..self.singles[column].len() {
                    choices[column] = choice;
                    self.singles[column][choice] += part.value(&choices);
                }
            }
            _ => self.parts.push(part),
        }
    }

    pub(super) fn n_columns(&self) -> usize {
        self.singles.len()
    }

    pub(super) fn n_choices(&self, column: usize) -> usize {
        self.singles[column].len()
    }

    /// Whether every column speaks for itself: no term or tree asks about two of them together.
    pub(super) fn is_separate(&self) -> bool {
        self.parts.is_empty()
    }

    /// How much a choice of a column that speaks for itself lowers the margin.
    pub(super) fn gain(&self, column: usize, choice: usize) -> f64 {
        self.singles[column][0] - self.singles[column][choice]
    }

    /// The size of what a margin is the sum of, where columns speak for themselves.
    pub(super) fn size(&self) -> f64 {
        let largest = |single: &Vec<f64>| single.iter().fold(0.0f64, |largest, value| largest.max(value.abs()));
        self.constant.abs() + self.singles.iter().map(largest).sum::<f64>()
    }

    /// The margin of a choice for every column.
    pub(super) fn margin(&self, choices: &[usize]) -> f64 {
        let singles = self.singles.iter().zip(choices).map(|(single, choice)| single[*choice]);
        self.constant + singles.sum::<f64>() + self.parts.iter().map(|part| part.value(choices)).sum::<f64>()
    }

    /// A margin that no choice of the open columns comes below. What was looked at, columns and nodes, is added to
    /// `n_steps`.
    pub(super) fn bound(&self, choices: &[Choice], n_steps: &mut u64) -> f64 {
        *n_steps += choices.len() as u64;
        let single = |(column, choice): (usize, &Choice)| match choice {
            Choice::Fixed(choice) => self.singles[column][*choice],
            Choice::Open => self.least[column],
        };
        let singles: f64 = choices.iter().enumerate().map(single).sum();
        self.constant + singles + self.parts.iter().map(|part| part.least(0, choices, n_steps)).sum::<f64>()
    }
}

impl Part {
    /// A question for each choice of the first column, then of the second.
    fn table(columns: [usize; 2], n: [usize; 2], value: impl Fn(usize, usize) -> f64) -> Self {
        let mut part = Self { nodes: Vec::new(), columns: columns.to_vec() };
        part.columns.sort_unstable();
        part.chain(columns[0], n[0], &mut |part, a| {
            part.chain(columns[1], n[1], &mut |part, b| part.leaf(value(a, b)))
        });
        part
    }

    /// Questions that tell the choices of a column apart, one by one; tells the first one's place.
    fn chain(&mut self, column: usize, n: usize, below: &mut dyn FnMut(&mut Self, usize) -> usize) -> usize {
        let begin = self.nodes.len();
        for choice in 0..n {
            let place = self.nodes.len();
            if choice + 1 == n {
                below(self, choice);
                break;
            }
            let goes_left = (0..n).map(|other| other == choice).collect();
            self.nodes.push(Small::Ask { column, goes_left, left: 0, right: 0 });
            let to_left = below(self, choice);
            let to_right = self.nodes.len();
            if let Small::Ask { left, right, .. } = &mut self.nodes[place] {
                (*left, *right) = (to_left, to_right);
            }
        }
        begin
    }

    fn leaf(&mut self, value: f64) -> usize {
        self.nodes.push(Small::Leaf(value));
        self.nodes.len() - 1
    }

    fn value(&self, choices: &[usize]) -> f64 {
        let mut at = 0;
        loop {
            match &self.nodes[at] {
                Small::Leaf(value) => return *value,
                Small::Ask { column, goes_left, left, right } => {
                    at = if goes_left[choices[*column]] { *left } else { *right };
                }
            }
        }
    }

    fn least(&self, at: usize, choices: &[Choice], n_steps: &mut u64) -> f64 {
        *n_steps += 1;
        match &self.nodes[at] {
            Small::Leaf(value) => *value,
            Small::Ask { column, goes_left, left, right } => match choices[*column] {
                Choice::Fixed(choice) => self.least(if goes_left[choice] { *left } else { *right }, choices, n_steps),
                Choice::Open => self.least(*left, choices, n_steps).min(self.least(*right, choices, n_steps)),
            },
        }
    }
}

/// Cuts trees down to what choices decide.
struct Cut<'a> {
    bound: &'a Bound<'a>,
    features: &'a [TreeFeature],
    candidates: &'a [Candidates],
    column: &'a dyn Fn(&str) -> Option<usize>,
}

/// How a question is answered.
enum Answer {
    Known(bool),
    /// By choice of a column.
    Chosen(usize, Vec<bool>),
}

impl Cut<'_> {
    fn answer(&self, split: &Split, own: impl Fn() -> bool) -> Answer {
        let feature = &self.features[split.feature()];
        let Some(column) = (self.column)(&feature.feature) else { return Answer::Known(own()) };
        let goes_left: Vec<bool> =
            self.candidates[column].values.iter().map(|value| split.holds(feature, value)).collect();
        if goes_left.iter().all(|goes| *goes == goes_left[0]) {
            return Answer::Known(goes_left[0]);
        }
        Answer::Chosen(column, goes_left)
    }

    fn tree(&self, tree: &Tree, number: usize, row: usize) -> Part {
        let mut part = Part { nodes: Vec::new(), columns: Vec::new() };
        self.node(tree, number, row, 0, &mut part);
        part.columns.sort_unstable();
        part.columns.dedup();
        part
    }

    fn node(&self, tree: &Tree, number: usize, row: usize, at: usize, part: &mut Part) -> usize {
        let (split, left, right) = match &tree.nodes[at] {
            Node::Leaf { leaf, .. } => return part.leaf(*leaf),
            Node::Split { split, left, right, .. } => (split, *left as usize, *right as usize),
        };
        let own = || self.bound.trees[number].splits[at].as_ref().is_some_and(|split| split.goes_left(row));
        match self.answer(split, own) {
            Answer::Known(goes_left) => self.node(tree, number, row, if goes_left { left } else { right }, part),
            Answer::Chosen(column, goes_left) => {
                let place = part.nodes.len();
                part.columns.push(column);
                part.nodes.push(Small::Leaf(0.0));
                let left = self.node(tree, number, row, left, part);
                let right = self.node(tree, number, row, right, part);
                part.nodes[place] = Small::Ask { column, goes_left, left, right };
                place
            }
        }
    }

    fn oblivious(&self, tree: &Oblivious, number: usize, row: usize) -> Part {
        let mut part = Part { nodes: Vec::new(), columns: Vec::new() };
        let mut known = 0usize;
        let mut open = Vec::new();
        for (level, split) in tree.splits.iter().enumerate() {
            match self.answer(split, || self.bound.oblivious[number].splits[level].goes_left(row)) {
                Answer::Known(goes_left) => known |= usize::from(!goes_left) << level,
                Answer::Chosen(column, goes_left) => {
                    part.columns.push(column);
                    open.push((level, column, goes_left));
                }
            }
        }
        part.columns.sort_unstable();
        part.columns.dedup();
        unfold(tree, known, &open, &mut part);
        part
    }
}

fn unfold(tree: &Oblivious, leaf: usize, open: &[(usize, usize, Vec<bool>)], part: &mut Part) -> usize {
    let [(level, column, goes_left), rest @ ..] = open else { return part.leaf(tree.leaves[leaf]) };
    let place = part.nodes.len();
    part.nodes.push(Small::Leaf(0.0));
    let left = unfold(tree, leaf, rest, part);
    let right = unfold(tree, leaf | 1 << level, rest, part);
    part.nodes[place] = Small::Ask { column: *column, goes_left: goes_left.clone(), left, right };
    place
}

#[cfg(test)]
impl Game {
    /// A game of tables: what each choice of a column says and costs, and what pairs of columns say together.
    pub(super) fn of_tables(
        singles: Vec<Vec<f64>>,
        costs: Vec<Vec<f64>>,
        pairs: &[[usize; 2]],
        say: impl Fn([usize; 2], usize, usize) -> f64,
    ) -> Self {
        let part = |&[first, second]: &[usize; 2]| {
            let n = [singles[first].len(), singles[second].len()];
            Part::table([first, second], n, |a, b| say([first, second], a, b))
        };
        let least = singles.iter().map(|single| single.iter().copied().fold(f64::INFINITY, f64::min)).collect();
        Self { constant: 0.1, least, parts: pairs.iter().map(part).collect(), singles, costs }
    }
}
