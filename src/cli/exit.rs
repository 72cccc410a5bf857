//! How a command ends, as a number.

use crate::base::{Finding, Severity};
use crate::config::FailOn;

/// All is well.
pub const FINE: u8 = 0;
/// Something that the config's `fail_on` names, or a run that is not what was sealed.
pub const FOUND: u8 = 1;
/// The run, or one stakeholder group of it, could not be done.
pub const FAILED: u8 = 2;
/// As shells have it for an interrupt.
pub const INTERRUPTED: u8 = 130;

/// The exit code of a run with these findings.
pub fn code(findings: &[Finding], any_failed: bool, n_disparities: usize, fail_on: &[FailOn]) -> u8 {
    if any_failed || findings.iter().any(|finding| finding.severity == Severity::Error) {
        return FAILED;
    }
    let stops = |reason: &FailOn| match reason {
        FailOn::Warning => findings.iter().any(|finding| finding.severity == Severity::Warning),
        FailOn::Disparity => n_disparities > 0,
    };
    if fail_on.iter().any(stops) { FOUND } else { FINE }
}
