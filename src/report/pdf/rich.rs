//! Text as pages get it: finished words with a few styles, never markup.

use serde::Serialize;

use crate::report::chart::Chart;
use crate::report::words;

/// A piece of text in one style.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Piece {
    pub text: String,
    /// "plain", "strong" or "muted".
    pub style: &'static str,
}

/// A sentence or two in several styles.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Rich(pub Vec<Piece>);

impl Rich {
    pub fn new(text: impl AsRef<str>) -> Self {
        Self::default().plain(text)
    }

    #[must_use]
    pub fn plain(self, text: impl AsRef<str>) -> Self {
        self.piece(text.as_ref(), "plain")
    }

    #[must_use]
    pub fn strong(self, text: impl AsRef<str>) -> Self {
        self.piece(text.as_ref(), "strong")
    }

    #[must_use]
    pub fn muted(self, text: impl AsRef<str>) -> Self {
        self.piece(text.as_ref(), "muted")
    }

    fn piece(mut self, text: &str, style: &'static str) -> Self {
        if !text.is_empty() {
            self.0.push(Piece { text: safe(text, 400), style });
        }
        self
    }
}

/// A chart as a page places it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Image {
    pub file: String,
    pub alt: String,
    /// In points.
    pub width: f64,
}

impl Image {
    /// The chart of a group by name, where it exists.
    pub fn find(charts: &[Chart], group: usize, name: &str) -> Option<Self> {
        let chart = charts.iter().find(|chart| chart.name == name)?;
        let width = f64::from(chart.width) * 0.75;
        Some(Self { file: file_name(group, name), alt: chart.alt.clone(), width })
    }
}

/// The name under which a page finds a chart.
pub fn file_name(group: usize, chart: &str) -> String {
    format!("chart-{group}-{chart}.svg")
}

/// One printable line of at most `limit` characters, in which long unbroken runs (ids, addresses) may be broken.
pub fn safe(text: &str, limit: usize) -> String {
    breakable(&words::ellipsized(&words::printable(text), limit), 20, 10)
}

/// An id as its column takes it: it may be broken only where it is longer than the wide column, since what is put in
/// to break it gets into what a reader copies.
pub fn safe_id(id: &str) -> String {
    breakable(&words::ellipsized(&words::printable(id), 60), ID_FITS_WIDE, 1)
}

/// Characters of an id that fit into the narrow column.
pub const ID_FITS: usize = 11;

/// Characters of an id that fit into the wide column.
const ID_FITS_WIDE: usize = 17;

/// The text with places to break in unbroken runs, from character `from` on at every `step`.
fn breakable(text: &str, from: usize, step: usize) -> String {
    let mut broken = String::with_capacity(text.len());
    let mut run = 0;
    for c in text.chars() {
        run = if c.is_whitespace() { 0 } else { run + 1 };
        broken.push(c);
        if run >= from && run % step == 0 {
            // a zero-width space: invisible
            broken.push('\u{200b}');
        }
    }
    broken
}

/// The text as a sentence that ends.
pub fn closed(text: &str) -> String {
    if text.ends_with(['.', '…', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// The tone of a band or of a change, as the template knows it.
pub fn band_tone(band: crate::base::units::Band) -> &'static str {
    use crate::base::units::Band;
    match band {
        Band::Low => "neutral",
        Band::Elevated => "caution",
        Band::High => "risk",
        Band::Critical => "dark",
    }
}
