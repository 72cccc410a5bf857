//! Venn–Abers predictors: how far calibration itself is known.
//!
//! An inductive Venn–Abers predictor (Vovk, Petej & Fedorova 2015, arXiv:1511.00213) answers a score with two
//! probabilities: the isotonic fit at the score after the score was added with outcome 0, and with outcome 1. One of
//! the two is calibrated whatever the distribution; their distance shows how much the data say.

/// A fitted inductive Venn–Abers predictor. Both fits are steps, and only where they step is kept.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VennAbers {
    /// (score, p0): the isotonic fit once a row with that score and without the outcome is added, from this score on;
    /// ascending.
    low: Vec<(f64, f64)>,
    /// (score, p1): likewise once a row with the outcome is added, up to this score; ascending.
    high: Vec<(f64, f64)>,
}

/// Rows with one score.
#[derive(Clone, Copy)]
struct Block {
    n: i64,
    n_outcomes: i64,
}

impl VennAbers {
    /// Precomputes both fits for every distinct score in O(n log n) by two passes over the cumulative sum diagram.
    /// `None` without rows, where lengths differ or a score is not a number.
    pub fn fit(scores: &[f64], outcomes: &[bool]) -> Option<Self> {
        if scores.is_empty() || scores.len() != outcomes.len() || scores.iter().any(|score| score.is_nan()) {
            return None;
        }
        let mut rows: Vec<(f64, bool)> = scores.iter().copied().zip(outcomes.iter().copied()).collect();
        rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let (mut scores, mut blocks) = (Vec::new(), Vec::new());
        for same in rows.chunk_by(|a, b| a.0 == b.0) {
            scores.push(same[0].0);
            let n_outcomes = same.iter().filter(|row| row.1).count() as i64;
            blocks.push(Block { n: same.len() as i64, n_outcomes });
        }
        let if_with = fits_with(&blocks);
        // a row without the outcome is a row with it, once order and outcomes are turned round
        let turned: Vec<Block> =
            blocks.iter().rev().map(|b| Block { n: b.n, n_outcomes: b.n - b.n_outcomes }).collect();
        let if_without = fits_with(&turned).into_iter().rev().map(|fit| 1.0 - fit);
        let mut low: Vec<(f64, f64)> = scores.iter().copied().zip(if_without).collect();
        low.dedup_by(|later, earlier| later.1 == earlier.1);
        let mut high: Vec<(f64, f64)> = scores.into_iter().zip(if_with).rev().collect();
        high.dedup_by(|earlier, later| earlier.1 == later.1);
        high.reverse();
        low.shrink_to_fit();
        high.shrink_to_fit();
        Some(Self { low, high })
    }

    /// The two probabilities (p0, p1), p0 ≤ p1, at a score; O(log n). Between two known scores p0 is that of the lower
    /// and p1 that of the higher; p0 is 0 below all and p1 is 1 above all.
    pub fn range(&self, score: f64) -> (f64, f64) {
        let not_above = self.low.partition_point(|step| step.0 <= score);
        let below = self.high.partition_point(|step| step.0 < score);
        let low = not_above.checked_sub(1).and_then(|at| self.low.get(at)).map_or(0.0, |step| step.1);
        (low, self.high.get(below).map_or(1.0, |step| step.1))
    }
}

/// The calibration range from the answers (p0, p1) of the predictors of several calibration folds (cross Venn–Abers,
/// Vovk et al. 2015, §4): from the lowest p0 to the highest p1. `None` without any.
///
/// The range is the widest, and not that of the geometric means from which the paper merges a single probability: their
/// ends can cross where folds disagree, and folds that disagree are what the range is to show.
pub fn cross(ranges: impl IntoIterator<Item = (f64, f64)>) -> Option<(f64, f64)> {
    ranges.into_iter().reduce(|all, one| (all.0.min(one.0), all.1.max(one.1)))
}

/// A point of the cumulative sum diagram: rows so far, outcomes so far.
type Point = (i64, i64);

/// The isotonic fit at each block once a row with the outcome is added to it.
///
/// Adding a row to block i moves the points from i on by (1, 1); moving those before i by (−1, −1) instead draws the
/// same diagram. The fit at block i is then the slope of the bridge, the edge of the greatest convex minorant from
/// the moved points before i to the others from i on. As i grows, the slope grows, so the left end of the bridge only
/// moves right: a stack with that end on top of the convex minorant of what lies right of it is enough.
fn fits_with(blocks: &[Block]) -> Vec<f64> {
    let mut points: Vec<Point> = vec![(0, 0)];
    for (at, block) in blocks.iter().enumerate() {
        let (x, y) = points[at];
        points.push((x + block.n, y + block.n_outcomes));
    }
    let mut stack: Vec<Point> = Vec::new();
    for &point in points[1..].iter().rev() {
        push_convex(&mut stack, point);
    }
    push_convex(&mut stack, (-1, -1));
    let mut fits = Vec::with_capacity(blocks.len());
    for &(x, y) in &points[1..] {
        let [.., right, left] = stack[..] else { break };
        fits.push((right.1 - left.1) as f64 / (right.0 - left.0) as f64);
        let moved = (x - 1, y - 1);
        if turn(left, right, moved) < 0 {
            stack.pop();
            push_convex(&mut stack, moved);
        }
    }
    fits
}

/// Pushes a point that lies left of all on the stack, dropping those that are then above the convex minorant.
fn push_convex(stack: &mut Vec<Point>, point: Point) {
    while let [.., next, top] = stack[..] {
        if turn(point, top, next) > 0 {
            break;
        }
        stack.pop();
    }
    stack.push(point);
}

/// Positive where a → b → c turns left, that is, where c lies above the line through a and b (a left of b).
fn turn(a: Point, b: Point, c: Point) -> i64 {
    (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0)
}
