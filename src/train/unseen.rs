//! What models said of rows that they did not see.

use std::ops::Range;

/// Margins of rows that the model did not see, with their outcomes, calibration fold by calibration fold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Unseen {
    /// Rows of the design.
    pub rows: Vec<u32>,
    pub margins: Vec<f64>,
    pub outcomes: Vec<bool>,
    /// Calibration folds (`Folds::calibration_fold`), each with the place where its rows end.
    pub folds: Vec<(usize, usize)>,
}

impl Unseen {
    /// Appends rows of a calibration fold; folds come one after the other. `outcome` has one entry per row of the design.
    pub fn extend(&mut self, fold: usize, rows: &[u32], margins: &[f64], outcome: &[Option<bool>]) {
        self.rows.extend(rows);
        self.margins.extend(margins);
        self.outcomes.extend(rows.iter().map(|&row| outcome[row as usize] == Some(true)));
        let end = self.margins.len();
        match self.folds.last_mut() {
            Some((last, last_end)) if *last == fold => *last_end = end,
            _ => self.folds.push((fold, end)),
        }
    }

    /// The places of each calibration fold's rows, one of fewer than `rows_min` together with the next (the last with
    /// the one before).
    pub fn parts(&self, rows_min: usize) -> Vec<Range<usize>> {
        let mut parts: Vec<Range<usize>> = Vec::new();
        for &(_, end) in &self.folds {
            match parts.last_mut() {
                Some(last) if last.len() < rows_min => last.end = end,
                last => {
                    let begin = last.map_or(0, |last| last.end);
                    parts.push(begin..end);
                }
            }
        }
        match parts.pop() {
            Some(short) if short.len() < rows_min && !parts.is_empty() => {
                if let Some(before) = parts.last_mut() {
                    before.end = short.end;
                }
            }
            last => parts.extend(last),
        }
        parts
    }
}
