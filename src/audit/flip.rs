//! Flip test: what if somebody were of another group, all else equal?

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::base::units::Estimate;
use crate::stats::parts::Parts;

/// What becomes of a group's subjects when the feature is set to each other group's usual value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flip {
    pub feature: String,
    pub group: String,
    pub n: usize,
    /// Share of subjects that at least one other value would select, or not select any more; Wilson's interval.
    pub changed: Estimate,
    /// Mean over subjects of the mean |change| of the score over the other values, in points; Student's interval.
    pub mean_change: Estimate,
    /// The largest |change|, in points; `None` where flips are published: it is one person's figure.
    pub max_change: Option<f64>,
}

/// A subject before and after.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Flipped {
    pub group: u32,
    pub cluster: u32,
    pub changed: bool,
    /// Mean and largest |change| over the other values, in points.
    pub mean: f64,
    pub max: f64,
}

/// Sums subjects up by group, in the order of the groups; `n_clusters`: how many, where rows are clustered.
pub fn flips(
    feature: &str,
    groups: &[String],
    flipped: &[Flipped],
    n_clusters: Option<usize>,
    confidence: f64,
) -> Vec<Flip> {
    let mut by_group: BTreeMap<u32, Vec<&Flipped>> = BTreeMap::new();
    flipped.iter().for_each(|of| by_group.entry(of.group).or_default().push(of));
    let flip = |(group, of): (u32, Vec<&Flipped>)| {
        let (mut changed, mut mean) = (Parts::new(n_clusters), Parts::new(n_clusters));
        for of in &of {
            changed.add(of.cluster as usize, f64::from(u8::from(of.changed)));
            mean.add(of.cluster as usize, of.mean);
        }
        Flip {
            feature: feature.to_owned(),
            group: groups.get(group as usize).cloned().unwrap_or_default(),
            n: of.len(),
            changed: estimate(&changed, changed.wilson(confidence)),
            mean_change: estimate(&mean, mean.student(confidence)),
            max_change: of.iter().map(|of| of.max).reduce(f64::max),
        }
    };
    by_group.into_iter().map(flip).collect()
}

/// Flips as they may be published: of groups that are not hidden, without anybody's own figure; none of a feature of
/// which some group has fewer than `least` subjects who change, or who do not.
pub fn public_flips(flips: &[Flip], least: usize, is_hidden: impl Fn(&str, &str) -> bool) -> Vec<Flip> {
    let is_small = |of: &Flip| {
        let changed = (of.changed.value.unwrap_or_default() * of.n as f64).round();
        changed.min(of.n as f64 - changed) < least as f64
    };
    let few: BTreeSet<&str> = flips.iter().filter(|of| is_small(of)).map(|of| of.feature.as_str()).collect();
    let is_told = |of: &&Flip| !few.contains(of.feature.as_str()) && !is_hidden(&of.feature, &of.group);
    flips.iter().filter(is_told).map(|of| Flip { max_change: None, ..of.clone() }).collect()
}

/// A mean with its interval.
pub(super) fn estimate(parts: &Parts, interval: Option<(f64, f64)>) -> Estimate {
    let value = parts.total().mean();
    Estimate { value, low: interval.map(|of| of.0), high: interval.map(|of| of.1) }
}
