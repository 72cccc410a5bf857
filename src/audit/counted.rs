//! One feature in one population: its groups and what was counted of them.

use super::cells::Cell;
use super::compare::is_named;
use super::measured::Measured;
use crate::base::population::Population;

/// Groups, their cells, and all together.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    pub feature: String,
    /// The sensitive columns that make it.
    pub n_columns: usize,
    pub population: Population,
    /// By group; likewise below.
    pub names: Vec<String>,
    pub cells: Vec<Cell>,
    pub total: Cell,
    /// By metric of the registry and group.
    pub(super) measured: Vec<Vec<Measured>>,
    /// Likewise of all subjects that are not of the group; empty unless groups are compared with all, `None` where the rest
    /// has no figure of its own.
    pub(super) rests: Vec<Vec<Option<Measured>>>,
    /// By metric, of all subjects.
    pub(super) overall: Vec<Measured>,
    /// By batch of clusters and group; `None` where rows are independent.
    pub(super) batches: Option<Vec<Vec<Cell>>>,
}

impl Counted {
    /// The group with most subjects; of equal ones the first by name.
    pub fn largest(&self) -> Option<usize> {
        let with_subjects = (0..self.cells.len()).filter(|group| self.cells[*group].n() > 0);
        with_subjects.min_by(|a, b| {
            self.cells[*b].n().cmp(&self.cells[*a].n()).then_with(|| self.names[*a].cmp(&self.names[*b]))
        })
    }

    /// The group called `group`, or `feature=group`, if it has subjects.
    pub fn named(&self, name: &str) -> Option<usize> {
        let found = self.names.iter().position(|group| is_named(&self.feature, group, name))?;
        (self.cells.get(found)?.n() > 0).then_some(found)
    }
}
