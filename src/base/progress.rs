//! How a stage tells that it is getting on. The terminal draws it; the library never prints.

/// Receives the progress of a run. Every method may be called from several threads.
pub trait Progress: Sync {
    /// A stage of a stakeholder group begins; `total` is the number of steps, where known.
    fn start(&self, stakeholders: &str, stage: &str, total: Option<u64>);
    /// `steps` more steps of the present stage are done.
    fn advance(&self, steps: u64);
    /// The present stage is done.
    fn finish(&self);
}

/// Progress that nobody watches.
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _stakeholders: &str, _stage: &str, _total: Option<u64>) {}
    fn advance(&self, _steps: u64) {}
    fn finish(&self) {}
}
