//! The clock of a run: seconds per stage, taken from outside, since no stage knows the time.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use serde::Serialize;
use serde_json::{Value, json};

use crate::base::Progress;

/// Seconds that a stage of a stakeholder group took, all its parts together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageSeconds {
    pub stakeholders: String,
    pub stage: String,
    pub seconds: f64,
}

/// Measures stages while it hands progress on.
pub struct Timings<'a> {
    next: &'a dyn Progress,
    begun: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Stages that are going on, the innermost last.
    running: Vec<(String, String, Instant)>,
    done: Vec<StageSeconds>,
}

impl<'a> Timings<'a> {
    pub fn new(next: &'a dyn Progress) -> Self {
        Self { next, begun: Instant::now(), state: Mutex::default() }
    }

    /// Seconds since the command began.
    pub fn total(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }

    /// Seconds per stage, in the order in which stages were first finished.
    pub fn stages(&self) -> Vec<StageSeconds> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).done.clone()
    }

    /// The content of `timings.json`; `fits` are the fits of single models, by family.
    pub fn to_json(&self, threads: usize) -> Value {
        let stages = self.stages();
        let fit = |stage: &StageSeconds| {
            let family = stage.stage.strip_prefix("fit ")?;
            Some(json!({ "stakeholders": stage.stakeholders, "family": family, "seconds": stage.seconds }))
        };
        let fits: Vec<Value> = stages.iter().filter_map(fit).collect();
        json!({ "seconds": self.total(), "threads": threads, "stages": stages, "fits": fits })
    }
}

impl Progress for Timings<'_> {
    fn start(&self, stakeholders: &str, stage: &str, total: Option<u64>) {
        let running = (stakeholders.to_owned(), stage.to_owned(), Instant::now());
        self.state.lock().unwrap_or_else(PoisonError::into_inner).running.push(running);
        self.next.start(stakeholders, stage, total);
    }

    fn advance(&self, steps: u64) {
        self.next.advance(steps);
    }

    fn finish(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).finish();
        self.next.finish();
    }
}

impl State {
    fn finish(&mut self) {
        let Some((stakeholders, stage, begun)) = self.running.pop() else { return };
        let seconds = begun.elapsed().as_secs_f64();
        let same = |done: &&mut StageSeconds| done.stakeholders == stakeholders && done.stage == stage;
        match self.done.iter_mut().find(same) {
            Some(done) => done.seconds += seconds,
            None => self.done.push(StageSeconds { stakeholders, stage, seconds }),
        }
    }
}
