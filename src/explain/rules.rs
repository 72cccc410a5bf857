//! The leaves of a single tree as rules that a person can read.

use crate::base::design::FeatureKind;
use crate::base::model::{Model, Node, Split, Tree, TreeFeature};

/// One leaf: who reaches it, how many, and how often the outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// All of them hold; at most one per column, in the order in which the tree asks. Empty where it asks nothing.
    pub conditions: Vec<Condition>,
    /// Rows of the fit that reach the leaf.
    pub cover: f64,
    /// Their share of the fit's rows, 0 to 1.
    pub share: f64,
    /// What the tree says of them: the smoothed rate of the outcome, 0 to 1.
    pub rate: f64,
}

/// What a rule asks of one column.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub feature: String,
    pub kind: FeatureKind,
    /// `None` where no known value holds.
    pub known: Option<Known>,
    /// Whether a missing value holds; `None` for columns that are never missing.
    pub missing: Option<bool>,
}

/// Which known values hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Known {
    /// Above the one and at most the other; both `None`: every number.
    Numbers { above: Option<f64>, at_most: Option<f64> },
    /// Of the levels that the fit knew.
    Levels { allowed: Vec<String>, excluded: Vec<String> },
}

/// The rules of a model that is one tree, the highest rate first; none for any other model. `is_missing` tells whether a
/// column is ever missing: only then a rule speaks of it.
pub fn rules(model: &Model, is_missing: &dyn Fn(&str) -> bool) -> Vec<Rule> {
    let [tree] = &model.trees.trees[..] else { return Vec::new() };
    if !(model.terms.is_empty() && model.pairs.is_empty() && model.trees.oblivious.is_empty()) {
        return Vec::new();
    }
    let walk = Walk { tree, features: &model.trees.features, is_missing };
    let mut rules = Vec::new();
    walk.collect(0, &[], &mut rules);
    let total: f64 = rules.iter().map(|rule| rule.cover).sum();
    for rule in &mut rules {
        rule.rate += model.intercept;
        rule.share = if total > 0.0 { rule.cover / total } else { 0.0 };
    }
    rules.sort_by(|a, b| b.rate.total_cmp(&a.rate));
    rules
}

/// What holds of one column after some questions.
#[derive(Clone)]
struct State {
    feature: usize,
    above: f64,
    at_most: f64,
    /// One per level.
    allowed: Vec<bool>,
    missing: bool,
}

struct Walk<'a> {
    tree: &'a Tree,
    features: &'a [TreeFeature],
    is_missing: &'a dyn Fn(&str) -> bool,
}

impl Walk<'_> {
    fn collect(&self, at: usize, states: &[State], rules: &mut Vec<Rule>) {
        match &self.tree.nodes[at] {
            Node::Leaf { leaf, cover } => {
                let conditions = states.iter().filter_map(|state| self.condition(state)).collect();
                rules.push(Rule { conditions, cover: *cover, share: 0.0, rate: *leaf });
            }
            Node::Split { split, left, right, .. } => {
                self.collect(*left as usize, &self.narrowed(states, split, true), rules);
                self.collect(*right as usize, &self.narrowed(states, split, false), rules);
            }
        }
    }

    fn narrowed(&self, states: &[State], split: &Split, is_left: bool) -> Vec<State> {
        let mut states = states.to_vec();
        let feature = split.feature();
        let at = states.iter().position(|state| state.feature == feature).unwrap_or_else(|| {
            let n_levels = self.features[feature].levels.as_ref().map_or(0, Vec::len);
            let allowed = vec![true; n_levels];
            states.push(State { feature, above: f64::NEG_INFINITY, at_most: f64::INFINITY, allowed, missing: true });
            states.len() - 1
        });
        states[at].narrow(split, is_left);
        states
    }

    /// `None` where everything holds.
    fn condition(&self, state: &State) -> Option<Condition> {
        let feature = &self.features[state.feature];
        let missing = (self.is_missing)(&feature.feature).then_some(state.missing);
        let known = match &feature.levels {
            Some(levels) => state.levels(levels),
            None => state.numbers(),
        };
        let is_all = match &known {
            Some(Known::Numbers { above, at_most }) => above.is_none() && at_most.is_none(),
            Some(Known::Levels { excluded, .. }) => excluded.is_empty(),
            None => false,
        };
        let is_vacuous = is_all && missing != Some(false);
        (!is_vacuous).then(|| Condition { feature: feature.feature.clone(), kind: feature.kind, known, missing })
    }
}

impl State {
    fn narrow(&mut self, split: &Split, is_left: bool) {
        match split {
            Split::Number { at_most, missing_left, .. } => {
                self.missing &= *missing_left == is_left;
                if is_left {
                    self.at_most = self.at_most.min(*at_most);
                } else {
                    self.above = self.above.max(*at_most);
                }
            }
            Split::Levels { left, missing_left, .. } => {
                self.missing &= *missing_left == is_left;
                for (level, allowed) in self.allowed.iter_mut().enumerate() {
                    *allowed &= Split::is_among(left, level) == is_left;
                }
            }
        }
    }

    /// `f64::MAX` is the end of all numbers: only missing values lie on its other side.
    fn numbers(&self) -> Option<Known> {
        let above = (self.above > f64::NEG_INFINITY).then_some(self.above);
        let at_most = (self.at_most < f64::MAX).then_some(self.at_most);
        (self.above < self.at_most.min(f64::MAX)).then_some(Known::Numbers { above, at_most })
    }

    fn levels(&self, levels: &[String]) -> Option<Known> {
        let (allowed, excluded): (Vec<_>, Vec<_>) =
            levels.iter().zip(&self.allowed).partition(|(_, allowed)| **allowed);
        let names = |side: Vec<(&String, &bool)>| side.into_iter().map(|(level, _)| level.clone()).collect::<Vec<_>>();
        let (allowed, excluded) = (names(allowed), names(excluded));
        (!allowed.is_empty()).then_some(Known::Levels { allowed, excluded })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::design::{Design, Feature, MISSING, Values};
    use crate::base::units::Family;

    /// Numbers asked twice, levels asked twice, and whether a value is missing.
    fn model() -> Model {
        let number = |at_most, missing_left| Split::Number { feature: 0, at_most, missing_left };
        let levels = |left: &[u16], missing_left| Split::Levels {
            feature: 1,
            left: left.to_vec(),
            missing_left,
            unseen_left: true,
        };
        let split = |split, left, right, cover| Node::Split { split, left, right, cover };
        let leaf = |leaf, cover| Node::Leaf { leaf, cover };
        let nodes = vec![
            split(number(3.0, true), 1, 2, 100.0),
            split(levels(&[0, 1], false), 3, 4, 60.0),
            split(number(5.0, false), 5, 6, 40.0),
            split(number(f64::MAX, false), 7, 8, 50.0),
            split(levels(&[2], true), 9, 10, 10.0),
            leaf(0.1, 20.0),
            leaf(0.2, 20.0),
            leaf(0.3, 45.0),
            leaf(0.4, 5.0),
            leaf(0.5, 10.0),
            leaf(0.6, 0.0),
        ];
        let names = ["a", "b", "c"].map(str::to_owned).to_vec();
        let mut model = Model::empty(Family::Tree, 0.0, 100);
        model.trees.features = vec![
            TreeFeature { feature: "late".to_owned(), kind: FeatureKind::Number, levels: None },
            TreeFeature { feature: "plan".to_owned(), kind: FeatureKind::Level, levels: Some(names) },
        ];
        model.trees.trees = vec![Tree { nodes, ..Tree::default() }];
        model
    }

    /// All pairs of a number or none and a level or none.
    fn design() -> Design {
        let pairs: Vec<(usize, usize)> = (0..9).flat_map(|late| (0..4).map(move |plan| (late, plan))).collect();
        let late = Values::Numbers {
            values: pairs.iter().map(|(late, _)| *late as f64).collect(),
            missing: pairs.iter().map(|(late, _)| *late == 8).collect(),
        };
        let codes = pairs.iter().map(|(_, plan)| if *plan == 3 { MISSING } else { *plan as u32 }).collect();
        let plan = Values::Levels { codes, levels: ["a", "b", "c"].map(str::to_owned).to_vec() };
        let feature = |name: &str, kind, values| Feature { name: name.to_owned(), kind, values };
        let features = vec![feature("late", FeatureKind::Number, late), feature("plan", FeatureKind::Level, plan)];
        Design { n_subjects: pairs.len(), features }
    }

    fn holds(condition: &Condition, design: &Design, row: usize) -> bool {
        let values = &design.features.iter().find(|feature| feature.name == condition.feature).unwrap().values;
        if values.is_missing(row) {
            return condition.missing.unwrap_or(false);
        }
        match &condition.known {
            None => false,
            Some(Known::Numbers { above, at_most }) => {
                let number = values.number(row).unwrap();
                above.is_none_or(|above| number > above) && at_most.is_none_or(|at_most| number <= at_most)
            }
            Some(Known::Levels { allowed, .. }) => allowed.iter().any(|level| Some(&level[..]) == values.level(row)),
        }
    }

    #[test]
    fn every_row_keeps_the_one_rule_of_its_leaf() {
        let (model, design) = (model(), design());
        let (rules, bound) = (rules(&model, &|_| true), model.bind(&design).unwrap());
        for row in 0..design.n_subjects {
            let is_kept = |rule: &&Rule| rule.conditions.iter().all(|condition| holds(condition, &design, row));
            let kept: Vec<&Rule> = rules.iter().filter(is_kept).collect();
            assert_eq!(kept.iter().map(|rule| rule.rate).collect::<Vec<_>>(), [bound.margin(row)], "row {row}");
        }
    }

    #[test]
    fn what_is_asked_twice_of_a_column_is_one_condition() {
        let told = rules(&model(), &|name| name == "plan");
        let rates: Vec<f64> = told.iter().map(|rule| rule.rate).collect();
        assert_eq!(rates, [0.6, 0.5, 0.4, 0.3, 0.2, 0.1]);
        assert_eq!((told[3].cover, told[3].share), (45.0, 0.45));
        assert_eq!(told.iter().map(|rule| rule.conditions.len()).collect::<Vec<_>>(), [2, 2, 2, 2, 1, 1]);
        let between = Some(Known::Numbers { above: Some(3.0), at_most: Some(5.0) });
        let late = Condition { feature: "late".to_owned(), kind: FeatureKind::Number, known: between, missing: None };
        assert_eq!(told[5].conditions, [late]);
    }

    #[test]
    fn only_a_single_tree_has_rules() {
        let mut two = model();
        two.trees.trees.push(two.trees.trees[0].clone());
        assert!(rules(&two, &|_| true).is_empty());
        assert!(rules(&Model::empty(Family::Logistic, 0.1, 1), &|_| true).is_empty());
    }
}
