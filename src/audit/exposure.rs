//! Who actually gets the call: each group's share of the first places, against its share of the subjects.

use super::cells::{POPULATIONS, Subjects};
use super::scores::Figure;
use crate::base::groups::Grouping;
use crate::stats::clusters::Clusters;
use crate::stats::interval::{normal_quantile, wilson_effective};
use crate::stats::rank::Ranking;
use crate::stats::ratio::Moments;

/// Places that a fair lottery must be expected to give to a group, and to leave it, for its share to be compared.
const PLACES_MIN: f64 = 5.0;

/// Two figures of a group, 1 where its share of places is its share of subjects.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Exposure {
    pub top_share: Figure,
    pub exposure: Figure,
}

/// The audited subjects of a population in the order of descending risk, of which the first `k` get the call: as many
/// as are selected. Equal risks share their places.
pub(super) struct Queue {
    /// Row of the table, highest risk first.
    row: Vec<u32>,
    /// Share of a first place, and exposure, of the leading rows; 0 for all that follow.
    places: Vec<(f64, f64)>,
    cluster: Option<Vec<u32>>,
    k: usize,
}

impl Queue {
    /// Of history and of today's subjects. O(n log n).
    pub fn both(subjects: &Subjects) -> [Self; POPULATIONS.len()] {
        let mut risks = [(); POPULATIONS.len()].map(|()| Vec::new());
        let mut rows = [(); POPULATIONS.len()].map(|()| Vec::new());
        let mut selected = [0; POPULATIONS.len()];
        for subject in subjects.each() {
            let at = usize::from(subject.today);
            risks[at].push(subject.risk);
            rows[at].push(subject.row as u32);
            selected[at] += usize::from(subject.selected == 1);
        }
        [0, 1].map(|at| Self::new(&risks[at], &rows[at], selected[at], subjects.cluster))
    }

    fn new(risks: &[f64], rows: &[u32], k: usize, ids: Option<&[u32]>) -> Self {
        let none = Ranking { order: Vec::new(), starts: vec![0] };
        let ranking = Ranking::new(risks).filter(|_| k > 0).unwrap_or(none);
        let mut places = Vec::new();
        let mut before = 0;
        for tie in ranking.ties().rev().take_while(|_| k > 0) {
            if before >= k {
                break;
            }
            let first = (k - before).min(tie.len());
            let discounts: f64 = (before + 1..=before + first).map(|place| 1.0 / (1.0 + place as f64).log2()).sum();
            let share = (first as f64 / tie.len() as f64, discounts / tie.len() as f64);
            places.resize(places.len() + tie.len(), share);
            before += tie.len();
        }
        let row: Vec<u32> = ranking.ties().rev().flatten().map(|at| rows[*at as usize]).collect();
        let cluster =
            ids.map(|ids| row.iter().map(|row| ids.get(*row as usize).copied().unwrap_or(u32::MAX)).collect());
        Self { row, places, cluster, k }
    }

    /// Both figures of every group of a grouping; undefined without subjects or where nobody is selected. O(n).
    pub fn exposures(&self, grouping: &Grouping, confidence: f64) -> Vec<Exposure> {
        let group_of = |row: &u32| grouping.member.get(*row as usize).copied();
        let member: Vec<Option<u32>> = self.row.iter().map(group_of).collect();
        let mut n = vec![0_u64; grouping.groups.len()];
        for group in member.iter().flatten() {
            if let Some(n) = n.get_mut(*group as usize) {
                *n += 1;
            }
        }
        let all = Places::new(self);
        let of_group = |(group, n): (usize, &u64)| {
            if *n == 0 || self.k == 0 {
                return Exposure::default();
            }
            let own = Own { queue: self, all: &all, member: &member, group: group as u32, n: *n as f64 };
            Exposure { top_share: own.top_share(confidence), exposure: own.exposure(confidence) }
        };
        n.iter().enumerate().map(of_group).collect()
    }
}

/// What all places have together.
struct Places {
    n: f64,
    /// Mean exposure over all subjects, and its variance with n − 1.
    mean: f64,
    variance: f64,
    clusters: Option<Clusters>,
}

impl Places {
    fn new(queue: &Queue) -> Self {
        let n = queue.row.len() as f64;
        let mean = queue.places.iter().map(|place| place.1).sum::<f64>() / n;
        let squares: f64 = queue.places.iter().map(|place| place.1 * place.1).sum();
        let clusters = queue.cluster.as_ref().map(|ids| Clusters::new(ids));
        Self { n, mean, variance: (squares - n * mean * mean).max(0.0) / (n - 1.0), clusters }
    }
}

/// One group in the queue.
struct Own<'a> {
    queue: &'a Queue,
    all: &'a Places,
    member: &'a [Option<u32>],
    group: u32,
    n: f64,
}

impl Own<'_> {
    fn is_own(&self, place: usize) -> f64 {
        f64::from(u8::from(self.member[place] == Some(self.group)))
    }

    /// (Share of the first k places) ÷ (share of subjects). Wilson's interval of the former by k × (N − 1) ÷ (N − k)
    /// places, as those of a lottery without replacement vary (hypergeometric); with clusters by as many as their spread
    /// is worth.
    ///
    /// The error is at least that of a fair lottery: by what a group happens to have, one without a place would be known
    /// without error. Beside another group it is larger by 1 ÷ √(1 − share), since what one has the other has not.
    fn top_share(&self, confidence: f64) -> Figure {
        let k = self.queue.k as f64;
        let own = (0..self.queue.places.len()).map(|at| self.queue.places[at].0 * self.is_own(at)).sum::<f64>();
        let (share, of_subjects) = ((own / k).min(1.0), self.n / self.all.n);
        let left = self.all.n - k;
        // all together have all places, and a lottery without losers has no chance in it
        if left <= 0.0 || of_subjects >= 1.0 {
            let (one, none) = (Some(1.0), Some(0.0));
            return Figure { value: one, low: one, high: one, error: none, ..Figure::default() };
        }
        let effective = self.effective(share).unwrap_or(k) * (self.all.n - 1.0) / left;
        let interval = wilson_effective(share, effective, confidence);
        let least = share.max(of_subjects);
        Figure {
            value: Some(share / of_subjects),
            low: interval.map(|interval| interval.0 / of_subjects),
            high: interval.map(|interval| interval.1 / of_subjects),
            error: Some((least * (1.0 - least) / effective).sqrt() / of_subjects),
            beside: (of_subjects < 1.0).then(|| (least / effective).sqrt() / of_subjects),
            is_thin: self.is_thin(),
        }
    }

    /// Whether a fair lottery would give the group, or leave it, fewer than five places.
    fn is_thin(&self) -> bool {
        let expected = self.queue.k as f64 * self.n / self.all.n;
        expected.min(self.n - expected) < PLACES_MIN
    }

    /// So many independent places are the first k worth, where rows are clustered.
    fn effective(&self, share: f64) -> Option<f64> {
        let clusters = self.all.clusters.as_ref()?;
        let mut sums = vec![(0.0, 0.0); clusters.n];
        for (at, (place, _)) in self.queue.places.iter().enumerate() {
            let sum = &mut sums[clusters.index[at] as usize];
            sum.0 += place * self.is_own(at);
            sum.1 += place;
        }
        let mut moments = Moments::default();
        sums.iter().for_each(|(own, all)| moments.add(*own, *all));
        let spread = share * (1.0 - share);
        match moments.error() {
            Some(error) if error > 0.0 && spread > 0.0 => Some((spread / (error * error)).min(moments.denominator)),
            _ => Some(moments.units.min(moments.denominator)),
        }
    }

    /// (Mean exposure of the group) ÷ (mean exposure of all), with the normal interval of a lottery of all places; with
    /// clusters by sums over them.
    fn exposure(&self, confidence: f64) -> Figure {
        let own: f64 = (0..self.queue.places.len()).map(|at| self.queue.places[at].1 * self.is_own(at)).sum();
        let expected = self.n * self.all.mean;
        let of_subjects = self.n / self.all.n;
        let variance = match &self.all.clusters {
            _ if self.all.n < 2.0 => None,
            None => Some(self.n * self.all.variance * (1.0 - of_subjects)),
            Some(clusters) => {
                let exposure = |at: usize| self.queue.places.get(at).map_or(0.0, |place| place.1);
                let part = |at: usize| (self.is_own(at) - of_subjects) * (exposure(at) - self.all.mean);
                let sums = clusters.sums((0..self.member.len()).map(part));
                Some(sums.iter().map(|sum| sum * sum).sum())
            }
        };
        let value = own / expected;
        let error = variance.map(|variance| variance.sqrt() / expected);
        let half = error.zip(normal_quantile(confidence)).map(|(error, z)| error * z);
        Figure {
            value: Some(value),
            low: half.map(|half| (value - half).max(0.0)),
            high: half.map(|half| value + half),
            error,
            beside: error.filter(|_| of_subjects < 1.0).map(|error| error / (1.0 - of_subjects).sqrt()),
            is_thin: self.is_thin(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grouping(member: Vec<u32>) -> Grouping {
        let groups = vec!["a".to_owned(), "b".to_owned()];
        Grouping { feature: "g".to_owned(), columns: vec!["g".to_owned()], groups, member }
    }

    fn near(a: Option<f64>, b: f64) -> bool {
        a.is_some_and(|a| (a - b).abs() < 1e-12)
    }

    #[test]
    fn places_are_shared_as_by_hand() {
        // risks .9 a, .5 a, .5 b, .5 b, .1 b; two get the call: a has 1 + 1/3 of two places, and 2 of 5 subjects
        let queue = Queue::new(&[0.1, 0.9, 0.5, 0.5, 0.5], &[0, 1, 2, 3, 4], 2, None);
        let told = queue.exposures(&grouping(vec![1, 0, 0, 1, 1]), 0.95);
        assert!(near(told[0].top_share.value, (4.0 / 6.0) / 0.4), "{:?}", told[0]);
        assert!(near(told[1].top_share.value, (2.0 / 6.0) / 0.6));
        // discounts: place 1 has 1, place 2 has 1 / log2(3), shared by three
        let second = 1.0 / 3.0_f64.log2();
        let mean = (1.0 + second) / 5.0;
        assert!(near(told[0].exposure.value, (1.0 + second / 3.0) / 2.0 / mean), "{:?}", told[0]);
        assert!(near(told[1].exposure.value, (second * 2.0 / 3.0) / 3.0 / mean));
    }

    #[test]
    fn nobody_and_everybody_are_no_riddle() {
        let member = || grouping(vec![0, 0, 1]);
        let nobody = Queue::new(&[0.1, 0.2, 0.3], &[0, 1, 2], 0, None).exposures(&member(), 0.95);
        assert_eq!(nobody, [Exposure::default(); 2]);
        let everybody = Queue::new(&[0.1, 0.2, 0.3], &[0, 1, 2], 3, None).exposures(&member(), 0.95);
        assert_eq!(everybody[1].top_share.low, Some(1.0));
        let alone = Queue::new(&[0.1, 0.2, 0.3], &[0, 1, 2], 1, None).exposures(&grouping(vec![0, 0, 0]), 0.95);
        assert!(near(alone[0].top_share.value, 1.0) && alone[1] == Exposure::default());
    }

    /// Over all ways to give two of six places, 95 % intervals are about as wide as the hypergeometric says.
    #[test]
    fn the_error_is_that_of_a_lottery() {
        let mut shares = Vec::new();
        let mut exposures = Vec::new();
        let risks = [6.0, 5.0, 4.0, 3.0, 2.0, 1.0];
        let mut told_error = None;
        for mask in 0..64_u32 {
            if mask.count_ones() != 3 {
                continue;
            }
            let member = (0..6).map(|place| (mask >> place) & 1).collect();
            let told = Queue::new(&risks, &[0, 1, 2, 3, 4, 5], 2, None).exposures(&grouping(member), 0.95)[0];
            shares.push(told.top_share.value.unwrap());
            exposures.push(told.exposure.value.unwrap());
            // a half of the places: where the plug-in variance is that of the lottery
            told_error = told_error.or(Some(told).filter(|told| near(told.top_share.value, 1.0)));
        }
        let deviation = |values: &[f64]| {
            (values.iter().map(|value| (value - 1.0).powi(2)).sum::<f64>() / values.len() as f64).sqrt()
        };
        let told = told_error.unwrap();
        assert!(near(told.top_share.error, deviation(&shares)), "{told:?} {}", deviation(&shares));
        assert!(near(told.exposure.error, deviation(&exposures)), "{told:?} {}", deviation(&exposures));
    }
}
