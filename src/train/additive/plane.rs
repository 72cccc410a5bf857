//! The best small tree over the cells of two columns.

use std::ops::Range;

/// Cells of two orders, those of the first one after the other, each with all of the second.
#[derive(Debug, Clone)]
pub(super) struct Plane {
    n_first: usize,
    n_second: usize,
    /// The cell of each row.
    pub codes: Vec<u16>,
    /// Rows in each cell.
    pub counts: Vec<f32>,
}

/// Weights of a plane's cells, and 1 / weight of the four corners at every pair of cuts; 0 where too few rows lie.
#[derive(Debug, Clone)]
pub(super) struct Weighed {
    cells: Vec<f32>,
    inverse: Vec<[f32; 4]>,
}

/// Sums over all cells up to and with each cell.
struct Sums {
    sums: Vec<f32>,
    n_second: usize,
}

/// The best cut of one side of a plane.
#[derive(Debug, Clone, Copy, Default)]
struct Side {
    gain: f32,
    cut: usize,
}

/// For every cut of one axis the best cuts of the other on its low and its high side.
type Sides = Vec<[Side; 2]>;

impl Plane {
    pub(super) fn new(n_first: usize, n_second: usize, codes: Vec<u16>) -> Self {
        let mut counts = vec![0.0; n_first * n_second];
        codes.iter().for_each(|code| counts[usize::from(*code)] += 1.0);
        Self { n_first, n_second, codes, counts }
    }

    pub(super) fn n_second(&self) -> usize {
        self.n_second
    }

    pub(super) fn n_cells(&self) -> usize {
        self.n_first * self.n_second
    }

    /// Weighs the cells by row weights, all multiplied by `scale`; a leaf holds at least `rows_min` rows, and leans by
    /// `ridge` to 0.
    pub(super) fn weigh(&self, weights: &[f32], scale: f64, rows_min: f32, ridge: f32) -> Weighed {
        let mut sums = vec![0.0; self.n_cells()];
        self.codes.iter().zip(weights).for_each(|(code, weight)| sums[usize::from(*code)] += f64::from(*weight));
        let cells: Vec<f32> = sums.into_iter().map(|sum| (sum * scale) as f32).collect();
        let (weights, counts) = (self.sum_up(&cells), self.sum_up(&self.counts));
        let inverse = |(first, second): (usize, usize)| {
            let (weights, counts) = (weights.corners(first, second), counts.corners(first, second));
            let corner = |place: usize| {
                if counts[place] < rows_min { 0.0 } else { 1.0 / (weights[place].max(0.0) + ridge) }
            };
            [corner(0), corner(1), corner(2), corner(3)]
        };
        let cuts = (0..self.n_first - 1).flat_map(|first| (0..self.n_second - 1).map(move |second| (first, second)));
        Weighed { inverse: cuts.map(inverse).collect(), cells }
    }

    fn sum_up(&self, cells: &[f32]) -> Sums {
        let n_second = self.n_second;
        let mut sums = cells.to_vec();
        for row in sums.chunks_exact_mut(n_second) {
            (1..n_second).for_each(|second| row[second] += row[second - 1]);
        }
        (n_second..sums.len()).for_each(|cell| sums[cell] += sums[cell - n_second]);
        Sums { sums, n_second }
    }

    /// Adds the share `rate` of the Newton leaves of the best tree of up to four leaves (one cut on one axis, then a
    /// cut on the other on either side) to `table`, and takes what they tell from `gradient`. Gives the gain.
    pub(super) fn grow(&self, weighed: &Weighed, rate: f32, gradient: &mut [f32], table: &mut [f32]) -> f32 {
        let sums = self.sum_up(gradient);
        let (by_first, by_second) = self.search(&sums, weighed);
        let ((at_first, gain_first), (at_second, gain_second)) = (best(&by_first), best(&by_second));
        let leaf = |first: usize, second: usize, corner: usize| {
            let place = first * (self.n_second - 1) + second;
            rate * sums.corners(first, second)[corner] * weighed.inverse[place][corner]
        };
        let mut add = |firsts: Range<usize>, seconds: Range<usize>, leaf: f32| {
            for row in firsts {
                for cell in row * self.n_second + seconds.start..row * self.n_second + seconds.end {
                    table[cell] += leaf;
                    gradient[cell] -= weighed.cells[cell] * leaf;
                }
            }
        };
        if gain_first.max(gain_second) <= 0.0 {
            return 0.0;
        }
        if gain_first >= gain_second {
            let [low, high] = by_first[at_first].map(|side| side.cut);
            add(0..at_first + 1, 0..low + 1, leaf(at_first, low, 0));
            add(0..at_first + 1, low + 1..self.n_second, leaf(at_first, low, 1));
            add(at_first + 1..self.n_first, 0..high + 1, leaf(at_first, high, 2));
            add(at_first + 1..self.n_first, high + 1..self.n_second, leaf(at_first, high, 3));
        } else {
            let [low, high] = by_second[at_second].map(|side| side.cut);
            add(0..low + 1, 0..at_second + 1, leaf(low, at_second, 0));
            add(low + 1..self.n_first, 0..at_second + 1, leaf(low, at_second, 2));
            add(0..high + 1, at_second + 1..self.n_second, leaf(high, at_second, 1));
            add(high + 1..self.n_first, at_second + 1..self.n_second, leaf(high, at_second, 3));
        }
        gain_first.max(gain_second)
    }

    /// The best cuts of either side of every cut of the first axis, and of the second.
    fn search(&self, sums: &Sums, weighed: &Weighed) -> (Sides, Sides) {
        let mut by_first = vec![[Side::default(); 2]; self.n_first - 1];
        let mut by_second = vec![[Side::default(); 2]; self.n_second - 1];
        let mut inverses = weighed.inverse.iter();
        for (first, sides) in by_first.iter_mut().enumerate() {
            for ((second, others), inverse) in by_second.iter_mut().enumerate().zip(&mut inverses) {
                let sums = sums.corners(first, second);
                let gain = |corner: usize| sums[corner] * sums[corner] * inverse[corner];
                let [low_low, low_high, high_low, high_high] = [gain(0), gain(1), gain(2), gain(3)];
                sides[0].improve(low_low + low_high, second);
                sides[1].improve(high_low + high_high, second);
                others[0].improve(low_low + high_low, first);
                others[1].improve(low_high + high_high, first);
            }
        }
        (by_first, by_second)
    }
}

impl Sums {
    /// Of the four corners about a pair of cuts: low low, low high, high low, high high.
    fn corners(&self, first: usize, second: usize) -> [f32; 4] {
        let (row, last) = (first * self.n_second, self.sums.len() - self.n_second);
        let (low_low, low) = (self.sums[row + second], self.sums[row + self.n_second - 1]);
        let (left, all) = (self.sums[last + second], self.sums[last + self.n_second - 1]);
        [low_low, low - low_low, left - low_low, all - low - left + low_low]
    }
}

impl Side {
    fn improve(&mut self, gain: f32, cut: usize) {
        if gain > self.gain {
            *self = Self { gain, cut };
        }
    }
}

/// The cut whose sides gain most.
fn best(sides: &Sides) -> (usize, f32) {
    let gains = sides.iter().map(|[low, high]| low.gain + high.gain).enumerate();
    gains.fold((0, 0.0), |best, (cut, gain)| if gain > best.1 { (cut, gain) } else { best })
}
