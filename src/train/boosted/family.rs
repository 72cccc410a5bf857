//! Boosted trees as a family to choose from: more trees are less restraint.

use super::{BoostedParams, Examples, fit_boosted};
use crate::base::model::Model;
use crate::base::units::Family;
use crate::base::{Result, Seed};
use crate::train::learner::{Candidates, Learner, Path, Task};

/// Numbers of trees to choose from.
const N_TREES: [usize; 6] = [400, 250, 150, 100, 60, 30];

/// The family `boosted`. Nothing in it is drawn: the seed moves nothing.
pub(in crate::train) struct Boosted<'a> {
    pub task: Task<'a>,
}

impl Boosted<'_> {
    /// The number that the settings fix, else those to choose from.
    fn n_trees(&self) -> Vec<usize> {
        self.task.settings.n_trees.map_or_else(|| N_TREES.to_vec(), |n_trees| vec![n_trees])
    }

    fn trees(&self, rows: &[u32], n_trees: usize) -> Result<Model> {
        let outcomes = self.task.outcomes(rows);
        let weights = self.task.weigh.map(|weigh| weigh(rows));
        let examples = Examples { design: self.task.design, rows, outcomes: &outcomes, weights: weights.as_deref() };
        let params = BoostedParams { n_trees, ..BoostedParams::default() };
        fit_boosted(&examples, None, &params, self.task.settings)
    }
}

impl Learner for Boosted<'_> {
    fn family(&self) -> Family {
        Family::Boosted
    }

    fn candidates(&self) -> Candidates {
        Candidates { name: "trees", values: self.n_trees().iter().map(|n_trees| *n_trees as f64).collect() }
    }

    fn path(&self, rows: &[u32], _seed: Seed) -> Result<Path> {
        let ends = self.n_trees();
        Ok(Path::Prefixes { model: self.trees(rows, ends[0])?, ends })
    }

    fn fit(&self, rows: &[u32], candidate: usize, _seed: Seed) -> Result<Model> {
        let n_trees = self.n_trees();
        self.trees(rows, n_trees.get(candidate).copied().unwrap_or(n_trees[0]))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::business;
    use super::*;
    use crate::train::Settings;
    use crate::train::learner::margins;

    #[test]
    fn a_prefix_of_the_path_is_the_fit_of_so_many_trees() {
        let (design, outcomes) = business(800);
        let known: Vec<Option<bool>> = outcomes.iter().map(|outcome| Some(*outcome)).collect();
        let settings = Settings::default();
        let family =
            Boosted { task: Task { design: &design, outcome: &known, cluster: &[], weigh: None, settings: &settings } };
        let rows: Vec<u32> = (0..800).collect();
        let candidates = family.candidates().values;
        assert!(candidates.is_sorted_by(|a, b| a > b), "the least restrained first");
        let path = family.path(&rows, Seed(1)).unwrap();
        for (candidate, n_trees) in candidates.iter().enumerate() {
            let fitted = family.fit(&rows, candidate, Seed(2)).unwrap();
            assert_eq!(fitted.trees.oblivious.len() as f64, *n_trees);
            let prefix = path.model(candidate).unwrap();
            assert_eq!(margins(&fitted, &design, &rows).unwrap(), margins(&prefix, &design, &rows).unwrap());
            assert_eq!(fitted.background, prefix.background);
        }
    }
}
