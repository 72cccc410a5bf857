//! What groups' values come to together.

use crate::audit::counted::Counted;
use crate::audit::metrics::{Kind, Metric};

/// One derived figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// How far values are apart.
    Difference,
    /// The smaller value ÷ the larger one, so at most 1.
    Ratio,
    /// The lowest value of a group.
    GroupMin,
    /// The highest value of a group.
    GroupMax,
    /// Standard deviation of the groups' true values: √(variance of the values − mean of their squared standard errors),
    /// 0 where chance alone explains more (Lum, Zhang and Bower 2022). Of more than two groups.
    Spread,
}

/// Between what, and which pair of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The two groups that are farthest apart.
    BetweenGroups,
    /// The group that is farthest from all subjects.
    ToOverall,
    /// Mean over all pairs of groups.
    BetweenGroupsMean,
    /// Mean over groups of the way to all subjects.
    ToOverallMean,
}

impl Basis {
    pub const ALL: [Self; 4] = [Self::BetweenGroups, Self::ToOverall, Self::BetweenGroupsMean, Self::ToOverallMean];

    /// As it stands in the table, where other rows have their group.
    pub fn name(self) -> &'static str {
        match self {
            Self::BetweenGroups => "between groups",
            Self::ToOverall => "to overall",
            Self::BetweenGroupsMean => "between groups, mean",
            Self::ToOverallMean => "to overall, mean",
        }
    }
}

impl Figure {
    pub const ALL: [Self; 5] = [Self::Difference, Self::Ratio, Self::GroupMin, Self::GroupMax, Self::Spread];

    /// What follows the name of the metric.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Difference => "_difference",
            Self::Ratio => "_ratio",
            Self::GroupMin => "_group_min",
            Self::GroupMax => "_group_max",
            Self::Spread => "_spread",
        }
    }

    /// What it tells of a metric with this title, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Difference => {
                "how far the groups' values are apart: the two farthest, the one farthest from all, or on average"
            }
            Self::Ratio => "the smaller value as a share of the larger: 1 where groups are alike",
            Self::GroupMin => "the lowest value of a group",
            Self::GroupMax => "the highest value of a group",
            Self::Spread => "how much the groups' true values vary, without what chance adds",
        }
    }
}

/// The figures that a metric has, in the order of the table.
pub(super) fn of_metric(metric: &Metric) -> impl Iterator<Item = (Figure, Basis)> {
    let has_ratio = metric.kind != Kind::Difference;
    Figure::ALL.into_iter().filter(move |figure| has_ratio || *figure != Figure::Ratio).flat_map(|figure| {
        let n = if matches!(figure, Figure::Difference | Figure::Ratio) { Basis::ALL.len() } else { 1 };
        Basis::ALL.into_iter().take(n).map(move |basis| (figure, basis))
    })
}

/// All figures of one metric.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Figures {
    difference: [Option<f64>; 4],
    ratio: [Option<f64>; 4],
    group_min: Option<f64>,
    group_max: Option<f64>,
    spread: Option<f64>,
}

impl Figures {
    pub fn get(&self, figure: Figure, basis: Basis) -> Option<f64> {
        match figure {
            Figure::Difference => self.difference[basis as usize],
            Figure::Ratio => self.ratio[basis as usize],
            Figure::GroupMin => self.group_min,
            Figure::GroupMax => self.group_max,
            Figure::Spread => self.spread,
        }
    }

    /// From the defined values of at least two groups, the value of all, and the mean squared standard error of the
    /// groups' values. O(n log n) for n groups, their pairs included; sorts the values.
    pub fn new(values: &mut [f64], overall: Option<f64>, noise: Option<f64>) -> Self {
        values.sort_unstable_by(f64::total_cmp);
        let (Some(&low), Some(&high), true) = (values.first(), values.last(), values.len() > 1) else {
            return Self::default();
        };
        let n = values.len() as f64;
        let ratios = |all: f64| values.iter().map(move |value| ratio(*value, all));
        let pairs = Pairs::of(values);
        Self {
            difference: spans(values, overall),
            ratio: [
                ratio(low, high),
                overall.and_then(|all| ratios(all).try_fold(1.0, |least: f64, ratio| Some(least.min(ratio?)))),
                pairs.ratio,
                overall.and_then(|all| ratios(all).sum::<Option<f64>>()).map(|sum| sum / n),
            ],
            group_min: Some(low),
            group_max: Some(high),
            spread: noise.filter(|_| n > 2.0).map(|noise| {
                let mean = values.iter().sum::<f64>() / n;
                let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
                (variance - noise).max(0.0).sqrt()
            }),
        }
    }
}

/// How far ascending values are apart, by basis.
fn spans(ascending: &[f64], overall: Option<f64>) -> [Option<f64>; 4] {
    let to_all = |all: f64| ascending.iter().map(move |value| (value - all).abs());
    let n = ascending.len() as f64;
    [
        ascending.last().zip(ascending.first()).map(|(high, low)| high - low),
        overall.map(|all| to_all(all).fold(0.0, f64::max)),
        Some(pairs_apart(ascending)),
        overall.map(|all| to_all(all).sum::<f64>() / n),
    ]
}

/// Mean difference over all pairs: each value is the larger one of its pairs with those before it.
fn pairs_apart(ascending: &[f64]) -> f64 {
    let (mut before, mut apart) = (0.0, 0.0);
    for (n, value) in ascending.iter().enumerate() {
        apart += n as f64 * value - before;
        before += value;
    }
    apart / ((ascending.len() * ascending.len().saturating_sub(1)) as f64 / 2.0).max(1.0)
}

/// What chance adds to the values of groups in one replicate, and to that of all.
///
/// Every difference is a seminorm F of the groups' values: |F(true) − F(observed)| ≤ F(what chance adds). Ratios are that on
/// the logarithm, extremes move by no more than the extremes of the noise. So quantiles of these over replicates give
/// intervals that hold whatever the truth is, also where all groups are alike: there, percentiles of F itself never reach 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Noise {
    difference: [Option<f64>; 4],
    /// Of the logarithms, between groups and to overall; infinite where a value is 0.
    log: [Option<f64>; 2],
    pub lowest: f64,
    pub highest: f64,
}

impl Noise {
    /// From replicate and center of every group's value and of that of all; sorts the two buffers.
    pub fn new(
        pairs: impl Iterator<Item = (f64, f64)> + Clone,
        overall: Option<(f64, f64)>,
        (plain, logs): (&mut Vec<f64>, &mut Vec<f64>),
    ) -> Self {
        let log = |(drawn, center): (f64, f64)| match drawn > 0.0 && center > 0.0 {
            true => (drawn / center).ln(),
            false => f64::NEG_INFINITY,
        };
        plain.clear();
        plain.extend(pairs.clone().map(|(drawn, center)| drawn - center));
        plain.sort_unstable_by(f64::total_cmp);
        logs.clear();
        logs.extend(pairs.map(log));
        logs.sort_unstable_by(f64::total_cmp);
        let ends = |of: &[f64]| of.first().copied().zip(of.last().copied()).unwrap_or_default();
        let ((lowest, highest), (low, high)) = (ends(plain), ends(logs));
        let apart = |a: f64, b: f64| if a.is_finite() && b.is_finite() { (a - b).abs() } else { f64::INFINITY };
        let to_all = overall.map(log).map(|all| apart(low, all).max(apart(high, all)));
        let difference = spans(plain, overall.map(|(drawn, center)| drawn - center));
        Self { difference, log: [Some(apart(high, low)), to_all], lowest, highest }
    }

    /// By how much a figure may be off; of ratios the logarithm of the factor.
    pub fn reach(&self, figure: Figure, basis: Basis) -> Option<f64> {
        let is_to_all = matches!(basis, Basis::ToOverall | Basis::ToOverallMean);
        match figure {
            Figure::Difference => self.difference[basis as usize],
            Figure::Ratio => self.log[usize::from(is_to_all)],
            Figure::GroupMin | Figure::GroupMax | Figure::Spread => None,
        }
    }
}

/// Means over all pairs of values.
struct Pairs {
    /// Of the smaller ÷ the larger; `None` where that is undefined for a pair.
    ratio: Option<f64>,
}

impl Pairs {
    /// Of ascending values: each is the larger one of its pairs with those before it.
    fn of(ascending: &[f64]) -> Self {
        let (mut before, mut ratio) = (0.0, ascending.first().and_then(|v| (*v >= 0.0).then_some(0.0)));
        for (n, value) in ascending.iter().enumerate().skip(1) {
            before += ascending[n - 1];
            ratio = ratio.filter(|_| *value > 0.0).map(|ratio: f64| ratio + before / value);
        }
        let n_pairs = (ascending.len() * (ascending.len() - 1)) as f64 / 2.0;
        Self { ratio: ratio.map(|ratio| ratio / n_pairs) }
    }
}

/// The smaller ÷ the larger of two values; `None` for two zeros or where one is negative.
fn ratio(a: f64, b: f64) -> Option<f64> {
    let (low, high) = (a.min(b), a.max(b));
    (low >= 0.0 && high > 0.0).then(|| low / high)
}

/// The figures of a metric as it was measured.
pub(super) fn of_groups(counted: &Counted, number: usize, shown: &[bool]) -> Figures {
    let told = || counted.measured[number].iter().zip(shown).filter(|(_, shown)| **shown).map(|(measured, _)| measured);
    let mut values: Vec<f64> = told().filter_map(|measured| measured.value).collect();
    let squares: Option<Vec<f64>> = told().filter(|of| of.value.is_some()).map(|of| Some(of.error?.powi(2))).collect();
    let noise = squares.map(|squares| squares.iter().sum::<f64>() / squares.len().max(1) as f64);
    Figures::new(&mut values, counted.overall[number].value, noise)
}
