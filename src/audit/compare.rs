//! A group beside its reference.

use super::cells::Cell;
use super::counted::Counted;
use super::disaggregate::MISSING;
use super::measured::Measured;
use super::metrics::{ACROSS, Best, Kind, Measure, Metric, SCORING_RATE};
use super::pair::Pair;
use super::row::Row;
use super::{Reference, Settings};
use crate::stats::rates::Rate;
use crate::stats::test::fisher_exact_two_sided;

/// Name of the reference that is all subjects together, and of the feature that has them as its only group.
pub const OVERALL: &str = "overall";
/// Name of the reference that is all subjects but the group's: what figures of scores in their order are compared with
/// where rates are compared with all.
pub const REST: &str = "rest";
/// Groups with a smaller share of the subjects are left out of the impact ratio of the scoring rate (6 RCNY § 5-301 (d)).
const CATEGORY_MIN: f64 = 0.02;
/// Fewer clusters on either side say nothing about how much clusters differ.
pub(super) const CLUSTERS_MIN: f64 = 20.0;

/// What groups are compared with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    Group(usize),
    Overall,
}

/// A binding comparison that waits for its verdict.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pending {
    /// Place of the row.
    pub row: usize,
    /// A figure, or the ratio, has a denominator of 0.
    pub is_undefined: bool,
    /// Too few clusters.
    pub is_thin: bool,
    /// Trials of the group and the rate of the reference, from which the smallest detectable ratio follows.
    pub power: Option<(f64, Rate)>,
}

/// One metric of one feature and population.
pub(super) struct Comparing<'a> {
    pub counted: &'a Counted,
    pub metric: &'a Metric,
    /// By group.
    pub measured: &'a [Measured],
    /// Of the others, by group; empty unless the reference is all subjects.
    pub rests: &'a [Option<Measured>],
    pub overall: &'a Measured,
    pub settings: &'a Settings,
}

impl Comparing<'_> {
    /// The reference by the policy; `None` where there is no group with subjects.
    pub fn base(&self) -> Option<Base> {
        let counted = self.counted;
        match &self.settings.reference {
            _ if self.metric.name == SCORING_RATE => self.best().map(Base::Group),
            Reference::Overall => Some(Base::Overall),
            Reference::Largest => counted.largest().map(Base::Group),
            Reference::Named(name) => counted.named(name).or_else(|| counted.largest()).map(Base::Group),
            Reference::Best => self.best().or_else(|| counted.largest()).map(Base::Group),
        }
    }

    /// The best group by the metric among those whose denominator reaches `min_group`; ties by name.
    fn best(&self) -> Option<usize> {
        let (counted, min_group) = (self.counted, self.settings.min_group);
        let badness = |group: usize| {
            let measured = &self.measured[group];
            let told = counted.cells[group].n() as usize >= min_group && !is_left_out(counted, self.metric, group);
            let value = measured.value.filter(|_| told)?;
            if self.metric.kind == Kind::Rate && measured.moments?.denominator < min_group as f64 {
                return None;
            }
            match self.metric.best {
                Best::Neutral => Some((value - self.metric.neutral?).abs()),
                _ if self.metric.prefers_high(self.settings.effect).unwrap_or(true) => Some(-value),
                _ => Some(value),
            }
        };
        let candidates = (0..counted.cells.len()).filter_map(|group| Some((badness(group)?, group)));
        candidates
            .min_by(|a, b| a.0.total_cmp(&b.0).then_with(|| counted.names[a.1].cmp(&counted.names[b.1])))
            .map(|(_, group)| group)
    }

    /// Fills in difference, ratio, their intervals, limits and p of a group's row. The reference itself differs by 0 and
    /// has neither limits nor p.
    pub fn compare(&self, row: &mut Row, group: usize, base: Base) -> Option<Pending> {
        let is_across = base == Base::Overall && ACROSS.contains(&self.metric.name);
        if is_left_out(self.counted, self.metric, group) || is_across {
            return None;
        }
        row.reference = Some(match base {
            Base::Overall if self.is_beside_rest() => REST.to_owned(),
            Base::Overall => OVERALL.to_owned(),
            Base::Group(group) => self.counted.names[group].clone(),
        });
        let rest = self.rest(group, base);
        let beside = rest.as_ref().filter(|_| self.is_beside_rest()).unwrap_or(self.reference(base));
        let reference = beside.value;
        row.difference = row.value.zip(reference).map(|(value, reference)| value - reference);
        if self.has_ratio() {
            let divisor = reference.filter(|reference| *reference != 0.0);
            row.ratio = row.value.zip(divisor).map(|(value, reference)| value / reference);
        }
        if base == Base::Group(group) {
            return None;
        }
        let pair = self.pair(group, base, rest.as_ref());
        // each end of an interval is a one-sided test at the level of significance
        let confidence = 1.0 - 2.0 * self.settings.significance;
        let limit = self.settings.limits.get(self.metric.name).copied().filter(|_| self.metric.is_judged());
        if let Some(limit) = limit {
            let (low, high) = limits(self.metric, limit);
            (row.limit_low, row.limit_high) = (Some(low), Some(high).filter(|high| high.is_finite()));
            row.test = Some(pair.test().to_owned());
        }
        let is_undefined = row.value.is_none() || reference.is_none();
        if pair.group.is_thin || pair.other.is_thin {
            let (row, power) = (usize::MAX, None);
            return limit.map(|_| Pending { row, is_undefined, is_thin: true, power });
        }
        [row.difference_low, row.difference_high] = pair.difference_interval(confidence);
        if self.has_ratio() {
            [row.ratio_low, row.ratio_high] = pair.ratio_interval(confidence);
        }
        row.p_equal = self.fisher(group, base).or_else(|| pair.p_equal());
        row.p = self.p(&pair, limit?);
        let by_ratio = self.metric.is_by_ratio();
        let power = pair.group.rate.zip(pair.other.rate).filter(|_| by_ratio && pair.share.is_none());
        Some(Pending {
            row: usize::MAX,
            is_undefined: is_undefined || (by_ratio && row.ratio.is_none() && row.p.is_none()),
            is_thin: pair.n_clusters().is_some_and(|n| n < CLUSTERS_MIN),
            power: power.map(|(group, other)| (group.n, other)),
        })
    }

    /// p of all pairs of groups of which none is the reference: where the best group is picked from the data, they were
    /// looked at as well.
    pub fn p_of_other_pairs(&self, base: Base) -> Vec<f64> {
        let Some(limit) = self.settings.limits.get(self.metric.name) else { return Vec::new() };
        let n = self.measured.len();
        let is_told = |group: usize| !is_left_out(self.counted, self.metric, group) && !self.measured[group].is_thin;
        let others = |group: &usize| base != Base::Group(*group) && is_told(*group);
        let pairs = (0..n).filter(others).flat_map(|a| (a + 1..n).filter(others).map(move |b| (a, b)));
        pairs.filter_map(|(a, b)| self.p(&self.pair(a, Base::Group(b), None), *limit)).collect()
    }

    fn p(&self, pair: &Pair, limit: f64) -> Option<f64> {
        let limits = limits(self.metric, limit);
        if self.metric.is_by_ratio() { pair.p_ratio(limits) } else { pair.p_difference(limits) }
    }

    fn pair<'a>(&'a self, group: usize, base: Base, rest: Option<&'a Measured>) -> Pair<'a> {
        let group = &self.measured[group];
        let denominator = |of: &Measured| of.moments.map(|moments| moments.denominator);
        let share = rest.and_then(|_| Some(denominator(group)? / denominator(self.overall)?));
        Pair { metric: self.metric, group, other: rest.unwrap_or(self.reference(base)), share }
    }

    fn reference(&self, base: Base) -> &Measured {
        match base {
            Base::Overall => self.overall,
            Base::Group(group) => &self.measured[group],
        }
    }

    /// The subjects that are not of the group, where it is compared with all; `None` where all together are what it stands beside.
    fn rest(&self, group: usize, base: Base) -> Option<Measured> {
        if base != Base::Overall || matches!(self.metric.measure, Measure::Places(_)) {
            return None;
        }
        let unknown = Measured { value: self.overall.value, ..Measured::default() };
        Some(self.rests.get(group).copied().flatten().unwrap_or(unknown))
    }

    /// What a group stands beside: another group, or the others.
    pub fn beside(&self, group: usize, base: Base) -> Measured {
        self.rest(group, base).unwrap_or(*self.reference(base))
    }

    /// Whether the figure of all is no mean of those of the parts, so that a group stands beside the rest instead.
    fn is_beside_rest(&self) -> bool {
        matches!(self.metric.measure, Measure::Scores(_) | Measure::Counts(..))
    }

    /// Whether a ratio of two such figures means anything.
    fn has_ratio(&self) -> bool {
        self.metric.kind != Kind::Difference
    }

    /// Fisher's exact p of equal rates; `None` where rows are not independent.
    fn fisher(&self, group: usize, base: Base) -> Option<f64> {
        if self.metric.kind != Kind::Rate || self.overall.clustered {
            return None;
        }
        let counts = |cell: &Cell| {
            let moments = self.metric.moments(cell).unwrap_or_default();
            (moments.numerator as u64, (moments.denominator - moments.numerator) as u64)
        };
        let (hits, misses) = counts(&self.counted.cells[group]);
        let (mut other_hits, mut other_misses) = match base {
            Base::Overall => counts(&self.counted.total),
            Base::Group(group) => counts(&self.counted.cells[group]),
        };
        if base == Base::Overall {
            other_hits -= hits;
            other_misses -= misses;
        }
        let defined = hits + misses > 0 && other_hits + other_misses > 0;
        defined.then(|| fisher_exact_two_sided(hits, misses, other_hits, other_misses))
    }
}

/// Whether a group is told, but not compared: in the scoring rate's ratio, one that is very small or not known.
pub(super) fn is_left_out(counted: &Counted, metric: &Metric, group: usize) -> bool {
    let is_small = || (counted.cells[group].n() as f64) < CATEGORY_MIN * counted.total.n() as f64;
    let is_unknown = || counted.names[group].split(" × ").any(|part| part == MISSING);
    metric.name == SCORING_RATE && (is_small() || is_unknown())
}

/// Within which a ratio, or a difference, is no disparity.
pub(super) fn limits(metric: &Metric, limit: f64) -> (f64, f64) {
    match metric.is_by_ratio() {
        true if limit > 0.0 => (limit, 1.0 / limit),
        true => (0.0, f64::INFINITY),
        false => (-limit, limit),
    }
}

/// Whether a group is what the policy names: `group`, or `feature=group`.
pub(super) fn is_named(feature: &str, group: &str, name: &str) -> bool {
    let qualified = name.strip_prefix(feature).and_then(|rest| rest.strip_prefix('='));
    group == name || qualified.is_some_and(|rest| rest.trim() == group)
}
