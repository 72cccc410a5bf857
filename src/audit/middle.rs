//! The median score, and who is on the better side of it.

use super::Settings;
use super::cells::{POPULATIONS, Subjects};
use crate::base::units::Effect;

/// The median risk of each population, and which side of it is the better one.
pub(super) struct Middle {
    medians: [Option<f64>; POPULATIONS.len()],
    is_burden: bool,
}

impl Middle {
    /// The medians of the audited risks of history and of today's subjects (of an even number: the mean of the middle
    /// two); none where the policy does not ask for the scoring rate.
    pub fn new(subjects: &Subjects, settings: &Settings) -> Self {
        let mut risks = [(); POPULATIONS.len()].map(|()| Vec::new());
        if settings.scoring_rate {
            for subject in subjects.each() {
                risks[usize::from(subject.today)].push(subject.risk);
            }
        }
        Self { medians: risks.map(median), is_burden: settings.effect == Some(Effect::Burden) }
    }

    /// Where nobody asked for the scoring rate.
    pub fn unasked() -> Self {
        Self { medians: [None; POPULATIONS.len()], is_burden: false }
    }

    /// Whether a risk is above the median, or, where being selected is a burden, below it.
    pub fn favors(&self, today: bool, risk: f64) -> bool {
        self.medians[usize::from(today)]
            .is_some_and(|median| if self.is_burden { risk < median } else { risk > median })
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    let half = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    let is_odd = values.len() % 2 == 1;
    let (below, middle, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    let lower = below.iter().copied().max_by(f64::total_cmp).filter(|_| !is_odd);
    Some(lower.map_or(*middle, |lower| f64::midpoint(lower, *middle)))
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0]), Some(3.0));
        assert_eq!(median(vec![9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![9.0, 1.0, 2.0, 4.0]), Some(3.0));
    }
}
