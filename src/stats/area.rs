//! The area under the curve within strata: only rows of one stratum are compared, as where each fold has a model of its own.

use super::interval::normal_quantile;
use crate::base::units::Estimate;

/// Positives and negatives of each distinct score, by ascending score.
pub type Counts = Vec<(u64, u64)>;

/// An area under the curve and how far chance moves it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    pub value: f64,
    /// Squared standard error (DeLong, DeLong & Clarke-Pearson 1988).
    pub variance: f64,
}

/// The probability that a positive scores above a negative of the same stratum, ties counting half: the mean over strata,
/// each weighted by its pairs. `None` where no stratum has both classes.
pub fn area(strata: &[Counts]) -> Option<Area> {
    let of_strata: Vec<(f64, Area)> = strata.iter().filter_map(|counts| of_stratum(counts)).collect();
    let pairs: f64 = of_strata.iter().map(|(pairs, _)| pairs).sum();
    let mean = |power: i32, part: fn(&Area) -> f64| -> f64 {
        of_strata.iter().map(|(weight, area)| (weight / pairs).powi(power) * part(area)).sum()
    };
    (pairs > 0.0).then(|| Area { value: mean(1, |area| area.value), variance: mean(2, |area| area.variance) })
}

/// Pairs and area of one stratum.
fn of_stratum(counts: &[(u64, u64)]) -> Option<(f64, Area)> {
    let total = |part: fn(&(u64, u64)) -> u64| counts.iter().map(part).sum::<u64>() as f64;
    let (m, n) = (total(|of| of.0), total(|of| of.1));
    if m == 0.0 || n == 0.0 {
        return None;
    }
    let placements = || {
        let (mut below, mut above) = (0.0, m);
        counts.iter().map(move |(positive, negative)| {
            let (positive, negative) = (*positive as f64, *negative as f64);
            above -= positive;
            let placed = ((below + negative / 2.0) / n, (above + positive / 2.0) / m);
            below += negative;
            (positive, negative, placed)
        })
    };
    let value = placements().map(|(positive, _, placed)| positive * placed.0).sum::<f64>() / m;
    let (mut of_positives, mut of_negatives) = (0.0, 0.0);
    for (positive, negative, placed) in placements() {
        of_positives += positive * (placed.0 - value).powi(2);
        of_negatives += negative * (placed.1 - value).powi(2);
    }
    let variance = of_positives / (m * (m - 1.0).max(1.0)) + of_negatives / (n * (n - 1.0).max(1.0));
    Some((m * n, Area { value, variance }))
}

impl Area {
    /// With the normal interval of the logit, as [`super::rank::delong`] has it; none where the area is 0 or 1.
    pub fn estimate(&self, confidence: f64) -> Estimate {
        let slope = self.value * (1.0 - self.value);
        let half = normal_quantile(confidence).map(|z| z * self.variance.sqrt() / slope);
        let half = half.filter(|half| slope > 0.0 && *half > 0.0);
        let odds = (self.value / (1.0 - self.value)).ln();
        let at = |logit: f64| 1.0 / (1.0 + (-logit).exp());
        Estimate { value: Some(self.value), low: half.map(|h| at(odds - h)), high: half.map(|h| at(odds + h)) }
    }
}

/// Counts of scored rows, one list for each stratum from 0.
pub fn counted(scores: &[f64], positive: &[bool], stratum: &[u8], n_strata: usize) -> Vec<Counts> {
    let of = |wanted: usize| {
        let rows = scores.iter().zip(positive).zip(stratum).filter(|(_, stratum)| usize::from(**stratum) == wanted);
        let mut rows: Vec<(f64, bool)> = rows.map(|((score, positive), _)| (*score, *positive)).collect();
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        let count = |tie: &[(f64, bool)]| {
            let positives = tie.iter().filter(|row| row.1).count() as u64;
            (positives, tie.len() as u64 - positives)
        };
        rows.chunk_by(|a, b| a.0 == b.0).map(count).collect()
    };
    (0..n_strata).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::rank::delong;

    #[test]
    fn one_stratum_is_delong() {
        let scores: Vec<f64> = (0..60).map(|i| f64::from(i * 37 % 19)).collect();
        let positive: Vec<bool> = (0..60).map(|i| (i * 37 % 19 + i % 7) > 12).collect();
        let told = area(&counted(&scores, &positive, &[0; 60], 1)).unwrap().estimate(0.95);
        let peer = delong(&scores, &positive, None, 0.95);
        for (a, b) in [(told.value, peer.value), (told.low, peer.low), (told.high, peer.high)] {
            assert!((a.unwrap() - b.unwrap()).abs() < 1e-12, "{told:?} {peer:?}");
        }
    }

    #[test]
    fn strata_are_not_compared() {
        // within each stratum the positive is above; between them it is not
        let told = area(&counted(&[1.0, 2.0, 11.0, 12.0], &[false, true, false, true], &[0, 0, 1, 1], 2)).unwrap();
        assert_eq!(told.value, 1.0);
        assert_eq!(area(&counted(&[1.0, 2.0], &[true, true], &[0, 0], 1)), None);
    }
}
