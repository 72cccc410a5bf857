//! A group beside its reference.

use super::cells::Cell;
use super::metrics::{Best, Kind, Metric};
use super::row::Row;
use super::{Reference, Settings};
use crate::base::units::Effect;
use crate::stats::test::fisher_exact_two_sided;

/// Name of the reference that is all subjects together.
const OVERALL: &str = "overall";

/// One feature and population: its groups, their cells, and all together.
pub(super) struct Groups<'a> {
    pub names: &'a [String],
    pub feature: &'a str,
    pub cells: Vec<Cell>,
    pub total: Cell,
}

/// What groups are compared with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    Group(usize),
    Overall,
}

impl Groups<'_> {
    /// The reference of a metric by the policy; `None` where there is no group with subjects.
    pub fn base(&self, metric: &Metric, settings: &Settings) -> Option<Base> {
        match &settings.reference {
            Reference::Overall => Some(Base::Overall),
            Reference::Largest => self.largest().map(Base::Group),
            Reference::Named(name) => self.named(name).or_else(|| self.largest()).map(Base::Group),
            Reference::Best => self.best(metric, settings).or_else(|| self.largest()).map(Base::Group),
        }
    }

    pub fn base_name(&self, base: Base) -> String {
        match base {
            Base::Overall => OVERALL.to_owned(),
            Base::Group(group) => self.names.get(group).cloned().unwrap_or_default(),
        }
    }

    /// The group with most subjects; of equal ones the first by name.
    fn largest(&self) -> Option<usize> {
        let with_subjects = (0..self.cells.len()).filter(|group| self.cells[*group].n() > 0);
        with_subjects.min_by(|a, b| {
            self.cells[*b].n().cmp(&self.cells[*a].n()).then_with(|| self.names[*a].cmp(&self.names[*b]))
        })
    }

    /// The group called `group`, or `feature=group`, if it has subjects.
    fn named(&self, name: &str) -> Option<usize> {
        let found = self.names.iter().position(|group| is_named(self.feature, group, name))?;
        (self.cells.get(found)?.n() > 0).then_some(found)
    }

    /// The best group by the metric among those whose denominator reaches `min_group`; ties by name.
    fn best(&self, metric: &Metric, settings: &Settings) -> Option<usize> {
        let min_group = settings.min_group;
        let badness = |group: usize| {
            let cell = &self.cells[group];
            let value = metric.value(cell).filter(|_| cell.n() as usize >= min_group)?;
            if metric.kind == Kind::Rate && metric.moments(cell)?.denominator < min_group as f64 {
                return None;
            }
            match (metric.best, metric.neutral) {
                (Best::BySelection, _) if settings.effect == Effect::Burden => Some(value),
                (Best::Highest | Best::BySelection, _) => Some(-value),
                (Best::Lowest, _) => Some(value),
                (Best::Neutral, neutral) => Some((value - neutral?).abs()),
            }
        };
        let candidates = (0..self.cells.len()).filter_map(|group| Some((badness(group)?, group)));
        candidates
            .min_by(|a, b| a.0.total_cmp(&b.0).then_with(|| self.names[a.1].cmp(&self.names[b.1])))
            .map(|(_, group)| group)
    }

    fn base_cell(&self, base: Base) -> Cell {
        match base {
            Base::Overall => self.total,
            Base::Group(group) => self.cells.get(group).copied().unwrap_or_default(),
        }
    }

    /// Fills in difference, ratio, limits and Fisher's p of a row. The reference itself differs by 0 and has neither
    /// limits nor p.
    pub fn compare(&self, row: &mut Row, metric: &Metric, group: usize, settings: &Settings, independent: bool) {
        if metric.kind == Kind::Count {
            return;
        }
        let Some(base) = self.base(metric, settings) else { return };
        row.reference = Some(self.base_name(base));
        let reference = metric.value(&self.base_cell(base));
        row.difference = row.value.zip(reference).map(|(value, reference)| value - reference);
        if metric.kind != Kind::Difference {
            let divisor = reference.filter(|reference| *reference != 0.0);
            row.ratio = row.value.zip(divisor).map(|(value, reference)| value / reference);
        }
        if base == Base::Group(group) {
            return;
        }
        if let Some(limit) = settings.limits.get(metric.name) {
            let by_ratio = matches!(metric.kind, Kind::Rate | Kind::Ratio);
            row.limit_low = Some(if by_ratio { *limit } else { -limit });
            row.limit_high =
                if by_ratio && *limit == 0.0 { None } else { Some(if by_ratio { 1.0 / limit } else { *limit }) };
        }
        if independent && metric.kind == Kind::Rate {
            row.p_equal = self.p_equal(metric, group, base);
        }
    }

    fn p_equal(&self, metric: &Metric, group: usize, base: Base) -> Option<f64> {
        let counts = |cell: &Cell| {
            let moments = metric.moments(cell).unwrap_or_default();
            (moments.numerator as u64, (moments.denominator - moments.numerator) as u64)
        };
        let (hits, misses) = counts(self.cells.get(group)?);
        let (mut other_hits, mut other_misses) = counts(&self.base_cell(base));
        if base == Base::Overall {
            other_hits -= hits;
            other_misses -= misses;
        }
        let defined = hits + misses > 0 && other_hits + other_misses > 0;
        defined.then(|| fisher_exact_two_sided(hits, misses, other_hits, other_misses))
    }
}

/// Whether a group is what the policy names: `group`, or `feature=group`.
pub(super) fn is_named(feature: &str, group: &str, name: &str) -> bool {
    let qualified = name.strip_prefix(feature).and_then(|rest| rest.strip_prefix('='));
    group == name || qualified.is_some_and(|rest| rest.trim() == group)
}
