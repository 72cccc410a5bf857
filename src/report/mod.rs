//! View models to bytes: charts, the owner's PDF, tables.
//!
//! The pipeline fills the structs of [`view`]; everything else here turns them into bytes and knows nothing of models,
//! files or the clock. All wording of numbers, money and dates is in [`words`].

pub mod chart;
mod fonts;
pub mod html;
pub mod pdf;
pub mod tables;
mod tell;
pub mod view;
pub mod words;
pub mod workbook;
