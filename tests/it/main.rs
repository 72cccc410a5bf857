//! One integration binary, one module an area.

mod audit;
mod calibrate;
mod cli;
mod config;
mod contract;
mod floors;
mod govern;
mod init;
mod nightly;
mod read;
mod report;
mod sample;
mod stats;
mod support;
mod tables;
