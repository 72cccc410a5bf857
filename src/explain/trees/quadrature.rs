//! Path-dependent attributions of trees of any depth, in double precision, several rows at a time.
//!
//! A leaf is reached by the product over the path's columns of "the row goes this way" (known) or "such a share of the
//! cover goes this way" (unknown). Where each column is known with chance s, column j's factor is
//! F_j = share_j (1 − s) + s × known_j, and its Shapley value is ∫₀¹ Σ leaves value × Π F × (known_j − share_j) / F_j ds.
//! The integrand is a polynomial of degree d − 1 in s for paths of d columns, so Gauss–Legendre with ⌈d/2⌉ points is exact
//! (Lundberg et al. 2020, Algorithm 1, states the same values by recursion). One walk down and up the tree does all
//! columns: on the way down the product grows by what a question changes in its column's factor; on the way up the sums
//! over leaves below are told to the column at its change of (known − share) / F, so that what is told at the leaves
//! adds up to the last one.

use crate::base::model::{Node, Path, Tree};

/// Rows of a strip.
pub(super) const LANES: usize = 16;

/// A number for each row of a strip.
type Lane = [f64; LANES];

/// A tree with its constants.
#[derive(Debug, Clone)]
pub(super) struct Walk {
    nodes: Vec<Step>,
    /// Points and weights on 0..1.
    rule: Vec<(f64, f64)>,
    /// Questions on the longest path.
    depth: usize,
    /// Σ leaf × cover / cover of the root: the tree's mean.
    pub base: f64,
}

#[derive(Debug, Clone)]
enum Step {
    Leaf(f64),
    Question {
        /// Place of the column in [`crate::base::model::Trees::features`].
        feature: usize,
        /// On the path down, which question before asked about the same column.
        before: Option<usize>,
        left: usize,
        right: usize,
        /// The column's share where the path goes left, right, and before.
        shares: [f64; 2],
        share_before: f64,
    },
}

impl Walk {
    pub(super) fn of(tree: &Tree) -> Self {
        let paths = tree.paths();
        let n_columns = paths.iter().map(|path| path.columns.len()).max().unwrap_or(0);
        let mut nodes: Vec<Step> = tree.nodes.iter().map(|_| Step::Leaf(0.0)).collect();
        let mut base = 0.0;
        for path in &paths {
            nodes[path.leaf] = Step::Leaf(path.value);
            base += path.value * tree.nodes[path.leaf].cover();
            let mut known: Vec<(Option<usize>, f64)> = vec![(None, 1.0); path.columns.len()];
            for (depth, step) in path.steps.iter().enumerate() {
                let Node::Split { split, left, right, .. } = &tree.nodes[step.node] else { continue };
                let (before, share_before) = known[step.column];
                let of_child = |child: u32| share_before * share(tree, step.node, child as usize);
                let shares = [of_child(*left), of_child(*right)];
                known[step.column] = (Some(depth), shares[usize::from(!step.is_left)]);
                nodes[step.node] = Step::Question {
                    feature: split.feature(),
                    before,
                    left: *left as usize,
                    right: *right as usize,
                    shares,
                    share_before,
                };
            }
        }
        let cover = tree.nodes.first().map_or(0.0, Node::cover);
        Self {
            nodes,
            rule: gauss_legendre(n_columns.div_ceil(2)),
            depth: paths.iter().map(|path| path.steps.len()).max().unwrap_or(0),
            base: if cover > 0.0 { base / cover } else { 0.0 },
        }
    }

    /// What all strips of a block share: worked out once for them.
    pub(super) fn ready(&self) -> Ready {
        let n_points = self.rule.len();
        let sides = self.nodes.iter().map(|step| match step {
            Step::Leaf(_) => [Vec::new(), Vec::new()],
            Step::Question { before, shares, share_before, .. } => shares.map(|share| {
                let of_point = |(s, _): &(f64, f64)| Weights {
                    ratios: ratios(*share_before, share, *s),
                    changes: changes(before.is_some(), *share_before, share, *s),
                };
                self.rule.iter().map(of_point).collect()
            }),
        });
        let mut frames: Vec<Frame> = (0..=self.depth).map(|_| Frame::new(n_points)).collect();
        for (product, (_, weight)) in frames[0].product.iter_mut().zip(&self.rule) {
            *product = [*weight; LANES];
        }
        Ready { sides: sides.collect(), frames }
    }

    /// Adds the attributions of a strip of rows to `told`, and the reached leaves to `margins`. `goes_left` tells for each
    /// node whether a row goes left: 1, else 0.
    pub(super) fn attribute(
        &self,
        ready: &mut Ready,
        goes_left: &[[u8; LANES]],
        told: &mut Lanes<'_>,
        margins: &mut Lane,
    ) {
        if let Step::Leaf(value) = self.nodes[0] {
            margins.iter_mut().for_each(|margin| *margin += value);
            return;
        }
        let Ready { sides, frames } = ready;
        self.walk(0, 0, (sides, goes_left), frames, told, margins);
    }

    /// Leaves in `frames[depth].sum` the sum over the leaves below node `at` of value × product.
    fn walk(
        &self,
        at: usize,
        depth: usize,
        (sides, goes_left): (&[Sides], &[[u8; LANES]]),
        frames: &mut [Frame],
        told: &mut Lanes<'_>,
        margins: &mut Lane,
    ) {
        let (feature, before, children) = match self.nodes[at] {
            Step::Leaf(value) => return frames[depth].end(value, margins),
            Step::Question { feature, before, left, right, .. } => (feature, before, [left, right]),
        };
        frames[depth].total.iter_mut().for_each(|total| *total = [0.0; LANES]);
        for (side, child) in children.into_iter().enumerate() {
            let weights = &sides[at][side];
            // whether the column went this way up to here, and goes it still
            let held_before = before.map_or([1; LANES], |before| frames[before + 1].held);
            let (above, below) = frames.split_at_mut(depth + 1);
            let (frame, next) = (&above[depth], &mut below[0]);
            let mut state = [0u8; LANES];
            for lane in 0..LANES {
                let goes = if side == 0 { goes_left[at][lane] } else { 1 - goes_left[at][lane] };
                next.held[lane] = held_before[lane] & goes;
                next.reaches[lane] = frame.reaches[lane] & goes;
                state[lane] = held_before[lane] + next.held[lane];
            }
            for ((weights, product), before) in weights.iter().zip(&mut next.product).zip(&frame.product) {
                for lane in 0..LANES {
                    product[lane] = before[lane] * pick(&weights.ratios, state[lane]);
                }
            }
            self.walk(child, depth + 1, (sides, goes_left), frames, told, margins);
            let (above, below) = frames.split_at_mut(depth + 1);
            let totals = above[depth].total.iter_mut();
            let told = told.of(feature);
            for ((weights, total), sum) in weights.iter().zip(totals).zip(&below[0].sum) {
                for lane in 0..LANES {
                    told[lane] += sum[lane] * pick(&weights.changes, state[lane]);
                    total[lane] += sum[lane];
                }
            }
        }
        let frame = &mut frames[depth];
        std::mem::swap(&mut frame.sum, &mut frame.total);
    }
}

/// By side, by point.
type Sides = [Vec<Weights>; 2];

/// A tree made ready for the strips of a block.
pub(super) struct Ready {
    /// By node; nothing at leaves.
    sides: Vec<Sides>,
    frames: Vec<Frame>,
}

/// By what the column has done on the path: went astray before, goes astray now, holds.
struct Weights {
    /// Its factor over that before.
    ratios: [f64; 3],
    /// Change of (known − share) / F.
    changes: [f64; 3],
}

/// Where a strip is told: a lane of every column.
pub(super) struct Lanes<'a> {
    /// Columns of `stride` numbers.
    pub told: &'a mut [f64],
    pub stride: usize,
    /// Where the strip begins in each.
    pub at: usize,
}

impl Lanes<'_> {
    fn of(&mut self, column: usize) -> &mut [f64] {
        let begin = column * self.stride + self.at;
        &mut self.told[begin..begin + LANES]
    }
}

/// What a walk knows at one depth.
struct Frame {
    /// By point: weight × Π F of the path so far.
    product: Vec<Lane>,
    /// By point: over the leaves below, and while children are walked.
    sum: Vec<Lane>,
    total: Vec<Lane>,
    /// Whether the last question's column has gone the path's way at all of its questions.
    held: [u8; LANES],
    /// Whether the row itself comes here.
    reaches: [u8; LANES],
}

impl Frame {
    fn new(n_points: usize) -> Self {
        let lanes = vec![[0.0; LANES]; n_points];
        Self { product: lanes.clone(), sum: lanes.clone(), total: lanes, held: [1; LANES], reaches: [1; LANES] }
    }

    /// The walk has come to a leaf.
    fn end(&mut self, value: f64, margins: &mut Lane) {
        for (sum, product) in self.sum.iter_mut().zip(&self.product) {
            sum.iter_mut().zip(product).for_each(|(sum, product)| *sum = product * value);
        }
        for (margin, reaches) in margins.iter_mut().zip(&self.reaches) {
            *margin += if *reaches == 1 { value } else { 0.0 };
        }
    }
}

/// By state: 0 went astray before, 1 goes astray now, 2 holds.
#[inline(always)]
fn pick(weights: &[f64; 3], state: u8) -> f64 {
    // never above 2: held before and held now are 0 or 1 each
    weights[usize::from(state.min(2))]
}

/// The chance that a column goes the path's way where it is known with chance `s`: known to fail, known to hold.
fn factors(share: f64, s: f64) -> [f64; 2] {
    [share * (1.0 - s), share * (1.0 - s) + s]
}

/// New factor over the old one. Where the old one is 0 so is the product, whatever the ratio.
fn ratios(before: f64, now: f64, s: f64) -> [f64; 3] {
    let ([fails_before, holds_before], [fails, holds]) = (factors(before, s), factors(now, s));
    let astray = if fails_before > 0.0 { fails / fails_before } else { 0.0 };
    [astray, fails / holds_before, holds / holds_before]
}

/// Change of (known − share) / F.
fn changes(is_known: bool, before: f64, now: f64, s: f64) -> [f64; 3] {
    let slope = |share: f64| [-1.0 / (1.0 - s), (1.0 - share) / factors(share, s)[1]];
    let ([fails_before, holds_before], [fails, holds]) = (slope(before), slope(now));
    let holds_before = if is_known { holds_before } else { 0.0 };
    [fails - fails_before, fails - holds_before, holds - holds_before]
}

/// A path with what is needed to tell its interactions, leaf by leaf.
#[derive(Debug, Clone)]
pub(super) struct Known {
    path: Path,
    shares: Vec<f64>,
    rule: Vec<(f64, f64)>,
}

impl Known {
    pub(super) fn paths(tree: &Tree) -> Vec<Self> {
        let known = |path: Path| {
            let rule = gauss_legendre(path.columns.len().div_ceil(2));
            Self { shares: shares(tree, &path), rule, path }
        };
        tree.paths().into_iter().map(known).collect()
    }

    /// Tells the Shapley interaction index of every pair of the path's columns: ∫₀¹ value × Π over the others of F ×
    /// (known − share) of both ds.
    pub(super) fn interactions(&self, goes_left: &dyn Fn(usize) -> bool, mut tell: impl FnMut(usize, usize, f64)) {
        let mut known = vec![1.0; self.shares.len()];
        for step in &self.path.steps {
            if goes_left(step.node) != step.is_left {
                known[step.column] = 0.0;
            }
        }
        let difference = |column: usize| known[column] - self.shares[column];
        for (first, second) in super::shapley::pairs(self.shares.len()) {
            let others = |s: f64| {
                let factor = |column: usize| self.shares[column] + s * difference(column);
                (0..known.len()).filter(|column| *column != first && *column != second).map(factor).product::<f64>()
            };
            let integral: f64 = self.rule.iter().map(|(s, weight)| weight * others(*s)).sum();
            let value = self.path.value * integral * difference(first) * difference(second);
            tell(self.path.columns[first], self.path.columns[second], value);
        }
    }
}

fn share(tree: &Tree, parent: usize, child: usize) -> f64 {
    let cover = tree.nodes[parent].cover();
    if cover > 0.0 { tree.nodes[child].cover() / cover } else { 0.0 }
}

/// For each column of a path, the share of the cover that goes its way at all of the column's questions.
pub(super) fn shares(tree: &Tree, path: &Path) -> Vec<f64> {
    let mut shares = vec![1.0; path.columns.len()];
    for (place, step) in path.steps.iter().enumerate() {
        let child = path.steps.get(place + 1).map_or(path.leaf, |next| next.node);
        shares[step.column] *= share(tree, step.node, child);
    }
    shares
}

/// Gauss–Legendre on 0..1 with `n` points: exact for polynomials up to degree 2n − 1. Points are the roots of the
/// Legendre polynomial, found by Newton's method (Press et al. 2007, *Numerical Recipes*, §4.6).
pub(super) fn gauss_legendre(n: usize) -> Vec<(f64, f64)> {
    let root = |number: usize| {
        let mut x = (std::f64::consts::PI * (number as f64 + 0.75) / (n as f64 + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..100 {
            let (mut now, mut before) = (1.0, 0.0);
            for degree in 0..n {
                let degree = degree as f64;
                (now, before) = (((2.0 * degree + 1.0) * x * now - degree * before) / (degree + 1.0), now);
            }
            slope = n as f64 * (x * now - before) / (x * x - 1.0);
            let step = now / slope;
            x -= step;
            if step.abs() < 1e-15 {
                break;
            }
        }
        ((1.0 - x) / 2.0, 1.0 / ((1.0 - x * x) * slope * slope))
    };
    (0..n).map(root).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quadrature_is_exact_up_to_its_degree() {
        for n in 1..32 {
            let rule = gauss_legendre(n);
            for degree in 0..2 * n {
                let sum: f64 = rule.iter().map(|(x, weight)| weight * x.powi(degree as i32)).sum();
                assert!((sum - 1.0 / (degree as f64 + 1.0)).abs() < 1e-13, "{n} points, degree {degree}");
            }
        }
    }
}
