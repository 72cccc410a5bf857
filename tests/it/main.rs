//! One integration binary, one module an area.

// tests may panic, print why they are skipped, and look at the clock
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::too_many_lines
)]

mod actions;
mod again;
mod attributions;
mod audit;
mod audit_data;
mod audit_peers;
mod audit_table;
mod bad;
mod beyond;
mod broken_models;
mod calibrate;
mod calibrators;
mod choice;
mod cli;
mod committed;
mod config;
mod contract;
mod edits;
mod explain_run;
mod explained;
mod extreme;
mod families;
mod floors;
mod folds;
mod govern;
mod holds;
mod imported;
mod init;
mod mitigate;
mod mixed;
mod nightly;
mod notebooks;
mod pages;
mod pictures;
mod points;
mod proposed;
mod quirks;
mod race;
mod read;
mod report;
mod reuse;
mod sample;
mod scale;
mod scored;
mod screen;
mod stats;
mod support;
mod tables;
mod train;
mod trees;
mod truths;
mod verdicts;
