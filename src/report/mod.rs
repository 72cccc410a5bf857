//! View models to bytes: charts, the owner's PDF, tables.
//!
//! The pipeline fills the structs of [`view`]; everything else here turns them into bytes and knows nothing of models,
//! files or the clock. All wording of numbers, money and dates is in [`words`].

pub mod chart;
pub mod pdf;
pub mod tables;
pub mod view;
pub mod words;

/// The font that pages and charts carry with them: Inter, under the SIL Open Font License (`assets/fonts/OFL.txt`).
/// Regular, semibold, bold.
pub(crate) const FONTS: [&[u8]; 3] = [
    include_bytes!("../../assets/fonts/Inter-Regular.otf"),
    include_bytes!("../../assets/fonts/Inter-SemiBold.otf"),
    include_bytes!("../../assets/fonts/Inter-Bold.otf"),
];
