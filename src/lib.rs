//! Explainable trust-risk analytics: an analyst's tables in, calibrated, explained, audited and printed scores out.
//!
//! ```text
//! config.toml ─▶ config                     what the user wrote ─▶ what we will do, checked
//! tables ─▶ load                            files, workbooks ─▶ checked table
//!             └─▶ features                  table ─▶ design (n_subjects × n_features), folds
//!                   └─▶ train               design ─▶ model (one representation, whoever fitted it)
//!                         └─▶ calibrate     out-of-fold margins ─▶ calibrator
//!                               └─▶ score   model + calibrator ─▶ risk, score, band, money at stake
//!                                     ├─▶ explain  ─▶ attributions, reasons
//!                                     ├─▶ audit    ─▶ group table
//!                                     ├─▶ monitor  ─▶ columns that have shifted
//!                                     └─▶ report   ─▶ PDF, PNG, SVG, Parquet, CSV, JSON
//!                                           └─▶ govern ─▶ sealed run bundle
//! ```
//!
//! [`pipeline`] tells this story in one screen. Modules are declared in the order of the flow; which of them may
//! import which is told in `docs/architecture.md` and held by a test.

pub mod base;
pub mod stats;

pub mod load;

pub mod audit;
pub mod calibrate;
pub mod explain;
pub mod features;
pub mod monitor;
pub mod score;
pub mod train;

pub mod config;
pub mod govern;
pub mod init;
pub mod report;
pub mod sample;

pub mod pipeline;

pub mod cli;
