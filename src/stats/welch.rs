//! The difference of two means from sums alone.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::interval::student_quantile;

/// Numbers, told by their sums.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sample {
    pub n: f64,
    /// Σ x.
    pub sum: f64,
    /// Σ x².
    pub square: f64,
}

/// A difference, how far chance moves it, and by how many degrees of freedom that is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    pub value: f64,
    pub error: f64,
    pub freedom: f64,
}

impl Sample {
    /// `None` without numbers.
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0.0).then(|| self.sum / self.n)
    }

    /// Squared standard error of the mean: s² / n, s² with n − 1. `None` with fewer than two numbers.
    pub fn error_squared(&self) -> Option<f64> {
        let spread = (self.square - self.sum * self.sum / self.n).max(0.0);
        (self.n >= 2.0).then(|| spread / (self.n - 1.0) / self.n)
    }

    /// The numbers of this sample that are not in `part`.
    #[must_use]
    pub fn without(&self, part: &Self) -> Self {
        Self { n: self.n - part.n, sum: self.sum - part.sum, square: self.square - part.square }
    }
}

/// Mean of `a` − mean of `b`, two samples that share no number, with the standard error √(s²ₐ/nₐ + s²ᵦ/nᵦ) and the
/// degrees of freedom of Welch (1947, Biometrika 34) and Satterthwaite. `None` where one has fewer than two numbers.
pub fn welch(a: &Sample, b: &Sample) -> Option<Difference> {
    let (of_a, of_b) = (a.error_squared()?, b.error_squared()?);
    let square = of_a + of_b;
    let parts = of_a * of_a / (a.n - 1.0) + of_b * of_b / (b.n - 1.0);
    // where neither sample varies, the smaller one tells
    let freedom = if parts > 0.0 { square * square / parts } else { a.n.min(b.n) - 1.0 };
    Some(Difference { value: a.mean()? - b.mean()?, error: square.sqrt(), freedom })
}

impl Difference {
    /// Student's interval.
    pub fn interval(&self, confidence: f64) -> Option<(f64, f64)> {
        let half = self.error * student_quantile(confidence, self.freedom)?;
        half.is_finite().then_some((self.value - half, self.value + half))
    }

    /// Two-sided p against no difference; `None` where chance moves nothing.
    pub fn p(&self) -> Option<f64> {
        let student = StudentsT::new(0.0, 1.0, self.freedom).ok()?;
        let t = self.value / self.error;
        (self.error > 0.0).then(|| (2.0 * student.cdf(-t.abs())).min(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(values: &[f64]) -> Sample {
        Sample { n: values.len() as f64, sum: values.iter().sum(), square: values.iter().map(|x| x * x).sum() }
    }

    #[test]
    fn welch_is_that_of_peers() {
        // scipy.stats.ttest_ind([1, 2, 3, 4], [2, 4, 9], equal_var=False)
        let told = welch(&sample(&[1.0, 2.0, 3.0, 4.0]), &sample(&[2.0, 4.0, 9.0])).unwrap();
        assert!((told.value + 2.5).abs() < 1e-12);
        assert!((told.freedom - 2.388_385_199_705_955).abs() < 1e-12);
        assert!((told.p().unwrap() - 0.353_209_476_085_424_4).abs() < 1e-9, "{:?}", told.p());
        let (low, high) = told.interval(0.95).unwrap();
        assert!((low + 10.557_543_515_568_682).abs() < 1e-6 && (high - 5.557_543_515_568_682).abs() < 1e-6);
    }

    #[test]
    fn too_few_numbers_have_no_difference() {
        assert_eq!(welch(&sample(&[1.0]), &sample(&[2.0, 3.0])), None);
        assert_eq!(sample(&[]).mean(), None);
        let same = welch(&sample(&[1.0, 1.0]), &sample(&[1.0, 1.0, 1.0])).unwrap();
        assert_eq!((same.p(), same.interval(0.95)), (None, Some((0.0, 0.0))));
    }
}
