//! How the family learns: values that held up on seven tables of customers, employees and suppliers.

/// How a model of the family is fitted.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tuning {
    /// Bags; every row is held out by one.
    pub n_bags: usize,
    /// Bins of a column's known values at most; fewer where rows are few.
    pub bins_max: usize,
    /// Pairs at most.
    pub n_pairs: usize,
    /// Bins of each column of a pair at most.
    pub pair_bins: usize,
    pub mains: Pace,
    pub pairs: Pace,
}

/// How fast boosting goes, and when it stops.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pace {
    /// Share of a Newton step that the first trees take.
    pub rate: f64,
    /// Rounds after which the share has doubled; it goes on growing as steadily: early steps are small because they
    /// shape the model, late ones may be large because little is left.
    pub warm: f64,
    pub rate_max: f64,
    /// After one step of every column, so many for each column go where most is to be gained.
    pub greedy: f64,
    /// Rounds to go on after the best one, beyond a third of it.
    pub patience: usize,
    pub rounds_max: usize,
    /// Rows in a leaf at least.
    pub rows_min: u32,
    /// Weight that pulls the leaves of trees to 0, in units of risk × (1 − risk) of a row.
    pub ridge: f64,
}

impl Default for Tuning {
    fn default() -> Self {
        let mains = Pace {
            rate: 0.1,
            warm: 50.0,
            rate_max: 0.4,
            greedy: 1.0,
            patience: 40,
            rounds_max: 3000,
            rows_min: 4,
            ridge: 2.0,
        };
        let pairs =
            Pace { rate: 0.05, warm: 25.0, greedy: 0.5, patience: 10, rounds_max: 500, ridge: 0.5, ..mains.clone() };
        Self { n_bags: 10, bins_max: 254, n_pairs: 60, pair_bins: 32, mains, pairs }
    }
}

impl Pace {
    /// The share of a Newton step after so many rounds.
    pub(super) fn rate(&self, n_rounds: usize) -> f32 {
        (self.rate * (1.0 + n_rounds as f64 / self.warm)).min(self.rate_max) as f32
    }

    /// Whether boosting may end: the best round lies long enough ago.
    pub(super) fn is_over(&self, n_rounds: usize, best: usize) -> bool {
        n_rounds >= self.rounds_max || n_rounds > best + best / 3 + self.patience
    }

    /// Steps that go where most is to be gained, in a round of so many columns.
    pub(super) fn n_greedy(&self, n_columns: usize) -> usize {
        (self.greedy * n_columns as f64) as usize
    }
}
