//! One style for all charts: colors, sizes, widths. One accent for each meaning, gray for the rest.

use crate::base::units::Band;

/// Red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color(pub u8, pub u8, pub u8);

/// Text and what must be read first.
pub const INK: Color = Color(0x1a, 0x1f, 0x2b);
/// Text that explains.
pub const GRAY: Color = Color(0x5f, 0x66, 0x72);
/// Bars without a meaning of their own.
pub const NEUTRAL: Color = Color(0x9c, 0xa0, 0xa6);
/// Axes and separators.
pub const HAIRLINE: Color = Color(0xd9, 0xdc, 0xe1);
/// What lies behind marks without being one.
pub const PANEL: Color = Color(0xf0, 0xf2, 0xf5);
pub const PAPER: Color = Color(0xff, 0xff, 0xff);
/// Raises the risk.
pub const RISK: Color = Color(0xb3, 0x26, 0x1e);
/// The worst band.
pub const RISK_DARK: Color = Color(0x7a, 0x12, 0x0d);
/// To be watched.
pub const CAUTION: Color = Color(0xc4, 0x76, 0x00);
/// The same as text: dark enough to be read on paper (WCAG AA).
pub const CAUTION_TEXT: Color = Color(0x9a, 0x5c, 0x00);
/// Lowers the risk.
pub const GOOD: Color = Color(0x0f, 0x76, 0x6e);

/// Chart widths in logical pixels of 0.75 pt: a page's text width, and half of it less the gutter.
pub const FULL: f64 = 656.0;
pub const HALF: f64 = 316.0;

/// Text sizes in logical pixels.
pub const BODY: f64 = 12.0;
pub const SMALL: f64 = 10.5;

/// A point in logical pixels.
pub type Point = (f64, f64);

/// Height of an upper-case letter of Inter, in em.
pub const CAP_HEIGHT: f64 = 0.727;

/// The color that stands for a band everywhere.
pub fn band_color(band: Band) -> Color {
    match band {
        Band::Low => NEUTRAL,
        Band::Elevated => CAUTION,
        Band::High => RISK,
        Band::Critical => RISK_DARK,
    }
}

/// The color of a share of a score: what raises it, what lowers it.
pub fn sign_color(points: f64) -> Color {
    if points < 0.0 { GOOD } else { RISK }
}
