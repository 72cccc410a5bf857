//! Progress bars, for somebody who watches.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::base::Progress;

/// How often a bar without steps moves.
const TICK: Duration = Duration::from_millis(100);

/// One line on standard error for the stage that is going on; gone when it is done.
#[derive(Default)]
pub struct Bars {
    /// Of the stages that are going on, the innermost last.
    running: Mutex<Vec<ProgressBar>>,
}

impl Progress for Bars {
    fn start(&self, stakeholders: &str, stage: &str, total: Option<u64>) {
        let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
        bar.set_style(style(total.is_some()));
        bar.set_prefix(stakeholders.to_owned());
        bar.set_message(stage.to_owned());
        bar.enable_steady_tick(TICK);
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        // one line only: an inner stage takes the place of the outer
        if let Some(outer) = running.last() {
            outer.disable_steady_tick();
            outer.set_draw_target(indicatif::ProgressDrawTarget::hidden());
        }
        running.push(bar);
    }

    fn advance(&self, steps: u64) {
        if let Some(bar) = self.running.lock().unwrap_or_else(PoisonError::into_inner).last() {
            bar.inc(steps);
        }
    }

    fn finish(&self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = running.pop() {
            bar.finish_and_clear();
        }
        if let Some(outer) = running.last() {
            outer.set_draw_target(indicatif::ProgressDrawTarget::stderr());
            outer.enable_steady_tick(TICK);
        }
    }
}

fn style(counted: bool) -> ProgressStyle {
    let template = if counted {
        "  {prefix}  {msg:<9} {bar:30} {human_pos} of {human_len}  {elapsed}"
    } else {
        "  {prefix}  {msg:<9} {spinner}  {elapsed}"
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━╸ ")
}
