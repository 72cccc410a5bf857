//! Columns as bytes: every question of a model's trees becomes a question about one byte.
//!
//! A column of numbers is coded by its rank among the thresholds that the trees ask for, a column of levels by classes
//! of levels that no question tells apart. Where there are more than a byte holds, the column gets several planes, each
//! for some of its questions.

use std::collections::BTreeMap;

use crate::base::design::MISSING;
use crate::base::model::{Column, Split, TreeFeature, Trees};
use crate::explain::ranks::{Ranks, of_rows};

/// Thresholds of a plane: ranks run from 0 to this.
const THRESHOLDS_MAX: usize = 254;
/// The code of a missing number.
const MISSING_CODE: u8 = u8::MAX;

/// A question about the bytes of one plane; what holds goes left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Condition {
    pub plane: u16,
    pub test: Test,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Test {
    /// The byte is at most this; and whether a missing number holds too.
    AtMost { code: u8, missing: bool },
    /// Bit c of the set: whether code c holds.
    Among([u64; 4]),
}

/// How columns become bytes.
#[derive(Debug, Clone)]
pub(super) struct Planes {
    pub planes: Vec<Plane>,
    /// By column: the first plane.
    first: Vec<usize>,
    thresholds: Vec<Vec<f64>>,
    /// By column, by question about its levels.
    classes: Vec<BTreeMap<LevelQuestion, Condition>>,
}

#[derive(Debug, Clone)]
pub(super) struct Plane {
    /// Place of the column in [`Trees::features`].
    pub feature: usize,
    coding: Coding,
}

#[derive(Debug, Clone)]
enum Coding {
    Ranks(Ranks),
    /// By level of the model, then unseen levels, then missing ones.
    Classes(Vec<u8>),
}

/// Levels that go left, where missing ones go, where unseen ones go.
type LevelQuestion = (Vec<u16>, bool, bool);

impl Planes {
    pub(super) fn of(trees: &Trees) -> Self {
        let n_features = trees.features.len();
        let mut thresholds = vec![Vec::new(); n_features];
        let mut questions: Vec<BTreeMap<LevelQuestion, Condition>> = vec![BTreeMap::new(); n_features];
        let unknown = Condition { plane: 0, test: Test::Among([0; 4]) };
        for split in trees.splits() {
            match split {
                Split::Number { feature, at_most, .. } => thresholds[usize::from(*feature)].push(*at_most),
                Split::Levels { feature, left, missing_left, unseen_left } => {
                    questions[usize::from(*feature)].insert((left.clone(), *missing_left, *unseen_left), unknown);
                }
            }
        }
        let mut planes = Self { planes: Vec::new(), first: Vec::new(), thresholds, classes: questions };
        for (feature, source) in trees.features.iter().enumerate() {
            planes.first.push(planes.planes.len());
            planes.add_numbers(feature);
            planes.add_levels(feature, source);
        }
        planes
    }

    fn add_numbers(&mut self, feature: usize) {
        let thresholds = &mut self.thresholds[feature];
        thresholds.sort_by(f64::total_cmp);
        thresholds.dedup();
        let coded = thresholds.chunks(THRESHOLDS_MAX).map(|part| Coding::Ranks(Ranks::new(part.to_vec())));
        self.planes.extend(coded.map(|coding| Plane { feature, coding }));
    }

    /// Takes questions into a plane as long as the classes that they part levels into fit a byte.
    fn add_levels(&mut self, feature: usize, source: &TreeFeature) {
        let n_states = source.levels.as_ref().map_or(0, Vec::len) + 2;
        let asked: Vec<LevelQuestion> = self.classes[feature].keys().cloned().collect();
        let mut open: Vec<LevelQuestion> = Vec::new();
        let mut classes = vec![0u8; n_states];
        for question in asked {
            let refined = parted(&classes, &question).or_else(|| {
                self.close(feature, &classes, &std::mem::take(&mut open));
                parted(&vec![0; n_states], &question)
            });
            classes = refined.unwrap_or_else(|| vec![0; n_states]);
            open.push(question);
        }
        if !open.is_empty() {
            self.close(feature, &classes, &open);
        }
    }

    fn close(&mut self, feature: usize, classes: &[u8], questions: &[LevelQuestion]) {
        let plane = self.planes.len() as u16;
        for question in questions {
            let mut set = [0u64; 4];
            for (state, &class) in classes.iter().enumerate() {
                if goes_left(question, state, classes.len()) {
                    set[usize::from(class) / 64] |= 1 << (class % 64);
                }
            }
            self.classes[feature].insert(question.clone(), Condition { plane, test: Test::Among(set) });
        }
        self.planes.push(Plane { feature, coding: Coding::Classes(classes.to_vec()) });
    }

    /// The question about bytes that a split asks.
    pub(super) fn condition(&self, split: &Split) -> Condition {
        match split {
            Split::Number { feature, at_most, missing_left } => {
                let feature = usize::from(*feature);
                let rank = self.thresholds[feature].partition_point(|threshold| threshold < at_most);
                let (plane, code) = (self.first[feature] + rank / THRESHOLDS_MAX, (rank % THRESHOLDS_MAX) as u8);
                Condition { plane: plane as u16, test: Test::AtMost { code, missing: *missing_left } }
            }
            Split::Levels { feature, left, missing_left, unseen_left } => {
                self.classes[usize::from(*feature)][&(left.clone(), *missing_left, *unseen_left)]
            }
        }
    }
}

/// Whether a state goes left: levels first, then unseen ones, then missing ones.
fn goes_left((left, missing_left, unseen_left): &LevelQuestion, state: usize, n_states: usize) -> bool {
    match n_states - state {
        1 => *missing_left,
        2 => *unseen_left,
        _ => left.binary_search(&(state as u16)).is_ok(),
    }
}

/// Classes parted by one more question; `None` where they would be more than a byte holds.
fn parted(classes: &[u8], question: &LevelQuestion) -> Option<Vec<u8>> {
    let mut known: BTreeMap<(u8, bool), u8> = BTreeMap::new();
    let mut parted = Vec::with_capacity(classes.len());
    for (state, &class) in classes.iter().enumerate() {
        let n_known = known.len();
        let key = (class, goes_left(question, state, classes.len()));
        let code = match known.get(&key) {
            Some(code) => *code,
            None => *known.entry(key).or_insert(u8::try_from(n_known).ok()?),
        };
        parted.push(code);
    }
    Some(parted)
}

/// A plane looked up in one design.
#[derive(Debug, Clone)]
pub(super) enum BoundPlane<'a> {
    Numbers {
        values: &'a [f64],
        missing: &'a [bool],
        ranks: &'a Ranks,
    },
    Levels {
        codes: &'a [u32],
        /// By code of the design.
        classes: Vec<u8>,
        missing: u8,
    },
    /// The column has no value at all.
    Constant(u8),
}

impl Plane {
    pub(super) fn bind<'a>(&'a self, column: &Column<'a>) -> BoundPlane<'a> {
        match (&self.coding, column) {
            (Coding::Ranks(ranks), Column::Numbers { values, missing }) => {
                BoundPlane::Numbers { values, missing, ranks }
            }
            (Coding::Classes(classes), Column::Levels { codes, known }) => {
                let (unseen, missing) = (classes[classes.len() - 2], classes[classes.len() - 1]);
                let class = |level: &Option<u32>| level.map_or(unseen, |level| classes[level as usize]);
                BoundPlane::Levels { codes, classes: known.iter().map(class).collect(), missing }
            }
            (Coding::Ranks(_), _) => BoundPlane::Constant(MISSING_CODE),
            (Coding::Classes(classes), _) => BoundPlane::Constant(classes[classes.len() - 1]),
        }
    }
}

impl BoundPlane<'_> {
    /// The bytes of some rows.
    pub(super) fn code(&self, rows: &[u32], codes: &mut [u8]) {
        let cells = codes.iter_mut().zip(rows);
        match self {
            Self::Numbers { values, missing, ranks } => {
                let mut found = vec![0; rows.len()];
                ranks.ranks(&of_rows(values, rows), &mut found);
                cells.zip(found).for_each(|((code, &row), rank)| {
                    let is_missing = !missing.is_empty() && missing[row as usize];
                    *code = if is_missing { MISSING_CODE } else { rank as u8 };
                });
            }
            Self::Levels { codes, classes, missing } => cells.for_each(|(code, &row)| {
                let level = codes[row as usize];
                *code = if level == MISSING { *missing } else { classes[level as usize] };
            }),
            Self::Constant(constant) => cells.for_each(|(code, _)| *code = *constant),
        }
    }
}
