//! The best small trees over the cells of two columns.
//!
//! Known values lie in two orders: a tree of up to four leaves cuts one and then the other. Missing values have no
//! place in an order, so that those of either column are a line of cells apart, along the known values of the other,
//! which a cut parts into two leaves; where both are missing there is one leaf.

use std::ops::Range;

use super::coarse::Coarse;

/// Cells of two orders, those of the first one after the other, each with all of the second.
#[derive(Debug, Clone)]
pub(super) struct Plane {
    /// Coarse bins of the second column; the last is that of missing values, if it has such.
    n_second: usize,
    /// Coarse bins of known values.
    known: [usize; 2],
    /// Cells of missing values: of the first column, of the second and of both.
    lines: Vec<Vec<usize>>,
    /// The cell of each row.
    pub codes: Vec<u16>,
    /// Rows in each cell.
    pub counts: Vec<f32>,
}

/// Weights of a plane's cells and of the leaves that they may be parted into.
#[derive(Debug, Clone)]
pub(super) struct Weighed {
    cells: Vec<f32>,
    /// 1 / weight of the four corners at every pair of cuts; 0 where too few rows lie.
    inverse: Vec<[f32; 4]>,
    /// Likewise of both sides of every cut of each line; at first of nothing and the whole line.
    of_lines: Vec<Vec<[f32; 2]>>,
}

/// Sums over all cells up to and with each cell.
struct Sums {
    sums: Vec<f32>,
    n_second: usize,
    known: [usize; 2],
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
    pub(super) fn new(coarse: [&Coarse; 2], codes: Vec<u16>) -> Self {
        let [n_first, n_second] = coarse.map(|coarse| coarse.n);
        let known = coarse.map(|coarse| coarse.n - usize::from(coarse.has_missing));
        let cells = |firsts: Range<usize>, seconds: Range<usize>| {
            let cells = firsts.flat_map(|first| seconds.clone().map(move |second| first * n_second + second));
            cells.collect::<Vec<usize>>()
        };
        let lines = vec![
            cells(known[0]..n_first, 0..known[1]),
            cells(0..known[0], known[1]..n_second),
            cells(known[0]..n_first, known[1]..n_second),
        ];
        let mut counts = vec![0.0; n_first * n_second];
        codes.iter().for_each(|code| counts[usize::from(*code)] += 1.0);
        Self { n_second, known, lines, codes, counts }
    }

    pub(super) fn n_second(&self) -> usize {
        self.n_second
    }

    pub(super) fn n_cells(&self) -> usize {
        self.counts.len()
    }

    /// Weighs the cells by row weights, all multiplied by `scale`; a leaf holds at least `rows_min` rows, and leans by
    /// `ridge` to 0.
    pub(super) fn weigh(&self, weights: &[f32], scale: f64, rows_min: f32, ridge: f32) -> Weighed {
        let mut sums = vec![0.0; self.n_cells()];
        self.codes.iter().zip(weights).for_each(|(code, weight)| sums[usize::from(*code)] += f64::from(*weight));
        let cells: Vec<f32> = sums.into_iter().map(|sum| (sum * scale) as f32).collect();
        let (weights, counts) = (self.sum_up(&cells), self.sum_up(&self.counts));
        let inverse = |weight: f32, count: f32| if count < rows_min { 0.0 } else { 1.0 / (weight.max(0.0) + ridge) };
        let corners = |(first, second): (usize, usize)| {
            let (weights, counts) = (weights.corners(first, second), counts.corners(first, second));
            [0, 1, 2, 3].map(|corner| inverse(weights[corner], counts[corner]))
        };
        let sides = |line: &Vec<usize>| {
            let (weights, counts) = (sides(&cells, line), sides(&self.counts, line));
            weights
                .zip(counts)
                .map(|(weights, counts)| [0, 1].map(|side| inverse(weights[side], counts[side])))
                .collect()
        };
        let [firsts, seconds] = self.known.map(|n| 0..n - 1);
        let cuts = firsts.flat_map(|first| seconds.clone().map(move |second| (first, second)));
        let (inverse, of_lines) = (cuts.map(corners).collect(), self.lines.iter().map(sides).collect());
        Weighed { cells, inverse, of_lines }
    }

    fn sum_up(&self, cells: &[f32]) -> Sums {
        let n_second = self.n_second;
        let mut sums = cells.to_vec();
        for row in sums.chunks_exact_mut(n_second) {
            (1..n_second).for_each(|second| row[second] += row[second - 1]);
        }
        (n_second..sums.len()).for_each(|cell| sums[cell] += sums[cell - n_second]);
        Sums { sums, n_second, known: self.known }
    }

    /// Adds the share `rate` of the Newton leaves of the best trees to `table`, and takes what they tell from
    /// `gradient`. Gives the gain.
    pub(super) fn grow(&self, weighed: &Weighed, rate: f32, gradient: &mut [f32], table: &mut [f32]) -> f32 {
        let lines = self.lines.iter().zip(&weighed.of_lines);
        let gains = lines.map(|(line, inverse)| {
            let Line { gain, cut, leaves } = Line::best(gradient, line, inverse);
            for (cells, leaf) in [&line[..cut], &line[cut..]].into_iter().zip(leaves) {
                cells.iter().for_each(|&cell| step(weighed, cell, rate * leaf, gradient, table));
            }
            gain
        });
        gains.sum::<f32>() + self.grow_known(weighed, rate, gradient, table)
    }

    /// Likewise of the best tree of up to four leaves over known values: one cut on one axis, then a cut on the other on
    /// either side.
    fn grow_known(&self, weighed: &Weighed, rate: f32, gradient: &mut [f32], table: &mut [f32]) -> f32 {
        let sums = self.sum_up(gradient);
        let (by_first, by_second) = self.search(&sums, weighed);
        let ((at_first, gain_first), (at_second, gain_second)) = (best(&by_first), best(&by_second));
        if gain_first.max(gain_second) <= 0.0 {
            return 0.0;
        }
        let [n_first, n_second] = self.known;
        let leaf = |first: usize, second: usize, corner: usize| {
            let place = first * (n_second - 1) + second;
            rate * sums.corners(first, second)[corner] * weighed.inverse[place][corner]
        };
        let mut add = |firsts: Range<usize>, seconds: Range<usize>, leaf: f32| {
            for row in firsts {
                let cells = row * self.n_second + seconds.start..row * self.n_second + seconds.end;
                cells.for_each(|cell| step(weighed, cell, leaf, gradient, table));
            }
        };
        if gain_first >= gain_second {
            let [low, high] = by_first[at_first].map(|side| side.cut);
            add(0..at_first + 1, 0..low + 1, leaf(at_first, low, 0));
            add(0..at_first + 1, low + 1..n_second, leaf(at_first, low, 1));
            add(at_first + 1..n_first, 0..high + 1, leaf(at_first, high, 2));
            add(at_first + 1..n_first, high + 1..n_second, leaf(at_first, high, 3));
        } else {
            let [low, high] = by_second[at_second].map(|side| side.cut);
            add(0..low + 1, 0..at_second + 1, leaf(low, at_second, 0));
            add(low + 1..n_first, 0..at_second + 1, leaf(low, at_second, 2));
            add(0..high + 1, at_second + 1..n_second, leaf(high, at_second, 1));
            add(high + 1..n_first, at_second + 1..n_second, leaf(high, at_second, 3));
        }
        gain_first.max(gain_second)
    }

    /// The best cuts of either side of every cut of the first axis, and of the second.
    fn search(&self, sums: &Sums, weighed: &Weighed) -> (Sides, Sides) {
        let [mut by_first, mut by_second] = self.known.map(|n| vec![[Side::default(); 2]; n - 1]);
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
        let (row, last) = (first * self.n_second, (self.known[0] - 1) * self.n_second);
        let (low_low, low) = (self.sums[row + second], self.sums[row + self.known[1] - 1]);
        let (left, all) = (self.sums[last + second], self.sums[last + self.known[1] - 1]);
        [low_low, low - low_low, left - low_low, all - low - left + low_low]
    }
}

/// Two leaves of a line of cells, or one.
#[derive(Debug, Clone, Copy, Default)]
struct Line {
    gain: f32,
    /// Cells of the first leaf.
    cut: usize,
    leaves: [f32; 2],
}

impl Line {
    /// The cut of `line` that gains most, by 1 / weight of the two sides of each.
    fn best(gradient: &[f32], line: &[usize], inverse: &[[f32; 2]]) -> Self {
        let mut best = Self::default();
        for (cut, (sums, inverse)) in sides(gradient, line).zip(inverse).enumerate() {
            let leaves = [sums[0] * inverse[0], sums[1] * inverse[1]];
            let gain = sums[0] * leaves[0] + sums[1] * leaves[1];
            if gain > best.gain {
                best = Self { gain, cut, leaves };
            }
        }
        best
    }
}

/// Sums of either side of every cut of a line of cells, from nothing against all on.
fn sides(values: &[f32], line: &[usize]) -> impl Iterator<Item = [f32; 2]> {
    let all: f32 = line.iter().map(|&cell| values[cell]).sum();
    let mut low = 0.0;
    line.iter().map(move |&cell| {
        let sides = [low, all - low];
        low += values[cell];
        sides
    })
}

/// Adds a leaf to a cell of `table`, and takes what it tells from `gradient`.
fn step(weighed: &Weighed, cell: usize, leaf: f32, gradient: &mut [f32], table: &mut [f32]) {
    table[cell] += leaf;
    gradient[cell] -= weighed.cells[cell] * leaf;
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
