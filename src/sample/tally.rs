//! What was counted while the sample was made; the README tells it.

/// Rows of one stakeholder group, each counted once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rows {
    pub n_history: usize,
    /// Of the history, those with the outcome.
    pub n_outcomes: usize,
    pub n_today: usize,
}

impl Rows {
    /// Counts a row whose outcome is `None` where it is open.
    pub fn add(&mut self, outcome: Option<bool>) {
        match outcome {
            None => self.n_today += 1,
            Some(outcome) => {
                self.n_history += 1;
                self.n_outcomes += usize::from(outcome);
            }
        }
    }

    /// Share of the history with the outcome, 0 to 1; `None` without history.
    pub fn rate(&self) -> Option<f64> {
        (self.n_history > 0).then(|| self.n_outcomes as f64 / self.n_history as f64)
    }
}

/// Counts of one sample.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    pub customers: Rows,
    pub employees: Rows,
    pub suppliers: Rows,
    /// Customers that were ever there.
    pub n_customers: usize,
    /// Rows exported twice.
    pub n_customers_twice: usize,
    pub n_coupons: usize,
    /// Rows in which the leaking column is filled.
    pub n_leaks: usize,
    pub n_orders: usize,
    pub n_orders_twice: usize,
    pub n_tickets: usize,
    pub n_surveys: usize,
    pub n_answers: usize,
    pub n_reviews: usize,
    pub n_exit_interviews: usize,
    pub n_suppliers: usize,
    /// Deliveries entered twice under two numbers; counted in `suppliers` too.
    pub n_deliveries_twice: usize,
    /// Deliveries that arrived before their 30 days were over; not counted in `suppliers`.
    pub n_immature: usize,
}
