//! The best small tree of a column, by the gradient and the weight of its bins.

use super::blocks::Form;
use crate::base::units::Direction;

/// The reciprocals that Newton leaves of a block need: the weights stay while many steps are taken.
#[derive(Debug, Clone)]
pub(super) struct Splitter {
    form: Form,
    /// 1 / weight of each bin; 0 where no row lies.
    of_bin: Vec<f32>,
    /// 1 / weight of what lies up to each cut, and beyond it; 0 where too few rows lie.
    sides: Vec<[f32; 2]>,
}

/// A step: values to add to the bins, and patterns with their units that take the gradient along.
#[derive(Debug, Clone, Default)]
pub(super) struct Step {
    pub values: Vec<f32>,
    pub patterns: Vec<(usize, f32)>,
    /// What a full step would gain in twice the log likelihood, by degree of freedom.
    pub gain: f32,
}

/// A cut with its Newton leaves.
#[derive(Debug, Clone, Copy, Default)]
struct Stump {
    gain: f32,
    /// Bins on the low side.
    cut: usize,
    low: f32,
    high: f32,
}

impl Splitter {
    /// `weights` and `counts` of the block's bins; a leaf holds at least `rows_min` rows and leans by `ridge` to 0.
    pub(super) fn new(form: Form, weights: &[f32], counts: &[u32], rows_min: u32, ridge: f32) -> Self {
        let inverse = |weight: f32, count: u32, min: u32| {
            if count < min.max(1) || weight + ridge <= 0.0 { 0.0 } else { 1.0 / (weight + ridge) }
        };
        let of_bin = weights.iter().zip(counts).map(|(&weight, &count)| inverse(weight, count, 1)).collect();
        let side = |weights: &[f32], counts: &[u32]| inverse(weights.iter().sum(), counts.iter().sum(), rows_min);
        let sides = match form {
            Form::Ordered { n_known, .. } => (1..n_known)
                .map(|cut| [side(&weights[..cut], &counts[..cut]), side(&weights[cut..n_known], &counts[cut..n_known])])
                .collect(),
            Form::Levels => Vec::new(),
        };
        Self { form, of_bin, sides }
    }

    /// Puts into `step` the share `rate` of the best tree's Newton leaves: a cut of known values and a leaf for missing
    /// ones, or a leaf for every level. Patterns begin at `begin`.
    pub(super) fn step(&self, gradient: &[f32], rate: f32, begin: usize, step: &mut Step) {
        step.values.clear();
        step.patterns.clear();
        step.gain = 0.0;
        match self.form {
            Form::Ordered { n_known, direction } => {
                let (known, missing) = gradient.split_at(n_known);
                self.cut(known, direction, rate, begin, step);
                self.leaves(missing, n_known, rate, begin, step);
            }
            Form::Levels => {
                self.leaves(gradient, 0, rate, begin, step);
                step.gain /= gradient.len().max(2) as f32 - 1.0;
            }
        }
    }

    fn cut(&self, known: &[f32], direction: Option<Direction>, rate: f32, begin: usize, step: &mut Step) {
        let Stump { gain, cut, low, high } = self.stump(known, direction);
        step.values.resize(cut, rate * low);
        step.values.resize(known.len(), rate * high);
        if gain > 0.0 {
            step.gain = gain;
            step.patterns.push((begin + cut - 1, rate * (low - high)));
            step.patterns.push((begin + known.len() - 1, rate * high));
        }
    }

    /// The cut that gains most; one whose leaves go against the direction is refused.
    fn stump(&self, known: &[f32], direction: Option<Direction>) -> Stump {
        let total: f32 = known.iter().sum();
        let (mut best, mut left) = (Stump::default(), 0.0);
        for (place, (gradient, inverse)) in known.iter().zip(&self.sides).enumerate() {
            left += gradient;
            let right = total - left;
            let (low, high) = (left * inverse[0], right * inverse[1]);
            let gain = left * low + right * high;
            if gain > best.gain && inverse[0] * inverse[1] > 0.0 && goes(direction, low, high) {
                best = Stump { gain, cut: place + 1, low, high };
            }
        }
        best
    }

    /// A leaf for each of the bins from `first` on.
    fn leaves(&self, gradient: &[f32], first: usize, rate: f32, begin: usize, step: &mut Step) {
        for (bin, gradient) in (first..).zip(gradient) {
            let leaf = gradient * self.of_bin[bin];
            step.gain += gradient * leaf;
            step.values.push(rate * leaf);
            step.patterns.push((begin + bin, rate * leaf));
        }
    }
}

fn goes(direction: Option<Direction>, low: f32, high: f32) -> bool {
    match direction {
        None => true,
        Some(Direction::Increasing) => low <= high,
        Some(Direction::Decreasing) => low >= high,
    }
}
