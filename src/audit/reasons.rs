//! Fairness of the reasons and of the actions: does one group get fewer, poorer or dearer ones, or none at all?

use rayon::prelude::*;
use serde::Serialize;

use super::flip::estimate;
use crate::base::groups::Grouping;
use crate::stats::multiplicity::holm;
use crate::stats::parts::Parts;
use crate::stats::test::fisher_exact_two_sided;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// Share of the selected subjects that actions were looked for, for whom at least one was found.
    WithAction,
    /// Mean number of reasons.
    Reasons,
    /// Mean share of the points that the named reasons cover.
    Coverage,
    /// Mean cost of the cheapest action, over those who have one, as the config prices steps.
    ActionCost,
}

/// A figure of every subject that has it.
pub struct Figures {
    pub figure: Figure,
    /// (row of the table, value).
    pub values: Vec<(u32, f64)>,
}

/// A figure of a group beside its reference.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Told {
    pub figure: Figure,
    pub feature: String,
    pub group: String,
    pub reference: String,
    pub n: u64,
    pub value: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Value − value of the reference.
    pub difference: Option<f64>,
    /// Against no difference: Fisher's exact test for shares of independent subjects, else Welch's, over independent parts
    /// where rows are clustered.
    pub p: Option<f64>,
    /// Holm's, over all rows.
    pub p_adjusted: Option<f64>,
}

/// Tells every figure of every group with subjects, in the order figure, feature, group. Shares have Wilson's interval,
/// means Student's; both allow for clusters. With `overall` as the reference a group is tested against the rest.
pub fn compare_reasons(
    figures: &[Figures],
    groupings: &[&Grouping],
    cluster: &[u32],
    n_clusters: Option<usize>,
    reference: &(dyn Fn(&str) -> Option<String> + Sync),
    confidence: f64,
) -> Vec<Told> {
    let pairs: Vec<(&Figures, &Grouping)> =
        figures.iter().flat_map(|of| groupings.iter().map(move |grouping| (of, *grouping))).collect();
    let compare = |(of, grouping): (&Figures, &Grouping)| {
        let Some(name) = reference(&grouping.feature) else { return Vec::new() };
        let mut groups = vec![Parts::new(n_clusters); grouping.groups.len()];
        for (row, value) in &of.values {
            let row = *row as usize;
            groups[grouping.member[row] as usize].add(cluster[row] as usize, *value);
        }
        tell(of.figure, grouping, &groups, &name, confidence)
    };
    let mut told: Vec<Told> = pairs.into_par_iter().map(compare).collect::<Vec<_>>().concat();
    let tested: Vec<usize> = (0..told.len()).filter(|place| told[*place].p.is_some()).collect();
    let adjusted = holm(&tested.iter().filter_map(|place| told[*place].p).collect::<Vec<_>>());
    tested.into_iter().zip(adjusted).for_each(|(place, p)| told[place].p_adjusted = Some(p));
    told
}

fn tell(figure: Figure, grouping: &Grouping, groups: &[Parts], reference: &str, confidence: f64) -> Vec<Told> {
    let base = grouping.groups.iter().position(|group| group == reference);
    let all = all_of(groups);
    let told = |group: usize| {
        let own = &groups[group];
        let is_share = figure == Figure::WithAction;
        let interval = if is_share { own.wilson(confidence) } else { own.student(confidence) };
        let estimate = estimate(own, interval);
        let mean = base.map_or(all.total().mean(), |base| groups[base].total().mean());
        let tested = (base != Some(group)).then(|| base.map_or_else(|| all.without(own), |base| groups[base].clone()));
        Told {
            figure,
            feature: grouping.feature.clone(),
            group: grouping.groups[group].clone(),
            reference: reference.to_owned(),
            n: own.total().n as u64,
            value: estimate.value,
            low: estimate.low,
            high: estimate.high,
            difference: estimate.value.zip(mean).map(|(value, mean)| value - mean),
            p: tested.and_then(|other| p(own, &other, is_share)),
            p_adjusted: None,
        }
    };
    (0..groups.len()).filter(|group| groups[*group].total().n > 0.0).map(told).collect()
}

fn p(own: &Parts, other: &Parts, is_share: bool) -> Option<f64> {
    let (a, b) = (own.total(), other.total());
    if !(is_share && own.independent) {
        return own.difference(other)?.p();
    }
    let [hits, misses, other_hits, other_misses] = [a.sum, a.n - a.sum, b.sum, b.n - b.sum].map(|count| count as u64);
    (b.n > 0.0).then(|| fisher_exact_two_sided(hits, misses, other_hits, other_misses))
}

fn all_of(groups: &[Parts]) -> Parts {
    let mut all = groups[0].clone();
    for (part, sample) in groups[1..].iter().flat_map(|group| group.samples.iter().enumerate()) {
        let sum = &mut all.samples[part];
        sum.n += sample.n;
        sum.sum += sample.sum;
        sum.square += sample.square;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grouping() -> Grouping {
        Grouping {
            feature: "gender".to_owned(),
            columns: vec!["gender".to_owned()],
            groups: vec!["F".to_owned(), "M".to_owned()],
            member: (0..200).map(|row| u32::from(row >= 80)).collect(),
        }
    }

    #[test]
    fn a_group_without_actions_stands_out() {
        let values = (0..200).map(|row| (row, if row >= 80 { 1.0 } else { 0.0 })).collect();
        let cluster: Vec<u32> = (0..200).collect();
        let told = |n_clusters| {
            let figures = [Figures { figure: Figure::WithAction, values: Vec::clone(&values) }];
            compare_reasons(&figures, &[&grouping()], &cluster, n_clusters, &|_| Some("M".to_owned()), 0.95)
        };
        let rows = told(None);
        assert_eq!((rows[0].n, rows[0].value, rows[0].difference), (80, Some(0.0), Some(-1.0)));
        assert!(rows[0].p_adjusted.unwrap() < 1e-9 && rows[0].high.unwrap() < 0.1);
        assert_eq!((rows[1].p, rows[1].difference), (None, Some(0.0)));
        // nothing varies within the groups, so that parts tell no chance, and the interval stands on their number
        assert!(told(Some(200))[0].high.unwrap() < 0.1);
    }
}
