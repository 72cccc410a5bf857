//! Isotonic regression: the best fit that never falls.

use super::rank::Ranking;

/// Rates of an outcome that never fall as the score rises, in blocks of scores with one rate each.
#[derive(Debug, Clone, PartialEq)]
pub struct Isotonic {
    /// By ascending score and rate; at least one.
    pub blocks: Vec<Block>,
}

/// Rows that share a rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Block {
    /// Lowest and highest score.
    pub low: f64,
    pub high: f64,
    pub n: u64,
    pub n_outcomes: u64,
}

impl Block {
    /// Observed rate of the outcome.
    pub fn rate(&self) -> f64 {
        self.n_outcomes as f64 / self.n as f64
    }

    /// Whether the rate is not below that of a block of higher scores; in whole numbers, so exactly.
    fn is_not_below(&self, other: &Self) -> bool {
        u128::from(self.n_outcomes) * u128::from(other.n) >= u128::from(other.n_outcomes) * u128::from(self.n)
    }
}

impl Isotonic {
    /// Least squares fit that never falls, by pooling adjacent violators (Ayer et al. 1955; Barlow et al. 1972), equal
    /// scores together; O(n log n). It is the maximum likelihood fit, too.
    ///
    /// `None` without rows, where lengths differ or a score is not a number.
    pub fn fit(scores: &[f64], outcomes: &[bool]) -> Option<Self> {
        if scores.is_empty() || scores.len() != outcomes.len() {
            return None;
        }
        let mut blocks: Vec<Block> = Vec::new();
        for tie in Ranking::new(scores)?.ties() {
            let score = scores[tie[0] as usize];
            let n_outcomes = tie.iter().filter(|row| outcomes[**row as usize]).count() as u64;
            let mut block = Block { low: score, high: score, n: tie.len() as u64, n_outcomes };
            while let Some(before) = blocks.pop_if(|before| before.is_not_below(&block)) {
                block.low = before.low;
                block.n += before.n;
                block.n_outcomes += before.n_outcomes;
            }
            blocks.push(block);
        }
        Some(Self { blocks })
    }

    /// The rate at a score: between two blocks on the line from one to the other, beyond the ends that of the end
    /// (scikit-learn's `predict` with `out_of_bounds="clip"`). O(log n).
    pub fn value(&self, score: f64) -> f64 {
        let at = self.blocks.partition_point(|block| block.high < score);
        match (at.checked_sub(1).and_then(|before| self.blocks.get(before)), self.blocks.get(at)) {
            (Some(before), Some(block)) if score < block.low => {
                let share = (score - before.high) / (block.low - before.high);
                before.rate() + share * (block.rate() - before.rate())
            }
            (_, Some(block)) | (Some(block), None) => block.rate(),
            (None, None) => f64::NAN,
        }
    }

    /// [`Isotonic::value`] kept away from 0 and 1 by the rule of succession: at least 1 / (n + 2) where the lowest block
    /// has no outcome, at most (n + 1) / (n + 2) where the highest has nothing else (n: rows of the block).
    pub fn smoothed(&self, score: f64) -> f64 {
        let edge = |block: &Block| 1.0 / (block.n as f64 + 2.0);
        let low = self.blocks.first().filter(|block| block.n_outcomes == 0).map_or(0.0, edge);
        let high = self.blocks.last().filter(|block| block.n_outcomes == block.n).map_or(1.0, |last| 1.0 - edge(last));
        self.value(score).max(low).min(high)
    }
}
